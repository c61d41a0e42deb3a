//! One number over all that the records of a commit rest on: what has the same need not be decided again.

use xxhash_rust::xxh3::Xxh3;

use super::ground::{CLOCK_SLACK_MS, Ground};
use super::witness::Rest;
use crate::store::LineCandidate;

/// Returns the signature of a commit. Its own content never changes, and is not looked at.
pub(super) fn signature(ground: &Ground, commit: &LineCandidate, rest: Rest) -> i64 {
    let mut sum = Xxh3::new();
    let mut add = |number: i64| sum.update(&number.to_le_bytes());
    [rest.0.code(), rest.1.code(), rest.2.code(), commit.scanned].into_iter().for_each(&mut add);
    let (rows, is_copy) = ground.rows(commit);
    add(i64::from(is_copy));
    for row in rows.iter().map(|row| &ground.landed[*row]) {
        let known = [row.git_commit, row.path, row.tool_call, row.lines, row.session];
        known.into_iter().chain([row.at.unwrap_or(-1), row.call.unwrap_or(-1)]).for_each(&mut add);
        ground.lines_of(row.tool_call).for_each(|line| add(line.0));
    }
    let until = commit.at.saturating_add(CLOCK_SLACK_MS);
    for (path, old_path) in ground.history.files(commit) {
        add(*path);
        let past = ground.past(commit, *path, *old_path);
        past.changes.iter().chain(&past.others).for_each(|change| add(change.sum));
        add(past.others.len() as i64);
        for path in std::iter::once(path).chain(old_path).filter_map(|path| ground.names.get(*path)) {
            for edit in ground.edits_of(path, until) {
                [edit.tool_call, edit.path].into_iter().for_each(&mut add);
                edit.added.iter().for_each(|line| add(line.0));
            }
            ground.seen_lines(path, until).for_each(|line| add(line.0));
            add(i64::from(ground.is_doubtful(path, until)));
        }
    }
    sum.digest() as i64
}
