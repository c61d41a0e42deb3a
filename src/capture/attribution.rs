//! Which session makes the commit that a git hook was called for.
//!
//! The environment first, the innermost agent where several left marks; then the processes above; then the only
//! session at work in this work tree, if an agent without a session id is known to run. A person's terminal has none
//! of these, and its commits get no session here: whose work is in them is found by content, later.

use super::marker::{KNOWN, Marker, markers, named};
use super::process::Process;
use super::record::{Author, By, Event, Record};
use crate::model::SessionId;

/// What a hook can see around it.
pub(super) struct Surroundings<'a> {
    /// Looks a variable of the environment up.
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
    /// Looks the processes above up; costs time.
    pub(super) ancestors: &'a dyn Fn() -> Vec<Process>,
    /// Looks the process of git that called the hook up, where that costs little.
    pub(super) git: &'a dyn Fn() -> Option<u32>,
    /// Reads the end of the spool: all records, or those of one session; costs time.
    pub(super) tail: &'a dyn Fn(Option<&SessionId>) -> Vec<Record>,
    /// Reads which processes the end of the spool names; costs little.
    pub(super) clients: &'a dyn Fn() -> Vec<u32>,
    /// The time, UTC milliseconds.
    pub(super) now: i64,
}

/// Set by whoever runs an agent that leaves no id: `<agent>/<session>`.
const OWN_VARIABLE: &str = "AGENT_TRACE_SESSION";

/// Returns the session that makes the commit, and the tool call it makes it in.
pub(super) fn author(around: &Surroundings<'_>) -> Option<Author> {
    session(around).map(|author| in_tool_call(around, author))
}

/// Adds the tool call that a session makes the commit in, where the spool tells.
pub(super) fn in_tool_call(around: &Surroundings<'_>, mut author: Author) -> Author {
    if let (By::Environment, Ok(id)) = (author.by, SessionId::parse(&author.session)) {
        let open = at_work(&(around.tail)(Some(&id))).pop();
        (author.tool_use, author.run) = open.and_then(AtWork::committing).unwrap_or_default();
    }
    author
}

/// Returns the session that makes the commit; of its tool call only what costs nothing.
pub(super) fn session(around: &Surroundings<'_>) -> Option<Author> {
    if let Some((agent, session)) = own(around) {
        return Some(named_author(&agent, &session));
    }
    let markers = markers(around.variable);
    match innermost(around, &markers) {
        Some(Marker { agent, session: Some(session) }) => Some(named_author(agent, session)),
        Some(Marker { agent, session: None }) => {
            let at_work: Vec<AtWork> =
                at_work(&(around.tail)(None)).into_iter().filter(|one| one.agent == *agent).collect();
            by_ancestry(around, &at_work).or_else(|| only_open(&at_work))
        }
        None if is_below_a_client(around) => by_ancestry(around, &at_work(&(around.tail)(None))),
        None => None,
    }
}

/// A person's commit ends here: nothing of the spool is parsed for it.
fn is_below_a_client(around: &Surroundings<'_>) -> bool {
    let clients = (around.clients)();
    // Looking at processes costs more than all the rest.
    !clients.is_empty() && (around.ancestors)().iter().any(|process| clients.contains(&process.pid))
}

fn own(around: &Surroundings<'_>) -> Option<(String, SessionId)> {
    let value = (around.variable)(OWN_VARIABLE)?;
    let (agent, session) = value.split_once('/')?;
    let is_name = !agent.is_empty() && agent.len() <= 40 && agent.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let session = SessionId::parse(session).ok().filter(|_| is_name)?;
    Some((agent.to_owned(), session))
}

/// Of several agents the one whose process is nearest; else the one `AI_AGENT` names; else the first in order.
fn innermost<'m>(around: &Surroundings<'_>, markers: &'m [Marker]) -> Option<&'m Marker> {
    if markers.len() < 2 {
        return markers.first();
    }
    let of_agent = |agent: &str| markers.iter().find(|marker| marker.agent == agent);
    let of_process =
        |process: &Process| KNOWN.iter().find(|known| process.runs(known.programs)).map(|known| known.agent);
    let nearest = (around.ancestors)().iter().find_map(|process| of_agent(of_process(process)?));
    nearest.or_else(|| of_agent(named(around.variable)?)).or(markers.first())
}

fn named_author(agent: &str, session: &SessionId) -> Author {
    let by = By::Environment;
    Author { agent: agent.to_owned(), session: session.to_string(), by, tool_use: None, run: None }
}

/// A session that has begun and not ended, as the end of the spool shows it.
#[derive(Debug, Clone, Default)]
struct AtWork {
    agent: String,
    session: String,
    /// The client's process, and when it was seen.
    client: Option<(u32, i64)>,
    /// Tool calls that began and have not ended: id, run, whether they can commit.
    open: Vec<(String, Option<String>, bool)>,
}

type Committing = (Option<String>, Option<String>);

impl AtWork {
    /// Returns tool call and run of the only shell command that can commit now.
    fn committing(self) -> Option<Committing> {
        let mut open = self.open.into_iter().filter(|(_, _, commits)| *commits);
        let (tool_use, run, _) = open.next()?;
        open.next().is_none().then_some((Some(tool_use), run))
    }

    fn author(self, by: By) -> Author {
        let (agent, session) = (self.agent.clone(), self.session.clone());
        let (tool_use, run) = self.committing().unwrap_or_default();
        Author { agent, session, by, tool_use, run }
    }
}

fn at_work(tail: &[Record]) -> Vec<AtWork> {
    let mut sessions: Vec<AtWork> = Vec::new();
    for record in tail {
        let (Some(agent), Some(id)) = (&record.agent, record.session_id()) else { continue };
        if record.event == Event::Scan {
            continue; // It comes when its command has long ended.
        }
        let known = sessions.iter().position(|one| one.session == id.as_str());
        if record.event == Event::SessionEnd {
            known.map(|index| sessions.swap_remove(index));
            continue;
        }
        let index = known.unwrap_or_else(|| {
            sessions.push(AtWork { agent: agent.clone(), session: id.to_string(), ..AtWork::default() });
            sessions.len() - 1
        });
        sessions[index].take(record);
    }
    sessions
}

impl AtWork {
    fn take(&mut self, record: &Record) {
        self.client = record.pid.map(|pid| (pid, record.at)).or(self.client);
        let Some(tool_use) = record.tool_use_id() else {
            // Whatever was still open when the agent stopped has ended without telling.
            if matches!(record.event, Event::Stop | Event::StopFailure) && record.run.is_none() {
                self.open.clear();
            }
            return;
        };
        self.open.retain(|(id, _, _)| id != tool_use.as_str());
        if record.event == Event::ToolStart {
            self.open.push((tool_use.to_string(), record.run.clone(), record.makes_commits));
        }
    }
}

fn by_ancestry(around: &Surroundings<'_>, at_work: &[AtWork]) -> Option<Author> {
    if at_work.iter().all(|one| one.client.is_none()) {
        return None;
    }
    let above = (around.ancestors)();
    // After /clear one process has had several sessions: the last one seen counts.
    let seen = |one: &AtWork| one.client.map_or(i64::MIN, |(_, at)| at);
    let of =
        |process: &Process| at_work.iter().filter(|one| one.is_of(process, around.now)).max_by_key(|one| seen(one));
    above.iter().find_map(of).map(|one| one.clone().author(By::Ancestry))
}

/// How far the clocks of a record and of a process may differ.
const CLOCK_SLACK_MS: i64 = 2_000;

impl AtWork {
    /// Tells whether this is the process of the session's client, not a later one that got its number.
    fn is_of(&self, process: &Process, now: i64) -> bool {
        let ran_then = |at: i64| process.age_ms.is_some_and(|age| now.saturating_sub(at) <= age + CLOCK_SLACK_MS);
        self.client.is_some_and(|(pid, at)| pid == process.pid && ran_then(at))
    }
}

fn only_open(at_work: &[AtWork]) -> Option<Author> {
    let mut open = at_work.iter().filter(|one| !one.open.is_empty());
    let one = open.next()?;
    open.next().is_none().then(|| one.clone().author(By::OnlyOpen))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(event: Event, session: &str, id: &str, pid: u32) -> Record {
        Record {
            agent: Some("claude-code".into()),
            session: Some(session.into()),
            tool_use: Some(id.into()),
            pid: Some(pid),
            makes_commits: event == Event::ToolStart,
            ..Record::new(1, event)
        }
    }

    /// Processes began a minute before the records, which are of instant 1.
    const AGE: i64 = 3_660_000;
    const NOW: i64 = 3_600_001;

    fn look(
        variables: &[(&str, &str)],
        above: &[(u32, &str)],
        tail: &[Record],
    ) -> Option<(String, By, Option<String>)> {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let ancestors = || {
            let process =
                |(pid, word): &(u32, &str)| Process { pid: *pid, command: vec![(*word).to_owned()], age_ms: Some(AGE) };
            above.iter().map(process).collect()
        };
        let tail = |id: Option<&SessionId>| -> Vec<Record> {
            let is_wanted = |record: &&Record| id.is_none() || record.session_id().as_ref() == id;
            tail.iter().filter(is_wanted).cloned().collect()
        };
        let clients = || tail(None).iter().filter_map(|record| record.pid).collect();
        let (git, now) = (|| None, NOW);
        let around =
            Surroundings { variable: &variable, ancestors: &ancestors, git: &git, tail: &tail, clients: &clients, now };
        let author = author(&around)?;
        Some((format!("{}/{}", author.agent, author.session), author.by, author.tool_use))
    }

    #[test]
    fn the_environment_names_the_session_and_the_spool_its_tool_call() {
        let tail = [
            tool(Event::ToolStart, "s1", "t1", 7),
            tool(Event::ToolEnd, "s1", "t1", 7),
            tool(Event::ToolStart, "s1", "t2", 7),
        ];
        let found = look(&[("CLAUDE_CODE_SESSION_ID", "s1")], &[], &tail);
        assert_eq!(found, Some(("claude-code/s1".into(), By::Environment, Some("t2".into()))));
    }

    #[test]
    fn of_two_commands_at_once_none_is_named() {
        let tail = [tool(Event::ToolStart, "s1", "t1", 7), tool(Event::ToolStart, "s1", "t2", 7)];
        let found = look(&[("CLAUDE_CODE_SESSION_ID", "s1")], &[], &tail);
        assert_eq!(found, Some(("claude-code/s1".into(), By::Environment, None)));
    }

    #[test]
    fn of_nested_agents_the_nearest_process_counts() {
        let both =
            [("CLAUDE_CODE_SESSION_ID", "outer"), ("CODEX_THREAD_ID", "inner"), ("AI_AGENT", "claude-code_2_agent")];
        let inner = look(&both, &[(9, "codex"), (5, "claude")], &[]);
        assert_eq!(inner.unwrap().0, "codex/inner");
        let outer = look(&both, &[(9, "claude"), (5, "codex")], &[]);
        assert_eq!(outer.unwrap().0, "claude-code/outer");
        assert_eq!(look(&both, &[], &[]).unwrap().0, "claude-code/outer", "AI_AGENT where no process tells");
    }

    #[test]
    fn a_process_above_that_is_a_sessions_client_names_it() {
        let tail = [tool(Event::ToolStart, "s1", "t1", 7)];
        assert_eq!(look(&[], &[(3, "sh"), (7, "claude")], &tail).unwrap().1, By::Ancestry);
        assert_eq!(look(&[], &[(3, "bash"), (4, "sshd")], &tail), None, "a person's terminal");
        let ended = [tail[0].clone(), tool(Event::SessionEnd, "s1", "t9", 7)];
        assert_eq!(look(&[], &[(7, "claude")], &ended), None);
    }

    #[test]
    fn a_later_process_with_the_number_of_a_client_is_somebody_elses() {
        let mut seen = tool(Event::ToolStart, "s1", "t1", 7);
        seen.at = NOW - AGE - 60_000;
        assert_eq!(look(&[], &[(7, "bash")], &[seen]), None);
    }

    #[test]
    fn of_the_sessions_that_one_process_had_the_last_counts() {
        let (mut first, mut second) = (tool(Event::ToolStart, "s1", "t1", 7), tool(Event::ToolStart, "s2", "t2", 7));
        second.at = 20;
        assert_eq!(look(&[], &[(7, "claude")], &[first.clone(), second.clone()]).unwrap().0, "claude-code/s2");
        first.at = 30;
        assert_eq!(look(&[], &[(7, "claude")], &[first, second]).unwrap().0, "claude-code/s1");
    }

    #[test]
    fn an_agent_without_an_id_is_the_only_session_at_work_or_nobody() {
        let one = tool(Event::ToolStart, "s1", "t1", 7);
        assert_eq!(look(&[("CLAUDECODE", "1")], &[], std::slice::from_ref(&one)).unwrap().1, By::OnlyOpen);
        let two = [one, tool(Event::ToolStart, "s2", "t2", 8)];
        assert_eq!(look(&[("CLAUDECODE", "1")], &[], &two), None);
        assert_eq!(look(&[("GEMINI_CLI", "1")], &[], &two), None);
    }

    #[test]
    fn a_wrapper_can_name_the_session_itself_but_nothing_hostile() {
        assert_eq!(look(&[("AGENT_TRACE_SESSION", "aider/x1")], &[], &[]).unwrap().0, "aider/x1");
        assert_eq!(look(&[("AGENT_TRACE_SESSION", "a b/x1")], &[], &[]), None);
        assert_eq!(look(&[("AGENT_TRACE_SESSION", "aider/../x")], &[], &[]), None);
    }
}
