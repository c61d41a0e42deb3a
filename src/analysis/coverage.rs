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
        // Bits 1, 2 and 4 of `sources`: rows of the run itself. One pass over `call`, not one for each reply.
        "SELECT count(*) FROM ledger JOIN call AS reply ON reply.key = ledger.call
         WHERE ledger.session IN (SELECT session FROM spend WHERE kind = 2) AND ledger.kind = 2 AND (reply.agent_run IS NULL OR reply.agent_run NOT IN (
           SELECT agent_run FROM call WHERE agent_run IS NOT NULL AND sources & 7 <> 0))",
        None,
    ),
    (CoverageKind::Problems, "SELECT count(*) FROM problem", None),
    (CoverageKind::UnknownRows, "SELECT coalesce(sum(count), 0) FROM unknown_row", None),
    (CoverageKind::CallsWithoutTime, "SELECT coalesce(sum(calls), 0) FROM spend WHERE quarter IS NULL", None),
    (CoverageKind::CallsWithoutModel, "SELECT coalesce(sum(calls), 0) FROM spend WHERE model IS NULL", None),
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
