//! Names of sessions and texts by their keys.

use std::collections::HashMap;

use super::error::AnalysisError;
use crate::model::Agent;
use crate::store::{Names, Reader};

/// A session as people know it.
#[derive(Debug, Clone)]
pub struct SessionName {
    /// The full id.
    pub id: String,
    /// As much of it as is unique, eight characters at least.
    pub short: String,
    /// Who wrote it.
    pub agent: Agent,
}

/// Everything that turns keys into names.
#[derive(Debug)]
pub struct Directory {
    /// Texts.
    pub names: Names,
    sessions: HashMap<i64, SessionName>,
}

impl Directory {
    /// Reads the directory.
    ///
    /// # Errors
    /// What the store reports.
    pub fn new(reader: &Reader) -> Result<Directory, AnalysisError> {
        Ok(Directory { names: reader.names()?, ..Directory::of_sessions(reader)? })
    }

    /// Reads the names of sessions only: texts are many, and not every question needs them.
    ///
    /// # Errors
    /// What the store reports.
    pub fn of_sessions(reader: &Reader) -> Result<Directory, AnalysisError> {
        let rows = reader.rows("SELECT key, id, agent FROM session ORDER BY id", &[])?;
        let ids: Vec<&str> = rows.iter().filter_map(|row| row.text(1)).collect();
        let mut sessions = HashMap::new();
        for (index, row) in rows.iter().enumerate() {
            let (Some(key), Some(id)) = (row.number(0), row.text(1)) else { continue };
            let agent = Agent::from_code(row.number(2).unwrap_or(0));
            sessions.insert(key, SessionName { id: id.to_owned(), short: short(&ids, index), agent });
        }
        Ok(Directory { names: Names::default(), sessions })
    }

    /// Returns a session.
    pub fn session(&self, key: i64) -> Option<&SessionName> {
        self.sessions.get(&key)
    }

    /// Returns the sessions whose id begins with a text.
    pub fn sessions_like(&self, prefix: &str) -> Vec<(i64, &SessionName)> {
        let mut found: Vec<_> = self
            .sessions
            .iter()
            .filter(|(_, name)| name.id.starts_with(prefix))
            .map(|(key, name)| (*key, name))
            .collect();
        found.sort_by(|one, other| one.1.id.cmp(&other.1.id));
        found
    }

    /// Returns all ids of sessions.
    pub fn session_ids(&self) -> impl Iterator<Item = &str> {
        self.sessions.values().map(|name| name.id.as_str())
    }

    /// Returns how many sessions there are.
    pub fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// Returns the text of a name, or a stand-in.
    pub(super) fn text(&self, id: Option<i64>) -> Option<String> {
        id.and_then(|id| self.names.get(id)).map(str::to_owned)
    }
}

/// Ids are sorted, so only neighbours can share a beginning.
fn short(ids: &[&str], index: usize) -> String {
    let id = ids[index];
    let shared = |other: Option<&&str>| {
        other.map_or(0, |other| id.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count())
    };
    let before = shared(index.checked_sub(1).and_then(|before| ids.get(before)));
    let needed = before.max(shared(ids.get(index + 1))) + 1;
    id.chars().take(needed.max(8)).collect()
}
