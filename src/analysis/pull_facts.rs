//! Pull requests as they stand in the store: what the forge told, what git tells, what sessions say.

use std::collections::{BTreeMap, HashMap};

use super::error::AnalysisError;
use crate::model::{CommitId, MergeMethod};
use crate::report::{Missing, PrsSource, PullState};
use crate::store::{Reader, Values};

/// A commit of a pull request's own branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullBranchCommit {
    /// Its id.
    pub id: CommitId,
    /// When the change was made, UTC milliseconds; a rebase keeps it.
    pub author_time: i64,
    /// When it was committed, UTC milliseconds.
    pub commit_time: i64,
}

/// What the forge told of one pull request.
#[derive(Debug, Clone)]
pub struct ForgePull {
    /// Its number.
    pub number: u64,
    /// The commit it came in with, if it was merged.
    pub merge: Option<CommitId>,
    /// Its last commit.
    pub head: Option<CommitId>,
    /// What it was merged into, before.
    pub base: Option<CommitId>,
    /// Its commits, oldest first.
    pub commits: Vec<PullBranchCommit>,
    pub(super) state: i64,
    pub(super) is_draft: bool,
    pub(super) title: String,
    pub(super) author: Option<String>,
    pub(super) created: i64,
    pub(super) ended: Option<i64>,
    pub(super) added: Option<u64>,
    pub(super) checks: Option<i64>,
    pub(super) reverts: Option<u64>,
    pub(super) labels: String,
    /// Time and kind, in the order of time.
    pub(super) events: Vec<(i64, i64)>,
}

/// How a pull request came in, as the commits of this clone show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    /// The method.
    pub method: MergeMethod,
    /// The commits it came in with.
    pub landed: Vec<CommitId>,
}

/// Looks at the commits of a merged pull request; `None` if they are not in this clone.
pub type Lineages<'l> = dyn Fn(&ForgePull) -> Option<Lineage> + 'l;

/// What only git can tell of pull requests.
#[derive(Clone, Copy)]
pub struct PullGit<'g> {
    /// How merged ones came in.
    pub lineages: &'g Lineages<'g>,
    /// Commits that the default branch has as others, such as those of a squash, and the pull request of these.
    pub remade: &'g [(CommitId, u64)],
}

impl PullGit<'_> {
    /// Where no pull request is asked for.
    pub(super) const NOTHING: PullGit<'static> = PullGit { lineages: &|_| None, remade: &[] };
}

/// Returns commits with money of which git's own words name no pull request.
///
/// # Errors
/// What the store reports.
pub fn loose_commits(reader: &Reader) -> Result<Vec<CommitId>, AnalysisError> {
    if !reader.knows_pulls()? {
        return Ok(Vec::new());
    }
    let statement = "SELECT id FROM git_commit WHERE key IN (SELECT git_commit FROM share)
        AND key NOT IN (SELECT git_commit FROM landed_pull WHERE form <> 8) ORDER BY position";
    Ok(reader.rows(statement, &[])?.iter().filter_map(|row| CommitId::from_bytes(row.bytes(0))).collect())
}

/// A commit and the pull request that git says brought it.
#[derive(Debug, Clone, Copy)]
pub(super) struct GitPull {
    pub(super) number: u64,
    pub(super) form: i64,
    pub(super) landing: Option<i64>,
    pub(super) reverts: Option<u64>,
    /// When the commit was made, UTC milliseconds.
    pub(super) at: i64,
    pub(super) id: CommitId,
}

/// Under this form commits stand that did not land: `store::LandedPullRow`.
pub(super) const HEAD_FORM: i64 = 8;

/// Everything that is known of pull requests.
#[derive(Debug, Default)]
pub(super) struct PullFacts {
    pub(super) forge: BTreeMap<u64, ForgePull>,
    /// By key of commit.
    pub(super) git: HashMap<i64, GitPull>,
    /// Numbers of references.
    pub(super) heads: Vec<u64>,
    /// Numbers that sessions opened.
    pub(super) opened: Vec<u64>,
    pub(super) source: PrsSource,
}

impl PullFacts {
    pub(super) fn read(reader: &Reader) -> Result<PullFacts, AnalysisError> {
        if !reader.knows_pulls()? {
            return Ok(PullFacts::default());
        }
        let forge = forge(reader)?;
        let mut git = git(reader)?;
        let source = source(reader, forge.len() as u64)?;
        // `(#12)` may be an issue: the forge knows, where it was asked for everything.
        let newest = forge.keys().next_back().copied().unwrap_or(0);
        if source.synced_at.is_some() && source.since.is_none() && !source.is_partial {
            git.retain(|_, pull| pull.number > newest || forge.contains_key(&pull.number));
        }
        let numbers = |statement: &str| -> Result<Vec<u64>, AnalysisError> {
            Ok(reader.rows(statement, &[])?.iter().filter_map(|row| count(row, 0)).collect())
        };
        Ok(PullFacts {
            forge,
            git,
            heads: numbers("SELECT number FROM pull_head ORDER BY 1")?,
            opened: numbers("SELECT DISTINCT number FROM pull_request ORDER BY 1")?,
            source,
        })
    }

    /// Tells whether there is such a pull request, as far as anybody can tell.
    pub(super) fn is_known(&self, number: u64) -> bool {
        self.forge.contains_key(&number) || self.git.values().any(|pull| pull.number == number)
    }

    /// Returns what became of a pull request; `landing` is how a message of the default branch names it.
    pub(super) fn state(&self, number: u64, landing: Option<&GitPull>) -> Result<PullState, Missing> {
        let is_imported = |pull: &GitPull| [3, 4].contains(&pull.form);
        match (self.forge.get(&number).map(|pull| (pull.state, pull.is_draft)), landing) {
            (Some((3, _)), _) => Ok(PullState::Merged),
            (Some((1, true)), _) => Ok(PullState::Draft),
            (Some((1, false)), _) => Ok(PullState::Open),
            (Some(_), Some(_)) => Ok(PullState::Landed),
            (Some(_), None) => Ok(PullState::Closed),
            (None, Some(pull)) if is_imported(pull) => Ok(PullState::Landed),
            (None, Some(_)) => Ok(PullState::Merged),
            (None, None) => Err(Missing::NotSynced),
        }
    }
}

pub(super) fn count(row: &Values, index: usize) -> Option<u64> {
    row.number(index).and_then(|number| u64::try_from(number).ok())
}

fn forge(reader: &Reader) -> Result<BTreeMap<u64, ForgePull>, AnalysisError> {
    let statement = "SELECT number, state, is_draft, title, author, created_at, ended_at, base_id, head_id, merge_id,
        added_lines, checks, reverts, labels FROM pull ORDER BY number";
    let mut pulls: BTreeMap<u64, ForgePull> =
        reader.rows(statement, &[])?.iter().filter_map(forge_pull).map(|pull| (pull.number, pull)).collect();
    for row in reader.rows("SELECT pull, id, author_time, commit_time FROM pull_commit ORDER BY pull, place", &[])? {
        let (Some(number), Some(id)) = (count(&row, 0), CommitId::from_bytes(row.bytes(1))) else { continue };
        let time = |index: usize| row.number(index).unwrap_or(0);
        let commit = PullBranchCommit { id, author_time: time(2), commit_time: time(3) };
        pulls.entry(number).and_modify(|pull| pull.commits.push(commit));
    }
    for row in reader.rows("SELECT pull, at, kind FROM pull_event ORDER BY pull, at, place", &[])? {
        let (Some(number), Some(at), Some(kind)) = (count(&row, 0), row.number(1), row.number(2)) else { continue };
        pulls.entry(number).and_modify(|pull| pull.events.push((at, kind)));
    }
    Ok(pulls)
}

fn forge_pull(row: &Values) -> Option<ForgePull> {
    let text = |index: usize| row.text(index).map(str::to_owned);
    let id = |index: usize| CommitId::from_bytes(row.bytes(index));
    Some(ForgePull {
        number: count(row, 0)?,
        state: row.number(1)?,
        is_draft: row.number(2)? != 0,
        title: text(3)?,
        author: text(4),
        created: row.number(5)?,
        ended: row.number(6),
        base: id(7),
        head: id(8),
        merge: id(9),
        added: count(row, 10),
        checks: row.number(11),
        reverts: count(row, 12),
        labels: text(13)?,
        commits: Vec::new(),
        events: Vec::new(),
    })
}

fn git(reader: &Reader) -> Result<HashMap<i64, GitPull>, AnalysisError> {
    let statement = "SELECT key, number, form, landing, reverts, commit_time, id
        FROM landed_pull JOIN git_commit ON git_commit.key = landed_pull.git_commit";
    let rows = reader.rows(statement, &[])?;
    let pull = |row: &Values| {
        let pull = GitPull {
            number: count(row, 1)?,
            form: row.number(2)?,
            landing: row.number(3),
            reverts: count(row, 4),
            at: row.number(5)?,
            id: CommitId::from_bytes(row.bytes(6))?,
        };
        Some((row.number(0)?, pull))
    };
    Ok(rows.iter().filter_map(pull).collect())
}

fn source(reader: &Reader, of_forge: u64) -> Result<PrsSource, AnalysisError> {
    let rows = reader.rows("SELECT repository, synced_at, since, cursor IS NOT NULL FROM pull_sync", &[])?;
    let Some(row) = rows.first() else { return Ok(PrsSource::default()) };
    let time = |index: usize| row.number(index).map(crate::model::Timestamp);
    Ok(PrsSource {
        repository: row.text(0).map(str::to_owned),
        synced_at: time(1),
        since: time(2),
        is_partial: row.number(3) == Some(1),
        of_forge,
        of_git: 0,
    })
}
