//! An error as the user sees it.

use std::error::Error as StdError;
use std::fmt;

use super::exit_code::ExitCode;
use super::kind::Kind;

/// What failed, why, and what to do about it.
///
/// Its text is what stands on standard error:
///
/// ```text
/// error: cannot read the price file `prices.csv`
///   line 3: `cheap` is not a number
/// hint: write tokens in USD per million
/// ```
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    hints: Vec<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Returns an error; the message is lower-case, without a full stop, values in backticks.
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into(), hints: Vec::new(), source: None }
    }

    /// Returns an error the user can correct.
    pub fn user(message: impl Into<String>) -> Error {
        Error::new(Kind::User, message)
    }

    /// Returns an error of the surroundings.
    pub fn environment(message: impl Into<String>) -> Error {
        Error::new(Kind::Environment, message)
    }

    /// Returns an error that must not happen.
    pub fn bug(message: impl Into<String>) -> Error {
        let hint = "this is a bug in agent-trace; your data is untouched. Please report it with this message";
        Error::new(Kind::Bug, message).with_hint(hint)
    }

    /// Returns an error with the text of `cause` as its message and the causes of `cause` below it.
    pub fn of(kind: Kind, cause: &(dyn StdError + 'static)) -> Error {
        let source = cause.source().map(|source| Box::new(Chain::of(source)) as Box<dyn StdError + Send + Sync>);
        Error { source, ..Error::new(kind, cause.to_string()) }
    }

    /// Adds what to do: one imperative sentence without a full stop, ideally a command to paste.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Error {
        self.hints.push(hint.into());
        self
    }

    /// Adds a hint, if there is one.
    #[must_use]
    pub fn with_hints(mut self, hints: impl IntoIterator<Item = String>) -> Error {
        self.hints.extend(hints);
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        Error { source: Some(source.into()), ..self }
    }

    /// Returns who can do something about it.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns what failed, without causes and hints.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns what to do about it.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// Returns the texts of the causes, the nearest first; a cause that repeats what stands above it is left out.
    pub fn causes(&self) -> Vec<String> {
        let mut causes: Vec<String> = Vec::new();
        let mut next = self.source();
        while let Some(cause) = next {
            let text = cause.to_string();
            let above = causes.last().unwrap_or(&self.message);
            if !above.ends_with(&text) {
                causes.push(text);
            }
            next = cause.source();
        }
        causes
    }

    /// Returns how the program ends.
    pub fn exit_code(&self) -> ExitCode {
        self.kind.exit_code()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        for cause in self.causes() {
            write!(f, "\n  {}", cause.replace('\n', "\n  "))?;
        }
        for hint in &self.hints {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// The texts of causes that cannot be kept themselves.
#[derive(Debug)]
struct Chain {
    text: String,
    below: Option<Box<Chain>>,
}

impl Chain {
    fn of(cause: &(dyn StdError + 'static)) -> Chain {
        Chain { text: cause.to_string(), below: cause.source().map(|source| Box::new(Chain::of(source))) }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Chain {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.below.as_deref().map(|below| below as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot write `x`")]
    struct Step(#[source] io::Error);

    #[test]
    fn the_text_has_message_causes_and_hints_in_this_order() {
        let full = Error::of(Kind::Environment, &Step(io::Error::other("no space left")));
        assert_eq!(full.to_string(), "error: cannot write `x`\n  no space left");
        let error = Error::user("cannot read `x`").with_source(io::Error::other("gone\nfor good")).with_hint("try `y`");
        assert_eq!(error.to_string(), "error: cannot read `x`\n  gone\n  for good\nhint: try `y`");
    }

    #[test]
    fn a_cause_that_only_repeats_is_left_out() {
        let error = Error::user("cannot read `x`: gone").with_source(io::Error::other("gone"));
        assert_eq!(error.to_string(), "error: cannot read `x`: gone");
    }

    #[test]
    fn every_kind_has_its_exit_code() {
        assert_eq!(Error::user("x").exit_code().code(), 2);
        assert_eq!(Error::environment("x").exit_code().code(), 2);
        assert_eq!(Error::bug("x").exit_code().code(), 70);
        assert_eq!(Error::new(Kind::Closed, "x").exit_code().code(), 0);
        assert_eq!(ExitCode::Negative.code(), 1);
    }
}
