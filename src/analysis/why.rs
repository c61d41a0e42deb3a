//! `why`: what is known of the tool call, the request and the turn that wrote one line.

use super::commits::{Link, Texts, grade};
use super::directory::Directory;
use super::error::AnalysisError;
use super::prompt::{PromptText, prompt};
use super::show_commit::evidence;
use crate::derive::TurnKind;
use crate::model::{CommitId, NanoUsd, Timestamp, without_home};
use crate::report::{
    BlameLine, Missing, WhyCall, WhyCommit, WhyLanded, WhyLink, WhyPullRequest, WhyShare, WhyTool, WhyTurn,
};
use crate::store::{CommitKey, Reader, Values};

/// What only the command knows.
pub struct WhyFacts<'a> {
    /// Looks up subjects of commits.
    pub texts: &'a Texts<'a>,
    /// Reads prompts; given where the text was asked for.
    pub prompt: Option<&'a PromptText<'a>>,
    /// The root of the work tree, which paths of tools begin with.
    pub root: Option<&'a str>,
}

/// What there is to say of a line.
#[derive(Debug, Default)]
pub struct Why {
    /// The commit.
    pub commit: Option<WhyCommit>,
    /// The turn.
    pub turn: Option<WhyTurn>,
    /// The request.
    pub call: Option<WhyCall>,
    /// The tool call.
    pub tool_call: Option<WhyTool>,
    /// Tool calls before it in the turn.
    pub before: Vec<WhyTool>,
    /// Lines of the request.
    pub landed: Vec<WhyLanded>,
    /// Pull requests.
    pub pull_requests: Vec<WhyPullRequest>,
}

/// Returns what led to a line that `blame` has decided.
///
/// # Errors
/// What the store reports.
pub fn why(reader: &Reader, line: &BlameLine, facts: &WhyFacts<'_>) -> Result<Why, AnalysisError> {
    let directory = Directory::new(reader)?;
    let known = line.commit.as_ref().map(|id| reader.commit_key(id)).transpose()?.flatten();
    let search = Search { reader, directory, facts };
    let mut why = Why { commit: search.commit(line, known)?, ..Why::default() };
    let session = line.session.as_deref().and_then(|id| search.session(id));
    why.pull_requests = search.pull_requests(known, session)?;
    let Some(session) = session else { return Ok(why) };
    let tools = reader.rows(TOOLS, &[session])?;
    let Some(tool) = tools.iter().find(|row| row.text(1) == line.tool_call.as_deref()) else { return Ok(why) };
    let turn = tool.number(4).map(|call| reader.rows(TURN_OF_CALL, &[session, call])).transpose()?;
    let turn = turn.and_then(|rows| rows.first()?.number(0));
    why.tool_call = Some(search.tool(tool)?);
    let is_before = |row: &&Values| {
        row.number(7).is_some()
            && row.number(7) == turn
            && (row.number(3), row.number(0)) < (tool.number(3), tool.number(0))
    };
    why.before = tools.iter().filter(is_before).map(|row| search.tool(row)).collect::<Result<_, _>>()?;
    why.turn = search.turn(session, line)?;
    if let Some(call) = tool.number(4) {
        why.call = search.call(session, call)?;
        why.landed = search.landed(call)?;
    }
    Ok(why)
}

const TOOLS: &str =
    "SELECT tool_call.key, tool_call.id, tool_call.name, coalesce(asked_at, answered_at), tool_call.call,
    agent_run.agent_type, is_error, ledger.turn
  FROM tool_call LEFT JOIN agent_run ON agent_run.key = tool_call.agent_run
  LEFT JOIN ledger ON ledger.session = tool_call.session AND ledger.call = tool_call.call
  WHERE tool_call.session = ?1 ORDER BY 4, 1";

const TURN_OF_CALL: &str = "SELECT turn FROM ledger WHERE session = ?1 AND call = ?2";

const CALL: &str = "SELECT call.id, ledger.at, ledger.model, agent_run.agent_type, ledger.is_complete, ledger.cost
  FROM ledger LEFT JOIN call ON call.key = ledger.call LEFT JOIN agent_run ON agent_run.key = call.agent_run
  WHERE ledger.session = ?1 AND ledger.call = ?2";

const TURN: &str = "SELECT turn.kind, turn.started_at, turn.ended_at, count(ledger.call), sum(NOT ledger.is_complete),
    sum(ledger.cost)
  FROM turn LEFT JOIN ledger ON ledger.session = turn.session AND ledger.turn = turn.key
  WHERE turn.session = ?1 AND turn.number = ?2 GROUP BY turn.key";

const LANDED: &str = "SELECT git_commit.id, landed.path, tool_call.id, landed.lines
  FROM tool_call JOIN landed ON landed.tool_call = tool_call.key JOIN git_commit ON git_commit.key = landed.git_commit
  WHERE tool_call.call = ?1 AND landed.lines > 0 ORDER BY git_commit.position, landed.path, tool_call.id";

struct Search<'s> {
    reader: &'s Reader,
    directory: Directory,
    facts: &'s WhyFacts<'s>,
}

impl Search<'_> {
    fn session(&self, id: &str) -> Option<i64> {
        self.directory.sessions_like(id).into_iter().find(|(_, name)| name.id == id).map(|(key, _)| key)
    }

    fn commit(&self, line: &BlameLine, known: Option<CommitKey>) -> Result<Option<WhyCommit>, AnalysisError> {
        let Some(id) = line.commit else { return Ok(None) };
        let sql = "SELECT session, grade, evidence, lines FROM link WHERE git_commit = ?1 ORDER BY grade, session";
        let rows = self.reader.rows(sql, &[known.map_or(-1, |commit| commit.key)])?;
        let links = rows.iter().map(|row| self.link(row)).collect();
        let subject = (self.facts.texts)(&[id]).into_iter().next().flatten();
        Ok(Some(WhyCommit { commit: id.to_string(), short: id.short(), subject, links }))
    }

    fn link(&self, row: &Values) -> WhyLink {
        let number = |index: usize| row.number(index).unwrap_or(0);
        let link = Link { session: number(0), grade: number(1), evidence: number(2), lines: number(3), is_read: true };
        let name = self.directory.session(link.session);
        WhyLink {
            session: name.map_or_else(String::new, |name| name.id.clone()),
            short: name.map_or_else(String::new, |name| name.short.clone()),
            grade: grade(link.grade),
            evidence: evidence(&link),
        }
    }

    fn tool(&self, row: &Values) -> Result<WhyTool, AnalysisError> {
        let sql = "SELECT path FROM edit WHERE tool_call = ?1 ORDER BY path";
        let files = self.reader.rows(sql, &[row.number(0).unwrap_or(0)])?;
        let files = files.iter().filter_map(|row| self.directory.text(row.number(0))).map(|path| self.inside(path));
        Ok(WhyTool {
            tool_call: row.text(1).unwrap_or_default().to_owned(),
            tool: self.directory.text(row.number(2)),
            at: row.number(3).map(Timestamp),
            subagent: self.directory.text(row.number(5)),
            is_error: row.number(6).map(|is_error| is_error != 0),
            files: files.collect(),
        })
    }

    /// Paths of tools are absolute, without the name of the home folder; people want those of the repository.
    fn inside(&self, path: String) -> String {
        let path = path.replace('\\', "/");
        let root = self.facts.root.map(|root| without_home(root).replace('\\', "/"));
        let rest = root.as_deref().and_then(|root| path.strip_prefix(root)?.strip_prefix('/'));
        rest.map(str::to_owned).unwrap_or(path)
    }

    fn turn(&self, session: i64, line: &BlameLine) -> Result<Option<WhyTurn>, AnalysisError> {
        let Some((id, number)) = line.session.as_deref().zip(line.turn) else { return Ok(None) };
        let key = (session, i64::try_from(number).unwrap_or(i64::MAX));
        let rows = self.reader.rows(TURN, &[key.0, key.1])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (prompt, prompt_missing) = prompt(self.reader, &self.directory, key, self.facts.prompt)?;
        let count = |index: usize| row.number(index).unwrap_or(0).max(0) as u64;
        let cost = row.number(5).map(NanoUsd);
        Ok(Some(WhyTurn {
            turn: format!("{id}:{number}"),
            number,
            kind: TurnKind::name_of(row.number(0).unwrap_or(-1)).to_owned(),
            started: row.number(1).map(Timestamp),
            ended: row.number(2).map(Timestamp),
            calls: count(3),
            incomplete_calls: count(4),
            cost,
            cost_missing: cost.is_none().then_some(Missing::Unpriced),
            prompt,
            prompt_missing,
        }))
    }

    fn call(&self, session: i64, call: i64) -> Result<Option<WhyCall>, AnalysisError> {
        let rows = self.reader.rows(CALL, &[session, call])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let sql = "SELECT git_commit.id, share.nano FROM share JOIN git_commit ON git_commit.key = share.git_commit
            WHERE share.session = ?1 AND share.call = ?2 ORDER BY git_commit.position";
        let shares: Vec<WhyShare> = self.reader.rows(sql, &[session, call])?.iter().map(share).collect();
        let cost = row.number(5).map(NanoUsd);
        Ok(Some(WhyCall {
            call: row.text(0).unwrap_or_default().to_owned(),
            at: row.number(1).map(Timestamp),
            model: self.directory.text(row.number(2)),
            subagent: self.directory.text(row.number(3)),
            is_complete: row.number(4) == Some(1),
            cost,
            cost_missing: cost.is_none().then_some(Missing::Unpriced),
            landed: shares.iter().map(|share| share.share).sum(),
            shares,
        }))
    }

    fn landed(&self, call: i64) -> Result<Vec<WhyLanded>, AnalysisError> {
        let landed = |row: &Values| WhyLanded {
            commit: commit_text(row),
            path: self.directory.text(row.number(1)).unwrap_or_default(),
            tool_call: row.text(2).unwrap_or_default().to_owned(),
            lines: row.number(3).unwrap_or(0).max(0) as u64,
        };
        Ok(self.reader.rows(LANDED, &[call])?.iter().map(landed).collect())
    }

    /// The commit's own word counts more than what the session opened at some time.
    fn pull_requests(
        &self,
        commit: Option<CommitKey>,
        session: Option<i64>,
    ) -> Result<Vec<WhyPullRequest>, AnalysisError> {
        let sql = match self.reader.knows_pulls()? {
            true => OF_COMMIT,
            false => OF_MESSAGE,
        };
        let of_commit = self.reader.rows(sql, &[commit.map_or(-1, |commit| commit.key)])?;
        let sql = "SELECT number, repository FROM pull_request WHERE session = ?1 ORDER BY number";
        let of_session = self.reader.rows(sql, &[session.unwrap_or(-1)])?;
        let request = |row: &Values, source: &str| WhyPullRequest {
            number: row.number(0).unwrap_or(0).max(0) as u64,
            repository: self.directory.text(row.number(1)),
            source: source.to_owned(),
        };
        let mut found: Vec<WhyPullRequest> = of_commit.iter().map(|row| request(row, "commit")).collect();
        let opened: Vec<WhyPullRequest> = of_session.iter().map(|row| request(row, "session")).collect();
        for request in &mut found {
            let same = opened.iter().find(|other| other.number == request.number);
            request.repository = same.and_then(|other| other.repository.clone());
        }
        if found.is_empty() { Ok(opened) } else { Ok(found) }
    }
}

const OF_MESSAGE: &str = "SELECT CAST(value AS INTEGER) FROM claim WHERE git_commit = ?1 AND kind = 4 ORDER BY 1";
const OF_COMMIT: &str = "SELECT CAST(value AS INTEGER) FROM claim WHERE git_commit = ?1 AND kind = 4
    UNION SELECT number FROM landed_pull WHERE git_commit = ?1 ORDER BY 1";

fn share(row: &Values) -> WhyShare {
    WhyShare { commit: commit_text(row), share: NanoUsd(row.number(1).unwrap_or(0)) }
}

fn commit_text(row: &Values) -> String {
    CommitId::from_bytes(row.bytes(0)).map_or_else(String::new, |id| id.to_string())
}
