//! Every line a file ever had while it was changed, in one sequence: who brought it, and who took it away.
//!
//! Lines that are gone stay in their place, so any state in between can be read off, also one that was never on disk
//! as a whole.

use rustc_hash::FxHashMap;

use super::difference::Difference;
use crate::model::{Hunk, LineMark};

/// One line of any state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Strand {
    pub(super) mark: LineMark,
    /// The change that brought it; `None` was there from the beginning.
    pub(super) born: Option<usize>,
    /// It is known that the change wrote this line, and not only that it was there afterwards.
    pub(super) is_sure: bool,
    /// The change that took it away.
    pub(super) died: Option<usize>,
}

/// How a change fitted into the state before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Every line it was made from stood there.
    Whole,
    /// What it makes stood there already.
    Already,
    /// Somebody else changed lines around it meanwhile; which, it tells itself.
    Outside,
    /// Somebody else changed the file meanwhile.
    Loose,
    /// What it was made from stands nowhere.
    Lost,
}

/// A file while it was changed.
#[derive(Debug, Clone, Default)]
pub(super) struct Weave {
    pub(super) strands: Vec<Strand>,
    /// Indexes of the lines that are there now.
    alive: Vec<usize>,
    /// How often each line is there now, less how often it is there in the end.
    balance: FxHashMap<LineMark, isize>,
    /// How many lines only one of the two has, in whatever order.
    distance: usize,
}

impl Weave {
    /// Begins with the lines before; those of the `end` are only counted.
    pub(super) fn new(lines: &[LineMark], end: &[LineMark]) -> Weave {
        let strand = |mark: &LineMark| Strand { mark: *mark, born: None, is_sure: true, died: None };
        let strands = lines.iter().map(strand).collect();
        let mut weave = Weave { strands, alive: (0..lines.len()).collect(), ..Weave::default() };
        lines.iter().for_each(|mark| weave.count(*mark, 1));
        end.iter().for_each(|mark| weave.count(*mark, -1));
        weave
    }

    /// Returns how many lines only the state now or the state in the end has, in whatever order.
    pub(super) fn distance(&self) -> usize {
        self.distance
    }

    fn count(&mut self, mark: LineMark, by: isize) {
        let balance = self.balance.entry(mark).or_default();
        self.distance -= balance.unsigned_abs();
        *balance += by;
        self.distance += balance.unsigned_abs();
    }

    /// Returns the lines that are there now.
    pub(super) fn marks(&self) -> Vec<LineMark> {
        self.alive.iter().map(|at| self.strands[*at].mark).collect()
    }

    /// Writes the whole file anew; lines that stay keep their writers.
    ///
    /// `is_known` tells that the state before is really the one that was there.
    pub(super) fn write(&mut self, change: usize, lines: &[LineMark], is_known: bool) -> Fit {
        let before = self.marks();
        if before == lines {
            return if is_known { Fit::Whole } else { Fit::Already };
        }
        for (old, new) in Difference::between(&before, lines).changes.into_iter().rev() {
            self.replace(change, old.start, old.len(), &lines[new], is_known);
        }
        if is_known { Fit::Whole } else { Fit::Loose }
    }

    /// Applies the hunks of a change; returns the worst fit of any.
    pub(super) fn apply(&mut self, change: usize, hunks: &[Hunk]) -> Fit {
        let (mut worst, mut shift) = (Fit::Whole, 0isize);
        let mut is_already = !hunks.is_empty();
        for hunk in hunks {
            let fit = self.apply_one(change, hunk, &mut shift);
            is_already &= fit == Fit::Already;
            if fit != Fit::Already {
                worst = worst.max(fit);
            }
        }
        if is_already { Fit::Already } else { worst }
    }

    fn apply_one(&mut self, change: usize, hunk: &Hunk, shift: &mut isize) -> Fit {
        let marks = self.marks();
        let expected = (hunk.new_start > 0).then(|| (hunk.new_start as usize - 1).saturating_add_signed(*shift));
        let is_at = |lines: &[LineMark], at: usize| marks.get(at..).is_some_and(|rest| rest.starts_with(lines));
        let is_gone = !hunk.old.is_empty() && expected.is_some_and(|at| is_at(&hunk.old, at));
        let is_there = !hunk.new.is_empty() && expected.is_some_and(|at| is_at(&hunk.new, at));
        if is_gone {
            self.put(change, hunk, expected.unwrap_or(0), (0, 0));
            return Fit::Whole;
        }
        if hunk.old.is_empty() {
            return self.insert(change, hunk, expected.unwrap_or(0), is_there);
        }
        if is_there {
            return Fit::Already;
        }
        let (old, new) = (only(&marks, &hunk.old), only(&marks, &hunk.new));
        match (old, new) {
            (Some(at), _) => {
                if let Some(expected) = expected {
                    *shift += at.cast_signed() - expected.cast_signed();
                }
                self.put(change, hunk, at, (0, 0));
                Fit::Whole
            }
            (None, Some(_)) => Fit::Already,
            (None, None) => self.apply_loosely(change, hunk, &marks),
        }
    }

    /// Lines that came from nothing: only the beginning of an empty file is sure to be their place.
    fn insert(&mut self, change: usize, hunk: &Hunk, at: usize, is_there: bool) -> Fit {
        match (is_there, self.alive.is_empty()) {
            (true, _) => Fit::Already,
            (false, is_empty) => {
                self.replace(change, at.min(self.alive.len()), 0, &hunk.new, true);
                if is_empty { Fit::Whole } else { Fit::Loose }
            }
        }
    }

    /// Tries with ever less of what is around the lines that changed.
    fn apply_loosely(&mut self, change: usize, hunk: &Hunk, marks: &[LineMark]) -> Fit {
        let (before, after) = hunk.context();
        for less in 1..=before.max(after) {
            let cut = (less.min(before), less.min(after));
            let old = &hunk.old[cut.0..hunk.old.len() - cut.1];
            let has_evidence = old.iter().any(|mark| !mark.is_trivial());
            if let Some(at) = only(marks, old).filter(|_| has_evidence) {
                self.put_outside(change, hunk, at, cut);
                return Fit::Outside;
            }
        }
        Fit::Lost
    }

    /// Puts a hunk where a part of it fits. The other lines it was made from stood there: somebody wrote them.
    fn put_outside(&mut self, change: usize, hunk: &Hunk, at: usize, cut: (usize, usize)) {
        let end = at + hunk.old.len() - cut.0 - cut.1;
        let after = end..(end + cut.1).min(self.alive.len());
        self.see(change, after, &hunk.old[hunk.old.len() - cut.1..]);
        self.put(change, hunk, at, cut);
        self.see(change, at.saturating_sub(cut.0)..at, &hunk.old[..cut.0]);
    }

    /// Adds lines that stood there when a change was made, and that no change is known to have brought.
    fn see(&mut self, change: usize, place: std::ops::Range<usize>, lines: &[LineMark]) {
        let known: Vec<LineMark> = self.alive[place.clone()].iter().map(|at| self.strands[*at].mark).collect();
        for (gone, came) in Difference::between(&known, lines).changes.into_iter().rev() {
            self.replace(change, place.start + gone.end, 0, &lines[came], false);
        }
    }

    /// Puts a hunk where it fits, without the first and last lines that `cut` leaves out.
    fn put(&mut self, change: usize, hunk: &Hunk, at: usize, cut: (usize, usize)) {
        let old = &hunk.old[cut.0..hunk.old.len() - cut.1];
        let new = &hunk.new[cut.0..hunk.new.len() - cut.1];
        for (gone, came) in Difference::between(old, new).changes.into_iter().rev() {
            self.replace(change, at + gone.start, gone.len(), &new[came], true);
        }
    }

    /// Takes lines away and puts others in their place.
    fn replace(&mut self, change: usize, at: usize, count: usize, lines: &[LineMark], is_sure: bool) {
        for place in at..at + count {
            let index = self.alive[place];
            self.strands[index].died = Some(change);
            self.count(self.strands[index].mark, -1);
        }
        lines.iter().for_each(|mark| self.count(*mark, 1));
        // After the lines that went, before whatever follows.
        let place = match (at + count).checked_sub(1) {
            Some(last) => self.alive[last] + 1,
            None => 0,
        };
        let strand = |mark: &LineMark| Strand { mark: *mark, born: Some(change), is_sure, died: None };
        self.strands.splice(place..place, lines.iter().map(strand));
        let later = self.alive.split_off(at + count);
        self.alive.truncate(at);
        self.alive.extend(place..place + lines.len());
        self.alive.extend(later.into_iter().map(|index| index + lines.len()));
    }
}

/// Returns the only place where lines stand.
fn only(all: &[LineMark], lines: &[LineMark]) -> Option<usize> {
    let first = lines.first()?;
    let mut places = (0..all.len()).filter(|at| all[*at] == *first && all[*at..].starts_with(lines));
    let place = places.next()?;
    places.next().is_none().then_some(place)
}
