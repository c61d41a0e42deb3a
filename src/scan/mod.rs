//! What a shell command changed: a process of its own that a hook starts and does not wait for.
//!
//! ```text
//! PreToolUse  ─▶ states of known and named files ─▶ scan beside the command: what is changed already?
//! PostToolUse ─▶ scan after the command: what is changed now, and did the command do it? ─▶ Record ─▶ spool
//! ```
//!
//! A change is the command's only if the file's state before it is known, its times lie within the command, nothing else
//! ran meanwhile, and the command's text does not speak against it. Everything else is written down as doubtful.
//!
//! Must not know: the store, gix, reports. Never prints, never fails, takes no lock of git's.

mod after;
mod before;
mod lock;
mod names;
mod overlap;
mod run;
mod verdict;
mod work_tree;

pub use run::run_silently;
