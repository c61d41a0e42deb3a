//! `agent-trace pr report` as a page.

use super::block::{Block, Document, Fact, Sum};
use super::books::{counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::model::NanoUsd;
use crate::render::amount::dollars;
use crate::render::theme::Role;
use crate::report::{BudgetVerdict, PullCommitRow, PullModel, PullReport, PullSession};

/// Returns the page.
pub(super) fn document(report: &PullReport) -> Document {
    let total = Sum { name: "total".into(), amount: report.total.cost, detail: detail(report) };
    let mut page = Document::new("UTC").with_heading(headline(report)).with(Block::Facts(facts(report)));
    if !report.models.is_empty() {
        page = page.with_table(models(&report.models));
    }
    page = page.with_table(commits(&report.commits));
    if !report.sessions.is_empty() {
        page = page.with_table(sessions(&report.sessions));
    }
    page.with(Block::Sums(vec![total])).with_all(list("to know", remarks(report), Role::Warning))
}

/// The one sentence that must make sense alone: the preview of a mail shows no more.
pub(in crate::render) fn headline(report: &PullReport) -> String {
    let commits = counted(report.coverage.commits, "commit");
    if report.coverage.traced == 0 {
        return format!("no agent traces on {commits}");
    }
    let cost = report
        .total
        .cost
        .map_or_else(|| "agent cost not known".to_owned(), |cost| format!("agent cost {}", dollars(cost)));
    let sessions = counted(report.sessions.len() as u64, "session");
    let lines = report.lines.agent_percent().map(|percent| format!(" · {percent:.0} % of added lines by agents"));
    let over = report.budget.filter(|budget| budget.verdict == BudgetVerdict::Over);
    let over = over.map(|budget| format!(" · over the budget of {}", dollars(budget.limit)));
    format!("{cost} · {sessions} · {commits}{}{}", lines.unwrap_or_default(), over.unwrap_or_default())
}

fn facts(report: &PullReport) -> Vec<Fact> {
    let fact = |name: &str, value: Cell| Fact { name: name.into(), value };
    let mut facts = vec![
        fact(
            "commits with a trace",
            Cell::Share { part: Some(report.coverage.traced), whole: Some(report.coverage.commits) },
        ),
        fact("agent lines of added lines", Cell::Share { part: report.lines.agent, whole: report.lines.added }),
    ];
    facts.extend(report.since.as_ref().map(|since| {
        let name = format!("since {}", short(&since.head));
        fact(&name, Cell::Text(since.cost.map_or_else(|| "not known".into(), signed)))
    }));
    facts.extend(report.median.map(|median| {
        let name = format!("median of the last {} landings", median.landings);
        fact(&name, Cell::Money(Some(median.cost)))
    }));
    facts.extend(report.budget.map(|budget| {
        let verdict = match budget.verdict {
            BudgetVerdict::Ok => "kept",
            BudgetVerdict::Over => "exceeded",
            BudgetVerdict::Unknown => "not exceeded by what is known",
        };
        fact("budget", Cell::Text(format!("{}, {verdict}", dollars(budget.limit))))
    }));
    facts
}

/// An amount with its sign.
pub(in crate::render) fn signed(amount: NanoUsd) -> String {
    if amount < NanoUsd(0) { format!("-{}", dollars(NanoUsd(-amount.0))) } else { format!("+{}", dollars(amount)) }
}

/// The first digits of an id, as git shows them.
pub(in crate::render) fn short(id: &str) -> &str {
    id.get(..7).unwrap_or(id)
}

fn models(rows: &[PullModel]) -> Table {
    Table::of(rows)
        .with(Column::name("model", "model"), |row| Cell::maybe(row.model.as_deref()))
        .with(Column::number("requests", "requests"), |row| Cell::count(row.usage.requests))
        .with(Column::number("input tok", "input_tokens"), |row| Cell::count(row.usage.tokens.input))
        .with(Column::number("output tok", "output_tokens"), |row| Cell::count(row.usage.tokens.output))
        .with(Column::number("cache read tok", "cache_read_tokens"), |row| Cell::count(row.usage.tokens.cache_read))
        .with(Column::number("cache write tok", "cache_write_tokens"), |row| {
            Cell::count(row.usage.tokens.cache_write())
        })
        .with(Column::money("cost $", "cost_usd"), |row| Cell::Money(row.usage.cost))
        .build()
}

fn commits(rows: &[PullCommitRow]) -> Table {
    Table::of(rows)
        .with(Column::id("commit", "").for_people(), |row| Cell::text(short(&row.commit)))
        .with(Column::data("commit"), |row| Cell::text(&row.commit))
        .with(Column::text("subject", "subject"), |row| Cell::text(&row.subject))
        .with(Column::number("sessions", "sessions"), |row| Cell::count(row.sessions))
        .with(Column::number("agent lines", "agent_lines"), |row| Cell::Count(row.lines.agent))
        .with(Column::number("added lines", "added_lines"), |row| Cell::Count(row.lines.added))
        .with(Column::money("cost $", "cost_usd"), |row| Cell::Money(row.usage.cost))
        .build()
}

fn sessions(rows: &[PullSession]) -> Table {
    Table::of(rows)
        .with(Column::id("session", "session"), |row| Cell::text(&row.session))
        .with(Column::name("agent", "agent"), |row| Cell::text(&row.agent))
        .with(Column::number("commits", "commits"), |row| Cell::count(row.commits))
        .with(Column::number("lines", "lines"), |row| Cell::Count(row.lines))
        .with(Column::money("cost $", "cost_usd"), |row| Cell::Money(row.usage.cost))
        .build()
}

fn detail(report: &PullReport) -> String {
    match report.prices.as_slice() {
        [] => String::new(),
        days => format!("at prices of {}", days.join(", ")),
    }
}

/// What makes the numbers less than they seem.
pub(in crate::render) fn remarks(report: &PullReport) -> Vec<String> {
    let coverage = &report.coverage;
    let mut remarks = Vec::new();
    if !coverage.untraced.is_empty() && coverage.traced > 0 {
        let ids: Vec<&str> = coverage.untraced.iter().take(5).map(|id| short(id)).collect();
        let more = if coverage.untraced.len() > ids.len() { ", …" } else { "" };
        let carry = if coverage.untraced.len() == 1 { "carries" } else { "carry" };
        let commits = counted(coverage.untraced.len() as u64, "commit");
        remarks.push(format!("{commits} {carry} no trace ({}{more}): the total is a lower bound", ids.join(", ")));
    }
    if !coverage.is_complete {
        remarks.push("the base is not connected to the head in this clone: commits may be missing".into());
    }
    let of =
        |count: usize, what: &str, then: &str| (count > 0).then(|| format!("{} {then}", counted(count as u64, what)));
    remarks.extend(of(coverage.missing_notes.len(), "note", "could not be had"));
    remarks.extend(of(report.total.unpriced_requests as usize, "request", "without a price"));
    remarks.extend(of(coverage.bad_lines as usize, "line", "of notes damaged"));
    remarks.extend(of(coverage.redacted.len(), "session", "redacted"));
    remarks
}
