//! `agent-trace` alone: the whole repository on one screen.

use super::added_lines::with_lines;
use super::books::{Stamp, books};
use super::commits::{self, CommitText, Texts};
use super::cost::{CostGit, cost};
use super::directory::Directory;
use super::error::AnalysisError;
use super::filter::Filter;
use super::pull_of_commit::pulls_of;
use super::sessions::entries;
use crate::model::{CommitId, Timestamp};
use crate::report::{CommitEntry, CostBy, DayCost, Hint, Missing, ModelCost, OverviewReport};
use crate::store::Reader;

/// What the overview is told from outside.
pub struct OverviewFacts<'o> {
    /// Name of the repository's folder.
    pub repository: String,
    /// Looks up subjects.
    pub texts: &'o Texts<'o>,
}

const RECENT: usize = 5;
const TOP: usize = 5;
const DAYS: usize = 60;

/// Returns the overview.
///
/// # Errors
/// What the store reports, or that the books do not balance.
pub fn overview(
    reader: &Reader,
    filter: &Filter,
    facts: &OverviewFacts<'_>,
    stamp: &Stamp,
) -> Result<OverviewReport, AnalysisError> {
    let directory = Directory::new(reader)?;
    let books = books(reader, filter, &directory, stamp)?;
    let scope = filter.on_ledger();
    let one = |statement: &str| -> Result<Vec<Option<i64>>, AnalysisError> {
        let rows = reader.rows(statement, &[])?;
        Ok((0..4).map(|index| rows.first().and_then(|row| row.number(index))).collect())
    };
    let span = one(&format!("SELECT min(at), max(at), count(DISTINCT session), count(*) FROM ledger WHERE {scope}"))?;
    let turns = one("SELECT count(*), sum(active_ms), sum(waiting_ms) FROM turn")?;
    let history =
        one("SELECT count(*), sum(EXISTS (SELECT 1 FROM link WHERE link.git_commit = git_commit.key)) FROM git_commit
         WHERE is_reachable")?;
    let count = |value: Option<i64>| value.unwrap_or(0).max(0) as u64;
    let mut top_sessions = entries(reader, filter, &directory)?;
    top_sessions.sort_by(|one, other| other.cost.cmp(&one.cost).then_with(|| one.session.cmp(&other.session)));
    top_sessions.truncate(TOP);
    let report = OverviewReport {
        repository: facts.repository.clone(),
        scope: filter.scope(),
        first: span[0].map(Timestamp),
        last: span[1].map(Timestamp),
        sessions: count(span[2]),
        turns: count(turns[0]),
        calls: count(span[3]),
        commits: count(history[0]),
        commits_with_session: count(history[1]),
        active_ms: turns[1].map(|ms| ms.max(0) as u64),
        wait_ms: turns[2].map(|ms| ms.max(0) as u64),
        time_missing: turns[1].is_none().then_some(Missing::NotRecorded),
        attributed: books.total - books.unattributed_total(),
        models: models(reader, filter, stamp, facts)?,
        days: days(reader, filter, stamp, facts)?,
        recent_commits: recent(reader, filter, &directory, facts)?,
        hints: if top_sessions.is_empty() { first_steps() } else { hints() },
        top_sessions,
        books,
    };
    report.balanced()?;
    Ok(report)
}

fn models(
    reader: &Reader,
    filter: &Filter,
    stamp: &Stamp,
    facts: &OverviewFacts<'_>,
) -> Result<Vec<ModelCost>, AnalysisError> {
    let by_model = cost(reader, CostBy::Model, filter, None, stamp, &CostGit::texts(facts.texts))?;
    let mut models: Vec<ModelCost> = Vec::new();
    for row in by_model.rows {
        match models.iter_mut().find(|model| model.model == row.key.id) {
            Some(model) => {
                model.calls += row.calls.unwrap_or(0);
                model.cost = model.cost.map_or(row.cost, |sum| Some(sum + row.cost.unwrap_or_default()));
                model.cost_missing = model.cost_missing.filter(|_| model.cost.is_none());
            }
            None => models.push(ModelCost {
                model: row.key.id,
                calls: row.calls.unwrap_or(0),
                cost: row.cost,
                cost_missing: row.cost_missing,
            }),
        }
    }
    models.sort_by(|one, other| other.cost.cmp(&one.cost).then_with(|| one.model.cmp(&other.model)));
    Ok(models)
}

fn days(
    reader: &Reader,
    filter: &Filter,
    stamp: &Stamp,
    facts: &OverviewFacts<'_>,
) -> Result<Vec<DayCost>, AnalysisError> {
    let rows = cost(reader, CostBy::Day, filter, None, stamp, &CostGit::texts(facts.texts))?.rows;
    let parse = |text: &str| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let known: std::collections::BTreeMap<_, _> =
        rows.iter().filter_map(|row| Some((parse(row.key.id.as_deref()?)?, row.cost.unwrap_or_default()))).collect();
    let (Some((first, _)), Some((last, _))) = (known.first_key_value(), known.last_key_value()) else {
        return Ok(Vec::new());
    };
    let start = (*first).max(*last - chrono::Days::new(DAYS as u64 - 1));
    let every = start.iter_days().take_while(|day| day <= last);
    let day =
        |day: chrono::NaiveDate| DayCost { day: day.to_string(), cost: known.get(&day).copied().unwrap_or_default() };
    Ok(every.map(day).collect())
}

fn recent(
    reader: &Reader,
    filter: &Filter,
    directory: &Directory,
    facts: &OverviewFacts<'_>,
) -> Result<Vec<CommitEntry>, AnalysisError> {
    let commits = commits::read(reader, &filter.on_ledger())?;
    let mut with_cost: Vec<&commits::Commit> = commits.values().filter(|commit| commit.calls > 0).collect();
    with_cost.sort_by_key(|commit| (std::cmp::Reverse(commit.at), commit.id));
    with_cost.truncate(RECENT);
    let ids: Vec<CommitId> = with_cost.iter().map(|commit| commit.id).collect();
    let pulls = pulls_of(reader, &ids)?;
    let name = |key: i64| directory.session(key).map_or_else(String::new, |name| name.id.clone());
    let entry = |(commit, subject): (&commits::Commit, Option<String>)| {
        let author = directory.text(commit.author).unwrap_or_default();
        let text = CommitText { id: commit.id, author, at: commit.at, subject: subject.unwrap_or_default() };
        let entry = commits::entry(&text, Some(commit), &name);
        let entry = CommitEntry { pull: pulls.get(&text.id).copied(), ..entry };
        with_lines(reader, directory, &text.id, entry)
    };
    with_cost.into_iter().zip((facts.texts)(&ids)).map(entry).collect()
}

fn hint(command: &str, purpose: &str) -> Hint {
    Hint { command: command.into(), purpose: purpose.into() }
}

/// What helps where no session was found.
fn first_steps() -> Vec<Hint> {
    let elsewhere = "read transcripts kept elsewhere; none of this repository was found";
    vec![hint("agent-trace ingest PATH", elsewhere), hint("agent-trace ingest --help", "where it looks")]
}

fn hints() -> Vec<Hint> {
    vec![
        hint("agent-trace log", "commits with what they cost"),
        hint("agent-trace cost --by branch", "money by branch, model, day, file, …"),
        hint("agent-trace show <commit or session>", "every cent explained"),
    ]
}
