//! Fills the store: finds transcripts and commits, reads what is new, records it.
//!
//! Must not know: prices, attribution, or how anything is shown.

mod collect;
mod file;
mod found;
mod history;
mod lock;
mod transcripts;

pub use found::FoundFile;
pub use history::{HistoryOutcome, read_history};
pub use lock::IngestLock;
pub use transcripts::{Input, TranscriptOutcome, read_transcripts};
