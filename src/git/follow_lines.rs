//! Where lines of a file stand after others have changed it.

use std::collections::HashMap;

use gix::ObjectId;
use gix::diff::blob::sources::byte_lines;
use gix::diff::blob::{Algorithm, Diff, InternedInput};

use super::blob::{MAX_BYTES, Side, is_binary};
use super::changes::tree_and_parents;
use super::object_id::to_object_id;
use super::renames::join_renames;
use super::repo::Repo;
use super::tree_changes::tree_changes;
use crate::model::CommitId;

/// First and last line of each range, from 1, ascending.
pub type LineRanges = Vec<(u64, u64)>;

/// Lines in the content of another commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedLines {
    /// The path there.
    pub path: Vec<u8>,
    /// Name of the content there, in hexadecimal digits.
    pub blob: String,
    /// Where the lines stand that are still there; empty if none is.
    pub ranges: LineRanges,
}

/// The files of one commit as another one has them.
#[derive(Debug)]
pub struct LineFollower {
    local: gix::Repository,
    from: ObjectId,
    to: ObjectId,
    /// Changed files of `from`, by path; `None` where a file is gone.
    moved: HashMap<Vec<u8>, Option<Side>>,
}

impl Repo {
    /// Compares the files of two commits; `None` if the content of one is not here.
    pub fn line_follower(&self, from: &CommitId, to: &CommitId) -> Option<LineFollower> {
        let local = self.newest();
        let tree = |id: &CommitId| Some(tree_and_parents(&local, id).ok()??.tree);
        let (old, new) = (tree(from)?, tree(to)?);
        let pairs = join_renames(&local, tree_changes(&local, Some(old), new).ok()?);
        let moved = pairs.into_iter().filter_map(|pair| Some((pair.old?.path.into(), pair.new)));
        let moved = moved.collect();
        Some(LineFollower { from: to_object_id(from), to: to_object_id(to), moved, local })
    }
}

impl Repo {
    /// Returns where lines stand in a file of a commit, which are those of the content whose name begins with `blob`:
    /// the file's own, or another content that is here.
    ///
    /// `None` if they cannot be followed: there is no such file or content, more than one, or it is no text.
    pub fn lines_in(&self, commit: &CommitId, path: &str, blob: &str, ranges: &LineRanges) -> Option<LineRanges> {
        let local = self.newest();
        let new = side(&local, &to_object_id(commit), path.as_bytes()).filter(Side::is_file)?;
        if new.id.to_string().starts_with(blob) {
            return Some(ranges.clone());
        }
        let old = Side { id: only_blob(&local, blob)?, ..new.clone() };
        Some(kept(&text(&local, &old)?, &text(&local, &new)?, ranges))
    }
}

/// The only blob whose name begins with `hex`.
fn only_blob(local: &gix::Repository, hex: &str) -> Option<ObjectId> {
    let prefix = gix::hash::Prefix::from_hex(hex).ok()?;
    let id = local.objects.lookup_prefix(prefix, None).ok()??.ok()?;
    local.find_header(id).is_ok_and(|header| header.kind() == gix::objs::Kind::Blob).then_some(id)
}

fn side(local: &gix::Repository, commit: &ObjectId, path: &[u8]) -> Option<Side> {
    let tree = local.find_commit(*commit).ok()?.tree().ok()?;
    let parts = path.split(|byte| *byte == b'/').map(<[u8]>::to_vec);
    let entry = tree.lookup_entry(parts).ok()??;
    Some(Side { path: path.into(), kind: entry.mode().kind(), id: entry.object_id() })
}

fn text(local: &gix::Repository, side: &Side) -> Option<Vec<u8>> {
    let is_small = side.size(local).is_ok_and(|size| size <= MAX_BYTES);
    side.read(local).ok().filter(|text| is_small && !is_binary(text))
}

impl LineFollower {
    /// Returns where lines of a file went, which are those of the content whose name begins with `blob`.
    ///
    /// `None` if they cannot be followed: the content is not that of either commit, is not here, or is no text.
    pub fn follow(&self, path: &[u8], blob: &str, ranges: &LineRanges) -> Option<FollowedLines> {
        let is_named = |id: &ObjectId| id.to_string().starts_with(blob);
        let (old, new) = match self.moved.get(path) {
            Some(new) => (side(&self.local, &self.from, path), new.clone()),
            None => (None, side(&self.local, &self.to, path)),
        };
        let Some(new) = new.filter(Side::is_file) else {
            let is_gone = old.is_some_and(|old| is_named(&old.id));
            return is_gone.then(|| FollowedLines { path: path.to_vec(), blob: blob.to_owned(), ranges: Vec::new() });
        };
        let there = |ranges| FollowedLines { path: new.path.to_vec(), blob: new.id.to_string(), ranges };
        if is_named(&new.id) {
            return Some(there(ranges.clone()));
        }
        let old = old.filter(|old| is_named(&old.id))?;
        let (before, after) = (text(&self.local, &old)?, text(&self.local, &new)?);
        Some(there(kept(&before, &after, ranges)))
    }
}

/// Numbers of those lines that stayed, in the new content.
fn kept(old: &[u8], new: &[u8], ranges: &LineRanges) -> LineRanges {
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let mut kept = LineRanges::new();
    let (mut before, mut after) = (0u64, 0u64);
    let end = (input.before.len() as u64, input.after.len() as u64);
    let hunks = diff.hunks().map(|hunk| (hunk.before, hunk.after));
    let hunks = hunks.map(|(old, new)| ((old.start.into(), old.end.into()), (new.start.into(), new.end.into())));
    for ((old_start, old_end), (_, new_end)) in hunks.chain([((end.0, end.0), (end.1, end.1))]) {
        // The stretch before a change stayed as it was.
        for (first, last) in ranges {
            let (first, last) = ((*first).max(before + 1), (*last).min(old_start));
            if first <= last {
                add(&mut kept, first - before + after, last - before + after);
            }
        }
        (before, after) = (old_end, new_end);
    }
    kept
}

fn add(ranges: &mut LineRanges, first: u64, last: u64) {
    match ranges.last_mut() {
        Some(range) if range.1 + 1 >= first => range.1 = range.1.max(last),
        _ => ranges.push((first, last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;
    use proptest::prelude::*;

    #[test]
    fn lines_go_where_the_content_went() {
        let test = TestRepo::new();
        let text = |from: u32, to: u32| (from..to).map(|n| format!("this is line {n}\n")).collect::<String>();
        test.write("kept", text(0, 5));
        test.write("edited", text(0, 9));
        test.write("renamed", text(20, 40));
        test.write("gone", text(50, 60));
        let from = test.commit("one");
        let blob = |path: &str| test.git(&["rev-parse", &format!("{from}:{path}")])[..12].to_owned();
        let (kept, edited, renamed, gone) = (blob("kept"), blob("edited"), blob("renamed"), blob("gone"));
        test.write("edited", format!("new\n{}", text(0, 9).replace("line 3", "row 3")));
        test.git(&["mv", "renamed", "elsewhere"]);
        test.git(&["rm", "-q", "gone"]);
        let to = test.commit("two");
        let follower = test.repo().line_follower(&from, &to).unwrap();
        let ranges = |path: &str, blob: &str, ranges: &[(u64, u64)]| {
            let found = follower.follow(path.as_bytes(), blob, &ranges.to_vec())?;
            Some((String::from_utf8(found.path).unwrap(), found.ranges))
        };
        assert_eq!(ranges("kept", &kept, &[(2, 3)]), Some(("kept".into(), vec![(2, 3)])));
        assert_eq!(ranges("edited", &edited, &[(2, 6)]), Some(("edited".into(), vec![(3, 4), (6, 7)])));
        assert_eq!(ranges("renamed", &renamed, &[(1, 2)]), Some(("elsewhere".into(), vec![(1, 2)])));
        assert_eq!(ranges("gone", &gone, &[(1, 2)]), Some(("gone".into(), vec![])));
        assert_eq!(ranges("edited", &kept, &[(1, 2)]), None, "numbers of another content");
        let repo = test.repo();
        let lines_in = |path: &str, blob: &str| repo.lines_in(&to, path, blob, &vec![(2, 6)]);
        assert_eq!(lines_in("edited", &edited), Some(vec![(3, 4), (6, 7)]));
        assert_eq!(lines_in("kept", &kept), Some(vec![(2, 6)]));
        assert_eq!((lines_in("gone", &gone), lines_in("kept", "0123456")), (None, None));
        assert_eq!(ranges("nowhere", &kept, &[(1, 2)]), None);
    }

    proptest! {
        #[test]
        fn a_line_that_is_followed_says_the_same(
            old in prop::collection::vec(0u8..6, 0..20), new in prop::collection::vec(0u8..6, 0..20),
            picked in prop::collection::vec(any::<bool>(), 20),
        ) {
            let text = |lines: &[u8]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            let mut ranges = LineRanges::new();
            (1..=old.len() as u64).filter(|n| picked[*n as usize - 1]).for_each(|n| add(&mut ranges, n, n));
            let lines = |text: &[u8], ranges: &LineRanges| -> Vec<u8> {
                ranges.iter().flat_map(|(first, last)| *first..=*last).map(|n| text[n as usize - 1]).collect()
            };
            let before = lines(&old, &ranges);
            let after = lines(&new, &kept(text(&old).as_bytes(), text(&new).as_bytes(), &ranges));
            let mut rest = before.iter();
            prop_assert!(after.iter().all(|line| rest.any(|other| other == line)), "{before:?} {after:?}");
            prop_assert_eq!(kept(text(&old).as_bytes(), text(&old).as_bytes(), &ranges), ranges);
        }
    }
}
