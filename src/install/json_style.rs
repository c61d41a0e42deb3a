//! How a JSON file is laid out, so that what we add looks like the rest.

/// Layout of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Style {
    unit: String,
    line_end: &'static str,
}

impl Style {
    /// Returns the layout of a file whose first property begins at `first`.
    pub(super) fn of(text: &str, first: Option<usize>) -> Style {
        let line_end = if text.find('\n').is_some_and(|feed| text[..feed].ends_with('\r')) { "\r\n" } else { "\n" };
        let unit = first.and_then(|first| indentation(&text[..first])).unwrap_or("  ");
        Style { unit: unit.to_owned(), line_end }
    }

    /// Returns what begins a line at a depth.
    pub(super) fn line(&self, depth: usize) -> String {
        format!("{}{}", self.line_end, self.unit.repeat(depth))
    }
}

/// The blanks before something that stands first on its line.
fn indentation(before: &str) -> Option<&str> {
    let line = &before[before.rfind('\n')? + 1..];
    (!line.is_empty() && line.chars().all(|blank| matches!(blank, ' ' | '\t'))).then_some(line)
}
