//! Reads records, also those that break their own schema.

use std::collections::BTreeMap;

use serde_json::Value;

use super::OWN_KEY;
use crate::interop::contributor::{AgentClaim, Contributor};
use crate::interop::file_claims::LineClaim;
use crate::interop::line_set::LineSet;
use crate::interop::tool::agent_of_tool;
use crate::interop::word;
use crate::model::{SessionId, text_key};

/// What the reference code calls things that are no files.
const NO_FILES: [&str; 2] = [".sessions", ".shell-history"];

/// A commit as a record names it: 7 to 64 hexadecimal digits, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(Box<str>);

impl Revision {
    fn parse(text: &str) -> Option<Revision> {
        let is_hex = (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| Revision(text.to_ascii_lowercase().into()))
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceRecord {
    /// Its id, a well-formed one; made from its content if it has none.
    pub id: String,
    /// The line of the file where it begins, from 1.
    pub line: u64,
    /// The commit it speaks of; or that commit's parent.
    pub revision: Revision,
    /// The revision is the parent of the commit: so the reference code of the format writes it, which is told by the
    /// version that breaks the format's own rule.
    pub means_parent: bool,
    /// Its files.
    pub files: Vec<TraceFile>,
}

/// What a record says of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceFile {
    /// The path in the repository.
    pub path: String,
    /// Its lines and whose they are.
    pub claims: Vec<LineClaim>,
}

/// What could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordProblemKind {
    /// A line or a file that is not JSON.
    NotJson,
    /// JSON that is no record: it has no list of files.
    NotARecord,
    /// No commit of git is named.
    NoRevision,
    /// A file without a path inside the repository, or without conversations.
    BadFile,
    /// Lines that are none.
    BadRange,
}

impl RecordProblemKind {
    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            RecordProblemKind::NotJson => "not_json",
            RecordProblemKind::NotARecord => "not_a_record",
            RecordProblemKind::NoRevision => "no_revision",
            RecordProblemKind::BadFile => "bad_file",
            RecordProblemKind::BadRange => "bad_range",
        }
    }
}

/// How often something could not be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordProblem {
    /// How often.
    pub count: u64,
    /// The line of the file where it was met first, from 1.
    pub first_line: u64,
}

/// The records of a file, and what could not be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceRecords {
    /// The records.
    pub records: Vec<TraceRecord>,
    /// Problems by kind.
    pub problems: BTreeMap<RecordProblemKind, RecordProblem>,
}

impl TraceRecords {
    /// Reads a file: one record, a list of records, or one a line. Any bytes are one.
    pub fn parse(bytes: &[u8]) -> TraceRecords {
        let mut all = TraceRecords::default();
        match serde_json::from_slice(bytes) {
            Ok(Value::Array(list)) => list.iter().for_each(|record| all.add(record, 1)),
            Ok(record) => all.add(&record, 1),
            Err(_) => all.add_lines(bytes),
        }
        all
    }

    fn add_lines(&mut self, bytes: &[u8]) {
        for (line, number) in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).zip(1..) {
            match serde_json::from_slice(line) {
                _ if line.is_empty() => {}
                Ok(record) => self.add(&record, number),
                Err(_) => self.note(RecordProblemKind::NotJson, number),
            }
        }
    }

    fn note(&mut self, kind: RecordProblemKind, line: u64) {
        let problem = self.problems.entry(kind).or_insert(RecordProblem { count: 0, first_line: line });
        problem.count += 1;
    }

    fn add(&mut self, record: &Value, line: u64) {
        let Some(files) = record.get("files").and_then(Value::as_array) else {
            return self.note(RecordProblemKind::NotARecord, line);
        };
        let Some(revision) = revision(record) else { return self.note(RecordProblemKind::NoRevision, line) };
        let about = About::of(record);
        let mut read = Vec::new();
        for file in files {
            match about.file(file, &mut || self.note(RecordProblemKind::BadRange, line)) {
                Some(Some(file)) => read.push(file),
                Some(None) => {}
                None => self.note(RecordProblemKind::BadFile, line),
            }
        }
        self.records.push(TraceRecord { id: id(record), line, revision, means_parent: about.is_loose, files: read });
    }
}

fn revision(record: &Value) -> Option<Revision> {
    let vcs = record.get("vcs")?;
    (text(vcs, "type") == Some("git")).then(|| Revision::parse(text(vcs, "revision")?)).flatten()
}

fn id(record: &Value) -> String {
    let given = text(record, "id").filter(|id| SessionId::parse(id).is_ok()).map(str::to_owned);
    given.unwrap_or_else(|| format!("content-{:016x}", text_key("agent trace record", &record.to_string())))
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

/// What a record says of all its conversations.
struct About<'r> {
    tool: Option<String>,
    /// Our own metadata: agents by session.
    agents: Option<&'r Value>,
    /// Written by the reference code, which says line 1 where it knows no line.
    is_loose: bool,
}

impl<'r> About<'r> {
    fn of(record: &'r Value) -> About<'r> {
        let tool = record.get("tool").and_then(|tool| text(tool, "name")).and_then(word::name);
        let version = text(record, "version").unwrap_or_default();
        About {
            tool: tool.map(|tool| agent_of_tool(&tool)),
            agents: record.get("metadata").and_then(|metadata| metadata.get(OWN_KEY)?.get("agents")),
            is_loose: version.split('.').count() != 3,
        }
    }

    /// Returns a file's claims; inside `None` if it is no file, `None` if it cannot be read.
    fn file(&self, file: &Value, bad_range: &mut dyn FnMut()) -> Option<Option<TraceFile>> {
        let given = text(file, "path")?;
        if NO_FILES.contains(&given) {
            return Some(None);
        }
        let path = word::path(given)?;
        let mut claims = Vec::new();
        for conversation in file.get("conversations")?.as_array()? {
            self.conversation(conversation, &mut claims, bad_range);
        }
        Some((!claims.is_empty()).then_some(TraceFile { path, claims }))
    }

    fn conversation(&self, conversation: &Value, claims: &mut Vec<LineClaim>, bad_range: &mut dyn FnMut()) {
        let session = session(conversation);
        let mut by: BTreeMap<Contributor, Vec<(u32, u32)>> = BTreeMap::new();
        for range in conversation.get("ranges").and_then(Value::as_array).into_iter().flatten() {
            let contributor = range.get("contributor").or_else(|| conversation.get("contributor"));
            match lines(range) {
                Some((1, 1)) if self.is_loose => {}
                Some(lines) => by.entry(self.contributor(contributor, session.as_ref())).or_default().push(lines),
                None => bad_range(),
            }
        }
        claims.extend(by.into_iter().map(|(by, ranges)| LineClaim { lines: LineSet::new(ranges), by }));
    }

    fn contributor(&self, contributor: Option<&Value>, session: Option<&SessionId>) -> Contributor {
        let kind = contributor.and_then(|contributor| text(contributor, "type"));
        let own = session.and_then(|session| text(self.agents?, session.as_str())).and_then(word::name);
        let claim = AgentClaim {
            agent: own.or_else(|| self.tool.clone()),
            session: session.cloned(),
            model: contributor.and_then(|contributor| text(contributor, "model_id")).and_then(word::name),
        };
        match kind {
            Some("ai") => Contributor::Agent(claim),
            Some("human") => Contributor::Human,
            _ => Contributor::Unclear(claim),
        }
    }
}

fn lines(range: &Value) -> Option<(u32, u32)> {
    let number = |key: &str| range.get(key).and_then(Value::as_u64).and_then(|line| u32::try_from(line).ok());
    Some((number("start_line")?, number("end_line")?)).filter(|(first, last)| *first > 0 && first <= last)
}

/// The id at the end of an address: the address itself may name a folder of somebody's machine.
fn session(conversation: &Value) -> Option<SessionId> {
    let related = conversation.get("related").and_then(Value::as_array).into_iter().flatten();
    let of_session = related.filter(|related| text(related, "type") == Some("session"));
    let mut addresses = of_session.filter_map(|related| text(related, "url")).chain(text(conversation, "url"));
    addresses.find_map(|address| {
        let end = address.trim_end_matches('/').rsplit(['/', ':']).next()?;
        let end = end.split(['?', '#']).next()?;
        word::session(end.strip_suffix(".jsonl").unwrap_or(end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn record(files: Value) -> Value {
        json!({"version": "0.1.0", "id": "550e8400-e29b-41d4-a716-446655440000", "timestamp": "2026-01-23T14:30:00+01:00",
            "vcs": {"type": "git", "revision": "A1B2C3D4E5F6"}, "tool": {"name": "Cursor"}, "files": files, "later": 1})
    }

    fn read(value: &Value) -> TraceRecords {
        TraceRecords::parse(value.to_string().as_bytes())
    }

    #[test]
    fn conversations_and_their_ranges_are_claims() {
        let found = read(&record(json!([{"path": "./src/a.ts", "conversations": [
            {"url": "https://api.example.com/v1/conversations/12345", "contributor": {"type": "ai", "model_id": "anthropic/claude-opus-4-5"},
             "ranges": [{"start_line": 42, "end_line": 67, "content_hash": "murmur3:9f2e8a1b"},
                        {"start_line": 1, "end_line": 1, "contributor": {"type": "human"}}],
             "related": [{"type": "prompt", "url": "https://x/p"}, {"type": "session", "url": "urn:uuid:5f1c-22"}]},
            {"url": "file:///home/somebody/.claude/projects/x/77-a.jsonl?x=1", "ranges": [{"start_line": 70, "end_line": 70}]}]}])));
        assert_eq!(found.problems, BTreeMap::new());
        let [record] = found.records.as_slice() else { panic!("{found:?}") };
        assert_eq!((record.revision.as_str(), record.files[0].path.as_str()), ("a1b2c3d4e5f6", "src/a.ts"));
        let by =
            |line| record.files[0].claims.iter().find(|claim| claim.lines.contains(line)).map(|claim| claim.by.clone());
        let agent = |session: &str, model: Option<&str>| AgentClaim {
            agent: Some("cursor".into()),
            session: SessionId::parse(session).ok(),
            model: model.map(str::to_owned),
        };
        assert_eq!(by(50), Some(Contributor::Agent(agent("5f1c-22", Some("anthropic/claude-opus-4-5")))));
        assert_eq!((by(1), by(70)), (Some(Contributor::Human), Some(Contributor::Unclear(agent("77-a", None)))));
    }

    #[test]
    fn what_the_reference_code_makes_up_is_left_out() {
        let mut loose = record(json!([
            {"path": ".sessions", "conversations": []},
            {"path": "a", "conversations": [{"contributor": {"type": "ai"}, "ranges": [{"start_line": 1, "end_line": 1}]}]},
        ]));
        loose["version"] = "1.0".into();
        let found = read(&loose);
        assert_eq!((found.records[0].files.len(), found.problems.len()), (0, 0));
    }

    #[test]
    fn bad_input_is_counted_with_its_line() {
        let good = record(json!([{"path": "a", "conversations": [{"contributor": {"type": "ai"}, "ranges": [
            {"start_line": 3, "end_line": 2}, {"start_line": 0, "end_line": 2}, {"start_line": 4, "end_line": 5}]}]}, {"path": "../x"}]));
        let mut other = good.clone();
        other["vcs"]["type"] = "jj".into();
        let found = TraceRecords::parse(format!("{good}\n\nnot json\n[]\n{other}\n{{}}\n").as_bytes());
        let counts: Vec<_> =
            found.problems.iter().map(|(kind, problem)| (kind.name(), problem.count, problem.first_line)).collect();
        assert_eq!(
            counts,
            [
                ("not_json", 1, 3),
                ("not_a_record", 2, 4),
                ("no_revision", 1, 5),
                ("bad_file", 1, 1),
                ("bad_range", 2, 1)
            ]
        );
        assert_eq!(found.records[0].files[0].claims[0].lines.to_string(), "4-5");
    }

    #[test]
    fn a_record_without_an_id_has_that_of_its_content() {
        let mut one = record(json!([]));
        one["id"] = "../x".into();
        assert_eq!(read(&one).records[0].id, read(&json!([one])).records[0].id);
        assert!(read(&one).records[0].id.starts_with("content-"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = TraceRecords::parse(&bytes);
        }

        #[test]
        fn any_arrangement_of_values_is_read(values in prop::collection::vec(prop::sample::select(vec![
            json!(null), json!(-1), json!("x"), json!([]), json!({}), json!([{}]), json!({"start_line": 1, "end_line": 4294967295u64}),
        ]), 8)) {
            let [version, id, vcs, path, conversations, ranges, contributor, tool] = values.try_into().unwrap();
            let range = json!([{"start_line": 2, "end_line": 3, "contributor": contributor}, ranges]);
            let inner = json!([{"ranges": range, "url": path, "related": ranges}, conversations]);
            let record = json!({"version": version, "id": id, "vcs": {"type": "git", "revision": "abcdef1"}, "tool": tool,
                "files": [{"path": path, "conversations": conversations}, {"path": "a", "conversations": inner}], "x": vcs});
            let _ = read(&record);
        }
    }
}
