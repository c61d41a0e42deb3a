//! What the log of a work tree's `HEAD` says of commits whose names were read while others may have been at work.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// A longer log is read at its end: some hundred thousand moves.
const MAX_BYTES: u64 = 32 << 20;

/// The moves of `HEAD` in one work tree: to each commit those it came from.
#[derive(Debug, Default)]
pub struct HeadMoves(HashMap<String, Vec<String>>);

impl HeadMoves {
    /// Reads the log of the work tree whose spool has this file name; nothing is known where none is kept.
    pub fn of_spool(common_dir: &Path, spool: &str) -> HeadMoves {
        let tree = spool.split_once(".jsonl").map_or(spool, |(tree, _)| tree);
        let git_dir = if tree == "main" { common_dir.to_owned() } else { common_dir.join("worktrees").join(tree) };
        read_end(&git_dir.join("logs").join("HEAD")).map(|text| HeadMoves::parse(&text)).unwrap_or_default()
    }

    fn parse(text: &str) -> HeadMoves {
        let mut known = HeadMoves::default();
        for line in text.lines() {
            let mut ids = line.split_ascii_whitespace();
            if let (Some(old), Some(new)) = (ids.next(), ids.next()) {
                known.0.entry(new.to_owned()).or_default().push(old.to_owned());
            }
        }
        known
    }

    /// Tells whether `HEAD` came to `to` from other commits than `from` only, so that it is another process's commit.
    ///
    /// A commit that the log does not know may be one of an earlier work tree of this name.
    pub fn denies(&self, from: &str, to: &str) -> bool {
        self.0.get(to).is_some_and(|olds| olds.iter().all(|old| old != from))
    }
}

fn read_end(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let start = file.metadata().ok()?.len().saturating_sub(MAX_BYTES);
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut bytes = Vec::new();
    file.take(2 * MAX_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_log_that_knows_where_a_commit_came_from_denies_it() {
        let [one, two, three, four] = ["1", "2", "3", "4"].map(|digit| digit.repeat(40));
        let log = HeadMoves::parse(&format!("{one} {two} A <a@b> 1 +0000\tcommit: x\n{two} {three} A <a@b> 2 +0000\n"));
        assert!(!log.denies(&one, &two) && !log.denies(&two, &three));
        assert!(!log.denies(&one, &four), "made in an earlier work tree of this name");
        assert!(log.denies(&one, &three), "another session's commit was checked out when the name was read");
        assert!(!HeadMoves::default().denies(&one, &three), "no log is kept");
    }
}
