//! From files and git to facts: finds what agents wrote about this repository, reads what is new, records it.
//!
//! ```text
//! Roots ─ list ─▶ Listing ─ Membership ─▶ ours, foreign, no folder ─ discover ─▶ inputs
//! PATH… ─ find_named ─▶ files and packed files ─ unpack ─▶ entries
//! inputs, entries ─ read ─▶ Batch ─ store
//! git history ─ read_history ─▶ commits ─ store
//! spool of hooks ─ read_spool ─▶ what happened ─ store
//! ```
//!
//! Discovery asks every row's `cwd`; what a user names by path is taken as it is.
//!
//! Must not know: prices, what a turn or a link is, how anything is shown.

mod archive;
mod collect;
mod cwd_scan;
mod decompress;
mod discover;
mod explicit;
mod file;
mod found;
mod gemini_project;
mod history;
mod listing;
mod live_states;
mod lock;
mod membership;
mod nesting;
mod packed;
mod path_form;
mod problem;
mod pull_owners;
mod roots;
mod slug;
mod spool;
mod tar_entries;
mod transcripts;
mod walk;
mod wanted;
mod worktrees;

pub use archive::{Entry, EntryKind, Unpacked, unpack};
pub use discover::{Discovered, discover};
pub use explicit::{Named, NamedError, find_named};
pub use found::FoundFile;
pub use history::{HistoryError, HistoryOutcome, read_history};
pub use listing::{Listing, Project, list};
pub use lock::IngestLock;
pub use membership::{Membership, Verdict, file_belongs};
pub use packed::read_packed;
pub use roots::Roots;
pub use slug::slug;
pub use spool::{SpoolOutcome, read_spool};
pub use transcripts::{Input, TranscriptOutcome, read_transcripts};
pub use worktrees::Worktrees;
