//! What an added line turned out to be, and what follows for lines that are too short to be evidence.

use std::ops::Range;

use super::witness::Rest;
use crate::model::{LineClass, LineGrade, LineReason};

/// What an added line turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The `number`th line of a landed row.
    Edit {
        /// Index of the row.
        row: usize,
        /// From 0.
        number: usize,
    },
    /// Between lines of one landed row.
    Between {
        /// Index of the row.
        row: usize,
    },
    /// No edit wrote it.
    Rest(Rest),
}

/// Nobody's for sure.
pub(super) const TRIVIAL: Rest = (LineClass::Unknown, LineGrade::None, LineReason::Trivial);

/// Gives lines that are too short to be evidence the verdict of what was added around them.
///
/// `runs` are neighbours, and `verdicts` stand in their order, one a line.
pub(super) fn settle(runs: &[Range<usize>], is_trivial: impl Fn(usize) -> bool, verdicts: &mut [Verdict]) {
    let mut start = 0;
    for run in runs {
        let of_run = &mut verdicts[start..start + run.len()];
        start += run.len();
        let known: Vec<Option<Verdict>> =
            run.clone().zip(of_run.iter()).map(|(line, verdict)| (!is_trivial(line)).then_some(*verdict)).collect();
        let before = last_known(known.iter());
        let after = last_known(known.iter().rev());
        for (at, verdict) in of_run.iter_mut().enumerate().filter(|(at, _)| known[*at].is_none()) {
            *verdict = between(before[at], after[run.len() - 1 - at], *verdict);
        }
    }
}

/// Returns for every place the last verdict up to it.
fn last_known<'v>(verdicts: impl Iterator<Item = &'v Option<Verdict>>) -> Vec<Option<Verdict>> {
    verdicts
        .scan(None, |last, verdict| {
            *last = verdict.or(*last);
            Some(*last)
        })
        .collect()
}

/// Decides a line that is too short to be evidence; `own` is what would be true of it alone.
fn between(before: Option<Verdict>, after: Option<Verdict>, own: Verdict) -> Verdict {
    let row = |verdict: Verdict| match verdict {
        Verdict::Edit { row, .. } | Verdict::Between { row } => Some(row),
        Verdict::Rest(_) => None,
    };
    let (one, other) = match (before.or(after), after.or(before)) {
        (Some(one), Some(other)) => (one, other),
        _ => return own,
    };
    match (row(one), row(other), one, other) {
        (Some(one), Some(other), ..) if one == other => Verdict::Between { row: one },
        (None, None, Verdict::Rest(one), Verdict::Rest(other)) if one.0 == LineClass::Human && other.0 == one.0 => {
            Verdict::Rest((LineClass::Human, LineGrade::Inferred, LineReason::Between))
        }
        (None, None, Verdict::Rest(one), Verdict::Rest(other)) if one == other => Verdict::Rest(one),
        _ => Verdict::Rest(TRIVIAL),
    }
}
