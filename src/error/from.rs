//! What the errors of the steps mean to the user.

use std::io;

use super::failure::Error;
use super::kind::Kind;
use crate::model::IdError;
use crate::pricing::PriceFileError;
use crate::render::RenderError;

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
