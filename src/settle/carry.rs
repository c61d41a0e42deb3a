//! What the note of a landed commit says once it has what its sources' notes say.

use std::collections::BTreeMap;

use super::search::{DIGITS, Landing, digits};
use crate::git::{LineFollower, LineRanges, Repo};
use crate::model::CommitId;
use crate::notes::{Lineage, Lines, Note, Record, SessionMark};

/// What is carried to one commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carried {
    /// What the landed commit's note says in addition; empty if its sources say nothing.
    pub note: Note,
    /// Sources with a note.
    pub with_note: u64,
    /// Files whose lines are listed for the content that landed.
    pub files: u64,
    /// Files whose lines could not be followed into it.
    pub files_lost: u64,
}

type LinesOf = BTreeMap<(SessionMark, String, Vec<u8>), LineRanges>;

/// Collects what the notes of a landing's sources say; `read` reads a note.
///
/// Usage, claims, counts, redactions and what later versions say keep their words. Lists of lines hold for one content:
/// they are followed into what landed, and lines that are not there are left out. Where the sources came from is no
/// matter of the landed commit; that it came from them is.
pub fn carried(repo: &Repo, landing: &Landing, read: &dyn Fn(&CommitId) -> Option<Note>) -> Carried {
    let mut carried = Carried::default();
    let mut lines = LinesOf::new();
    for from in &landing.from {
        let Some(note) = read(from) else { continue };
        carried.with_note += u64::from(note.records.iter().any(|record| record.session().is_some()));
        let mut follower = None;
        for record in note.records {
            match record {
                Record::Lines(list) => {
                    let follower = follower.get_or_insert_with(|| repo.line_follower(from, &landing.landed));
                    if !follow(follower.as_ref(), list, &mut lines) {
                        carried.files_lost += 1;
                    }
                }
                Record::Lineage(_) => {}
                record => drop(carried.note.records.insert(record)),
            }
        }
    }
    carried.files = lines.len() as u64;
    let listed = lines.into_iter().filter(|(_, ranges)| !ranges.is_empty());
    let listed = listed.map(|((session, blob, path), ranges)| Record::Lines(Lines { session, blob, ranges, path }));
    carried.note.records.extend(listed);
    if !carried.note.records.is_empty() {
        let mut commits: Vec<String> = landing.from.iter().map(digits).collect();
        commits.sort();
        carried.note.records.insert(Record::Lineage(Lineage { kind: landing.kind.name().to_owned(), commits }));
    }
    carried
}

/// Adds where lines are now; `false` if that is not known.
fn follow(follower: Option<&LineFollower>, list: Lines, lines: &mut LinesOf) -> bool {
    let found = follower.and_then(|follower| follower.follow(&list.path, &list.blob, &list.ranges));
    let Some(found) = found else { return false };
    if !found.ranges.is_empty() {
        let blob = found.blob.chars().take(DIGITS).collect();
        let known = lines.entry((list.session, blob, found.path)).or_default();
        *known = joined(known, &found.ranges);
    }
    true
}

/// Returns the lines of both.
fn joined(one: &LineRanges, other: &LineRanges) -> LineRanges {
    let mut all: LineRanges = [one.as_slice(), other].concat();
    all.sort_unstable();
    let mut joined = LineRanges::new();
    for (first, last) in all {
        match joined.last_mut() {
            Some(range) if range.1.saturating_add(1) >= first => range.1 = range.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
}

/// Returns the notes of landed commits that differ from what they are, which `known` reads.
pub fn grown(landings: &[(Landing, Carried)], known: &dyn Fn(&CommitId) -> Note) -> BTreeMap<CommitId, Note> {
    let mut notes: BTreeMap<CommitId, (Note, Note)> = BTreeMap::new();
    for (landing, carried) in landings.iter().filter(|(_, carried)| !carried.note.records.is_empty()) {
        let (_, after) = notes.entry(landing.landed).or_insert_with(|| {
            let before = known(&landing.landed);
            (before.clone().compacted(), before)
        });
        *after = std::mem::take(after).union(carried.note.clone());
    }
    let after = |(commit, (before, after)): (CommitId, (Note, Note))| {
        let after = after.compacted().capped();
        (after != before).then_some((commit, after))
    };
    notes.into_iter().filter_map(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranges_join_to_what_both_have(one in lines(), other in lines()) {
            let all = |ranges: &LineRanges| ranges.iter().flat_map(|(a, b)| *a..=*b).collect::<Vec<_>>();
            let mut expected = [all(&one), all(&other)].concat();
            expected.sort_unstable();
            expected.dedup();
            let joined = joined(&one, &other);
            prop_assert_eq!(all(&joined), expected);
            prop_assert!(joined.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
        }
    }

    fn lines() -> impl Strategy<Value = LineRanges> {
        let pairs = prop::collection::vec((1u64..30, 0u64..5), 0..6);
        pairs.prop_map(|pairs| pairs.into_iter().fold(LineRanges::new(), |all, (a, n)| joined(&all, &vec![(a, a + n)])))
    }
}
