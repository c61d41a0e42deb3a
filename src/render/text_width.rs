//! Columns of a terminal that text takes.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The sign for what was cut off.
const CUT: char = '…';

/// Which part of a text matters most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// The begin: subjects, names.
    Begin,
    /// The end: paths.
    End,
}

/// Returns the number of columns a line of text takes.
pub(super) fn text_width(text: &str) -> usize {
    text.width()
}

/// Returns the text in at most `width` columns, with `…` where something was cut off.
pub(super) fn cut(text: &str, width: usize, keep: Keep) -> String {
    if text_width(text) <= width {
        return text.to_owned();
    }
    let Some(room) = width.checked_sub(1) else { return String::new() };
    match keep {
        Keep::Begin => fitting(text.chars(), room).into_iter().chain([CUT]).collect(),
        Keep::End => {
            let mut end = fitting(text.chars().rev(), room);
            end.push(CUT);
            end.into_iter().rev().collect()
        }
    }
}

fn fitting(characters: impl Iterator<Item = char>, room: usize) -> Vec<char> {
    let mut used = 0;
    let fits = |character: &char| {
        used += character.width().unwrap_or(0);
        used <= room
    };
    characters.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_part_that_matters_stays() {
        assert_eq!(cut("fix the redirect", 8, Keep::Begin), "fix the…");
        assert_eq!(cut("src/render/table.rs", 9, Keep::End), "…table.rs");
        assert_eq!(cut("short", 5, Keep::Begin), "short");
        assert_eq!(cut("日本語", 4, Keep::Begin), "日…");
        assert_eq!(cut("any", 0, Keep::End), "");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text in "[a-z日本🎉é ]{0,40}", width in 0usize..40) {
            for keep in [Keep::Begin, Keep::End] {
                prop_assert!(text_width(&cut(&text, width, keep)) <= width);
            }
        }
    }
}
