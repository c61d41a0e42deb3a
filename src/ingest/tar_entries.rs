//! The transcripts in a tar archive. Nothing is ever unpacked to disk: names are only names.

use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;

use tar::{Archive, EntryType, PaxExtensions};

use super::archive::{Entry, EntryKind, Sink, Unpacked};
use super::decompress::Guarded;
use super::found::agent_run_of;
use super::problem::problem;
use super::wanted::Wanted;
use crate::git::path_text;
use crate::transcript::{Format, ProblemKind};

/// The library would hold names of any length; no system writes one longer than 4 KiB.
const MAX_HEADER: u64 = 1 << 20;

/// What follows the last entry; GNU tar fills up to 10 KiB.
const MAX_PADDING: u64 = 1 << 20;

/// Enough to tell a document of Gemini CLI.
const HEAD: u64 = 64 << 10;

/// What the headers before an entry say of it.
#[derive(Default)]
struct Ahead {
    name: Option<Vec<u8>>,
    /// Why the entry cannot be read.
    refusal: Option<&'static str>,
}

/// Gives every transcript of the archive called `archive` to `sink`.
///
/// Stops where the archive is damaged, with a problem; entries before that stand.
pub(super) fn for_each_entry(input: impl Read, archive: &str, sink: &mut Sink<'_>, result: &mut Unpacked) {
    if let Err(error) = visit(input, archive, sink, result) {
        result.problems.push(problem(archive.to_owned(), ProblemKind::BadArchive, error.to_string()));
    }
}

fn visit(mut input: impl Read, archive: &str, sink: &mut Sink<'_>, result: &mut Unpacked) -> io::Result<()> {
    let mut ahead = Ahead::default();
    // Raw: the library reads long names and PAX headers of any length into memory.
    for entry in Archive::new(&mut input).entries()?.raw(true) {
        let mut entry = entry?;
        match entry.header().entry_type() {
            EntryType::GNULongName => ahead.name = Some(long_name(&mut entry)?),
            EntryType::XHeader => ahead.read_pax(&mut entry)?,
            EntryType::GNULongLink | EntryType::XGlobalHeader => {}
            _ => {
                let flow = visit_entry(&mut entry, std::mem::take(&mut ahead), archive, sink, result);
                if flow.is_break() {
                    return Ok(());
                }
            }
        }
    }
    // The checksum of a compressed archive stands behind its padding.
    io::copy(&mut input.take(MAX_PADDING), &mut io::sink()).map(drop)
}

/// Looks at what is no header of the archive's own; breaks if the rest is not to be read.
fn visit_entry(
    entry: &mut tar::Entry<'_, impl Read>,
    ahead: Ahead,
    archive: &str,
    sink: &mut Sink<'_>,
    result: &mut Unpacked,
) -> ControlFlow<()> {
    let entry_type = entry.header().entry_type();
    if !(entry_type.is_file() || entry_type.is_contiguous() || entry_type.is_gnu_sparse()) {
        return ControlFlow::Continue(());
    }
    let name = ahead.name.unwrap_or_else(|| entry.header().path_bytes().into_owned());
    let member = Member::new(archive, &name, entry.size());
    let refusal = if entry_type.is_gnu_sparse() { Some(HAS_HOLES) } else { ahead.refusal };
    if let Some(refusal) = refusal {
        // Where the next entry begins is not sure either.
        result.problems.push(problem(member.name, ProblemKind::BadArchive, refusal.to_owned()));
        return ControlFlow::Break(());
    }
    if member.wanted() == Wanted::Other {
        result.skipped += 1;
        return ControlFlow::Continue(());
    }
    member.give(entry, sink, result)
}

const HAS_HOLES: &str = "it has holes (a sparse file)";

impl Ahead {
    fn read_pax(&mut self, entry: &mut impl Read) -> io::Result<()> {
        let bytes = header_bytes(entry)?;
        for extension in PaxExtensions::new(&bytes) {
            let extension = extension?;
            match extension.key_bytes() {
                b"path" => self.name = Some(extension.value_bytes().to_owned()),
                b"size" => self.refusal = Some("it is larger than 8 GiB"),
                key if key.starts_with(b"GNU.sparse.") => self.refusal = Some(HAS_HOLES),
                _ => {}
            }
        }
        Ok(())
    }
}

fn long_name(entry: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut name = header_bytes(entry)?;
    if name.last() == Some(&0) {
        name.pop();
    }
    Ok(name)
}

fn header_bytes(entry: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.take(MAX_HEADER + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_HEADER {
        return Err(io::Error::other("a name of more than 1 MiB"));
    }
    Ok(bytes)
}

/// A file in the archive.
struct Member {
    name: String,
    file_name: String,
    size: u64,
}

impl Member {
    fn new(archive: &str, path: &[u8], size: u64) -> Member {
        let file_name = path.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or_default();
        Member {
            name: format!("{archive}!{}", path_text(path)),
            file_name: String::from_utf8_lossy(file_name).into_owned(),
            size,
        }
    }

    /// An archive in an archive is not opened.
    fn wanted(&self) -> Wanted {
        match Wanted::of(&self.file_name) {
            Wanted::Packed => Wanted::Other,
            wanted => wanted,
        }
    }

    /// Gives the file to `sink`; breaks if that does or if the archive ends in it.
    fn give(self, input: &mut dyn Read, sink: &mut Sink<'_>, result: &mut Unpacked) -> ControlFlow<()> {
        let mut guarded = Guarded::new(input, Some(self.size));
        let flow = self.give_guarded(&mut guarded, sink, result);
        if let Some(fault) = guarded.fault {
            result.problems.push(problem(self.name, ProblemKind::BadArchive, fault));
            return ControlFlow::Break(());
        }
        flow
    }

    fn give_guarded(&self, input: &mut Guarded<'_>, sink: &mut Sink<'_>, result: &mut Unpacked) -> ControlFlow<()> {
        let mut head = Vec::new();
        if self.wanted() == Wanted::MaybeDocument {
            // A guarded stream has no errors.
            input.by_ref().take(HEAD).read_to_end(&mut head).unwrap_or_default();
            if !is_gemini(&head) {
                result.skipped += 1;
                return ControlFlow::Continue(());
            }
        }
        let is_sidecar = self.wanted() == Wanted::Sidecar;
        sink(Entry {
            name: self.name.clone(),
            kind: if is_sidecar { EntryKind::AgentMeta } else { EntryKind::Transcript },
            size: Some(self.size),
            agent_run: self.agent_run().map(str::to_owned),
            input: &mut Cursor::new(head).chain(input),
        })
    }

    fn agent_run(&self) -> Option<&str> {
        let of_sidecar = || self.file_name.strip_prefix("agent-")?.strip_suffix(".meta.json");
        agent_run_of(&self.file_name).or_else(of_sidecar)
    }
}

/// Tells whether a `.json` file is a transcript; there are so many others.
pub(super) fn is_gemini(head: &[u8]) -> bool {
    matches!(Format::detect(head), Some(Format::GeminiDocument | Format::GeminiLines))
}
