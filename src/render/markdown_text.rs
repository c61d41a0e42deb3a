//! Text of strangers, made harmless for Markdown.

use super::safe_text::safe_text;

/// Breaks mentions, references and links that GitHub makes of bare text; shown as nothing.
const BREAK: &str = "&#8203;";

/// Returns the text so that GitHub shows it as it is: no table cell, tag, link, mention or reference begins in it.
pub(super) fn markdown_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let text = safe_text(text);
    let text = text.trim();
    for (index, character) in text.char_indices() {
        let (before, after) = (&text[..index], &text[index + character.len_utf8()..]);
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' => push_broken(&mut escaped, "@"),
            '#' => push_broken(&mut escaped, "\\#"),
            '!' if after.starts_with(|next: char| next.is_ascii_digit()) => push_broken(&mut escaped, "!"),
            ':' if begins_something(after) => push_broken(&mut escaped, ":"),
            // Parsers take `www.` for an address whatever follows, so the break stands before its end.
            '.' if ends_with_www(before) => escaped.push_str(&format!("{BREAK}.")),
            '-' if ends_with_gh(before) => push_broken(&mut escaped, "-"),
            '-' | '+' | '=' | '.' | ')' if begins_line(before) => push_escaped(&mut escaped, character),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => push_escaped(&mut escaped, character),
            _ => escaped.push(character),
        }
    }
    escaped
}

fn push_broken(escaped: &mut String, text: &str) {
    escaped.push_str(text);
    escaped.push_str(BREAK);
}

fn push_escaped(escaped: &mut String, character: char) {
    escaped.push('\\');
    escaped.push(character);
}

/// `-`, `+` and `1.` make lists, `=` makes a heading of the line above.
fn begins_line(before: &str) -> bool {
    before.bytes().all(|byte| byte.is_ascii_digit())
}

/// `://` makes a link, `:name:` a picture.
fn begins_something(after: &str) -> bool {
    after.starts_with(|next: char| next == '/' || next == '+' || next == '-' || next.is_alphabetic())
}

fn ends_with_www(before: &str) -> bool {
    before.to_ascii_lowercase().ends_with("www")
}

fn ends_with_gh(before: &str) -> bool {
    before.to_ascii_lowercase().ends_with("gh")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Counts the pipes that separate cells.
    pub(crate) fn unescaped_pipes(line: &str) -> usize {
        let mut count = 0;
        let mut is_escaped = false;
        for character in line.chars() {
            count += usize::from(character == '|' && !is_escaped);
            is_escaped = character == '\\' && !is_escaped;
        }
        count
    }

    #[test]
    fn nothing_of_markdown_survives() {
        assert_eq!(markdown_text("a|b"), "a\\|b");
        assert_eq!(markdown_text("<img src=x>"), "&lt;img src=x&gt;");
        assert_eq!(markdown_text("`code` [a](b)"), "\\`code\\` \\[a\\](b)");
        assert_eq!(markdown_text("ask @octocat in #12"), "ask @&#8203;octocat in \\#&#8203;12");
        assert_eq!(markdown_text("!12 and 5!"), "!&#8203;12 and 5!");
        assert_eq!(markdown_text("https://x.example"), "https:&#8203;//x.example");
        assert_eq!(markdown_text("www.x and GH-12"), "www&#8203;.x and GH-&#8203;12");
        assert_eq!(markdown_text("- 1. a-b"), "\\- 1. a-b");
        assert_eq!(markdown_text("12. a"), "12\\. a");
        assert_eq!(markdown_text("at 12:54: :smile:"), "at 12:54: :&#8203;smile:");
        assert_eq!(markdown_text("one\ntwo\u{1b}[0m"), "one two\\\\u{1b}\\[0m");
    }

    proptest! {
        #[test]
        fn a_cell_never_ends_its_column_or_row(text in any::<String>()) {
            let cell = markdown_text(&text);
            prop_assert_eq!(unescaped_pipes(&cell), 0);
            prop_assert!(!cell.contains(['\n', '\r', '<', '>']));
        }

        #[test]
        fn a_cell_never_ends_its_column_in_the_worst_alphabet(text in "[\\\\|`<@#\n&]{0,20}") {
            let line = format!("| {} |", markdown_text(&text));
            prop_assert_eq!(unescaped_pipes(&line), 2, "{}", line);
        }
    }
}
