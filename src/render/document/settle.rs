//! `agent-trace settle` as a page.

use super::block::{Block, Document, Sum};
use super::books::{counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::render::theme::Role;
use crate::report::{
    LandingEvidence, LandingKind, NotesSyncResult, OpenReason, SettleLanding, SettleOpen, SettlePush, SettleReport,
};

/// Returns the page.
pub(super) fn document(report: &SettleReport) -> Document {
    let page = Document::new("UTC").with_data(landings(&report.landings));
    if report.landings.is_empty() {
        let nothing = format!("nothing to settle: {}", looked(report));
        return page.with_all(list("", vec![nothing], Role::Plain)).with_all(remarks(report));
    }
    let total = Sum { name: "landed".into(), amount: report.total, detail: String::new() };
    let done = if report.is_dry_run { "would change" } else { "changed" };
    let notes = format!("{} {done}; {}", counted(report.notes_changed, "note"), looked(report));
    page.with_table(landings(&report.landings))
        .with(Block::Sums(vec![total]))
        .with_all(list("", vec![notes], Role::Plain))
        .with_all(remarks(report))
}

fn looked(report: &SettleReport) -> String {
    let (landed, candidates) = (counted(report.looked_at, "commit"), counted(report.candidates, "note"));
    format!("{candidates} not on the branch, {landed} looked at")
}

fn remarks(report: &SettleReport) -> Option<Block> {
    let lost = |landing: &SettleLanding| {
        let files = counted(landing.files_lost, "file");
        format!("{}: lines of {files} are not in what landed, or not known there", short(&landing.commit))
    };
    let lost = report.landings.iter().filter(|landing| landing.files_lost > 0).map(lost);
    let lines = lost.chain(report.open.iter().map(open)).chain(report.push.as_ref().map(push));
    list("", lines.collect(), Role::Muted)
}

fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}

fn open(open: &SettleOpen) -> String {
    let reason = match open.reason {
        OpenReason::HeadMissing => "its commits are not here",
        OpenReason::HistoryCut => "history here does not go back to where it began",
        OpenReason::NoContent => "content is missing here",
        OpenReason::DifferentContent => "what landed is something else",
    };
    format!("{} names pull request {}: {reason}", short(&open.commit), open.pull)
}

fn push(push: &SettlePush) -> String {
    let result = match push.result {
        NotesSyncResult::NoNotes => "there are no notes to push to",
        NotesSyncResult::Pushed => "pushed to",
        _ => "up to date with",
    };
    format!("{result} {}", push.remote)
}

fn landings(rows: &[SettleLanding]) -> Table {
    Table::of(rows)
        .with(Column::id("commit", "commit"), |row| Cell::text(&row.commit))
        .with(Column::name("made by", "kind"), |row| Cell::text(kind(row.kind)))
        .with(Column::number("pull", "pull"), |row| row.pull.map_or(Cell::Blank, Cell::count))
        .with(Column::number("of", "commits"), |row| Cell::count(row.from.len() as u64))
        .with(Column::number("with note", "with_note"), |row| Cell::count(row.with_note))
        .with(Column::name("known by", "evidence"), |row| Cell::text(evidence(row.evidence)))
        .with(Column::text("note", "is_new"), |row| Cell::text(if row.is_new { "new" } else { "settled" }))
        .with(Column::text("subject", "subject"), |row| Cell::text(&row.subject))
        .with(Column::money("cost $", "cost_usd"), |row| Cell::Money(row.cost))
        .build()
}

fn kind(kind: LandingKind) -> &'static str {
    match kind {
        LandingKind::Squash => "squash",
        LandingKind::Rebase => "rebase",
        LandingKind::Import => "import",
    }
}

fn evidence(evidence: LandingEvidence) -> &'static str {
    match evidence {
        LandingEvidence::Patch => "patch",
        LandingEvidence::Tree => "content",
        LandingEvidence::Lines => "lines",
        LandingEvidence::Author => "author and time",
        LandingEvidence::Number => "number and lines",
    }
}
