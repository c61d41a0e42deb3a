//! Numbers of lines, as ranges.

use std::fmt;

/// A set of line numbers from 1: ascending ranges that neither meet nor overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineSet(Vec<(u32, u32)>);

impl LineSet {
    /// Returns the set of ranges, first and last line of each, in any order; 0 and what ends before it begins is
    /// left out.
    pub fn new(mut ranges: Vec<(u32, u32)>) -> LineSet {
        ranges.retain(|(first, last)| *first > 0 && first <= last);
        ranges.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => joined.push((first, last)),
            }
        }
        LineSet(joined)
    }

    /// Reads `1-10,15`, as git-ai writes it; `None` if a part is no range.
    pub fn parse(text: &str) -> Option<LineSet> {
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0 && !text.starts_with('+'));
        let range = |part: &str| match part.split_once('-') {
            Some((first, last)) => Some((number(first)?, number(last)?)).filter(|(first, last)| first <= last),
            None => number(part).map(|line| (line, line)),
        };
        text.split(',').map(range).collect::<Option<Vec<_>>>().map(LineSet::new)
    }

    /// Tells whether a line is in it.
    pub fn contains(&self, line: u32) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= line);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, last)| line <= *last)
    }

    /// Tells whether there is no line in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns how many lines are in it.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    /// Returns the ranges.
    pub fn ranges(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// Tells whether every line of it is also in the other.
    pub fn is_within(&self, other: &LineSet) -> bool {
        self.0.iter().all(|(first, last)| {
            let after = other.0.partition_point(|(start, _)| start <= first);
            after.checked_sub(1).and_then(|at| other.0.get(at)).is_some_and(|(_, end)| last <= end)
        })
    }

    /// Tells whether a line is in both.
    pub fn meets(&self, other: &LineSet) -> bool {
        self.0.iter().any(|(first, last)| {
            let after = other.0.partition_point(|(start, _)| start <= last);
            after.checked_sub(1).and_then(|at| other.0.get(at)).is_some_and(|(_, end)| first <= end)
        })
    }

    /// Packs the ranges as the store keeps them: two little-endian numbers of four bytes each.
    pub fn pack(&self) -> Vec<u8> {
        self.0.iter().flat_map(|(first, last)| [first.to_le_bytes(), last.to_le_bytes()]).flatten().collect()
    }

    /// Unpacks what [`LineSet::pack`] made; a torn end is ignored.
    pub fn unpack(bytes: &[u8]) -> LineSet {
        let number = |bytes: &[u8]| bytes.try_into().map_or(0, u32::from_le_bytes);
        LineSet::new(bytes.chunks_exact(8).map(|pair| (number(&pair[..4]), number(&pair[4..]))).collect())
    }
}

impl FromIterator<u32> for LineSet {
    fn from_iter<T: IntoIterator<Item = u32>>(lines: T) -> LineSet {
        LineSet::new(lines.into_iter().map(|line| (line, line)).collect())
    }
}

/// `1-10,15`, as git-ai writes it.
impl fmt::Display for LineSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn ranges_are_read_as_the_grammar_has_them() {
        assert_eq!(LineSet::parse("42").unwrap().ranges(), [(42, 42)]);
        assert_eq!(LineSet::parse("1,2,19-222,300").unwrap().ranges(), [(1, 2), (19, 222), (300, 300)]);
        for text in ["", "0", "a", "3-1", "1-", "-1", "1, 2", "+1", "1,,2", "99999999999", "1-2-3"] {
            assert_eq!(LineSet::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_is_the_set_of_its_lines(one in prop::collection::vec((0u32..30, 0u32..30), 0..6), two in prop::collection::vec((1u32..30, 1u32..30), 0..6)) {
            let plain = |ranges: &[(u32, u32)]| -> BTreeSet<u32> {
                ranges.iter().filter(|range| range.0 > 0).flat_map(|(first, last)| *first..=*last).collect()
            };
            let (a, b) = (plain(&one), plain(&two));
            let (left, right) = (LineSet::new(one), LineSet::new(two));
            prop_assert_eq!(left.count(), a.len() as u64);
            prop_assert!((0..40).all(|line| left.contains(line) == a.contains(&line)));
            prop_assert_eq!(left.is_within(&right), a.is_subset(&b));
            prop_assert_eq!(left.meets(&right), !a.is_disjoint(&b));
            prop_assert_eq!(&a.iter().copied().collect::<LineSet>(), &left);
            prop_assert_eq!(&LineSet::unpack(&left.pack()), &left);
            prop_assert!(left.is_empty() || LineSet::parse(&left.to_string()) == Some(left));
        }

        #[test]
        fn any_bytes_unpack(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let set = LineSet::unpack(&bytes);
            prop_assert!(set.ranges().windows(2).all(|pair| u64::from(pair[0].1) + 1 < u64::from(pair[1].0)));
        }
    }
}
