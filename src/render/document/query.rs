//! `agent-trace sql` as a page.

use super::block::Document;
use super::books::{counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::render::theme::Role;
use crate::report::{QueryReport, Value};

/// Returns the page.
pub(super) fn document(report: &QueryReport) -> Document {
    let columns = report.columns.iter().enumerate().map(|(index, name)| column(report, index, name)).collect();
    let rows = report.rows.iter().map(|row| row.iter().cloned().map(Cell::Value).collect()).collect();
    let table = Table { columns, rows, data_rows: Vec::new() };
    let rest = match (report.rows.len(), report.not_listed) {
        (0, 0) => Some("no rows".to_owned()),
        (_, 0) => None,
        (_, more) => Some(format!("{} not listed", counted(more, "row"))),
    };
    Document::new("UTC").with_table(table).with_all(list("", rest.into_iter().collect(), Role::Muted))
}

/// Numbers stand right, anything else left.
fn column(report: &QueryReport, index: usize, name: &str) -> Column {
    let is_text = |row: &Vec<Value>| matches!(row.get(index), Some(Value::Text(_)));
    match report.rows.iter().any(is_text) {
        true => Column::text(name, name),
        false => Column::number(name, name),
    }
}
