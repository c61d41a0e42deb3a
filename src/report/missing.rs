//! Why a value is not there.

use serde::{Deserialize, Serialize};

/// The reason of a `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The model has no price.
    Unpriced,
    /// The source never wrote it.
    NotRecorded,
    /// There is no such thing here (no line was added, no turn was active).
    NotApplicable,
    /// The commit's content is not in this clone.
    NoContent,
    /// The commit was not compared with the sessions yet.
    NotScanned,
    /// The commit has no session.
    NoSession,
    /// The transcript was deleted by its owner.
    TranscriptGone,
    /// No transcript of the session was read here: hooks or a message tell of it.
    NotRead,
    /// It is shown only when asked for.
    NotAsked,
    /// Only the forge knows it, and `agent-trace sync` did not fetch it.
    NotSynced,
    /// What there is fits more than one answer.
    Ambiguous,
}
