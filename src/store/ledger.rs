//! The books as columns: what reports build their frames from.

use rusqlite::types::ValueRef;

use super::error::StoreError;
use super::open::Reader;

/// A column of whole numbers, some of which may be unknown.
pub type Column = Vec<Option<i64>>;

/// Columns of the books, in the order asked for.
#[derive(Debug, Default)]
pub struct LedgerColumns(pub Vec<Column>);

/// Columns of shares, in the order asked for.
#[derive(Debug, Default)]
pub struct ShareColumns(pub Vec<Column>);

impl Reader {
    /// Returns whole-number columns of a table or a join, by column expressions.
    ///
    /// `from` and `columns` are constants of this crate, never text of a user.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn columns(&self, from: &str, columns: &[&str]) -> Result<Vec<Column>, StoreError> {
        let read = || {
            let mut statement = self.connection.prepare(&format!("SELECT {} FROM {from}", columns.join(", ")))?;
            let mut values: Vec<Column> = vec![Vec::new(); columns.len()];
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                for (index, column) in values.iter_mut().enumerate() {
                    column.push(match row.get_ref(index)? {
                        ValueRef::Integer(value) => Some(value),
                        _ => None,
                    });
                }
            }
            Ok(values)
        };
        read().map_err(|error| self.fail(error))
    }
}
