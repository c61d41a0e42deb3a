//! `agent-trace ingest` as a page.

use super::block::Document;
use super::books::counted;
use super::cell::Cell;
use super::column::Column;
use super::problems::kinds;
use super::table::Table;
use crate::render::duration::duration;
use crate::render::grouping::grouped;
use crate::report::{IngestReport, KindCount};

/// Returns the page.
pub(super) fn document(report: &IngestReport) -> Document {
    let (files, commits) = (&report.files, &report.commits);
    let transcripts = others(
        format!("{} read, {}", counted(files.read, "file"), counted(report.rows, "row")),
        &[(files.unchanged, "unchanged"), (files.foreign, "of other repositories"), (files.skipped, "skipped")],
    );
    let seen = others(
        format!("{} new, {} compared", grouped(commits.new), grouped(commits.scanned)),
        &[(commits.without_content, "without content in this clone")],
    );
    let database = [
        counted(report.sessions, "session"),
        counted(report.turns, "turn"),
        counted(report.calls, "call"),
        counted(commits.total, "commit"),
    ];
    Document::new("UTC")
        .with_facts([
            ("transcripts", Cell::Text(transcripts)),
            ("commits", Cell::Text(seen)),
            ("problems", counts(&report.problems, "see `agent-trace problems`")),
            ("unknown rows", counts(&report.unknown_rows, "kept as counts")),
            ("now recorded", Cell::Text(database.join(", "))),
            ("notes", report.notes.map_or(Cell::Blank, |notes| Cell::Text(counted(notes, "note") + " written"))),
            ("database", Cell::text(&report.database)),
            ("took", Cell::Text(duration(report.elapsed_ms))),
        ])
        .with_data(numbers(report))
}

fn others(first: String, rest: &[(u64, &str)]) -> String {
    let rest = rest.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {} {what}", grouped(*count)));
    first + &rest.collect::<String>()
}

fn counts(counts: &[KindCount], remark: &str) -> Cell {
    if counts.is_empty() { Cell::Blank } else { Cell::Text(format!("{} ({remark})", kinds(counts))) }
}

fn numbers(report: &IngestReport) -> Table {
    let sum = |kinds: &[KindCount]| kinds.iter().fold(0u64, |sum, kind| sum.saturating_add(kind.count));
    let numbers = [
        ("files_read", report.files.read),
        ("files_unchanged", report.files.unchanged),
        ("files_foreign", report.files.foreign),
        ("files_skipped", report.files.skipped),
        ("bytes", report.bytes),
        ("rows", report.rows),
        ("problems", sum(&report.problems)),
        ("unknown_rows", sum(&report.unknown_rows)),
        ("commits_new", report.commits.new),
        ("commits_scanned", report.commits.scanned),
        ("commits_without_content", report.commits.without_content),
        ("commits", report.commits.total),
        ("sessions", report.sessions),
        ("turns", report.turns),
        ("calls", report.calls),
        ("elapsed_ms", report.elapsed_ms),
    ];
    Table::of(&numbers)
        .with(Column::data("name"), |number: &(&str, u64)| Cell::text(number.0))
        .with(Column::data("value"), |number| Cell::count(number.1))
        .build()
}
