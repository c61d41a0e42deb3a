//! One line of any text as a number, so that states of a file can be compared without keeping them.

use super::line_hash::{LineHash, MIN_EVIDENCE};

/// A hash of one line's text, white space at both ends ignored; unlike [`LineHash`] of every line, blank ones too.
///
/// The lower 63 bits are XXH3 of the text, as in [`LineHash`]; the highest bit is set if the text is too short to be
/// evidence of its writer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineMark(pub u64);

const TRIVIAL: u64 = 1 << 63;

impl LineMark {
    /// Returns the mark of a line; its line end does not matter.
    pub fn of(line: &[u8]) -> LineMark {
        let text = line.trim_ascii();
        let hash = xxhash_rust::xxh3::xxh3_64(text) & !TRIVIAL;
        LineMark(if text.len() < MIN_EVIDENCE { hash | TRIVIAL } else { hash })
    }

    /// Returns the marks of every line of a text; a last line counts with and without its end.
    pub fn of_text(text: &[u8]) -> Vec<LineMark> {
        let mut marks = Vec::with_capacity(text.len() / 32);
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text) {
            marks.push(LineMark::of(&text[start..end]));
            start = end + 1;
        }
        if start < text.len() {
            marks.push(LineMark::of(&text[start..]));
        }
        marks
    }

    /// Tells whether the line is too short to be evidence of its writer (`}`, blank).
    pub fn is_trivial(self) -> bool {
        self.0 & TRIVIAL != 0
    }

    /// Returns the line as evidence, if it can be any.
    pub fn hash(self) -> Option<LineHash> {
        (!self.is_trivial()).then_some(LineHash(self.0 as i64))
    }

    /// Packs marks as they are stored: eight little-endian bytes each.
    pub fn pack(marks: &[LineMark]) -> Vec<u8> {
        marks.iter().flat_map(|mark| mark.0.to_le_bytes()).collect()
    }

    /// Unpacks what [`LineMark::pack`] made; a torn last entry is ignored.
    pub fn unpack(bytes: &[u8]) -> Vec<LineMark> {
        let entry = |chunk: &[u8]| chunk.try_into().ok().map(u64::from_le_bytes).map(LineMark);
        bytes.chunks_exact(8).filter_map(entry).collect()
    }

    /// Returns one number for a whole file: the same if every line is, in the same order.
    pub fn sum(marks: &[LineMark]) -> i64 {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        marks.iter().for_each(|mark| hasher.update(&mark.0.to_le_bytes()));
        hasher.digest() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_line_has_a_mark_and_line_ends_do_not_matter() {
        let marks = LineMark::of_text(b"let a = 1;\r\n\n  }\nlast line");
        let lines = ["let a = 1;", "", "}", "\tlast line "].map(|line| LineMark::of(line.as_bytes()));
        assert_eq!(marks, lines);
        assert_eq!(marks.iter().map(|mark| mark.is_trivial()).collect::<Vec<_>>(), [false, true, true, false]);
        assert_eq!(LineMark::of_text(b""), []);
        assert_eq!(LineMark::of_text(b"\n").len(), 1);
        assert_ne!(LineMark::of(b"}"), LineMark::of(b"{"));
    }

    proptest! {
        #[test]
        fn a_mark_is_the_hash_of_what_can_be_evidence(line in "[ a-c}\t]{0,9}") {
            prop_assert_eq!(LineMark::of(line.as_bytes()).hash(), LineHash::of(line.as_bytes()));
        }

        #[test]
        fn marks_are_those_of_the_lines(text in "[ a-c}\r\n]{0,40}") {
            let lines: Vec<_> = text.split_inclusive('\n').map(|line| LineMark::of(line.as_bytes())).collect();
            prop_assert_eq!(LineMark::of_text(text.as_bytes()), lines);
        }

        #[test]
        fn packing_round_trips_and_sums_tell_sequences_apart(
            one in prop::collection::vec(any::<u64>().prop_map(LineMark), 0..6),
            other in prop::collection::vec(any::<u64>().prop_map(LineMark), 0..6),
        ) {
            prop_assert_eq!(LineMark::unpack(&LineMark::pack(&one)), one.clone());
            prop_assert_eq!(LineMark::sum(&one) == LineMark::sum(&other), one == other);
        }
    }
}
