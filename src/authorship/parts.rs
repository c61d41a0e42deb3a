//! Which part of its request's share each landed line has.

use std::collections::HashMap;

use crate::store::{LandedFact, LinePart};

/// Where the lines of each landed row stand among all lines of their request in the commit.
#[derive(Debug, Default)]
pub(super) struct Parts {
    lines_of_call: HashMap<(i64, i64), i64>,
    first: HashMap<(i64, i64, i64), i64>,
}

impl Parts {
    /// `landed` is in a fixed order, and holds all rows of its commits.
    pub(super) fn new(landed: &[LandedFact]) -> Parts {
        let mut parts = Parts::default();
        for row in landed {
            let Some(call) = row.call else { continue };
            let so_far = parts.lines_of_call.entry((row.git_commit, call)).or_default();
            parts.first.insert((row.git_commit, row.path, row.tool_call), *so_far);
            *so_far += row.lines.max(0);
        }
        parts
    }

    /// Returns the part of the `number`th line (from 0) of a landed row.
    pub(super) fn of(&self, row: &LandedFact, number: usize) -> Option<LinePart> {
        let parts = *self.lines_of_call.get(&(row.git_commit, row.call?))?;
        let at = self.first.get(&(row.git_commit, row.path, row.tool_call))? + i64::try_from(number).ok()?;
        Some(LinePart { number: u32::try_from(at).ok()?, parts: u32::try_from(parts).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_lines_of_a_request_have_each_part_once(lines in prop::collection::vec(1i64..9, 1..6)) {
            let row = |(index, lines): (usize, &i64)| LandedFact {
                git_commit: 1,
                path: index as i64 / 2,
                tool_call: index as i64,
                lines: *lines,
                call: Some(7),
                ..LandedFact::default()
            };
            let landed: Vec<LandedFact> = lines.iter().enumerate().map(row).collect();
            let parts = Parts::new(&landed);
            let all = landed.iter().flat_map(|row| (0..row.lines as usize).map(|number| parts.of(row, number).unwrap()));
            let mut all: Vec<LinePart> = all.collect();
            all.sort_by_key(|part| part.number);
            let sum = lines.iter().sum::<i64>() as u32;
            prop_assert_eq!(all, (0..sum).map(|number| LinePart { number, parts: sum }).collect::<Vec<_>>());
        }
    }
}
