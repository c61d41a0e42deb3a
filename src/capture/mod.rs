//! The hot path: what a hook of git or of an agent does, and nothing more.
//!
//! ```text
//! git hook, agent hook ─▶ who and what ─▶ Record ─ one append ─▶ spool ─ (later) ingest ─▶ store
//! ```
//!
//! A hook must never be felt: it opens no database, asks no network, starts at most one child process, prints
//! nothing and always succeeds. What it cannot find out within that it leaves to `ingest`, and what a shell command
//! changed to [`crate::scan`], which it starts and does not wait for.
//!
//! Must not know: the store, gix, reports; and no text of a person or of a file ever enters a [`Record`].

mod agent_hook;
mod attribution;
mod background;
mod file_stat;
mod file_state;
mod git_hook;
mod git_state;
mod handover;
mod head_moves;
mod hook;
mod known_files;
mod live_folder;
mod marker;
mod message;
mod place;
mod private_path;
mod process;
mod record;
mod scan_job;
mod shell;
mod shell_words;
mod spool;
mod states;
mod tool_call;
mod trailer;

pub use background::SWITCH;
pub use file_stat::{FileStat, nanoseconds};
pub use git_state::GitState;
pub use head_moves::HeadMoves;
pub use hook::run_silently;
pub use known_files::{KnownFile, KnownFiles, MAX_KNOWN, keep_file, known_files, write_known};
pub use live_folder::LiveFolder;
pub use place::Place;
pub use private_path::is_secret;
pub use record::{Author, By, Doubt, Event, FileBlob, Record, ScanEnd};
pub use scan_job::{Phase, ScanJob};
pub use shell::{Effect, is_lock};
pub use spool::{Spool, is_spool_file};
pub use states::{MAX_STATE_BYTES, States};
pub use tool_call::{CallStart, SeenFiles, empty_state, named_path};
pub use trailer::{Trailered, add_trailer};
