//! Reports as headings, facts and tables: what text, Markdown and CSV have in common.
//!
//! One file for each report; [`Document::of`] chooses.

mod backfill;
mod blame;
mod block;
mod books;
mod cell;
mod ci;
mod column;
mod comment;
mod commits;
mod cost;
mod doctor;
mod exchange;
mod ingest;
mod install;
mod log;
mod notes;
mod of_report;
mod overview;
mod prices;
mod problems;
mod prs;
mod pull;
mod query;
mod sessions;
mod settle;
mod show_commit;
mod show_session;
mod show_turn;
mod stats;
mod status;
mod sync;
mod table;
mod tree;
mod why;

pub(super) use block::{Block, Document, Fact, Sum};
pub(super) use cell::Cell;
pub(super) use column::{Column, ColumnKind};
pub(super) use pull::{headline, remarks, short, signed};
pub(super) use table::Table;
