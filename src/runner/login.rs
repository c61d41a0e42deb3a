//! How a job logs in to read its own repository.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::kind::Env;
use crate::report::ForgeKind;

/// What makes a request to the runner's own repository ours. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The repository's address, without `.git`.
    pub repository: String,
    /// The header of a request.
    pub header: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Login({})", self.repository)
    }
}

impl Login {
    /// Reads the job's address and token; `None` where there is no runner or no token.
    pub fn read(kind: ForgeKind, env: Env<'_>) -> Option<Login> {
        let repository = Login::address(kind, env)?;
        let (user, token) = match kind {
            ForgeKind::GitLab => ("gitlab-ci-token", env("CI_JOB_TOKEN")?),
            ForgeKind::Gitea => ("x-access-token", env("GITEA_TOKEN").or_else(|| env("GITHUB_TOKEN"))?),
            ForgeKind::GitHub => ("x-access-token", env("GITHUB_TOKEN")?),
        };
        let header = format!("Authorization: Basic {}", STANDARD.encode(format!("{user}:{token}")));
        Some(Login { repository, header })
    }

    /// Returns the address of the runner's own repository, without `.git`.
    pub fn address(kind: ForgeKind, env: Env<'_>) -> Option<String> {
        let address = match kind {
            ForgeKind::GitLab => env("CI_PROJECT_URL")?,
            ForgeKind::GitHub | ForgeKind::Gitea => format!("{}/{}", server(env)?, env("GITHUB_REPOSITORY")?),
        };
        is_address(&address).then_some(address)
    }

    /// Tells whether a remote is that repository: the token goes nowhere else, not even to a fork of it.
    pub fn is_for(&self, url: &str) -> bool {
        url.trim_end_matches('/').trim_end_matches(".git") == self.repository
    }
}

/// The server that people see, without a slash at its end.
pub(super) fn server(env: Env<'_>) -> Option<String> {
    let server = env("GITHUB_SERVER_URL").or_else(|| env("CI_SERVER_URL"))?;
    Some(server.trim_end_matches('/').to_owned())
}

/// What is nothing but an address: git would take much else for a command or a path.
pub(super) fn is_address(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte);
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty()) && text.bytes().all(is_plain) && !text.contains("/../")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        let value = match name {
            "GITHUB_SERVER_URL" => "https://github.example/",
            "GITHUB_REPOSITORY" => "o/r",
            "GITHUB_TOKEN" => "secret",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn the_token_is_for_the_own_repository_alone_and_never_shows() {
        let login = Login::read(ForgeKind::GitHub, &env).unwrap();
        assert_eq!(login.header, "Authorization: Basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0");
        assert!(login.is_for("https://github.example/o/r") && login.is_for("https://github.example/o/r.git"));
        for other in ["https://github.example/o/r2", "https://github.example/fork/r", "http://github.example/o/r"] {
            assert!(!login.is_for(other), "{other}");
        }
        assert!(!format!("{login:?}").contains("eC1h"));
    }

    #[test]
    fn without_a_token_or_with_a_strange_address_there_is_none() {
        assert_eq!(Login::read(ForgeKind::GitLab, &env), None);
        let strange = |name: &str| match name {
            "GITHUB_SERVER_URL" => Some("ext::sh -c id".to_owned()),
            _ => env(name),
        };
        assert_eq!(Login::read(ForgeKind::GitHub, &strange), None);
        for bad in ["https://", "https://h/o r", "https://user@h/o", "-https://h/o", "file:///x"] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
