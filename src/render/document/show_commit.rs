//! `agent-trace show <commit>` as a page.

use super::block::{Block, Document, Sum};
use super::books;
use super::cell::Cell;
use super::column::Column;
use super::commits::{grade_name, share};
use super::table::{Growing, Table};
use crate::model::NanoUsd;
use crate::render::amount::dollars;
use crate::render::theme::Role;
use crate::report::{
    Bucket, BucketCost, CallShare, CommitSession, DeclaredParty, Evidence, FileLines, LineCounts, ShowCommitReport,
};

/// Returns the page.
pub(super) fn document(report: &ShowCommitReport) -> Document {
    let commit = &report.commit;
    let by = commit.added_by;
    let agents = match by {
        Some(counts) => share(Some(counts.agent), Some(counts.lines())),
        None => share(commit.agent_lines, commit.added_lines),
    };
    let count = |of: fn(&LineCounts) -> u64| by.as_ref().map_or(Cell::Blank, |counts| Cell::count(of(counts)));
    let mut document = Document::new(&report.timezone)
        .with_heading(format!("commit {}  {}", commit.short, commit.subject))
        .with_facts([
            ("author", Cell::text(&commit.author)),
            ("date", Cell::At(Some(commit.at))),
            ("agent lines", agents),
            ("by people", count(|counts| counts.human)),
            ("unknown", count(|counts| counts.unknown)),
            ("sessions", Cell::count(commit.sessions.len() as u64)),
            ("pull request", commit.pull.map_or(Cell::Blank, |number| Cell::Text(format!("#{number}")))),
        ]);
    for session in &report.sessions {
        document = document.with_heading(title(session)).with_all(evidence(session)).with_table(calls(&session.calls));
    }
    document
        .with_all(books::list("others say", report.declared.iter().map(declared).collect(), Role::Muted))
        .with_all((!report.files.is_empty()).then(|| Block::Heading("files".into())))
        .with_table(files(&report.files))
        .with_all(bottom(report))
        .with_data(all_calls(report))
}

fn title(session: &CommitSession) -> String {
    let lines = books::counted(session.landed_lines, "line");
    format!("session {}  {}  {}  {}", session.short, session.agent, dollars(session.cost), lines)
}

fn evidence(session: &CommitSession) -> Option<Block> {
    let sentence = |evidence: &Evidence| {
        let detail = evidence.detail.as_ref().map_or_else(String::new, |detail| format!(": {detail}"));
        format!("{} by {}{detail}", grade_name(evidence.grade), evidence.kind)
    };
    books::list("", session.evidence.iter().map(sentence).collect(), Role::Muted)
}

fn declared(party: &DeclaredParty) -> String {
    let agent = party.agent.as_deref().unwrap_or(if party.is_person { "a person" } else { "an agent" });
    let id = party.session.as_ref().or(party.id.as_ref()).map_or_else(String::new, |id| format!(" {id}"));
    let lines = party.lines.map_or_else(String::new, |lines| format!(", {}", books::counted(lines, "line")));
    format!("{}: {agent}{id}{lines}", party.source)
}

fn calls(calls: &[CallShare]) -> Table {
    with_calls(Table::of(calls), |call| call).build()
}

/// CSV has the calls of all sessions in one table.
fn all_calls(report: &ShowCommitReport) -> Table {
    let mut rows: Vec<(&CommitSession, &CallShare)> = Vec::new();
    for session in &report.sessions {
        rows.extend(session.calls.iter().map(|call| (session, call)));
    }
    with_calls(Table::of(&rows).with(Column::data("session"), |row| Cell::text(&row.0.session)), |row| row.1).build()
}

fn with_calls<R>(rows: Growing<'_, R>, call: impl Fn(&R) -> &CallShare + Copy) -> Growing<'_, R> {
    rows.with(Column::data("call"), |row| Cell::text(&call(row).call))
        .with(Column::number("turn", "turn"), |row| Cell::Count(call(row).turn))
        .with(Column::number("at", "at"), |row| Cell::At(call(row).at))
        .with(Column::name("model", "model"), |row| Cell::maybe(call(row).model.as_deref()))
        .with(Column::name("subagent", "subagent"), |row| Cell::maybe(call(row).subagent.as_deref()))
        .with(Column::name("why", "bucket"), |row| Cell::text(books::bucket_name(call(row).bucket)))
        .with(Column::number("lines", "landed_lines"), |row| Cell::count(call(row).landed_lines))
        .with(Column::money("share $", "share_usd"), |row| Cell::Money(Some(call(row).share)))
        .with(Column::number("of call $", "call_cost_usd"), |row| Cell::Money(Some(call(row).cost)))
}

fn files(files: &[FileLines]) -> Table {
    let count = |file: &FileLines, of: fn(&LineCounts) -> u64| Cell::Count(file.added_by.as_ref().map(of));
    Table::of(files)
        .with(Column::path("file", "path"), |file| Cell::text(&file.path))
        .with(Column::number("added", "added"), |file| Cell::Count(file.added))
        .with(Column::number("deleted", "deleted"), |file| Cell::Count(file.deleted))
        .with(Column::number("by agents", "agents"), |file| count(file, |counts| counts.agent))
        .with(Column::number("by people", "people"), |file| count(file, |counts| counts.human))
        .with(Column::number("unknown", "unknown"), |file| count(file, |counts| counts.unknown))
        .build()
}

fn bottom(report: &ShowCommitReport) -> Vec<Block> {
    let detail = report.commit.parts.map_or_else(String::new, |parts| {
        let bucket = |(bucket, cost): (Bucket, NanoUsd)| BucketCost { bucket, cost };
        let named = [
            (Bucket::Direct, parts.direct),
            (Bucket::SameTurn, parts.same_turn),
            (Bucket::Exploration, parts.exploration),
        ];
        let text = books::buckets(&named.map(bucket));
        if text.is_empty() { text } else { format!("= {text}") }
    });
    let total = Sum { name: "total".into(), amount: report.commit.cost, detail };
    let gaps = books::incomplete(report.incomplete).into_iter().chain(report.coverage.iter().map(books::coverage));
    let lists = [
        books::list("not covered", gaps.collect(), Role::Warning),
        books::list("", vec![books::prices(&report.prices)], Role::Muted),
    ];
    [Block::Sums(vec![total])].into_iter().chain(lists.into_iter().flatten()).collect()
}
