//! Reads the text of one prompt back from its transcript; it is stored nowhere else.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::claude::{Row, prompt_text};

/// The longest prompt row that is read back, in bytes (images are inside the row).
const MAX_ROW: u64 = 16 << 20;

/// Returns the text of the prompt whose row begins at `offset`, or `None` if
/// the file is gone, was replaced, or holds something else there.
pub fn read_prompt(path: &Path, offset: u64) -> Option<String> {
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::Start(offset)).ok()?;
    let mut line = Vec::new();
    BufReader::new(file.take(MAX_ROW)).read_until(b'\n', &mut line).ok()?;
    let mut rows = serde_json::Deserializer::from_slice(&line).into_iter::<Row<'_>>();
    let is_user = |row: &Row<'_>| row.kind.as_deref() == Some("user");
    let row = rows.by_ref().map_while(Result::ok).find(is_user)?;
    Some(prompt_text(&row)).filter(|text| !text.is_empty())
}
