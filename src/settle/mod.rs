//! Which commits of pull requests landed as which, and what their notes take along.
//!
//! A forge makes new commits of a pull request's own: one of all (squash), each again (rebase), in a queue, or by an
//! importer. The notes stay behind. Here is found which commit was made from which, from evidence alone:
//!
//! ```text
//! the same patch as one commit, or as all commits of a branch together
//! the same content of every file, the same lines gone and come
//! the pull request's number in the message, and most of the lines
//! ```
//!
//! No evidence, nothing carried. What is carried is what the notes say, under the same names, so that everything
//! still counts once; lines are followed into the content that landed.
//!
//! Must not know: the store, forges' interfaces, how a report looks.

mod candidates;
mod carry;
mod likeness;
mod search;
mod units;

pub use candidates::{Candidates, candidates};
pub use carry::{Carried, carried, grown};
pub use search::{Found, Landing, Open, Search};
pub use units::{NamedPull, Span, Unit, units};
