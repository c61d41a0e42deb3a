//! Putting a value at the end of a list or object, and taking it out so that every byte is as before.
//!
//! Nobody remembers what was there, so the blanks tell: a value put into an empty list stands right behind its
//! bracket, a list made for a value has blanks there.

use std::ops::Range;

use super::json_style::Style;
use super::json_text::between;

/// A list or object and what is in it.
#[derive(Debug, Clone)]
pub(super) struct Container {
    /// With its brackets.
    pub(super) place: Range<usize>,
    /// Its values or properties.
    pub(super) items: Vec<Range<usize>>,
}

impl Container {
    fn inside(&self) -> Range<usize> {
        self.place.start + 1..self.place.end - 1
    }

    /// Tells whether nothing but blanks stands around it.
    pub(super) fn is_all_of(&self, text: &str) -> bool {
        is_blank(&text[..self.place.start]) && is_blank(&text[self.place.end..])
    }

    /// Tells whether it was made for its only item.
    pub(super) fn is_made_for_item(&self, text: &str) -> bool {
        let [item] = self.items.as_slice() else { return false };
        let (before, after) = (&text[self.inside().start..item.start], &text[item.end..self.inside().end]);
        !before.is_empty() && is_blank(before) && is_blank(after)
    }
}

/// Returns the text of a container made for an item.
pub(super) fn made_for(item: &str, brackets: [char; 2], depth: usize, style: &Style) -> String {
    format!("{}{}{item}{}{}", brackets[0], style.line(depth + 1), style.line(depth), brackets[1])
}

/// Returns the text with an item as the last of a container, whose items stand at `depth`.
pub(super) fn insert_last(text: &str, container: &Container, item: &str, depth: usize, style: &Style) -> String {
    let inside = container.inside();
    let last = container.items.last().map(|item| item.end);
    let found = between(text, last.unwrap_or(inside.start)..inside.end);
    let line = style.line(depth);
    let Some(last) = last else {
        return match found.comment_end {
            Some(at) => splice(text, at..at, &format!("{line}{item}")),
            None => splice(text, inside.start..inside.start, item),
        };
    };
    let at = found.comment_end.unwrap_or(last).max(found.comma.map_or(last, |comma| comma + 1));
    match found.comma {
        Some(_) => splice(text, at..at, &format!("{line}{item},")),
        None => splice(&splice(text, at..at, &format!("{line}{item}")), last..last, ","),
    }
}

/// Returns the text without one item of a container, its comma and the blanks before it.
pub(super) fn remove(text: &str, container: &Container, index: usize) -> String {
    let item = container.items[index].clone();
    let before = if index == 0 { container.inside().start } else { container.items[index - 1].end };
    let blanks = text[before..item.start].len() - text[before..item.start].trim_end_matches(is_space).len();
    let start = item.start - blanks;
    if text[item.end..].starts_with(',') {
        return splice(text, start..item.end + 1, "");
    }
    let after = container.items.get(index + 1).map_or(container.inside().end, |next| next.start);
    let comma_before = between(text, before..item.start).comma.filter(|_| index > 0);
    match (comma_before, between(text, item.end..after).comma) {
        (Some(comma), _) => splice(&splice(text, start..item.end, ""), comma..comma + 1, ""),
        (None, Some(comma)) => splice(&splice(text, comma..comma + 1, ""), start..item.end, ""),
        (None, None) => splice(text, start..item.end, ""),
    }
}

/// Returns the text with a part of it replaced.
pub(super) fn splice(text: &str, part: Range<usize>, by: &str) -> String {
    format!("{}{by}{}", &text[..part.start], &text[part.end..])
}

fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

/// What JSON calls white space.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}
