//! What a pull request cost: its commits and their notes, added up.
//!
//! Notes are all there is: no database and no transcript. So the same numbers come out on every machine that has the
//! commits and the notes.
//!
//! Must not know: git, the store, forges, how notes came here.

mod counted;
mod input;
mod median;
mod report;

pub use counted::{nano, tokens};
pub use input::{Commit, Input};
pub use report::report;
