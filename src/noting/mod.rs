//! From the store to notes: which note says what, so that nothing is ever counted twice.
//!
//! The law: over the notes of all commits that can be reached, every slice once, usage is what the store's shares of
//! these commits are. An amend, a rebase, a squash or a cherry-pick takes the slices of the commits it was made from
//! along, under the names they have; only what is new gets a name of its own.
//!
//! ```text
//! store ─ facts ─▶ Facts ─ plan ─▶ notes by commit ─ git ─▶ refs/notes/agent-trace
//!                    ▲                                              │
//!                    └── what was written before ◀── store ◀────────┘
//! ```
//!
//! Must not know: transcripts, prices, how anything is shown.

mod facts;
mod names;
mod plan;
mod switch;
mod write;

pub use names::{session_mark, slice_id};
pub use switch::{is_on, switch_file, switch_off, switch_on};
pub use write::{NotingError, Written, write_notes};
