//! Which agent wrote a file, by its first bytes.

use serde::Deserialize;

use super::json::Text;
use crate::model::Agent;

/// A file format this program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Claude Code: JSON objects, one a line.
    ClaudeLines,
    /// Gemini CLI: one JSON document.
    GeminiDocument,
    /// Gemini CLI since 2026: JSON objects, one a line.
    GeminiLines,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct FirstRow<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, rename = "projectHash")]
    project_hash: Text<'a>,
}

impl Format {
    /// Returns the name the store keeps.
    pub fn name(self) -> &'static str {
        match self {
            Format::ClaudeLines => "claude-lines",
            Format::GeminiDocument => "gemini-document",
            Format::GeminiLines => "gemini-lines",
        }
    }

    /// Returns the format of a stored name.
    pub fn from_name(name: &str) -> Option<Format> {
        [Format::ClaudeLines, Format::GeminiDocument, Format::GeminiLines].into_iter().find(|one| one.name() == name)
    }

    /// Tells whether files of this format only ever grow at their end.
    pub fn is_appended(self) -> bool {
        self != Format::GeminiDocument
    }

    /// Returns the agent that writes it.
    pub fn agent(self) -> Agent {
        match self {
            Format::ClaudeLines => Agent::ClaudeCode,
            Format::GeminiDocument | Format::GeminiLines => Agent::GeminiCli,
        }
    }

    /// Returns the format of a file that begins with `head`, or `None` if no reader knows it.
    ///
    /// `head` is a prefix of the file; 64 KiB are enough for every known format.
    pub fn detect(head: &[u8]) -> Option<Format> {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let first_line = head.split(|&byte| byte == b'\n').find(|line| !is_blank(line))?;
        let mut rows = serde_json::Deserializer::from_slice(first_line).into_iter::<FirstRow<'_>>();
        match rows.next() {
            Some(Ok(row)) if row.project_hash.0.is_some() && row.kind.0.is_none() => Some(gemini_form(head)),
            Some(Ok(_)) => Some(Format::ClaudeLines),
            _ if is_gemini_document(head) => Some(Format::GeminiDocument),
            _ => looks_like_lines(head).then_some(Format::ClaudeLines),
        }
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}

/// A document on a single line has its messages in that line.
fn gemini_form(head: &[u8]) -> Format {
    let line = head.split(|&byte| byte == b'\n').find(|line| !is_blank(line)).unwrap_or_default();
    let has_messages = memchr::memmem::find(line, b"\"messages\"").is_some();
    if has_messages { Format::GeminiDocument } else { Format::GeminiLines }
}

fn is_gemini_document(head: &[u8]) -> bool {
    let has = |needle: &[u8]| memchr::memmem::find(head, needle).is_some();
    head.trim_ascii_start().starts_with(b"{") && has(b"\"projectHash\"") && has(b"\"sessionId\"")
}

/// A transcript whose first line is torn still shows its envelope somewhere.
fn looks_like_lines(head: &[u8]) -> bool {
    let has = |needle: &[u8]| memchr::memmem::find(head, needle).is_some();
    (has(b"\"sessionId\"") || has(b"\"parentUuid\"")) && has(b"\"type\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_formats_are_told_apart() {
        let cases: [(&str, Option<Format>); 8] = [
            ("{\"type\":\"user\"}\n", Some(Format::ClaudeLines)),
            ("\u{feff}\n{ \"parentUuid\" : null, \"type\": \"user\"}\n", Some(Format::ClaudeLines)),
            ("{\"type\":\"summary\"}{\"type\":\"user\"}\n", Some(Format::ClaudeLines)),
            ("rn\"}\n{\"sessionId\":\"a\",\"type\":\"user\"}\n", Some(Format::ClaudeLines)),
            ("{\n \"sessionId\": \"a\",\n \"projectHash\": \"b\",", Some(Format::GeminiDocument)),
            ("{\"sessionId\":\"a\",\"projectHash\":\"b\",\"messages\":[]}", Some(Format::GeminiDocument)),
            ("{\"sessionId\":\"a\",\"projectHash\":\"b\",\"kind\":\"main\"}\n{}", Some(Format::GeminiLines)),
            ("\u{7f}ELF binary", None),
        ];
        for (head, format) in cases {
            assert_eq!(Format::detect(head.as_bytes()), format, "{head:?}");
        }
        assert_eq!(Format::detect(b""), None);
    }
}
