//! An agent at work as both of its sides tell: the rows of its transcript and the hooks its client calls.

use super::agent::Agent;
use super::claude::Claude;
use super::diff::structured_patch;
use super::live::pause;
use super::output::Output;
use super::world::{World, write_with_folders};
use serde_json::{Value, json};
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

/// A session of Claude Code in one work tree.
#[derive(Debug)]
pub(crate) struct Coder<'w> {
    claude: Claude<'w>,
    agent: Agent<'w>,
    folder: PathBuf,
    has_begun: Cell<bool>,
}

impl<'w> Coder<'w> {
    /// Starts a session; it writes nothing before its first deed.
    pub(super) fn new(world: &'w World, name: &str, folder: &Path) -> Coder<'w> {
        let claude = world.claude(name).worktree(folder);
        let agent = world.agent(&claude.session_id()).at(folder);
        Coder { claude, agent, folder: folder.to_owned(), has_begun: Cell::new(false) }
    }

    /// Returns the session's id.
    pub(crate) fn session_id(&self) -> String {
        self.claude.session_id()
    }

    fn begins(&self) {
        if !self.has_begun.replace(true) {
            self.agent.hook("SessionStart", json!({"source": "startup"})).hook("UserPromptSubmit", json!({}));
            let _ = self.claude.says("please");
        }
    }

    /// Makes a file of the work tree be `after`: a Write where there is none, else the smallest Edit.
    pub(crate) fn types(&self, path: &str, after: &str) {
        self.begins();
        let file = self.folder.join(path);
        match fs::read_to_string(&file) {
            Ok(before) if before == after => {}
            Ok(before) if !before.is_empty() => self.edits(&file, &before, after),
            _ => self.writes(&file, after),
        }
    }

    fn edits(&self, file: &Path, before: &str, after: &str) {
        let (old, new) = smallest_change(before, after);
        let input = json!({"file_path": file, "old_string": old, "new_string": new, "replace_all": false});
        let result = json!({
            "filePath": file, "oldString": old, "newString": new, "originalFile": before,
            "structuredPatch": structured_patch(before, after), "userModified": false, "replaceAll": false,
        });
        self.uses("Edit", input, || (write_with_folders(file, after.as_bytes()), result).1);
    }

    fn writes(&self, file: &Path, after: &str) {
        let original = fs::read_to_string(file).ok();
        let kind = if original.is_some() { "update" } else { "create" };
        let result = json!({
            "type": kind, "filePath": file, "content": after, "originalFile": original,
            "structuredPatch": structured_patch(original.as_deref().unwrap_or_default(), after),
        });
        let input = json!({"file_path": file, "content": after});
        self.uses("Write", input, || (write_with_folders(file, after.as_bytes()), result).1);
    }

    /// Does something in the Bash tool, between its two hooks; `work` is given the session's environment.
    pub(crate) fn runs(&self, command: &str, work: impl FnOnce(&[(&str, &str)]) -> Output) -> Output {
        self.begins();
        let id = self.session_id();
        let call = self.claude.calls("Bash", json!({"command": command, "description": "Run a command"}));
        pause();
        self.agent.begins(&call.id, command);
        let output = work(&[("CLAUDE_CODE_SESSION_ID", &id), ("CLAUDECODE", "1")]);
        pause();
        let result = json!({"stdout": output.stdout, "stderr": output.stderr, "interrupted": false, "isImage": false});
        self.agent.ends(&call.id, command, result.clone());
        let _ = self.claude.gets(&call, &output.stdout, result);
        output
    }

    /// One tool call that changes a file: asked for, done, answered.
    fn uses(&self, tool: &str, input: Value, work: impl FnOnce() -> Value) {
        let call = self.claude.calls(tool, input.clone());
        let result = work();
        let told = json!({
            "tool_name": tool, "tool_use_id": call.id, "tool_input": input, "tool_response": result, "duration_ms": 20,
        });
        self.agent.hook("PostToolUse", told);
        let _ = self.claude.gets(&call, "done", result);
    }
}

/// What an Edit would replace by what: the lines from the first to the last that differ, with one more where there
/// would be none.
fn smallest_change(before: &str, after: &str) -> (String, String) {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let mut head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let most = old.len().min(new.len()) - head;
    let mut tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count().min(most);
    if head + tail == old.len() {
        if head > 0 { head -= 1 } else { tail -= 1 }
    }
    (old[head..old.len() - tail].concat(), new[head..new.len() - tail].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_replaces_what_differs_and_never_nothing() {
        let change = |before: &str, after: &str| {
            let (old, new) = smallest_change(before, after);
            assert_eq!(before.replacen(&old, &new, 1), after);
            (old, new)
        };
        assert_eq!(change("1\n2\n3\n", "1\nx\n3\n"), ("2\n".into(), "x\n".into()));
        assert_eq!(change("1\n2\n", "1\nx\n2\n"), ("1\n".into(), "1\nx\n".into()));
        assert_eq!(change("1\n2\n", "x\n1\n2\n"), ("1\n".into(), "x\n1\n".into()));
        assert_eq!(change("1\n2\n", "1\n2\nx\n"), ("2\n".into(), "2\nx\n".into()));
        assert_eq!(change("1\n2\n2\n", "1\n2\n"), ("2\n".into(), "".into()));
        assert_eq!(change("1\n", ""), ("1\n".into(), "".into()));
    }
}
