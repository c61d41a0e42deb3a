//! What an answer does not know, as counts.

use super::error::AnalysisError;
use crate::report::{Coverage, CoverageKind};
use crate::store::Reader;

/// Gaps, each with the statements that count them and what they are counted out of.
const GAPS: [(CoverageKind, &str, Option<&str>); 7] = [
    (
        CoverageKind::CommitsWithoutSession,
        "SELECT count(*) FROM git_commit WHERE scanned = 1 AND is_reachable
           AND NOT EXISTS (SELECT 1 FROM link WHERE link.git_commit = git_commit.key)",
        Some("SELECT count(*) FROM git_commit WHERE scanned = 1 AND is_reachable"),
    ),
    (CoverageKind::CommitsWithoutContent, "SELECT count(*) FROM git_commit WHERE scanned = 2", None),
    (
        CoverageKind::SubagentFinalRepliesOnly,
        "SELECT count(*) FROM ledger WHERE kind = 2 AND NOT EXISTS (
           SELECT 1 FROM call AS reply JOIN call ON call.agent_run = reply.agent_run AND call.key <> reply.key
           WHERE reply.key = ledger.call)",
        None,
    ),
    (CoverageKind::Problems, "SELECT count(*) FROM problem", None),
    (CoverageKind::UnknownRows, "SELECT coalesce(sum(count), 0) FROM unknown_row", None),
    (CoverageKind::CallsWithoutTime, "SELECT count(*) FROM ledger WHERE at IS NULL", None),
    (CoverageKind::CallsWithoutModel, "SELECT count(*) FROM ledger WHERE model IS NULL", None),
];

/// Returns the gaps that are there.
pub(super) fn coverage(reader: &Reader) -> Result<Vec<Coverage>, AnalysisError> {
    let count = |statement: &str| -> Result<u64, AnalysisError> {
        let rows = reader.rows(statement, &[])?;
        Ok(rows.first().and_then(|row| row.number(0)).unwrap_or(0) as u64)
    };
    let mut gaps = Vec::new();
    for (kind, statement, of) in GAPS {
        let missing = count(statement)?;
        if missing > 0 {
            let of = of.map(count).transpose()?;
            gaps.push(Coverage { kind, count: missing, of, detail: None });
        }
    }
    Ok(gaps)
}
