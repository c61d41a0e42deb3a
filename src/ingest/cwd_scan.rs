//! The working folders named in a file, found without parsing it.

use std::io::{self, ErrorKind, Read};
use std::ops::{ControlFlow, Range};

use memchr::memmem::Finder;

use super::nesting::Nesting;

/// Bytes looked at together, and all the memory a scan needs.
const WINDOW: usize = 256 << 10;

/// Bytes asked for first: a transcript names its folder in its first rows.
const FIRST: usize = 16 << 10;

/// A longer value is no path of any system (Linux has 4,096, Windows 32,767 units).
const MAX_VALUE: usize = 64 << 10;

const KEY: &[u8] = b"\"cwd\"";

/// Asked by [`for_each_cwd`] about one value.
///
/// Gets the bytes between the quotes, escapes and all, and a way to ask
/// whether the key belongs to the row itself and not to something quoted in
/// it (the input of a tool can have a `cwd` too); that costs a little.
pub(super) type Judge<'j> = dyn FnMut(&[u8], &dyn Fn() -> bool) -> ControlFlow<()> + 'j;

/// Gives the value of every `"cwd"` of `input` to `judge` until that breaks.
///
/// Reads in one pass with a fixed buffer, whatever the length of the lines.
///
/// # Errors
/// Those of `input`.
pub(super) fn for_each_cwd(mut input: impl Read, judge: &mut Judge<'_>) -> io::Result<()> {
    let key = Finder::new(KEY);
    let mut buffer = vec![0; FIRST];
    let mut filled = 0;
    let mut before = Nesting::default();
    loop {
        let count = read_retrying(&mut input, &mut buffer[filled..])?;
        filled += count;
        let window = Window { bytes: &buffer[..filled], before: &before, is_last: count == 0 };
        let ControlFlow::Continue(done) = window.look(&key, judge) else { return Ok(()) };
        if count == 0 {
            return Ok(());
        }
        before.feed(&buffer[..done]);
        buffer.copy_within(done..filled, 0);
        filled -= done;
        buffer.resize(WINDOW, 0);
    }
}

struct Window<'w> {
    bytes: &'w [u8],
    /// The state before the first byte.
    before: &'w Nesting,
    is_last: bool,
}

/// What follows a key.
enum Value {
    /// A string; its bytes without the quotes.
    Text(Range<usize>),
    /// Something else.
    Other,
    /// The window ends before one can tell.
    Cut,
}

impl Window<'_> {
    /// Judges every value; returns how many bytes are done with.
    fn look(&self, key: &Finder<'_>, judge: &mut Judge<'_>) -> ControlFlow<(), usize> {
        let mut at = 0;
        while let Some(found) = key.find(&self.bytes[at..]) {
            let start = at + found;
            at = start + KEY.len();
            match self.value(at) {
                Value::Text(range) => {
                    at = range.end;
                    judge(&self.bytes[range], &|| self.is_outermost(start))?;
                }
                Value::Cut if !self.is_last && self.bytes.len() - start < MAX_VALUE => {
                    return ControlFlow::Continue(start);
                }
                Value::Cut | Value::Other => {}
            }
        }
        let half_a_key = self.bytes.len().saturating_sub(KEY.len() - 1);
        ControlFlow::Continue(at.max(half_a_key))
    }

    fn value(&self, after_key: usize) -> Value {
        let colon = self.skip_blank(after_key);
        match self.bytes.get(colon) {
            Some(b':') => {}
            Some(_) => return Value::Other,
            None => return Value::Cut,
        }
        let quote = self.skip_blank(colon + 1);
        match self.bytes.get(quote) {
            Some(b'"') => self.end_of_string(quote + 1).map_or(Value::Cut, |end| Value::Text(quote + 1..end)),
            Some(_) => Value::Other,
            None => Value::Cut,
        }
    }

    fn skip_blank(&self, from: usize) -> usize {
        let blanks = self.bytes[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
        from + blanks.count()
    }

    fn end_of_string(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            at += memchr::memchr2(b'"', b'\\', self.bytes.get(at..)?)?;
            if self.bytes[at] == b'"' {
                return Some(at);
            }
            at += 2;
        }
    }

    fn is_outermost(&self, position: usize) -> bool {
        let bytes = &self.bytes[..position];
        let mut nesting = self.before.clone();
        nesting.feed(bytes);
        nesting.is_outermost()
    }
}

fn read_retrying(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that gives a few bytes at a time.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(self.1);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn values(text: &[u8], step: usize) -> Vec<(String, bool)> {
        let mut values = Vec::new();
        for_each_cwd(Trickle(text, step), &mut |raw, is_outermost| {
            values.push((String::from_utf8(raw.to_vec()).unwrap(), is_outermost()));
            ControlFlow::Continue(())
        })
        .unwrap();
        values
    }

    #[test]
    fn values_are_found_however_the_bytes_come() {
        let text = concat!(
            r#"{"type":"user","cwd":"/a","message":{"content":"\"cwd\":\"/quoted\""}}"#,
            "\n",
            r#"{"input":{"cwd" : "/b\"\\"},"cwd"	: "/c","x":["cwd"]}{"cwd":"/d"}"#,
            "\n",
            r#"{"cwd":null,"cwd":7,"cwd":"/e"#,
        );
        let expected = [("/a", true), (r#"/b\"\\"#, false), ("/c", true), ("/d", true)];
        let expected: Vec<_> = expected.iter().map(|(value, outer)| ((*value).to_owned(), *outer)).collect();
        for step in [1, 3, 7, usize::MAX] {
            assert_eq!(values(text.as_bytes(), step), expected, "{step} bytes at a time");
        }
    }

    #[test]
    fn a_line_longer_than_the_window_keeps_its_nesting() {
        for length in WINDOW - 30..WINDOW + 5 {
            let filler = "x".repeat(length);
            let text = format!(r#"{{"a":{{"b":"{filler}","cwd":"/in"}},"c":"{filler}","cwd":"/out"}}"#);
            let expected = [("/in".to_owned(), false), ("/out".to_owned(), true)];
            assert_eq!(values(text.as_bytes(), usize::MAX), expected, "{length}");
        }
    }

    #[test]
    fn a_value_without_an_end_is_given_up() {
        let text = format!("{{\"cwd\":\"{}\n{{\"cwd\":\"/b\"}}", "x".repeat(3 * WINDOW));
        assert_eq!(values(text.as_bytes(), usize::MAX), [("/b".to_owned(), true)]);
    }

    #[test]
    fn nothing_is_read_after_the_answer() {
        let text = [b"{\"cwd\":\"/a\"}\n".as_slice(), &vec![b' '; 4 * WINDOW]].concat();
        let mut input = text.as_slice();
        for_each_cwd(&mut input, &mut |_, _| ControlFlow::Break(())).unwrap();
        assert_eq!(input.len(), text.len() - FIRST);
    }
}
