//! What can go wrong between us and a forge.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a forge did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// No answer, or not in time.
    #[error("`{host}` gave no answer to {asked}")]
    NoAnswer {
        /// The forge.
        host: String,
        /// Method and path.
        asked: String,
        /// What the connection said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An answer that says no.
    #[error("`{host}` answered {status} to {asked}: {message}")]
    Refused {
        /// The forge.
        host: String,
        /// Method and path.
        asked: String,
        /// The HTTP status.
        status: u16,
        /// The forge's words, on one line.
        message: String,
    },
    /// Too many requests, and the forge asks for a longer pause than we may take.
    #[error("`{host}` asks for a pause of {} s after too many requests", .pause.as_secs())]
    Limited {
        /// The forge.
        host: String,
        /// How long it asks us to wait.
        pause: Duration,
    },
    /// An answer in an unknown form.
    #[error("the answer of `{host}` to {asked} cannot be read")]
    Unreadable {
        /// The forge.
        host: String,
        /// Method and path.
        asked: String,
        /// Where it is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A list that has no end.
    #[error("`{host}` has more than {most} pages for {asked}")]
    Endless {
        /// The forge.
        host: String,
        /// Method and path.
        asked: String,
        /// How many pages were read.
        most: u32,
    },
    /// The forge does not say who we are, so no comment can be known as our own.
    #[error("`{host}` does not say whose token this is")]
    Nameless {
        /// The forge.
        host: String,
    },
    /// No token in the environment or the configuration of `gh`.
    #[error("there is no token for the forge in {}", .looked.join(", "))]
    NoToken {
        /// Where it was looked for.
        looked: Vec<String>,
    },
    /// A token that cannot be sent.
    #[error("the token in `{name}` has characters that no token has")]
    BadToken {
        /// The variable or file it came from.
        name: String,
    },
    /// A URL that is none, or another value of the surroundings that cannot be used.
    #[error("`{name}` is `{value}`, which is not {wanted}")]
    BadValue {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// Neither the options nor the surroundings name the repository.
    #[error("it is not known which repository on the forge this is")]
    NoRepository {
        /// The variables that would say it.
        looked: &'static str,
    },
    /// No pull request to comment.
    #[error("it is not known which pull request this is")]
    NoPull,
    /// More than one pull request has the commit.
    #[error("the commit is the head of pull requests {}", .numbers.join(", "))]
    ManyPulls {
        /// Their numbers.
        numbers: Vec<String>,
    },
    /// A file of the runner.
    #[error("cannot use `{}`", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A proxy that is not asked over HTTP.
    #[error("the proxy that the surroundings name is not an http:// one")]
    Proxy,
    /// The client could not be made.
    #[error("no connection can be made")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ForgeError {
    /// Tells whether the forge may have done what it was asked for all the same.
    pub fn may_have_happened(&self) -> bool {
        match self {
            ForgeError::NoAnswer { .. } | ForgeError::Unreadable { .. } => true,
            ForgeError::Refused { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// Tells whether the forge said that it has too many requests; what was asked has not happened.
    pub fn is_limit(&self) -> bool {
        matches!(self, ForgeError::Limited { .. })
    }

    /// Returns how long the forge asks us to wait, if that is what it says.
    pub fn pause(&self) -> Option<Duration> {
        match self {
            ForgeError::Limited { pause, .. } => Some(*pause),
            _ => None,
        }
    }

    /// Tells whether the token may not do this, such as that of a fork's pull request.
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(403)
    }

    /// Tells whether there is no such thing, or none that the token may see.
    pub fn is_not_found(&self) -> bool {
        matches!(self.status(), Some(404 | 410))
    }

    /// Returns what to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            ForgeError::NoAnswer { .. } => {
                Some("see whether the forge can be reached from here; a company's certificate goes into SSL_CERT_FILE")
            }
            ForgeError::Client(_) => Some("install ca-certificates, or name a file with certificates in SSL_CERT_FILE"),
            ForgeError::Proxy => Some("name one in HTTPS_PROXY that is, or the forge in NO_PROXY"),
            ForgeError::Limited { .. } => Some("run it again later"),
            ForgeError::Nameless { .. } => Some("name the account that comments: --author LOGIN"),
            ForgeError::NoToken { .. } => Some("put it into a variable and name that: --token-env NAME"),
            ForgeError::NoRepository { .. } => Some("name it: --repo OWNER/NAME"),
            ForgeError::NoPull | ForgeError::ManyPulls { .. } => Some("name it: --pull NUMBER"),
            ForgeError::Refused { status, .. } => refused_hint(*status),
            _ => None,
        }
    }

    fn status(&self) -> Option<u16> {
        match self {
            ForgeError::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

fn refused_hint(status: u16) -> Option<&'static str> {
    match status {
        401 => Some("the token is wrong or has expired"),
        403 => Some("give the workflow `permissions: pull-requests: write`; a fork's pull request cannot have it"),
        404 => Some("look at the number and the repository, and whether the token may read it"),
        410 => Some("comments are switched off there"),
        _ => None,
    }
}

/// Returns a text of the forge on one line of at most 200 characters, without control characters.
pub(super) fn plain(text: &str) -> String {
    let words = text.split(|character: char| character.is_control() || character.is_whitespace());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> ForgeError {
        ForgeError::Refused { host: "h".into(), asked: "POST /x".into(), status, message: "no".into() }
    }

    #[test]
    fn only_what_the_forge_did_not_decide_may_have_happened() {
        assert!(refused(500).may_have_happened() && refused(502).may_have_happened());
        assert!(!refused(422).may_have_happened() && !refused(403).may_have_happened());
        assert!(!ForgeError::Limited { host: "h".into(), pause: Duration::ZERO }.may_have_happened());
    }

    #[test]
    fn words_of_the_forge_are_one_short_line() {
        assert_eq!(plain("a\n\tb\u{1b}[31m c"), "a b [31m c");
        assert_eq!(plain(&"x".repeat(500)).len(), 200);
    }
}
