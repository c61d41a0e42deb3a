//! Which of two runs knows more: an older run, which may end later, never overwrites.

use super::marker::State;

/// Tells whether the first commit is an ancestor of the second; both are the first 12 digits of ids. `None` if this
/// clone does not know.
pub type IsAncestor<'a> = &'a dyn Fn(&str, &str) -> Option<bool>;

/// Tells whether `one` is of a later state than `other`. Where history does not say it (a force push, a shallow clone),
/// the rank does.
pub(super) fn is_later(one: &State, other: &State, is_ancestor: IsAncestor<'_>) -> bool {
    let goes = |from: &State, to: &State| {
        let is_known = !from.head.is_empty() && !to.head.is_empty() && from.head != to.head;
        is_known.then(|| is_ancestor(&from.head, &to.head)).flatten() == Some(true)
    };
    if goes(other, one) {
        return true;
    }
    !goes(one, other) && one.rank > other.rank
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbb";

    fn later(one: (&str, u64), other: (&str, u64), known: Option<bool>) -> bool {
        // `A` is older than `B`, if anything is known.
        let is_ancestor = |from: &str, to: &str| known.map(|is_line| is_line && (from, to) == (A, B));
        is_later(&State::new(one.0, one.1), &State::new(other.0, other.1), &is_ancestor)
    }

    #[test]
    fn history_decides_and_else_the_rank() {
        assert!(later((B, 1), (A, 9), Some(true)));
        assert!(!later((A, 9), (B, 1), Some(true)));
        for not_in_line in [Some(false), None] {
            assert!(later((A, 9), (B, 1), not_in_line));
            assert!(!later((B, 1), (A, 9), not_in_line));
        }
        assert!(later((A, 2), (A, 1), Some(true)), "the same commit, with notes that came late");
        assert!(!later((A, 1), (A, 1), Some(true)));
        assert!(later(("", 2), (A, 1), Some(true)), "no head, no history");
    }
}
