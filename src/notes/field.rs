//! Words of a line: percent-encoded where a space or a control character would break the line.

/// Returns a text as one word: control characters, spaces and `%` become `%` and two digits; nothing becomes `%`.
pub(super) fn encode(text: &[u8]) -> String {
    if text.is_empty() {
        return "%".into();
    }
    let keep_whole = std::str::from_utf8(text).is_ok();
    let mut word = Vec::with_capacity(text.len());
    for &byte in text {
        let is_plain = byte > b' ' && byte != b'%' && byte != 0x7f && (byte < 0x80 || keep_whole);
        match is_plain {
            true => word.push(byte),
            false => word.extend(format!("%{byte:02X}").into_bytes()),
        }
    }
    // Every byte above 0x7f was kept only if all of the text is UTF-8, so this loses nothing.
    String::from_utf8_lossy(&word).into_owned()
}

/// Returns what [`encode`] was given, or `None` for a word it never makes.
pub(super) fn decode(word: &str) -> Option<Vec<u8>> {
    if word == "%" {
        return Some(Vec::new());
    }
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let [high, low, after @ ..] = rest else { return None };
            bytes.push(digit(*high)? << 4 | digit(*low)?);
            rest = after;
        } else if *first > b' ' && *first != 0x7f {
            bytes.push(*first);
        } else {
            return None;
        }
    }
    Some(bytes)
}

/// Returns a word decoded as text; what is not UTF-8 is no text.
pub(super) fn decode_text(word: &str) -> Option<String> {
    String::from_utf8(decode(word)?).ok()
}

fn digit(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|value| value as u8)
}

/// The largest counter: what every reader of JSON holds exactly.
pub(super) const MAX_NUMBER: u64 = (1 << 53) - 1;

/// Returns a decimal number of at most [`MAX_NUMBER`], without sign.
pub(super) fn number(text: &str) -> Option<u64> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_digits && *number <= MAX_NUMBER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_hold_what_would_break_a_line() {
        assert_eq!(encode(b"src/a b%c\n.rs"), "src/a%20b%25c%0A.rs");
        assert_eq!(encode("Füße".as_bytes()), "Füße");
        assert_eq!(encode(b"a\xff"), "a%FF");
        for word in ["%0", "%zz", "a b", "%4"] {
            assert_eq!(decode(word), None, "{word}");
        }
        assert_eq!((number("12"), number("+1"), number(""), number("9007199254740992")), (Some(12), None, None, None));
    }

    proptest! {
        #[test]
        fn every_text_is_one_word_and_comes_back(text in prop::collection::vec(any::<u8>(), 0..20)) {
            let word = encode(&text);
            prop_assert!(!word.is_empty() && !word.contains([' ', '\n', '\r', '\t']));
            prop_assert_eq!(decode(&word), Some(text));
        }
    }
}
