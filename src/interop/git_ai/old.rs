//! Notes of git-ai before version 3: one JSON object.
//!
//! Version 2: `{"files":{"<path>":[[[lines…],"<author>","<session>",<turn>],…]},"prompts":{"<session>":{"agent_id":…}}}`;
//! an entry without a session names only whose commit it was. Version 0: `{"files":{"<path>":{"authors":[{"author":
//! "Claude","lines":[…]}]}}}`. Lines are numbers and pairs of numbers.

use std::collections::HashMap;

use serde_json::Value;

use super::read::{GitAiNote, WireRecord};
use crate::interop::contributor::{AgentClaim, Contributor};
use crate::interop::file_claims::LineClaim;
use crate::interop::line_set::LineSet;
use crate::interop::tool::agent_of_tool;
use crate::interop::word;

/// Names under which version 0 knew agents; all others are people's.
const AGENTS: [&str; 5] = ["claude", "cursor", "codex", "github-copilot", "gemini"];

/// Reads a note that begins like an object.
pub(super) fn parse(text: &str) -> GitAiNote {
    let mut note = GitAiNote::default();
    let Ok(Value::Object(log)) = serde_json::from_str(text) else {
        note.bad = 1;
        return note;
    };
    let sessions = log.get("prompts").and_then(Value::as_object).into_iter().flatten();
    let sessions: HashMap<&str, AgentClaim> = sessions.map(|(id, record)| (id.as_str(), session(id, record))).collect();
    for (path, file) in log.get("files").and_then(Value::as_object).into_iter().flatten() {
        for entry in entries(file) {
            match claim(entry, &sessions) {
                Ok(Some(claim)) => note.files.entry(path.clone()).or_default().0.push(claim),
                Ok(None) => {}
                Err(Bad) => note.bad = note.bad.saturating_add(1),
            }
        }
    }
    note
}

struct Bad;

fn session(id: &str, record: &Value) -> AgentClaim {
    let read: Option<WireRecord> = serde_json::from_value(record.clone()).ok();
    let claim = read.map(WireRecord::claim).unwrap_or_default();
    AgentClaim { session: claim.session.or_else(|| word::session(id)), ..claim }
}

fn entries(file: &Value) -> &[Value] {
    let list = file.as_array().or_else(|| file.get("authors")?.as_array());
    list.map_or(&[], Vec::as_slice)
}

/// Returns an entry's claim; `None` if it says nothing of an agent.
fn claim(entry: &Value, sessions: &HashMap<&str, AgentClaim>) -> Result<Option<LineClaim>, Bad> {
    let (list, by) = match entry {
        Value::Array(parts) => {
            (parts.first(), parts.get(2).and_then(Value::as_str).map(|id| sessions.get(id).cloned()))
        }
        Value::Object(entry) => {
            let author = entry.get("author").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
            let agent = AgentClaim { agent: Some(agent_of_tool(&author)), ..AgentClaim::default() };
            (entry.get("lines"), AGENTS.contains(&author.as_str()).then_some(Some(agent)))
        }
        _ => return Err(Bad),
    };
    let lines = lines(list.and_then(Value::as_array).ok_or(Bad)?).ok_or(Bad)?;
    Ok(by.map(|agent| LineClaim { lines, by: Contributor::Agent(agent.unwrap_or_default()) }))
}

fn lines(list: &[Value]) -> Option<LineSet> {
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|line| *line > 0);
    let range = |value: &Value| match value {
        Value::Array(pair) => Some((number(pair.first()?)?, number(pair.get(1)?)?)),
        line => number(line).map(|line| (line, line)),
    };
    let set = LineSet::new(list.iter().map(range).collect::<Option<Vec<_>>>()?);
    (!set.is_empty()).then_some(set)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SessionId;

    #[test]
    fn version_two_names_sessions_and_people_only_by_the_way() {
        let text = r#"{"files":{"a.rs":[[[1,[3,5]],"a1b2c3d4","5f1c-22",0],[[2],"a1b2c3d4"],[[9],"a","gone",1],7,[[],"a"]]},
            "authors":{"a1b2c3d4":{"username":"A","email":"a@example.com"}},
            "prompts":{"5f1c-22":{"agent_id":{"tool":"cursor","id":"5f1c-22","model":"gpt-5"},"messages":[]}},
            "schema_version":"authorship/2.0.0","base_commit_sha":""}"#;
        let note = parse(text);
        let by = Contributor::Agent(AgentClaim {
            agent: Some("cursor".into()),
            session: SessionId::parse("5f1c-22").ok(),
            model: Some("gpt-5".into()),
        });
        let file = &note.files["a.rs"];
        assert_eq!((file.of(1), file.of(4), file.of(2)), (Some(&by), Some(&by), None));
        assert_eq!(file.of(9), Some(&Contributor::Agent(AgentClaim::default())));
        assert_eq!(note.bad, 2);
    }

    #[test]
    fn version_zero_tells_agents_by_their_names() {
        let text = r#"{"files":{"a.rs":{"file":"a.rs","authors":[{"author":"Claude","lines":[22],"agent_metadata":null},
            {"author":"A Person","lines":[[1,4]]}]}},"schema_version":"authorship/0.0.1"}"#;
        let file = &parse(text).files["a.rs"];
        assert_eq!(file.of(22).and_then(Contributor::agent).unwrap().agent.as_deref(), Some("claude-code"));
        assert_eq!(file.of(1), None);
        assert_eq!(parse("{").bad, 1);
    }
}
