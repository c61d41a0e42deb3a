//! `agent-trace sync` as a page.

use super::block::{Block, Document};
use super::books::{counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::model::Timestamp;
use crate::render::grouping::grouped;
use crate::render::theme::Role;
use crate::render::zone::Zone;
use crate::report::SyncReport;

/// Returns the page.
pub(super) fn document(report: &SyncReport) -> Document {
    let zone = Zone::named(&report.timezone);
    let fetched = match report.again {
        0 => counted(report.fetched, "pull request"),
        again => format!("{}, {} of them again", counted(report.fetched, "pull request"), grouped(again)),
    };
    let at = |at: Option<Timestamp>| at.map_or(Cell::Blank, |at| Cell::At(Some(at)));
    Document::new(&report.timezone)
        .with_facts([
            ("repository", Cell::text(&report.repository)),
            ("fetched", Cell::Text(fetched)),
            ("known", Cell::Text(counted(report.known, "pull request"))),
            ("asked", Cell::Text(asked(report))),
            ("up to", at(report.watermark)),
            ("not before", at(report.since)),
        ])
        .with_all(stopped(report, zone))
        .with_data(data(report))
}

fn data(report: &SyncReport) -> Table {
    let at = |at: Option<Timestamp>| at.map_or(Cell::Blank, |at| Cell::At(Some(at)));
    Table::of(std::slice::from_ref(report))
        .with(Column::data("repository"), |report| Cell::text(&report.repository))
        .with(Column::data("fetched"), |report| Cell::count(report.fetched))
        .with(Column::data("again"), |report| Cell::count(report.again))
        .with(Column::data("known"), |report| Cell::count(report.known))
        .with(Column::data("requests"), |report| Cell::count(report.requests))
        .with(Column::data("unchanged"), |report| Cell::count(report.unchanged))
        .with(Column::data("points"), |report| Cell::count(report.points))
        .with(Column::data("watermark"), |report| at(report.watermark))
        .with(Column::data("since"), |report| at(report.since))
        .with(Column::data("stopped"), |report| Cell::maybe(report.stopped.as_deref()))
        .with(Column::data("resume_at"), |report| at(report.resume_at))
        .build()
}

fn asked(report: &SyncReport) -> String {
    let mut words = counted(report.requests, "request");
    if report.points > 0 {
        words += &format!(", {}", counted(report.points, "point"));
    }
    if report.unchanged > 0 {
        words += &format!(", {} of the answers known", grouped(report.unchanged));
    }
    words
}

fn stopped(report: &SyncReport, zone: Zone) -> Option<Block> {
    let why = report.stopped.as_ref()?;
    let when = report.resume_at.map_or_else(|| "later".to_owned(), |at| format!("after {}", zone.minute(at)));
    let items = vec![why.clone(), format!("what was fetched is kept; run it again {when}, and it goes on there")];
    list("stopped", items, Role::Warning)
}
