//! One line of the spool: what one hook saw.
//!
//! Written by hooks of one version and read by `ingest` of another: fields are only ever added, all may be missing,
//! unknown ones are ignored. Ids, names and times only.

use serde::{Deserialize, Serialize};

use super::shell::Effect;
use crate::model::{AgentId, CommitId, SessionId, ToolUseId};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A session began, was resumed, cleared or forked.
    SessionStart,
    /// A session ended.
    SessionEnd,
    /// A person sent a prompt.
    Prompt,
    /// A tool is about to run.
    ToolStart,
    /// A tool has run.
    ToolEnd,
    /// A tool has failed.
    ToolFailure,
    /// A person is asked whether a tool may run.
    PermissionRequest,
    /// A tool may not run.
    PermissionDenied,
    /// A subagent began.
    SubagentStart,
    /// A subagent stopped.
    SubagentStop,
    /// The agent stopped.
    Stop,
    /// The agent stopped because the provider failed.
    StopFailure,
    /// The context is about to be compacted.
    CompactStart,
    /// The context has been compacted.
    CompactEnd,
    /// The session went to another folder.
    Folder,
    /// A commit was made.
    Commit,
    /// Commits took the place of others.
    Rewrite,
    /// Git is about to make a commit: `commit` is what was checked out before, `detail` the number of git's process.
    CommitStart,
    /// Something was merged into the checked out branch.
    Merge,
    /// It was looked what a shell command changed: `scan` and `files`.
    Scan,
    /// What a later version records.
    #[serde(other)]
    Unknown,
}

/// How the session of a commit is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The environment of the commit names it.
    Environment,
    /// The agent's process is an ancestor of the commit's.
    Ancestry,
    /// An agent without a session id made it, and one session alone was at work in the work tree.
    OnlyOpen,
    /// What a later version found.
    #[serde(other)]
    Unknown,
}

/// A session that made a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Name of the agent, as in trailers.
    pub agent: String,
    /// Id of the session.
    pub session: String,
    /// How that is known.
    pub by: By,
    /// The tool call it was made in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_use: Option<String>,
    /// The subagent run it was made in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// A file after a tool wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileBlob {
    /// Path from the top of the work tree, with `/`.
    pub path: String,
    /// Name git would give its bytes, in hexadecimal digits.
    pub blob: String,
    /// Name of what it was before, that of no bytes at all if it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Why it is not certain that the tool call, and nobody else, made the one of the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
}

/// Why it is not certain who changed a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// What it was before is not known.
    Before,
    /// It was written after the command had ended.
    Late,
    /// Another command ran at the same time, or an edit changed it meanwhile.
    Overlap,
    /// The command names other files, or takes too long to tell it from somebody else's change.
    NotNamed,
    /// Git may have brought it.
    Brought,
    /// It cannot be compared: too large, or changed while it was read.
    Unread,
    /// What a later version found.
    #[serde(other)]
    Unknown,
}

/// What a scan after a shell command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ScanEnd {
    /// Every file the command changed stands in the record.
    #[serde(default)]
    pub is_complete: bool,
    /// More files were changed than are followed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_too_many: bool,
}

/// One line of the spool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of the form.
    pub v: u32,
    /// When, UTC milliseconds.
    pub at: i64,
    /// What.
    pub event: Event,
    /// Name of the agent whose hook it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Id of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Id of the subagent run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Process of the agent's client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Name of the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Id of the tool call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_use: Option<String>,
    /// How long the tool ran, milliseconds, without waiting for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_ms: Option<i64>,
    /// The tool is a shell command that can make commits.
    #[serde(default, skip_serializing_if = "is_false")]
    pub makes_commits: bool,
    /// What the client says of the event in one word: a source, a reason, a trigger, a kind of agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Files a tool wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileBlob>,
    /// The tool is a shell command, and this is what its text says it can do to files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// What the scan after it came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<ScanEnd>,
    /// The commit; abbreviated if the client's `gitOperation` told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// What was checked out when git began to make the commit, where its name was read without looking at more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What git was doing; see [`super::GitState`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Sessions that made the commit; none: no agent that is known here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Author>,
    /// Old and new ids of rewritten commits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<(String, String)>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// Version of the form that this program writes.
const VERSION: u32 = 1;

impl Record {
    /// Returns a record of which only time and event are known.
    pub fn new(at: i64, event: Event) -> Record {
        Record {
            v: VERSION,
            at,
            event,
            agent: None,
            session: None,
            run: None,
            pid: None,
            tool: None,
            tool_use: None,
            run_ms: None,
            makes_commits: false,
            detail: None,
            files: Vec::new(),
            effect: None,
            scan: None,
            commit: None,
            from: None,
            state: None,
            by: Vec::new(),
            pairs: Vec::new(),
        }
    }

    /// Returns the record of a line; `None` for anything else. Total: any bytes in.
    pub fn parse(line: &[u8]) -> Option<Record> {
        serde_json::from_slice(line).ok()
    }

    /// Returns the id of the session, if it is one.
    pub fn session_id(&self) -> Option<SessionId> {
        self.session.as_deref().and_then(|id| SessionId::parse(id).ok())
    }

    /// Returns the id of the tool call, if it is one.
    pub fn tool_use_id(&self) -> Option<ToolUseId> {
        self.tool_use.as_deref().and_then(|id| ToolUseId::parse(id).ok())
    }

    /// Returns the id of the subagent run, if it is one.
    pub fn agent_id(&self) -> Option<AgentId> {
        self.run.as_deref().and_then(|id| AgentId::parse(id).ok())
    }

    /// Returns the whole id of the commit, if it is one.
    pub fn commit_id(&self) -> Option<CommitId> {
        self.commit.as_deref().and_then(|id| CommitId::parse(id).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_later_version_is_read_as_far_as_it_is_known() {
        let line = br#"{"v":9,"at":5,"event":"teleport","session":"s1","colour":"red","by":[]}"#;
        let record = Record::parse(line).unwrap();
        assert_eq!((record.event, record.session_id().unwrap().as_str()), (Event::Unknown, "s1"));
    }

    #[test]
    fn what_is_not_known_takes_no_room() {
        let text = serde_json::to_string(&Record::new(5, Event::Stop)).unwrap();
        assert_eq!(text, r#"{"v":1,"at":5,"event":"stop"}"#);
        assert_eq!(Record::parse(text.as_bytes()), Some(Record::new(5, Event::Stop)));
    }

    #[test]
    fn hostile_ids_are_none() {
        let mut record = Record::new(5, Event::Stop);
        record.session = Some("../../x".into());
        assert_eq!(record.session_id(), None);
    }
}
