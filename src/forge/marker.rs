//! The first line of a comment of ours: whose it is, and of which state of the pull request it speaks.
//!
//! ```text
//! <!-- agent-trace:pr key=default v=1 head=3f2a91c04d1e rank=12 sum=9c1e00aa11bb22cc usd_u=4870000 -->
//! ```
//!
//! It is believed only in comments that we wrote ourselves, and only at their very beginning: a quoted comment begins
//! with `>`.

use std::fmt;

/// How every marker begins.
const BEGIN: &str = "<!-- agent-trace:pr key=";
/// How many digits of a commit's id are kept.
const HEAD_DIGITS: usize = 12;

/// Which of several comments of ours on one pull request: letters, digits, `.`, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// Returns a key; `None` if the text is empty, longer than 64 or has other characters.
    pub fn parse(text: &str) -> Option<Key> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        // `--` would end an HTML comment for some readers.
        let is_good = (1..=64).contains(&text.len()) && text.bytes().all(is_plain) && !text.contains("--");
        is_good.then(|| Key(text.to_owned()))
    }
}

impl Default for Key {
    fn default() -> Key {
        Key("default".to_owned())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Of which state of a pull request a comment speaks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The first 12 digits of the last commit's id; empty if not known.
    pub head: String,
    /// Larger for a later run, where the commits do not tell.
    pub rank: u64,
}

impl State {
    /// Returns the state after a run for a commit.
    pub fn new(head: &str, rank: u64) -> State {
        State { head: hex(head), rank }
    }
}

/// The first digits of an id; nothing if it is none.
fn hex(text: &str) -> String {
    let is_id = text.len() >= HEAD_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { text[..HEAD_DIGITS].to_ascii_lowercase() } else { String::new() }
}

/// What the first line of a comment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Which comment.
    pub key: Key,
    /// Of which state.
    pub state: State,
    /// The hash of the text below the marker.
    pub sum: String,
    /// The total in micro-USD, for whoever reads comments by program; `None` if not known.
    pub micro_usd: Option<u64>,
}

impl Marker {
    /// Returns the marker of a text.
    pub fn of(key: &Key, state: &State, micro_usd: Option<u64>, text: &str) -> Marker {
        Marker { key: key.clone(), state: state.clone(), sum: sum(text), micro_usd }
    }

    /// Reads the first line of a comment; `None` if it is not exactly a marker. Unknown words are passed over.
    pub fn read(body: &str) -> Option<Marker> {
        let line = body.split('\n').next().unwrap_or_default().trim_end();
        let mut words = line.strip_prefix(BEGIN)?.strip_suffix(" -->")?.split(' ');
        let key = Key::parse(words.next()?)?;
        let mut marker = Marker { key, state: State::default(), sum: String::new(), micro_usd: None };
        for (name, value) in words.filter_map(|word| word.split_once('=')) {
            match name {
                "head" => marker.state.head = hex(value),
                "rank" => marker.state.rank = value.parse().unwrap_or(0),
                "sum" => value.clone_into(&mut marker.sum),
                "usd_u" => marker.micro_usd = value.parse().ok(),
                _ => {}
            }
        }
        Some(marker)
    }

    /// Returns the comment: this line, and the text below it.
    pub fn above(&self, text: &str) -> String {
        format!("{self}\n{text}")
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Marker { key, state: State { head, rank }, sum, micro_usd } = self;
        write!(f, "{BEGIN}{key} v=1 head={head} rank={rank} sum={sum}")?;
        if let Some(micro_usd) = micro_usd {
            write!(f, " usd_u={micro_usd}")?;
        }
        f.write_str(" -->")
    }
}

/// 64 bits are enough to see that a text of ours is the same.
fn sum(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str = "3f2a91c04d1e77aa77aa77aa77aa77aa77aa77aa";

    fn marker() -> Marker {
        Marker::of(&Key::default(), &State::new(HEAD, 12), Some(4_870_000), "text\n")
    }

    #[test]
    fn a_marker_reads_as_it_was_written() {
        let body = marker().above("text\n");
        assert!(body.starts_with("<!-- agent-trace:pr key=default v=1 head=3f2a91c04d1e rank=12 sum="), "{body}");
        assert_eq!(Marker::read(&body), Some(marker()));
        assert_eq!(Marker::read(&body.replace('\n', "\r\n")), Some(marker()), "forges write other ends of lines");
    }

    #[test]
    fn what_is_quoted_indented_or_further_down_is_no_marker() {
        let body = marker().above("text");
        for other in [format!("> {body}"), format!(" {body}"), format!("\n{body}"), format!("see {body}")] {
            assert_eq!(Marker::read(&other), None, "{other}");
        }
        assert_eq!(Marker::read("<!-- agent-trace:pr key=default v=1"), None, "not closed");
        assert_eq!(Marker::read("<!-- agent-trace:pr key=a\u{202e}b v=1 -->"), None);
        assert_eq!(Marker::read("<!-- agent-trace:pr -->"), None);
    }

    #[test]
    fn keys_and_heads_have_only_harmless_characters() {
        for bad in ["", "a b", "-->", "a--b", "<!--", "ü", &"x".repeat(65)] {
            assert_eq!(Key::parse(bad), None, "{bad}");
        }
        assert_eq!(Key::parse("web.api_2-x").unwrap().to_string(), "web.api_2-x");
        assert_eq!(State::new("main --> <b>", 1).head, "");
        assert_eq!(State::new("abc", 1).head, "", "too short to mean one commit");
    }

    proptest! {
        #[test]
        fn any_text_reads_without_failing(body in "(<!-- agent-trace:pr key=)?[ -~\n\u{202e}]{0,80}( -->)?") {
            if let Some(marker) = Marker::read(&body) {
                prop_assert_eq!(Marker::read(&marker.above("x")).map(|m| m.key), Some(marker.key));
            }
        }
    }
}
