//! What a file may be, by its name.

use super::decompress::Packing;

/// What to do with a file that somebody put into a folder or an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A transcript.
    Lines,
    /// A transcript if it begins like a document of Gemini CLI.
    MaybeDocument,
    /// Tells more about a subagent, whose transcript lies beside it.
    Sidecar,
    /// A compressed transcript or an archive.
    Packed,
    /// Nothing.
    Other,
}

impl Wanted {
    /// Judges a file name, without its folder.
    pub(super) fn of(name: &str) -> Wanted {
        let lower = name.to_lowercase();
        // What tar makes on macOS of a file's attributes, under the name of the file.
        if lower.starts_with("._") {
            Wanted::Other
        } else if lower.ends_with(".jsonl") {
            Wanted::Lines
        } else if lower.starts_with("agent-") && lower.ends_with(".meta.json") {
            Wanted::Sidecar
        } else if lower.ends_with(".json") {
            Wanted::MaybeDocument
        } else if is_tar_name(name) || Packing::ENDINGS.iter().any(|end| is_packed_lines(&lower, end)) {
            Wanted::Packed
        } else {
            Wanted::Other
        }
    }
}

fn is_packed_lines(name: &str, ending: &str) -> bool {
    name.strip_suffix(ending).is_some_and(|plain| plain.ends_with(".jsonl"))
}

/// Tells whether a name is that of a tar archive, compressed or not.
pub(super) fn is_tar_name(name: &str) -> bool {
    let name = name.to_lowercase();
    let plain = Packing::ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    [".tar", ".tgz", ".txz", ".tzst"].iter().any(|ending| plain.ends_with(ending))
}

/// Tells by its first 512 bytes whether a file is a tar archive; those from before 1988 only tell by name.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_to_do() {
        let cases = [
            ("s.jsonl", Wanted::Lines),
            ("S.JSONL", Wanted::Lines),
            ("agent-a.meta.json", Wanted::Sidecar),
            ("session.json", Wanted::MaybeDocument),
            ("s.jsonl.zst", Wanted::Packed),
            ("a.tar", Wanted::Packed),
            ("a.tar.xz", Wanted::Packed),
            ("a.tgz", Wanted::Packed),
            ("notes.txt.gz", Wanted::Other),
            ("._s.jsonl", Wanted::Other),
            ("jsonl", Wanted::Other),
            ("", Wanted::Other),
        ];
        for (name, expected) in cases {
            assert_eq!(Wanted::of(name), expected, "{name}");
        }
    }
}
