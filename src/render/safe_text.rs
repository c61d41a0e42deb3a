//! Text of strangers, made harmless for a terminal.

use std::fmt::Write as _;

/// Returns the text on one line, with nothing in it that a terminal obeys.
///
/// White space becomes a blank. Control characters, and characters that reorder or hide text (bidirectional marks,
/// U+2028, U+2029, tags), become visible as `\u{1b}`: dropping them would hide that somebody tried.
pub fn safe_text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => safe.push(' '),
            _ if is_harmful(character) => {
                // Writing to a string cannot fail.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(character));
            }
            _ => safe.push(character),
        }
    }
    safe
}

/// Tells whether a terminal obeys the character, or a reader is deceived by it.
pub(super) fn is_harmful(character: char) -> bool {
    let deceives = matches!(character,
        '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    character.is_control() || deceives
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_are_shown_and_not_obeyed() {
        assert_eq!(safe_text("\u{1b}[2Jgone\u{7}"), "\\u{1b}[2Jgone\\u{7}");
        assert_eq!(safe_text("one\r\n\ttwo"), "one   two");
        assert_eq!(safe_text("evil\u{202e}txt.exe"), "evil\\u{202e}txt.exe");
        assert_eq!(safe_text("grüße 日本 🎉"), "grüße 日本 🎉");
    }

    proptest! {
        #[test]
        fn no_string_keeps_a_control_character(text in any::<String>()) {
            prop_assert!(!safe_text(&text).chars().any(is_harmful));
        }

        #[test]
        fn every_control_character_is_made_visible(code in prop_oneof![0u32..0x20, 0x7fu32..0xa0]) {
            let character = char::from_u32(code).unwrap();
            prop_assert!(safe_text(&character.to_string()).chars().all(|shown| shown == ' ' || shown.is_ascii_graphic()));
        }

        #[test]
        fn what_is_safe_stays_as_it_is(text in "[a-zA-Z0-9 .,:/äöü日本-]*") {
            prop_assert_eq!(safe_text(&text), text);
        }
    }
}
