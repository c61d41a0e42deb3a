//! `agent-trace notes` as pages.

use super::block::{Block, Document, Sum};
use super::books::{counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::render::grouping::grouped;
use crate::render::theme::Role;
use crate::report::{
    Grade, NoteFile, NoteFinding, NoteFindingKind, NoteUsage, NotesPruneReport, NotesShowReport, NotesSwitchReport,
    NotesSyncReport, NotesSyncResult, NotesVerifyReport,
};

/// Returns the page of one note.
pub(super) fn show(report: &NotesShowReport) -> Document {
    let total = Sum { name: "total".into(), amount: report.total, detail: String::new() };
    let mut page = Document::new("UTC").with_heading(format!("note of {}", report.commit));
    page = page.with_all(list("", report.claims.iter().map(claim).collect(), Role::Plain));
    page = page.with_table(usage(&report.usage)).with(Block::Sums(vec![total]));
    if !report.files.is_empty() {
        page = page.with_table(files(&report.files));
    }
    page.with_all(list("", remarks(report), Role::Muted))
}

fn claim(claim: &crate::report::NoteClaim) -> String {
    let grade = match claim.grade {
        Grade::Produced => "produced by",
        Grade::Declared => "declared by",
        Grade::Landed => "lines of",
    };
    let evidence = if claim.evidence.is_empty() { String::new() } else { format!(" ({})", claim.evidence.join(", ")) };
    format!("{grade} {} {}{evidence}", claim.agent, claim.session)
}

fn usage(rows: &[NoteUsage]) -> Table {
    Table::of(rows)
        .with(Column::id("session", "session"), |row| Cell::text(&row.session))
        .with(Column::id("slice", "slice").optional(), |row| Cell::text(&row.slice))
        .with(Column::data("agent"), |row| Cell::text(&row.agent))
        .with(Column::name("model", "model"), |row| Cell::maybe(row.model.as_deref()))
        .with(Column::data("generation"), |row| Cell::count(row.generation))
        .with(Column::number("calls", "requests"), |row| Cell::count(row.requests))
        .with(Column::number("input tok", "input_tokens"), |row| Cell::count(row.tokens.input))
        .with(Column::number("output tok", "output_tokens"), |row| Cell::count(row.tokens.output))
        .with(Column::number("cache read tok", "cache_read_tokens"), |row| Cell::count(row.tokens.cache_read))
        .with(Column::number("cache write tok", "").for_people(), |row| Cell::count(row.tokens.cache_write()))
        .with(Column::data("cache_write_5m_tokens"), |row| Cell::count(row.tokens.cache_write_5m))
        .with(Column::data("cache_write_1h_tokens"), |row| Cell::count(row.tokens.cache_write_1h))
        .with(Column::money("cost $", "cost_usd"), |row| Cell::Money(row.cost))
        .build()
}

fn files(rows: &[NoteFile]) -> Table {
    Table::of(rows)
        .with(Column::path("file", "file"), |row| Cell::text(&row.path))
        .with(Column::id("session", "session"), |row| Cell::text(&row.session))
        .with(Column::number("lines", "lines"), |row| Cell::count(row.lines))
        .build()
}

fn remarks(report: &NotesShowReport) -> Vec<String> {
    let lineage = report.lineage.iter().map(|from| format!("{} of {}", from.kind, from.commits.join(", ")));
    let redacted = report.redacted.iter().map(|session| format!("{session} was redacted"));
    let lines = [(report.unknown_lines, "line of a later version"), (report.bad_lines, "damaged line")];
    let lines = lines.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(count, what));
    lineage.chain(redacted).chain(lines).collect()
}

/// Returns the page of a push, a fetch or a merge.
pub(super) fn sync(report: &NotesSyncReport) -> Document {
    let result = match report.result {
        NotesSyncResult::NoNotes => "there are no notes",
        NotesSyncResult::UpToDate => "up to date",
        NotesSyncResult::Pushed => "pushed",
        NotesSyncResult::FastForward => "taken over",
        NotesSyncResult::Merged => "merged",
    };
    let changed = report.notes_changed.map_or(Cell::Blank, |notes| Cell::Text(counted(notes, "note") + " changed"));
    let facts = [
        (report.action.as_str(), Cell::text(&report.with)),
        ("result", Cell::text(result)),
        ("notes", changed),
        ("tries", report.tries.filter(|tries| *tries > 1).map_or(Cell::Blank, Cell::count)),
        ("tip", Cell::maybe(report.tip.as_deref())),
    ];
    Document::new("UTC").with_facts(facts.clone()).with_data(row_of(&facts))
}

/// Names and values as one row of CSV.
pub(super) fn row_of(facts: &[(&str, Cell)]) -> Table {
    let column = |(name, _): &(&str, Cell)| Column::data(name.replace(' ', "_"));
    let row = facts.iter().map(|(_, value)| value.clone()).collect();
    Table { columns: facts.iter().map(column).collect(), rows: vec![row], data_rows: Vec::new() }
}

/// Returns the page of a check.
pub(super) fn verify(report: &NotesVerifyReport) -> Document {
    let state = if report.is_on { "on" } else { "off (agent-trace notes on)" };
    let mut notes = counted(report.notes, "note");
    for (count, what) in [
        (report.notes_unreachable, "of commits that nothing reaches"),
        (report.notes_of_unknown_commits, "of commits that are not here"),
    ] {
        if count > 0 {
            notes += &format!(", {} {what}", grouped(count));
        }
    }
    let unknown = match report.unknown_records {
        0 => String::new(),
        count => format!(", {} of a later version", grouped(count)),
    };
    let total = |name: &str, amount| Sum { name: name.into(), amount: Some(amount), detail: String::new() };
    Document::new("UTC")
        .with_facts([
            ("writing", Cell::text(state)),
            ("notes", Cell::Text(notes)),
            ("records", Cell::Text(counted(report.records, "record") + &unknown)),
            ("sessions", Cell::count(report.sessions)),
            ("tokens", Cell::count(report.tokens.total())),
            ("tip", Cell::maybe(report.tip.as_deref())),
        ])
        .with_table(findings(&report.findings))
        .with(Block::Sums(vec![total("reachable", report.reachable), total("total", report.total)]))
        .with_all(list("", unpriced(report), Role::Muted))
}

fn unpriced(report: &NotesVerifyReport) -> Vec<String> {
    match report.unpriced_requests {
        0 => Vec::new(),
        count => vec![format!("{} have no price: the total is a floor", counted(count, "call"))],
    }
}

fn findings(rows: &[NoteFinding]) -> Table {
    Table::of(rows)
        .with(Column::id("commit", "commit"), |row| Cell::text(&row.commit))
        .with(Column::text("finding", "kind"), |row| {
            Cell::text(match row.kind {
                NoteFindingKind::BadLines => "damaged lines",
                NoteFindingKind::TooLarge => "too large (bytes)",
                NoteFindingKind::Unreadable => "content not here",
                NoteFindingKind::UnknownCommit => "commit not here",
            })
        })
        .with(Column::number("count", "count"), |row| Cell::count(row.count))
        .build()
}

/// Returns the page of a pruning.
pub(super) fn prune(report: &NotesPruneReport) -> Document {
    let done = if report.is_dry_run { "would go" } else { "went" };
    let mut sentences = vec![format!("{} {done}", counted(report.pruned.len() as u64, "note"))];
    for (count, why) in [
        (report.kept_needed, "that say what no other note says"),
        (report.kept_unknown, "of commits that are not here"),
    ] {
        if count > 0 {
            sentences.push(format!("kept {} {why}", counted(count, "note")));
        }
    }
    let table = Table::of(&report.pruned).with(Column::id("commit", "commit"), |commit: &String| Cell::text(commit));
    Document::new("UTC").with_table(table.build()).with_all(list("", sentences, Role::Plain))
}

/// Returns the page of a switch.
pub(super) fn switch(report: &NotesSwitchReport) -> Document {
    let facts = [
        ("notes", Cell::text(if report.is_on { "on" } else { "off" })),
        ("before", Cell::text(if report.is_on != report.has_changed { "on" } else { "off" })),
        ("remote", Cell::maybe(report.remote.as_deref())),
        ("refspec", Cell::maybe(report.refspec.as_deref())),
    ];
    Document::new("UTC").with_facts(facts.clone()).with_data(row_of(&facts))
}
