//! Whose the lines of a commit are that no edit wrote.
//!
//! A person's only where everything is known that could have been written otherwise: a hook saw the commit and all
//! it was made from, and no session in it ran a command that can change files, but those whose files hooks saw.

use std::collections::{BTreeSet, HashMap};

use crate::model::{CommitId, LineClass, LineGrade, LineReason};
use crate::store::{LineCandidate, Reader, StoreError};

/// As long before a commit as an edit can land in it, milliseconds.
const MAX_AGE_MS: i64 = 14 * 86_400_000;

/// Clocks may differ, and a commit's time has whole seconds.
const CLOCK_SLACK_MS: i64 = 120_000;

/// So many generations of amended and rebased commits are followed.
const MAX_ORIGINS: usize = 256;

/// What is true of a line that no edit wrote.
pub(super) type Rest = (LineClass, LineGrade, LineReason);

/// Answers from the store, each asked once.
pub(super) struct Witness<'r> {
    reader: &'r Reader,
    commands: Option<HashMap<i64, Vec<i64>>>,
}

impl<'r> Witness<'r> {
    pub(super) fn new(reader: &'r Reader) -> Witness<'r> {
        Witness { reader, commands: None }
    }

    /// Returns what is true of the lines of a commit that no edit wrote.
    pub(super) fn rest(&mut self, commit: &LineCandidate) -> Result<Rest, StoreError> {
        if commit.parents > 1 {
            return Ok((LineClass::Unknown, LineGrade::None, LineReason::Merge));
        }
        let links = self.reader.rows("SELECT session FROM link WHERE git_commit = ?1", &[commit.key])?;
        let mut sessions: BTreeSet<i64> = links.iter().filter_map(|row| row.number(0)).collect();
        let was_seen = self.was_seen(&commit.id, &mut sessions)?;
        let grade = if sessions.len() == 1 { LineGrade::Declared } else { LineGrade::None };
        Ok(match (was_seen, sessions.is_empty()) {
            (false, _) => (LineClass::Unknown, grade, LineReason::NoEvidence),
            (true, true) => (LineClass::Human, LineGrade::Inferred, LineReason::NoSession),
            (true, false) => match self.doubt(&sessions, commit.at)? {
                Some(reason) => (LineClass::Unknown, grade, reason),
                None => (LineClass::Human, LineGrade::Inferred, LineReason::NotInEdits),
            },
        })
    }

    /// Tells whether hooks saw the commit being made, and every commit it was made from; adds their sessions.
    fn was_seen(&self, id: &CommitId, sessions: &mut BTreeSet<i64>) -> Result<bool, StoreError> {
        let (mut all, mut at) = (vec![*id], 0);
        while let Some(id) = all.get(at).copied() {
            let olds = self.reader.rewritten_from(&id)?;
            let Some(sighted) = self.reader.sighted(&id)? else { return Ok(false) };
            // What a replay brings was written elsewhere: that must be known.
            if (sighted.is_replay && olds.is_empty()) || all.len() > MAX_ORIGINS {
                return Ok(false);
            }
            sessions.extend(sighted.sessions);
            let new: Vec<CommitId> = olds.into_iter().filter(|old| !all.contains(old)).collect();
            all.extend(new);
            at += 1;
        }
        Ok(true)
    }

    /// Returns why a session may have written lines that are not among its edits.
    fn doubt(&mut self, sessions: &BTreeSet<i64>, at: i64) -> Result<Option<LineReason>, StoreError> {
        let commands = match &mut self.commands {
            Some(commands) => commands,
            none => none.insert(self.reader.commands()?),
        };
        let ran = |times: &Vec<i64>| {
            times.iter().any(|time| *time == 0 || (at - MAX_AGE_MS..=at + CLOCK_SLACK_MS).contains(time))
        };
        let doubts = sessions.iter().filter_map(|session| match commands.get(session) {
            None => Some(LineReason::NotRead),
            Some(times) => ran(times).then_some(LineReason::Command),
        });
        Ok(doubts.min_by_key(|reason| *reason == LineReason::Command))
    }
}
