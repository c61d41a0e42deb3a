//! The prompt that began a turn, read where its transcript still exists; the store has its place only.

use std::collections::HashMap;

use super::directory::Directory;
use super::error::AnalysisError;
use crate::report::{BlameLine, BlamePrompt, Missing};
use crate::store::Reader;

/// Looks up the text of a prompt in the file at a path, from an offset.
pub type PromptText<'p> = dyn Fn(&str, u64) -> Option<String> + 'p;

/// A prompt, or why there is none.
pub(super) type Prompt = (Option<String>, Option<Missing>);

/// Returns the prompt of a turn; `read` is given where its text was asked for.
pub(super) fn prompt(
    reader: &Reader,
    directory: &Directory,
    (session, turn): (i64, i64),
    read: Option<&PromptText<'_>>,
) -> Result<Prompt, AnalysisError> {
    let Some(read) = read else { return Ok((None, Some(Missing::NotAsked))) };
    let sql = "SELECT prompt_source, prompt_offset FROM turn WHERE session = ?1 AND number = ?2";
    let rows = reader.rows(sql, &[session, turn])?;
    let place = rows.first().and_then(|row| Some((directory.text(row.number(0))?, row.number(1)?.max(0) as u64)));
    Ok(match place.map(|(path, offset)| read(&path, offset)) {
        None => (None, Some(Missing::NotApplicable)),
        Some(None) => (None, Some(Missing::TranscriptGone)),
        Some(text) => (text, None),
    })
}

/// Returns the prompts of the turns that wrote these lines, each once, in the order of the lines.
///
/// # Errors
/// What the store reports.
pub fn prompts(reader: &Reader, lines: &[BlameLine], read: &PromptText<'_>) -> Result<Vec<BlamePrompt>, AnalysisError> {
    let directory = Directory::new(reader)?;
    let mut found: Vec<BlamePrompt> = Vec::new();
    let mut known: HashMap<(&str, u64), usize> = HashMap::new();
    for line in lines {
        let Some((session, turn)) = line.session.as_deref().zip(line.turn) else { continue };
        if known.insert((session, turn), found.len()).is_some() {
            continue;
        }
        let key = directory.sessions_like(session).into_iter().find(|(_, name)| name.id == session);
        let (key, number) = (key.map_or(-1, |(key, _)| key), i64::try_from(turn).unwrap_or(i64::MAX));
        let (prompt, prompt_missing) = self::prompt(reader, &directory, (key, number), Some(read))?;
        found.push(BlamePrompt { session: session.to_owned(), turn, prompt, prompt_missing });
    }
    Ok(found)
}
