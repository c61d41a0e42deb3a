//! What decisions about lines rest on, read once.

use std::collections::{HashMap, HashSet};

use super::changes::Changes;
use super::history::History;
use super::live::Live;
use super::parts::Parts;
use super::witness::{Rest, Witness};
use crate::model::LineHash;
use crate::store::{EditFact, LandedFact, LineCandidate, Names, Reader, StoreError};

/// A commit's time has whole seconds, and clocks may differ.
pub(super) const CLOCK_SLACK_MS: i64 = 120_000;

/// Everything that is known.
pub(super) struct Ground {
    /// Commits to decide, in order of history.
    pub(super) candidates: Vec<LineCandidate>,
    /// What holds for lines of each of them that no edit wrote.
    pub(super) rests: Vec<Rest>,
    pub(super) names: Names,
    pub(super) landed: Vec<LandedFact>,
    pub(super) parts: Parts,
    /// Indexes of `landed` by commit.
    by_commit: HashMap<i64, Vec<usize>>,
    /// Commits by the identity of their change, in order of history.
    by_patch: HashMap<i64, Vec<i64>>,
    /// Indexes of `landed` by tool call.
    pub(super) by_tool_call: HashMap<i64, Vec<usize>>,
    /// Sessions by commit.
    pub(super) links: HashMap<i64, Vec<i64>>,
    pub(super) changes: Changes,
    pub(super) history: History,
    live: Live,
    /// Name ids of paths in commits.
    path_ids: HashMap<String, i64>,
    /// By tool call and path.
    edits: Vec<EditFact>,
    /// Indexes of edits by the last part of their path, in order of time.
    by_name: HashMap<String, Vec<usize>>,
}

impl Ground {
    pub(super) fn read(reader: &Reader) -> Result<Ground, StoreError> {
        let candidates = reader.line_candidates()?;
        let mut witness = Witness::new(reader);
        let rests = candidates.iter().map(|commit| witness.rest(commit)).collect::<Result<_, _>>()?;
        let (names, landed, edits) = (reader.names()?, reader.landed()?, reader.edits()?);
        let mut by_commit: HashMap<i64, Vec<usize>> = HashMap::new();
        landed.iter().enumerate().for_each(|(at, row)| by_commit.entry(row.git_commit).or_default().push(at));
        let mut by_patch: HashMap<i64, Vec<i64>> = HashMap::new();
        for commit in &candidates {
            commit.patch_key.into_iter().for_each(|key| by_patch.entry(key).or_default().push(commit.key));
        }
        let mut by_tool_call: HashMap<i64, Vec<usize>> = HashMap::new();
        landed.iter().enumerate().for_each(|(at, row)| by_tool_call.entry(row.tool_call).or_default().push(at));
        let history = History::read(reader, &candidates)?;
        let facts = reader.file_changes()?;
        let live = Live::new(&facts, reader.doubtful_files()?, &names);
        let changes = Changes::new(facts, &reader.written_paths()?, &names);
        Ok(Ground {
            by_name: by_name(&edits, &names),
            path_ids: history.path_ids(&names),
            parts: Parts::new(&landed),
            links: reader.linked_sessions()?,
            candidates,
            rests,
            names,
            landed,
            by_commit,
            by_patch,
            by_tool_call,
            changes,
            history,
            live,
            edits,
        })
    }

    /// Returns the name id of a path that a commit touched.
    pub(super) fn path_id(&self, path: &str) -> Option<i64> {
        self.path_ids.get(path).copied()
    }

    /// Returns the landed rows of a commit, or of one with the same change; tells whether it is the latter.
    pub(super) fn rows(&self, commit: &LineCandidate) -> (&[usize], bool) {
        let of = |key: &i64| self.by_commit.get(key).map(Vec::as_slice);
        if let Some(rows) = of(&commit.key) {
            return (rows, false);
        }
        let copies = commit.patch_key.and_then(|key| self.by_patch.get(&key));
        (copies.into_iter().flatten().find_map(of).unwrap_or_default(), true)
    }

    /// Returns the lines a tool call wrote, whatever the file.
    pub(super) fn lines_of(&self, tool_call: i64) -> impl Iterator<Item = LineHash> + '_ {
        let start = self.edits.partition_point(|edit| edit.tool_call < tool_call);
        let same = self.edits[start..].iter().take_while(move |edit| edit.tool_call == tool_call);
        same.flat_map(|edit| edit.added.iter().copied())
    }

    /// Returns the edits of files of this path, in whatever copy of the repository, that were made before an instant.
    pub(super) fn edits_of<'g>(&'g self, path: &'g str, until: i64) -> impl Iterator<Item = &'g EditFact> + 'g {
        let is_path = move |edit: &&EditFact| {
            let written = self.names.get(edit.path).unwrap_or_default();
            let rest = written.len().checked_sub(path.len()).map(|at| written.as_bytes().split_at(at));
            let is_part = |rest: &[u8]| rest.last().is_none_or(|last| matches!(last, b'/' | b'\\'));
            let is_same = |one: u8, other: u8| one == other || (one == b'\\' && other == b'/');
            rest.is_some_and(|(rest, end)| is_part(rest) && end.iter().zip(path.bytes()).all(|(a, b)| is_same(*a, b)))
        };
        let named = self.by_name.get(last_part(path)).into_iter().flatten().map(|at| &self.edits[*at]);
        named.take_while(move |edit| edit.at.is_none_or(|at| at <= until)).filter(is_path)
    }

    /// Returns every line that any session wrote into a file of this path before an instant.
    pub(super) fn written_to(&self, path: &str, until: i64) -> HashSet<LineHash> {
        let edits = self.edits_of(path, until).flat_map(|edit| edit.added.iter().copied());
        edits.chain(self.live.written_to(path, until)).collect()
    }

    /// Returns the lines that hooks saw tool calls write into a file before an instant.
    pub(super) fn seen_lines(&self, path: &str, until: i64) -> impl Iterator<Item = LineHash> + '_ {
        self.live.written_to(path, until)
    }

    /// Tells whether a command may have changed a file before an instant, and nobody knows whether it did.
    pub(super) fn is_doubtful(&self, path: &str, until: i64) -> bool {
        self.live.is_doubtful(path, until)
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn by_name(edits: &[EditFact], names: &Names) -> HashMap<String, Vec<usize>> {
    let mut found: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, edit) in edits.iter().enumerate() {
        if let Some(path) = names.get(edit.path) {
            found.entry(last_part(path).to_owned()).or_default().push(index);
        }
    }
    for indexes in found.values_mut() {
        indexes.sort_by_key(|index| (edits[*index].at, edits[*index].tool_call));
    }
    found
}
