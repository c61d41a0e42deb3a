//! Writes a record that holds to the published schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::OWN_KEY;
use crate::interop::AuthoredLines;
use crate::interop::line_set::LineSet;
use crate::model::{CommitId, SessionId, Timestamp};

/// The commit a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordStamp {
    /// The commit.
    pub commit: CommitId,
    /// When it was made, so that the same record is the same text.
    pub at: Timestamp,
}

/// Returns the record of a commit on one line, and how many files the format has no path for; `None` if there are no
/// lines to tell of.
pub fn write_trace_record(stamp: RecordStamp, authored: &[AuthoredLines]) -> Option<(String, u32)> {
    let mut files: BTreeMap<&str, Conversations<'_>> = BTreeMap::new();
    let (mut agents, mut left_out) = (Map::new(), 0);
    for lines in authored.iter().filter(|lines| !lines.lines.is_empty()) {
        if lines.path.starts_with('"') {
            left_out += 1; // Not UTF-8: written as git quotes it, and no path of the repository.
            continue;
        }
        let key = (&lines.session, lines.provider.as_deref(), lines.model.as_deref());
        files.entry(&lines.path).or_default().entry(key).or_default().extend(lines.lines.ranges());
        agents.insert(lines.session.to_string(), lines.agent.clone().into());
    }
    if files.is_empty() {
        return None;
    }
    let file = |(path, conversations): (&str, Conversations<'_>)| {
        let conversations: Vec<Value> = conversations.into_iter().map(conversation).collect();
        json!({"path": path, "conversations": conversations})
    };
    let record = json!({
        "version": "0.1.0",
        "id": record_id(&stamp.commit),
        "timestamp": stamp.at.to_string(),
        "vcs": {"type": "git", "revision": stamp.commit.to_string()},
        "tool": {"name": "agent-trace", "version": env!("CARGO_PKG_VERSION")},
        "files": files.into_iter().map(file).collect::<Vec<Value>>(),
        "metadata": {OWN_KEY: {"agents": agents}},
    });
    Some((record.to_string(), left_out))
}

/// Ranges of one file by session and model.
type Conversations<'a> = BTreeMap<Key<'a>, Vec<(u32, u32)>>;

/// Session, provider and model.
type Key<'a> = (&'a SessionId, Option<&'a str>, Option<&'a str>);

fn conversation(((session, provider, model), ranges): (Key<'_>, Vec<(u32, u32)>)) -> Value {
    let mut contributor = json!({"type": "ai"});
    if let Some((provider, model)) = provider.zip(model) {
        contributor["model_id"] = format!("{provider}/{model}").chars().take(250).collect::<String>().into();
    }
    let ranges = LineSet::new(ranges);
    let range = |(first, last): &(u32, u32)| json!({"start_line": first, "end_line": last});
    let ranges: Vec<Value> = ranges.ranges().iter().map(range).collect();
    let related = json!([{"type": "session", "url": address(session)}]);
    json!({"contributor": contributor, "ranges": ranges, "related": related})
}

/// An address that leads nowhere: transcripts are private.
fn address(session: &SessionId) -> String {
    let is_uuid = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    let text = session.as_str();
    match text.len() == 36 && text.bytes().enumerate().all(is_uuid) {
        true => format!("urn:uuid:{text}"),
        false => format!("urn:x-agent-trace:session:{}", text.replace('#', "%23")),
    }
}

/// The same commit, the same record: version 8 of RFC 9562, made from the commit's id.
fn record_id(commit: &CommitId) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(b"agent trace record of ").update(commit.as_bytes());
    let hex: String = hash.finalize().to_hex().chars().take(32).collect();
    format!("{}-{}-8{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

#[cfg(test)]
mod tests {
    use super::super::read::TraceRecords;
    use super::*;
    use crate::interop::contributor::Contributor;
    use crate::interop::strategies;
    use proptest::prelude::*;
    use regex::Regex;

    fn stamp() -> RecordStamp {
        RecordStamp { commit: CommitId::Sha1([0xab; 20]), at: Timestamp::parse("2026-03-02T09:00:00Z").unwrap() }
    }

    /// The published schema, in our words; it allows no other keys than those here.
    fn complaints(record: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut shape = |what: &str, value: &Value, required: &[&str], allowed: &[&str]| {
            let Some(object) = value.as_object() else { return wrong.push(format!("{what} is no object")) };
            wrong.extend(
                required.iter().filter(|key| !object.contains_key(**key)).map(|key| format!("{what} lacks {key}")),
            );
            wrong.extend(
                object.keys().filter(|key| !allowed.contains(&key.as_str())).map(|key| format!("{what} has {key}")),
            );
        };
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        shape(
            "record",
            record,
            &["version", "id", "timestamp", "files"],
            &["version", "id", "timestamp", "vcs", "tool", "files", "metadata"],
        );
        shape("vcs", &record["vcs"], &["type", "revision"], &["type", "revision"]);
        shape("tool", &record["tool"], &["name", "version"], &["name", "version"]);
        for file in list(&record["files"]) {
            shape("file", &file, &["path", "conversations"], &["path", "conversations"]);
            for conversation in list(&file["conversations"]) {
                shape("conversation", &conversation, &["ranges"], &["url", "contributor", "ranges", "related"]);
                shape("contributor", &conversation["contributor"], &["type"], &["type", "model_id"]);
                list(&conversation["related"])
                    .iter()
                    .for_each(|related| shape("related", related, &["type", "url"], &["type", "url"]));
                for range in list(&conversation["ranges"]) {
                    shape(
                        "range",
                        &range,
                        &["start_line", "end_line"],
                        &["start_line", "end_line", "content_hash", "contributor"],
                    );
                }
            }
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut matches = |what: &str, value: &Value, pattern: &str| {
            if !Regex::new(pattern).unwrap().is_match(&text(value)) {
                wrong.push(format!("{what}: {value}"));
            }
        };
        matches("version", &record["version"], r"^[0-9]+\.[0-9]+\.[0-9]+$");
        matches("id", &record["id"], "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
        matches("timestamp", &record["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$");
        matches("vcs type", &record["vcs"]["type"], "^(git|jj|hg|svn)$");
        matches("revision", &record["vcs"]["revision"], "^[0-9a-f]{40}$");
        for conversation in list(&record["files"]).iter().flat_map(|file| list(&file["conversations"])) {
            matches("contributor", &conversation["contributor"]["type"], "^(human|ai|mixed|unknown)$");
            list(&conversation["related"])
                .iter()
                .for_each(|related| matches("url", &related["url"], "^[a-z][a-z0-9+.-]*:[^\\s#]+$"));
            if let Some(model) = conversation["contributor"].get("model_id") {
                matches("model", model, "^[^/]{1,100}/.{1,149}$");
            }
        }
        for range in list(&record["files"])
            .iter()
            .flat_map(|file| list(&file["conversations"]))
            .flat_map(|all| list(&all["ranges"]))
        {
            let (first, last) = (range["start_line"].as_u64().unwrap_or(0), range["end_line"].as_u64().unwrap_or(0));
            if first == 0 || last < first {
                wrong.push(format!("range {range}"));
            }
        }
        wrong
    }

    #[test]
    fn the_validator_sees_what_is_wrong() {
        let mut record: Value = serde_json::from_str(&write_trace_record(stamp(), &[one_line()]).unwrap().0).unwrap();
        assert_eq!(complaints(&record), Vec::<String>::new());
        record["version"] = "1.0".into();
        record["files"][0]["conversations"][0]["ranges"][0]["start_line"] = 0.into();
        record["files"][0]["prompt"] = "x".into();
        assert_eq!(complaints(&record).len(), 3);
    }

    fn one_line() -> AuthoredLines {
        AuthoredLines { lines: LineSet::new(vec![(1, 1)]), ..strategies::authored("a b.rs") }
    }

    #[test]
    fn a_record_is_the_same_text_every_time_and_names_no_person() {
        let authored = [one_line(), AuthoredLines { path: "\"a\\377\"".into(), ..one_line() }];
        let (text, left_out) = write_trace_record(stamp(), &authored).unwrap();
        assert_eq!((write_trace_record(stamp(), &authored).unwrap().0, left_out), (text.clone(), 1));
        assert!(
            text.contains(r#""url":"urn:x-agent-trace:session:5f1c""#)
                && !text.contains('@')
                && !text.contains("file:")
        );
        assert_eq!(write_trace_record(stamp(), &[]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_valid_and_read_back(authored in strategies::authored_lines()) {
            let Some((text, _)) = write_trace_record(stamp(), &authored) else { return Ok(()) };
            prop_assert_eq!(complaints(&serde_json::from_str(&text).unwrap()), Vec::<String>::new());
            let read = TraceRecords::parse(text.as_bytes());
            prop_assert!(read.problems.is_empty(), "{:?}", read.problems);
            prop_assert_eq!(read.records[0].revision.as_str(), stamp().commit.to_string());
            let mut told = 0;
            for file in &read.records[0].files {
                for claim in &file.claims {
                    told += claim.lines.count();
                    let Contributor::Agent(agent) = &claim.by else { panic!("not an agent") };
                    let same = |lines: &&AuthoredLines| {
                        lines.path == file.path && Some(&lines.session) == agent.session.as_ref() && claim.lines.meets(&lines.lines)
                    };
                    let agents: Vec<&str> = authored.iter().filter(same).map(|lines| lines.agent.as_str()).collect();
                    prop_assert!(agents.iter().all(|name| Some(*name) == agent.agent.as_deref()) && !agents.is_empty());
                }
            }
            let written: u64 = authored.iter().filter(|file| !file.path.starts_with('"')).map(|file| file.lines.count()).sum();
            prop_assert_eq!(told, written);
        }
    }
}
