//! What the errors of the steps mean to the user.

use std::io;

use super::failure::Error;
use super::kind::Kind;
#[cfg(feature = "analytics")]
use crate::analysis::AnalysisError;
use crate::authorship::AuthorshipError;
#[cfg(feature = "forge")]
use crate::forge::ForgeError;
use crate::git::GitError;
use crate::ingest::{HistoryError, NamedError};
use crate::install::InstallError;
use crate::model::IdError;
use crate::noting::NotingError;
use crate::pricing::PriceFileError;
use crate::render::RenderError;
use crate::runner::RunnerError;
use crate::store::StoreError;

impl From<PriceFileError> for Error {
    fn from(error: PriceFileError) -> Error {
        Error::of(Kind::User, &error).with_hint(error.hint())
    }
}

impl From<IdError> for Error {
    fn from(error: IdError) -> Error {
        Error::of(Kind::User, &error)
    }
}

impl From<RenderError> for Error {
    fn from(error: RenderError) -> Error {
        Error::bug(error.to_string()).with_source(error)
    }
}

/// The reader of our output may leave whenever it likes.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        let kind = match error.kind() {
            io::ErrorKind::BrokenPipe => Kind::Closed,
            _ => Kind::Environment,
        };
        Error::of(kind, &error)
    }
}

impl From<GitError> for Error {
    fn from(error: GitError) -> Error {
        let failure = Error::of(Kind::Environment, &error);
        match error {
            GitError::NotARepository { .. } => {
                failure.with_hint("run it inside a git repository, or name one with -C PATH")
            }
            GitError::NotOwned { path, .. } => {
                let root = path.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&path);
                let root = root.display();
                failure.with_hint(format!("if you trust it: git config --global --add safe.directory '{root}'"))
            }
            GitError::Unreadable { .. } => failure.with_hint("see whether git can read it: git status"),
            GitError::Unwritable { .. } => {
                failure.with_hint("look at the permissions of the folder, and at free space")
            }
            GitError::NotesBusy { .. } => failure.with_hint("run it again when the others are done"),
            GitError::GitProgram { .. } => failure,
        }
    }
}

impl From<HistoryError> for Error {
    fn from(error: HistoryError) -> Error {
        match error {
            HistoryError::Git(error) => error.into(),
            HistoryError::Store(error) => error.into(),
        }
    }
}

impl From<AuthorshipError> for Error {
    fn from(error: AuthorshipError) -> Error {
        match error {
            AuthorshipError::Store(error) => error.into(),
        }
    }
}

impl From<NotingError> for Error {
    fn from(error: NotingError) -> Error {
        match error {
            NotingError::Git(error) => error.into(),
            NotingError::Store(error) => error.into(),
        }
    }
}

impl From<NamedError> for Error {
    fn from(error: NamedError) -> Error {
        Error::user(error.to_string()).with_hint("name transcripts, folders or tar archives that exist")
    }
}

impl From<InstallError> for Error {
    fn from(error: InstallError) -> Error {
        match error {
            InstallError::Settings { .. } => Error::of(Kind::User, &error)
                .with_hint("nothing was changed; correct the file, or leave it out with --scope none"),
            InstallError::Locked { ref path } => {
                let hint = format!("try again; if no other program is at work: rm '{}.lock'", path.display());
                Error::of(Kind::Environment, &error).with_hint(hint)
            }
            InstallError::File { .. } => Error::of(Kind::Environment, &error)
                .with_hint("make it writable and run the command again; it goes on where it stopped"),
        }
    }
}

#[cfg(feature = "analytics")]
impl From<AnalysisError> for Error {
    fn from(error: AnalysisError) -> Error {
        match error {
            AnalysisError::Store(error) => error.into(),
            AnalysisError::Frame(_) | AnalysisError::Imbalance(_) => Error::bug(error.to_string())
                .with_hint("nothing was changed; please report it with the version you run"),
        }
    }
}

#[cfg(feature = "forge")]
impl From<ForgeError> for Error {
    fn from(error: ForgeError) -> Error {
        let hint = error.hint().map(str::to_owned);
        Error::of(Kind::Environment, &error).with_hints(hint)
    }
}

impl From<RunnerError> for Error {
    fn from(error: RunnerError) -> Error {
        Error::of(Kind::Environment, &error)
            .with_hint("unset GITHUB_EVENT_PATH, or name base and head: --base REV --head REV")
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        let failure = Error::environment(error.to_string());
        match error {
            StoreError::Newer { found, known, by, .. } => newer(&by, found, known),
            StoreError::Missing { .. } => {
                Error::environment("nothing was read in this repository yet").with_hint("agent-trace ingest")
            }
            StoreError::Locked { .. } => failure.with_hint("another agent-trace is writing; try again when it is done"),
            StoreError::Damaged { path, .. } => failure.with_hint(format!(
                "move it away and read everything again: mv '{0}' '{0}.damaged' && agent-trace ingest",
                path.display()
            )),
            StoreError::Full { .. } => {
                failure.with_hint("free some space and run `agent-trace ingest` again; it goes on where it stopped")
            }
            StoreError::Unwritten { .. } => failure.with_hint(
                "look at quota and file-size limit (ulimit -f), then run `agent-trace ingest` again; it goes on where it stopped",
            ),
            StoreError::ReadOnly { path, .. } if !path.exists() => {
                failure.with_hint("nothing was read before; make the folder writable, or work in a copy (git clone)")
            }
            StoreError::ReadOnly { .. } => failure.with_hint("use --no-refresh to answer from what was read before"),
            StoreError::Query(text) => Error::user(text)
                .with_hint("views: calls, shares, commits, links, turns, tools, sessions; see agent-trace sql --help"),
            StoreError::Unbalanced(text) => Error::bug(format!("the books do not balance: {text}"))
                .with_hint("nothing was changed; please report it with the version you run"),
            // Tables and columns are only ever added, so it was an earlier version that wrote the file.
            StoreError::Sqlite { source, .. } if source.to_string().contains("no such") => {
                failure.with_hint("an earlier agent-trace wrote it; bring it up to date: agent-trace ingest")
            }
            StoreError::Sqlite { .. } => failure,
        }
    }
}

/// Two versions on PATH are the usual cause, so both are named.
fn newer(by: &str, found: i64, known: i64) -> Error {
    let place = std::env::current_exe().map_or_else(|_| String::new(), |path| format!(" at {}", path.display()));
    let this = format!("this is agent-trace {}{place} (format {known}, file has {found})", env!("CARGO_PKG_VERSION"));
    Error::environment(format!("this repository's data was last written by agent-trace {by}, which changed its format"))
        .with_source(this)
        .with_hint("upgrade this copy; two versions on PATH are the usual cause. Nothing is lost")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::PriceBook;

    #[test]
    fn a_wrong_price_file_says_what_to_do() {
        let fault = PriceBook::embedded().with_overrides("model,input\nx,cheap\n", "mine.csv").unwrap_err();
        let error = Error::from(fault);
        assert_eq!(error.kind(), Kind::User);
        assert_eq!(error.hints().len(), 1);
    }

    #[test]
    fn a_reader_that_left_is_no_failure() {
        let error = Error::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(error.exit_code().code(), 0);
        assert_eq!(Error::from(io::Error::from(io::ErrorKind::StorageFull)).exit_code().code(), 2);
    }
}
