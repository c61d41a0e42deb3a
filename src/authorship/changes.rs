//! The changes of files by tool calls, by the path they mean.

use std::collections::HashMap;

use crate::lines::Step;
use crate::store::{ChangeSource, FileChangeFact, Names};

/// One change, and where it was made.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) fact: FileChangeFact,
    is_whole: bool,
    /// The folder that holds the repository's files: another one is another work tree, with files of its own.
    root: String,
    /// A number over what is known of it.
    pub(super) sum: i64,
}

/// Changes by the path in the repository.
#[derive(Debug, Default)]
pub(super) struct Changes {
    by_path: HashMap<i64, Vec<Change>>,
}

impl Changes {
    /// `written` says which paths of the repository paths in transcripts mean.
    pub(super) fn new(facts: Vec<FileChangeFact>, written: &HashMap<i64, i64>, names: &Names) -> Changes {
        let mut by_path: HashMap<i64, Vec<Change>> = HashMap::new();
        for fact in facts {
            let Some((path, root)) = place(&fact, written, names) else { continue };
            let of_path = by_path.entry(path).or_default();
            let (is_whole, sum) = (fact.is_whole(), sum_of(&fact));
            of_path.push(Change { fact, is_whole, root, sum });
        }
        by_path.values_mut().for_each(only_best);
        Changes { by_path }
    }

    /// Returns the changes of a file, in order of time.
    pub(super) fn of(&self, path: i64) -> &[Change] {
        self.by_path.get(&path).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Change {
    /// Tells whether it was made in the work tree of another one.
    pub(super) fn is_beside(&self, other: &Change) -> bool {
        self.root == other.root
    }

    pub(super) fn step(&self) -> Step<'_> {
        Step { hunks: &self.fact.hunks, is_whole: self.is_whole, before_sum: self.fact.before_sum }
    }
}

/// Returns the path in the repository and the folder above it.
fn place(fact: &FileChangeFact, written: &HashMap<i64, i64>, names: &Names) -> Option<(i64, String)> {
    match fact.source {
        ChangeSource::Live => {
            let tree = fact.tree.and_then(|tree| names.get(tree)).unwrap_or_default();
            Some((fact.path, root_of(tree)))
        }
        ChangeSource::Transcript => {
            let path = *written.get(&fact.path)?;
            let (whole, part) = (names.get(fact.path)?, names.get(path)?);
            Some((path, root_of(whole.get(..whole.len().checked_sub(part.len())?)?)))
        }
    }
}

fn root_of(folder: &str) -> String {
    crate::model::without_home(folder).replace('\\', "/").trim_end_matches('/').to_owned()
}

/// Of a tool call that is known twice, what hooks recorded is better than what the transcript says.
fn only_best(changes: &mut Vec<Change>) {
    let rank = |change: &Change| (change.fact.tool_call, std::cmp::Reverse(change.fact.source));
    changes.sort_by_key(rank);
    changes.dedup_by_key(|change| change.fact.tool_call);
    changes.sort_by_key(|change| (change.fact.at, change.fact.tool_call));
}

fn sum_of(fact: &FileChangeFact) -> i64 {
    let mut sum = xxhash_rust::xxh3::Xxh3::new();
    let known = [fact.tool_call, fact.session, fact.at, fact.before_sum.unwrap_or(0), fact.after_sum.unwrap_or(0)];
    known.into_iter().for_each(|number| sum.update(&number.to_le_bytes()));
    for hunk in &fact.hunks {
        sum.update(&hunk.old_start.to_le_bytes());
        sum.update(&hunk.new_start.to_le_bytes());
        hunk.old.iter().chain(&hunk.new).for_each(|mark| sum.update(&mark.0.to_le_bytes()));
        sum.update(&(hunk.old.len() as u64).to_le_bytes());
    }
    sum.digest() as i64
}
