//! `sql`: a statement of the user, read-only.

use super::context::Context;
use crate::error::{Error, ExitCode};
use crate::report::{QueryReport, Report, Value};
use crate::store::Cell;

/// Runs `agent-trace sql`.
pub(super) fn run(context: &Context<'_>, statement: &str, limit: Option<usize>) -> Result<ExitCode, Error> {
    let repo = context.repo()?;
    let mut result = context.reader(&repo)?.query(statement)?;
    let limit = limit.unwrap_or(usize::MAX);
    let not_listed = result.rows.len().saturating_sub(limit) as u64;
    result.rows.truncate(limit);
    let value = |cell: Cell| match cell {
        Cell::Null => Value::Null,
        Cell::Integer(number) => Value::Integer(number),
        Cell::Real(number) => Value::Real(number),
        Cell::Text(text) => Value::Text(text),
    };
    let rows = result.rows.into_iter().map(|row| row.into_iter().map(value).collect()).collect();
    context.print(&Report::Query(QueryReport { columns: result.columns, rows, not_listed }))
}
