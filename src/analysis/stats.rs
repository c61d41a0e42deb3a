//! `stats`: lines counted by one dimension.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::added_lines::{AddedFile, CommitLines};
use super::directory::Directory;
use super::error::AnalysisError;
use crate::model::{CommitId, LineClass, LineGrade, LineReason};
use crate::report::{
    BlameLine, ExcludedLines, Exclusion, LineCounts, ReasonLines, StatsBy, StatsOf, StatsReport, StatsRest, StatsRow,
};
use crate::store::Reader;

/// What does not count.
#[derive(Debug, Default)]
pub struct Excluded<'e> {
    /// Files, from the root of the work tree.
    pub files: HashMap<String, Exclusion>,
    /// Commits.
    pub commits: Option<&'e HashSet<CommitId>>,
}

impl Excluded<'_> {
    fn of(&self, commit: Option<&CommitId>, path: &str) -> Option<Exclusion> {
        let is_ignored = commit.is_some_and(|id| self.commits.is_some_and(|commits| commits.contains(id)));
        is_ignored.then_some(Exclusion::IgnoredRevision).or_else(|| self.files.get(path).copied())
    }
}

/// How lines are to be shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct StatsForm {
    /// What a row is.
    pub by: StatsBy,
    /// How deep folders go; `None` for all the way.
    pub depth: Option<usize>,
    /// At most so many rows.
    pub limit: Option<usize>,
}

/// Lines that are counted.
#[derive(Debug)]
pub struct LineStats {
    form: StatsForm,
    of: StatsOf,
    rows: HashMap<(Option<String>, String), LineCounts>,
    reasons: HashMap<(LineClass, LineGrade, LineReason), u64>,
    excluded: BTreeMap<Exclusion, Gone>,
    commits: HashSet<CommitId>,
    files: BTreeSet<String>,
    uncounted: u64,
}

#[derive(Debug, Default)]
struct Gone {
    lines: u64,
    files: BTreeSet<String>,
    commits: HashSet<CommitId>,
}

/// Lines that are the same in everything that can be a row.
struct Lines<'l> {
    commit: Option<CommitId>,
    path: &'l str,
    author: &'l str,
    verdict: (LineClass, LineGrade, LineReason),
    session: Option<(String, String)>,
    agent: Option<String>,
    model: Option<String>,
    count: u64,
}

impl LineStats {
    /// Begins to count.
    pub fn new(form: StatsForm, of: StatsOf) -> LineStats {
        LineStats {
            form,
            of,
            rows: HashMap::new(),
            reasons: HashMap::new(),
            excluded: BTreeMap::new(),
            commits: HashSet::new(),
            files: BTreeSet::new(),
            uncounted: 0,
        }
    }

    /// Counts the lines that commits added; files of one commit stand together.
    ///
    /// # Errors
    /// What the store reports.
    pub fn add_commits(
        &mut self,
        reader: &Reader,
        files: &[AddedFile],
        excluded: &Excluded<'_>,
    ) -> Result<(), AnalysisError> {
        let directory = Directory::new(reader)?;
        for of_commit in files.chunk_by(|one, next| one.commit == next.commit) {
            let Some(first) = of_commit.first() else { continue };
            let records = CommitLines::read(reader, &directory, &first.commit)?;
            for file in of_commit {
                self.add_file(file, &records, &directory, excluded);
            }
        }
        Ok(())
    }

    fn add_file(&mut self, file: &AddedFile, records: &CommitLines, directory: &Directory, excluded: &Excluded<'_>) {
        let Some(added) = file.added else {
            self.uncounted += 1;
            return;
        };
        for piece in records.of(&file.path, added) {
            let session = piece.session.and_then(|key| directory.session(key));
            let lines = Lines {
                commit: Some(file.commit),
                path: &file.path,
                author: &file.author,
                verdict: (piece.class, piece.grade, piece.reason),
                session: session.map(|name| (name.id.clone(), name.short.clone())),
                agent: session.map(|name| name.agent.name().to_owned()),
                model: directory.text(piece.model),
                count: piece.lines,
            };
            self.add(lines, excluded);
        }
    }

    /// Counts the lines of a file that `blame` has decided; the path is from the root of the work tree.
    pub fn add_lines(&mut self, path: &str, lines: &[BlameLine], excluded: &Excluded<'_>) {
        for line in lines {
            let lines = Lines {
                commit: line.commit,
                path,
                author: &line.author,
                verdict: (line.class, line.grade, line.reason),
                session: line.session.clone().zip(line.session_short.clone()),
                agent: line.agent.clone(),
                model: line.model.clone(),
                count: 1,
            };
            self.add(lines, excluded);
        }
    }

    /// Counts a file whose lines are not known.
    pub fn add_uncounted(&mut self) {
        self.uncounted += 1;
    }

    fn add(&mut self, lines: Lines<'_>, excluded: &Excluded<'_>) {
        self.commits.extend(lines.commit);
        if !self.files.contains(lines.path) {
            self.files.insert(lines.path.to_owned());
        }
        if let Some(exclusion) = excluded.of(lines.commit.as_ref(), lines.path) {
            let gone = self.excluded.entry(exclusion).or_default();
            gone.lines += lines.count;
            gone.files.insert(lines.path.to_owned());
            gone.commits.extend(lines.commit);
            return;
        }
        *self.reasons.entry(lines.verdict).or_default() += lines.count;
        let key = self.key(&lines);
        self.rows.entry(key).or_default().add(lines.verdict.0, lines.count);
    }

    /// Returns what lines are counted under: in full and for people.
    fn key(&self, lines: &Lines<'_>) -> (Option<String>, String) {
        let both = |name: &str| (Some(name.to_owned()), name.to_owned());
        let of_agent = |name: Option<&String>, none: &str| match (lines.verdict.0, name) {
            (LineClass::Agent, Some(name)) => both(name),
            (LineClass::Agent, None) => (None, none.to_owned()),
            (LineClass::Human, _) => (None, "(people)".to_owned()),
            (LineClass::Unknown, _) => (None, "(unknown)".to_owned()),
        };
        match self.form.by {
            StatsBy::Class => both(lines.verdict.0.name()),
            StatsBy::Model => of_agent(lines.model.as_ref(), "(model not recorded)"),
            StatsBy::Agent => of_agent(lines.agent.as_ref(), "(agent not recorded)"),
            StatsBy::Session => match &lines.session {
                Some((id, short)) if lines.verdict.0 == LineClass::Agent => (Some(id.clone()), short.clone()),
                _ => of_agent(None, "(session not recorded)"),
            },
            StatsBy::Author => match lines.commit {
                Some(_) => both(lines.author),
                None => (None, "(not committed)".to_owned()),
            },
            StatsBy::Commit => match lines.commit {
                Some(id) => (Some(id.to_string()), id.short()),
                None => (None, "(not committed)".to_owned()),
            },
            StatsBy::Directory => both(&folder(lines.path, self.form.depth)),
            StatsBy::File => both(lines.path),
        }
    }

    /// Returns what was counted.
    ///
    /// # Errors
    /// That the parts do not sum to the whole; a bug.
    pub fn report(self, revisions: Vec<String>, paths: Vec<String>) -> Result<StatsReport, AnalysisError> {
        let mut totals = LineCounts::default();
        self.rows.values().for_each(|counts| totals.add_all(*counts));
        let row = |((key, label), counts): ((Option<String>, String), LineCounts)| StatsRow {
            key,
            label,
            lines: counts.lines(),
            counts,
        };
        let mut rows: Vec<StatsRow> = self.rows.into_iter().map(row).collect();
        rows.sort_by(|one, other| {
            other.lines.cmp(&one.lines).then_with(|| (&one.label, &one.key).cmp(&(&other.label, &other.key)))
        });
        let rest = rows.split_off(rows.len().min(self.form.limit.unwrap_or(usize::MAX)));
        let mut not_listed = StatsRest { rows: rest.len() as u64, ..StatsRest::default() };
        rest.iter().for_each(|row| not_listed.counts.add_all(row.counts));
        let excluded: Vec<ExcludedLines> = self.excluded.into_iter().map(excluded_lines).collect();
        let report = StatsReport {
            by: self.form.by,
            of: self.of,
            revisions,
            paths,
            commits: self.commits.len() as u64,
            files: self.files.len() as u64,
            rows,
            not_listed,
            totals,
            reasons: reasons(self.reasons),
            all_lines: totals.lines() + excluded.iter().map(|part| part.lines).sum::<u64>(),
            excluded,
            uncounted_files: self.uncounted,
        };
        report.balanced()?;
        Ok(report)
    }
}

fn excluded_lines((reason, gone): (Exclusion, Gone)) -> ExcludedLines {
    let Gone { lines, files, commits } = gone;
    ExcludedLines { reason, lines, files: files.len() as u64, commits: commits.len() as u64 }
}

fn reasons(counts: HashMap<(LineClass, LineGrade, LineReason), u64>) -> Vec<ReasonLines> {
    let part = |((class, grade, reason), lines)| ReasonLines { class, grade, reason, lines };
    let mut parts: Vec<ReasonLines> = counts.into_iter().map(part).collect();
    let order =
        |part: &ReasonLines| (std::cmp::Reverse(part.lines), part.class.code(), part.grade.code(), part.reason.code());
    parts.sort_by_key(order);
    parts
}

/// Returns the folder of a file, as many levels of it as are wanted.
fn folder(path: &str, depth: Option<usize>) -> String {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let levels: Vec<&str> =
        folders.split('/').filter(|name| !name.is_empty()).take(depth.unwrap_or(usize::MAX)).collect();
    if levels.is_empty() { ".".to_owned() } else { levels.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_end_where_they_are_wanted_to() {
        let cases =
            [("a/b/c.rs", None, "a/b"), ("a/b/c.rs", Some(1), "a"), ("c.rs", Some(1), "."), ("a/b/c.rs", Some(0), ".")];
        for (path, depth, expected) in cases {
            assert_eq!(folder(path, depth), expected, "{path} {depth:?}");
        }
    }
}
