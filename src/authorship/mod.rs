//! Who wrote each line of a commit: decided when something it rests on has changed, and recorded.
//!
//! ```text
//! store ─ ground ─▶ edits, landed lines, what hooks saw ─┐
//!                                                        ├─ decide ─▶ line records ─▶ store
//! git ─ commit_lines ─▶ lines before and after ──────────┘
//! ```
//!
//! A line's owner rests on evidence that can be named, or the line is unknown.
//!
//! Must not know: transcripts, prices, how anything is shown.

mod changes;
mod decide;
mod ground;
mod history;
mod live;
mod owners;
mod parts;
mod record;
mod replayed;
mod signature;
mod verdict;
mod witness;

pub use record::{AuthorshipError, record_lines};
