//! "Did you mean": the name that was probably meant.

/// Mistakes forgiven in names of up to [`SHORT`] characters.
const FEW: usize = 2;
/// Mistakes forgiven in longer names.
const MORE: usize = 3;
const SHORT: usize = 8;

/// Returns the known name nearest to `typed`, unless none is near; of two equally near ones the first.
pub fn suggestion<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = typed.chars().count();
    let allowed = (if length <= SHORT { FEW } else { MORE }).min(length.saturating_sub(1));
    let near = known.into_iter().map(|name| (distance(typed, name), name)).filter(|(mistakes, _)| *mistakes <= allowed);
    near.min_by_key(|(mistakes, _)| *mistakes).map(|(_, name)| name)
}

/// Returns the hint for a name that does not exist: ``did you mean `x`?``
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    suggestion(typed, known).map(|name| format!("did you mean `{name}`?"))
}

/// Insertions, deletions, replacements and swaps of neighbours, case ignored (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.to_lowercase().chars().collect();
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let width = right.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (row, from) in left.iter().enumerate() {
        let mut this = vec![row + 1; width];
        for (column, to) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(from != to);
            let mut best = replaced.min(last[column + 1] + 1).min(this[column] + 1);
            let is_swap = row > 0 && column > 0 && *from == right[column - 1] && left[row - 1] == *to;
            if is_swap {
                best = best.min(before[column - 1] + 1);
            }
            this[column + 1] = best;
        }
        before = std::mem::replace(&mut last, this);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: [&str; 4] = ["commit", "session", "model", "claude-opus-4-5"];

    #[test]
    fn slips_of_the_fingers_are_understood() {
        for (typed, meant) in [
            ("comit", "commit"),
            ("ocmmit", "commit"),
            ("Sesion", "session"),
            ("modle", "model"),
            ("claude-opsu-45", "claude-opus-4-5"),
        ] {
            assert_eq!(suggestion(typed, NAMES), Some(meant), "{typed}");
        }
        assert_eq!(did_you_mean("comit", NAMES).as_deref(), Some("did you mean `commit`?"));
    }

    #[test]
    fn what_is_far_from_everything_is_not_guessed() {
        for typed in ["", "x", "weekday", "tool"] {
            assert_eq!(suggestion(typed, NAMES), None, "{typed}");
        }
        assert_eq!(suggestion("ab", ["cd"]), None, "a short name must share something");
    }

    #[test]
    fn a_swap_is_one_mistake() {
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_and_zero_only_for_equals(left in "[a-c]{0,8}", right in "[a-c]{0,8}") {
            prop_assert_eq!(distance(&left, &right), distance(&right, &left));
            prop_assert_eq!(distance(&left, &right) == 0, left == right);
        }
    }
}
