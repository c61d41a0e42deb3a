//! Decides the lines of one commit.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::ground::{CLOCK_SLACK_MS, Ground};
use super::owners::{Source, owners};
use super::verdict::{TRIVIAL, Verdict, settle};
use super::witness::Rest;
use crate::git::CommitLines;
use crate::model::{LineClass, LineGrade, LineHash, LineReason};
use crate::store::{LineCandidate, LineFileRows, LineRecord};

/// One commit on what is known.
pub(super) struct Case<'g> {
    pub(super) ground: &'g Ground,
    pub(super) commit: &'g LineCandidate,
    /// What holds for lines that no edit wrote.
    pub(super) rest: Rest,
}

impl Case<'_> {
    /// Decides the lines that the commit added to one file.
    pub(super) fn decide(&self, file: &CommitLines) -> LineFileRows {
        let (rows, is_copy) = self.ground.rows(self.commit);
        let landed = &self.ground.landed;
        let is_here = |row: &usize| self.ground.names.get(landed[*row].path) == Some(&file.path);
        let mut rows: Vec<usize> = rows.iter().copied().filter(is_here).collect();
        rows.sort_by_key(|row| Reverse((landed[*row].at, landed[*row].tool_call)));
        let verdicts = self.verdicts(file, &rows);
        let lines = file.added.iter().cloned().flatten();
        let record = |(line, verdict): (usize, Verdict)| self.record(line, verdict, is_copy);
        let records = joined(lines.zip(verdicts).map(record));
        LineFileRows { path: file.path.clone(), blob: file.blob, records }
    }

    fn verdicts(&self, file: &CommitLines, rows: &[usize]) -> Vec<Verdict> {
        let source = |row: &usize| {
            let row = &self.ground.landed[*row];
            Source::new(usize::try_from(row.lines).unwrap_or(0), self.ground.lines_of(row.tool_call))
        };
        let sources: Vec<Source> = rows.iter().map(source).collect();
        let hashes: Vec<Option<LineHash>> =
            file.added.iter().cloned().flatten().map(|line| file.new[line].hash()).collect();
        let until = self.commit.at.saturating_add(CLOCK_SLACK_MS);
        let is_doubtful = self.rest.0 == LineClass::Human;
        let written = if is_doubtful { self.ground.written_to(&file.path, until) } else { HashSet::new() };
        let mut next = vec![0; rows.len()];
        let mut verdict = |(owner, hash): (&Option<usize>, &Option<LineHash>)| match owner {
            Some(source) => {
                next[*source] += 1;
                Verdict::Edit { row: rows[*source], number: next[*source] - 1 }
            }
            None => Verdict::Rest(self.doubted(*hash, &written)),
        };
        let mut verdicts: Vec<Verdict> = owners(&hashes, &sources).iter().zip(&hashes).map(&mut verdict).collect();
        settle(&file.added, |line| file.new[line].is_trivial(), &mut verdicts);
        verdicts
    }

    /// A line that some session wrote into this file is no person's, even if it landed elsewhere.
    fn doubted(&self, hash: Option<LineHash>, written: &HashSet<LineHash>) -> Rest {
        match (self.rest, hash) {
            ((LineClass::Human, ..), Some(hash)) if written.contains(&hash) => {
                (LineClass::Unknown, LineGrade::None, LineReason::OtherEdit)
            }
            ((_, _, LineReason::NotInEdits), None) => TRIVIAL,
            (rest, _) => rest,
        }
    }

    fn record(&self, line: usize, verdict: Verdict, is_copy: bool) -> LineRecord {
        let first = u32::try_from(line + 1).unwrap_or(u32::MAX);
        let of = |row: Option<usize>, (class, grade, reason): Rest| {
            let row = row.map(|row| &self.ground.landed[row]);
            let (session, tool_call) = (row.map(|row| row.session), row.map(|row| row.tool_call));
            LineRecord { path: 0, first, count: 1, class, grade, reason, session, tool_call, part: None }
        };
        match verdict {
            Verdict::Rest(rest) => of(None, rest),
            Verdict::Between { row } => of(Some(row), (LineClass::Agent, LineGrade::Inferred, LineReason::Between)),
            Verdict::Edit { row, .. } if is_copy => {
                of(Some(row), (LineClass::Agent, LineGrade::Matched, LineReason::EditOfCopy))
            }
            Verdict::Edit { row, number } => LineRecord {
                part: self.ground.parts.of(&self.ground.landed[row], number),
                ..of(Some(row), (LineClass::Agent, LineGrade::Matched, LineReason::Edit))
            },
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
