//! Identifiers that come from outside, validated before they are anything else.
//!
//! Transcripts are untrusted: an id may become a file name, an argument or a
//! table cell, so only a conservative alphabet gets in (`../../x` does not).

use std::fmt;

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing between the quotes.
    #[error("the id is empty")]
    Empty,
    /// Longer than any agent writes (200 bytes).
    #[error("the id is longer than 200 bytes")]
    TooLong,
    /// A character that could act as a path, an option or terminal control.
    #[error("the id has a character outside letters, digits and `.:_#@-`")]
    BadCharacter,
    /// A first character that makes it an option or a hidden file.
    #[error("the id begins with `.` or `-`")]
    BadStart,
    /// Not 40 or 64 hexadecimal digits.
    #[error("a commit id has 40 or 64 hexadecimal digits")]
    NotHex,
}

const MAX_LEN: usize = 200;

fn check(text: &str) -> Result<(), IdError> {
    match text.as_bytes() {
        [] => Err(IdError::Empty),
        bytes if bytes.len() > MAX_LEN => Err(IdError::TooLong),
        [b'.' | b'-', ..] => Err(IdError::BadStart),
        bytes if bytes.iter().all(|b| b.is_ascii_alphanumeric() || b".:_#@-".contains(b)) => Ok(()),
        _ => Err(IdError::BadCharacter),
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Returns the id if `text` is a well-formed one.
            ///
            /// # Errors
            /// [`IdError`] names what is wrong with the text.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                check(text).map(|()| Self(text.into()))
            }

            /// Returns the text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns the 63-bit key under which the store keeps this id.
            ///
            /// A function of the text alone, so every machine, file and order
            /// of reading gives the same row.
            pub fn key(&self) -> i64 {
                key_of(stringify!($name), &self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A session of an agent: the id its client wrote.
    SessionId
);
text_id!(
    /// One billed response (`message.id`; else the request id, else the row's uuid).
    MessageId
);
text_id!(
    /// One tool call inside a response.
    ToolUseId
);
text_id!(
    /// One subagent run inside a session.
    AgentId
);
text_id!(
    /// One row of a transcript (its `uuid`, or a hash of its text).
    RowId
);

/// Returns the first 63 bits of BLAKE3 over kind and text.
fn key_of(kind: &str, text: &str) -> i64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(kind.as_bytes());
    hasher.update(&[0]);
    hasher.update(text.as_bytes());
    first_63_bits(&hasher.finalize())
}

fn first_63_bits(hash: &blake3::Hash) -> i64 {
    let mut first = [0u8; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    i64::from_le_bytes(first) & i64::MAX
}

/// Returns a 63-bit key for something that has no id of its own.
pub(crate) fn text_key(kind: &str, text: &str) -> i64 {
    key_of(kind, text)
}

/// Returns a 63-bit key of bytes.
pub(crate) fn bytes_key(bytes: &[u8]) -> i64 {
    first_63_bits(&blake3::hash(bytes))
}

/// Returns a 63-bit key for the `number`th part of something.
pub(crate) fn derived_key(kind: &str, key: i64, number: i64) -> i64 {
    key_of(kind, &format!("{key}/{number}"))
}

/// A commit id: 20 bytes (SHA-1) or 32 (SHA-256).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CommitId {
    /// SHA-1 object format.
    Sha1([u8; 20]),
    /// SHA-256 object format.
    Sha256([u8; 32]),
}

impl CommitId {
    /// Returns the commit id for 40 or 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`IdError::NotHex`] for anything else.
    pub fn parse(hex: &str) -> Result<Self, IdError> {
        let bytes = decode_hex(hex).ok_or(IdError::NotHex)?;
        Self::from_bytes(&bytes).ok_or(IdError::NotHex)
    }

    /// Returns the commit id of 20 or 32 raw bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes.len() {
            20 => bytes.try_into().ok().map(CommitId::Sha1),
            32 => bytes.try_into().ok().map(CommitId::Sha256),
            _ => None,
        }
    }

    /// Returns the raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            CommitId::Sha1(bytes) => bytes,
            CommitId::Sha256(bytes) => bytes,
        }
    }

    /// Returns the first ten hexadecimal digits, for people.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(10);
        text
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn decode_hex(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let value = |digit: u8| (digit as char).to_digit(16).map(|v| v as u8);
    digits.chunks(2).map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_ids_are_refused() {
        for text in ["", "../../x", "-rf", ".hidden", "a/b", "a\u{1b}[2J", "a b", "a\0b", "é"] {
            assert!(SessionId::parse(text).is_err(), "{text:?} got in");
        }
        assert_eq!(SessionId::parse(&"a".repeat(201)), Err(IdError::TooLong));
    }

    #[test]
    fn ids_of_every_agent_are_accepted() {
        for text in ["79e9becd-0b83-42f1-8cb1-33375d080476", "msg_01A", "T-1", "toolu_01:2#1", "a@b"] {
            assert_eq!(SessionId::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn keys_depend_on_kind_and_text_and_are_never_negative() {
        let session = SessionId::parse("a").unwrap().key();
        assert_ne!(session, MessageId::parse("a").unwrap().key());
        assert_ne!(session, SessionId::parse("b").unwrap().key());
        assert!((0..1000).all(|n| SessionId::parse(&format!("s{n}")).unwrap().key() >= 0));
    }

    #[test]
    fn commit_ids_of_both_formats_round_trip() {
        for hex in ["ab".repeat(20), "cd".repeat(32)] {
            assert_eq!(CommitId::parse(&hex).unwrap().to_string(), hex);
        }
        assert_eq!(CommitId::parse("abc"), Err(IdError::NotHex));
        assert_eq!(CommitId::parse(&"zz".repeat(20)), Err(IdError::NotHex));
    }
}
