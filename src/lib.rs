//! agent-trace: which lines an agent wrote, in which session, and what they cost.
//!
//! The way of the data is a one-way street; nothing flows back up:
//!
//! ```text
//! transcript bytes ─ transcript ─▶ Event ─ ingest ─▶ rows ─ store ─▶ trace.db
//! git objects ────── git ────────▶ Commit ─ ingest ─▶ rows ─ store ─▶ trace.db
//! trace.db ─ derive ─▶ turns, links, shares ─ store ─▶ trace.db
//! trace.db ─ analysis (polars frames) ─▶ Report ─ render ─▶ text, JSON, CSV, Markdown
//! ```

#[cfg(feature = "analytics")]
pub mod analysis;
pub mod cli;
pub mod clock;
pub mod command;
pub mod derive;
pub mod error;
pub mod git;
pub mod ingest;
pub mod model;
pub mod paths;
pub mod pricing;
pub mod render;
pub mod report;
pub mod store;
pub mod transcript;
pub mod ui;
