//! Turns the lines of one Claude Code file into events.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde_json::Deserializer;

use super::super::event::{AgentRun, CallSource, Envelope, Event, Fact, Problem, ProblemKind};
use super::super::read::Item;
use super::row::Row;
use super::{assistant, other, user};
use crate::model::{Agent, Timestamp};

/// State that outlives a line.
#[derive(Debug, Clone, Default)]
pub(in crate::transcript) struct Reader {
    /// The subagent whose own file this is.
    pub(in crate::transcript) agent_run: Option<String>,
    /// The session of the last row that named one: rows without belong to it.
    pub(in crate::transcript) session: Option<String>,
    /// Objects read so far.
    pub(in crate::transcript) ordinal: u64,
}

/// Where a torn object may be followed by a whole one on the same line.
const ROW_STARTS: [&[u8]; 2] = [b"{\"parentUuid\":", b"{\"type\":"];

/// How the client begins progress reports …
static PROGRESS: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"\"type\":\"progress\",\"data\":{\"type\":\""));

/// … of shell commands and hooks.
const TICKS: [&[u8]; 2] = [b"bash_progress\"", b"hook_progress\""];

/// The envelope before `data` is some 450 bytes; long paths make it longer.
const MAX_ENVELOPE: usize = 1500;

/// How many of them are tried before the rest of the line is given up.
const MAX_RESTARTS: usize = 8;

impl Reader {
    /// Reads one line; tells whether all of it was understood.
    ///
    /// A line may hold two objects (a client appended to a file without a
    /// final line feed), control characters, or bytes that are not UTF-8.
    pub(in crate::transcript) fn line(&mut self, line: &[u8], offset: u64, sink: &mut dyn FnMut(Item<'_>)) -> bool {
        let line = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| offset == 0).unwrap_or(line);
        let line = trim_nul(line);
        if line.is_empty() {
            return true;
        }
        if self.is_tick(line) {
            self.ordinal += 1;
            return true;
        }
        match self.objects(line, offset, sink) {
            Ok(()) => true,
            Err(consumed) => {
                let rest = &line[consumed..];
                let repaired = repair(rest);
                if repaired != rest && self.objects(&repaired, offset, sink).is_ok() {
                    return true;
                }
                self.restart(rest, offset, sink)
            }
        }
    }

    /// Tells whether a line is the progress report of a shell command or a hook: two of five lines, and nothing in
    /// them is used.
    ///
    /// Only the very bytes of the client's own form count, in a line that
    /// holds no message and cannot hold a second object; any other spelling
    /// takes the long way.
    fn is_tick(&self, line: &[u8]) -> bool {
        let Some(session) = &self.session else { return false };
        let envelope = &line[..line.len().min(MAX_ENVELOPE)];
        let Some(start) = PROGRESS.find(envelope) else { return false };
        let has = |needle: &[u8]| memchr::memmem::find(line, needle).is_some();
        line.starts_with(b"{\"parentUuid\":")
            && line.ends_with(b"}")
            && TICKS.iter().any(|tick| envelope[start + PROGRESS.needle().len()..].starts_with(tick))
            && memchr::memmem::find(envelope, session.as_bytes()).is_some()
            && !has(b"\"message\"")
            && !has(b"}{")
    }

    /// Reads the objects of a line; on failure returns how many bytes were understood.
    ///
    /// A line that is text as a whole needs no look at each of its strings; in one that is not, the strings that are
    /// read may be.
    fn objects(&mut self, line: &[u8], offset: u64, sink: &mut dyn FnMut(Item<'_>)) -> Result<(), usize> {
        match simdutf8::basic::from_utf8(line) {
            Ok(text) => self.rows(Deserializer::from_str(text), line, offset, sink),
            Err(_) => self.rows(Deserializer::from_slice(line), line, offset, sink),
        }
    }

    fn rows<'l>(
        &mut self,
        parser: Deserializer<impl serde_json::de::Read<'l>>,
        line: &'l [u8],
        offset: u64,
        sink: &mut dyn FnMut(Item<'_>),
    ) -> Result<(), usize> {
        let mut rows = parser.into_iter::<Row<'_>>();
        let mut consumed = 0;
        loop {
            match rows.next() {
                None => return Ok(()),
                Some(Ok(row)) => self.row(row, &line[consumed..], offset, sink),
                Some(Err(_)) => return Err(consumed),
            }
            consumed = rows.byte_offset();
        }
    }

    /// Looks for a whole row behind a torn one; it must end where the line ends.
    fn restart(&mut self, line: &[u8], offset: u64, sink: &mut dyn FnMut(Item<'_>)) -> bool {
        let starts =
            ROW_STARTS.iter().flat_map(|needle| memchr::memmem::find_iter(line, needle).skip_while(|at| *at == 0));
        for start in starts.take(MAX_RESTARTS) {
            let mut probe = Reader { ..self.clone() };
            let mut items = 0;
            if probe.objects(&line[start..], offset, &mut |_| items += 1).is_ok() && items > 0 {
                let _ = self.objects(&line[start..], offset, sink);
                break;
            }
        }
        false
    }

    fn row(&mut self, row: Row<'_>, raw: &[u8], offset: u64, sink: &mut dyn FnMut(Item<'_>)) {
        let Some(kind) = row.kind.0.clone() else {
            let detail = "an object without `type`".to_owned();
            return sink(Item::Problem(Problem { offset, kind: ProblemKind::BadJson, detail }));
        };
        if let Some(session) = row.session_id.as_deref().filter(|id| self.session.as_deref() != Some(id)) {
            self.session = Some(session.to_owned());
        }
        let is_own_file = self.agent_run.is_some();
        let source = if is_own_file { CallSource::AgentFile } else { CallSource::Main };
        let envelope = self.envelope(&row, offset);
        match (kind.as_ref(), &row.data.0) {
            ("progress", Some(data)) if data.message.0.is_some() => progress(&row, envelope, sink),
            _ => emit(&row, kind, envelope, source, raw, sink),
        }
        self.ordinal += 1;
    }

    fn envelope<'a>(&'a self, row: &Row<'a>, offset: u64) -> Envelope<'a> {
        let origin = row.forked_from.0.as_ref().and_then(|from| from.message_uuid.0.clone());
        let in_file = || self.agent_run.as_deref().map(Cow::Borrowed);
        Envelope {
            session: row.session_id.0.clone().or_else(|| self.session.as_deref().map(Cow::Borrowed)),
            is_copy: origin.is_some() || row.session_kind.0.is_some(),
            row: origin.or_else(|| row.uuid.0.clone()),
            at: row.timestamp.as_deref().and_then(Timestamp::parse),
            cwd: row.cwd.0.clone(),
            branch: row.git_branch.0.clone(),
            version: row.version.0.clone(),
            agent_run: row.agent_id.0.clone().filter(|_| row.is_sidechain.0).or_else(in_file),
            ordinal: self.ordinal,
            offset,
        }
    }
}

/// `agent_progress`: a row of a subagent inside a row of its session.
fn progress<'a>(row: &Row<'a>, envelope: Envelope<'a>, sink: &mut dyn FnMut(Item<'_>)) {
    let Some((data, inner)) = row.data.0.as_ref().and_then(|data| Some((data, data.message.0.as_ref()?))) else {
        return;
    };
    let id = data.agent_id.0.clone();
    let run = AgentRun { id: id.clone(), tool_use: row.parent_tool_use_id.0.clone(), ..AgentRun::default() };
    sink(Item::Event(Event { agent: Agent::ClaudeCode, envelope: envelope.clone(), fact: Fact::AgentRun(run) }));
    let Some(kind) = inner.kind.0.clone() else { return };
    let at = inner.timestamp.as_deref().and_then(Timestamp::parse).or(envelope.at);
    let envelope = Envelope { row: inner.uuid.0.clone().or(envelope.row.clone()), at, agent_run: id, ..envelope };
    emit(inner, kind, envelope, CallSource::Progress, b"", sink);
}

fn emit<'a>(
    row: &Row<'a>,
    kind: Cow<'a, str>,
    envelope: Envelope<'a>,
    source: CallSource,
    raw: &[u8],
    sink: &mut dyn FnMut(Item<'_>),
) {
    let is_subagent = envelope.agent_run.is_some() || source != CallSource::Main;
    let facts = match kind.as_ref() {
        "assistant" => vec![assistant::response(row, source)],
        "user" => user::line(row, is_subagent, raw),
        _ => other::facts(row, kind),
    };
    for fact in facts {
        if let Fact::Response { call: Some(call), .. } = &fact
            && call.usage.is_none()
        {
            let detail = "a token count is missing, negative or absurd".to_owned();
            sink(Item::Problem(Problem { offset: envelope.offset, kind: ProblemKind::BadNumber, detail }));
        }
        sink(Item::Event(Event { agent: Agent::ClaudeCode, envelope: envelope.clone(), fact }));
    }
}

/// A crash leaves blocks of NUL bytes where data never reached the disk.
fn trim_nul(line: &[u8]) -> &[u8] {
    let is_padding = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    let start = line.iter().position(|byte| !is_padding(byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !is_padding(byte)).map_or(start, |last| last + 1);
    &line[start..end]
}

/// Makes JSON of bytes that only miss it by control characters or broken UTF-8.
fn repair(line: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    text.bytes().map(|byte| if byte < b' ' { b' ' } else { byte }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&[u8]]) -> (Vec<String>, bool) {
        let mut reader = Reader::default();
        let mut facts = Vec::new();
        let mut is_whole = true;
        for line in lines {
            is_whole &= reader.line(line, 1, &mut |item| match item {
                Item::Event(event) => facts.push(format!("{:?}", event.fact)),
                Item::Problem(problem) => facts.push(problem.kind.name().to_owned()),
            });
        }
        (facts, is_whole)
    }

    #[test]
    fn two_objects_on_one_line_are_two_rows() {
        let (facts, is_whole) = read(&[br#"{"type":"assistant"}{"type":"summary"}"#]);
        assert_eq!((facts.len(), is_whole), (2, true));
    }

    #[test]
    fn a_whole_row_behind_a_torn_one_is_read_and_the_tear_is_told() {
        let (facts, is_whole) = read(&[br#"{"type":"user","message":{"con{"type":"mystery","sessionId":"a"}"#]);
        assert_eq!(facts, [r#"Unknown { kind: "mystery" }"#]);
        assert!(!is_whole);
    }

    #[test]
    fn control_characters_and_broken_utf_8_do_not_lose_a_row() {
        let (facts, is_whole) = read(&[b"\0\0{\"type\":\"zed\",\"uuid\":\"a\xff\x01b\"}\0\0\r"]);
        assert_eq!(facts, [r#"Unknown { kind: "zed" }"#]);
        assert!(is_whole);
    }

    #[test]
    fn an_object_without_a_type_is_a_problem_not_an_event() {
        assert_eq!(read(&[br#"{"a":1}"#]).0, ["bad-json"]);
        assert!(!read(&[b"not json"]).1);
    }

    #[test]
    fn ticks_are_counted_and_skipped_unless_something_hangs_on_them() {
        let tick = r#"{"parentUuid":"p","sessionId":"s","type":"progress","data":{"type":"hook_progress"},"uuid":"u"}"#;
        let glued = format!(r#"{tick}{{"type":"zed"}}"#);
        let quoting = tick.replace(r#""uuid":"u""#, r#""message":{"id":"m","usage":{"input_tokens":1}}"#);
        let user = r#"{"type":"user","sessionId":"s","message":{"content":"hi"}}"#;
        let (facts, is_whole) = read(&[user.as_bytes(), tick.as_bytes(), glued.as_bytes(), quoting.as_bytes()]);
        assert!(is_whole);
        assert_eq!(facts.len(), 4, "{facts:?}"); // user, then the glued line's two objects, then the odd one
        let mut reader = Reader { session: Some("s".into()), ..Reader::default() };
        assert!(reader.is_tick(tick.as_bytes()));
        assert!(!reader.is_tick(glued.as_bytes()) && !reader.is_tick(quoting.as_bytes()));
        assert!(reader.line(tick.as_bytes(), 1, &mut |_| panic!("a tick has no fact")));
        assert_eq!(reader.ordinal, 1);
    }

    #[test]
    fn rows_without_a_session_belong_to_the_one_before() {
        let mut reader = Reader::default();
        let mut sessions = Vec::new();
        for line in [&br#"{"type":"user","sessionId":"s1"}"#[..], br#"{"type":"pr-link","prNumber":3}"#] {
            reader.line(line, 0, &mut |item| {
                if let Item::Event(event) = item {
                    sessions.push(event.envelope.session.map(Cow::into_owned));
                }
            });
        }
        assert_eq!(sessions, [Some("s1".to_owned()), Some("s1".to_owned())]);
    }
}
