//! What the user is told when something fails: what, why, and what to do about it.
//!
//! The steps only say what failed; here an error gets its kind, its exit code and its hints.
//!
//! Must not know: reports, streams, colours.

mod exit_code;
mod failure;
mod from;
mod kind;
mod suggestion;

pub use exit_code::ExitCode;
pub use failure::Error;
pub use kind::Kind;
pub use suggestion::{did_you_mean, suggestion};
