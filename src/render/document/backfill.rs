//! `agent-trace backfill` as a page.

use super::block::Document;
use super::books::counted;
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::render::grouping::grouped;
use crate::report::BackfillReport;

/// Returns the page.
pub(super) fn document(report: &BackfillReport) -> Document {
    let lines = report.lines;
    let agents = format!(
        "{} exactly, {} by content, {} between these",
        grouped(lines.exact),
        grouped(lines.matched),
        grouped(lines.inferred)
    );
    let done = if report.is_dry_run { "to write" } else { "written" };
    let notes = report.notes.map_or(Cell::Blank, |notes| Cell::Text(format!("{} {done}", counted(notes, "note"))));
    let numbers = [
        ("commits", report.commits),
        ("lines_exact", lines.exact),
        ("lines_matched", lines.matched),
        ("lines_inferred", lines.inferred),
        ("lines_unknown", lines.unknown),
    ];
    let table = Table::of(&numbers)
        .with(Column::data("name"), |number: &(&str, u64)| Cell::text(number.0))
        .with(Column::data("value"), |number| Cell::count(number.1));
    Document::new("UTC")
        .with_facts([
            ("commits", Cell::Text(format!("{} with lines of agents, seen by no hook", grouped(report.commits)))),
            ("agents' lines", Cell::Text(agents)),
            ("unknown", Cell::Text(counted(lines.unknown, "line"))),
            ("notes", notes),
        ])
        .with_data(table.build())
}
