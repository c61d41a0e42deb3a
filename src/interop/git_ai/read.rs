//! Reads a note, whatever its version.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::old;
use super::path;
use super::write::DIVIDER;
use crate::interop::contributor::{AgentClaim, Contributor};
use crate::interop::file_claims::{FileClaims, LineClaim};
use crate::interop::line_set::LineSet;
use crate::interop::tool::agent_of_tool;
use crate::interop::word;

/// What a note says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitAiNote {
    /// Claims by path.
    pub files: BTreeMap<String, FileClaims>,
    /// Entries and sections that could not be read.
    pub bad: u32,
}

impl GitAiNote {
    /// Reads a note. Any bytes are one; what cannot be read is counted.
    pub fn parse(bytes: &[u8]) -> GitAiNote {
        let text = String::from_utf8_lossy(bytes);
        if text.trim_start().starts_with('{') {
            return old::parse(&text);
        }
        let (lines, json) = sections(&text);
        let (sessions, is_read) = Sessions::parse(json);
        let mut note = GitAiNote { bad: u32::from(!is_read), ..GitAiNote::default() };
        let mut current = None;
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            match line.strip_prefix("  ") {
                None => current = Some(path::read(line).to_owned()),
                Some(entry) => note.add(current.as_deref(), entry, &sessions),
            }
        }
        note
    }

    fn add(&mut self, path: Option<&str>, entry: &str, sessions: &Sessions) {
        let claim = || {
            let (key, lines) = entry.trim().rsplit_once(' ')?;
            Some(LineClaim { lines: LineSet::parse(lines)?, by: sessions.contributor(key.trim())? })
        };
        match (path, claim()) {
            (Some(path), Some(claim)) => self.files.entry(path.to_owned()).or_default().0.push(claim),
            _ => self.bad = self.bad.saturating_add(1),
        }
    }
}

/// Splits at the line `---`; without one there is no second part.
fn sections(text: &str) -> (&str, &str) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == DIVIDER {
            return (&text[..at], &text[at + line.len()..]);
        }
        at += line.len();
    }
    (text, "")
}

/// The agents of the second part, by key.
#[derive(Default)]
struct Sessions(HashMap<String, AgentClaim>);

#[derive(Deserialize)]
struct Wire<'t> {
    #[serde(borrow, default)]
    prompts: Option<BTreeMap<String, &'t RawValue>>,
    #[serde(borrow, default)]
    sessions: Option<BTreeMap<String, &'t RawValue>>,
}

#[derive(Deserialize)]
pub(super) struct WireRecord {
    agent_id: WireAgent,
}

#[derive(Deserialize)]
struct WireAgent {
    #[serde(default)]
    tool: Option<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    model: Option<String>,
}

impl WireRecord {
    pub(super) fn claim(self) -> AgentClaim {
        let WireAgent { tool, id, model } = self.agent_id;
        AgentClaim {
            agent: tool.as_deref().and_then(word::name).map(|tool| agent_of_tool(&tool)),
            session: id.as_deref().and_then(word::session),
            model: model.as_deref().and_then(word::name).filter(|model| model != "unknown"),
        }
    }
}

impl Sessions {
    /// Reads the second part, and tells whether it was one.
    fn parse(json: &str) -> (Sessions, bool) {
        let Ok(wire) = serde_json::from_str::<Wire<'_>>(json) else { return (Sessions::default(), false) };
        let record = |(key, text): (String, &RawValue)| {
            let record: Option<WireRecord> = serde_json::from_str(text.get()).ok();
            (key, record.map(WireRecord::claim).unwrap_or_default())
        };
        let all = wire.prompts.into_iter().flatten().chain(wire.sessions.into_iter().flatten());
        (Sessions(all.map(record).collect()), true)
    }

    /// Returns whom a key stands for; `None` if it is no key.
    fn contributor(&self, key: &str) -> Option<Contributor> {
        let session = key.split_once("::").map_or(key, |(session, _)| session);
        let is_hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if session.strip_prefix("h_").is_some_and(is_hex) {
            return Some(Contributor::Human);
        }
        is_hex(session.strip_prefix("s_").unwrap_or(session))
            .then(|| Contributor::Agent(self.0.get(session).cloned().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SessionId;
    use proptest::prelude::*;

    fn agent(agent: &str, session: &str, model: &str) -> Contributor {
        Contributor::Agent(AgentClaim {
            agent: Some(agent.into()),
            session: SessionId::parse(session).ok(),
            model: Some(model.into()),
        })
    }

    const NOTE: &str = r#"src/main.rs
  s_11c3e1cdda522c::t_e99b144ead241a 7436
  s_11c3e1cdda522c::t_e37614c8c292a9 7417-7435,7437-7443
  h_dca485b1adf836 3-4,7-14
"docs/my file.md"
  d9978a8723e02b52 1-4,9-10
  abc1234 5
  ffffffffffffffff 6
---
{"schema_version":"authorship/3.0.0","base_commit_sha":"x","unknown":[1],
 "prompts":{"d9978a8723e02b52":{"agent_id":{"tool":"cursor","id":"6ef2299e-a67f","model":"claude-4.5-opus"},"messages":[{"type":"user","text":"x"}]},
  "abc1234":{"agent_id":{"tool":"codex","id":"../x","model":"unknown"}}},
 "sessions":{"s_11c3e1cdda522c":{"agent_id":{"tool":"claude","id":"c3235b29-1","model":"claude-opus-4-8"},"human_author":"A <a@example.com>"}},
 "humans":{"h_dca485b1adf836":{"author":"A <a@example.com>"}}}
"#;

    #[test]
    fn every_form_of_key_is_read() {
        let note = GitAiNote::parse(NOTE.as_bytes());
        assert_eq!(note.bad, 0);
        let main = &note.files["src/main.rs"];
        assert_eq!(main.of(7436), Some(&agent("claude-code", "c3235b29-1", "claude-opus-4-8")));
        assert_eq!((main.of(7440), main.of(8), main.of(5)), (main.of(7436), Some(&Contributor::Human), None));
        let docs = &note.files["docs/my file.md"];
        assert_eq!(docs.of(9), Some(&agent("cursor", "6ef2299e-a67f", "claude-4.5-opus")));
        let codex = AgentClaim { agent: Some("codex".into()), session: None, model: None };
        assert_eq!(docs.of(5), Some(&Contributor::Agent(codex)));
        assert_eq!(docs.of(6), Some(&Contributor::Agent(AgentClaim::default())), "a key without a record");
    }

    #[test]
    fn a_note_without_sessions_or_with_broken_ones_still_has_its_lines() {
        for json in ["{\"prompts\":{}}", "{\"prompts\":null,\"sessions\":{\"s_11c3e1cdda522c\":7}}"] {
            let note = GitAiNote::parse(format!("a.rs\r\n  s_11c3e1cdda522c::t_1 1-2\r\n---\r\n{json}").as_bytes());
            assert_eq!((note.bad, note.files["a.rs"].of(2)), (0, Some(&Contributor::Agent(AgentClaim::default()))));
        }
        let torn = GitAiNote::parse(b"a.rs\n  s_11c3e1cdda522c::t_1 1-2\n---\n{\"prompts\":");
        assert_eq!((torn.bad, torn.files.len()), (1, 1));
    }

    #[test]
    fn entries_that_are_none_are_counted_and_the_later_of_two_counts() {
        let note = GitAiNote::parse(
            b"  abcdef12 1\na.rs\n  abcdef12 1-9\n  h_00 2\n  abcdef12\n  zz 3\n  abcdef12 9-8\n  t_12 1\n---\n{}",
        );
        assert_eq!(note.bad, 5);
        assert_eq!(note.files["a.rs"].of(2), Some(&Contributor::Human));
        assert_eq!(GitAiNote::parse(b"").bad, 1, "an empty note has no second part");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = GitAiNote::parse(&bytes);
        }

        #[test]
        fn any_arrangement_of_parts_is_read(parts in prop::collection::vec(prop::sample::select(vec![
            "a.rs\n", "\"a b\"\n", "  ", "s_11", "::t_22", "h_", "abc1234", " ", "1-", "4,", "9", "\n", "---\n", "---", "{", "}",
            "\"files\":", "\"prompts\":", "[[1,2]", ",", "]", "\"x\"", ":", "é", "\r\n",
        ]), 0..60)) {
            let note = GitAiNote::parse(parts.concat().as_bytes());
            prop_assert!(note.files.values().all(|claims| claims.0.iter().all(|claim| !claim.lines.is_empty())));
        }
    }
}
