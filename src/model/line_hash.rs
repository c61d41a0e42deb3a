//! The only trace of a line of code that is ever stored: 63 bits of a hash.

/// A hash of one line's text, white space at both ends ignored.
///
/// Trimming both ends lets a line keep its identity through a formatter that
/// re-indents it. Lines with fewer than four characters (`}`, `);`, blank)
/// prove nothing about their writer and have no hash. The function is XXH3: a
/// made-up collision gains nobody more than writing the line itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineHash(pub i64);

/// The shortest text that can be evidence (`analysis` rule L0).
pub(super) const MIN_EVIDENCE: usize = 4;

impl LineHash {
    /// Returns the hash of a line, or `None` if the line is too trivial to be evidence.
    pub fn of(line: &[u8]) -> Option<LineHash> {
        let text = line.trim_ascii();
        if text.len() < MIN_EVIDENCE {
            return None;
        }
        Some(LineHash(xxhash_rust::xxh3::xxh3_64(text) as i64 & i64::MAX))
    }

    /// Packs hashes as the store keeps them: eight little-endian bytes each.
    pub fn pack(hashes: &[LineHash]) -> Vec<u8> {
        hashes.iter().flat_map(|hash| hash.0.to_le_bytes()).collect()
    }

    /// Unpacks what [`LineHash::pack`] made; a torn last entry is ignored.
    pub fn unpack(bytes: &[u8]) -> Vec<LineHash> {
        let entry = |chunk: &[u8]| chunk.try_into().ok().map(i64::from_le_bytes).map(LineHash);
        bytes.chunks_exact(8).filter_map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trivial_lines_have_no_hash() {
        for line in ["", "   ", "}", " );", "\t}\r", "end"] {
            assert_eq!(LineHash::of(line.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn white_space_at_the_ends_does_not_matter_inside_it_does() {
        assert_eq!(LineHash::of(b"  let a = 1;\r"), LineHash::of(b"let a = 1;"));
        assert_ne!(LineHash::of(b"let a  = 1;"), LineHash::of(b"let a = 1;"));
    }

    #[test]
    fn packing_round_trips() {
        let hashes: Vec<_> = (0..9).filter_map(|n| LineHash::of(format!("line {n}").as_bytes())).collect();
        assert_eq!(LineHash::unpack(&LineHash::pack(&hashes)), hashes);
        assert_eq!(LineHash::unpack(&[1, 2, 3]), []);
    }
}
