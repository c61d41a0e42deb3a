//! Lines that commits added, by who wrote them: from records, without comparing anything.

use std::collections::HashMap;

use super::directory::Directory;
use super::error::AnalysisError;
use crate::model::{CommitId, LineClass, LineGrade, LineReason};
use crate::report::{CommitEntry, LineCounts, Missing};
use crate::store::{Reader, Values};

/// A file that a commit changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedFile {
    /// The commit.
    pub commit: CommitId,
    /// Who wrote the commit.
    pub author: String,
    /// The path in the commit.
    pub path: String,
    /// Lines it added; `None` where they are not counted.
    pub added: Option<u64>,
}

/// Lines of one file that are the same in everything that is told of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) class: LineClass,
    pub(super) grade: LineGrade,
    pub(super) reason: LineReason,
    pub(super) session: Option<i64>,
    pub(super) model: Option<i64>,
    pub(super) lines: u64,
}

/// Returns the files that commits changed, as far as the store has compared them, and the other commits.
///
/// # Errors
/// What the store reports.
pub fn added_files(reader: &Reader, ids: &[CommitId]) -> Result<(Vec<AddedFile>, Vec<CommitId>), AnalysisError> {
    let names = reader.names()?;
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for id in ids {
        let Some(known) = compared(reader, id)? else {
            others.push(*id);
            continue;
        };
        let author = known.author.and_then(|author| names.get(author)).unwrap_or_default();
        for row in reader.rows(FILES, &[known.key])? {
            let path = row.number(0).and_then(|path| names.get(path)).unwrap_or_default().to_owned();
            let added = row.number(1).map(|lines| lines.max(0) as u64);
            files.push(AddedFile { commit: *id, author: author.to_owned(), path, added });
        }
    }
    Ok((files, others))
}

const FILES: &str = "SELECT path, added_lines FROM commit_file WHERE git_commit = ?1";

/// A commit whose files are in the store.
struct Compared {
    key: i64,
    author: Option<i64>,
    /// It claims no lines, so it was never compared.
    is_merge: bool,
    /// All of its content is in this clone.
    is_whole: bool,
}

fn compared(reader: &Reader, id: &CommitId) -> Result<Option<Compared>, AnalysisError> {
    let Some(commit) = reader.commit_key(id)? else { return Ok(None) };
    let sql = "SELECT author, scanned = 1, parents > 1 FROM git_commit
        WHERE key = ?1 AND (scanned IN (1, 2) OR parents > 1)";
    let is = |row: &Values, index: usize| row.number(index) == Some(1);
    let compared =
        |row: &Values| Compared { key: commit.key, author: row.number(0), is_merge: is(row, 2), is_whole: is(row, 1) };
    Ok(reader.rows(sql, &[commit.key])?.first().map(compared))
}

/// The records of one commit.
#[derive(Debug, Default)]
pub(super) struct CommitLines {
    rest: Option<(LineClass, LineGrade, LineReason)>,
    pieces: HashMap<String, Vec<Piece>>,
}

const RECORDS: &str = "SELECT line_record.path, class, grade, reason, line_record.session, ledger.model, sum(count)
  FROM line_record LEFT JOIN tool_call ON tool_call.key = line_record.tool_call
  LEFT JOIN ledger ON ledger.session = tool_call.session AND ledger.call = tool_call.call
  WHERE line_record.git_commit = ?1 GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6";

impl CommitLines {
    pub(super) fn read(reader: &Reader, directory: &Directory, id: &CommitId) -> Result<CommitLines, AnalysisError> {
        let Some(commit) = reader.commit_key(id)? else { return Ok(CommitLines::default()) };
        let Some(known) = reader.line_commit(commit.key)? else { return Ok(CommitLines::default()) };
        let mut lines = CommitLines { rest: Some(known.rest), pieces: HashMap::new() };
        for row in reader.rows(RECORDS, &[commit.key])? {
            let path = directory.text(row.number(0)).unwrap_or_default();
            lines.pieces.entry(path).or_default().push(piece(&row));
        }
        Ok(lines)
    }

    /// Returns the lines a commit added to a file; together they are `added`.
    pub(super) fn of(&self, path: &str, added: u64) -> Vec<Piece> {
        let known = self.pieces.get(path).map(Vec::as_slice).unwrap_or_default();
        let sum: u64 = known.iter().map(|piece| piece.lines).sum();
        // Records that say more than there is are about something else.
        let mut pieces = if sum <= added { known.to_vec() } else { Vec::new() };
        let left = added - pieces.iter().map(|piece| piece.lines).sum::<u64>();
        if left > 0 {
            let (class, grade, reason) = self.rest.filter(|_| sum <= added).unwrap_or_default();
            pieces.push(Piece { class, grade, reason, session: None, model: None, lines: left });
        }
        pieces
    }

    /// Returns the same by class.
    pub(super) fn counts(&self, path: &str, added: u64) -> LineCounts {
        let mut counts = LineCounts::default();
        self.of(path, added).iter().for_each(|piece| counts.add(piece.class, piece.lines));
        counts
    }
}

/// Returns a commit with the lines it added, by who wrote them.
pub(super) fn with_lines(
    reader: &Reader,
    directory: &Directory,
    id: &CommitId,
    entry: CommitEntry,
) -> Result<CommitEntry, AnalysisError> {
    let (added_by, added_by_missing) = match counts_of(reader, directory, id)? {
        Ok(counts) => (Some(counts), None),
        Err(missing) => (None, Some(missing)),
    };
    Ok(CommitEntry { added_by, added_by_missing, ..entry })
}

/// Returns how many lines a commit added, or why that is not known.
fn counts_of(
    reader: &Reader,
    directory: &Directory,
    id: &CommitId,
) -> Result<Result<LineCounts, Missing>, AnalysisError> {
    let known = match compared(reader, id)? {
        None => return Ok(Err(Missing::NotScanned)),
        Some(known) if known.is_merge => return Ok(Err(Missing::NotApplicable)),
        Some(known) if !known.is_whole => return Ok(Err(Missing::NoContent)),
        Some(known) => known,
    };
    let records = CommitLines::read(reader, directory, id)?;
    let mut counts = LineCounts::default();
    for row in reader.rows(FILES, &[known.key])? {
        let path = row.number(0).and_then(|path| directory.names.get(path)).unwrap_or_default();
        counts.add_all(records.counts(path, row.number(1).unwrap_or(0).max(0) as u64));
    }
    Ok(Ok(counts))
}

fn piece(row: &Values) -> Piece {
    let code = |index: usize| row.number(index).unwrap_or(0);
    Piece {
        class: LineClass::from_code(code(1)),
        grade: LineGrade::from_code(code(2)),
        reason: LineReason::from_code(code(3)),
        session: row.number(4),
        model: row.number(5),
        lines: code(6).max(0) as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever is recorded, the parts are the lines that were added.
        #[test]
        fn the_parts_are_the_whole(recorded in prop::collection::vec((0i64..3, 0u64..9), 0..5), added in 0u64..40) {
            let piece = |(class, lines): &(i64, u64)| Piece {
                class: LineClass::from_code(*class),
                grade: LineGrade::Matched,
                reason: LineReason::Edit,
                session: None,
                model: None,
                lines: *lines,
            };
            let pieces = HashMap::from([("a".to_owned(), recorded.iter().map(piece).collect())]);
            let lines = CommitLines { rest: Some((LineClass::Human, LineGrade::Inferred, LineReason::NoSession)), pieces };
            prop_assert_eq!(lines.counts("a", added).lines(), added);
            prop_assert_eq!(lines.counts("b", added).human, added);
            prop_assert_eq!(CommitLines::default().counts("a", added).unknown, added);
        }
    }
}
