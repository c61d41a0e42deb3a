//! `agent-trace sessions` as a page.

use super::block::Document;
use super::books::{self, Place};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::report::{SessionEntry, SessionsReport};

/// Returns the page.
pub(super) fn document(report: &SessionsReport) -> Document {
    let mut table = sessions(&report.rows);
    if report.not_listed.rows > 0 {
        let cost = Cell::Money(Some(report.not_listed.cost));
        table.push_data_row(vec![("row", Cell::text("not listed")), ("cost_usd", cost)]);
    }
    Document::new(&report.scope.timezone)
        .with_all(books::scope(&report.scope))
        .with_table(table)
        .with_all(books::bottom(&report.books, report.not_listed, "sessions", Place::InRows))
}

/// Returns the table of a list of sessions.
pub(super) fn sessions(rows: &[SessionEntry]) -> Table {
    Table::of(rows)
        .with(Column::data("row"), |_| Cell::text("session"))
        .with(Column::id("session", "short").for_people(), |row| Cell::text(&row.short))
        .with(Column::data("session"), |row| Cell::text(&row.session))
        .with(Column::name("agent", "agent").optional(), |row| Cell::text(&row.agent))
        .with(Column::number("started", "started"), |row| Cell::At(row.started))
        .with(Column::data("ended"), |row| Cell::At(row.ended))
        .with(Column::money("cost $", "cost_usd"), |row| Cell::Money(row.cost))
        .with(Column::number("turns", "turns"), |row| Cell::count(row.turns))
        .with(Column::number("calls", "calls"), |row| Cell::count(row.calls))
        .with(Column::data("incomplete_calls"), |row| Cell::count(row.incomplete_calls))
        .with(Column::data("unpriced_calls"), |row| Cell::count(row.unpriced_calls))
        .with(Column::number("active", "active_ms"), |row| Cell::Duration(row.active_ms))
        .with(Column::number("waiting", "wait_ms"), |row| Cell::Duration(row.wait_ms))
        .with(Column::number("tools", "tool_ms").optional(), |row| Cell::Duration(row.tool_ms))
        .with(Column::data("tokens"), |row| Cell::count(row.tokens.total()))
        .with(Column::number("commits", "landed_commits"), |row| Cell::count(row.landed_commits))
        .with(Column::number("lines", "landed_lines").optional(), |row| Cell::count(row.landed_lines))
        .with(Column::name("branch", "branch"), |row| Cell::maybe(row.branch.as_deref()))
        .build()
}
