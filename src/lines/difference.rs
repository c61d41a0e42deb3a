//! What changed between two states of a file.

use std::ops::Range;

use gix::diff::blob::{Algorithm, Diff, InternedInput};

use crate::model::{Hunk, LineMark};

/// Lines of context in hunks that are stored.
pub const CONTEXT: usize = 3;

/// Two states of a file, compared with git's default algorithm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Indexes of the lines that went, and of those that came in their place, ascending.
    pub changes: Vec<(Range<usize>, Range<usize>)>,
}

impl Difference {
    /// Compares two states.
    pub fn between(old: &[LineMark], new: &[LineMark]) -> Difference {
        let mut input: InternedInput<LineMark> = InternedInput::default();
        input.update_before(old.iter().copied());
        input.update_after(new.iter().copied());
        let mut diff = Diff::compute(Algorithm::Myers, &input);
        diff.postprocess_no_heuristic(&input);
        let wide = |range: Range<u32>| range.start as usize..range.end as usize;
        Difference { changes: diff.hunks().map(|hunk| (wide(hunk.before), wide(hunk.after))).collect() }
    }

    /// Returns the pairs of indexes of lines that stayed, ascending.
    pub fn kept(&self, old_length: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let ends = self.changes.iter().map(|(old, new)| (old.end, new.end));
        let starts = self.changes.iter().map(|(old, _)| old.start).chain([old_length]);
        let stretches = [(0, 0)].into_iter().chain(ends).zip(starts);
        stretches.flat_map(|((old, new), end)| (old..end).zip(new..))
    }
}

/// Returns the hunks that make `new` of `old`, with [`CONTEXT`] lines around each; neighbours are joined.
pub fn hunks_between(old: &[LineMark], new: &[LineMark]) -> Vec<Hunk> {
    let mut joined: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (before, after) in Difference::between(old, new).changes {
        match joined.last_mut() {
            Some((last_before, last_after)) if before.start - last_before.end <= 2 * CONTEXT => {
                (last_before.end, last_after.end) = (before.end, after.end);
            }
            _ => joined.push((before, after)),
        }
    }
    joined.into_iter().map(|(before, after)| hunk(old, new, before, after)).collect()
}

fn hunk(old: &[LineMark], new: &[LineMark], before: Range<usize>, after: Range<usize>) -> Hunk {
    let head = CONTEXT.min(before.start);
    let tail = CONTEXT.min(old.len() - before.end);
    let number = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
    let (before, after) = (before.start - head..before.end + tail, after.start - head..after.end + tail);
    Hunk {
        old_start: number(before.start),
        new_start: number(after.start),
        old: old[before].to_vec(),
        new: new[after].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marks(most: usize) -> impl Strategy<Value = Vec<LineMark>> {
        prop::collection::vec((0u64..6).prop_map(LineMark), 0..most)
    }

    proptest! {
        #[test]
        fn what_stayed_is_equal_and_all_else_is_in_a_change(old in marks(20), new in marks(20)) {
            let difference = Difference::between(&old, &new);
            let kept: Vec<_> = difference.kept(old.len()).collect();
            prop_assert!(kept.iter().all(|(one, other)| old[*one] == new[*other]));
            let gone: usize = difference.changes.iter().map(|(gone, _)| gone.len()).sum();
            let came: usize = difference.changes.iter().map(|(_, came)| came.len()).sum();
            prop_assert_eq!((kept.len() + gone, kept.len() + came), (old.len(), new.len()));
        }

        #[test]
        fn hunks_make_the_new_state_of_the_old_one(old in marks(40), new in marks(40)) {
            let (mut made, mut at) = (Vec::new(), 0);
            for hunk in hunks_between(&old, &new) {
                let start = hunk.old_start as usize - 1;
                prop_assert!(start >= at);
                made.extend_from_slice(&old[at..start]);
                prop_assert_eq!(made.len() + 1, hunk.new_start as usize);
                prop_assert_eq!(&old[start..start + hunk.old.len()], hunk.old.as_slice());
                made.extend_from_slice(&hunk.new);
                at = start + hunk.old.len();
            }
            made.extend_from_slice(&old[at..]);
            prop_assert_eq!(made, new);
        }
    }
}
