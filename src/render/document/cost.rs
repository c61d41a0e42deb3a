//! `agent-trace cost` as a page.

use super::block::Document;
use super::books::{self, Place};
use super::cell::Cell;
use super::column::Column;
use super::table::{Growing, Table};
use crate::model::NanoUsd;
use crate::report::{CostBy, CostReport, CostRow, Parts, TokenCounts};

/// Returns the page.
pub(super) fn document(report: &CostReport) -> Document {
    let place = if report.by.leaves_unattributed() { Place::BesideRows } else { Place::InRows };
    Document::new(&report.scope.timezone)
        .with_all(books::scope(&report.scope))
        .with_table(table(report))
        .with_all(books::bottom(&report.books, report.not_listed, plural(report.by), place))
}

fn table(report: &CostReport) -> Table {
    let by = report.by;
    let table =
        with_names(Table::of(&report.rows), by).with(Column::money("cost $", "cost_usd"), |row| Cell::Money(row.cost));
    let table = match by {
        CostBy::Commit => with_parts(table),
        CostBy::Tool => with_own_and_carry(table),
        _ => table,
    };
    let mut table = with_remarks(with_volumes(table, by), by).build();
    push_rest(&mut table, report);
    table
}

type Rows<'r> = Growing<'r, CostRow>;

fn with_names(rows: Rows<'_>, by: CostBy) -> Rows<'_> {
    let label = match by {
        CostBy::File => Column::path(by.name(), "label"),
        _ => Column::id(by.name(), "label"),
    };
    let at = match by {
        CostBy::Session | CostBy::Turn => Column::number("started", "at").optional(),
        _ => Column::data("at"),
    };
    rows.with(Column::data("row"), |_| Cell::text(by.name()))
        .with(Column::data("id"), |row| Cell::maybe(row.key.id.as_deref()))
        .with(label, |row| Cell::text(&row.key.label))
        .with(at, |row| row.key.at.map_or(Cell::Blank, |at| Cell::At(Some(at))))
}

/// The heads of the columns read as the sum that the row is.
fn with_parts(rows: Rows<'_>) -> Rows<'_> {
    let part = |of: fn(&Parts) -> NanoUsd| move |row: &CostRow| Cell::Money(row.parts.as_ref().map(of));
    rows.with(Column::number("= direct", "direct_usd"), part(|parts| parts.direct))
        .with(Column::number("+ same turn", "same_turn_usd"), part(|parts| parts.same_turn))
        .with(Column::number("+ exploration", "exploration_usd"), part(|parts| parts.exploration))
}

fn with_own_and_carry(rows: Rows<'_>) -> Rows<'_> {
    let own = |row: &CostRow| Cell::Money(row.cost.zip(row.carry).map(|(cost, carry)| cost - carry));
    rows.with(Column::data("own_usd"), own).with(Column::data("carry_usd"), |row| Cell::Money(row.carry))
}

fn with_volumes(rows: Rows<'_>, by: CostBy) -> Rows<'_> {
    let shown = |header: &str, key: &str| match by {
        CostBy::Commit | CostBy::File | CostBy::Pull => Column::data(key),
        _ => Column::number(header, key).optional(),
    };
    let tokens = |header: &str, key: &str| match by.shares_calls() {
        true => Column::data(key),
        false => Column::number(header, key).optional(),
    };
    let sessions = match by {
        CostBy::Session | CostBy::Turn | CostBy::File => Column::data("sessions"),
        _ => Column::number("sessions", "sessions"),
    };
    let count = |of: fn(&TokenCounts) -> u64| {
        move |row: &CostRow| row.tokens.as_ref().map_or(Cell::Blank, |tokens| Cell::count(of(tokens)))
    };
    let maybe = |of: fn(&CostRow) -> Option<u64>| move |row: &CostRow| of(row).map_or(Cell::Blank, Cell::count);
    let rows = rows
        .with(shown("calls", "calls"), maybe(|row| row.calls))
        .with(Column::data("unpriced_calls"), maybe(|row| row.unpriced_calls))
        .with(Column::data("incomplete_calls"), maybe(|row| row.incomplete_calls))
        .with(sessions, maybe(|row| row.sessions))
        .with(tokens("input tok", "input_tokens"), count(|tokens| tokens.input))
        .with(tokens("output tok", "output_tokens"), count(|tokens| tokens.output))
        .with(tokens("cache read tok", "cache_read_tokens"), count(|tokens| tokens.cache_read));
    let rows = match by.shares_calls() {
        true => rows,
        false => {
            rows.with(Column::number("cache write tok", "").optional().for_people(), count(TokenCounts::cache_write))
        }
    };
    rows.with(Column::data("cache_write_5m_tokens"), count(|tokens| tokens.cache_write_5m))
        .with(Column::data("cache_write_1h_tokens"), count(|tokens| tokens.cache_write_1h))
        .with(Column::data("web_searches"), maybe(|row| row.web_searches))
}

fn with_remarks(rows: Rows<'_>, by: CostBy) -> Rows<'_> {
    let has_lines = !by.absent().iter().any(|absent| absent.field == "lines");
    let lines = |row: &CostRow| match row.lines {
        Some(lines) => Cell::Share { part: Some(lines.landed), whole: Some(lines.added) },
        None if has_lines => Cell::Share { part: None, whole: None },
        None => Cell::Blank,
    };
    rows.with(Column::number("lines", "").for_people(), lines)
        .with(Column::data("landed_lines"), |row| Cell::Count(row.lines.map(|lines| lines.landed)))
        .with(Column::data("added_lines"), |row| Cell::Count(row.lines.map(|lines| lines.added)))
        .with(Column::text("subject", "subject"), |row| Cell::maybe(row.key.subject.as_deref()))
        .with(Column::text("note", "note"), |row| Cell::maybe(row.note.as_deref()))
}

/// What people read below the table; without it the column would not sum to the total.
fn push_rest(table: &mut Table, report: &CostReport) {
    if report.not_listed.rows > 0 {
        let cost = Cell::Money(Some(report.not_listed.cost));
        table.push_data_row(vec![("row", Cell::text("not listed")), ("cost_usd", cost)]);
    }
    if report.by.leaves_unattributed() {
        push_leftovers(
            table,
            report.books.unattributed.iter().map(|left| (books::leftover_name(left.kind), left.cost)),
        );
    }
}

/// Adds the money at no commit to CSV.
pub(super) fn push_leftovers<'a>(table: &mut Table, leftovers: impl Iterator<Item = (&'a str, NanoUsd)>) {
    for (name, cost) in leftovers {
        let cells = vec![
            ("row", Cell::text("unattributed")),
            ("label", Cell::text(name)),
            ("subject", Cell::text(name)),
            ("cost_usd", Cell::Money(Some(cost))),
        ];
        table.push_data_row(cells);
    }
}

fn plural(by: CostBy) -> &'static str {
    match by {
        CostBy::Commit => "commits",
        CostBy::Session => "sessions",
        CostBy::Turn => "turns",
        CostBy::Model => "models",
        CostBy::Day => "days",
        CostBy::Week => "weeks",
        CostBy::Month => "months",
        CostBy::Branch => "branches",
        CostBy::Author => "authors",
        CostBy::Agent => "agents",
        CostBy::Tool => "tools",
        CostBy::File => "files",
        CostBy::Pull => "pull requests",
        CostBy::None => "rows",
    }
}
