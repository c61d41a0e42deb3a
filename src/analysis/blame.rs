//! `blame`: who wrote each line, from what was recorded of the commits git blames.

use std::collections::{BTreeMap, HashMap};

use super::directory::Directory;
use super::error::AnalysisError;
use super::line_costs::cost_of;
use crate::model::{CommitId, LineClass, LineGrade, LineReason};
use crate::report::{BlameLine, Missing};
use crate::store::{LineRecord, Reader, WriterFact};

/// Returns the lines of a file, as git blames it, with who wrote them.
///
/// Nothing is compared and nothing decided here.
///
/// # Errors
/// What the store reports.
pub fn blame(reader: &Reader, mut lines: Vec<BlameLine>) -> Result<Vec<BlameLine>, AnalysisError> {
    let mut places: BTreeMap<(CommitId, &str), Vec<usize>> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some(id) = line.commit {
            places.entry((id, &line.path)).or_default().push(index);
        }
    }
    let places: Vec<(CommitId, String, Vec<usize>)> =
        places.into_iter().map(|((id, path), places)| (id, path.to_owned(), places)).collect();
    for line in &mut lines {
        line.cost_missing = Some(Missing::NotApplicable);
        line.reason = if line.commit.is_some() { LineReason::NoEvidence } else { LineReason::Uncommitted };
    }
    let mut records = Records::new(reader);
    for (id, path, places) in &places {
        records.of_file(id, path, places, &mut lines)?;
    }
    Ok(lines)
}

type Verdict = (LineClass, LineGrade, LineReason);

/// A tool call and its model.
type Written = (WriterFact, Option<String>);

/// What is recorded, each question asked once.
struct Records<'r> {
    reader: &'r Reader,
    /// Read when the first line of an agent is met.
    sessions: Option<Directory>,
    paths: HashMap<String, Option<i64>>,
    /// Tool calls that wrote lines of a commit, with the model.
    writers: HashMap<(i64, i64), Option<Written>>,
}

impl<'r> Records<'r> {
    fn new(reader: &'r Reader) -> Records<'r> {
        let (sessions, paths, writers) = Default::default();
        Records { reader, sessions, paths, writers }
    }

    /// Names the writers of the lines that one commit added to one file.
    fn of_file(
        &mut self,
        id: &CommitId,
        path: &str,
        places: &[usize],
        lines: &mut [BlameLine],
    ) -> Result<(), AnalysisError> {
        let key = Reader::key_of_commit(id);
        let records = match self.path_id(path)? {
            Some(path) => self.reader.line_records_of(key, path)?,
            None => Vec::new(),
        };
        let mut rest = None;
        for at in places {
            let line = &mut lines[*at];
            match record_of(&records, line.original_line) {
                Some(record) => self.write(key, record, line)?,
                None => {
                    let rest = match rest {
                        Some(rest) => rest,
                        None => *rest.insert(self.rest(id, key)?),
                    };
                    (line.class, line.grade, line.reason) = rest;
                }
            }
        }
        Ok(())
    }

    fn path_id(&mut self, path: &str) -> Result<Option<i64>, AnalysisError> {
        if let Some(id) = self.paths.get(path) {
            return Ok(*id);
        }
        let id = self.reader.name_id(path)?;
        self.paths.insert(path.to_owned(), id);
        Ok(id)
    }

    /// Returns what holds for lines of a commit that stand in no record.
    ///
    /// Where history is cut short, git blames the last commit for lines that are older: nobody's then.
    fn rest(&self, id: &CommitId, key: i64) -> Result<Verdict, AnalysisError> {
        if let Some(commit) = self.reader.line_commit(key)? {
            let is_human = commit.rest.0 == LineClass::Human;
            let older = (LineClass::Unknown, LineGrade::None, LineReason::NoEvidence);
            return Ok(if is_human { older } else { commit.rest });
        }
        let reason = match self.reader.commit_key(id)? {
            None => LineReason::NoContent,
            Some(commit) if commit.parents > 1 => LineReason::Merge,
            Some(_) => LineReason::NoEvidence,
        };
        Ok((LineClass::Unknown, LineGrade::None, reason))
    }

    fn write(&mut self, key: i64, record: &LineRecord, line: &mut BlameLine) -> Result<(), AnalysisError> {
        (line.class, line.grade, line.reason) = (record.class, record.grade, record.reason);
        let Some(session) = record.session else { return Ok(()) };
        let sessions = match &mut self.sessions {
            Some(sessions) => sessions,
            none => none.insert(Directory::of_sessions(self.reader)?),
        };
        let session = sessions.session(session);
        line.session = session.map(|session| session.id.clone());
        line.session_short = session.map(|session| session.short.clone());
        line.agent = session.map(|session| session.agent.name().to_owned());
        let Some(tool_call) = record.tool_call else { return Ok(()) };
        let Some((writer, model)) = self.writer(tool_call, key)? else { return Ok(()) };
        line.turn = writer.turn.and_then(|turn| u64::try_from(turn).ok());
        line.call = writer.call_id.clone();
        line.tool_call = Some(writer.tool_call.clone());
        line.model = model.clone();
        if let Some(part) = record.part {
            line.cost = writer.share.and_then(|share| cost_of(share, part, line.original_line - record.first));
            line.cost_missing = line.cost.is_none().then_some(Missing::Unpriced);
        }
        Ok(())
    }

    fn writer(&mut self, tool_call: i64, git_commit: i64) -> Result<Option<&Written>, AnalysisError> {
        if !self.writers.contains_key(&(tool_call, git_commit)) {
            let writer = self.reader.writer_of(tool_call, git_commit)?;
            let model = writer.as_ref().and_then(|writer| writer.model);
            let model = model.map(|model| self.reader.name_text(model)).transpose()?.flatten();
            self.writers.insert((tool_call, git_commit), writer.map(|writer| (writer, model)));
        }
        Ok(self.writers.get(&(tool_call, git_commit)).and_then(Option::as_ref))
    }
}

/// Returns the record in which a line stands.
fn record_of(records: &[LineRecord], line: u32) -> Option<&LineRecord> {
    let after = records.partition_point(|record| record.first <= line);
    let record = records[..after].last()?;
    (line < record.first + record.count).then_some(record)
}
