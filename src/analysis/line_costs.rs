//! What a line cost: its request's share of the commit, divided by the lines of the request that landed there.

use std::collections::HashMap;

use crate::model::NanoUsd;
use crate::store::LandedFact;

/// Where the lines of each landed row stand among all lines of their request in the commit.
#[derive(Debug, Default)]
pub(super) struct LineCosts {
    lines_of_call: HashMap<(i64, i64), i64>,
    first: HashMap<(i64, i64, i64), i64>,
}

impl LineCosts {
    /// `landed` is in a fixed order, and holds all rows of its commits.
    pub(super) fn new(landed: &[LandedFact]) -> LineCosts {
        let mut costs = LineCosts::default();
        for row in landed {
            let Some(call) = row.call else { continue };
            let so_far = costs.lines_of_call.entry((row.git_commit, call)).or_default();
            costs.first.insert((row.git_commit, row.path, row.tool_call), *so_far);
            *so_far += row.lines.max(0);
        }
        costs
    }

    /// Returns the cost of the `number`th line (from 0) of a landed row; the parts of a share sum to it.
    pub(super) fn of(&self, row: &LandedFact, number: usize) -> Option<NanoUsd> {
        let (call, share) = row.call.zip(row.share)?;
        let lines = *self.lines_of_call.get(&(row.git_commit, call))?;
        let at = self.first.get(&(row.git_commit, row.path, row.tool_call))? + i64::try_from(number).ok()?;
        let (part, rest) = (share.checked_div(lines)?, share.checked_rem(lines)?);
        Some(NanoUsd(part + i64::from(at < rest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_lines_of_a_request_sum_to_its_share(lines in prop::collection::vec(1i64..9, 1..6), share in 0i64..1_000_000) {
            let row = |(index, lines): (usize, &i64)| LandedFact {
                git_commit: 1,
                path: index as i64 / 2,
                tool_call: index as i64,
                lines: *lines,
                call: Some(7),
                share: Some(share),
                ..LandedFact::default()
            };
            let landed: Vec<LandedFact> = lines.iter().enumerate().map(row).collect();
            let costs = LineCosts::new(&landed);
            let all = landed.iter().flat_map(|row| (0..row.lines as usize).map(|number| costs.of(row, number).unwrap().0));
            let all: Vec<i64> = all.collect();
            prop_assert_eq!(all.iter().sum::<i64>(), share);
            prop_assert!(all.iter().max().unwrap() - all.iter().min().unwrap() <= 1);
        }
    }
}
