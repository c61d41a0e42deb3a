//! Files as sequences of line marks: how two states differ.
//!
//! Must not know: git's objects, transcripts, the store, who wrote what.

mod difference;

pub use difference::{CONTEXT, Difference, hunks_between};
