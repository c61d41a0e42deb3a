//! Whether to print in colour.

use super::environment::Environment;
use crate::render::Theme;

/// What the user wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum ColourChoice {
    /// In a terminal, unless `NO_COLOR` is set; also elsewhere if `CLICOLOR_FORCE` is
    #[default]
    Auto,
    /// Also into a pipe
    Always,
    /// Not at all
    Never,
}

/// Decides for one stream. The option goes before `NO_COLOR`, that before `CLICOLOR_FORCE`, that before the terminal.
pub(super) fn theme(choice: ColourChoice, environment: &Environment, is_terminal: bool) -> Theme {
    let is_set = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
    let is_forced = is_set(&environment.clicolor_force) && environment.clicolor_force.as_deref() != Some("0");
    let is_coloured = match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto if is_set(&environment.no_color) => false,
        ColourChoice::Auto => is_forced || (is_terminal && !environment.is_dumb()),
    };
    if is_coloured { Theme::Colour } else { Theme::Plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_wish_wins() {
        let set = |value: &str| Some(value.to_owned());
        let plain = Environment::default();
        let no_color = Environment { no_color: set("1"), clicolor_force: set("1"), ..Environment::default() };
        let forced = Environment { clicolor_force: set("1"), ..Environment::default() };
        let unforced = Environment { clicolor_force: set("0"), no_color: set(""), ..Environment::default() };
        let dumb = Environment { term: set("dumb"), ..Environment::default() };
        for (choice, environment, is_terminal, expected) in [
            (ColourChoice::Auto, &plain, true, Theme::Colour),
            (ColourChoice::Auto, &plain, false, Theme::Plain),
            (ColourChoice::Auto, &no_color, true, Theme::Plain),
            (ColourChoice::Always, &no_color, false, Theme::Colour),
            (ColourChoice::Never, &forced, true, Theme::Plain),
            (ColourChoice::Auto, &forced, false, Theme::Colour),
            (ColourChoice::Auto, &unforced, false, Theme::Plain),
            (ColourChoice::Auto, &unforced, true, Theme::Colour),
            (ColourChoice::Auto, &dumb, true, Theme::Plain),
        ] {
            assert_eq!(theme(choice, environment, is_terminal), expected, "{choice:?} {environment:?} {is_terminal}");
        }
    }
}
