//! What a job tells its runner: the summary of the step, and values for later steps.

use std::collections::hash_map::RandomState;
use std::fs::OpenOptions;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::path::Path;

use super::error::ForgeError;

/// GitHub takes no more for one step.
const MOST_SUMMARY: u64 = 1024 * 1024;

/// Adds Markdown to the summary of the step, the file in `GITHUB_STEP_SUMMARY`. Returns `false` if it has no room, and
/// says so there if it can.
///
/// # Errors
/// [`ForgeError::File`].
pub fn add_summary(path: &Path, markdown: &str) -> Result<bool, ForgeError> {
    const NO_ROOM: &str = "\nThe summary of agent-trace is longer than GitHub allows.\n";
    let used = std::fs::metadata(path).map_or(0, |file| file.len());
    let room = usize::try_from(MOST_SUMMARY.saturating_sub(used)).unwrap_or(usize::MAX);
    // A summary of another command may end within a line.
    let text = format!("\n{markdown}\n");
    match (text.len() <= room, NO_ROOM.len() <= room) {
        (true, _) => append(path, &text).map(|()| true),
        (false, true) => append(path, NO_ROOM).map(|()| false),
        (false, false) => Ok(false),
    }
}

/// Adds values for later steps, the file in `GITHUB_OUTPUT`: all of them, or none.
///
/// # Errors
/// [`ForgeError::File`]; [`ForgeError::BadValue`] for a value that has the delimiter in it, which is random.
pub fn set_outputs(path: &Path, values: &[(&'static str, String)]) -> Result<(), ForgeError> {
    append(path, &outputs(values, &delimiter())?)
}

fn outputs(values: &[(&'static str, String)], delimiter: &str) -> Result<String, ForgeError> {
    let one = |(name, value): &(&'static str, String)| match value.contains(delimiter) {
        true => Err(ForgeError::BadValue { name, value: "…".to_owned(), wanted: "a value without the delimiter" }),
        false => Ok(format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")),
    };
    values.iter().map(one).collect()
}

/// 128 bits from the system: a value that ends its own output early cannot be made beforehand.
fn delimiter() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("agent_trace_{:016x}{:016x}", random(), random())
}

fn append(path: &Path, text: &str) -> Result<(), ForgeError> {
    let write =
        || -> io::Result<()> { OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes()) };
    write().map_err(|source| ForgeError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_read_as_the_runner_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output");
        std::fs::write(&path, "earlier=1\n").unwrap();
        set_outputs(&path, &[("total_usd", "4.87".into()), ("url", "a\nEOF\nb=c".into())]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let delimiter = lines[1].strip_prefix("total_usd<<").unwrap();
        assert_eq!(lines[2..4], ["4.87", delimiter]);
        assert_eq!(lines[5..], ["a", "EOF", "b=c", delimiter]);
    }

    #[test]
    fn no_value_ends_itself() {
        let values = [("a", "1".to_owned()), ("b", "x\nDELIMITER\ntoken=stolen".to_owned())];
        assert!(outputs(&values, "DELIMITER").is_err());
        assert_ne!(delimiter(), delimiter());
        assert_eq!(delimiter().len(), 44);
    }

    #[test]
    fn the_summary_never_grows_beyond_what_github_takes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary");
        assert!(add_summary(&path, "# one").unwrap());
        assert!(add_summary(&path, "# two").unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "\n# one\n\n# two\n");
        assert!(!add_summary(&path, &"x".repeat(1024 * 1024)).unwrap());
        assert!(std::fs::read_to_string(&path).unwrap().ends_with("longer than GitHub allows.\n"));
        let missing = folder.path().join("none").join("summary");
        assert!(matches!(add_summary(&missing, "x"), Err(ForgeError::File { .. })));
    }
}
