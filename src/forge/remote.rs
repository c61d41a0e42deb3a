//! Which repository on a forge the remotes of a clone are.

use super::site::{Base, is_name};
use crate::report::ForgeKind as Kind;
use crate::runner::Env;

/// Returns `owner/name` of the first remote that is on this forge; only names are taken from it, never where to ask: a
/// token goes where the options or the runner say.
pub fn repository_at(kind: Kind, env: Env<'_>, urls: &[String]) -> Option<String> {
    let host = host(kind, env)?;
    urls.iter().find_map(|url| {
        let (on, path) = parts(url)?;
        let is_here = on.eq_ignore_ascii_case(&host);
        let path = path.trim_matches('/').trim_end_matches(".git");
        let names: Vec<&str> = path.split('/').collect();
        let has_parts = if kind == Kind::GitLab { names.len() >= 2 } else { names.len() == 2 };
        (is_here && has_parts && names.iter().all(|name| is_name(name))).then(|| path.to_owned())
    })
}

/// Where people and git find it: the API's host, without its port, as SSH has another.
fn host(kind: Kind, env: Env<'_>) -> Option<String> {
    let (name, otherwise) = match kind {
        Kind::GitHub => ("GITHUB_API_URL", Some("https://github.com")),
        Kind::GitLab => ("CI_API_V4_URL", Some("https://gitlab.com")),
        Kind::Gitea => ("GITHUB_API_URL", None),
    };
    let url = env(name).or_else(|| otherwise.map(str::to_owned))?;
    let base = Base::read(name, &url).ok()?;
    let host = base.host().split(':').next().unwrap_or_default();
    Some(if host == "api.github.com" { "github.com".to_owned() } else { host.to_owned() })
}

/// Host and path of `https://user@host:1/path`, `ssh://git@host/path` and `git@host:path`.
fn parts(url: &str) -> Option<(&str, &str)> {
    let (authority, path) = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?,
        None => url.split_once(':').filter(|(host, _)| !host.contains('/') && host.len() > 1)?,
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    Some((host.split_once(':').map_or(host, |(host, _)| host), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(api: Option<&str>, urls: &[&str]) -> Option<String> {
        let env = |name: &str| api.filter(|_| name == "GITHUB_API_URL").map(str::to_owned);
        repository_at(Kind::GitHub, &env, &urls.iter().map(|url| (*url).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn every_form_of_address_is_read() {
        for url in [
            "https://github.com/o/r.git",
            "https://me:secret@github.com/o/r",
            "git@github.com:o/r.git",
            "ssh://git@github.com:22/o/r",
            "git://GitHub.com/o/r/",
        ] {
            assert_eq!(at(None, &["/srv/git/r.git", url]).as_deref(), Some("o/r"), "{url}");
        }
        let enterprise = Some("https://ghe.example:8443/api/v3");
        assert_eq!(at(enterprise, &["git@ghe.example:o/r.git"]).as_deref(), Some("o/r"));
    }

    #[test]
    fn another_host_and_strange_names_are_nobody() {
        for url in [
            "https://github.com.evil.example/o/r",
            "https://evil.example/github.com/o/r",
            "git@ghe.example:o/r.git",
            "https://github.com/o/r/x",
            "https://github.com/o/..",
            "C:/work/o/r",
            "file:///github.com/o/r",
            "../r",
        ] {
            assert_eq!(at(None, &[url]), None, "{url}");
        }
    }
}
