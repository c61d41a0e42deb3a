//! An actor who writes a Gemini CLI chat as it works.

use super::ids;
use super::world::{World, rfc3339, write_with_folders};
use chrono::SecondsFormat;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::path::PathBuf;

/// A Gemini CLI session at work.
#[derive(Debug)]
pub(crate) struct Gemini<'w> {
    world: &'w World,
    name: String,
    lines: bool,
    tokens: Cell<[u64; 4]>,
    counter: Cell<u64>,
    start: String,
    messages: RefCell<Vec<Value>>,
}

impl<'w> Gemini<'w> {
    pub(super) fn new(world: &'w World, name: &str) -> Gemini<'w> {
        Gemini {
            world,
            name: name.to_owned(),
            lines: false,
            tokens: Cell::new([9_000, 80, 2_000, 40]),
            counter: Cell::new(0),
            start: rfc3339(world.now(), SecondsFormat::Millis),
            messages: RefCell::default(),
        }
    }

    /// Writes one row a message, as versions of 2026 do, instead of one document.
    pub(crate) fn in_lines(mut self) -> Self {
        self.lines = true;
        self
    }

    /// Sets the usage of the responses to come: input (cached included), output, cached, thoughts.
    pub(crate) fn tokens(&self, input: u64, output: u64, cached: u64, thoughts: u64) -> &Self {
        self.tokens.set([input, output, cached, thoughts]);
        self
    }

    /// The user types a prompt.
    pub(crate) fn says(&self, prompt: &str) -> &Self {
        self.message("user", json!({"content": prompt}))
    }

    /// The model answers in text.
    pub(crate) fn replies(&self, text: &str) -> &Self {
        self.respond(text, json!([]))
    }

    /// The model writes a whole file of the repository.
    pub(crate) fn writes(&self, path: &str, text: &str) -> &Self {
        self.world.write(path, text);
        self.calls("write_file", json!({"file_path": path, "content": text}), "Successfully wrote the file")
    }

    /// The model runs a shell command that prints `stdout`; nothing really runs.
    pub(crate) fn runs_shell(&self, command: &str, stdout: &str) -> &Self {
        self.calls("run_shell_command", json!({"command": command}), stdout)
    }

    /// Returns the chat's path.
    pub(crate) fn transcript(&self) -> PathBuf {
        let extension = if self.lines { "jsonl" } else { "json" };
        let chats = self.world.home().join(".gemini/tmp").join(self.project_hash()).join("chats");
        chats.join(format!("session-2026-03-02T09-00-{}.{extension}", &self.session_id()[..8]))
    }

    /// Returns the session's id.
    pub(crate) fn session_id(&self) -> String {
        ids::uuid(&self.name, 0)
    }

    /// 64 hexadecimal digits. The client hashes the project's path, which differs in every world.
    fn project_hash(&self) -> String {
        ids::hex("project", 0, 64)
    }

    fn calls(&self, tool: &str, args: Value, output: &str) -> &Self {
        let id = format!("{tool}-{}-{}", self.name, self.next());
        let response = json!({"functionResponse": {"id": id, "name": tool, "response": {"output": output}}});
        let call = json!({
            "id": id, "name": tool, "args": args, "result": [response], "status": "success",
            "timestamp": self.timestamp(),
        });
        self.respond("", json!([call]))
    }

    fn respond(&self, text: &str, calls: Value) -> &Self {
        let [input, output, cached, thoughts] = self.tokens.get();
        let total = input + output + thoughts;
        self.message(
            "gemini",
            json!({
                "content": text, "thoughts": [], "model": "gemini-2.5-flash", "toolCalls": calls,
                "tokens": {
                    "input": input, "output": output, "cached": cached, "thoughts": thoughts, "tool": 0, "total": total,
                },
            }),
        )
    }

    fn message(&self, kind: &str, more: Value) -> &Self {
        let mut message =
            json!({"id": ids::uuid(&self.name, self.next()), "timestamp": self.timestamp(), "type": kind});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.messages.borrow_mut().push(message);
        self.save();
        self
    }

    /// Writes the whole chat anew, as the client does with a document.
    fn save(&self) {
        let messages = self.messages.borrow();
        let last = messages.last().map_or(json!(self.start), |message| message["timestamp"].clone());
        let mut head = json!({
            "sessionId": self.session_id(), "projectHash": self.project_hash(), "startTime": self.start,
            "lastUpdated": last,
        });
        let text = if self.lines {
            head["kind"] = json!("main");
            std::iter::once(&head).chain(messages.iter()).map(|row| format!("{row}\n")).collect()
        } else {
            head["messages"] = json!(*messages);
            serde_json::to_string_pretty(&head).unwrap()
        };
        write_with_folders(&self.transcript(), text.as_bytes());
    }

    fn timestamp(&self) -> String {
        self.world.advance(1);
        rfc3339(self.world.now(), SecondsFormat::Millis)
    }

    fn next(&self) -> u64 {
        self.counter.set(self.counter.get() + 1);
        self.counter.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn work(session: &Gemini<'_>) -> String {
        session.says("write a note").tokens(100, 20, 60, 5).writes("note.md", "hello\n").runs_shell("ls", "note.md");
        session.replies("done");
        fs::read_to_string(session.transcript()).unwrap()
    }

    #[test]
    fn a_document_holds_every_message() {
        let world = World::new();
        let chat: Value = serde_json::from_str(&work(&world.gemini("chat"))).unwrap();
        assert_eq!(chat["messages"].as_array().unwrap().len(), 4);
        assert_eq!(chat["messages"][3]["tokens"]["total"], 125);
        assert_eq!(world.read("note.md"), "hello\n");
    }

    #[test]
    fn lines_begin_with_the_head() {
        let world = World::new();
        let text = work(&world.gemini("chat").in_lines());
        let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((rows.len(), &rows[0]["kind"]), (5, &json!("main")));
    }
}
