//! `blame`: who wrote each line, from the edits that landed in the commit git blames.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::directory::Directory;
use super::error::AnalysisError;
use super::line_costs::LineCosts;
use super::line_owners::{Source, owners};
use super::witness::{Rest, Witness};
use crate::model::{CommitId, LineHash};
use crate::report::{BlameLine, LineClass, LineGrade, LineReason, Missing};
use crate::store::{CommitKey, LandedFact, Reader};

/// Lines added together: the number of the first, and the lines; `None` is too short to be evidence.
pub type Runs = Vec<(u32, Vec<Option<LineHash>>)>;

/// Returns what a commit added to each of some files; `None` if that is not known.
pub type Added<'a> = dyn Fn(&CommitId, &[&str]) -> Option<Vec<Runs>> + 'a;

/// A file as git blames it.
pub struct BlamedFile<'a> {
    /// The lines, with what git says of them.
    pub lines: Vec<BlameLine>,
    /// Lines of commits.
    pub added: &'a Added<'a>,
}

/// Returns the lines with who wrote them.
///
/// Only commits in which edits landed are compared with their parents.
///
/// # Errors
/// What the store reports.
pub fn blame(reader: &Reader, file: BlamedFile<'_>) -> Result<Vec<BlameLine>, AnalysisError> {
    let BlamedFile { mut lines, added } = file;
    let mut places: BTreeMap<CommitId, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
    for (index, line) in lines.iter_mut().enumerate() {
        line.cost_missing = Some(Missing::NotApplicable);
        match line.commit {
            Some(id) => places.entry(id).or_default().entry(line.path.clone()).or_default().push(index),
            None => line.reason = LineReason::Uncommitted,
        }
    }
    let mut engine = Engine::new(reader, places.keys())?;
    for (id, paths) in &places {
        engine.commit(id, paths, &mut lines, added)?;
    }
    Ok(lines)
}

/// What an added line turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// The `number`th line of a landed row.
    Edit { row: usize, number: usize },
    /// Between lines of one landed row.
    Between { row: usize },
    /// No edit wrote it.
    Rest(Rest),
}

/// Nobody's for sure.
const TRIVIAL: Rest = (LineClass::Unknown, LineGrade::None, LineReason::Trivial);

struct Engine<'r> {
    reader: &'r Reader,
    directory: Directory,
    witness: Witness<'r>,
    commits: HashMap<CommitId, CommitKey>,
    /// Commits of the same change, by commit.
    copies: HashMap<i64, Vec<i64>>,
    landed: Vec<LandedFact>,
    /// Indexes of `landed` by commit.
    by_commit: HashMap<i64, Vec<usize>>,
    costs: LineCosts,
    /// Lines that sessions wrote, by path.
    written: HashMap<String, HashSet<LineHash>>,
}

impl<'r> Engine<'r> {
    fn new<'c>(reader: &'r Reader, ids: impl Iterator<Item = &'c CommitId>) -> Result<Engine<'r>, AnalysisError> {
        let mut commits = HashMap::new();
        for id in ids {
            commits.extend(reader.commit_key(id)?.map(|key| (*id, key)));
        }
        let patches: HashSet<i64> = commits.values().filter_map(|commit| commit.patch_key).collect();
        let of_patch = reader.commits_of_patches(&patches)?;
        let others = |commit: &CommitKey| commit.patch_key.and_then(|key| of_patch.get(&key)).cloned();
        let copies: HashMap<i64, Vec<i64>> =
            commits.values().map(|commit| (commit.key, others(commit).unwrap_or_default())).collect();
        let keys = commits.values().map(|commit| commit.key).chain(copies.values().flatten().copied()).collect();
        let landed = reader.landed_in(&keys)?;
        let mut by_commit: HashMap<i64, Vec<usize>> = HashMap::new();
        landed.iter().enumerate().for_each(|(at, row)| by_commit.entry(row.git_commit).or_default().push(at));
        let (directory, witness) = (Directory::new(reader)?, Witness::new(reader));
        let costs = LineCosts::new(&landed);
        Ok(Engine { reader, directory, witness, commits, copies, landed, by_commit, costs, written: HashMap::new() })
    }

    /// Decides the lines of one commit.
    fn commit(
        &mut self,
        id: &CommitId,
        paths: &BTreeMap<String, Vec<usize>>,
        lines: &mut [BlameLine],
        added: &Added<'_>,
    ) -> Result<(), AnalysisError> {
        let Some(commit) = self.commits.get(id).copied() else {
            paths.values().flatten().for_each(|at| lines[*at].reason = LineReason::NoContent);
            return Ok(());
        };
        let rest = self.witness.rest(id, &commit)?;
        let (rows, is_copy) = self.rows(commit.key);
        let names: Vec<&str> = paths.keys().map(String::as_str).collect();
        let runs = if rows.is_empty() { None } else { added(id, &names) };
        for (index, (path, places)) in paths.iter().enumerate() {
            let runs = runs.as_ref().and_then(|runs| runs.get(index));
            let verdicts = self.verdicts(path, runs.unwrap_or(&Vec::new()), &rows, rest)?;
            for at in places {
                let found = verdicts.get(&lines[*at].original_line).copied();
                let verdict = match found {
                    Some(verdict) => verdict,
                    None => Verdict::Rest(self.doubted(path, LineHash::of(lines[*at].text.as_bytes()), rest)?),
                };
                self.write(&mut lines[*at], verdict, is_copy);
            }
        }
        Ok(())
    }

    /// Returns the landed rows of a commit, or of one with the same change.
    fn rows(&self, key: i64) -> (Vec<usize>, bool) {
        let of = |key: &i64| self.by_commit.get(key).filter(|rows| !rows.is_empty()).cloned();
        match of(&key) {
            Some(rows) => (rows, false),
            None => (self.copies.get(&key).into_iter().flatten().find_map(of).unwrap_or_default(), true),
        }
    }

    /// Decides the lines a commit added to one file, by their numbers.
    fn verdicts(
        &mut self,
        path: &str,
        runs: &Runs,
        rows: &[usize],
        rest: Rest,
    ) -> Result<HashMap<u32, Verdict>, AnalysisError> {
        let mut rows: Vec<usize> =
            rows.iter().copied().filter(|row| self.directory.names.get(self.landed[*row].path) == Some(path)).collect();
        rows.sort_by_key(|row| std::cmp::Reverse((self.landed[*row].at, self.landed[*row].tool_call)));
        let mut sources = Vec::with_capacity(rows.len());
        for row in &rows {
            let LandedFact { lines, tool_call, .. } = self.landed[*row];
            sources.push(Source::new(usize::try_from(lines).unwrap_or(0), self.reader.lines_of(tool_call)?));
        }
        let hashes: Vec<Option<LineHash>> = runs.iter().flat_map(|(_, lines)| lines.iter().copied()).collect();
        let owners = owners(&hashes, &sources);
        let mut next = vec![0; rows.len()];
        let mut verdicts = Vec::with_capacity(hashes.len());
        for (owner, hash) in owners.iter().zip(&hashes) {
            verdicts.push(match owner {
                Some(source) => {
                    next[*source] += 1;
                    Verdict::Edit { row: rows[*source], number: next[*source] - 1 }
                }
                None => Verdict::Rest(self.doubted(path, *hash, rest)?),
            });
        }
        Ok(numbered(runs, &verdicts))
    }

    /// A line that some session wrote into this file is no person's, even if it landed elsewhere.
    fn doubted(&mut self, path: &str, hash: Option<LineHash>, rest: Rest) -> Result<Rest, AnalysisError> {
        let hash = match (rest, hash) {
            ((LineClass::Human, ..), Some(hash)) => hash,
            ((_, _, LineReason::NotInEdits), None) => return Ok(TRIVIAL),
            _ => return Ok(rest),
        };
        if !self.written.contains_key(path) {
            self.written.insert(path.to_owned(), self.reader.lines_written_to(path)?);
        }
        let is_written = self.written.get(path).is_some_and(|lines| lines.contains(&hash));
        Ok(if is_written { (LineClass::Unknown, LineGrade::None, LineReason::OtherEdit) } else { rest })
    }

    fn write(&self, line: &mut BlameLine, verdict: Verdict, is_copy: bool) {
        let (row, number) = match verdict {
            Verdict::Rest((class, grade, reason)) => {
                (line.class, line.grade, line.reason) = (class, grade, reason);
                return;
            }
            Verdict::Edit { row, number } => (&self.landed[row], Some(number)),
            Verdict::Between { row } => (&self.landed[row], None),
        };
        line.class = LineClass::Agent;
        (line.grade, line.reason) = match (number, is_copy) {
            (None, _) => (LineGrade::Inferred, LineReason::Between),
            (Some(_), true) => (LineGrade::Matched, LineReason::EditOfCopy),
            (Some(_), false) => (LineGrade::Matched, LineReason::Edit),
        };
        self.name(line, row);
        if let (Some(number), false) = (number, is_copy) {
            line.cost = self.costs.of(row, number);
            line.cost_missing = line.cost.is_none().then_some(Missing::Unpriced);
        }
    }

    fn name(&self, line: &mut BlameLine, row: &LandedFact) {
        let session = self.directory.session(row.session);
        line.session = session.map(|session| session.id.clone());
        line.session_short = session.map(|session| session.short.clone());
        line.agent = session.map(|session| session.agent.name().to_owned());
        line.turn = row.turn.and_then(|turn| u64::try_from(turn).ok());
        line.call = row.call_id.clone();
        line.tool_call = Some(row.tool_call_id.clone());
        line.model = self.directory.text(row.model);
    }
}

/// Gives verdicts their numbers, and lines that are too short to be evidence the verdict of what is around them.
fn numbered(runs: &Runs, verdicts: &[Verdict]) -> HashMap<u32, Verdict> {
    let mut found = HashMap::with_capacity(verdicts.len());
    let mut start = 0;
    for (first, lines) in runs {
        let of_run = &verdicts[start..start + lines.len()];
        start += lines.len();
        let known: Vec<Option<Verdict>> =
            lines.iter().zip(of_run).map(|(line, verdict)| line.map(|_| *verdict)).collect();
        let before = last_known(known.iter());
        let after = last_known(known.iter().rev());
        for (at, number) in (0..lines.len()).zip(*first..) {
            let around = || between(before[at], after[lines.len() - 1 - at], of_run[at]);
            found.insert(number, known[at].unwrap_or_else(around));
        }
    }
    found
}

/// Returns for every place the last verdict up to it.
fn last_known<'v>(verdicts: impl Iterator<Item = &'v Option<Verdict>>) -> Vec<Option<Verdict>> {
    verdicts
        .scan(None, |last, verdict| {
            *last = verdict.or(*last);
            Some(*last)
        })
        .collect()
}

/// Decides a line that is too short to be evidence; `own` is what would be true of it alone.
fn between(before: Option<Verdict>, after: Option<Verdict>, own: Verdict) -> Verdict {
    let row = |verdict: Verdict| match verdict {
        Verdict::Edit { row, .. } | Verdict::Between { row } => Some(row),
        Verdict::Rest(_) => None,
    };
    let (one, other) = match (before.or(after), after.or(before)) {
        (Some(one), Some(other)) => (one, other),
        _ => return own,
    };
    match (row(one), row(other), one, other) {
        (Some(one), Some(other), ..) if one == other => Verdict::Between { row: one },
        (None, None, Verdict::Rest(one), Verdict::Rest(other)) if one.0 == LineClass::Human && other.0 == one.0 => {
            Verdict::Rest((LineClass::Human, LineGrade::Inferred, LineReason::Between))
        }
        (None, None, Verdict::Rest(one), Verdict::Rest(other)) if one == other => Verdict::Rest(one),
        _ => Verdict::Rest(TRIVIAL),
    }
}
