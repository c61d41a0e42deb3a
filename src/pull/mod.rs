//! What a pull request cost: its commits and their notes, added up.
//!
//! Notes are all there is: no database and no transcript. So the same numbers come out on every machine that has the
//! commits and the notes.
//!
//! [`read_report`] takes such a report from a file that nobody vouches for.
//!
//! Must not know: git, the store, forges, how notes came here.

mod artifact;
mod counted;
mod input;
mod median;
mod report;

pub use artifact::{ArtifactError, MAX_REPORT_BYTES, read_report};
pub use counted::{nano, tokens};
pub use input::{Commit, Input};
pub use report::{judge, report};
