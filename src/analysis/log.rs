//! `log`: commits with what they cost.

use std::collections::HashSet;

use super::added_lines::with_lines;
use super::books::{Stamp, books};
use super::commits::{self, CommitText};
use super::directory::Directory;
use super::error::AnalysisError;
use super::filter::Filter;
use super::pull_of_commit::pulls_of;
use crate::model::CommitId;
use crate::report::{LogReport, NotListed};
use crate::store::Reader;

/// Returns git's list of commits with their cost; commits with money outside of it are summed.
///
/// # Errors
/// What the store reports, or that the books do not balance.
pub fn log(reader: &Reader, filter: &Filter, list: &[CommitText], stamp: &Stamp) -> Result<LogReport, AnalysisError> {
    let directory = Directory::new(reader)?;
    let commits = commits::read(reader, &filter.on_ledger())?;
    let by_id: std::collections::HashMap<CommitId, &commits::Commit> =
        commits.values().map(|commit| (commit.id, commit)).collect();
    let name = |key: i64| directory.session(key).map_or_else(String::new, |name| name.id.clone());
    let row = |text: &CommitText| {
        let entry = commits::entry(text, by_id.get(&text.id).copied(), &name);
        with_lines(reader, &directory, &text.id, entry)
    };
    let mut rows = list.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    let pulls = pulls_of(reader, &list.iter().map(|text| text.id).collect::<Vec<_>>())?;
    for (row, text) in rows.iter_mut().zip(list) {
        row.pull = pulls.get(&text.id).copied();
    }
    let listed: HashSet<CommitId> = list.iter().map(|text| text.id).collect();
    let rest: Vec<_> = commits.values().filter(|commit| commit.calls > 0 && !listed.contains(&commit.id)).collect();
    let not_listed = NotListed { rows: rest.len() as u64, cost: rest.iter().filter_map(|commit| commit.cost()).sum() };
    let books = books(reader, filter, &directory, stamp)?;
    let report = LogReport { scope: filter.scope(), rows, not_listed, books };
    report.balanced()?;
    Ok(report)
}
