//! Splits a stream into lines without holding more than one of them.

use std::cell::Cell;
use std::io::{self, Read};

/// The longest line that is read, in bytes; a longer one is a counted problem.
///
/// The longest line seen in 700 MB of real transcripts is 0.96 MB; 256 MiB
/// still lets a pasted video through and bounds what junk can cost.
pub const MAX_LINE: usize = 256 << 20;

/// Bytes asked for at a time.
const CHUNK: usize = 256 << 10;

/// A line, or the news that there was one too long to hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// The bytes without the line feed.
    Bytes {
        /// Offset of the first byte in the stream.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
        /// A line feed followed.
        is_terminated: bool,
    },
    /// The line was skipped.
    TooLong {
        /// Offset of the first byte.
        offset: u64,
        /// Its length in bytes.
        length: u64,
    },
}

/// Reads lines from a stream; memory is bounded by the longest line.
pub(super) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes from `start` that are known to hold no line feed.
    searched: usize,
    offset: u64,
    is_at_end: bool,
    max_line: usize,
}

thread_local! {
    /// The last buffer of this thread: a thousand files need not ask the system for a thousand buffers.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A larger buffer is given back to the system.
const MAX_SPARE: usize = 4 << 20;

impl<R> Drop for Lines<R> {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        if buffer.len() <= MAX_SPARE {
            SPARE.set(buffer);
        }
    }
}

impl<R: Read> Lines<R> {
    /// Starts at `offset`, which only serves to number the lines.
    pub(super) fn new(input: R, offset: u64, max_line: usize) -> Lines<R> {
        Lines { input, buffer: SPARE.take(), start: 0, end: 0, searched: 0, offset, is_at_end: false, max_line }
    }

    /// Returns the next line, or `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            let unsearched = &self.buffer[self.start + self.searched..self.end];
            if let Some(position) = memchr::memchr(b'\n', unsearched) {
                return Ok(Some(self.take(self.searched + position, true)));
            }
            self.searched = self.end - self.start;
            if self.is_at_end {
                return Ok((self.searched > 0).then(|| self.take(self.searched, false)));
            }
            if self.searched > self.max_line {
                return self.skip_long().map(Some);
            }
            self.fill()?;
        }
    }

    fn take(&mut self, length: usize, is_terminated: bool) -> Line<'_> {
        let (start, offset) = (self.start, self.offset);
        let consumed = length + usize::from(is_terminated);
        self.start += consumed;
        self.offset += consumed as u64;
        self.searched = 0;
        Line::Bytes { offset, bytes: &self.buffer[start..start + length], is_terminated }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() < self.end + CHUNK {
            let doubled = (self.buffer.len() * 2).max(self.end + CHUNK);
            self.buffer.resize(doubled.min(self.max_line + 2 * CHUNK), 0);
        }
        let count = read_retrying(&mut self.input, &mut self.buffer[self.end..])?;
        self.end += count;
        self.is_at_end = count == 0;
        Ok(())
    }

    fn skip_long(&mut self) -> io::Result<Line<'_>> {
        let offset = self.offset;
        let mut length = self.searched as u64;
        self.buffer.truncate(CHUNK);
        self.buffer.shrink_to_fit();
        (self.start, self.end, self.searched) = (0, 0, 0);
        loop {
            let count = read_retrying(&mut self.input, &mut self.buffer)?;
            if count == 0 {
                self.is_at_end = true;
                break;
            }
            if let Some(position) = memchr::memchr(b'\n', &self.buffer[..count]) {
                length += position as u64;
                (self.start, self.end) = (position + 1, count);
                self.offset = offset + length + 1;
                return Ok(Line::TooLong { offset, length });
            }
            length += count as u64;
        }
        self.offset = offset + length;
        Ok(Line::TooLong { offset, length })
    }
}

fn read_retrying(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn collect(bytes: &[u8], max_line: usize) -> Vec<(u64, Option<Vec<u8>>, bool)> {
        let mut lines = Lines::new(Trickle(bytes), 0, max_line);
        let mut all = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            all.push(match line {
                Line::Bytes { offset, bytes, is_terminated } => (offset, Some(bytes.to_vec()), is_terminated),
                Line::TooLong { offset, .. } => (offset, None, true),
            });
        }
        all
    }

    /// A stream that gives at most seven bytes at a time.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(7);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn a_line_over_the_limit_is_skipped_and_the_next_one_is_read() {
        let mut bytes = vec![b'x'; 3 * CHUNK];
        bytes.extend_from_slice(b"\nshort\n");
        let lines = collect(&bytes, CHUNK);
        assert_eq!(lines[0], (0, None, true));
        assert_eq!(lines[1], (3 * CHUNK as u64 + 1, Some(b"short".to_vec()), true));
        assert_eq!(lines.len(), 2);
    }

    proptest! {
        #[test]
        fn lines_are_what_split_gives(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..300)) {
            let mut expected: Vec<_> = bytes.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
            if expected.last().is_some_and(Vec::is_empty) {
                expected.pop();
            }
            let lines = collect(&bytes, MAX_LINE);
            let texts: Vec<_> = lines.iter().filter_map(|line| line.1.clone()).collect();
            prop_assert_eq!(texts, expected);
            for (offset, text, _) in &lines {
                let text = text.as_deref().unwrap_or_default();
                prop_assert_eq!(&bytes[*offset as usize..*offset as usize + text.len()], text);
            }
        }
    }
}
