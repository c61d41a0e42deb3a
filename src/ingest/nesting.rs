//! How deep inside a JSON object a byte stands.

/// The state of one line's JSON after the bytes that were fed.
///
/// Good for finding out whether a key belongs to the row itself; it does not check the JSON.
#[derive(Debug, Clone, Default)]
pub(super) struct Nesting {
    depth: i64,
    is_in_string: bool,
    is_escaped: bool,
}

impl Nesting {
    /// Goes on over `bytes`; a line feed begins a new row.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let row = match memchr::memrchr(b'\n', bytes) {
            Some(end) => {
                *self = Nesting::default();
                &bytes[end + 1..]
            }
            None => bytes,
        };
        let mut rest = row;
        while !rest.is_empty() {
            rest = if self.is_in_string { self.string(rest) } else { self.structure(rest) };
        }
    }

    /// Tells whether what comes next stands in the outermost object.
    pub(super) fn is_outermost(&self) -> bool {
        self.depth == 1 && !self.is_in_string
    }

    /// Skips to the end of a string; returns what follows.
    fn string<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        if std::mem::take(&mut self.is_escaped) {
            return &bytes[1..];
        }
        match memchr::memchr2(b'"', b'\\', bytes) {
            Some(position) => {
                let is_quote = bytes[position] == b'"';
                (self.is_in_string, self.is_escaped) = (!is_quote, !is_quote);
                &bytes[position + 1..]
            }
            None => &[],
        }
    }

    /// Goes to the next string; returns what follows its first quote.
    fn structure<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        for (position, byte) in bytes.iter().enumerate() {
            match byte {
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth -= 1,
                b'"' => {
                    self.is_in_string = true;
                    return &bytes[position + 1..];
                }
                _ => {}
            }
        }
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_outermost(text: &str) -> bool {
        let mut nesting = Nesting::default();
        nesting.feed(text.as_bytes());
        nesting.is_outermost()
    }

    #[test]
    fn only_keys_of_the_row_are_outermost() {
        for text in ["{", r#"{"a":{"b":[1]},"#, r#"{"a":"{\"","#, r#"{"a":1}{"#, "{\"torn\n{", r#"{"a":"\\","#] {
            assert!(is_outermost(text), "{text}");
        }
        for text in ["", r#"{"a":{"#, r#"{"a":["#, r#"{"a":"#.trim_end_matches("a\":"), r#"{"a":"\"#, "{}"] {
            assert!(!is_outermost(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn cuts_change_nothing(text in r#"[{}\[\]"\\a\n]{0,40}"#, cut in 0usize..40) {
            let cut = cut.min(text.len());
            let mut whole = Nesting::default();
            whole.feed(text.as_bytes());
            let mut parts = Nesting::default();
            parts.feed(&text.as_bytes()[..cut]);
            parts.feed(&text.as_bytes()[cut..]);
            prop_assert_eq!(format!("{whole:?}"), format!("{parts:?}"));
        }
    }
}
