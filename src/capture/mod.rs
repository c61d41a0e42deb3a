//! The hot path: what a hook of git or of an agent does, and nothing more.
//!
//! ```text
//! git hook, agent hook ─▶ who and what ─▶ Record ─ one append ─▶ spool ─ (later) ingest ─▶ store
//! ```
//!
//! A hook must never be felt: it opens no database, asks no network, starts at most one child process, prints
//! nothing and always succeeds. What it cannot find out within that it leaves to `ingest`.
//!
//! Must not know: the store, gix, reports; and no text of a person or of a file ever enters a [`Record`].

mod agent_hook;
mod attribution;
mod background;
mod file_state;
mod git_hook;
mod git_state;
mod hook;
mod marker;
mod message;
mod place;
mod process;
mod record;
mod spool;
mod trailer;

pub use git_state::GitState;
pub use hook::run_silently;
pub use place::Place;
pub use record::{Author, By, Event, FileBlob, Record};
pub use spool::{Spool, is_spool_file};
pub use trailer::{Trailered, add_trailer};
