//! Which pull request a commit of a list belongs to; for lists of commits, where reading every pull request would be slow.
//!
//! The rule is that of `pull_owners`, as far as the store alone goes: of a rebase only the last commit is known.

use std::collections::{HashMap, HashSet};

use super::error::AnalysisError;
use super::pull_facts::count;
use crate::model::CommitId;
use crate::store::Reader;

/// Returns the pull request of each commit that has one.
pub(super) fn pulls_of(reader: &Reader, ids: &[CommitId]) -> Result<HashMap<CommitId, u64>, AnalysisError> {
    if !reader.knows_pulls()? {
        return Ok(HashMap::new());
    }
    let mut keys = Vec::new();
    for id in ids {
        keys.extend(reader.commit_key(id)?.map(|commit| commit.key.to_string()));
    }
    let keys = keys.join(",");
    let mut found = HashMap::new();
    // The last word counts, so the best one comes last.
    for statement in [
        format!(
            "SELECT id, number FROM landed_pull JOIN git_commit ON key = git_commit WHERE form = 8 AND key IN ({keys})"
        ),
        format!(
            "SELECT git_commit.id, pull FROM pull_commit JOIN git_commit USING (id) JOIN pull ON number = pull
             WHERE key IN ({keys}) ORDER BY CASE state WHEN 3 THEN 2 WHEN 1 THEN 1 ELSE 0 END, pull DESC"
        ),
        format!("SELECT id, number FROM pull JOIN git_commit ON id = merge_id WHERE key IN ({keys})"),
        format!(
            "SELECT id, number FROM landed_pull JOIN git_commit ON key = git_commit WHERE form <> 8 AND key IN ({keys})"
        ),
    ] {
        for row in reader.rows(&statement, &[])? {
            found.extend(CommitId::from_bytes(row.bytes(0)).zip(count(&row, 1)));
        }
    }
    without_issues(reader, found)
}

/// `(#12)` may be an issue: the forge knows, where it was asked for everything.
fn without_issues(reader: &Reader, mut found: HashMap<CommitId, u64>) -> Result<HashMap<CommitId, u64>, AnalysisError> {
    let whole = "SELECT (SELECT max(number) FROM pull) FROM pull_sync
        WHERE synced_at IS NOT NULL AND since IS NULL AND cursor IS NULL";
    let Some(newest) = reader.rows(whole, &[])?.first().and_then(|row| count(row, 0)) else { return Ok(found) };
    let numbers: Vec<String> = found.values().map(u64::to_string).collect();
    let known = reader.rows(&format!("SELECT number FROM pull WHERE number IN ({})", numbers.join(",")), &[])?;
    let known: HashSet<u64> = known.iter().filter_map(|row| count(row, 0)).collect();
    found.retain(|_, number| *number > newest || known.contains(number));
    Ok(found)
}
