//! `agent-trace show <turn>` as a page.

use super::block::Document;
use super::books::{self, Place};
use super::cell::Cell;
use super::show_session::{happened, went_to};
use super::tree::tree;
use crate::report::{Missing, NotListed, ShowTurnReport};

/// Returns the page.
pub(super) fn document(report: &ShowTurnReport) -> Document {
    Document::new(&report.timezone)
        .with_heading(format!("turn {} of session {}", report.number, report.session))
        .with_facts([
            ("agent", Cell::text(&report.agent)),
            ("began with", Cell::text(&report.kind)),
            ("ended with", Cell::text(&report.end)),
            ("started", Cell::At(report.started)),
            ("ended", Cell::At(report.ended)),
            ("took", Cell::Duration(report.wall_ms)),
            ("active", Cell::Duration(report.active_ms)),
            ("waiting", Cell::Duration(report.wait_ms)),
            ("in tools", Cell::Duration(report.tool_ms)),
            ("money", Cell::Text(books::buckets(&report.buckets))),
            ("prompt", prompt(report)),
        ])
        .with_all(went_to(&report.commits))
        .with_all(happened(&report.tree))
        .with_all(books::bottom(&report.books, NotListed::default(), "rows", Place::BesideRows))
        .with_data(tree(&report.tree))
}

fn prompt(report: &ShowTurnReport) -> Cell {
    match (&report.prompt, report.prompt_missing) {
        (Some(prompt), _) => Cell::text(prompt),
        (None, Some(Missing::TranscriptGone)) => Cell::text("(the transcript is gone)"),
        (None, _) => Cell::Blank,
    }
}
