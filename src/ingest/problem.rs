//! Problems of files as the store keeps them.

use std::io;
use std::path::Path;

use crate::git::path_text;
use crate::store::ProblemRow;
use crate::transcript::ProblemKind;

/// Returns the text that stands for a path in the store; two paths never share one.
pub(super) fn name_of(path: &Path) -> String {
    path_text(path.as_os_str().as_encoded_bytes())
}

/// A file, folder or entry as a whole that could not be used.
pub(super) fn problem(name: String, kind: ProblemKind, detail: String) -> ProblemRow {
    ProblemRow { path: name, offset: 0, kind: kind.name().to_owned(), detail }
}

/// A file or folder that the system does not let us read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> ProblemRow {
    problem(name_of(path), ProblemKind::Unreadable, error.to_string())
}
