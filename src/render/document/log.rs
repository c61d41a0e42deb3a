//! `agent-trace log` as a page.

use super::block::Document;
use super::books::{self, Place};
use super::cell::Cell;
use super::commits::commits;
use super::cost::push_leftovers;
use crate::report::LogReport;

/// Returns the page.
pub(super) fn document(report: &LogReport) -> Document {
    let mut table = commits(&report.rows, true);
    if report.not_listed.rows > 0 {
        let cost = Cell::Money(Some(report.not_listed.cost));
        table.push_data_row(vec![("row", Cell::text("not listed")), ("cost_usd", cost)]);
    }
    push_leftovers(
        &mut table,
        report.books.unattributed.iter().map(|left| (books::leftover_name(left.kind), left.cost)),
    );
    Document::new(&report.scope.timezone)
        .with_all(books::scope(&report.scope))
        .with_table(table)
        .with_all(books::bottom(&report.books, report.not_listed, "commits", Place::BesideRows))
}
