//! What the hooks of Claude Code do: one JSON object on standard input becomes one [`Record`].
//!
//! Prompts, commands, code and answers pass through here and stay here: a record has no field for them.

use std::borrow::Cow;
use std::path::Path;

use serde::Deserialize;

use super::file_state::file_state;
use super::place::Place;
use super::process::Process;
use super::record::{Event, Record};
use super::scan_job::ShellCall;
use super::shell::{Effect, Shell};
use crate::model::{AgentId, SessionId, ToolUseId};
use crate::transcript::makes_commits;

/// The agent whose hooks these are.
const AGENT: &str = "claude-code";

/// The fields of all events that are of use here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Input<'j> {
    #[serde(borrow)]
    session_id: Cow<'j, str>,
    #[serde(borrow)]
    pub(super) cwd: Cow<'j, str>,
    #[serde(borrow)]
    hook_event_name: Cow<'j, str>,
    #[serde(borrow)]
    agent_id: Option<Cow<'j, str>>,
    #[serde(borrow)]
    agent_type: Option<Cow<'j, str>>,
    #[serde(borrow)]
    tool_name: Option<Cow<'j, str>>,
    #[serde(borrow)]
    tool_use_id: Option<Cow<'j, str>>,
    duration_ms: Option<f64>,
    #[serde(borrow)]
    source: Option<Cow<'j, str>>,
    #[serde(borrow)]
    reason: Option<Cow<'j, str>>,
    #[serde(borrow)]
    trigger: Option<Cow<'j, str>>,
    #[serde(borrow)]
    error: Option<Cow<'j, str>>,
    #[serde(borrow)]
    tool_input: ToolInput<'j>,
    #[serde(borrow)]
    tool_response: ToolResponse<'j>,
}

/// Tools of others have fields of the same names that are anything at all.
#[derive(Debug, Default)]
struct ToolInput<'j> {
    command: Option<Cow<'j, str>>,
    file_path: Option<Cow<'j, str>>,
    notebook_path: Option<Cow<'j, str>>,
    goes_on: bool,
}

impl<'de: 'j, 'j> Deserialize<'de> for ToolInput<'j> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Texts<'j> {
            #[serde(borrow)]
            command: Option<Cow<'j, str>>,
            #[serde(borrow)]
            file_path: Option<Cow<'j, str>>,
            #[serde(borrow)]
            notebook_path: Option<Cow<'j, str>>,
            run_in_background: bool,
        }
        let raw: &serde_json::value::RawValue = Deserialize::deserialize(deserializer)?;
        let Texts { command, file_path, notebook_path, run_in_background } =
            serde_json::from_str(raw.get()).unwrap_or_default();
        Ok(ToolInput { command, file_path, notebook_path, goes_on: run_in_background })
    }
}

/// An object for the tools that matter, anything at all for others: read only as far as it is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
struct ToolResponse<'j> {
    #[serde(borrow)]
    raw: Option<&'j serde_json::value::RawValue>,
}

impl<'j> ToolResponse<'j> {
    fn read<T: Deserialize<'j>>(&self) -> Option<T> {
        serde_json::from_str(self.raw?.get()).ok()
    }

    /// Returns the commit that the client says the tool made.
    fn commit(&self) -> Option<Cow<'j, str>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Response<'j> {
            #[serde(borrow, default)]
            git_operation: Option<Operation<'j>>,
        }
        #[derive(Deserialize)]
        struct Operation<'j> {
            #[serde(borrow, default)]
            commit: Option<Made<'j>>,
        }
        #[derive(Deserialize)]
        struct Made<'j> {
            #[serde(borrow)]
            sha: Cow<'j, str>,
        }
        self.read::<Response<'j>>()?.git_operation?.commit.map(|made| made.sha)
    }

    /// Returns what a file was before an edit; nothing where there was no file.
    fn original(&self) -> Option<Cow<'j, str>> {
        #[derive(Deserialize)]
        struct Edited<'j> {
            #[serde(borrow, default, alias = "originalFile", alias = "originalFileContents")]
            original_file: Option<Cow<'j, str>>,
            #[serde(borrow, default, rename = "type")]
            kind: Option<Cow<'j, str>>,
        }
        let edited = self.read::<Edited<'j>>()?;
        edited.original_file.or_else(|| (edited.kind.as_deref() == Some("create")).then_some(Cow::Borrowed("")))
    }

    /// Tells whether the command was put into the background, or was not waited for.
    fn goes_on(&self) -> bool {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Ran<'j> {
            #[serde(borrow, default)]
            background_task_id: Option<&'j serde_json::value::RawValue>,
            #[serde(borrow, default)]
            timed_out_after_ms: Option<&'j serde_json::value::RawValue>,
            #[serde(default)]
            interrupted: bool,
        }
        self.read::<Ran<'j>>()
            .is_some_and(|ran| ran.interrupted || ran.background_task_id.is_some() || ran.timed_out_after_ms.is_some())
    }
}

impl<'j> Input<'j> {
    /// Returns the input of a hook; `None` for anything that is no such object.
    pub(super) fn parse(text: &'j str) -> Option<Input<'j>> {
        serde_json::from_str(text).ok()
    }

    /// Tells whether everything the agent did so far is worth reading now.
    pub(super) fn is_end(&self) -> bool {
        matches!(&*self.hook_event_name, "Stop" | "SessionEnd")
    }

    /// Returns the record; `None` for events that are not recorded and for sessions without a valid id.
    pub(super) fn record(&self, place: &Place, above: &dyn Fn() -> Vec<Process>, now: i64) -> Option<Record> {
        let event = event(&self.hook_event_name)?;
        let session = SessionId::parse(&self.session_id).ok()?;
        let id = |text: &Option<Cow<'_, str>>| {
            text.as_deref().and_then(|id| ToolUseId::parse(id).ok()).map(|id| id.to_string())
        };
        Some(Record {
            agent: Some(AGENT.to_owned()),
            session: Some(session.to_string()),
            run: self.agent_id.as_deref().and_then(|id| AgentId::parse(id).ok()).map(|id| id.to_string()),
            pid: if is_client_of_interest(event) { client(above) } else { None },
            tool: self.tool_name.as_deref().and_then(word),
            tool_use: id(&self.tool_use_id),
            run_ms: self.duration_ms.filter(|ms| (0.0..1e12).contains(ms)).map(|ms| ms as i64),
            makes_commits: self.is_shell() && self.tool_input.command.as_deref().is_some_and(makes_commits),
            detail: self.detail(event),
            files: self.files(event, place),
            effect: self.shell().map(|shell| shell.effect),
            commit: self.tool_response.commit().filter(|sha| is_hex(sha)).map(Cow::into_owned),
            ..Record::new(now, event)
        })
    }

    /// Returns what the shell command's text tells, if the event is about one.
    fn shell(&self) -> Option<Shell> {
        let command = self.tool_input.command.as_deref().filter(|_| self.is_shell() && self.tool_use_id.is_some())?;
        let mut shell = Shell::of(command);
        if self.tool_name.as_deref() == Some("PowerShell") {
            shell.effect = Effect::Anything; // Another language.
        }
        shell.goes_on |= self.tool_input.goes_on || self.tool_response.goes_on();
        Some(shell)
    }

    /// Returns the shell command the event is about.
    pub(super) fn shell_call<'a>(&'a self, place: &'a Place, folder: &'a Path) -> Option<ShellCall<'a>> {
        Some(ShellCall {
            place,
            folder,
            tool_use: ToolUseId::parse(self.tool_use_id.as_deref()?).ok()?,
            session: &self.session_id,
            agent: AGENT,
            run: self.agent_id.as_deref(),
            shell: self.shell()?,
        })
    }

    fn is_shell(&self) -> bool {
        matches!(self.tool_name.as_deref(), Some("Bash" | "PowerShell"))
    }

    fn detail(&self, event: Event) -> Option<String> {
        let said = match event {
            Event::SubagentStart | Event::SubagentStop => &self.agent_type,
            Event::StopFailure => &self.error,
            Event::SessionEnd => &self.reason,
            Event::CompactStart | Event::CompactEnd => &self.trigger,
            Event::SessionStart | Event::Prompt => &self.source,
            _ => &None,
        };
        said.as_deref().and_then(word)
    }

    fn files(&self, event: Event, place: &Place) -> Vec<super::record::FileBlob> {
        if event != Event::ToolEnd || self.is_shell() {
            return Vec::new();
        }
        let path = self.tool_input.file_path.as_deref().or(self.tool_input.notebook_path.as_deref());
        let before = self.tool_response.original();
        path.and_then(|path| file_state(place, Path::new(&*self.cwd), path, before.as_deref())).into_iter().collect()
    }
}

fn event(name: &str) -> Option<Event> {
    Some(match name {
        "SessionStart" => Event::SessionStart,
        "SessionEnd" => Event::SessionEnd,
        "UserPromptSubmit" => Event::Prompt,
        "PreToolUse" => Event::ToolStart,
        "PostToolUse" => Event::ToolEnd,
        "PostToolUseFailure" => Event::ToolFailure,
        "PermissionRequest" => Event::PermissionRequest,
        "PermissionDenied" => Event::PermissionDenied,
        "SubagentStart" => Event::SubagentStart,
        "SubagentStop" => Event::SubagentStop,
        "Stop" => Event::Stop,
        "StopFailure" => Event::StopFailure,
        "PreCompact" => Event::CompactStart,
        "PostCompact" => Event::CompactEnd,
        "CwdChanged" => Event::Folder,
        _ => return None,
    })
}

/// A session is found by its process at its start and whenever it runs a command.
fn is_client_of_interest(event: Event) -> bool {
    matches!(event, Event::SessionStart | Event::Prompt | Event::ToolStart)
}

/// The agent's own process: it says so since 2.1.214; before, the nearest process above that is called so.
///
/// Inside an editor the nearest one that is no shell would be the editor's, under which people commit too.
fn client(above: &dyn Fn() -> Vec<Process>) -> Option<u32> {
    let told = std::env::var("CLAUDE_PID").ok().and_then(|pid| pid.parse().ok());
    told.or_else(|| above().iter().find(|process| process.runs(&["claude", "claude-code"])).map(|process| process.pid))
}

/// One word of a client, as it is; sentences are a person's and stay out.
fn word(text: &str) -> Option<String> {
    let is_word = (1..=80).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte));
    is_word.then(|| text.to_owned())
}

fn is_hex(text: &str) -> bool {
    (4..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Option<Record> {
        let place = Place { git_dir: "/r/.git".into(), common_dir: "/r/.git".into(), top: Some("/r".into()) };
        let above = || {
            [(3, "sh"), (7, "claude")]
                .map(|(pid, word)| Process { pid, command: vec![word.into()], age_ms: None })
                .into()
        };
        Input::parse(text)?.record(&place, &above, 5)
    }

    #[test]
    fn a_command_leaves_its_id_and_that_it_can_commit_but_not_itself() {
        let found = record(
            r#"{"session_id":"s1","cwd":"/r","hook_event_name":"PreToolUse","tool_name":"Bash","tool_use_id":"t1",
                "tool_input":{"command":"git commit -m 'password hunter2'"},"agent_id":"a1"}"#,
        );
        let found = found.unwrap();
        assert_eq!((found.event, found.makes_commits, found.run.as_deref()), (Event::ToolStart, true, Some("a1")));
        assert_eq!(found.pid, Some(7));
        assert!(!serde_json::to_string(&found).unwrap().contains("hunter2"));
    }

    #[test]
    fn the_clients_own_word_of_a_commit_is_kept_whatever_the_rest_is() {
        let text = |response: &str| {
            format!(
                r#"{{"session_id":"s1","hook_event_name":"PostToolUse","tool_name":"Bash","tool_use_id":"t1","tool_response":{response}}}"#
            )
        };
        let found = record(&text(r#"{"stdout":"x","gitOperation":{"commit":{"sha":"abc1234","kind":"committed"}}}"#));
        assert_eq!(found.unwrap().commit.as_deref(), Some("abc1234"));
        for response in [
            r#""text""#,
            "null",
            "[1,2]",
            r#"{"gitOperation":{"push":{"branch":"x"}}}"#,
            r#"{"gitOperation":{"commit":{"sha":"$(x)"}}}"#,
        ] {
            assert_eq!(record(&text(response)).unwrap().commit, None, "{response}");
        }
    }

    #[test]
    fn what_other_tools_are_given_hides_no_event() {
        for input in [r#"{"command":["make","all"]}"#, r#"{"file_path":7}"#, "null", r#""text""#] {
            let text = format!(
                r#"{{"session_id":"s1","hook_event_name":"PermissionRequest","tool_name":"mcp__x__y","tool_input":{input}}}"#
            );
            assert_eq!(record(&text).map(|found| found.event), Some(Event::PermissionRequest), "{input}");
        }
    }

    #[test]
    fn hostile_and_unknown_input_leaves_nothing() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"session_id":"../x","hook_event_name":"Stop"}"#,
            r#"{"session_id":"s1","hook_event_name":"WorktreeCreate"}"#,
            r#"{"session_id":7,"hook_event_name":"Stop"}"#,
        ] {
            assert_eq!(record(text), None, "{text}");
        }
        let found =
            record(r#"{"session_id":"s1","hook_event_name":"SessionEnd","reason":"because I say so"}"#).unwrap();
        assert_eq!(found.detail, None, "a sentence got in");
    }
}
