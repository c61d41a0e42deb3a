//! Decides the lines of one commit: by the states of the file as far as these are known, then by content.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::ground::{CLOCK_SLACK_MS, Ground};
use super::owners::{Source, owners};
use super::replayed::{Told, counted};
use super::verdict::{TRIVIAL, Verdict, settle};
use super::witness::Rest;
use crate::git::CommitLines;
use crate::lines::Owner;
use crate::model::{LineClass, LineGrade, LineHash, LineReason};
use crate::store::{LandedFact, LineCandidate, LineFileRows, LineRecord};

/// One commit on what is known.
pub(super) struct Case<'g> {
    pub(super) ground: &'g Ground,
    pub(super) commit: &'g LineCandidate,
    /// What holds for lines that no edit wrote.
    pub(super) rest: Rest,
    /// Lines that the commit took out of some file: where it adds one again, it moved.
    pub(super) removed: &'g HashSet<LineHash>,
}

/// Lines of the file that one tool call landed in the commit.
struct Landing<'g> {
    row: &'g LandedFact,
    /// So many of them have a place.
    placed: usize,
}

/// The lines a commit added to one file, while they are decided.
struct Lines<'f> {
    file: &'f CommitLines,
    /// Indexes of added lines.
    added: Vec<usize>,
    verdicts: Vec<Option<Verdict>>,
}

impl Lines<'_> {
    fn hash(&self, at: usize) -> Option<LineHash> {
        self.file.new[self.added[at]].hash()
    }
}

impl Case<'_> {
    /// Decides the lines that the commit added to one file.
    pub(super) fn decide(&self, file: &CommitLines) -> LineFileRows {
        let added: Vec<usize> = file.added.iter().cloned().flatten().collect();
        let verdicts = vec![None; added.len()];
        let mut lines = Lines { file, added, verdicts };
        let (mut landings, is_copy) = self.landings(file);
        let told = self.told(file);
        if let Some(told) = &told {
            self.by_states(told, &mut lines, &mut landings, is_copy);
        }
        self.by_content(told.as_ref(), &mut lines, &mut landings, is_copy);
        let verdicts = self.by_rest(told.as_ref(), lines.verdicts, &lines.added, file);
        let numbered = lines.added.iter().zip(verdicts);
        let records = joined(numbered.map(|(line, verdict)| record(*line, verdict)));
        LineFileRows { path: file.path.clone(), blob: file.blob, records }
    }

    /// Returns what landed in the file, the latest first; tells whether it landed in a commit of the same change.
    fn landings(&self, file: &CommitLines) -> (Vec<Landing<'_>>, bool) {
        let (rows, is_copy) = self.ground.rows(self.commit);
        let rows = rows.iter().map(|row| &self.ground.landed[*row]);
        let is_here = |row: &&LandedFact| self.ground.names.get(row.path) == Some(&file.path);
        let mut landings: Vec<_> = rows.filter(is_here).map(|row| Landing { row, placed: 0 }).collect();
        landings.sort_by_key(|landing| Reverse((landing.row.at, landing.row.tool_call)));
        (landings, is_copy)
    }

    /// Gives the lines to tool calls whose changes brought them.
    fn by_states(&self, told: &Told<'_>, lines: &mut Lines<'_>, landings: &mut [Landing<'_>], is_copy: bool) {
        for at in 0..lines.added.len() {
            let hash = lines.hash(at);
            lines.verdicts[at] = match told.owner(lines.added[at]) {
                (Owner::Step(_), Some(change)) => {
                    let (tool_call, session) = (change.fact.tool_call, change.fact.session);
                    let (grade, reason) = match told.is_complete {
                        true => (LineGrade::Exact, LineReason::State),
                        false => (LineGrade::Matched, LineReason::Edit),
                    };
                    let landing = landings.iter_mut().find(|landing| landing.row.tool_call == tool_call);
                    let part = landing.filter(|_| hash.is_some() && !is_copy).and_then(|landing| self.place(landing));
                    Some(Verdict::Agent { tool_call, session, grade, reason, part })
                }
                (Owner::Unclear, _) if hash.is_none() => Some(Verdict::Rest(TRIVIAL)),
                (Owner::Unclear, _) if self.rest.0 == LineClass::Human => {
                    Some(Verdict::Rest((LineClass::Unknown, LineGrade::None, LineReason::Ambiguous)))
                }
                (Owner::Unclear, _) => Some(Verdict::Rest(self.rest)),
                _ => None,
            };
        }
    }

    /// Takes the next of the lines that landed.
    fn place(&self, landing: &mut Landing<'_>) -> Option<crate::store::LinePart> {
        let lines = usize::try_from(landing.row.lines).unwrap_or(0);
        (landing.placed < lines).then(|| {
            landing.placed += 1;
            self.ground.parts.of(landing.row, landing.placed - 1)
        })?
    }

    /// Gives lines that landed and have no place yet to what was added and has no owner yet.
    fn by_content(&self, told: Option<&Told<'_>>, lines: &mut Lines<'_>, landings: &mut [Landing<'_>], is_copy: bool) {
        let sources: Vec<Source> = landings.iter().map(|landing| self.source(told, lines, landing)).collect();
        let hashes: Vec<Option<LineHash>> =
            (0..lines.added.len()).map(|at| lines.hash(at).filter(|_| lines.verdicts[at].is_none())).collect();
        for (at, source) in owners(&hashes, &sources).into_iter().enumerate() {
            let Some(landing) = source.map(|source| &mut landings[source]) else { continue };
            let LandedFact { tool_call, session, .. } = *landing.row;
            let part = self.place(landing).filter(|_| !is_copy);
            let reason = if is_copy { LineReason::EditOfCopy } else { LineReason::Edit };
            lines.verdicts[at] = Some(Verdict::Agent { tool_call, session, grade: LineGrade::Matched, reason, part });
        }
    }

    /// Returns what a tool call may have written of the lines that have no owner yet.
    fn source(&self, told: Option<&Told<'_>>, lines: &Lines<'_>, landing: &Landing<'_>) -> Source {
        let tool_call = landing.row.tool_call;
        let free = usize::try_from(landing.row.lines).unwrap_or(0).saturating_sub(landing.placed);
        if let Some(left) = told.and_then(|told| told.left_of(tool_call)) {
            return Source::new(free, left);
        }
        let is_own = |at: &usize| matches!(lines.verdicts[*at], Some(Verdict::Agent { tool_call: owner, .. }) if owner == tool_call);
        let own = (0..lines.added.len()).filter(is_own).filter_map(|at| lines.hash(at));
        let mut placed: HashMap<LineHash, usize> = counted(own);
        let is_left = |line: &LineHash| match placed.get_mut(line) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        };
        Source::new(free, self.ground.lines_of(tool_call).filter(is_left))
    }

    /// Decides what no tool call is known to have written.
    fn by_rest(
        &self,
        told: Option<&Told<'_>>,
        verdicts: Vec<Option<Verdict>>,
        added: &[usize],
        file: &CommitLines,
    ) -> Vec<Verdict> {
        let is_complete = told.is_some_and(|told| told.is_complete);
        let until = self.commit.at.saturating_add(CLOCK_SLACK_MS);
        let is_human = self.rest.0 == LineClass::Human;
        // What was written before a rename was written under the other name.
        let paths = || std::iter::once(&file.path).chain(&file.old_path);
        let is_doubtful = is_human && paths().any(|path| self.ground.is_doubtful(path, until));
        let own_rest = if is_doubtful { MAY_BE_A_COMMANDS } else { self.rest };
        let is_asked = is_human && !is_complete;
        let written: HashSet<LineHash> = match is_asked {
            true => paths().flat_map(|path| self.ground.written_to(path, until)).collect(),
            false => HashSet::new(),
        };
        let is_open: Vec<bool> = (verdicts.iter().zip(added))
            .map(|(verdict, line)| verdict.is_none() && file.new[*line].is_trivial() && !is_complete)
            .collect();
        let may_have_moved = |line: usize| told.is_some_and(|told| told.may_have_moved(file.new[line]));
        let rest = |(verdict, line): (Option<Verdict>, &usize)| match (verdict, own_rest.0) {
            (Some(verdict), _) => verdict,
            (None, LineClass::Human) if is_complete && may_have_moved(*line) => match file.new[*line].is_trivial() {
                true => Verdict::Rest(TRIVIAL),
                false => Verdict::Rest((LineClass::Unknown, LineGrade::None, LineReason::OtherEdit)),
            },
            (None, LineClass::Human) if is_complete && !self.has_moved(file.new[*line].hash()) => {
                Verdict::Rest((LineClass::Human, LineGrade::Exact, LineReason::OutsideStates))
            }
            (None, _) => Verdict::Rest(self.doubted(own_rest, file.new[*line].hash(), &written)),
        };
        let mut verdicts: Vec<Verdict> = verdicts.into_iter().zip(added).map(rest).collect();
        settle(&file.added, &is_open, &mut verdicts);
        verdicts
    }

    /// A line that some session wrote into this file is no person's, even if it landed elsewhere; one that only moved,
    /// or changed its indent, is whose it was.
    fn doubted(&self, rest: Rest, hash: Option<LineHash>, written: &HashSet<LineHash>) -> Rest {
        match (rest, hash) {
            ((LineClass::Human, ..), Some(hash)) if written.contains(&hash) => {
                (LineClass::Unknown, LineGrade::None, LineReason::OtherEdit)
            }
            ((LineClass::Human, ..), hash) if self.has_moved(hash) => {
                (LineClass::Unknown, LineGrade::None, LineReason::Moved)
            }
            ((_, _, LineReason::NotInEdits), None) => TRIVIAL,
            (rest, _) => rest,
        }
    }

    fn has_moved(&self, hash: Option<LineHash>) -> bool {
        hash.is_some_and(|hash| self.removed.contains(&hash))
    }
}

/// A command changed the file, or somebody else while it ran.
const MAY_BE_A_COMMANDS: Rest = (LineClass::Unknown, LineGrade::None, LineReason::Command);

fn record(line: usize, verdict: Verdict) -> LineRecord {
    let first = u32::try_from(line + 1).unwrap_or(u32::MAX);
    let (path, count) = (0, 1);
    match verdict {
        Verdict::Rest((class, grade, reason)) => {
            LineRecord { path, first, count, class, grade, reason, session: None, tool_call: None, part: None }
        }
        Verdict::Agent { tool_call, session, grade, reason, part } => {
            let (class, session, tool_call) = (LineClass::Agent, Some(session), Some(tool_call));
            LineRecord { path, first, count, class, grade, reason, session, tool_call, part }
        }
    }
}

/// Joins neighbours of which the same is true; the lines come in ascending order.
fn joined(lines: impl Iterator<Item = LineRecord>) -> Vec<LineRecord> {
    let mut all: Vec<LineRecord> = Vec::new();
    for line in lines {
        match all.last_mut() {
            Some(last) if follows(last, &line) => last.count += 1,
            _ => all.push(line),
        }
    }
    all
}

fn follows(last: &LineRecord, line: &LineRecord) -> bool {
    let said = |record: &LineRecord| {
        (
            record.class,
            record.grade,
            record.reason,
            record.session,
            record.tool_call,
            record.part.map(|part| part.parts),
        )
    };
    let is_next_part = match (last.part, line.part) {
        (Some(last_part), Some(part)) => part.number == last_part.number + last.count,
        (None, None) => true,
        _ => false,
    };
    last.first + last.count == line.first && said(last) == said(line) && is_next_part
}
