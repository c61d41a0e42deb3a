//! Which forge, where it is and which repository, from options and what the runner says.

use http::Uri;

use super::error::ForgeError;
use super::proxy::Proxies;
use crate::report::ForgeKind as Kind;
use crate::runner::{self, Env};

/// A repository on a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The forge.
    pub kind: Kind,
    /// Where its REST API is, as the runner says it: nothing is added or taken away.
    pub(super) api: Base,
    /// Where its GraphQL API is, if it has one.
    pub(super) graphql: Option<Base>,
    /// `owner/name`; on GitLab also `group/subgroup/name`, or a number.
    pub(super) repository: String,
    /// Which way there.
    pub(super) proxies: Proxies,
}

impl Site {
    /// Reads where a repository is.
    ///
    /// # Errors
    /// [`ForgeError::NoRepository`], and [`ForgeError::BadValue`] for URLs and names that are none.
    pub fn read(kind: Option<Kind>, repository: Option<&str>, env: Env<'_>) -> Result<Site, ForgeError> {
        let kind = kind.unwrap_or_else(|| runner::kind(env));
        let (api, otherwise) = match kind {
            Kind::GitHub => ("GITHUB_API_URL", "https://api.github.com"),
            Kind::GitLab => ("CI_API_V4_URL", "https://gitlab.com/api/v4"),
            // There is no one Gitea; the error names the variable.
            Kind::Gitea => ("GITHUB_API_URL", ""),
        };
        let api = Base::read(api, env(api).as_deref().unwrap_or(otherwise))?;
        let graphql = (kind == Kind::GitHub).then(|| graphql(&api, env)).transpose()?;
        let (repository, proxies) = (named(kind, repository, env)?, Proxies::read(env));
        Ok(Site { kind, api, graphql, repository, proxies })
    }

    /// Returns the repository as the forge names it.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// Returns where its REST API is.
    pub fn address(&self) -> String {
        format!("{}{}", self.api.origin, self.api.path)
    }

    /// Tells whether it is a company's own GitHub.
    pub(super) fn is_enterprise(&self) -> bool {
        self.api.host() != "api.github.com"
    }

    /// Returns the host that people see.
    pub(super) fn web_host(&self) -> String {
        if self.is_enterprise() { self.api.host().to_owned() } else { "github.com".to_owned() }
    }
}

/// `GITHUB_GRAPHQL_URL`; without it, where it stands beside the REST API.
fn graphql(api: &Base, env: Env<'_>) -> Result<Base, ForgeError> {
    const NAME: &str = "GITHUB_GRAPHQL_URL";
    env(NAME).map_or_else(|| Ok(api.graphql_beside()), |url| Base::read(NAME, &url))
}

fn named(kind: Kind, asked: Option<&str>, env: Env<'_>) -> Result<String, ForgeError> {
    let (name, looked) = match kind {
        Kind::GitLab => ("CI_PROJECT_PATH", "CI_PROJECT_PATH"),
        Kind::GitHub | Kind::Gitea => ("GITHUB_REPOSITORY", "GITHUB_REPOSITORY"),
    };
    let value = asked.map(str::to_owned).or_else(|| env(name)).ok_or(ForgeError::NoRepository { looked })?;
    let parts = value.split('/').count();
    let has_parts = if kind == Kind::GitLab { parts >= 2 } else { parts == 2 };
    match has_parts && value.split('/').all(is_name) {
        true => Ok(value),
        false => Err(ForgeError::BadValue { name, value, wanted: "OWNER/NAME" }),
    }
}

/// What forges allow in names, so that nothing in them changes the path of a request.
pub(super) fn is_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !matches!(text, "" | "." | "..") && text.bytes().all(is_plain)
}

/// A URL below which requests go: `https://host` and a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    /// Scheme and authority.
    pub(super) origin: String,
    /// Begins with `/` or is empty; does not end with `/`.
    pub(super) path: String,
}

impl Base {
    pub(super) fn read(name: &'static str, value: &str) -> Result<Base, ForgeError> {
        let bad = || ForgeError::BadValue { name, value: value.to_owned(), wanted: "an http or https URL" };
        let uri: Uri = value.parse().map_err(|_| bad())?;
        let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme)).ok_or_else(bad)?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or_else(bad)?;
        let path = uri.path().trim_end_matches('/').to_owned();
        Ok(Base { origin: format!("{scheme}://{authority}"), path })
    }

    /// Name and port.
    pub(super) fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }

    /// `https://H/api/v3` → `https://H/api/graphql`, `https://api.github.com` → `…/graphql`.
    fn graphql_beside(&self) -> Base {
        let above = self.path.strip_suffix("/v3").unwrap_or(&self.path);
        Base { origin: self.origin.clone(), path: format!("{above}/graphql") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<String> {
        move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    fn urls(site: &Site) -> (String, Option<String>) {
        let url = |base: &Base| format!("{}{}", base.origin, base.path);
        (url(&site.api), site.graphql.as_ref().map(url))
    }

    #[test]
    fn urls_are_taken_as_the_runner_says_them() {
        let ghes = env(&[
            ("GITHUB_API_URL", "https://ghe.example:8443/api/v3"),
            ("GITHUB_GRAPHQL_URL", "https://ghe.example:8443/api/graphql"),
            ("GITHUB_REPOSITORY", "o/r"),
        ]);
        let site = Site::read(None, None, &ghes).unwrap();
        let graphql = "https://ghe.example:8443/api/graphql".to_owned();
        assert_eq!(urls(&site), ("https://ghe.example:8443/api/v3".into(), Some(graphql.clone())));
        let bare = env(&[("GITHUB_API_URL", "https://ghe.example:8443/api/v3/"), ("GITHUB_REPOSITORY", "o/r")]);
        assert_eq!(urls(&Site::read(None, None, &bare).unwrap()).1, Some(graphql));
        let dotcom = Site::read(None, Some("o/r"), &|_| None).unwrap();
        assert_eq!(urls(&dotcom), ("https://api.github.com".into(), Some("https://api.github.com/graphql".into())));
    }

    #[test]
    fn the_runner_tells_the_forge() {
        let gitea = env(&[
            ("GITEA_ACTIONS", "true"),
            ("GITHUB_API_URL", "https://git.example/api/v1"),
            ("GITHUB_REPOSITORY", "o/r"),
        ]);
        let site = Site::read(None, None, &gitea).unwrap();
        assert_eq!((site.kind, urls(&site)), (Kind::Gitea, ("https://git.example/api/v1".into(), None)));
        let gitlab = env(&[("GITLAB_CI", "true"), ("CI_PROJECT_PATH", "group/sub/r")]);
        let site = Site::read(None, None, &gitlab).unwrap();
        assert_eq!((site.kind, site.repository.as_str()), (Kind::GitLab, "group/sub/r"));
    }

    #[test]
    fn names_and_urls_that_would_go_elsewhere_are_refused() {
        for bad in ["o", "o/r/x", "../r", "o/..", "o/r?x=1", "o/r#", "o//r", "o/r%2f", "o /r"] {
            let error = Site::read(Some(Kind::GitHub), Some(bad), &|_| None).unwrap_err();
            assert!(error.to_string().ends_with("which is not OWNER/NAME"), "{bad}: {error}");
        }
        for bad in ["", "ftp://h", "api.github.com", "https://user:pw@h/api", "file:///etc/passwd"] {
            assert!(Base::read("GITHUB_API_URL", bad).is_err(), "{bad}");
        }
        assert!(Site::read(Some(Kind::GitHub), None, &|_| None).is_err());
    }
}
