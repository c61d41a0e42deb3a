//! What a line cost: its request's share of the commit, divided by the lines of the request that landed there.

use crate::model::NanoUsd;
use crate::store::LinePart;

/// Returns the cost of the line that stands `offset` lines after the one with `part`; the parts of a share sum to it.
pub(super) fn cost_of(share: i64, part: LinePart, offset: u32) -> Option<NanoUsd> {
    let parts = i64::from(part.parts);
    let (one, rest) = (share.checked_div(parts)?, share.checked_rem(parts)?);
    Some(NanoUsd(one + i64::from(i64::from(part.number) + i64::from(offset) < rest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_parts_of_a_share_sum_to_it(parts in 1u32..40, share in 0i64..1_000_000, cut in 0u32..40) {
            let part = |number: u32| LinePart { number, parts };
            let cut = cut.min(parts);
            let head = (0..cut).map(|offset| cost_of(share, part(0), offset).unwrap().0);
            let tail = (0..parts - cut).map(|offset| cost_of(share, part(cut), offset).unwrap().0);
            let all: Vec<i64> = head.chain(tail).collect();
            prop_assert_eq!(all.iter().sum::<i64>(), share);
            prop_assert!(all.iter().max().unwrap() - all.iter().min().unwrap() <= 1);
            prop_assert_eq!(cost_of(share, LinePart { number: 0, parts: 0 }, 0), None);
        }
    }
}
