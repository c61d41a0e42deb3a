//! Bytes that an editor or a checkout would repair, so no fixture file can hold them.

/// One way in which a transcript is not clean UTF-8 lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoil {
    /// A byte order mark before the first line.
    ByteOrderMark,
    /// CR LF at every line's end.
    CarriageReturns,
    /// A NUL byte alone on a line after the first (a block that never reached the disk).
    NulLine,
    /// A byte that is never UTF-8, inside the first string of the last line.
    InvalidUtf8,
}

impl Spoil {
    /// Every way, for tests that try them all.
    pub(crate) const ALL: [Spoil; 4] =
        [Spoil::ByteOrderMark, Spoil::CarriageReturns, Spoil::NulLine, Spoil::InvalidUtf8];

    /// Returns clean `lines` spoiled in this way.
    pub(crate) fn apply(self, lines: &str) -> Vec<u8> {
        match self {
            Spoil::ByteOrderMark => [b"\xef\xbb\xbf", lines.as_bytes()].concat(),
            Spoil::CarriageReturns => lines.replace('\n', "\r\n").into_bytes(),
            Spoil::NulLine => lines.replacen('\n', "\n\0\n", 1).into_bytes(),
            Spoil::InvalidUtf8 => {
                let last_line = lines.trim_end().rfind('\n').map_or(0, |end| end + 1);
                let inside = lines[last_line..].find(":\"").map_or(last_line, |at| last_line + at + 2);
                [&lines.as_bytes()[..inside], b"\xff", &lines.as_bytes()[inside..]].concat()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "{\"type\":\"user\"}\n{\"type\":\"system\"}\n";

    #[test]
    fn every_way_changes_the_bytes_and_keeps_the_text() {
        for spoil in Spoil::ALL {
            let bytes = spoil.apply(LINES);
            assert_ne!(bytes, LINES.as_bytes(), "{spoil:?} changed nothing");
            let kept: Vec<u8> = bytes.into_iter().filter(|byte| LINES.as_bytes().contains(byte)).collect();
            assert_eq!(String::from_utf8(kept).unwrap().replace("\n\n", "\n"), LINES, "{spoil:?}");
        }
        assert!(String::from_utf8(Spoil::InvalidUtf8.apply(LINES)).is_err());
    }
}
