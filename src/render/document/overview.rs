//! `agent-trace` alone, as a page.

use super::block::{Block, Document};
use super::books::{self, Place, counted, list};
use super::cell::Cell;
use super::column::Column;
use super::commits::commits;
use super::sessions::sessions;
use super::table::Table;
use crate::model::NanoUsd;
use crate::render::amount::dollars;
use crate::render::sparkline::sparkline;
use crate::render::theme::Role;
use crate::report::{Hint, ModelCost, NotListed, OverviewReport};

/// Returns the page.
pub(super) fn document(report: &OverviewReport) -> Document {
    Document::new(&report.scope.timezone)
        .with_heading(format!("{}  {}", report.repository, dollars(report.books.total)))
        .with_all(books::scope(&report.scope))
        .with_facts([
            ("recorded", recorded(report)),
            ("commits", Cell::Text(linked(report))),
            ("active", report.active_ms.map_or(Cell::Blank, |millis| Cell::Duration(Some(millis)))),
            ("waiting", report.wait_ms.map_or(Cell::Blank, |millis| Cell::Duration(Some(millis)))),
            ("per day", days(report)),
        ])
        .with_table(models(&report.models))
        .with_all(titled("newest commits with a cost", commits(&report.recent_commits, false)))
        .with_all(titled("most expensive sessions", sessions(&report.top_sessions)))
        .with_all(books::bottom(&report.books, NotListed::default(), "rows", Place::BesideRows))
        .with_all(list("try next", hints(&report.hints), Role::Plain))
}

fn titled(title: &str, table: Table) -> Vec<Block> {
    match table.rows.len() {
        0 => Vec::new(),
        _ => vec![Block::Heading(title.to_owned()), Block::Table(table)],
    }
}

fn recorded(report: &OverviewReport) -> Cell {
    let counts = [counted(report.sessions, "session"), counted(report.turns, "turn"), counted(report.calls, "call")];
    Cell::Text(counts.join(", "))
}

fn linked(report: &OverviewReport) -> String {
    let cost = dollars(report.attributed);
    format!("{cost} at {} of {}", report.commits_with_session, counted(report.commits, "commit"))
}

fn days(report: &OverviewReport) -> Cell {
    let (Some(first), Some(last)) = (report.days.first(), report.days.last()) else { return Cell::Blank };
    let costs: Vec<u64> = report.days.iter().map(|day| u64::try_from(day.cost.0).unwrap_or(0)).collect();
    let most = report.days.iter().map(|day| day.cost).max().unwrap_or(NanoUsd::ZERO);
    Cell::Text(format!("{} {} {}  at most {}", first.day, sparkline(&costs), last.day, dollars(most)))
}

fn models(models: &[ModelCost]) -> Table {
    Table::of(models)
        .with(Column::id("model", "model"), |row| Cell::text(row.model.as_deref().unwrap_or("(no model)")))
        .with(Column::money("cost $", "cost_usd"), |row| Cell::Money(row.cost))
        .with(Column::number("calls", "calls"), |row| Cell::count(row.calls))
        .build()
}

fn hints(hints: &[Hint]) -> Vec<String> {
    let width = hints.iter().map(|hint| hint.command.chars().count()).max().unwrap_or(0);
    hints.iter().map(|hint| format!("{:width$}  {}", hint.command, hint.purpose)).collect()
}
