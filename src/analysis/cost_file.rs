//! Money by file: each commit's money over its files, by lines that sessions wrote.

use std::collections::{BTreeMap, HashMap};

use super::cost_commit::rest;
use super::directory::Directory;
use super::error::AnalysisError;
use super::filter::Filter;
use crate::model::NanoUsd;
use crate::report::{CostKey, CostRow, LineShare};
use crate::store::Reader;

#[derive(Default)]
struct File {
    cost: NanoUsd,
    commits: u64,
    landed: u64,
    added: Option<u64>,
}

/// Returns one row for every file that got money, and one for the rest.
pub(super) fn rows(reader: &Reader, filter: &Filter, directory: &Directory) -> Result<Vec<CostRow>, AnalysisError> {
    let scope = filter.on_ledger();
    let mut landed: HashMap<i64, Vec<(i64, u64)>> = HashMap::new();
    let statement = "SELECT git_commit, path, sum(lines) FROM landed GROUP BY 1, 2 ORDER BY 1, 2";
    for row in reader.rows(statement, &[])? {
        let number = |index: usize| row.number(index).unwrap_or(0);
        landed.entry(number(0)).or_default().push((number(1), number(2).max(0) as u64));
    }
    let mut added: HashMap<(i64, i64), u64> = HashMap::new();
    for row in
        reader.rows("SELECT git_commit, path, added_lines FROM commit_file WHERE added_lines IS NOT NULL", &[])?
    {
        let number = |index: usize| row.number(index).unwrap_or(0);
        added.insert((number(0), number(1)), number(2).max(0) as u64);
    }
    let statement = format!(
        "SELECT share.git_commit, sum(share.nano) FROM share
         JOIN (SELECT session, call FROM ledger WHERE {scope}) AS ledger USING (session, call) GROUP BY 1"
    );
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    for row in reader.rows(&statement, &[])? {
        let paths = row.number(0).and_then(|commit| landed.get(&commit)).map(Vec::as_slice).unwrap_or_default();
        let cost = NanoUsd(row.number(1).unwrap_or(0));
        if paths.is_empty() {
            files.entry("(no file)".into()).or_default().cost += cost;
            continue;
        }
        let weights: Vec<u64> = paths.iter().map(|(_, lines)| *lines).collect();
        for ((path, lines), part) in paths.iter().zip(cost.split(&weights)) {
            let file = files.entry(directory.text(Some(*path)).unwrap_or_default()).or_default();
            file.cost += part;
            file.commits += 1;
            file.landed += lines;
            if let Some(lines) = row.number(0).and_then(|commit| added.get(&(commit, *path))) {
                *file.added.get_or_insert(0) += lines;
            }
        }
    }
    let row = |(path, file): (String, File)| CostRow {
        key: CostKey { id: Some(path.clone()), label: path, ..CostKey::default() },
        cost: Some(file.cost),
        lines: file.added.map(|added| LineShare { landed: file.landed, added }),
        note: Some(format!("{} commits", file.commits)),
        ..CostRow::default()
    };
    let mut rows: Vec<CostRow> = files.into_iter().map(row).collect();
    rows.extend(rest(reader, &scope)?);
    Ok(rows)
}
