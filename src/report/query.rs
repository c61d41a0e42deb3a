//! `agent-trace sql`: the answer to a statement of the user.

use serde::Serialize;

/// Columns and rows. `agent-trace/query/1`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct QueryReport {
    /// Names of the columns, as SQLite gives them; two may be equal.
    pub columns: Vec<String>,
    /// One array a row, in the order of `columns`.
    pub rows: Vec<Vec<Value>>,
    /// Rows beyond the limit; 0 if all are there.
    pub not_listed: u64,
}

/// One value of SQLite.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A fraction; JSON writes those that are no number as `null`.
    Real(f64),
    /// Text; bytes are in hexadecimal.
    Text(String),
}
