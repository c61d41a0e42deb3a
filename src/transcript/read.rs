//! Reads one file of any known format from where the last reading stopped.

use std::io::{self, Chain, Cursor, Read};

use super::event::{AgentRun, Event, Problem, ProblemKind};
use super::format::Format;
use super::lines::{Line, Lines, MAX_LINE};
use super::{claude, gemini};

/// What a reader hands over, in the order of the file.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "events are the common case and are never stored as items")]
pub enum Item<'a> {
    /// A fact.
    Event(Event<'a>),
    /// Something that could not be read.
    Problem(Problem),
}

/// Where to go on in a file that was read before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resume {
    /// First byte that was not read.
    pub offset: u64,
    /// Objects read so far.
    pub ordinal: u64,
    /// The session of the last row that named one.
    pub session: Option<String>,
}

/// What a reading came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The format, if it is a known one.
    pub format: Option<Format>,
    /// Where the next reading starts.
    pub resume: Resume,
    /// Non-blank lines (or messages of a document) read.
    pub lines: u64,
}

/// Enough to tell every known format.
const HEAD: usize = 64 << 10;

/// Reads `input`, which stands at `resume.offset`, and gives every item to `sink`.
///
/// `format` is what an earlier reading found, or `None` to look. `agent_run`
/// is the subagent whose own file this is. An unfinished last line is told as
/// a [`ProblemKind::TornTail`] and left for the next reading.
///
/// # Errors
/// Only those of `input` itself.
pub fn read(
    mut input: impl Read,
    format: Option<Format>,
    resume: Resume,
    agent_run: Option<String>,
    sink: &mut dyn FnMut(Item<'_>),
) -> io::Result<Outcome> {
    let mut head = Vec::new();
    if format.is_none() {
        input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    }
    let format = format.or_else(|| Format::detect(&head));
    let input = Cursor::new(head).chain(input);
    match format {
        Some(Format::ClaudeLines) => read_claude(input, resume, agent_run, sink),
        Some(Format::GeminiLines) => read_gemini_lines(input, resume, sink),
        Some(Format::GeminiDocument) => Ok(read_gemini_document(input, sink)),
        None => unknown_format(input, resume, sink),
    }
}

/// Returns what a subagent's sidecar `agent-<id>.meta.json` tells.
pub fn read_agent_meta<'a>(id: &'a str, bytes: &'a [u8]) -> Option<AgentRun<'a>> {
    claude::agent_meta(id, bytes)
}

fn unknown_format<R: Read>(
    mut input: Chain<Cursor<Vec<u8>>, R>,
    resume: Resume,
    sink: &mut dyn FnMut(Item<'_>),
) -> io::Result<Outcome> {
    let is_blank = io::copy(&mut input.by_ref().take(1), &mut io::sink())? == 0;
    if !is_blank {
        let detail = "neither JSON lines nor a JSON document of a known agent".to_owned();
        sink(Item::Problem(Problem { offset: 0, kind: ProblemKind::UnknownFormat, detail }));
    }
    Ok(Outcome { format: None, resume, lines: 0 })
}

fn read_claude(
    input: impl Read,
    resume: Resume,
    agent_run: Option<String>,
    sink: &mut dyn FnMut(Item<'_>),
) -> io::Result<Outcome> {
    let mut reader = claude::Reader { agent_run, session: resume.session, ordinal: resume.ordinal };
    let mut parse = |line: &[u8], offset, sink: &mut dyn FnMut(Item<'_>)| {
        let before = reader.ordinal;
        let is_whole = reader.line(line, offset, sink);
        Parsed { is_whole, ordinal_before: before }
    };
    let (offset, lines, torn) = read_lines(input, resume.offset, &mut parse, sink)?;
    let ordinal = torn.map_or(reader.ordinal, |parsed| parsed.ordinal_before);
    let resume = Resume { offset, ordinal, session: reader.session };
    Ok(Outcome { format: Some(Format::ClaudeLines), resume, lines })
}

fn read_gemini_lines(input: impl Read, resume: Resume, sink: &mut dyn FnMut(Item<'_>)) -> io::Result<Outcome> {
    let mut reader = gemini::Reader { session: resume.session, ordinal: resume.ordinal, cwd: None };
    let mut parse = |line: &[u8], offset, sink: &mut dyn FnMut(Item<'_>)| {
        let before = reader.ordinal;
        Parsed { is_whole: reader.line(line, offset, sink), ordinal_before: before }
    };
    let (offset, lines, torn) = read_lines(input, resume.offset, &mut parse, sink)?;
    let ordinal = torn.map_or(reader.ordinal, |parsed| parsed.ordinal_before);
    let resume = Resume { offset, ordinal, session: reader.session };
    Ok(Outcome { format: Some(Format::GeminiLines), resume, lines })
}

fn read_gemini_document(input: impl Read, sink: &mut dyn FnMut(Item<'_>)) -> Outcome {
    let lines = gemini::document(input, sink);
    Outcome { format: Some(Format::GeminiDocument), resume: Resume::default(), lines }
}

/// What a reader says of a line.
struct Parsed {
    is_whole: bool,
    ordinal_before: u64,
}

type ParseLine<'p> = dyn FnMut(&[u8], u64, &mut dyn FnMut(Item<'_>)) -> Parsed + 'p;

/// Feeds every line to `parse`; returns the offset to go on from, the count of
/// lines, and what was said of a torn tail.
fn read_lines(
    input: impl Read,
    start: u64,
    parse: &mut ParseLine<'_>,
    sink: &mut dyn FnMut(Item<'_>),
) -> io::Result<(u64, u64, Option<Parsed>)> {
    let mut lines = Lines::new(input, start, MAX_LINE);
    let (mut end, mut count) = (start, 0);
    while let Some(line) = lines.next()? {
        match line {
            Line::TooLong { offset, length } => {
                let detail = format!("{length} bytes; the limit is {MAX_LINE}");
                sink(Item::Problem(Problem { offset, kind: ProblemKind::LineTooLong, detail }));
                (end, count) = (offset + length + 1, count + 1);
            }
            Line::Bytes { offset, bytes, is_terminated } => {
                if bytes.trim_ascii().is_empty() {
                    end = offset + bytes.len() as u64 + u64::from(is_terminated);
                    continue;
                }
                count += 1;
                let parsed = parse(bytes, offset, sink);
                if parsed.is_whole {
                    end = offset + bytes.len() as u64 + u64::from(is_terminated);
                } else if is_terminated {
                    let detail = "the line is not JSON, or only partly".to_owned();
                    sink(Item::Problem(Problem { offset, kind: ProblemKind::BadJson, detail }));
                    end = offset + bytes.len() as u64 + 1;
                } else {
                    let detail = "unfinished; it is read again when the file grows".to_owned();
                    sink(Item::Problem(Problem { offset, kind: ProblemKind::TornTail, detail }));
                    return Ok((offset, count, Some(parsed)));
                }
            }
        }
    }
    Ok((end, count, None))
}

#[cfg(test)]
mod tests {
    use super::super::event::Fact;
    use super::*;
    use proptest::prelude::*;

    const ROWS: &str = concat!(
        r#"{"type":"user","uuid":"u1","sessionId":"s1","timestamp":"2026-01-01T00:00:00.000Z","message":{"content":"hi"}}"#,
        "\n",
        r#"{"type":"assistant","uuid":"u2","sessionId":"s1","message":{"id":"m1","usage":{"input_tokens":1}}}"#,
        "\r\n\n",
        r#"{"type":"odd","uuid":"u3"}{"type":"summary"}"#,
        "\n",
        r#"{"type":"user","uuid":"u4","message":{"content":"bye"}}"#,
    );

    fn collect(bytes: &[u8], format: Option<Format>, resume: Resume) -> (Vec<String>, Vec<ProblemKind>, Outcome) {
        let (mut events, mut problems) = (Vec::new(), Vec::new());
        let outcome = read(bytes, format, resume, None, &mut |item| match item {
            Item::Event(event) => {
                let session = event.envelope.session.as_deref().map(str::to_owned);
                let row = event.envelope.row.as_deref().map(str::to_owned);
                events.push(format!("{} {session:?} {row:?} {:?}", event.envelope.ordinal, event.fact));
            }
            Item::Problem(problem) => problems.push(problem.kind),
        });
        (events, problems, outcome.unwrap())
    }

    #[test]
    fn a_torn_tail_waits_and_is_read_when_the_file_has_grown() {
        let cut = ROWS.len() - 10;
        let (first, problems, outcome) = collect(&ROWS.as_bytes()[..cut], None, Resume::default());
        assert_eq!(problems, [ProblemKind::TornTail]);
        let rest = &ROWS.as_bytes()[outcome.resume.offset as usize..];
        let (second, problems, _) = collect(rest, outcome.format, outcome.resume);
        assert_eq!(problems, []);
        let (whole, ..) = collect(ROWS.as_bytes(), None, Resume::default());
        assert_eq!([first, second].concat(), whole);
    }

    #[test]
    fn a_response_without_numbers_is_an_event_with_unknown_usage_and_a_problem() {
        let line = r#"{"type":"assistant","uuid":"u","message":{"id":"m","usage":{"input_tokens":-4}}}"#;
        let mut usage = Vec::new();
        let mut problems = 0;
        read(line.as_bytes(), None, Resume::default(), None, &mut |item| match item {
            Item::Event(Event { fact: Fact::Response { call: Some(call), .. }, .. }) => usage.push(call.usage),
            Item::Event(_) => {}
            Item::Problem(problem) => problems += usize::from(problem.kind == ProblemKind::BadNumber),
        })
        .unwrap();
        assert_eq!((usage, problems), (vec![None], 1));
    }

    #[test]
    fn a_file_of_no_known_format_is_one_problem() {
        let (events, problems, outcome) = collect(b"\x7fELF\x01\x02\nnoise\n", None, Resume::default());
        assert_eq!((events.len(), problems, outcome.format), (0, vec![ProblemKind::UnknownFormat], None));
        assert_eq!(collect(b"", None, Resume::default()).1, []);
    }

    proptest! {
        #[test]
        fn cut_anywhere_and_resumed_gives_the_same_events(cut in 0usize..ROWS.len()) {
            let (first, _, outcome) = collect(&ROWS.as_bytes()[..cut], Some(Format::ClaudeLines), Resume::default());
            let rest = &ROWS.as_bytes()[outcome.resume.offset as usize..];
            let (second, problems, _) = collect(rest, outcome.format, outcome.resume);
            let (whole, ..) = collect(ROWS.as_bytes(), None, Resume::default());
            let mut both = [first, second].concat();
            both.dedup(); // An object before a torn one on the same line is told twice; it has one natural id.
            prop_assert_eq!(both, whole);
            prop_assert_eq!(problems, vec![]);
        }

        #[test]
        fn any_bytes_give_events_and_problems_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            collect(&bytes, None, Resume::default());
            collect(&bytes, Some(Format::ClaudeLines), Resume::default());
            collect(&bytes, Some(Format::GeminiLines), Resume::default());
            collect(&bytes, Some(Format::GeminiDocument), Resume::default());
        }

        #[test]
        fn damage_to_one_line_never_hides_another(position in 0usize..80, byte in any::<u8>()) {
            prop_assume!(byte != b'\n');
            let mut bytes = ROWS.as_bytes().to_vec();
            bytes[position] = byte;
            let (events, ..) = collect(&bytes, Some(Format::ClaudeLines), Resume::default());
            prop_assert!(events.iter().any(|event| event.contains("\"m1\"")));
        }
    }
}
