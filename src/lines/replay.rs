//! Who wrote each line of a state that changes led to.
//!
//! The changes are repeated from the state before. A line of the state after is the writer's of the line it stands
//! for; lines that stand for none came from somebody whose changes are not among these.

use rustc_hash::FxHashSet;

use super::difference::Difference;
use super::weave::{Fit, Strand, Weave};
use crate::model::{Hunk, LineMark};

/// One change of a file.
#[derive(Debug, Clone, Copy)]
pub struct Step<'s> {
    /// What changed.
    pub hunks: &'s [Hunk],
    /// The hunk writes the whole file.
    pub is_whole: bool,
    /// Sum of the file before, where it is known.
    pub before_sum: Option<i64>,
}

/// Whose a line of the state after is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The change brought it.
    Step(usize),
    /// It stood there before the changes.
    Before,
    /// No change brought it.
    Nobody,
    /// It is one of several equal lines beside each other, of which not all are of one writer.
    Unclear,
}

/// What a replay says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// Owners of the lines of the state after.
    pub owners: Vec<Owner>,
    /// How each change fitted.
    pub fits: Vec<Fit>,
    /// Some change brought lines, and those that did not fit wrote nothing that has no owner: what none of them brought,
    /// was written by somebody else.
    pub is_complete: bool,
    /// Lines that each change brought, that were there in the end, and that stand for no line of the state after: they
    /// may have moved.
    pub left: Vec<Vec<LineMark>>,
}

/// Repeats changes from the state `before`, and says who wrote the lines of `after`.
pub fn replay(before: &[LineMark], steps: &[Step<'_>], after: &[LineMark]) -> Replayed {
    let mut weave = Weave::new(before, after);
    let mut best = (weave.distance(), None);
    let mut fits = Vec::with_capacity(steps.len());
    for (number, step) in steps.iter().enumerate() {
        let fit = take(&mut weave, number, step);
        fits.push(fit);
        // The state that is most like the one after: later changes may not be in it.
        best = if weave.distance() <= best.0 { (weave.distance(), Some(number)) } else { best };
    }
    let (mut owners, taken) = align(&weave.strands, best.1, after);
    unclear(after, &mut owners);
    let is_bad = |fit: &Fit| matches!(fit, Fit::Loose | Fit::Lost);
    let misfits = steps.iter().zip(&fits).filter(|(_, fit)| is_bad(fit)).flat_map(|(step, _)| step.hunks);
    let has_any = owners.iter().any(|owner| matches!(owner, Owner::Step(_)));
    let is_complete = has_any && !wrote_any(misfits, after, &owners);
    let left = left(&weave.strands, &taken, best.1, steps.len());
    Replayed { owners, fits, is_complete, left }
}

/// Tells whether hunks write lines that have no owner.
pub fn wrote_any<'h>(hunks: impl IntoIterator<Item = &'h Hunk>, after: &[LineMark], owners: &[Owner]) -> bool {
    let is_free = |(_, owner): &(&LineMark, &Owner)| **owner == Owner::Nobody;
    let free: FxHashSet<LineMark> = after.iter().zip(owners).filter(is_free).map(|(mark, _)| *mark).collect();
    hunks.into_iter().flat_map(came).any(|mark| free.contains(mark))
}

/// Returns the lines that a hunk brings, without what is around them.
pub fn came(hunk: &Hunk) -> &[LineMark] {
    let (before, after) = hunk.context();
    &hunk.new[before..hunk.new.len() - after]
}

fn take(weave: &mut Weave, number: usize, step: &Step<'_>) -> Fit {
    match (step.is_whole, step.hunks) {
        (true, [whole]) => {
            let is_before = |lines: &[LineMark]| step.before_sum == Some(LineMark::sum(lines));
            let is_known = is_before(&weave.marks()) || is_before(&[]);
            weave.write(number, &whole.new, is_known)
        }
        _ => weave.apply(number, step.hunks),
    }
}

/// Finds for each line of `after` the strand it stands for: first among those there after the change `last`, then, in
/// the gaps, among those that came later. What was gone by then stands for nothing: who writes it again is its writer.
fn align(strands: &[Strand], last: Option<usize>, after: &[LineMark]) -> (Vec<Owner>, Vec<bool>) {
    let is_there = |strand: &Strand| {
        strand.born.is_none_or(|born| Some(born) <= last) && strand.died.is_none_or(|died| Some(died) > last)
    };
    let state: Vec<usize> = (0..strands.len()).filter(|at| is_there(&strands[*at])).collect();
    let marks: Vec<LineMark> = state.iter().map(|at| strands[*at].mark).collect();
    let mut stands_for: Vec<Option<usize>> = vec![None; after.len()];
    for (old, new) in Difference::between(&marks, after).kept(marks.len()) {
        stands_for[new] = Some(state[old]);
    }
    let is_later = |strand: &Strand| strand.born.is_some_and(|born| Some(born) > last);
    if strands.iter().any(is_later) {
        later(strands, &is_later, after, &mut stands_for);
    }
    let mut taken = vec![false; strands.len()];
    let mut owner = |strand: &Option<usize>| match strand {
        None => Owner::Nobody,
        Some(at) => {
            taken[*at] = true;
            match strands[*at] {
                Strand { born: Some(born), is_sure: true, .. } => Owner::Step(born),
                Strand { born: Some(_), .. } => Owner::Nobody,
                Strand { born: None, .. } => Owner::Before,
            }
        }
    };
    let owners = stands_for.iter().map(&mut owner).collect();
    (owners, taken)
}

/// Aligns what is left between aligned lines with the strands that came later and stand between theirs.
fn later(strands: &[Strand], is_later: &dyn Fn(&Strand) -> bool, after: &[LineMark], stands_for: &mut [Option<usize>]) {
    let (mut at, mut from) = (0, 0);
    while at < after.len() {
        if let Some(strand) = stands_for[at] {
            (at, from) = (at + 1, strand + 1);
            continue;
        }
        let end = (at..after.len()).find(|index| stands_for[*index].is_some()).unwrap_or(after.len());
        let until = stands_for.get(end).copied().flatten().unwrap_or(strands.len());
        let between: Vec<usize> = (from..until.max(from)).filter(|index| is_later(&strands[*index])).collect();
        let marks: Vec<LineMark> = between.iter().map(|index| strands[*index].mark).collect();
        for (old, new) in Difference::between(&marks, &after[at..end]).kept(marks.len()) {
            stands_for[at + new] = Some(between[old]);
        }
        at = end;
    }
}

/// Where a stretch of lines that nobody brought could as well begin one line higher or lower, the lines at its ends are
/// of either writer.
fn unclear(after: &[LineMark], owners: &mut [Owner]) {
    let is_nobodys = |owner: &Owner| *owner == Owner::Nobody;
    let mut start = 0;
    while start < after.len() {
        if !is_nobodys(&owners[start]) {
            start += 1;
            continue;
        }
        let end = (start..after.len()).find(|at| !is_nobodys(&owners[*at])).unwrap_or(after.len());
        let up = (1..=start).take_while(|by| after[start - by] == after[end - by]).count();
        let down = (0..after.len() - end).take_while(|by| after[start + by] == after[end + by]).count();
        for at in (start - up..start).chain(end - up.min(end - start)..end).chain(start..(start + down).min(end)) {
            owners[at] = Owner::Unclear;
        }
        (end..end + down).for_each(|at| owners[at] = Owner::Unclear);
        start = end + down;
    }
}

fn left(strands: &[Strand], taken: &[bool], last: Option<usize>, steps: usize) -> Vec<Vec<LineMark>> {
    let mut left = vec![Vec::new(); steps];
    for (strand, _) in strands.iter().zip(taken).filter(|(_, taken)| !**taken) {
        let is_there = strand.is_sure && strand.died.is_none_or(|died| Some(died) > last);
        if let Some(born) = strand.born.filter(|_| is_there) {
            left[born].push(strand.mark);
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::super::difference::hunks_between;
    use super::*;
    use proptest::prelude::*;

    /// A change of the file that is being typed: who (0 is a person), where, how many lines go, what comes.
    #[derive(Debug, Clone)]
    struct Typing {
        who: usize,
        at: usize,
        gone: usize,
        came: Vec<u64>,
    }

    /// `texts` different lines there are; numbers below three stand for trivial ones.
    fn typing(texts: std::ops::Range<u64>) -> impl Strategy<Value = Typing> {
        (0usize..3, 0usize..40, 0usize..4, prop::collection::vec(texts, 0..5))
            .prop_map(|(who, at, gone, came)| Typing { who, at, gone, came })
    }

    fn mark(number: u64) -> LineMark {
        match number {
            0..3 => LineMark::of(["}", "", "{"][number as usize].as_bytes()),
            _ => LineMark::of(format!("line {number}").as_bytes()),
        }
    }

    /// Who wrote a line; `None` was there before.
    type Writer = Option<usize>;

    /// A change by an agent: who, and the hunks.
    type Made = (usize, Vec<Hunk>);

    /// Types, and returns the changes of agents and the lines with their writers.
    fn typed(
        before: &[u64],
        typings: &[Typing],
        is_unique: bool,
    ) -> (Vec<LineMark>, Vec<Made>, Vec<(LineMark, Writer)>) {
        let mut next = 1_000;
        let start: Vec<LineMark> = before.iter().map(|number| mark(*number)).collect();
        let mut lines: Vec<(LineMark, Writer)> = start.iter().map(|mark| (*mark, None)).collect();
        let mut made = Vec::new();
        for typing in typings {
            let old: Vec<LineMark> = lines.iter().map(|line| line.0).collect();
            let at = typing.at.min(lines.len());
            let end = (at + typing.gone).min(lines.len());
            let mut line = |number: &u64| {
                next += 1;
                (if is_unique { mark(next) } else { mark(*number) }, Some(typing.who))
            };
            let came: Vec<(LineMark, Writer)> = typing.came.iter().map(&mut line).collect();
            lines.splice(at..end, came);
            let new: Vec<LineMark> = lines.iter().map(|line| line.0).collect();
            if typing.who > 0 && old != new {
                made.push((typing.who, hunks_between(&old, &new)));
            }
        }
        (start, made, lines)
    }

    fn replayed(start: &[LineMark], made: &[Made], lines: &[(LineMark, Writer)]) -> Replayed {
        let step = |(_, hunks): &'_ Made| -> Step<'static> {
            Step { hunks: hunks.clone().leak(), is_whole: false, before_sum: None }
        };
        let steps: Vec<Step<'_>> = made.iter().map(step).collect();
        let after: Vec<LineMark> = lines.iter().map(|line| line.0).collect();
        replay(start, &steps, &after)
    }

    proptest! {
        #[test]
        fn every_line_of_agents_alone_is_theirs(typings in prop::collection::vec(typing(0..9), 0..12), before in prop::collection::vec(10u64..40, 0..20)) {
            let typings: Vec<Typing> = typings.into_iter().filter(|typing| typing.who > 0).collect();
            let (start, made, lines) = typed(&before, &typings, true);
            let replayed = replayed(&start, &made, &lines);
            prop_assert!(replayed.fits.iter().all(|fit| *fit == Fit::Whole), "{:?}", replayed.fits);
            for (owner, (_, writer)) in replayed.owners.iter().zip(&lines) {
                let found = match owner {
                    Owner::Step(step) => Some(made[*step].0),
                    Owner::Before => None,
                    other => panic!("{other:?}"),
                };
                prop_assert_eq!(found, *writer);
            }
        }

        /// Whatever is typed, also equal lines and blank ones: no line of a person is an agent's.
        #[test]
        fn no_line_of_a_person_is_an_agents(typings in prop::collection::vec(typing(0..60), 0..12), before in prop::collection::vec(0u64..40, 0..20)) {
            let (start, made, lines) = typed(&before, &typings, true);
            let replayed = replayed(&start, &made, &lines);
            for (owner, (mark, writer)) in replayed.owners.iter().zip(&lines) {
                match owner {
                    Owner::Step(step) => prop_assert_eq!(Some(made[*step].0), *writer),
                    Owner::Before => prop_assert_eq!(*writer, None),
                    Owner::Nobody => {
                        let may_have_moved = made.iter().flat_map(|(_, hunks)| hunks).any(|hunk| came(hunk).contains(mark));
                        let is_agents = writer.is_some_and(|who| who > 0);
                        prop_assert!(!replayed.is_complete || may_have_moved || !is_agents);
                    }
                    Owner::Unclear => {}
                }
            }
        }

        #[test]
        fn any_hunks_are_repeated_without_a_panic(
            before in prop::collection::vec(0u64..6, 0..9),
            after in prop::collection::vec(0u64..6, 0..9),
            hunks in prop::collection::vec((0u32..9, prop::collection::vec(0u64..6, 0..4), 0u32..9, prop::collection::vec(0u64..6, 0..4)), 0..6),
            is_whole in any::<bool>(),
        ) {
            let marks = |numbers: &[u64]| numbers.iter().map(|number| mark(*number)).collect::<Vec<_>>();
            let hunk = |(old_start, old, new_start, new): &(u32, Vec<u64>, u32, Vec<u64>)| {
                vec![Hunk { old_start: *old_start, old: marks(old), new_start: *new_start, new: marks(new) }]
            };
            let hunks: Vec<Vec<Hunk>> = hunks.iter().map(hunk).collect();
            let steps: Vec<Step<'_>> =
                hunks.iter().map(|hunks| Step { hunks, is_whole, before_sum: None }).collect();
            let replayed = replay(&marks(&before), &steps, &marks(&after));
            prop_assert_eq!((replayed.owners.len(), replayed.fits.len()), (after.len(), steps.len()));
        }
    }
}
