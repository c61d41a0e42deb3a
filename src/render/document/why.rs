//! `agent-trace why` as a page.

use super::block::Document;
use super::books;
use super::cell::Cell;
use super::column::Column;
use super::commits::grade_name;
use super::table::Table;
use crate::render::amount::dollars;
use crate::render::theme::Role;
use crate::report::{
    Evidence, LineClass, Missing, WhyCall, WhyCommit, WhyLanded, WhyPullRequest, WhyReport, WhyTool, WhyTurn,
};

/// Returns the page.
pub(super) fn document(report: &WhyReport) -> Document {
    let line = &report.line;
    let turn = report.turn.as_ref();
    let mut document = Document::new(&report.timezone)
        .with_heading(format!("{}:{}  {}", report.file, line.line, line.text.trim()))
        .with_facts([
            ("who", Cell::Text(who(report))),
            ("because", Cell::Text(because(report))),
            ("commit", report.commit.as_ref().map_or(Cell::Blank, |commit| Cell::Text(commit_words(report, commit)))),
            ("committed", line.commit.map_or(Cell::Blank, |_| Cell::At(Some(line.at)))),
            ("pull request", Cell::maybe(pull_requests(&report.pull_requests).as_deref())),
            ("session", Cell::maybe(line.session.as_deref())),
            ("turn", turn.map_or(Cell::Blank, |turn| Cell::Text(format!("{} ({})", turn.number, turn.kind)))),
            ("began", turn.map_or(Cell::Blank, |turn| Cell::At(turn.started))),
            ("prompt", turn.map_or(Cell::Blank, prompt)),
            ("before it", Cell::maybe(steps(&report.before).as_deref())),
            ("tool call", report.tool_call.as_ref().map_or(Cell::Blank, |tool| Cell::Text(tool_words(tool)))),
            ("request", report.call.as_ref().map_or(Cell::Blank, |call| Cell::Text(call_words(call)))),
            ("turn cost", turn.map_or(Cell::Blank, |turn| Cell::Text(turn_words(turn)))),
            ("line cost", line.cost.map_or(Cell::Blank, |cost| Cell::Text(dollars(cost)))),
        ])
        .with_data(data(report));
    let links = report.commit.iter().flat_map(|commit| &commit.links);
    let evidence: Vec<String> =
        links.flat_map(|link| link.evidence.iter().map(|piece| piece_words(&link.short, piece))).collect();
    document = document.with_all(books::list("the commit and its sessions", evidence, Role::Plain));
    if report.landed.iter().map(|landed| landed.lines).sum::<u64>() > 1 {
        document = document.with_heading("lines of the same request").with_table(landed(&report.landed));
    }
    document.with_all(books::list("", vec![books::prices(&report.prices)], Role::Muted))
}

fn who(report: &WhyReport) -> String {
    let line = &report.line;
    match line.class {
        LineClass::Agent => {
            let agent = line.agent.as_deref().unwrap_or("an agent");
            line.model.as_ref().map_or_else(|| agent.to_owned(), |model| format!("{agent}, {model}"))
        }
        LineClass::Human => format!("a person; author of the commit: {}", line.author),
        LineClass::Unknown if line.commit.is_none() => "unknown".into(),
        LineClass::Unknown => format!("unknown; author of the commit: {}", line.author),
    }
}

fn because(report: &WhyReport) -> String {
    format!("{} ({})", report.because, report.line.grade.name())
}

fn commit_words(report: &WhyReport, commit: &WhyCommit) -> String {
    let subject = commit.subject.as_deref().unwrap_or_default();
    format!("{}  {}: {subject}", commit.short, report.line.author)
}

fn pull_requests(requests: &[WhyPullRequest]) -> Option<String> {
    let words = |request: &WhyPullRequest| {
        let repository = request.repository.as_deref().map_or_else(String::new, |name| format!("{name} "));
        let source = if request.source == "session" { ", opened by the session" } else { "" };
        format!("{repository}#{}{source}", request.number)
    };
    (!requests.is_empty()).then(|| requests.iter().map(words).collect::<Vec<_>>().join("; "))
}

fn prompt(turn: &WhyTurn) -> Cell {
    match (&turn.prompt, turn.prompt_missing) {
        (Some(prompt), _) => Cell::text(prompt),
        (None, Some(Missing::TranscriptGone)) => Cell::text("(the transcript is gone)"),
        (None, _) => Cell::Blank,
    }
}

/// `Read 3 times, Grep, Edit of src/a.rs`: in the order of their first use.
fn steps(before: &[WhyTool]) -> Option<String> {
    let mut counts: Vec<(String, u64)> = Vec::new();
    for tool in before {
        let name = tool_name(tool);
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    let words = |(name, count): (String, u64)| if count == 1 { name } else { format!("{name} {count} times") };
    (!before.is_empty()).then(|| counts.into_iter().map(words).collect::<Vec<_>>().join(", "))
}

fn tool_name(tool: &WhyTool) -> String {
    let name = tool.tool.as_deref().unwrap_or("a tool");
    let files = if tool.files.is_empty() { String::new() } else { format!(" of {}", tool.files.join(", ")) };
    let failed = if tool.is_error == Some(true) { " (failed)" } else { "" };
    format!("{name}{files}{failed}")
}

fn tool_words(tool: &WhyTool) -> String {
    let subagent = tool.subagent.as_ref().map_or_else(String::new, |name| format!(", in subagent {name}"));
    format!("{}{subagent}, {}", tool_name(tool), tool.tool_call)
}

fn call_words(call: &WhyCall) -> String {
    let cost = call.cost.map_or_else(|| "cost unknown".to_owned(), dollars);
    let landed =
        if call.shares.is_empty() { String::new() } else { format!(", {} of it landed", dollars(call.landed)) };
    let floor = if call.is_complete { "" } else { ", a floor: its output is a placeholder" };
    format!("{cost}{landed}{floor}")
}

fn turn_words(turn: &WhyTurn) -> String {
    let cost = turn.cost.map_or_else(|| "cost unknown".to_owned(), dollars);
    format!("{cost}, {}", books::counted(turn.calls, "request"))
}

fn piece_words(session: &str, piece: &Evidence) -> String {
    let detail = piece.detail.as_ref().map_or_else(String::new, |detail| format!(": {detail}"));
    format!("{session} {} by {}{detail}", grade_name(piece.grade), piece.kind)
}

fn landed(rows: &[WhyLanded]) -> Table {
    Table::of(rows)
        .with(Column::id("commit", "commit"), |row| Cell::Text(row.commit.chars().take(10).collect()))
        .with(Column::path("file", "path"), |row| Cell::text(&row.path))
        .with(Column::number("lines", "lines"), |row| Cell::count(row.lines))
        .with(Column::text("tool call", "tool_call"), |row| Cell::text(&row.tool_call))
        .build()
}

/// One row for CSV.
fn data(report: &WhyReport) -> Table {
    let line = &report.line;
    let call = report.call.as_ref();
    Table::of(std::slice::from_ref(report))
        .with(Column::data("file"), |report| Cell::text(&report.file))
        .with(Column::data("line"), |_| Cell::count(u64::from(line.line)))
        .with(Column::data("class"), |_| Cell::text(line.class.name()))
        .with(Column::data("grade"), |_| Cell::text(line.grade.name()))
        .with(Column::data("reason"), |_| Cell::text(line.reason.name()))
        .with(Column::data("commit"), |_| Cell::maybe(line.commit.map(|id| id.to_string()).as_deref()))
        .with(Column::data("session"), |_| Cell::maybe(line.session.as_deref()))
        .with(Column::data("turn"), |_| Cell::Count(line.turn))
        .with(Column::data("call"), |_| Cell::maybe(line.call.as_deref()))
        .with(Column::data("tool_call"), |_| Cell::maybe(line.tool_call.as_deref()))
        .with(Column::data("model"), |_| Cell::maybe(line.model.as_deref()))
        .with(Column::data("cost_usd"), |_| Cell::Money(line.cost))
        .with(Column::data("call_cost_usd"), |_| Cell::Money(call.and_then(|call| call.cost)))
        .with(Column::data("turn_cost_usd"), |report| Cell::Money(report.turn.as_ref().and_then(|turn| turn.cost)))
        .with(Column::data("text"), |_| Cell::text(&line.text))
        .build()
}
