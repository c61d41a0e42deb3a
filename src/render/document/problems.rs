//! `agent-trace problems` as a page.

use super::block::{Block, Document};
use super::books::{counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::render::grouping::grouped;
use crate::render::theme::Role;
use crate::report::{KindCount, ProblemEntry, ProblemsReport};

/// Returns the page.
pub(super) fn document(report: &ProblemsReport) -> Document {
    Document::new("UTC").with_table(table(&report.rows)).with_all(bottom(report))
}

fn table(rows: &[ProblemEntry]) -> Table {
    Table::of(rows)
        .with(Column::path("file", "file"), |row| Cell::text(&row.file))
        .with(Column::number("at byte", "offset"), |row| Cell::count(row.offset))
        .with(Column::name("kind", "kind"), |row| Cell::text(&row.kind))
        .with(Column::text("detail", "detail"), |row| Cell::text(&row.detail))
        .build()
}

fn bottom(report: &ProblemsReport) -> Vec<Block> {
    let total = report.kinds.iter().fold(0u64, |sum, kind| sum.saturating_add(kind.count));
    let mut sentences = vec![match total {
        0 => "no problems: everything could be read".to_owned(),
        _ => format!("{}: {}", counted(total, "problem"), kinds(&report.kinds)),
    }];
    if report.not_listed > 0 {
        sentences.push(format!("{} not listed", counted(report.not_listed, "problem")));
    }
    if !report.unknown_rows.is_empty() {
        sentences.push(format!("rows of unknown types, kept as counts: {}", kinds(&report.unknown_rows)));
    }
    list("", sentences, Role::Plain).into_iter().collect()
}

/// Returns `bad-json 3, torn-tail 1`.
pub(super) fn kinds(kinds: &[KindCount]) -> String {
    kinds.iter().map(|kind| format!("{} {}", kind.kind, grouped(kind.count))).collect::<Vec<_>>().join(", ")
}
