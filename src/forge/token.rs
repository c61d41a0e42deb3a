//! The secret that says who we are. It is sent to one host, and never printed.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::ForgeError;
use super::site::Site;
use crate::report::ForgeKind as Kind;
use crate::runner::Env;

/// A secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    secret: String,
    is_job: bool,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// Returns a token; `name` is said if it cannot be one.
    ///
    /// # Errors
    /// [`ForgeError::BadToken`] for anything but printable ASCII.
    pub fn new(name: &str, secret: &str) -> Result<Token, ForgeError> {
        let secret = secret.trim();
        match !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            true => Ok(Token { secret: secret.to_owned(), is_job: name == JOB_TOKEN }),
            false => Err(ForgeError::BadToken { name: name.to_owned() }),
        }
    }

    /// Finds the token for a forge: in the variable named, else in those of the forge, else in what `gh` keeps in its
    /// configuration folder.
    ///
    /// # Errors
    /// [`ForgeError::NoToken`] and [`ForgeError::BadToken`].
    pub fn find(site: &Site, named: Option<&str>, env: Env<'_>, gh: Option<&Path>) -> Result<Token, ForgeError> {
        let names = named.map_or_else(|| variables(site), |name| vec![name]);
        for name in &names {
            if let Some(secret) = env(name) {
                return Token::new(name, &secret);
            }
        }
        let file = gh.map(|folder| folder.join("hosts.yml")).filter(|_| named.is_none() && site.kind == Kind::GitHub);
        let stored = file.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        if let (Some(file), Some(secret)) = (&file, stored.and_then(|text| gh_token(&text, &site.web_host()))) {
            return Token::new(&file.display().to_string(), &secret);
        }
        let looked = names.into_iter().map(str::to_owned).chain(file.map(|file| file.display().to_string()));
        Err(ForgeError::NoToken { looked: looked.collect() })
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// A number that differs for every token and tells nothing of it.
    pub(super) fn fingerprint(&self) -> String {
        blake3::hash(self.secret.as_bytes()).to_hex().chars().take(16).collect()
    }

    /// Whether it is GitLab's token of a job, which has a header of its own.
    pub(super) fn is_job(&self) -> bool {
        self.is_job
    }
}

const JOB_TOKEN: &str = "CI_JOB_TOKEN";

fn variables(site: &Site) -> Vec<&'static str> {
    match site.kind {
        Kind::GitHub if site.is_enterprise() => {
            vec!["GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_TOKEN"]
        }
        Kind::GitHub => vec!["GITHUB_TOKEN", "GH_TOKEN"],
        Kind::GitLab => vec!["GITLAB_TOKEN", JOB_TOKEN],
        Kind::Gitea => vec!["GITEA_TOKEN", "FORGEJO_TOKEN", "GITHUB_TOKEN"],
    }
}

/// Returns where `gh` keeps its configuration: `GH_CONFIG_DIR`, else `gh` in the user's configuration folder.
pub fn gh_folder(env: Env<'_>, config: Option<PathBuf>) -> Option<PathBuf> {
    env("GH_CONFIG_DIR").map(PathBuf::from).or_else(|| config.map(|folder| folder.join("gh")))
}

/// The `oauth_token` two steps below a host, or below its active account, in the YAML that `gh` writes.
fn gh_token(text: &str, host: &str) -> Option<String> {
    let below = text.lines().skip_while(|line| line.trim_end() != format!("{host}:"));
    let mut lines = below.skip(1).take_while(|line| line.starts_with([' ', '\t']) || line.trim().is_empty());
    let secret = lines.find_map(|line| line.trim().strip_prefix("oauth_token:"))?;
    Some(secret.trim().trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(api: &str) -> Site {
        Site::read(Some(Kind::GitHub), Some("o/r"), &|name| (name == "GITHUB_API_URL").then(|| api.to_owned())).unwrap()
    }

    #[test]
    fn the_named_variable_comes_first_and_alone() {
        let env = |name: &str| ["GITHUB_TOKEN", "MINE"].contains(&name).then(|| format!("secret-of-{name}"));
        let site = site("https://api.github.com");
        assert_eq!(Token::find(&site, None, &env, None).unwrap().secret(), "secret-of-GITHUB_TOKEN");
        assert_eq!(Token::find(&site, Some("MINE"), &env, None).unwrap().secret(), "secret-of-MINE");
        let error = Token::find(&site, Some("OTHER"), &env, None).unwrap_err();
        assert_eq!(error.to_string(), "there is no token for the forge in OTHER");
    }

    #[test]
    fn what_gh_stored_is_found_for_its_host_only() {
        let folder = tempfile::tempdir().unwrap();
        let yaml = "ghe.example:\n    oauth_token: other\ngithub.com:\n    user: me\n    users:\n        me:\n            \
                    oauth_token: \"gho_1\"\n    git_protocol: https\n";
        std::fs::write(folder.path().join("hosts.yml"), yaml).unwrap();
        let find = |api: &str| Token::find(&site(api), None, &|_| None, Some(folder.path()));
        assert_eq!(find("https://api.github.com").unwrap().secret(), "gho_1");
        assert_eq!(find("https://ghe.example/api/v3").unwrap().secret(), "other");
        assert!(find("https://elsewhere.example/api/v3").unwrap_err().to_string().contains("hosts.yml"));
    }

    #[test]
    fn a_token_never_shows() {
        let token = Token::new("X", "  ghp_secret\n").unwrap();
        assert_eq!(token.secret(), "ghp_secret");
        assert!(!format!("{token:?}").contains("ghp"));
        for bad in ["", " \n", "a\nb: c", "schlüssel"] {
            let error = Token::new("X", bad).unwrap_err().to_string();
            assert_eq!(error, "the token in `X` has characters that no token has");
        }
    }
}
