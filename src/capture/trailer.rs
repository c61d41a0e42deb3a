//! Adds `Agent-Session: <agent>/<session>` to a commit message as `git interpret-trailers` would.
//!
//! Messages of the usual forms are done here, by appending bytes; a child process for each commit would be a third
//! of the time a hook may take. Every other form is git's matter ([`Trailered::AskGit`]).

use super::message::{is_scissors, is_trailer, lines};

/// The key of our trailer.
pub(super) const KEY: &str = "Agent-Session";

/// What is to be done to add a trailer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trailered {
    /// Nothing: it stands there already.
    Present,
    /// These bytes are to be appended.
    Append(Vec<u8>),
    /// The form is not one of the usual ones: `git interpret-trailers` knows what to do.
    AskGit,
}

/// Returns what adds the trailer `line` (key, colon, value) to a message.
pub fn add_trailer(message: &[u8], line: &str) -> Trailered {
    if lines(message).any(|present| present.trim_ascii().eq_ignore_ascii_case(line.as_bytes())) {
        return Trailered::Present;
    }
    let is_usual = |line: &[u8]| !line.starts_with(b"#") && !line.starts_with(b"---") && !is_scissors(line);
    let is_headless = lines(message).next().is_none_or(|first| first.trim_ascii().is_empty());
    if is_headless || message.contains(&b'\r') || message.contains(&0) || !lines(message).all(is_usual) {
        return Trailered::AskGit;
    }
    match last_paragraph(message) {
        Some(block) if block.is_only => append(message, 2, line), // A subject alone is never a block.
        Some(block) if block.trailers == block.lines => append(message, 1, line),
        Some(block) if block.trailers == 0 && !block.has_colon => append(message, 2, line),
        _ => Trailered::AskGit,
    }
}

/// Appends the line after `breaks` line feeds; blank lines at the end are git's matter.
fn append(message: &[u8], breaks: usize, line: &str) -> Trailered {
    let present = message.iter().rev().take_while(|byte| **byte == b'\n').count();
    if present > 1 {
        return Trailered::AskGit;
    }
    let mut bytes = vec![b'\n'; breaks - present];
    bytes.extend_from_slice(line.as_bytes());
    bytes.push(b'\n');
    Trailered::Append(bytes)
}

struct Block {
    lines: usize,
    trailers: usize,
    has_colon: bool,
    /// There is no other paragraph.
    is_only: bool,
}

fn last_paragraph(message: &[u8]) -> Option<Block> {
    let all: Vec<&[u8]> = lines(message).collect();
    let is_blank = |line: &&[u8]| line.trim_ascii().is_empty();
    let end = all.iter().rposition(|line| !is_blank(line))?;
    let start = all[..end].iter().rposition(&is_blank).map_or(0, |blank| blank + 1);
    let block = &all[start..=end];
    Some(Block {
        lines: block.len(),
        trailers: block.iter().filter(|line| is_trailer(line)).count(),
        has_colon: block.iter().any(|line| line.contains(&b':') || line.starts_with(b"(cherry picked")),
        is_only: !all[..start].iter().any(|line| !is_blank(line)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    const LINE: &str = "Agent-Session: claude-code/s1";

    #[expect(clippy::disallowed_methods, reason = "git is the oracle")]
    fn git(message: &[u8]) -> Vec<u8> {
        let mut child = Command::new("git")
            .args(["interpret-trailers", "--no-divider", "--if-exists", "addIfDifferent", "--trailer", LINE])
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(message).unwrap();
        child.wait_with_output().unwrap().stdout
    }

    fn ours(message: &[u8]) -> Option<Vec<u8>> {
        match add_trailer(message, LINE) {
            Trailered::Present => Some(message.to_vec()),
            Trailered::Append(bytes) => Some([message, &bytes].concat()),
            Trailered::AskGit => None,
        }
    }

    #[test]
    fn the_usual_forms_need_no_git_and_end_as_git_would_end_them() {
        let usual = [
            "fix\n",
            "fix",
            "fix\n\nA body of\ntwo lines.\n",
            "fix\n\nbody\n\nSigned-off-by: A <a@b>\n",
            "fix\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n",
            "fix: a subject\n",
        ];
        for message in usual {
            let ours = ours(message.as_bytes()).unwrap_or_else(|| panic!("{message:?} was left to git"));
            assert_eq!(String::from_utf8(ours), String::from_utf8(git(message.as_bytes())), "{message:?}");
        }
    }

    #[test]
    fn unusual_forms_are_left_to_git() {
        for message in ["fix\n# comment\n", "a\n\nb: c\nno trailer\n", "a\n---\nb\n", "a\r\n", "", "\n", "a\n\n\n\n"] {
            assert_eq!(add_trailer(message.as_bytes(), LINE), Trailered::AskGit, "{message:?}");
        }
    }

    #[test]
    fn a_trailer_that_stands_there_is_not_added_again() {
        let once = ours(b"fix\n\nbody\n").unwrap();
        assert_eq!(add_trailer(&once, LINE), Trailered::Present);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn whatever_is_done_here_is_what_git_does(
            lines in proptest::collection::vec("(|fix it|a: b|Signed-off-by: A <a@b>|See-also: x|https://x.y|  indented|- item|#12|\\(cherry picked from commit 1\\))", 1..7),
            end in "(|\n|\n\n)",
        ) {
            let message = format!("{}{end}", lines.join("\n"));
            if let Some(ours) = ours(message.as_bytes()) {
                let theirs = git(message.as_bytes());
                prop_assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs), "{:?}", message);
            }
        }
    }
}
