//! A note: a set of records, and lines that are none.

use std::collections::{BTreeMap, BTreeSet};

use super::compact::compact;
use super::ids::SessionMark;
use super::record::{Count, Lines, Record};

/// A note is not written larger than this: lists of lines become counts first. Usage is never dropped.
pub const MAX_NOTE_BYTES: usize = 64 << 10;

/// What one note says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// The records.
    pub records: BTreeSet<Record>,
    /// Lines that are damaged or not ours, without their ends; kept.
    pub bad: BTreeSet<Vec<u8>>,
}

impl Note {
    /// Reads a note. Any bytes are one; what is no record is in `bad`.
    pub fn parse(bytes: &[u8]) -> Note {
        let mut note = Note::default();
        for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
            match std::str::from_utf8(line).ok().and_then(Record::parse) {
                Some(record) => drop(note.records.insert(record)),
                None => drop(note.bad.insert(line.to_vec())),
            }
        }
        note
    }

    /// Returns what both say.
    #[must_use]
    pub fn union(mut self, other: Note) -> Note {
        self.records.extend(other.records);
        self.bad.extend(other.bad);
        self
    }

    /// Returns a note of fewer lines that adds up to the same wherever it meets others.
    #[must_use]
    pub fn compacted(self) -> Note {
        Note { records: compact(self.records), bad: self.bad }
    }

    /// Returns the canonical text: sorted lines, each once, each with its end.
    pub fn render(&self) -> Vec<u8> {
        let records = self.records.iter().map(|record| record.render().into_bytes());
        let lines: BTreeSet<Vec<u8>> = records.chain(self.bad.iter().cloned()).collect();
        let end = |mut line: Vec<u8>| {
            line.push(b'\n');
            line
        };
        lines.into_iter().flat_map(end).collect()
    }

    /// Returns a note of at most [`MAX_NOTE_BYTES`], if counts in place of the longest lists of lines make it so.
    #[must_use]
    pub fn capped(mut self) -> Note {
        while self.render().len() > MAX_NOTE_BYTES {
            let Some(largest) = self.longest_list() else { break };
            self.count_lines_of(&largest);
        }
        self
    }

    fn longest_list(&self) -> Option<(SessionMark, Vec<u8>)> {
        let mut lengths: BTreeMap<(SessionMark, Vec<u8>), usize> = BTreeMap::new();
        for record in &self.records {
            if let Record::Lines(lines) = record {
                *lengths.entry((lines.session.clone(), lines.path.clone())).or_default() += record.render().len();
            }
        }
        lengths.into_iter().max_by_key(|(_, length)| *length).map(|(key, _)| key)
    }

    fn count_lines_of(&mut self, (session, path): &(SessionMark, Vec<u8>)) {
        let is_of = |lines: &Lines| lines.session == *session && lines.path == *path;
        let mut lines = 0;
        self.records.retain(|record| match record {
            Record::Lines(list) if is_of(list) => {
                lines = lines.max(list.count());
                false
            }
            _ => true,
        });
        self.records.insert(Record::Count(Count { session: session.clone(), lines, path: path.clone() }));
    }
}

#[cfg(test)]
mod tests {
    use super::super::strategies;
    use super::super::sum::Sum;
    use super::*;
    use proptest::prelude::*;

    const USAGE: &str = "u1 00112233445566aa s_0123456789abcd claude-code claude-opus-4-5 i=1 o=2 cr=3 cw5=4 cw1h=5 \
                         req=6 us=7 g=1 pv=2026-08-01 bill=? t=1760000000+840";

    #[test]
    fn every_kind_of_line_is_read_and_written_the_same() {
        let lines = [
            USAGE,
            "f1 squash 0123456789ab,ba9876543210",
            "l1 s_0123456789abcd 0123456789ab 1-10,15,20-22 src/main.rs",
            "n1 s_0123456789abcd 42 src/a%20b.rs",
            "s1 s_0123456789abcd claude-code produced lines printed-id",
            "x1 s_ffffffffffffff",
            "z9 of a later version",
        ];
        let mut sorted = lines.map(|line| format!("{line}\n"));
        sorted.sort();
        let note = Note::parse(lines.join("\n").as_bytes());
        assert_eq!((note.records.len(), note.bad.len()), (7, 0));
        assert_eq!(String::from_utf8(note.render()).unwrap(), sorted.concat());
    }

    #[test]
    fn what_is_no_record_is_kept_and_counted() {
        let bytes = b"hello world\n\n\xff\xfe\nu1 too short\r\nx1 s_zz\nl1 s_0123456789abcd 0123456789ab 5-1 a\n";
        let note = Note::parse(bytes);
        assert_eq!((note.records.len(), note.bad.len()), (0, 5));
        assert_eq!(Note::parse(&note.render()), note);
    }

    #[test]
    fn words_of_later_versions_stay_in_their_line() {
        let line = format!("{USAGE} new=1 other");
        let note = Note::parse(line.as_bytes()).compacted();
        assert_eq!(String::from_utf8(note.render()).unwrap(), format!("{line}\n"));
    }

    #[test]
    fn a_redacted_session_has_no_lines_left() {
        let note = Note::parse(format!("{USAGE}\nx1 s_0123456789abcd\n").as_bytes());
        assert_eq!(Sum::of([&note]).usage().count(), 0);
        assert_eq!(note.compacted().render(), b"x1 s_0123456789abcd\n");
    }

    #[test]
    fn long_lists_become_counts_and_usage_stays() {
        let ranges: Vec<String> = (0..9_000).map(|n| (n * 3 + 1).to_string()).collect();
        let text = format!(
            "{USAGE}\nl1 s_0123456789abcd 0123456789ab {} big.rs\nl1 s_0123456789abcd 0123456789ab {} small.rs\n",
            ranges.join(","),
            ranges[..5_000].join(","),
        );
        let note = Note::parse(text.as_bytes()).capped();
        let rendered = String::from_utf8(note.render()).unwrap();
        assert!(rendered.len() <= MAX_NOTE_BYTES);
        assert!(rendered.contains("n1 s_0123456789abcd 9000 big.rs\n") && rendered.contains(" small.rs\n"));
        assert!(rendered.contains(USAGE) && rendered.contains("l1 "), "the smaller list fits and stays");
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_note_and_its_text_is_a_fixed_point(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let note = Note::parse(&bytes);
            let text = note.render();
            prop_assert_eq!(&Note::parse(&text), &note);
            prop_assert_eq!(Note::parse(&text).render(), text);
        }

        #[test]
        fn what_is_written_is_read_back(note in strategies::note()) {
            prop_assert_eq!(Note::parse(&note.render()), note);
        }

        #[test]
        fn notes_meet_in_any_order_and_any_number_of_times(
            one in strategies::note(), two in strategies::note(), three in strategies::note(),
        ) {
            let join = |a: &Note, b: &Note| a.clone().union(b.clone());
            prop_assert_eq!(join(&one, &two).render(), join(&two, &one).render());
            prop_assert_eq!(join(&join(&one, &two), &three).render(), join(&one, &join(&two, &three)).render());
            prop_assert_eq!(join(&one, &one), one);
        }

        /// Git does not know our records: it sorts lines and drops equal ones. That must be the same union.
        #[test]
        fn the_union_is_that_of_the_lines(one in strategies::note(), two in strategies::note()) {
            let bytes = [one.render(), two.render()].concat();
            let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            lines.sort();
            lines.dedup();
            prop_assert_eq!(one.clone().union(two.clone()).render(), lines.concat());
        }

        #[test]
        fn compacting_before_or_after_meeting_adds_up_to_the_same(one in strategies::note(), two in strategies::note()) {
            let sum = |notes: &[&Note]| Sum::of(notes.iter().copied());
            let (small_one, small_two) = (one.clone().compacted(), two.clone().compacted());
            let together = one.clone().union(two.clone()).compacted();
            let expected = sum(&[&one, &two]);
            prop_assert_eq!(&sum(&[&small_one, &small_two]), &expected);
            prop_assert_eq!(&sum(&[&together]), &expected);
            prop_assert_eq!(&sum(&[&together, &one, &two, &small_one]), &expected, "copies add nothing");
            prop_assert_eq!(together.clone().compacted(), together);
        }
    }
}
