//! Colours. Nothing is said by colour alone.

use anstyle::{AnsiColor, Style};

/// What a piece of text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Anything.
    #[default]
    Plain,
    /// A title or the head of a column.
    Heading,
    /// The name of a row.
    Id,
    /// An amount.
    Money,
    /// Remarks.
    Muted,
    /// Something to look at.
    Warning,
    /// Something that failed.
    Error,
    /// Advice.
    Hint,
}

/// With or without colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// No escape sequence at all.
    #[default]
    Plain,
    /// ANSI colours of the terminal's own palette.
    Colour,
}

impl Theme {
    /// Returns the text in the colour of its role.
    pub fn paint(self, role: Role, text: &str) -> String {
        match (self, style(role)) {
            (Theme::Colour, Some(style)) if !text.is_empty() => format!("{style}{text}{style:#}"),
            _ => text.to_owned(),
        }
    }
}

fn style(role: Role) -> Option<Style> {
    let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
    match role {
        Role::Plain => None,
        Role::Heading => Some(Style::new().bold()),
        Role::Id => Some(colour(AnsiColor::Yellow)),
        Role::Money => Some(colour(AnsiColor::Green)),
        Role::Muted => Some(Style::new().dimmed()),
        Role::Warning => Some(colour(AnsiColor::Yellow).bold()),
        Role::Error => Some(colour(AnsiColor::Red).bold()),
        Role::Hint => Some(colour(AnsiColor::Cyan).bold()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_theme_changes_nothing_and_the_other_ends_what_it_begins() {
        assert_eq!(Theme::Plain.paint(Role::Error, "no"), "no");
        assert_eq!(Theme::Colour.paint(Role::Plain, "no"), "no");
        assert_eq!(Theme::Colour.paint(Role::Muted, "no"), "\u{1b}[2mno\u{1b}[0m");
        assert_eq!(Theme::Colour.paint(Role::Muted, ""), "");
    }
}
