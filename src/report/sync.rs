//! `agent-trace sync`: what was fetched of a forge's pull requests.

use serde::Serialize;

use super::comment::ForgeKind;
use super::wire;
use crate::model::Timestamp;

/// What one reading of a forge came to. `agent-trace/sync/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncReport {
    /// The forge.
    pub forge: ForgeKind,
    /// The repository on it.
    pub repository: String,
    /// Pull requests that were fetched, each as often as it was.
    pub fetched: u64,
    /// Of these, those asked for again because nothing tells when their reviews and checks change: open ones, and those
    /// merged in the last 30 days.
    pub again: u64,
    /// Pull requests that are known now.
    pub known: u64,
    /// Whether it went on where an earlier reading had stopped.
    pub is_resumed: bool,
    /// Requests sent.
    pub requests: u64,
    /// Of these, those the forge answered with "not modified".
    pub unchanged: u64,
    /// Points they cost, where the forge counts such.
    pub points: u64,
    /// Everything that changed before this is known.
    #[serde(serialize_with = "wire::text_or_null")]
    pub watermark: Option<Timestamp>,
    /// What did not change since this was never asked for; `null` if all was.
    #[serde(serialize_with = "wire::text_or_null")]
    pub since: Option<Timestamp>,
    /// Why it stopped before its end; `null` if it did not. What was fetched is kept, and the next reading goes on there.
    pub stopped: Option<String>,
    /// When the forge will answer again, if it said so.
    #[serde(serialize_with = "wire::text_or_null")]
    pub resume_at: Option<Timestamp>,
    /// IANA name of the zone in which times are shown.
    pub timezone: String,
}
