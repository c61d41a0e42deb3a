//! `agent-trace import` and `agent-trace export --write` as pages.

use super::block::Document;
use super::books::{counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::render::theme::Role;
use crate::report::{ExportReport, ImportProblem, ImportReport};

/// Returns the page of an import.
pub(super) fn imported(report: &ImportReport) -> Document {
    let mut sentences = vec![format!(
        "{} in {}: {} new, {} changed, {} known; {}",
        counted(report.records, "record"),
        counted(report.files, "file"),
        report.new,
        report.changed,
        report.unchanged,
        counted(report.lines, "line"),
    )];
    if report.of_unknown_commits > 0 {
        sentences
            .push(format!("{} of commits that are not in this clone", counted(report.of_unknown_commits, "record")));
    }
    let page = Document::new("UTC").with_all(list("", sentences, Role::Plain)).with_data(problems(&report.problems));
    if report.problems.is_empty() { page } else { page.with_table(problems(&report.problems)) }
}

fn problems(rows: &[ImportProblem]) -> Table {
    Table::of(rows)
        .with(Column::path("file", "file"), |row| Cell::text(&row.file))
        .with(Column::name("not used", "kind"), |row| Cell::text(&row.kind))
        .with(Column::number("times", "count"), |row| Cell::count(row.count))
        .with(Column::number("first at line", "first_line"), |row| Cell::count(row.first_line))
        .build()
}

/// Returns the page of an export into notes.
pub(super) fn exported(report: &ExportReport) -> Document {
    let mut sentences = vec![format!(
        "{} written into {}, with {}",
        counted(report.written, "note"),
        report.reference,
        counted(report.lines, "line"),
    )];
    if report.existing > 0 {
        sentences.push(format!("{} has a note already, which stays", counted(report.existing, "commit")));
    }
    if report.without_lines > 0 {
        sentences.push(format!("{} without lines of agents", counted(report.without_lines, "commit")));
    }
    if report.left_out > 0 {
        sentences.push(format!("{} left out: the format cannot hold the path", counted(report.left_out, "file")));
    }
    Document::new("UTC").with_all(list("", sentences, Role::Plain)).with_data(counts(report))
}

fn counts(report: &ExportReport) -> Table {
    Table::of(std::slice::from_ref(report))
        .with(Column::data("reference"), |report| Cell::text(&report.reference))
        .with(Column::data("written"), |report| Cell::count(report.written))
        .with(Column::data("existing"), |report| Cell::count(report.existing))
        .with(Column::data("without_lines"), |report| Cell::count(report.without_lines))
        .with(Column::data("lines"), |report| Cell::count(report.lines))
        .with(Column::data("left_out"), |report| Cell::count(report.left_out))
        .build()
}
