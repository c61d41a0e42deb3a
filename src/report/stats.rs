//! `agent-trace stats`: lines by who wrote them.

use serde::Serialize;

use super::imbalance::{Imbalance, check_lines};
use super::line_counts::LineCounts;
use crate::model::{LineClass, LineGrade, LineReason};

/// Lines by one dimension. `agent-trace/stats/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatsReport {
    /// What a row is.
    pub by: StatsBy,
    /// Whether lines that commits added are counted, or those of files as they are now.
    pub of: StatsOf,
    /// Revisions and ranges asked for.
    pub revisions: Vec<String>,
    /// Paths asked for, from the root of the work tree.
    pub paths: Vec<String>,
    /// Commits that added the lines, excluded ones too.
    pub commits: u64,
    /// Files that the lines are in, excluded ones too.
    pub files: u64,
    /// The rows, most lines first.
    pub rows: Vec<StatsRow>,
    /// The rest.
    pub not_listed: StatsRest,
    /// All rows together.
    pub totals: LineCounts,
    /// What the classes rest on, most lines first; they sum to the totals.
    pub reasons: Vec<ReasonLines>,
    /// Lines in no row, and why; each once.
    pub excluded: Vec<ExcludedLines>,
    /// Totals and excluded lines together: what `git log --numstat` sums to.
    pub all_lines: u64,
    /// Changes of files whose lines are not counted: binaries, and content that is not in this clone.
    pub uncounted_files: u64,
}

/// What the rows of `stats` are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatsBy {
    /// Agents, people, unknown.
    #[default]
    Class,
    /// The model.
    Model,
    /// The session.
    Session,
    /// The coding agent.
    Agent,
    /// The author of the commit.
    Author,
    /// The commit.
    Commit,
    /// The folder.
    Directory,
    /// The file.
    File,
}

impl StatsBy {
    /// Every dimension, in the order help texts show them.
    pub const ALL: [StatsBy; 8] = [
        StatsBy::Class,
        StatsBy::Model,
        StatsBy::Session,
        StatsBy::Agent,
        StatsBy::Author,
        StatsBy::Commit,
        StatsBy::Directory,
        StatsBy::File,
    ];

    /// Returns the name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            StatsBy::Class => "class",
            StatsBy::Model => "model",
            StatsBy::Session => "session",
            StatsBy::Agent => "agent",
            StatsBy::Author => "author",
            StatsBy::Commit => "commit",
            StatsBy::Directory => "directory",
            StatsBy::File => "file",
        }
    }
}

/// Which lines are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatsOf {
    /// Lines that commits added.
    #[default]
    Commits,
    /// Lines of files as they are now.
    Files,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatsRow {
    /// What the row is about, in full; `null` for lines that have no such thing.
    pub key: Option<String>,
    /// The same for people.
    pub label: String,
    /// Its lines.
    pub lines: u64,
    /// By whose they are.
    #[serde(flatten)]
    pub counts: LineCounts,
}

/// Rows that are not listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct StatsRest {
    /// How many.
    pub rows: u64,
    /// Their lines.
    #[serde(flatten)]
    pub counts: LineCounts,
}

/// Lines whose class rests on the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReasonLines {
    /// Whose they are.
    pub class: LineClass,
    /// How sure that is.
    pub grade: LineGrade,
    /// What it rests on.
    pub reason: LineReason,
    /// How many.
    pub lines: u64,
}

/// Lines in no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ExcludedLines {
    /// Why.
    pub reason: Exclusion,
    /// How many.
    pub lines: u64,
    /// In so many files.
    pub files: u64,
    /// Of so many commits.
    pub commits: u64,
}

/// Why lines are in no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// The commit stands in `.git-blame-ignore-revs` or in the file of `blame.ignoreRevsFile`.
    IgnoredRevision,
    /// `.gitattributes` says `linguist-generated`.
    Generated,
    /// A package manager's lock file.
    LockFile,
}

impl StatsReport {
    /// Checks that rows, reasons and exclusions sum to what they are parts of.
    ///
    /// # Errors
    /// [`Imbalance`] with the first sum that fails.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        let rest = self.not_listed.counts;
        for (class, whole) in self.totals.by_class() {
            let of = |counts: &LineCounts| counts.of(class);
            let rows = self.rows.iter().map(|row| of(&row.counts)).chain([of(&rest)]);
            check_lines(|| format!("lines of class {}", class.name()), rows, whole)?;
        }
        let rows = self.rows.iter().map(|row| row.lines).chain([rest.lines()]);
        check_lines(|| "lines of the rows".into(), rows, self.totals.lines())?;
        check_lines(|| "lines by reason".into(), self.reasons.iter().map(|part| part.lines), self.totals.lines())?;
        let parts = self.excluded.iter().map(|part| part.lines).chain([self.totals.lines()]);
        check_lines(|| "all lines".into(), parts, self.all_lines)
    }
}
