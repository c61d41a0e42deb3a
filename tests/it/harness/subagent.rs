//! A subagent at work inside a Claude Code session.

use super::claude::{Claude, SubagentRows, ToolUse, append_to};
use super::ids;
use super::world::write_with_folders;
use serde_json::{Value, json};
use std::path::PathBuf;

/// A subagent; where its rows go is the session's [`SubagentRows`].
#[derive(Debug)]
pub(crate) struct Subagent<'s, 'w> {
    session: &'s Claude<'w>,
    call: ToolUse,
    prompt: String,
    agent_id: String,
}

impl<'s, 'w> Subagent<'s, 'w> {
    pub(super) fn new(session: &'s Claude<'w>, call: ToolUse, agent_type: &str, prompt: &str) -> Self {
        let agent_id = format!("a{}", ids::hex(&session.name, session.next(), 6));
        let agent = Subagent { session, call, prompt: prompt.to_owned(), agent_id };
        if session.subagent_rows == SubagentRows::OwnFolder {
            let meta = json!({"agentType": agent_type, "toolUseId": agent.call.id, "spawnDepth": 1});
            write_with_folders(&agent.own_file().with_extension("meta.json"), meta.to_string().as_bytes());
        }
        agent.write("user", json!({"message": {"role": "user", "content": prompt}}));
        agent
    }

    /// Returns the id that links the subagent's rows to its result.
    pub(crate) fn id(&self) -> &str {
        &self.agent_id
    }

    /// The subagent calls a tool and gets its result: a response and a result of its own.
    pub(crate) fn uses(&self, tool: &str, input: Value, output: &str) -> &Self {
        let id = format!("toolu_{}", self.session.next_id());
        self.respond(json!({"type": "tool_use", "id": id, "name": tool, "input": input}), "tool_use");
        let block = json!({"tool_use_id": id, "type": "tool_result", "content": output});
        self.write("user", json!({"message": {"role": "user", "content": [block]}}));
        self
    }

    /// The subagent gives its final reply, which is the result of the session's call.
    ///
    /// Among progress rows the final reply is missing, as in every real transcript: its usage stands in
    /// the result alone.
    pub(crate) fn finishes(&self, reply: &str) {
        if self.session.subagent_rows != SubagentRows::Progress {
            self.respond(json!({"type": "text", "text": reply}), "end_turn");
        }
        let result = json!({
            "status": "completed", "prompt": self.prompt, "agentId": self.agent_id,
            "content": [{"type": "text", "text": reply}], "totalDurationMs": 4_000, "totalTokens": 9_000,
            "totalToolUseCount": 1, "usage": self.session.final_usage(),
        });
        let _ = self.session.gets(&self.call, reply, result);
    }

    /// The subagent goes on in the background; the call returns at once.
    pub(crate) fn goes_on_in_background(&self) -> &Self {
        let text = format!("Async agent launched successfully.\nagentId: {}", self.agent_id);
        let result = json!({
            "isAsync": true, "status": "async_launched", "agentId": self.agent_id, "description": "Delegated work",
            "prompt": self.prompt, "outputFile": format!("/tasks/{}.output", self.agent_id),
        });
        let _ = self.session.gets(&self.call, &text, result);
        self
    }

    fn respond(&self, block: Value, end: &str) {
        let response = self.session.next_id();
        let message = self.session.message(&response, block, Some(end));
        self.write("assistant", json!({"message": message, "requestId": format!("req_{response}")}));
    }

    /// Writes one row where this client's version puts it.
    fn write(&self, kind: &str, fields: Value) {
        match self.session.subagent_rows {
            SubagentRows::Progress => self.write_progress(kind, fields),
            SubagentRows::OwnFolder | SubagentRows::Beside => self.write_own(kind, fields),
        }
    }

    fn write_progress(&self, kind: &str, mut message: Value) {
        message["type"] = json!(kind);
        message["uuid"] = json!(ids::uuid(&self.agent_id, self.session.next()));
        message["timestamp"] = json!(self.session.timestamp());
        let data = json!({
            "message": message, "normalizedMessages": [], "type": "agent_progress", "prompt": self.prompt,
            "agentId": self.agent_id,
        });
        let tool_use = format!("agent_msg_{}", self.session.next_id());
        let more = json!({"data": data, "toolUseID": tool_use, "parentToolUseID": self.call.id});
        let _ = self.session.write_row("progress", more);
    }

    fn write_own(&self, kind: &str, mut fields: Value) {
        fields["isSidechain"] = json!(true);
        fields["agentId"] = json!(self.agent_id);
        let row = self.session.envelope(kind, fields);
        append_to(&self.own_file(), format!("{row}\n").as_bytes());
    }

    fn own_file(&self) -> PathBuf {
        let folder = match self.session.subagent_rows {
            SubagentRows::Beside => self.session.project_dir(),
            _ => self.session.project_dir().join(self.session.session_id()).join("subagents"),
        };
        folder.join(format!("agent-{}.jsonl", self.agent_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::World;
    use std::fs;

    fn story(world: &World, rows: SubagentRows) -> (Claude<'_>, PathBuf) {
        let session = world.claude("delegate").subagents(rows);
        let _ = session.says("find the login code");
        let agent = session.sends("Explore", "find `login`");
        let own_file = agent.own_file();
        agent.uses("Grep", json!({"pattern": "login"}), "src/login.rs").finishes("it is in src/login.rs");
        (session, own_file)
    }

    fn count(text: &str, part: &str) -> usize {
        text.matches(part).count()
    }

    #[test]
    fn progress_rows_hold_everything_but_the_final_reply() {
        let world = World::new();
        let (session, own_file) = story(&world, SubagentRows::Progress);
        let text = fs::read_to_string(session.transcript()).unwrap();
        assert_eq!(count(&text, r#""type":"agent_progress""#), 3);
        assert_eq!(count(&text, r#""role":"assistant""#), 2, "the call of the session and that of the subagent");
        assert!(!own_file.exists());
    }

    #[test]
    fn files_of_their_own_hold_the_final_reply_too() {
        for rows in [SubagentRows::OwnFolder, SubagentRows::Beside] {
            let world = World::new();
            let (session, own_file) = story(&world, rows);
            let own = fs::read_to_string(&own_file).unwrap();
            assert_eq!((count(&own, r#""role":"assistant""#), count(&own, r#""isSidechain":true"#)), (2, 4));
            assert_eq!(own_file.with_extension("meta.json").exists(), rows == SubagentRows::OwnFolder);
            assert_eq!(count(&fs::read_to_string(session.transcript()).unwrap(), "agent_progress"), 0);
        }
    }

    #[test]
    fn a_background_agent_leaves_its_id_in_the_result() {
        let world = World::new();
        let session = world.claude("async");
        let _ = session.says("review");
        let agent = session.sends("reviewer", "review it");
        let id = agent.goes_on_in_background().id().to_owned();
        let text = fs::read_to_string(session.transcript()).unwrap();
        assert_eq!(count(&text, &format!(r#""status":"async_launched","agentId":"{id}""#)), 1);
    }
}
