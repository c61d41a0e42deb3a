//! What an added line turned out to be, and what follows for lines that are too short to be evidence.

use std::ops::Range;

use super::witness::Rest;
use crate::model::{LineClass, LineGrade, LineReason};
use crate::store::LinePart;

/// What an added line turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A tool call wrote it.
    Agent {
        /// Key of the tool call.
        tool_call: i64,
        /// Key of its session.
        session: i64,
        grade: LineGrade,
        reason: LineReason,
        /// Its part of the cost.
        part: Option<LinePart>,
    },
    /// No tool call is known to have written it.
    Rest(Rest),
}

/// Nobody's for sure.
pub(super) const TRIVIAL: Rest = (LineClass::Unknown, LineGrade::None, LineReason::Trivial);

/// Gives open lines, which are too short to be evidence, the verdict of what was added around them.
///
/// `runs` are neighbours; `is_open` and `verdicts` stand in their order, one a line.
pub(super) fn settle(runs: &[Range<usize>], is_open: &[bool], verdicts: &mut [Verdict]) {
    let mut start = 0;
    for length in runs.iter().map(ExactSizeIterator::len) {
        settle_run(&is_open[start..start + length], &mut verdicts[start..start + length]);
        start += length;
    }
}

fn settle_run(is_open: &[bool], verdicts: &mut [Verdict]) {
    let known: Vec<Option<Verdict>> =
        is_open.iter().zip(verdicts.iter()).map(|(is_open, verdict)| (!is_open).then_some(*verdict)).collect();
    let before = last_known(known.iter());
    let after = last_known(known.iter().rev());
    let length = verdicts.len();
    for (at, verdict) in verdicts.iter_mut().enumerate().filter(|(at, _)| is_open[*at]) {
        *verdict = between(before[at], after[length - 1 - at], *verdict);
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
    let (one, other) = match (before.or(after), after.or(before)) {
        (Some(one), Some(other)) => (one, other),
        _ => return own,
    };
    let (grade, reason) = (LineGrade::Inferred, LineReason::Between);
    match (one, other) {
        (Verdict::Agent { tool_call, session, .. }, Verdict::Agent { tool_call: other, .. }) if tool_call == other => {
            Verdict::Agent { tool_call, session, grade, reason, part: None }
        }
        (Verdict::Rest(one), Verdict::Rest(other)) if one.0 == LineClass::Human && other.0 == one.0 => {
            Verdict::Rest((LineClass::Human, grade, reason))
        }
        (Verdict::Rest(one), Verdict::Rest(other)) if one == other => Verdict::Rest(one),
        _ => Verdict::Rest(TRIVIAL),
    }
}
