//! How much of one file is found in another, the way git's rename detection asks.

use std::cmp::Ordering;

/// The multiset of a file's spans: lines, longer ones in pieces of 64 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spans {
    /// Hash of the span and how many bytes of the file such spans cover, sorted.
    spans: Vec<(u64, u32)>,
    bytes: u64,
}

/// Similarity in 1/60000, git's unit.
pub(super) const MAX_SCORE: u64 = 60_000;

const MAX_SPAN: usize = 64;

impl Spans {
    /// Returns the spans of a content. In text, CR before LF does not count.
    pub(super) fn of(content: &[u8], is_text: bool) -> Spans {
        let mut spans = Vec::with_capacity(content.len() / 24);
        let (mut hash, mut length) = (FNV_OFFSET, 0);
        for (at, &byte) in content.iter().enumerate() {
            if is_text && byte == b'\r' && content.get(at + 1) == Some(&b'\n') {
                continue;
            }
            hash = (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
            length += 1;
            if length == MAX_SPAN || byte == b'\n' {
                spans.push((hash, length as u32));
                (hash, length) = (FNV_OFFSET, 0);
            }
        }
        if length > 0 {
            spans.push((hash, length as u32));
        }
        spans.sort_unstable();
        spans.dedup_by(|next, kept| kept.0 == next.0 && add_bytes(kept, next.1));
        Spans { spans, bytes: content.len() as u64 }
    }

    /// Returns how much of the larger file the two have in common, 0 to [`MAX_SCORE`].
    pub(super) fn score(&self, other: &Spans) -> u64 {
        let largest = self.bytes.max(other.bytes);
        match largest {
            0 => 0,
            _ => self.common_bytes(other) * MAX_SCORE / largest,
        }
    }

    fn common_bytes(&self, other: &Spans) -> u64 {
        let (mut mine, mut theirs) = (self.spans.iter().peekable(), other.spans.iter().peekable());
        let mut common = 0;
        while let (Some(a), Some(b)) = (mine.peek(), theirs.peek()) {
            let order = a.0.cmp(&b.0);
            if order == Ordering::Equal {
                common += u64::from(a.1.min(b.1));
            }
            if order != Ordering::Greater {
                mine.next();
            }
            if order != Ordering::Less {
                theirs.next();
            }
        }
        common
    }
}

/// FNV-1a, 64 bit: fast on short spans; nobody gains by a collision here.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

fn add_bytes(kept: &mut (u64, u32), bytes: u32) -> bool {
    kept.1 = kept.1.saturating_add(bytes);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn score(a: &str, b: &str) -> u64 {
        Spans::of(a.as_bytes(), true).score(&Spans::of(b.as_bytes(), true))
    }

    #[test]
    fn half_the_bytes_are_half_the_score() {
        assert_eq!(score("aaaa\nbbbb\n", "aaaa\ncccc\n"), MAX_SCORE / 2);
        assert_eq!(score("aaaa\n", "cccc\n"), 0);
        assert_eq!(score("", ""), 0);
        assert_eq!(score("aaaa\naaaa\n", "aaaa\n"), MAX_SCORE / 2, "a repeated line is found once");
    }

    #[test]
    fn line_ends_do_not_make_text_different() {
        assert_eq!(score("a\r\nb\r\n", "a\nb\n"), 4 * MAX_SCORE / 6);
        let binary = Spans::of(b"a\r\n", false).score(&Spans::of(b"a\n", false));
        assert_eq!(binary, 0);
    }

    proptest! {
        #[test]
        fn the_score_is_symmetric_and_bounded(a in "[ab\n]{0,200}", b in "[ab\n]{0,200}") {
            prop_assert_eq!(score(&a, &b), score(&b, &a));
            prop_assert!(score(&a, &b) <= MAX_SCORE);
            if !a.is_empty() {
                prop_assert_eq!(score(&a, &a), MAX_SCORE);
            }
        }
    }
}
