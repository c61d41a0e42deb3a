//! A table as data.

use super::cell::Cell;
use super::column::Column;
use crate::render::amount;

/// Columns and rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::render) struct Table {
    /// The columns.
    pub(in crate::render) columns: Vec<Column>,
    /// The rows; each has a cell for every column.
    pub(in crate::render) rows: Vec<Vec<Cell>>,
    /// Rows of CSV only: what people read below the table, so that a column of amounts sums to the total.
    pub(in crate::render) data_rows: Vec<Vec<Cell>>,
}

/// A table that grows column by column.
pub(super) struct Growing<'r, R> {
    sources: &'r [R],
    table: Table,
}

impl<R> Growing<'_, R> {
    /// Adds a column and its cell of every row.
    pub(super) fn with(mut self, column: Column, cell: impl Fn(&R) -> Cell) -> Self {
        self.table.columns.push(column);
        for (row, source) in self.table.rows.iter_mut().zip(self.sources) {
            row.push(cell(source));
        }
        self
    }

    /// Returns the table.
    pub(super) fn build(self) -> Table {
        self.table
    }
}

impl Table {
    /// Begins a table with one row for each of `sources`.
    pub(super) fn of<R>(sources: &[R]) -> Growing<'_, R> {
        let rows = vec![Vec::new(); sources.len()];
        Growing { sources, table: Table { columns: Vec::new(), rows, data_rows: Vec::new() } }
    }

    /// Adds a row to CSV: cells by the key of their column, the others blank.
    pub(super) fn push_data_row(&mut self, cells: Vec<(&str, Cell)>) {
        let mut row = vec![Cell::Blank; self.columns.len()];
        for (key, cell) in cells {
            if let Some(index) = self.columns.iter().position(|column| column.is_data() && column.key == key) {
                row[index] = cell;
            }
        }
        self.data_rows.push(row);
    }

    /// Returns the columns for people: those with anything in them.
    pub(in crate::render) fn people_columns(&self) -> Vec<usize> {
        let is_used =
            |index: usize| self.rows.iter().any(|row| row.get(index).is_some_and(|cell| *cell != Cell::Blank));
        let is_shown = |index: &usize| self.columns[*index].is_for_people() && is_used(*index);
        (0..self.columns.len()).filter(is_shown).collect()
    }

    /// Returns the decimals that all amounts of the table share, so that sums across columns line up too.
    pub(in crate::render) fn decimals(&self) -> u32 {
        amount::decimals_for(self.rows.iter().flatten().filter_map(Cell::amount))
    }
}
