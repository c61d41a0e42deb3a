//! Claude Code as its hooks see it: JSON on standard input, a tool's environment for what it runs.

use super::output::Output;
use super::world::World;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

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
        let input = json!({"command": format!("git {}", args.join(" "))});
        self.hook("PreToolUse", json!({"tool_name": "Bash", "tool_use_id": id, "tool_input": input}));
        let variables = [("CLAUDE_CODE_SESSION_ID", self.session.as_str()), ("CLAUDECODE", "1")];
        let output = self.world.git_with(&self.folder, args, &variables);
        let result = json!({"stdout": output.stdout, "stderr": output.stderr});
        self.hook(
            "PostToolUse",
            json!({"tool_name": "Bash", "tool_use_id": id, "tool_input": input, "tool_response": result, "duration_ms": 20}),
        );
        output
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
