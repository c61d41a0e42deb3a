//! Compressed streams, told by their first bytes.

use std::io::{self, BufRead, ErrorKind, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// A way of compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Xz,
    Zstd,
}

impl Packing {
    /// Endings of names.
    pub(super) const ENDINGS: [&str; 3] = [".gz", ".xz", ".zst"];

    /// Returns how a file that begins with `head` is compressed, if it is.
    pub(super) fn detect(head: &[u8]) -> Option<Packing> {
        match head {
            [0x1f, 0x8b, ..] => Some(Packing::Gzip),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Packing::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Packing::Zstd),
            _ => None,
        }
    }

    /// Returns the decompressed stream; several streams in a row are one.
    pub(super) fn decoder<'r>(self, input: impl BufRead + 'r) -> Box<dyn Read + 'r> {
        match self {
            Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(input)),
            Packing::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(input, true, XZ_MEMORY_KIB)),
            Packing::Zstd => Box::new(ZstdFrames { input, decoder: FrameDecoder::new(), is_open: false, fault: None }),
        }
    }
}

/// `xz -9` needs 65 MiB; more is not worth what a hostile file could ask for.
const XZ_MEMORY_KIB: u32 = 192 << 10;

/// The rest of a frame that ends here: an empty last block and room for a checksum.
const END_OF_FRAME: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// All frames of a stream; the library's own reader ends after the first.
struct ZstdFrames<R> {
    input: R,
    decoder: FrameDecoder,
    is_open: bool,
    /// Comes up after everything that was decoded before it.
    fault: Option<io::Error>,
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.is_open {
                self.decode();
                let count = self.decoder.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
                self.is_open = false;
            }
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            if self.input.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.open()?;
        }
    }
}

impl<R: BufRead> ZstdFrames<R> {
    fn open(&mut self) -> io::Result<()> {
        match self.decoder.reset(&mut self.input) {
            Ok(()) => self.is_open = true,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                io::copy(&mut self.input.by_ref().take(u64::from(length)), &mut io::sink())?;
            }
            Err(error) => return Err(io::Error::other(error)),
        }
        Ok(())
    }

    /// Decodes until there is something to give or the frame ends.
    fn decode(&mut self) {
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            let one = BlockDecodingStrategy::UptoBlocks(1);
            let Err(error) = self.decoder.decode_blocks(&mut self.input, one) else { continue };
            self.fault = Some(io::Error::other(error));
            // The decoder holds back up to 8 MiB until the frame ends; a damaged frame ends here.
            if self.decoder.decode_blocks(END_OF_FRAME.as_slice(), BlockDecodingStrategy::All).is_err() {
                return;
            }
        }
    }
}

/// A stream that fails after so many bytes, and after a failure only fails.
pub(super) struct Limited<R> {
    input: R,
    left: u64,
    has_failed: bool,
}

/// Decoders forget what they had decoded in the call that fails, so calls are small.
const STEP: usize = 8 << 10;

impl<R: Read> Limited<R> {
    pub(super) fn new(input: R, limit: u64) -> Limited<R> {
        Limited { input, left: limit, has_failed: false }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.has_failed {
            return Err(io::Error::other("reading went on after an error"));
        }
        let length = buffer.len().min(STEP);
        match self.input.read(&mut buffer[..length]) {
            Ok(count) if count as u64 > self.left => {
                self.has_failed = true;
                Err(io::Error::other("it unpacks to more than 64 GiB"))
            }
            Ok(count) => {
                self.left -= count as u64;
                Ok(count)
            }
            Err(error) => {
                self.has_failed = error.kind() != ErrorKind::Interrupted;
                Err(error)
            }
        }
    }
}

/// A stream whose errors look like its end, so that what came before is kept.
pub(super) struct Guarded<'g> {
    input: &'g mut dyn Read,
    /// Bytes that must still come, if that is known.
    missing: Option<u64>,
    /// Why it ended.
    pub(super) fault: Option<String>,
}

impl<'g> Guarded<'g> {
    pub(super) fn new(input: &'g mut dyn Read, size: Option<u64>) -> Guarded<'g> {
        Guarded { input, missing: size, fault: None }
    }
}

impl Read for Guarded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fault.is_some() || buffer.is_empty() {
            return Ok(0);
        }
        match self.input.read(buffer) {
            Ok(0) if self.missing.is_some_and(|missing| missing > 0) => self.fault = Some("it ends early".to_owned()),
            Ok(count) => {
                self.missing = self.missing.map(|missing| missing.saturating_sub(count as u64));
                return Ok(count);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => return Err(error),
            Err(error) => self.fault = Some(error.to_string()),
        }
        Ok(0)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    pub(crate) const ALL: [Packing; 3] = [Packing::Gzip, Packing::Xz, Packing::Zstd];

    pub(crate) fn packed(packing: Packing, bytes: &[u8]) -> Vec<u8> {
        match packing {
            Packing::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            Packing::Xz => {
                let options = lzma_rust2::XzOptions::with_preset(1);
                let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            Packing::Zstd => {
                let level = ruzstd::encoding::CompressionLevel::Fastest;
                ruzstd::encoding::compress_to_vec(bytes, level)
            }
        }
    }

    fn unpacked(packing: Packing, bytes: &[u8]) -> (Vec<u8>, Option<String>) {
        let mut decoder = Limited::new(packing.decoder(bytes), 64 << 20);
        let mut guarded = Guarded::new(&mut decoder, None);
        let mut all = Vec::new();
        guarded.read_to_end(&mut all).unwrap();
        (all, guarded.fault)
    }

    /// Text that no decoder can hold back as one block.
    fn text() -> Vec<u8> {
        (0..60_000_u32).flat_map(|number| format!("{}\n", number.wrapping_mul(2_654_435_761)).into_bytes()).collect()
    }

    #[test]
    fn every_packing_is_told_and_undone() {
        for packing in ALL {
            let bytes = packed(packing, &text());
            assert_eq!(Packing::detect(&bytes), Some(packing));
            assert_eq!(unpacked(packing, &bytes), (text(), None), "{packing:?}");
            assert_eq!(unpacked(packing, &packed(packing, b"")), (Vec::new(), None), "{packing:?}");
        }
        for plain in [b"{\"type\"".as_slice(), b"", b"\x1f"] {
            assert_eq!(Packing::detect(plain), None);
        }
    }

    #[test]
    fn streams_in_a_row_are_one() {
        for packing in ALL {
            let both = [packed(packing, b"one\n"), packed(packing, b"two\n")].concat();
            assert_eq!(unpacked(packing, &both), (b"one\ntwo\n".to_vec(), None), "{packing:?}");
        }
        let skipped = [b"\x50\x2a\x4d\x18\x03\0\0\0xyz".as_slice(), &packed(Packing::Zstd, b"one\n")].concat();
        assert_eq!(Packing::detect(&skipped), Some(Packing::Zstd));
        assert_eq!(unpacked(Packing::Zstd, &skipped), (b"one\n".to_vec(), None));
    }

    #[test]
    fn a_cut_stream_gives_what_came_before_and_a_fault() {
        for packing in ALL {
            let bytes = packed(packing, &text());
            let (all, fault) = unpacked(packing, &bytes[..bytes.len() * 3 / 4]);
            assert!(fault.is_some() && text().starts_with(&all), "{packing:?} {fault:?}");
            // A block of xz is given whole or not at all.
            assert!(all.len() * 3 > text().len(), "{packing:?} gave {} of {}", all.len(), text().len());
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let mut limited = Limited::new(io::repeat(0), 100_000);
        let mut guarded = Guarded::new(&mut limited, None);
        assert!(io::copy(&mut guarded, &mut io::sink()).unwrap() <= 100_000);
        assert!(guarded.fault.is_some());
    }

    #[test]
    fn an_entry_that_is_shorter_than_it_says_is_a_fault() {
        let guarded = |size, input: &mut &[u8]| {
            let mut guarded = Guarded::new(input, Some(size));
            io::copy(&mut guarded, &mut io::sink()).unwrap();
            guarded.fault.is_some()
        };
        assert!(guarded(4, &mut b"abc".as_slice()));
        assert!(!guarded(3, &mut b"abc".as_slice()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn damage_never_panics(kind in 0usize..3, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
            let text: Vec<u8> = text().into_iter().take(5_000).collect();
            let mut bytes = packed(ALL[kind], &text);
            let position = at.index(bytes.len());
            bytes[position] = byte;
            bytes.truncate(cut.index(bytes.len() * 2).max(1));
            unpacked(ALL[kind], &bytes);
        }

        #[test]
        fn junk_never_panics(kind in 0usize..3, junk in prop::collection::vec(any::<u8>(), 0..200)) {
            let head = packed(ALL[kind], b"");
            unpacked(ALL[kind], &[&head[..6.min(head.len())], &junk].concat());
        }
    }
}
