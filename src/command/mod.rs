//! One file a command: arguments in, a report out.
//!
//! Commands put the layers together; they decide nothing about money.
//!
//! Must not know: SQL, transcripts' formats, how a report looks.

mod backfill;
#[cfg(feature = "analytics")]
mod blame;
#[cfg(feature = "analytics")]
mod blame_porcelain;
mod ci;
mod context;
mod dispatch;
mod doctor;
#[cfg(feature = "analytics")]
mod export;
#[cfg(feature = "analytics")]
mod filter;
#[cfg(feature = "analytics")]
mod hearsay;
mod import;
mod ingest;
mod install;
mod install_places;
mod landings;
mod man;
mod notes;
mod notes_view;
#[cfg(feature = "analytics")]
mod own_notes;
mod prices;
mod problems;
#[cfg(feature = "analytics")]
mod prs;
mod pull;
#[cfg(feature = "forge")]
mod pull_comment;
mod pull_ends;
#[cfg(feature = "forge")]
mod pull_rows;
#[cfg(feature = "forge")]
mod pull_runner;
mod pull_source;
mod push_event;
mod record_place;
#[cfg(feature = "analytics")]
mod reports;
mod settle;
mod settle_fetch;
mod settle_range;
mod settle_view;
#[cfg(feature = "analytics")]
mod show;
mod spool_end;
mod sql;
#[cfg(feature = "analytics")]
mod stats;
mod status;
#[cfg(feature = "forge")]
mod sync;
mod time_argument;
#[cfg(feature = "analytics")]
mod why;

pub use dispatch::run;
