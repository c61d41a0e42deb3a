//! What one row of a cost report stands for.

use serde::Serialize;

use super::wire;
use crate::model::Timestamp;

/// The name of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CostKey {
    /// The full id: commit id, session id, turn id, model, day (`2026-01-23`), path, …; `null` for rows such as
    /// `(no branch)`.
    pub id: Option<String>,
    /// The short name for people: `a1b2c3d4e5`, `4de02c81`, `4de02c81 turn 3`, `(no branch)`.
    pub label: String,
    /// The commit's subject or another line of text.
    pub subject: Option<String>,
    /// When it was made or began.
    #[serde(serialize_with = "wire::text_or_null")]
    pub at: Option<Timestamp>,
}
