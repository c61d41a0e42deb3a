//! A place where a file changed: the lines before and after, as marks.

use super::line_mark::LineMark;

/// Lines that took the place of others, with some unchanged lines around them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hunk {
    /// Number of the first line of `old` in the file before, from 1; 0 if only the lines tell where it was.
    pub old_start: u32,
    /// The lines before, context included.
    pub old: Vec<LineMark>,
    /// Number of the first line of `new` in the file after, from 1; 0 if only the lines tell where it was.
    pub new_start: u32,
    /// The lines after, context included.
    pub new: Vec<LineMark>,
}

impl Hunk {
    /// Returns the hunk that writes a whole file, whatever was in it.
    pub fn whole(lines: Vec<LineMark>) -> Hunk {
        Hunk { old_start: 1, old: Vec::new(), new_start: 1, new: lines }
    }

    /// Returns how many lines are the same at the beginning and at the end.
    pub fn context(&self) -> (usize, usize) {
        let before = self.old.iter().zip(&self.new).take_while(|(old, new)| old == new).count();
        let (old, new) = (&self.old[before..], &self.new[before..]);
        let after = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
        (before, after)
    }

    /// Packs hunks as they are stored: numbers of four bytes, marks of eight, little-endian; context stands there once.
    pub fn pack(hunks: &[Hunk]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for hunk in hunks {
            let (before, after) = hunk.context();
            let old = &hunk.old[before..hunk.old.len() - after];
            let new = &hunk.new[before..hunk.new.len() - after];
            for number in [before, old.len(), new.len(), after] {
                bytes.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
            }
            bytes.extend_from_slice(&hunk.old_start.to_le_bytes());
            bytes.extend_from_slice(&hunk.new_start.to_le_bytes());
            let context = (&hunk.old[..before], &hunk.old[hunk.old.len() - after..]);
            for marks in [context.0, old, new, context.1] {
                bytes.extend_from_slice(&LineMark::pack(marks));
            }
        }
        bytes
    }

    /// Unpacks what [`Hunk::pack`] made; a torn last entry is ignored.
    pub fn unpack(mut bytes: &[u8]) -> Vec<Hunk> {
        std::iter::from_fn(|| take(&mut bytes)).collect()
    }
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (first, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*first))
}

fn marks<'b>(bytes: &mut &'b [u8], count: u32) -> Option<&'b [u8]> {
    let (first, rest) = bytes.split_at_checked(usize::try_from(count).ok()?.checked_mul(8)?)?;
    *bytes = rest;
    Some(first)
}

fn take(bytes: &mut &[u8]) -> Option<Hunk> {
    let counts = [number(bytes)?, number(bytes)?, number(bytes)?, number(bytes)?];
    let (old_start, new_start) = (number(bytes)?, number(bytes)?);
    let mut part = |count: u32| marks(bytes, count);
    let (before, old, new, after) = (part(counts[0])?, part(counts[1])?, part(counts[2])?, part(counts[3])?);
    let joined = |middle: &[u8]| LineMark::unpack(&[before, middle, after].concat());
    Some(Hunk { old_start, old: joined(old), new_start, new: joined(new) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marks() -> impl Strategy<Value = Vec<LineMark>> {
        prop::collection::vec((0u64..4).prop_map(LineMark), 0..7)
    }

    prop_compose! {
        fn hunk()(old_start in 0u32..9, new_start in 0u32..9, old in marks(), new in marks()) -> Hunk {
            Hunk { old_start, old, new_start, new }
        }
    }

    #[test]
    fn context_is_stored_once() {
        let line = |number: u64| LineMark(number);
        let hunk =
            Hunk { old_start: 7, old: [1, 2, 3].map(line).into(), new_start: 7, new: [1, 4, 5, 3].map(line).into() };
        assert_eq!(hunk.context(), (1, 1));
        assert_eq!(Hunk::pack(std::slice::from_ref(&hunk)).len(), 6 * 4 + 5 * 8);
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(hunks in prop::collection::vec(hunk(), 0..4)) {
            prop_assert_eq!(Hunk::unpack(&Hunk::pack(&hunks)), hunks);
        }

        #[test]
        fn any_bytes_are_unpacked_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            Hunk::unpack(&bytes);
        }
    }
}
