//! A session whose client both writes a transcript and calls hooks: every tool call is one call in both.

use super::agent::Agent;
use super::claude::{Claude, ToolUse};
use super::diff::structured_patch;
use super::world::World;
use agent_trace::model::{Hunk, LineMark, ToolUseId};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A session at work.
#[derive(Debug)]
pub(crate) struct Live<'w> {
    world: &'w World,
    claude: Claude<'w>,
    agent: Agent<'w>,
}

impl World {
    /// Starts a session with transcript and hooks.
    pub(crate) fn live(&self, name: &str) -> Live<'_> {
        let claude = self.claude(name);
        claude.says("please");
        let agent = self.agent(&claude.session_id());
        Live { world: self, claude, agent }
    }

    /// A person saves a file in an editor: neither hooks nor transcripts know. Files have times of their own.
    pub(crate) fn saves(&self, path: &str, before: &str, after: &str) {
        let text = if before.is_empty() { String::new() } else { self.read(path) };
        assert!(text.contains(before), "`{path}` does not contain {before:?}");
        pause();
        self.write(path, &text.replacen(before, after, 1));
        pause();
    }

    /// Returns the lines that one tool call wrote, as `<path>: <line>`, of those that are told; sorted by path.
    ///
    /// The store has no lines: `told` are looked for by their marks.
    pub(crate) fn wrote(&self, tool_use: &str, told: &[&str]) -> Vec<String> {
        let names: Vec<(LineMark, &str)> = told.iter().map(|line| (LineMark::of(line.as_bytes()), *line)).collect();
        let name = |mark: &LineMark| {
            let found = names.iter().find(|(known, _)| known == mark);
            found.map_or_else(|| format!("{mark:?}"), |(_, line)| (*line).to_owned())
        };
        let mut lines = Vec::new();
        for (path, hunks) in self.changes_of(tool_use) {
            for hunk in hunks {
                let (before, after) = hunk.context();
                let kept = &hunk.old[before..hunk.old.len() - after];
                let came = hunk.new[before..hunk.new.len() - after].iter().filter(|line| !kept.contains(line));
                lines.extend(came.map(|line| format!("{path}: {}", name(line))));
            }
        }
        lines
    }

    /// Returns the changes of one tool call that came from states, by path.
    #[expect(clippy::disallowed_methods, reason = "the test looks at the file itself")]
    fn changes_of(&self, tool_use: &str) -> Vec<(String, Vec<Hunk>)> {
        let _ = self.run(["ingest"]).success();
        let connection = rusqlite::Connection::open(crate::books::database(self)).unwrap();
        let sql = "SELECT name.text, hunks FROM file_change JOIN name ON name.id = path
            WHERE source = 2 AND tool_call = ?1 ORDER BY name.text";
        let mut statement = connection.prepare(sql).unwrap();
        let key = ToolUseId::parse(tool_use).unwrap().key();
        let rows = statement.query_map([key], |row| Ok((row.get(0)?, Hunk::unpack(row.get_ref(1)?.as_blob()?))));
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// Returns what the scan after a tool call wrote into the spool of the main work tree.
    #[track_caller]
    pub(crate) fn scan(&self, tool_use: &str) -> Value {
        let text = fs::read_to_string(self.path(".git/agent-trace/spool/main.jsonl")).unwrap();
        let records = text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap());
        let mut scans = records.filter(|it: &Value| it["event"] == "scan" && it["tool_use"] == tool_use);
        let scan = scans.next_back().unwrap_or_else(|| panic!("no scan of {tool_use} in\n{text}"));
        assert!(scans.next().is_none(), "one call, two scans");
        scan
    }

    /// Returns `<path> <doubt>` of the files of a scan; `sure` where there is none.
    #[track_caller]
    pub(crate) fn scanned(&self, tool_use: &str) -> Vec<String> {
        let scan = self.scan(tool_use);
        let word =
            |file: &Value| format!("{} {}", file["path"].as_str().unwrap(), file["doubt"].as_str().unwrap_or("sure"));
        scan["files"].as_array().map(|files| files.iter().map(word).collect()).unwrap_or_default()
    }
}

/// Longer than the step of a file system's clock.
pub(crate) fn pause() {
    std::thread::sleep(std::time::Duration::from_millis(25));
}

impl<'w> Live<'w> {
    /// Works in another folder.
    pub(crate) fn at(self, folder: &Path) -> Self {
        Live { agent: self.agent.at(folder), claude: self.claude.worktree(folder), world: self.world }
    }

    /// The model runs a command, which really runs; returns the tool call's id.
    pub(crate) fn bash(&self, command: &str) -> String {
        let call = self.begins(command);
        self.agent.runs(command);
        self.ends(&call, command);
        call.id
    }

    /// The model's command begins.
    pub(crate) fn begins(&self, command: &str) -> ToolUse {
        let call = self.claude.calls("Bash", json!({"command": command}));
        self.agent.begins(&call.id, command);
        pause();
        call
    }

    /// The model's command begins and does something before anything else is done.
    pub(crate) fn begins_and(&self, command: &str, then: impl FnOnce()) -> ToolUse {
        let call = self.claude.calls("Bash", json!({"command": command}));
        let input = json!({"command": command});
        self.agent.hook("PreToolUse", json!({"tool_name": "Bash", "tool_use_id": call.id, "tool_input": input}));
        then();
        call
    }

    /// Something of the command runs.
    pub(crate) fn runs(&self, command: &str) {
        self.agent.runs(command);
    }

    /// The command has ended.
    pub(crate) fn ends(&self, call: &ToolUse, command: &str) {
        pause();
        let result = json!({"stdout": "", "stderr": "", "interrupted": false, "isImage": false});
        self.agent.ends(&call.id, command, result.clone());
        self.claude.gets(call, "", result);
    }

    /// The command has ended, and something else is done before its scan can look: another scan keeps it waiting.
    pub(crate) fn ends_and(&self, call: &ToolUse, command: &str, then: impl FnOnce()) {
        pause();
        let lock = fs::File::options().write(true).open(self.world.path(".git/agent-trace/live/main/lock"));
        let lock = lock.or_else(|_| fs::File::create(self.world.path(".git/agent-trace/live/main/lock"))).unwrap();
        lock.lock().unwrap();
        let input = json!({"command": command});
        self.agent.hook("PostToolUse", json!({"tool_name": "Bash", "tool_use_id": call.id, "tool_input": input}));
        pause();
        then();
        drop(lock);
        self.agent.is_scanned(&call.id);
    }

    /// The command has failed.
    pub(crate) fn fails(&self, call: &ToolUse, command: &str) {
        pause();
        let input = json!({"command": command});
        let fields = json!({"tool_name": "Bash", "tool_use_id": call.id, "tool_input": input, "error": "exit code 1"});
        self.agent.hook("PostToolUseFailure", fields);
        self.agent.is_scanned(&call.id);
        self.claude.gets_error(call, "exit code 1");
    }

    /// The model changes a file; returns the tool call's id.
    pub(crate) fn edits(&self, path: &str, before: &str, after: &str) -> String {
        let file = self.world.path(path);
        let original = fs::read_to_string(&file).unwrap();
        let changed = original.replacen(before, after, 1);
        let input = json!({"file_path": file, "old_string": before, "new_string": after, "replace_all": false});
        let call = self.claude.calls("Edit", input);
        self.agent.edits(&call.id, path, before, after);
        let result = json!({
            "filePath": file, "oldString": before, "newString": after, "originalFile": original,
            "structuredPatch": structured_patch(&original, &changed), "userModified": false, "replaceAll": false,
        });
        self.claude.gets(&call, "The file has been updated.", result);
        pause();
        call.id
    }

    /// The model makes a file; returns the tool call's id.
    pub(crate) fn writes(&self, path: &str, text: &str) -> String {
        let file = self.world.path(path);
        let call = self.claude.calls("Write", json!({"file_path": file, "content": text}));
        self.agent.writes(&call.id, path, text);
        let result = json!({
            "type": "create", "filePath": file, "content": text, "structuredPatch": [], "originalFile": null,
        });
        self.claude.gets(&call, "File created.", result);
        pause();
        call.id
    }

    /// The turn ends.
    pub(crate) fn stops(&self) {
        self.claude.stops();
    }
}
