//! `git blame --incremental`: which commit added which lines, each as soon as git knows it.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Stdio;

use super::blame::{BlameQuery, blame_command, line_at, number, unquoted};
use super::error::GitError;
use super::path_text::path_text;
use crate::model::CommitId;

/// Read from git at once, bytes: as much as a pipe holds.
const CHUNK: usize = 64 << 10;

/// Neighbouring lines that one commit added, with git's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlamedGroup {
    /// The commit; `None` while the lines are in none.
    pub commit: Option<CommitId>,
    /// The path in that commit, as [`path_text`] writes it.
    pub path: String,
    /// The number of the first line in that commit, from 1.
    pub original_line: u32,
    /// The number of the first line in the file, from 1.
    pub line: u32,
    /// How many lines.
    pub count: u32,
    /// The commit, as git wrote it.
    pub id: Vec<u8>,
    /// What git says of the commit, whole lines; empty where it did so before.
    pub facts: Vec<u8>,
    /// The last headers, whole lines: the commit and path before, and the path.
    pub place: Vec<u8>,
}

/// Asks git, with one process, and hands on what it answers while it is still searching.
///
/// `sink` gets the groups that are there, in git's order, and ends the search with `Break`.
///
/// # Errors
/// [`GitError::GitProgram`], as for `blame`.
pub fn blame_stream(
    start: &Path,
    query: &BlameQuery,
    sink: &mut dyn FnMut(Vec<BlamedGroup>) -> ControlFlow<()>,
) -> Result<(), GitError> {
    let failed = |message: String| GitError::GitProgram { arguments: "blame".into(), message };
    let mut git = blame_command(start, query, "--incremental")?;
    git.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn().map_err(|error| failed(error.to_string()))?;
    let flow = child.stdout.take().map_or(Ok(ControlFlow::Continue(())), |mut stdout| read(&mut stdout, sink));
    if !matches!(flow, Ok(ControlFlow::Continue(()))) {
        let _ = child.kill();
        let _ = child.wait();
        return flow.map(|_| ()).map_err(|error| failed(error.to_string()));
    }
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(failed(String::from_utf8_lossy(&output.stderr).trim().trim_start_matches("fatal: ").to_owned())),
    }
}

fn read(
    from: &mut dyn Read,
    sink: &mut dyn FnMut(Vec<BlamedGroup>) -> ControlFlow<()>,
) -> std::io::Result<ControlFlow<()>> {
    let (mut waiting, mut chunk) = (Vec::new(), vec![0; CHUNK]);
    loop {
        let count = match from.read(&mut chunk) {
            Ok(0) => return Ok(ControlFlow::Continue(())),
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        waiting.extend_from_slice(&chunk[..count]);
        let (groups, end) = groups(&waiting);
        waiting.drain(..end);
        if !groups.is_empty() && sink(groups).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
}

/// Returns the groups that are whole, and where the next one begins.
fn groups(text: &[u8]) -> (Vec<BlamedGroup>, usize) {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some((group, end)) = group(text, at) {
        found.push(group);
        at = end;
    }
    (found, at)
}

/// Reads one group; its last header is `filename`.
fn group(text: &[u8], begin: usize) -> Option<(BlamedGroup, usize)> {
    let (first, facts) = whole_line(text, begin)?;
    let mut words = first.split(|byte| *byte == b' ');
    let id = words.next().unwrap_or_default().to_vec();
    let mut next_number = || words.next().and_then(number).unwrap_or(0);
    let (original_line, line, count) = (next_number(), next_number(), next_number());
    let (mut at, mut place) = (facts, None);
    loop {
        let (header, next) = whole_line(text, at)?;
        let filename = header.strip_prefix(b"filename ");
        if filename.is_some() || header.starts_with(b"previous ") {
            place.get_or_insert(at);
        }
        if let Some(filename) = filename {
            let hex = std::str::from_utf8(&id).ok().and_then(|hex| CommitId::parse(hex).ok());
            let commit = hex.filter(|id| id.as_bytes().iter().any(|byte| *byte != 0));
            let (facts, place) = text[facts..next].split_at(place.unwrap_or(at) - facts);
            let (facts, place) = (facts.to_vec(), place.to_vec());
            let path = path_text(&unquoted(filename));
            return Some((BlamedGroup { commit, path, original_line, line, count, id, facts, place }, next));
        }
        at = next;
    }
}

fn whole_line(text: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let (line, next) = line_at(text, at);
    (at + line.len() < text.len()).then_some((line, next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::blame;
    use crate::git::test_repo::TestRepo;
    use proptest::prelude::*;

    fn repository() -> TestRepo {
        let test = TestRepo::new();
        test.write("old ü", "first line\nsecond line\n\nfourth line\n");
        test.commit("one");
        test.git(&["mv", "old ü", "new"]);
        test.commit("two");
        test.write("new", "first line\nanother line\n\nfourth line\nlast");
        test
    }

    #[test]
    fn the_groups_say_what_the_whole_answer_says() {
        let test = repository();
        let query = BlameQuery { file: "new".into(), ..BlameQuery::default() };
        let mut found = Vec::new();
        let sink = &mut |groups: Vec<BlamedGroup>| {
            for BlamedGroup { commit, path, original_line, line, count, .. } in groups {
                found.extend((0..count).map(|more| (line + more, original_line + more, commit, path.clone())));
            }
            ControlFlow::Continue(())
        };
        blame_stream(test.path(), &query, sink).unwrap();
        found.sort();
        let whole = blame(test.path(), &query).unwrap().lines;
        let whole: Vec<_> =
            whole.into_iter().map(|line| (line.line, line.original_line, line.commit, line.path)).collect();
        assert_eq!(found, whole);
    }

    #[test]
    fn a_reader_that_has_enough_ends_the_search_and_errors_are_gits() {
        let test = repository();
        let query = BlameQuery { file: "new".into(), ..BlameQuery::default() };
        let mut calls = 0;
        let sink = &mut |_| {
            calls += 1;
            ControlFlow::Break(())
        };
        blame_stream(test.path(), &query, sink).unwrap();
        assert_eq!(calls, 1);
        let nothing = BlameQuery { file: "nothing".into(), ..BlameQuery::default() };
        let error = blame_stream(test.path(), &nothing, &mut |_| ControlFlow::Continue(())).unwrap_err();
        assert!(error.to_string().contains("no such path"), "{error}");
    }

    const ANSWER: &str = "\
0123456789012345678901234567890123456789 7 9 3
author A
summary of it
previous 9876543210987654321098765432109876543210 a
filename a
0123456789012345678901234567890123456789 1 2 1
filename \"b\\tc\"
";

    proptest! {
        /// However the answer is cut, the groups are the same.
        #[test]
        fn an_answer_in_pieces_is_the_answer(cuts in prop::collection::vec(1usize..40, 0..12)) {
            let (mut waiting, mut found, mut at) = (Vec::new(), Vec::new(), 0);
            for cut in cuts.into_iter().chain([ANSWER.len()]) {
                let end = (at + cut).min(ANSWER.len());
                waiting.extend_from_slice(&ANSWER.as_bytes()[at..end]);
                at = end;
                let (more, read) = groups(&waiting);
                waiting.drain(..read);
                found.extend(more);
            }
            prop_assert_eq!(found.len(), 2);
            prop_assert_eq!((found[0].original_line, found[0].line, found[0].count), (7, 9, 3));
            prop_assert_eq!(found[0].facts.as_slice(), b"author A\nsummary of it\n");
            prop_assert_eq!((found[1].path.as_str(), found[1].facts.len()), ("b\tc", 0));
        }

        #[test]
        fn any_bytes_are_read(text in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(groups(&text).1 <= text.len());
        }
    }
}
