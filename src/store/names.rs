//! Texts that repeat, stored once.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::error::StoreError;
use super::open::Reader;

/// The ids of texts; asks the database only for texts it has not met.
#[derive(Debug, Default)]
pub(super) struct Interner {
    known: HashMap<Box<str>, i64>,
}

/// More texts than this are looked up again instead of being remembered.
const MAX_KNOWN: usize = 200_000;

impl Interner {
    /// Returns the id of a text, adding it if it is new.
    pub(super) fn id(&mut self, sql: &Connection, text: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.known.get(text) {
            return Ok(*id);
        }
        let found = sql
            .prepare_cached("SELECT id FROM name WHERE text = ?1")?
            .query_row([text], |row| row.get(0))
            .optional()?;
        let id = match found {
            Some(id) => id,
            None => sql
                .prepare_cached("INSERT INTO name (text) VALUES (?1) RETURNING id")?
                .query_row([text], |row| row.get(0))?,
        };
        if self.known.len() < MAX_KNOWN {
            self.known.insert(text.into(), id);
        }
        Ok(id)
    }

    /// Returns the id of a text that may be missing.
    pub(super) fn maybe(&mut self, sql: &Connection, text: Option<&str>) -> rusqlite::Result<Option<i64>> {
        text.map(|text| self.id(sql, text)).transpose()
    }
}

/// All texts by id, for reports.
#[derive(Debug, Default)]
pub struct Names(HashMap<i64, String>);

impl Names {
    /// Returns the text of an id.
    pub fn get(&self, id: i64) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }
}

impl FromIterator<(i64, String)> for Names {
    fn from_iter<T: IntoIterator<Item = (i64, String)>>(texts: T) -> Names {
        Names(texts.into_iter().collect())
    }
}

impl Reader {
    /// Returns every text.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn names(&self) -> Result<Names, StoreError> {
        read(&self.connection).map_err(|error| self.fail(error))
    }
}

pub(super) fn read(sql: &Connection) -> rusqlite::Result<Names> {
    let mut statement = sql.prepare("SELECT id, text FROM name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect::<rusqlite::Result<_>>().map(Names)
}
