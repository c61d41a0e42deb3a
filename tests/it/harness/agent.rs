//! Claude Code as its hooks see it: JSON on standard input, a tool's environment for what it runs.

use super::output::Output;
use super::world::World;
use agent_trace::capture::Place;
use agent_trace::model::ToolUseId;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// A session whose client calls hooks.
#[derive(Debug)]
pub(crate) struct Agent<'w> {
    world: &'w World,
    session: String,
    folder: PathBuf,
}

/// No process of a test has this id.
const CLIENT: &str = "4194999";

impl<'w> Agent<'w> {
    pub(super) fn new(world: &'w World, session: &str) -> Agent<'w> {
        Agent { world, session: session.to_owned(), folder: world.path("") }
    }

    /// Works in another folder.
    pub(crate) fn at(mut self, folder: &Path) -> Self {
        self.folder = folder.to_owned();
        self
    }

    /// Calls a hook with the fields of its event; a hook never speaks and never fails.
    pub(crate) fn hook(&self, event: &str, fields: Value) -> &Self {
        let mut input = json!({
            "session_id": self.session,
            "transcript_path": "/nowhere.jsonl",
            "cwd": self.folder,
            "hook_event_name": event,
        });
        for (key, value) in fields.as_object().unwrap() {
            input[key] = value.clone();
        }
        self.pipe(event, input.to_string().as_bytes());
        self
    }

    /// Calls a hook with any bytes at all.
    pub(crate) fn pipe(&self, event: &str, input: &[u8]) {
        let mut command = self.world.command(Path::new(env!("CARGO_BIN_EXE_agent-trace-hook")), &self.folder);
        command.args(["claude", event]).env("CLAUDE_PID", CLIENT);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input); // A hook that is switched off reads nothing.
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    }

    /// Runs a command of git in the Bash tool, between its two hooks.
    pub(crate) fn git<const N: usize>(&self, id: &str, args: [&str; N]) -> Output {
        let command = format!("git {}", args.join(" "));
        self.begins(id, &command);
        let variables = [("CLAUDE_CODE_SESSION_ID", self.session.as_str()), ("CLAUDECODE", "1")];
        let output = self.world.git_with(&self.folder, args, &variables);
        self.ends(id, &command, json!({"stdout": output.stdout, "stderr": output.stderr}));
        output
    }

    /// What runs in the Bash tool, without its hooks.
    pub(crate) fn runs(&self, command: &str) {
        let mut shell = self.world.command(Path::new("sh"), &self.folder);
        shell.args(["-c", command]).env("CLAUDE_CODE_SESSION_ID", &self.session).env("CLAUDECODE", "1");
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
    }

    /// The hook before a command, and the scan it starts, which is faster than any client starts a shell.
    pub(crate) fn begins(&self, id: &str, command: &str) -> &Self {
        self.hook("PreToolUse", json!({"tool_name": "Bash", "tool_use_id": id, "tool_input": {"command": command}}));
        let call = self.left_of(id, "call");
        let is_scanned = |text: String| text.contains("\"is_scanned\":true");
        if fs::read_to_string(call).is_ok_and(is_scanned) {
            wait(|| self.left_of(id, "seen").exists());
        }
        self
    }

    /// The hook after a command, and the scan it starts.
    pub(crate) fn ends(&self, id: &str, command: &str, response: Value) -> &Self {
        let input = json!({"command": command});
        self.hook(
            "PostToolUse",
            json!({"tool_name": "Bash", "tool_use_id": id, "tool_input": input, "tool_response": response, "duration_ms": 20}),
        );
        self.is_scanned(id);
        self
    }

    /// Waits for the scan after a command.
    pub(crate) fn is_scanned(&self, id: &str) {
        wait(|| !self.left_of(id, "call").exists());
    }

    /// What hooks and scans leave for each other.
    fn left_of(&self, id: &str, end: &str) -> PathBuf {
        let place = Place::find(&self.folder, None).unwrap();
        let key = ToolUseId::parse(id).map_or(0, |id| id.key());
        place.data_dir().join("live").join(place.worktree()).join(format!("{key:016x}.{end}"))
    }

    /// Changes a file with the Edit tool.
    pub(crate) fn edits(&self, id: &str, path: &str, before: &str, after: &str) -> &Self {
        let file = self.folder.join(path);
        let original = fs::read_to_string(&file).unwrap();
        assert!(original.contains(before), "`{path}` does not contain {before:?}");
        fs::write(&file, original.replacen(before, after, 1)).unwrap();
        let input = json!({"file_path": file, "old_string": before, "new_string": after});
        let response = json!({"filePath": file, "originalFile": original, "userModified": false});
        self.hook(
            "PostToolUse",
            json!({"tool_name": "Edit", "tool_use_id": id, "tool_input": input, "tool_response": response}),
        )
    }

    /// Writes a file with the Write tool.
    pub(crate) fn writes(&self, id: &str, path: &str, text: &str) -> &Self {
        super::world::write_with_folders(&self.folder.join(path), text.as_bytes());
        let input = json!({"file_path": self.folder.join(path), "content": text});
        self.hook(
            "PostToolUse",
            json!({"tool_name": "Write", "tool_use_id": id, "tool_input": input, "tool_response": {"type": "create"}}),
        )
    }
}

/// Waits for a process that nobody waits for; a minute is a failure.
#[track_caller]
fn wait(is_done: impl Fn() -> bool) {
    for _ in 0..6_000 {
        if is_done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("a scan did not end");
}

impl World {
    /// Installs the hooks of git as a user does; settings of Claude Code would be files in the repository.
    pub(crate) fn install_hooks(&self) {
        let _ = self.run(["install-hooks", "--scope", "none"]).success();
    }

    /// Does something as on a machine without hooks.
    pub(crate) fn without_hooks<T>(&self, work: impl FnOnce() -> T) -> T {
        let (hooks, aside) = (self.path(".git/hooks"), self.path(".git/hooks-aside"));
        std::fs::rename(&hooks, &aside).unwrap();
        let done = work();
        std::fs::rename(&aside, &hooks).unwrap();
        done
    }
}

/// A work tree of a world: the main one, or a linked one beside it.
#[derive(Debug)]
pub(crate) struct Tree<'w> {
    pub(crate) world: &'w World,
    pub(crate) folder: PathBuf,
    /// Name of its spool.
    pub(crate) name: &'static str,
}

impl World {
    /// Returns the main work tree and a linked one on a branch of its own.
    pub(crate) fn trees(&self) -> [Tree<'_>; 2] {
        let folder = self.path("../linked");
        let _ = self.git(["worktree", "add", "--quiet", folder.to_str().unwrap(), "-b", "linked"]).success();
        let main = Tree { world: self, folder: self.path(""), name: "main" };
        [main, Tree { world: self, folder, name: "linked" }]
    }
}

impl<'w> Tree<'w> {
    /// Runs git in the work tree, as a person.
    pub(crate) fn git<const N: usize>(&self, args: [&str; N]) -> Output {
        self.world.git_in(&self.folder, args)
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, inside: &str, text: &str) {
        super::world::write_with_folders(&self.folder.join(inside), text.as_bytes());
    }

    /// Commits everything, as a person, and returns the commit's full id.
    pub(crate) fn commit(&self, message: &str) -> String {
        let _ = self.git(["add", "--all"]).success();
        let _ = self.git(["commit", "--quiet", "--allow-empty", "--message", message]).success();
        self.head()
    }

    /// Returns the id of the commit that is checked out.
    pub(crate) fn head(&self) -> String {
        self.git(["rev-parse", "HEAD"]).success().stdout.trim().to_owned()
    }

    /// Returns the message of the commit that is checked out.
    pub(crate) fn message(&self) -> String {
        self.git(["log", "-1", "--format=%B"]).success().stdout.trim_end().to_owned()
    }

    /// Starts a session of Claude Code here, as its hooks see it.
    pub(crate) fn agent(&self, session: &str) -> Agent<'w> {
        self.world.agent(session).at(&self.folder)
    }

    /// Returns what the spool of this work tree says of events of one kind.
    pub(crate) fn events(&self, event: &str) -> Vec<Value> {
        let path = self.world.path(".git/agent-trace/spool").join(format!("{}.jsonl", self.name));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let records = text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap());
        records.filter(|record: &Value| record["event"] == event).collect()
    }
}
