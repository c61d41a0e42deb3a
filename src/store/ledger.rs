//! Tables as columns: what reports build their frames from.

use rusqlite::types::{ToSql, ValueRef};
use rusqlite::{Row, Rows};

use super::error::StoreError;
use super::open::Reader;

/// A column of whole numbers, some of which may be unknown.
pub type Column = Vec<Option<i64>>;

/// A row of values that may be numbers, texts or bytes.
#[derive(Debug, Clone, Default)]
pub struct Values(Vec<rusqlite::types::Value>);

impl Values {
    /// Returns a number.
    pub fn number(&self, index: usize) -> Option<i64> {
        match self.0.get(index) {
            Some(rusqlite::types::Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// Returns a text.
    pub fn text(&self, index: usize) -> Option<&str> {
        match self.0.get(index) {
            Some(rusqlite::types::Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns bytes.
    pub fn bytes(&self, index: usize) -> &[u8] {
        match self.0.get(index) {
            Some(rusqlite::types::Value::Blob(bytes)) => bytes,
            _ => &[],
        }
    }
}

impl Reader {
    /// Returns whole-number columns of a table or a join, by column expressions.
    ///
    /// `from` and `columns` are constants of this crate, never text of a user;
    /// values of a user go into `parameters`.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn columns(&self, columns: &[&str], from: &str, parameters: &[i64]) -> Result<Vec<Column>, StoreError> {
        let mut values: Vec<Column> = vec![Vec::new(); columns.len()];
        self.each(&format!("SELECT {} FROM {from}", columns.join(", ")), parameters, |row| {
            for (index, column) in values.iter_mut().enumerate() {
                column.push(match row.get_ref(index)? {
                    ValueRef::Integer(value) => Some(value),
                    _ => None,
                });
            }
            Ok(())
        })?;
        Ok(values)
    }

    /// Returns the rows of a statement that is a constant of this crate.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn rows(&self, statement: &str, parameters: &[i64]) -> Result<Vec<Values>, StoreError> {
        let mut all = Vec::new();
        self.each(statement, parameters, |row| {
            let width = row.as_ref().column_count();
            let values: rusqlite::Result<_> = (0..width).map(|index| row.get(index)).collect();
            all.push(Values(values?));
            Ok(())
        })?;
        Ok(all)
    }

    fn each(
        &self,
        statement: &str,
        parameters: &[i64],
        mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let mut read = || {
            let mut statement = self.connection.prepare_cached(statement)?;
            let parameters: Vec<&dyn ToSql> = parameters.iter().map(|number| number as &dyn ToSql).collect();
            let mut rows: Rows<'_> = statement.query(parameters.as_slice())?;
            while let Some(row) = rows.next()? {
                take(row)?;
            }
            Ok(())
        };
        read().map_err(|error| self.fail(error))
    }
}
