//! The spool: one append a hook, read by `ingest` and, its end only, by later hooks.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::place::Place;
use super::record::Record;
use crate::model::SessionId;

/// How much of the end a hook reads: some hundred records, whatever the size of the spool.
const TAIL: u64 = 64 * 1024;

/// And if it knows whose records it wants: what a session is doing now stands at the very end.
const TAIL_OF_SESSION: u64 = 16 * 1024;

/// The spool of one work tree.
#[derive(Debug, Clone)]
pub struct Spool {
    path: PathBuf,
}

impl Spool {
    /// Returns the spool of a work tree.
    pub fn of(place: &Place) -> Spool {
        Spool { path: Spool::folder(&place.common_dir).join(format!("{}.jsonl", place.worktree())) }
    }

    /// Returns the folder of all spools of a repository.
    pub fn folder(common_dir: &Path) -> PathBuf {
        common_dir.join("agent-trace").join("spool")
    }

    /// Returns the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a record with a single write.
    ///
    /// The line begins with its own line feed, so that a line that was torn before (full disk) ends there.
    ///
    /// # Errors
    /// What the system reports.
    pub fn append(&self, record: &Record) -> io::Result<()> {
        let mut line = vec![b'\n'];
        serde_json::to_writer(&mut line, record)?;
        line.push(b'\n');
        self.open()?.write_all(&line)
    }

    fn open(&self) -> io::Result<File> {
        let open = || OpenOptions::new().append(true).create(true).open(&self.path);
        match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.path.parent().map_or(Ok(()), fs::create_dir_all)?;
                open()
            }
            opened => opened,
        }
    }

    /// Returns the last records, oldest first, only those that name `session` if it is given; none if there is no
    /// spool.
    pub fn tail(&self, session: Option<&SessionId>) -> Vec<Record> {
        let (name, length) = session.map_or(("", TAIL), |session| (session.as_str(), TAIL_OF_SESSION));
        read_tail(&self.path, name, length).unwrap_or_default()
    }
}

impl Spool {
    /// Returns the processes that the last records name, each once, without parsing them.
    pub fn clients(&self) -> Vec<u32> {
        let bytes = read_end(&self.path, TAIL).unwrap_or_default();
        let mut clients: Vec<u32> =
            memchr::memmem::find_iter(&bytes, CLIENT).filter_map(|at| number(&bytes[at + CLIENT.len()..])).collect();
        clients.sort_unstable();
        clients.dedup();
        clients
    }
}

/// How a record names the agent's process.
const CLIENT: &[u8] = br#""pid":"#;

fn number(bytes: &[u8]) -> Option<u32> {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&bytes[..end]).ok()?.parse().ok()
}

/// What commits leave says nothing of who is at work.
const MADE: &str = r#""event":"commit""#;

/// Most lines are other sessions': they are passed over unparsed.
fn read_tail(path: &Path, name: &str, length: u64) -> io::Result<Vec<Record>> {
    let bytes = read_end(path, length)?;
    let has = |line: &[u8], text: &str| memchr::memmem::find(line, text.as_bytes()).is_some();
    let is_wanted = |line: &&[u8]| has(line, name) && !has(line, MADE);
    Ok(bytes.split(|byte| *byte == b'\n').filter(is_wanted).filter_map(Record::parse).collect())
}

fn read_end(path: &Path, length: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(length);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::with_capacity(length as usize + 1);
    file.take(2 * length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Tells whether a file of the spool's folder is a spool, also one that was put aside (`main.jsonl.1760000000000`).
pub fn is_spool_file(name: &str) -> bool {
    match name.split_once(".jsonl") {
        Some((tree, rest)) => {
            let number = rest.strip_prefix('.').unwrap_or(rest);
            !tree.is_empty() && (rest.is_empty() || !number.is_empty()) && number.bytes().all(|b| b.is_ascii_digit())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Event;
    use super::*;

    fn spool(folder: &Path) -> Spool {
        Spool { path: folder.join("agent-trace/spool/main.jsonl") }
    }

    #[test]
    fn the_folder_is_made_and_records_come_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let spool = spool(folder.path());
        assert!(spool.tail(None).is_empty());
        (0..3).for_each(|at| spool.append(&Record::new(at, Event::Stop)).unwrap());
        assert_eq!(spool.tail(None).iter().map(|record| record.at).collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn the_processes_of_clients_are_found_without_parsing() {
        let folder = tempfile::tempdir().unwrap();
        let spool = spool(folder.path());
        assert!(spool.clients().is_empty());
        for pid in [Some(7), None, Some(4_000_000), Some(7)] {
            spool.append(&Record { pid, ..Record::new(1, Event::Prompt) }).unwrap();
        }
        OpenOptions::new()
            .append(true)
            .open(spool.path())
            .unwrap()
            .write_all(b"\n{\"pid\":99999999999,\"pid\":12")
            .unwrap();
        assert_eq!(spool.clients(), [7, 4_000_000]);
    }

    #[test]
    fn a_torn_line_takes_nothing_with_it_and_a_long_spool_is_read_at_its_end_only() {
        let folder = tempfile::tempdir().unwrap();
        let spool = spool(folder.path());
        (0..5_000).for_each(|at| spool.append(&Record::new(at, Event::Stop)).unwrap());
        OpenOptions::new().append(true).open(spool.path()).unwrap().write_all(b"\n{\"v\":1,\"at\":77,\"ev").unwrap();
        spool.append(&Record::new(9_999, Event::Stop)).unwrap();
        let tail = spool.tail(None);
        assert!(tail.len() < 3_000, "{} records were read", tail.len());
        assert_eq!(tail.iter().rev().take(2).map(|record| record.at).collect::<Vec<_>>(), [9_999, 4_999]);
    }

    #[test]
    fn files_of_the_spool_are_told_from_others() {
        assert!(["main.jsonl", "fix-1.jsonl", "main.jsonl.1760000000000"].iter().all(|name| is_spool_file(name)));
        assert!(![".jsonl", "main.jsonl.", "main.jsonl.tmp", "main.txt"].iter().any(|name| is_spool_file(name)));
    }
}
