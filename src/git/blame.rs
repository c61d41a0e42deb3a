//! `git blame` itself: which commit added each line of a file, and git's own words for it.
//!
//! Git is asked, and not gix, so that every option means what it means to git and the lines are git's.

use std::collections::HashMap;
use std::ffi::OsString;
use std::ops::Range;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::GitError;
use super::path_text::path_text;
use super::program::command;
use crate::model::CommitId;

/// A question to `git blame`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlameQuery {
    /// Options of git, each one word (`-L1,5`, `--since=2026-01-01`).
    pub options: Vec<OsString>,
    /// A commit or a range; never an option.
    pub revision: Option<String>,
    /// The file, as seen from the working folder.
    pub file: OsString,
    /// Every line with all its headers, as `--line-porcelain` has it.
    pub is_long: bool,
}

/// What git answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blame {
    /// Git's answer, byte for byte.
    pub text: Vec<u8>,
    /// The lines, in order.
    pub lines: Vec<BlamedLine>,
}

/// One line and the commit that git blames.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlamedLine {
    /// The commit; `None` while the line is in none.
    pub commit: Option<CommitId>,
    /// The path in that commit, as [`path_text`] writes it.
    pub path: String,
    /// The number of the line in that commit, from 1.
    pub original_line: u32,
    /// The number of the line in the file, from 1.
    pub line: u32,
    /// Who wrote the commit.
    pub author: String,
    /// His address, in angle brackets.
    pub address: String,
    /// When, seconds since 1970.
    pub time: i64,
    /// Headers of the line in [`Blame::text`].
    pub headers: Range<usize>,
    /// The line in [`Blame::text`], without its line end.
    pub content: Range<usize>,
}

/// Asks git, with one process.
///
/// Programs that the configuration names for files (text conversion, file system monitor) do not run.
///
/// # Errors
/// [`GitError::GitProgram`] with git's message, for a revision that looks like an option too.
pub fn blame(start: &Path, query: &BlameQuery) -> Result<Blame, GitError> {
    let failed = |message: String| GitError::GitProgram { arguments: "blame".into(), message };
    let form = if query.is_long { "--line-porcelain" } else { "--porcelain" };
    let output = blame_command(start, query, form)?.output().map_err(|error| failed(error.to_string()))?;
    match output.status.success() {
        true => Ok(read(output.stdout)),
        false => Err(failed(String::from_utf8_lossy(&output.stderr).trim().trim_start_matches("fatal: ").to_owned())),
    }
}

/// Returns git, ready to answer in one of its forms.
pub(super) fn blame_command(start: &Path, query: &BlameQuery, form: &str) -> Result<Command, GitError> {
    if query.revision.as_ref().is_some_and(|revision| revision.starts_with('-') || revision.contains('\0')) {
        let message = "a revision cannot begin with `-`".into();
        return Err(GitError::GitProgram { arguments: "blame".into(), message });
    }
    let mut git = command(Path::new("git"));
    git.arg("--no-pager").args(["-c", "core.fsmonitor=false"]).arg("-C").arg(start);
    git.args(["blame", "--no-progress", "--no-textconv", form]).args(&query.options);
    git.args(&query.revision).arg("--").arg(&query.file);
    git.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").stdin(Stdio::null());
    Ok(git)
}

/// Returns the files of the work tree that git knows, as seen from a folder.
pub fn known_files(start: &Path) -> Vec<String> {
    let output = command(Path::new("git")).arg("-C").arg(start).args(["ls-files", "-z"]).stdin(Stdio::null()).output();
    let bytes = output.map(|output| output.stdout).unwrap_or_default();
    bytes.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(path_text).collect()
}

/// What the headers say once for all lines of a commit.
#[derive(Debug, Clone, Default)]
struct Known {
    path: String,
    author: String,
    address: String,
    time: i64,
}

/// Reads either form of git's porcelain; what is not understood is left out.
fn read(text: Vec<u8>) -> Blame {
    let mut known: HashMap<Vec<u8>, Known> = HashMap::new();
    let (mut lines, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let begin = at;
        let (first, mut next) = line_at(&text, at);
        let mut words = first.split(|byte| *byte == b' ');
        let id = words.next().unwrap_or_default().to_vec();
        let mut number = || words.next().and_then(number).unwrap_or(0);
        let (original_line, line) = (number(), number());
        let of_commit = known.entry(id.clone()).or_default();
        while next < text.len() && text[next] != b'\t' {
            let (header, after) = line_at(&text, next);
            of_commit.learn(header);
            next = after;
        }
        let (content, end) = line_at(&text, next);
        let content = (next + 1).min(text.len())..next + content.len();
        let Known { path, author, address, time } = of_commit.clone();
        let commit = std::str::from_utf8(&id).ok().and_then(|hex| CommitId::parse(hex).ok());
        let commit = commit.filter(|id| id.as_bytes().iter().any(|byte| *byte != 0));
        lines.push(BlamedLine {
            commit,
            path,
            original_line,
            line,
            author,
            address,
            time,
            headers: begin..next,
            content,
        });
        at = end;
    }
    Blame { text, lines }
}

/// Returns the line at an offset, without its end, and the offset of the next.
pub(super) fn line_at(text: &[u8], at: usize) -> (&[u8], usize) {
    let rest = text.get(at..).unwrap_or_default();
    match memchr::memchr(b'\n', rest) {
        Some(end) => (&rest[..end], at + end + 1),
        None => (rest, text.len()),
    }
}

pub(super) fn number<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

impl Known {
    fn learn(&mut self, header: &[u8]) {
        let space = memchr::memchr(b' ', header).unwrap_or(header.len());
        let value = header.get(space + 1..).unwrap_or_default();
        let text = || String::from_utf8_lossy(value).into_owned();
        match &header[..space] {
            b"filename" => self.path = path_text(&unquoted(value)),
            b"author" => self.author = text(),
            b"author-mail" => self.address = text(),
            b"author-time" => self.time = number(value).unwrap_or(0),
            _ => {}
        }
    }
}

/// Undoes git's quoting of paths: `"a\tb\303\274"`.
pub(super) fn unquoted(path: &[u8]) -> Vec<u8> {
    let Some(inner) = path.strip_prefix(b"\"").and_then(|path| path.strip_suffix(b"\"")) else {
        return path.to_vec();
    };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut at = 0;
    while at < inner.len() {
        let octal = inner.get(at + 1..at + 4).and_then(octal);
        match (inner[at], octal, inner.get(at + 1)) {
            (b'\\', Some(byte), _) => {
                bytes.push(byte);
                at += 4;
            }
            (b'\\', None, Some(escaped)) => {
                bytes.push(control(*escaped));
                at += 2;
            }
            (byte, ..) => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    bytes
}

fn octal(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

fn control(letter: u8) -> u8 {
    match letter {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;
    use proptest::prelude::*;

    #[test]
    fn both_forms_say_the_same_of_every_line() {
        let test = TestRepo::new();
        test.write("old name ü\"", "first line\nsecond line\n\nfourth line\n");
        test.commit("one");
        test.git(&["mv", "old name ü\"", "new"]);
        test.commit("two");
        test.write("new", "first line\nanother line\r\n\nfourth line\nno end");
        let query = BlameQuery { file: "new".into(), ..BlameQuery::default() };
        let short = blame(test.path(), &query).unwrap();
        let long = blame(test.path(), &BlameQuery { is_long: true, ..query }).unwrap();
        let said = |blame: &Blame| {
            let line = |line: &BlamedLine| {
                let content = String::from_utf8_lossy(&blame.text[line.content.clone()]).into_owned();
                (line.commit, line.path.clone(), line.original_line, line.line, content)
            };
            blame.lines.iter().map(line).collect::<Vec<_>>()
        };
        assert_eq!(said(&short), said(&long));
        let texts: Vec<_> = said(&long).into_iter().map(|line| line.4).collect();
        assert_eq!(texts, ["first line", "another line\r", "", "fourth line", "no end"]);
        let first = &short.lines[0];
        assert_eq!((first.commit, first.path.as_str()), (Some(test.id("HEAD~1")), "old name ü\""));
        assert_eq!(short.lines[1].commit, None);
    }

    #[test]
    fn a_revision_is_never_an_option() {
        let test = TestRepo::new();
        test.write("a", "a\n");
        test.commit("one");
        let query = BlameQuery { revision: Some("--output=x".into()), file: "a".into(), ..BlameQuery::default() };
        assert!(blame(test.path(), &query).unwrap_err().to_string().contains("cannot begin"));
        assert_eq!(known_files(test.path()), ["a"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(text in prop::collection::vec(any::<u8>(), 0..200)) {
            for line in read(text.clone()).lines {
                prop_assert!(line.headers.end <= text.len() && line.content.start <= text.len());
            }
            unquoted(&text);
        }
    }
}
