//! From files to facts: finds what agents wrote about this repository and hands it to the store.
//!
//! ```text
//! Roots ─ list ─▶ Listing ─ Membership ─▶ ours, foreign, no folder
//! PATH… ─ find_named ─▶ files and packed files ─ unpack ─▶ Entry
//! ```
//!
//! Discovery asks every row's `cwd`; what a user names by path is taken as it is.
//!
//! Must not know: prices, what a turn or a link is, how anything is shown.

mod archive;
mod cwd_scan;
mod decompress;
mod explicit;
mod found;
mod gemini_project;
mod listing;
mod membership;
mod nesting;
mod path_form;
mod problem;
mod roots;
mod slug;
mod tar_entries;
mod walk;
mod wanted;
mod worktrees;

pub use archive::{Entry, EntryKind, Unpacked, unpack};
pub use explicit::{Named, NamedError, find_named};
pub use found::FoundFile;
pub use listing::{Listing, Project, list};
pub use membership::{Membership, Verdict, file_belongs};
pub use roots::Roots;
pub use slug::slug;
pub use worktrees::Worktrees;
