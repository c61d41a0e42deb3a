//! Compressed transcripts and archives of them, read as a stream.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::ops::ControlFlow;

use super::decompress::{Guarded, Limited, Packing};
use super::found::FoundFile;
use super::problem::{problem, unreadable};
use super::tar_entries::for_each_entry;
use super::wanted::{is_tar, is_tar_name};
use crate::store::ProblemRow;
use crate::transcript::ProblemKind;

/// What one archive may unpack to, in bytes: 64 GiB.
const MAX_UNPACKED: u64 = 64 << 30;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A transcript, of a format still to be found.
    Transcript,
    /// The sidecar of the subagent [`Entry::agent_run`]; its transcript has the same name with `.jsonl`.
    AgentMeta,
}

/// One file of an archive. Its name is text from outside and never a path to write to.
pub struct Entry<'a> {
    /// Name of the source in the store: `archive!entry`, or the file's own if it is compressed by itself.
    /// An archive can hold a name twice.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// Its size in bytes, where the archive tells.
    pub size: Option<u64>,
    /// The subagent whose file it is.
    pub agent_run: Option<String>,
    /// The bytes. Never fails: damage looks like the end and is a problem of [`Unpacked`].
    pub input: &'a mut dyn Read,
}

/// Takes entries; breaks to stop.
pub(super) type Sink<'s> = dyn FnMut(Entry<'_>) -> ControlFlow<()> + 's;

/// What became of a packed file beside its entries.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// What could not be read; everything before it was given.
    pub problems: Vec<ProblemRow>,
    /// Files that are no transcripts.
    pub skipped: u64,
}

/// Gives every transcript in `file` to `sink`, in the order of the archive.
///
/// Takes `.tar` and single transcripts, plain or compressed with gzip, xz or
/// zstd, told by their bytes; also pipes. Memory is bounded whatever the
/// bytes say; nothing is written to disk.
pub fn unpack(file: &FoundFile, sink: &mut dyn FnMut(Entry<'_>) -> ControlFlow<()>) -> Unpacked {
    let mut result = Unpacked::default();
    match File::open(&file.path) {
        Ok(input) => unpack_stream(file, BufReader::with_capacity(64 << 10, input), sink, &mut result),
        Err(error) => result.problems.push(unreadable(&file.path, &error)),
    }
    result
}

fn unpack_stream(file: &FoundFile, mut input: impl BufRead, sink: &mut Sink<'_>, result: &mut Unpacked) {
    let name = file.name();
    let (packing, mut head) = match input.fill_buf() {
        Ok(head) => (Packing::detect(head), Vec::with_capacity(512)),
        Err(error) => return result.problems.push(unreadable(&file.path, &error)),
    };
    let plain: Box<dyn Read + '_> = match packing {
        Some(packing) => packing.decoder(input),
        None => Box::new(input),
    };
    let mut plain = Limited::new(plain, MAX_UNPACKED);
    let fault = plain.by_ref().take(512).read_to_end(&mut head).err();
    let is_tar = is_tar(&head) || is_tar_name(&name);
    let mut whole = Cursor::new(head).chain(Ending { input: plain, fault });
    if is_tar {
        for_each_entry(whole, &name, sink, result);
    } else {
        give_single(file, name, &mut whole, sink, result);
    }
}

/// A stream that may have failed already.
struct Ending<R> {
    input: R,
    fault: Option<io::Error>,
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fault.take().map_or_else(|| self.input.read(buffer), Err)
    }
}

fn give_single(file: &FoundFile, name: String, input: &mut dyn Read, sink: &mut Sink<'_>, result: &mut Unpacked) {
    let mut guarded = Guarded::new(input, None);
    let agent_run = file.agent_run();
    let entry = Entry { name: name.clone(), kind: EntryKind::Transcript, size: None, agent_run, input: &mut guarded };
    // One entry: there is nothing more to stop.
    let (ControlFlow::Continue(()) | ControlFlow::Break(())) = sink(entry);
    if let Some(fault) = guarded.fault {
        result.problems.push(problem(name, ProblemKind::BadArchive, fault));
    }
}

#[cfg(test)]
mod tests {
    use super::super::decompress::tests::{ALL, packed};
    use super::*;
    use std::path::Path;
    use tar::{Builder, EntryType, Header};

    const ROW: &[u8] = b"{\"type\":\"user\"}\n";

    fn header(name: &[u8], size: u64) -> Header {
        let mut header = Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name);
        header.set_size(size);
        header.set_mode(0o644);
        header.set_entry_type(EntryType::Regular);
        header.set_cksum();
        header
    }

    fn tar(files: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (name, bytes) in files {
            builder.append(&header(name, bytes.len() as u64), *bytes).unwrap();
        }
        builder.into_inner().unwrap()
    }

    type Seen = Vec<(String, EntryKind, Option<String>, Vec<u8>)>;

    fn read(path: &Path) -> (Seen, Unpacked) {
        let mut seen = Vec::new();
        let file = FoundFile::look(path.to_owned()).unwrap().unwrap();
        let result = unpack(&file, &mut |entry| {
            let mut bytes = Vec::new();
            entry.input.read_to_end(&mut bytes).unwrap();
            assert!(entry.size.is_none_or(|size| bytes.len() as u64 <= size));
            let name = entry.name.replace(path.to_str().unwrap(), "ARCHIVE");
            seen.push((name, entry.kind, entry.agent_run, bytes));
            ControlFlow::Continue(())
        });
        (seen, result)
    }

    fn read_bytes(name: &str, bytes: &[u8]) -> (Seen, Unpacked) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read(&path)
    }

    fn names(seen: &Seen) -> Vec<&str> {
        seen.iter().map(|(name, ..)| name.as_str()).collect()
    }

    #[test]
    fn an_archive_gives_its_transcripts_and_counts_the_rest() {
        let document = b"{\n \"sessionId\": \"s\",\n \"projectHash\": \"p\",\n \"messages\": []}";
        let bytes = tar(&[
            (b"./a/s.jsonl", ROW),
            (b"a/metadata.json", b"{\"sessionId\":\"x\"}"),
            (b"a/chat.json", document),
            (b"a/subagents/agent-7.jsonl", b""),
            (b"a/subagents/agent-7.meta.json", b"{}"),
            (b"a/read.me", b"hello"),
            (b"a/._s.jsonl", b"\0"),
            (b"a/inner.tar", &tar(&[(b"x.jsonl", ROW)])),
        ]);
        let plain = read_bytes("a.tar", &bytes);
        let (seen, result) = &plain;
        let expected = ["./a/s.jsonl", "a/chat.json", "a/subagents/agent-7.jsonl", "a/subagents/agent-7.meta.json"];
        assert_eq!(names(seen), expected.map(|name| format!("ARCHIVE!{name}")));
        assert_eq!((seen[0].3.as_slice(), seen[1].3.as_slice()), (ROW, document.as_slice()));
        assert_eq!((seen[2].1, seen[2].2.as_deref()), (EntryKind::Transcript, Some("7")));
        assert_eq!((seen[3].1, seen[3].2.as_deref()), (EntryKind::AgentMeta, Some("7")));
        assert_eq!(*result, Unpacked { problems: Vec::new(), skipped: 4 });
        for packing in ALL {
            assert_eq!(read_bytes("no ending", &packed(packing, &bytes)), plain, "{packing:?}");
        }
    }

    #[test]
    fn a_single_compressed_transcript_has_its_own_name() {
        for packing in ALL {
            let (seen, result) = read_bytes("agent-7.jsonl.gz", &packed(packing, ROW));
            assert_eq!(names(&seen), ["ARCHIVE"]);
            assert_eq!((seen[0].2.as_deref(), seen[0].3.as_slice()), (Some("7"), ROW));
            assert_eq!(result, Unpacked::default());
        }
    }

    #[test]
    fn hostile_names_are_only_names() {
        let bytes = tar(&[(b"../../x.jsonl", ROW), (b"/etc/y.jsonl", ROW), (b"\xff\x1b[2J.jsonl", ROW)]);
        let (seen, result) = read_bytes("a.tar", &bytes);
        assert_eq!(names(&seen)[..2], ["ARCHIVE!../../x.jsonl", "ARCHIVE!/etc/y.jsonl"]);
        assert_eq!(names(&seen)[2], r#"ARCHIVE!"\377\033[2J.jsonl""#);
        assert_eq!(result, Unpacked::default());
    }

    #[test]
    fn long_names_of_both_kinds_are_read() {
        let long = format!("{}/s.jsonl", "folder/".repeat(40));
        let mut builder = Builder::new(Vec::new());
        let mut gnu = header(b"", ROW.len() as u64);
        builder.append_data(&mut gnu, &long, ROW).unwrap();
        builder.append_pax_extensions([("path", long.as_bytes())]).unwrap();
        builder.append(&header(b"short.jsonl", ROW.len() as u64), ROW).unwrap();
        builder.append(&header(b"next.jsonl", ROW.len() as u64), ROW).unwrap();
        let (seen, _) = read_bytes("a.tar", &builder.into_inner().unwrap());
        assert_eq!(names(&seen), [format!("ARCHIVE!{long}"), format!("ARCHIVE!{long}"), "ARCHIVE!next.jsonl".into()]);
    }

    #[test]
    fn a_name_without_end_is_a_problem_and_not_held() {
        let mut bytes = tar(&[(b"a.jsonl", ROW)]);
        bytes.truncate(1024);
        let mut name = header(b"././@LongLink", 40 << 30);
        name.set_entry_type(EntryType::GNULongName);
        name.set_cksum();
        bytes.extend_from_slice(name.as_bytes());
        bytes.resize(3 << 20, b'x');
        let (seen, result) = read_bytes("a.tar", &bytes);
        assert_eq!((names(&seen), result.problems.len()), (vec!["ARCHIVE!a.jsonl"], 1));
        assert!(result.problems[0].detail.contains("1 MiB"), "{:?}", result.problems);
    }

    #[test]
    fn a_cut_archive_keeps_what_came_before() {
        let rows = (0..20_000_u32).map(|number| format!("{{\"n\":{}}}\n", number.wrapping_mul(2_654_435_761)));
        let long = rows.collect::<String>().into_bytes();
        let bytes = tar(&[(b"a.jsonl", ROW), (b"b.jsonl", &long), (b"c.jsonl", ROW)]);
        let cut = 512 + 512 + 512 + long.len() / 2;
        let (seen, result) = read_bytes("a.tar", &bytes[..cut]);
        assert_eq!(names(&seen), ["ARCHIVE!a.jsonl", "ARCHIVE!b.jsonl"]);
        assert_eq!(seen[1].3.len(), long.len() / 2);
        assert_eq!((result.problems.len(), result.problems[0].kind.as_str()), (1, "bad-archive"));
        assert!(result.problems[0].path.ends_with("a.tar!b.jsonl"));
        for packing in ALL {
            let whole = packed(packing, &bytes);
            let (seen, result) = read_bytes("a.tar.x", &whole[..whole.len() - whole.len() / 8]);
            assert_eq!((seen[0].3.as_slice(), result.problems.len()), (ROW, 1), "{packing:?}");
        }
    }

    #[test]
    fn damage_in_the_middle_is_one_problem() {
        let mut bytes = tar(&[(b"a.jsonl", ROW), (b"b.jsonl", ROW)]);
        bytes[1024] ^= 1;
        let (seen, result) = read_bytes("a.tar", &bytes);
        assert_eq!((names(&seen), result.problems.len()), (vec!["ARCHIVE!a.jsonl"], 1));
        let (seen, result) = read_bytes("a.tar.gz", b"this is no archive at all, whatever its name says");
        assert_eq!((seen.len(), result.problems.len()), (0, 1));
        let (seen, result) = read_bytes("a.jsonl.gz", b"\x1f\x8b but no more");
        assert_eq!((seen.len(), result.problems.len()), (1, 1));
    }

    #[test]
    fn an_empty_archive_is_empty() {
        for bytes in [Vec::new(), tar(&[])] {
            let (seen, result) = read_bytes("a.tar", &bytes);
            assert_eq!((seen, result), (Vec::new(), Unpacked::default()));
        }
    }

    #[test]
    fn the_sink_can_stop_and_need_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tar");
        std::fs::write(&path, tar(&[(b"a.jsonl", ROW), (b"b.jsonl", ROW), (b"c.jsonl", ROW)])).unwrap();
        let file = FoundFile::look(path).unwrap().unwrap();
        let mut count = 0;
        let result = unpack(&file, &mut |_| {
            count += 1;
            if count == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((count, result), (2, Unpacked::default()));
    }
}
