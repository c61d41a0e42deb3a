//! What notes add up to: every slice once, however many copies there are.

use std::collections::{BTreeMap, BTreeSet};

use super::counters::Counters;
use super::ids::{SessionMark, SliceId};
use super::note::Note;
use super::record::Record;
use super::usage::Usage;

/// What is counted once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SumKey {
    /// The session; a slice belongs to one, so a forged record cannot take its place.
    pub session: SessionMark,
    /// The slice.
    pub slice: SliceId,
    /// The model.
    pub model: String,
}

impl SumKey {
    /// Returns what a record counts for.
    pub fn of(usage: &Usage) -> SumKey {
        SumKey { session: usage.session.clone(), slice: usage.slice.clone(), model: usage.model.clone() }
    }
}

/// The usage of a set of notes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    usage: BTreeMap<SumKey, Usage>,
    redacted: BTreeSet<SessionMark>,
}

impl Sum {
    /// Adds up notes; their order and copies among them do not matter.
    pub fn of<'n>(notes: impl IntoIterator<Item = &'n Note>) -> Sum {
        let mut sum = Sum::default();
        notes.into_iter().for_each(|note| sum.add(note));
        sum
    }

    /// Adds a note.
    pub fn add(&mut self, note: &Note) {
        for record in &note.records {
            match record {
                Record::Usage(usage) => self.add_usage(usage.clone()),
                Record::Redaction(session) => {
                    self.redacted.insert(session.clone());
                    self.usage.retain(|key, _| key.session != *session);
                }
                _ => {}
            }
        }
    }

    fn add_usage(&mut self, usage: Usage) {
        if self.redacted.contains(&usage.session) {
            return;
        }
        let key = SumKey::of(&usage);
        let joined = match self.usage.remove(&key) {
            Some(known) => known.join(usage),
            None => usage,
        };
        self.usage.insert(key, joined);
    }

    /// Returns what counts, one record a slice and model.
    pub fn usage(&self) -> impl Iterator<Item = &Usage> {
        self.usage.values()
    }

    /// Returns what counts of a slice and model.
    pub fn get(&self, key: &SumKey) -> Option<&Usage> {
        self.usage.get(key)
    }

    /// Tells whether a session was redacted.
    pub fn is_redacted(&self, session: &SessionMark) -> bool {
        self.redacted.contains(session)
    }

    /// Returns everything in one number a counter.
    pub fn total(&self) -> Counters {
        self.usage.values().fold(Counters::default(), |sum, usage| sum.plus(usage.counters))
    }
}

#[cfg(test)]
mod tests {
    use super::super::counters::Counter;
    use super::super::strategies;
    use super::*;
    use proptest::prelude::*;

    fn note(text: &str) -> Note {
        Note::parse(text.as_bytes())
    }

    fn line(slice: u8, generation: u64, micro_usd: u64) -> String {
        format!("u1 00000000000000{slice:02x} s_0123456789abcd a m us={micro_usd} g={generation}\n")
    }

    #[test]
    fn copies_add_nothing_and_the_largest_value_counts() {
        let (early, late, other) = (note(&line(1, 0, 100)), note(&line(1, 0, 160)), note(&line(2, 0, 5)));
        let sum = Sum::of([&late, &early, &other, &late]);
        assert_eq!(sum.total().get(Counter::MicroUsd), 165);
    }

    #[test]
    fn a_later_generation_replaces_larger_values() {
        let (wrong, right) = (note(&line(1, 0, 100)), note(&line(1, 1, 40)));
        assert_eq!(Sum::of([&right, &wrong]).total().get(Counter::MicroUsd), 40);
        assert_eq!(Sum::of([&wrong, &right]).total().get(Counter::MicroUsd), 40);
    }

    proptest! {
        #[test]
        fn totals_do_not_depend_on_order_copies_or_grouping(
            notes in prop::collection::vec(strategies::note(), 1..5), order in any::<prop::sample::Index>(),
        ) {
            let expected = Sum::of(&notes);
            let mut turned = notes.clone();
            turned.rotate_left(order.index(notes.len()));
            turned.push(notes[0].clone());
            prop_assert_eq!(&Sum::of(&turned), &expected);
            let one = notes.iter().cloned().fold(Note::default(), Note::union);
            prop_assert_eq!(&Sum::of([&one]), &expected);
        }

        #[test]
        fn more_notes_never_lose_a_slice_of_the_same_generation(one in strategies::note(), two in strategies::note()) {
            let (small, large) = (Sum::of([&one]), Sum::of([&one, &two]));
            for usage in small.usage().filter(|usage| !large.is_redacted(&usage.session)) {
                let now = large.get(&SumKey::of(usage)).unwrap();
                prop_assert!(now.generation > usage.generation || usage.counters.is_within(&now.counters));
            }
        }
    }
}
