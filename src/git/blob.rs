//! The content of one side of a change.

use gix::ObjectId;
use gix::bstr::BString;
use gix::objs::tree::EntryKind;

use super::changes::OpaqueReason;

/// Larger blobs are not compared: nobody types 16 MiB, and memory stays bounded.
pub(super) const MAX_BYTES: u64 = 16 << 20;

/// A file, link or submodule as one tree holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) path: BString,
    pub(super) kind: EntryKind,
    pub(super) id: ObjectId,
}

impl Side {
    /// Tells whether this is a file with lines of its own.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.kind, EntryKind::Blob | EntryKind::BlobExecutable)
    }

    /// Returns the content, or why there is none. A submodule is one line, as in git's patches.
    pub(super) fn read(&self, local: &gix::Repository) -> Result<Vec<u8>, OpaqueReason> {
        if self.kind == EntryKind::Commit {
            return Ok(format!("Subproject commit {}\n", self.id).into_bytes());
        }
        if self.size(local)? > MAX_BYTES {
            return Err(OpaqueReason::TooLarge);
        }
        match local.try_find_object(self.id) {
            Ok(Some(mut object)) => Ok(std::mem::take(&mut object.data)),
            Ok(None) => Err(OpaqueReason::Missing),
            Err(_) => Err(OpaqueReason::Unreadable),
        }
    }

    /// Returns the size in bytes without reading the content.
    pub(super) fn size(&self, local: &gix::Repository) -> Result<u64, OpaqueReason> {
        match local.try_find_header(self.id) {
            Ok(Some(header)) => Ok(header.size()),
            Ok(None) => Err(OpaqueReason::Missing),
            Err(_) => Err(OpaqueReason::Unreadable),
        }
    }
}

/// Git's rule: a zero byte among the first 8000. Attributes are ignored, so
/// that the answer does not depend on what is checked out.
pub(super) fn is_binary(content: &[u8]) -> bool {
    memchr::memchr(0, &content[..content.len().min(8000)]).is_some()
}
