//! What landings before cost in the middle.

use super::counted::nano;
use super::input::Input;
use crate::model::NanoUsd;
use crate::notes::Sum;
use crate::report::PullMedian;

/// So many landings with a trace are compared with.
const LANDINGS: usize = 50;

/// Returns the median over the last landings that have a priced note.
pub(super) fn median(input: &Input) -> Option<PullMedian> {
    let cost = |parts: &Vec<_>| {
        let total = Sum::of(parts.iter().filter_map(|id| input.notes.get(id))).total();
        Some(nano(&total)).filter(|cost| *cost > NanoUsd(0))
    };
    let mut costs: Vec<NanoUsd> = input.landings.iter().filter_map(cost).take(LANDINGS).collect();
    costs.sort_unstable();
    Some(PullMedian { landings: costs.len() as u64, cost: middle(&costs)? })
}

/// The middle value, or the mean of the two in the middle.
fn middle(sorted: &[NanoUsd]) -> Option<NanoUsd> {
    let (low, high) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
    Some(NanoUsd(low.0 + (high.0 - low.0) / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_a_value_or_lies_between_two() {
        let of = |numbers: &[i64]| middle(&numbers.iter().map(|number| NanoUsd(*number)).collect::<Vec<_>>());
        assert_eq!(
            (of(&[]), of(&[7]), of(&[1, 5]), of(&[1, 2, 9])),
            (None, Some(NanoUsd(7)), Some(NanoUsd(3)), Some(NanoUsd(2)))
        );
    }
}
