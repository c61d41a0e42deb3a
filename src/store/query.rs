//! Statements the user writes: read-only, over the documented views.

use rusqlite::types::ValueRef;

use super::error::StoreError;
use super::open::Reader;

/// One value of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A fraction.
    Real(f64),
    /// Text; bytes are shown in hexadecimal.
    Text(String),
}

/// Names of columns and rows of values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueryResult {
    /// Names.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Reader {
    /// Runs one statement that only reads.
    ///
    /// # Errors
    /// [`StoreError::Query`] with SQLite's message, or if the statement would write.
    pub fn query(&self, statement: &str) -> Result<QueryResult, StoreError> {
        let fail = |error: rusqlite::Error| StoreError::Query(error.to_string());
        let mut prepared = self.connection.prepare(statement).map_err(fail)?;
        if !prepared.readonly() {
            return Err(StoreError::Query("the statement would write; only reading is allowed here".into()));
        }
        let columns: Vec<String> = prepared.column_names().map(str::to_owned).collect();
        let width = columns.len();
        let rows = prepared.query_map([], |row| (0..width).map(|index| row.get_ref(index).map(cell)).collect());
        let rows = rows.and_then(Iterator::collect).map_err(fail)?;
        Ok(QueryResult { columns, rows })
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}
