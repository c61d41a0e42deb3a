//! agent-trace: which lines an agent wrote, in which session, and what they cost.
//!
//! The way of the data is a one-way street; nothing flows back up:
//!
//! ```text
//! transcript bytes ─ transcript ─▶ Event ─ ingest ─▶ facts ─ store ─▶ trace.db
//! git objects ────── git ────────▶ Commit ─ ingest ─▶ facts ─ store ─▶ trace.db
//! facts ─ derive (with pricing) ─▶ turns, links, shares ─ store ─▶ trace.db
//! trace.db ─ analysis (polars frames) ─▶ Report ─ render ─▶ text, JSON, CSV, Markdown ─ ui
//! ```
//!
//! From below to above:
//!
//! - [`model`]: identifiers, amounts, instants; knows nothing else.
//! - [`lines`]: states of a file as sequences of line marks, and how they differ.
//! - [`clock`] and [`paths`]: the time, and where things live; read in one place each.
//! - [`transcript`]: bytes of a transcript to events and counted problems.
//! - [`capture`]: the hot path of hooks: one record, one append to the spool.
//! - [`scan`]: what a shell command changed, found by a process of its own.
//! - [`git`]: commits, their claims and their lines, without a child process.
//! - [`notes`]: records of a git note, and what they add up to.
//! - [`interop`]: what other tools say of lines: their records, read and written.
//! - [`pricing`]: the dated price table, and what a request costs.
//! - [`store`]: the SQLite file and all SQL.
//! - [`ingest`]: finds and reads what is new, records it as facts.
//! - [`derive`](mod@derive): opinions from facts: turns, links, shares of cost.
//! - [`authorship`]: who wrote each line of a commit, decided once and recorded.
//! - [`install`]: hooks of git and agents, put in and taken out without a trace.
//! - [`noting`]: which note says what, from the store to git.
//! - [`pull`]: what a pull request cost, from commits and notes.
//! - [`settle`]: which commits landed as which, and what their notes take along.
//! - [`report`]: answers as plain structs, the JSON contract.
//! - [`runner`]: what a runner of workflows says: pull request, commits, login.
//! - `analysis`: answers from the store, with polars (feature `analytics`).
//! - `forge`: comments on pull requests, the only connections (feature `forge`).
//! - [`render`]: reports as text, JSON, CSV and Markdown.
//! - [`error`]: what the user is told when something fails.
//! - [`ui`]: the only place that prints.
//! - [`cli`]: the command line as types.
//! - [`command`]: one file a command; joins the steps.

#[cfg(feature = "analytics")]
pub mod analysis;
pub mod authorship;
pub mod capture;
pub mod cli;
pub mod clock;
pub mod command;
pub mod derive;
pub mod error;
#[cfg(feature = "forge")]
pub mod forge;
pub mod git;
pub mod ingest;
pub mod install;
pub mod interop;
pub mod lines;
pub mod model;
pub mod notes;
pub mod noting;
pub mod paths;
pub mod pricing;
pub mod pull;
pub mod render;
pub mod report;
pub mod runner;
pub mod scan;
pub mod settle;
pub mod store;
pub mod transcript;
pub mod ui;
