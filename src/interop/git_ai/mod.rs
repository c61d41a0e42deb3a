//! Notes of git-ai in `refs/notes/ai`: which lines of a commit which session wrote.
//!
//! Version 3 is text, a section of lines and one of JSON:
//!
//! ```text
//! src/main.rs
//!   s_0123456789abcd::t_0123456789abcd 1-10,15     a session, and the step of it
//!   h_0123456789abcd 11                            a person, seen to type
//!   0123456789abcdef 12                            a session of earlier versions; also 7 digits and others
//! "a path with blanks"
//!   …
//! ---
//! {"schema_version":"authorship/3.0.0","base_commit_sha":"…","prompts":{},"sessions":{…}}
//! ```
//!
//! Earlier versions are one JSON object. Line numbers are those of the file in that commit.

mod old;
mod path;
mod read;
mod write;

pub use read::GitAiNote;
pub use write::{GitAiText, write_git_ai};

/// The reference of git-ai's notes.
pub const GIT_AI_REF: &str = "refs/notes/ai";
