//! Notes that are not on the branch yet.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::model::{CommitId, Timestamp};
use crate::notes::{Note, Record, SessionMark, Sum, SumKey};

/// Commits that may have landed as something else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// Commits with a note that the branch does not reach.
    pub all: BTreeSet<CommitId>,
    /// Those of them whose note says something that no note of the branch says.
    pub open: BTreeSet<CommitId>,
    /// Which commit of the branch says that it was made from which, by the first digits of the latter.
    pub claimed: BTreeMap<String, BTreeSet<CommitId>>,
}

/// Finds them; `branch` is everything that the branch reaches.
pub fn candidates(notes: &BTreeMap<CommitId, Note>, branch: &HashSet<CommitId>) -> Candidates {
    let mut found = Candidates::default();
    let (mut sum, mut sessions): (Sum, BTreeSet<&SessionMark>) = (Sum::default(), BTreeSet::new());
    for (commit, note) in notes.iter().filter(|(commit, _)| branch.contains(commit)) {
        sum.add(note);
        sessions.extend(note.records.iter().filter_map(Record::session));
        for record in &note.records {
            if let Record::Lineage(lineage) = record {
                let claims = lineage.commits.iter().map(|from| (from.clone(), *commit));
                for (from, commit) in claims {
                    found.claimed.entry(from).or_default().insert(commit);
                }
            }
        }
    }
    for (commit, note) in notes.iter().filter(|(commit, _)| !branch.contains(commit)) {
        if note.records.iter().all(|record| record.session().is_none()) {
            continue;
        }
        found.all.insert(*commit);
        if !is_said(note, &sum, &sessions) {
            found.open.insert(*commit);
        }
    }
    found
}

fn is_said(note: &Note, sum: &Sum, sessions: &BTreeSet<&SessionMark>) -> bool {
    note.records.iter().all(|record| match record {
        Record::Usage(usage) if sum.is_redacted(&usage.session) => true,
        Record::Usage(usage) => sum.get(&SumKey::of(usage)).is_some_and(|known| {
            let is_later = known.generation > usage.generation;
            is_later || known.generation == usage.generation && usage.counters.is_within(&known.counters)
        }),
        Record::Redaction(session) => sum.is_redacted(session),
        other => other.session().is_none_or(|session| sessions.contains(session)),
    })
}

/// Returns when the first request was made that a note tells of.
pub(super) fn first_work(note: &Note) -> Option<Timestamp> {
    let first = note.records.iter().filter_map(|record| match record {
        Record::Usage(usage) => Some(usage.span?.first),
        _ => None,
    });
    first.min().map(Timestamp::from_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(text: &str) -> Note {
        Note::parse(text.as_bytes())
    }

    fn usage(slice: u8, micro_usd: u64) -> String {
        format!("u1 00000000000000{slice:02x} s_0123456789abcd a m us={micro_usd} t=100+5\n")
    }

    #[test]
    fn a_note_is_open_until_the_branch_says_what_it_says() {
        let id = |byte: u8| CommitId::Sha1([byte; 20]);
        let text = |text: &str| note(text);
        let mut notes = BTreeMap::from([
            (id(1), text(&usage(1, 5))),
            (id(2), text(&usage(1, 5))),
            (id(3), text(&usage(2, 5))),
            (id(4), text("f1 amend 0123456789ab\n")),
        ]);
        let branch = HashSet::from([id(1)]);
        let found = candidates(&notes, &branch);
        assert_eq!((found.all, found.open), (BTreeSet::from([id(2), id(3)]), BTreeSet::from([id(3)])));
        notes.insert(id(1), text(&format!("{}{}f1 squash 030303030303\n", usage(1, 5), usage(2, 4))));
        let found = candidates(&notes, &branch);
        assert_eq!(found.open, BTreeSet::from([id(3)]), "less than all of it is there");
        assert_eq!(found.claimed, BTreeMap::from([("030303030303".to_owned(), BTreeSet::from([id(1)]))]));
        notes.insert(id(1), text(&format!("{}{}", usage(1, 5), usage(2, 5))));
        assert!(candidates(&notes, &branch).open.is_empty());
        assert_eq!(first_work(&notes[&id(1)]), Some(Timestamp(100_000)));
    }
}
