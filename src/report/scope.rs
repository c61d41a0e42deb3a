//! What a report looked at.

use serde::Serialize;

use super::wire;
use crate::model::{NanoUsd, Timestamp};

/// The filters of a report, echoed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// Nothing before this instant.
    #[serde(serialize_with = "wire::text_or_null")]
    pub since: Option<Timestamp>,
    /// Nothing at or after this instant.
    #[serde(serialize_with = "wire::text_or_null")]
    pub until: Option<Timestamp>,
    /// Only this branch.
    pub branch: Option<String>,
    /// Only this session.
    pub session: Option<String>,
    /// Only this model.
    pub model: Option<String>,
    /// IANA name of the zone in which days are cut and times are shown; anything unknown is taken as UTC.
    pub timezone: String,
}

/// Rows that count but are not in the list (`--limit`, commits outside the range).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct NotListed {
    /// How many.
    pub rows: u64,
    /// What they cost together.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano")]
    pub cost: NanoUsd,
}
