//! Writes a note of version 3.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::path;
use crate::interop::AuthoredLines;
use crate::interop::line_set::LineSet;
use crate::interop::tool::tool_of_agent;
use crate::model::{CommitId, text_key};

/// The line between the two parts.
pub(super) const DIVIDER: &str = "---";

/// A note to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitAiText {
    /// The note.
    pub text: String,
    /// Lines in it.
    pub lines: u64,
    /// Paths for which the format has no form.
    pub left_out: u32,
}

/// Returns the note of a commit, or `None` if there are no lines to tell of.
///
/// Nothing of a person is in it: the format's `human_author` (a name with an address) is optional and stays away, and so
/// do prompts and counts, which records of sessions may not hold.
pub fn write_git_ai(commit: &CommitId, authored: &[AuthoredLines]) -> Option<GitAiText> {
    let mut files: BTreeMap<String, Entries<'_>> = BTreeMap::new();
    let (mut sessions, mut count, mut left_out) = (Sessions::new(), 0, 0);
    for lines in authored.iter().filter(|lines| !lines.lines.is_empty()) {
        let Some(path) = path::write(&lines.path) else {
            left_out += 1;
            continue;
        };
        files.entry(path).or_default().entry(&lines.mark).or_default().extend(lines.lines.ranges());
        sessions.entry(&lines.mark).or_default().push(lines);
        count += lines.lines.count();
    }
    if sessions.is_empty() {
        return None;
    }
    let mut text = String::new();
    for (path, entries) in files {
        text.push_str(&format!("{path}\n"));
        for (mark, ranges) in entries {
            text.push_str(&format!("  {mark}::{} {}\n", step(commit, mark), LineSet::new(ranges)));
        }
    }
    text.push_str(&format!("{DIVIDER}\n{}\n", metadata(commit, &sessions)));
    Some(GitAiText { text, lines: count, left_out })
}

/// Ranges of one file by the mark of their session.
type Entries<'a> = BTreeMap<&'a str, Vec<(u32, u32)>>;

/// What is told of each session, by its mark.
type Sessions<'a> = BTreeMap<&'a str, Vec<&'a AuthoredLines>>;

fn metadata(commit: &CommitId, sessions: &Sessions<'_>) -> Value {
    let record = |(mark, lines): (&&str, &Vec<&AuthoredLines>)| {
        let (tool, id) = lines.first().map_or(("", ""), |first| (tool_of_agent(&first.agent), first.session.as_str()));
        let agent = json!({"tool": tool, "id": id, "model": model(lines).unwrap_or("unknown")});
        ((*mark).to_owned(), json!({ "agent_id": agent }))
    };
    json!({
        "schema_version": "authorship/3.0.0",
        "git_ai_version": concat!("agent-trace/", env!("CARGO_PKG_VERSION")),
        "base_commit_sha": commit.to_string(),
        "prompts": {},
        "sessions": sessions.iter().map(record).collect::<Map<String, Value>>(),
    })
}

/// The format knows one model a session: the one that wrote most lines of it here.
fn model<'a>(lines: &[&'a AuthoredLines]) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (model, lines) in lines.iter().filter_map(|lines| Some((lines.model.as_deref()?, &lines.lines))) {
        *counts.entry(model).or_default() += lines.count();
    }
    counts.into_iter().max_by_key(|(_, lines)| *lines).map(|(model, _)| model)
}

/// Whatever the session did for the commit is one step; its name follows from both.
fn step(commit: &CommitId, mark: &str) -> String {
    format!("t_{:014x}", text_key("git-ai step", &format!("{commit}{mark}")) & ((1 << 56) - 1))
}

#[cfg(test)]
mod tests {
    use super::super::read::GitAiNote;
    use super::*;
    use crate::interop::contributor::Contributor;
    use crate::interop::strategies;
    use proptest::prelude::*;
    use regex::Regex;
    use std::collections::BTreeSet;

    const COMMIT: CommitId = CommitId::Sha1([7; 20]);

    /// The published form, in our words: what must hold of a note of version 3 with sessions.
    fn complaints(note: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        let Some((lines, json)) = note.split_once("\n---\n") else { return vec!["no divider".into()] };
        let entry = Regex::new(r"^  (s_[0-9a-f]{14})::t_[0-9a-f]{14} (\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)$").unwrap();
        let path = Regex::new(r#"^([^\s"][^\s"]*|"[^"\n]*\s[^"\n]*"|"---")$"#).unwrap();
        let (mut keys, mut entries) = (BTreeSet::new(), 1);
        for line in lines.lines() {
            if let Some(found) = entry.captures(line) {
                keys.insert(found[1].to_owned());
                entries += 1;
                let numbers: Vec<u32> = found[2].split([',', '-']).map(|number| number.parse().unwrap()).collect();
                if numbers[0] == 0 || numbers.windows(2).any(|pair| pair[0] >= pair[1]) {
                    wrong.push(format!("not ascending from 1: {line}"));
                }
            } else if path.is_match(line) && entries > 0 {
                entries = 0;
            } else {
                wrong.push(format!("neither a path nor an entry, or a path without entries: {line:?}"));
            }
        }
        let meta: Value = serde_json::from_str(json).unwrap();
        if meta["schema_version"] != "authorship/3.0.0"
            || !meta["base_commit_sha"].is_string()
            || !meta["prompts"].is_object()
        {
            wrong.push("a required field is missing".into());
        }
        let sessions = meta["sessions"].as_object().unwrap();
        if sessions.keys().cloned().collect::<BTreeSet<_>>() != keys {
            wrong.push("keys of entries and of sessions differ".into());
        }
        for (key, record) in sessions {
            let agent = record["agent_id"].as_object().unwrap();
            if !["tool", "id", "model"].iter().all(|field| agent[*field].as_str().is_some_and(|text| !text.is_empty()))
            {
                wrong.push(format!("`{key}` does not name its agent"));
            }
        }
        wrong
    }

    #[test]
    fn a_note_is_what_git_ai_would_have_written() {
        let lines = |path: &str, lines: &str, model: &str| AuthoredLines {
            lines: LineSet::parse(lines).unwrap(),
            model: Some(model.into()),
            ..strategies::authored(path)
        };
        let authored = [
            lines("src/b.rs", "1-3", "m1"),
            lines("a b", "7", "m2"),
            lines("src/b.rs", "9", "m2"),
            lines("q\"", "1", "m"),
        ];
        let note = write_git_ai(&COMMIT, &authored).unwrap();
        assert_eq!(complaints(&note.text), Vec::<String>::new());
        assert_eq!(note.left_out, 1);
        let step = step(&COMMIT, "s_00112233445566");
        assert!(
            note.text.starts_with(&format!(
                "\"a b\"\n  s_00112233445566::{step} 7\nsrc/b.rs\n  s_00112233445566::{step} 1-3,9\n---\n{{"
            )),
            "{}",
            note.text
        );
        assert!(note.text.contains(r#""agent_id":{"tool":"claude","id":"5f1c","model":"m1"}"#), "{}", note.text);
        assert!(!note.text.contains("human_author") && !note.text.contains('@') && !note.text.contains("messages"));
        assert_eq!(write_git_ai(&COMMIT, &[]), None);
        assert_eq!(write_git_ai(&COMMIT, &[lines("q\"", "1", "m")]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_valid_and_read_back(authored in strategies::authored_lines()) {
            let Some(note) = write_git_ai(&COMMIT, &authored) else { return Ok(()) };
            prop_assert_eq!(complaints(&note.text), Vec::<String>::new());
            let read = GitAiNote::parse(note.text.as_bytes());
            prop_assert_eq!(read.bad, 0);
            for file in authored.iter().filter(|file| path::write(&file.path).is_some()) {
                for line in file.lines.ranges().iter().flat_map(|(first, last)| *first..=*last) {
                    let said = read.files[&file.path].of(line).and_then(Contributor::agent).unwrap();
                    prop_assert_eq!(said.session.as_ref(), Some(&file.session));
                    prop_assert_eq!(said.agent.as_deref(), Some(file.agent.as_str()));
                }
            }
            let told: u64 = read.files.values().flat_map(|file| &file.0).map(|claim| claim.lines.count()).sum();
            let written: u64 = authored.iter().filter(|file| path::write(&file.path).is_some()).map(|file| file.lines.count()).sum();
            prop_assert_eq!(told, written, "not a line more");
        }
    }
}
