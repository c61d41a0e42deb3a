//! Gemini CLI chats: one JSON document a session, or JSON lines since 2026.
//!
//! Tokens: `cached` is inside `input`, `thoughts` outside `output`, `tool` outside both (rule 16).

use std::borrow::Cow;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::edit::{Change, Edit, EditSource, hashes_of_replacement, hashes_of_text};
use super::event::{Call, CallSource, Envelope, Event, Fact, LineClass, Problem, ProblemKind, ToolResult, ToolUse};
use super::read::Item;
use super::sighting::{makes_commits, sightings_in};
use crate::model::{Agent, InferenceGeo, ServiceTier, Speed, Timestamp, Usage};

/// State that outlives a line.
#[derive(Debug, Clone, Default)]
pub(super) struct Reader {
    pub(super) session: Option<String>,
    pub(super) ordinal: u64,
    pub(super) cwd: Option<String>,
}

type Facts = Vec<(Envelope<'static>, Fact<'static>)>;

impl Reader {
    /// Reads one line; tells whether it was understood.
    pub(super) fn line(&mut self, line: &[u8], offset: u64, sink: &mut dyn FnMut(Item<'_>)) -> bool {
        let Ok(row) = serde_json::from_slice::<Value>(line) else { return false };
        if let Some(session) = text(&row, "sessionId") {
            self.session = Some(session.to_owned());
            self.cwd = row["directories"][0].as_str().map(str::to_owned);
        }
        match row["$set"]["messages"].as_array() {
            Some(messages) => messages.iter().for_each(|message| self.message(message, offset, sink)),
            None if row.get("type").is_some() => self.message(&row, offset, sink),
            None => self.other(&row, offset, sink),
        }
        true
    }

    fn message(&mut self, message: &Value, offset: u64, sink: &mut dyn FnMut(Item<'_>)) {
        self.emit(facts(message, self.ordinal), offset, sink);
    }

    fn other(&mut self, row: &Value, offset: u64, sink: &mut dyn FnMut(Item<'_>)) {
        let envelope = Envelope { ordinal: self.ordinal, ..Envelope::default() };
        let rewind = owned(row, "$rewindTo").map(|to| (envelope, Fact::Rewind { to }));
        self.emit(rewind.into_iter().collect(), offset, sink);
    }

    fn emit(&mut self, facts: Facts, offset: u64, sink: &mut dyn FnMut(Item<'_>)) {
        for (envelope, fact) in facts {
            let session = self.session.clone().map(Cow::Owned);
            let cwd = self.cwd.clone().map(Cow::Owned);
            let envelope = Envelope { session, cwd, offset, ..envelope };
            sink(Item::Event(Event { agent: Agent::GeminiCli, envelope, fact }));
        }
        self.ordinal += 1;
    }
}

/// Reads a whole document, one message at a time; returns how many there were.
pub(super) fn document(input: impl Read, sink: &mut dyn FnMut(Item<'_>)) -> u64 {
    let mut document = Document::default();
    let mut json = serde_json::Deserializer::from_reader(std::io::BufReader::new(input));
    let result = DocumentSeed(&mut document).deserialize(&mut json);
    let session = document.session;
    for (envelope, fact) in document.facts {
        let session = session.clone().map(Cow::Owned);
        let envelope = Envelope { session, ..envelope };
        sink(Item::Event(Event { agent: Agent::GeminiCli, envelope, fact }));
    }
    if let Err(error) = result {
        let detail = format!("the document ends early or is damaged near line {}", error.line());
        sink(Item::Problem(Problem { offset: 0, kind: ProblemKind::BadJson, detail }));
    }
    document.messages
}

/// What is kept of a document: facts, never its text.
#[derive(Default)]
struct Document {
    session: Option<String>,
    facts: Facts,
    messages: u64,
}

struct DocumentSeed<'d>(&'d mut Document);

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a chat document")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "sessionId" => self.0.session = map.next_value::<Value>()?.as_str().map(str::to_owned),
                "messages" => map.next_value_seed(MessagesSeed(self.0))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct MessagesSeed<'d>(&'d mut Document);

impl<'de> DeserializeSeed<'de> for MessagesSeed<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for MessagesSeed<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of messages")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(message) = seq.next_element::<Value>()? {
            self.0.facts.extend(facts(&message, self.0.messages));
            self.0.messages += 1;
        }
        Ok(())
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

fn owned(value: &Value, key: &str) -> Option<Cow<'static, str>> {
    text(value, key).map(|text| Cow::Owned(text.to_owned()))
}

fn facts(message: &Value, ordinal: u64) -> Facts {
    let at = text(message, "timestamp").and_then(Timestamp::parse);
    let envelope = Envelope { row: owned(message, "id"), at, ordinal, ..Envelope::default() };
    match text(message, "type") {
        Some("user") => vec![(envelope, Fact::UserLine { class: LineClass::Prompt, results: Vec::new() })],
        Some("gemini") => response(message, envelope),
        Some("info" | "warning" | "error") => vec![(envelope, Fact::Known)],
        other => vec![(envelope, Fact::Unknown { kind: Cow::Owned(other.unwrap_or("none").to_owned()) })],
    }
}

fn response(message: &Value, envelope: Envelope<'static>) -> Facts {
    let calls = message["toolCalls"].as_array().map(Vec::as_slice).unwrap_or_default();
    let tools = calls.iter().filter_map(tool_use).collect();
    let response = Fact::Response { call: call(message), tools, is_api_error: false };
    let results = calls.iter().filter_map(|tool| result(tool, &envelope));
    std::iter::once((envelope.clone(), response)).chain(results).collect()
}

fn call(message: &Value) -> Option<Call<'static>> {
    let tokens = message.get("tokens")?;
    Some(Call {
        id: owned(message, "id")?,
        request_id: None,
        model: owned(message, "model"),
        usage: usage(tokens),
        is_complete: true,
        speed: Speed::Standard,
        geo: InferenceGeo::Global,
        tier: ServiceTier::Standard,
        recorded_cost: None,
        source: CallSource::Main,
        iterations: Vec::new(),
    })
}

fn usage(tokens: &Value) -> Option<Usage> {
    let count = |key: &str| match tokens.get(key) {
        None | Some(Value::Null) => Some(0),
        Some(value) => value.as_u64().filter(|count| *count <= 1_000_000_000_000),
    };
    let (input, cached) = (count("input")?, count("cached")?);
    Some(Usage {
        input: input.checked_sub(cached)? + count("tool")?,
        output: count("output")? + count("thoughts")?,
        cache_read: cached,
        ..Usage::default()
    })
}

fn tool_use(tool: &Value) -> Option<ToolUse<'static>> {
    let command = tool["args"]["command"].as_str();
    Some(ToolUse {
        id: owned(tool, "id")?,
        name: owned(tool, "name")?,
        edit: edit(tool),
        makes_commits: command.is_some_and(makes_commits),
        agent_type: None,
    })
}

fn edit(tool: &Value) -> Option<Edit<'static>> {
    let args = tool.get("args")?;
    let path = owned(args, "file_path").or_else(|| owned(args, "path"))?;
    let (added, change) = match text(tool, "name")? {
        "write_file" => {
            let content = text(args, "content")?;
            (hashes_of_text(content), Some(Change::whole(None, content)))
        }
        "replace" | "edit" => {
            let (old, new) = (text(args, "old_string")?, text(args, "new_string")?);
            (hashes_of_replacement(old, new), Change::somewhere(old, new))
        }
        _ => return None,
    };
    Some(Edit { path, added, source: EditSource::Request, change })
}

fn result(tool: &Value, envelope: &Envelope<'static>) -> Option<(Envelope<'static>, Fact<'static>)> {
    let is_error = text(tool, "status").is_some_and(|status| status != "success");
    let output = tool["result"][0]["functionResponse"]["response"]["output"].as_str().unwrap_or_default();
    let unwrapped = output.split_once("Output: ").map_or(output, |(_, rest)| rest);
    let result = ToolResult {
        id: owned(tool, "id")?,
        is_error,
        edits: Vec::new(),
        sightings: sightings_in(unwrapped),
        agent_run: None,
    };
    let at = text(tool, "timestamp").and_then(Timestamp::parse).or(envelope.at);
    let fact = Fact::UserLine { class: LineClass::ToolResult, results: vec![result] };
    Some((Envelope { row: None, at, ..envelope.clone() }, fact))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: &str = r#"{
      "sessionId": "g-1", "projectHash": "x",
      "messages": [
        {"id":"u","timestamp":"2026-01-01T00:00:00.000Z","type":"user","content":"hello"},
        {"id":"r","type":"gemini","model":"gemini-2.5-flash","content":"",
         "tokens":{"input":100,"output":7,"cached":40,"thoughts":5,"tool":3,"total":115},
         "toolCalls":[{"id":"t1","name":"write_file","args":{"file_path":"/r/a.md","content":"first line\n"},"status":"success"}]},
        {"id":"i","type":"info","content":""},
        {"id":"z","type":"dream"}
      ]
    }"#;

    fn events(bytes: &[u8]) -> (Vec<String>, u64) {
        let mut events = Vec::new();
        let messages = document(bytes, &mut |item| match item {
            Item::Event(event) => events.push(format!("{:?} {:?}", event.envelope.session.as_deref(), event.fact)),
            Item::Problem(problem) => events.push(problem.kind.name().to_owned()),
        });
        (events, messages)
    }

    #[test]
    fn cached_is_inside_input_and_thoughts_outside_output() {
        let tokens = serde_json::json!({"input":100,"output":7,"cached":40,"thoughts":5,"tool":3,"total":115});
        let usage = usage(&tokens).unwrap();
        assert_eq!((usage.input, usage.cache_read, usage.output), (63, 40, 12));
        assert_eq!(usage.total_tokens(), 115);
        assert_eq!(super::usage(&serde_json::json!({"input":1,"cached":2})), None);
    }

    #[test]
    fn a_document_gives_its_messages_with_the_session() {
        let (events, messages) = events(CHAT.as_bytes());
        assert_eq!((messages, events.len()), (4, 5));
        assert!(events.iter().all(|event| event.starts_with("Some(\"g-1\")")));
        assert!(events[1].contains("write_file") && events[1].contains("/r/a.md"));
    }

    #[test]
    fn a_cut_document_gives_what_came_before_and_a_problem() {
        let cut = CHAT.find("\"id\":\"i\"").unwrap();
        let (events, _) = events(&CHAT.as_bytes()[..cut]);
        assert_eq!(events.len(), 4);
        assert_eq!(events.last().map(String::as_str), Some("bad-json"));
    }
}
