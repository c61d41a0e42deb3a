//! Files as sequences of line marks: how two states differ, and who wrote what when changes lead from one to the other.
//!
//! Must not know: git's objects, transcripts, the store, who an owner is.

mod difference;
mod replay;
mod weave;

pub use difference::{CONTEXT, Difference, hunks_between};
pub use replay::{Owner, Replayed, Step, came, replay, wrote_any};
pub use weave::Fit;
