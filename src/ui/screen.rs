//! How much fits on the screen.

use std::io;

use terminal_size::{Height, Width, terminal_size_of};

use super::environment::Environment;

/// Columns where there is no terminal.
const PIPED_WIDTH: usize = 100;
/// Fewer columns are not worth fitting.
const LEAST_WIDTH: usize = 20;

/// Returns the columns to print in: `COLUMNS`, else the terminal's, else 100.
pub(super) fn width(environment: &Environment) -> usize {
    let own = || terminal_size_of(io::stdout()).map(|(Width(width), _)| usize::from(width));
    number(environment.columns.as_deref()).or_else(own).unwrap_or(PIPED_WIDTH).max(LEAST_WIDTH)
}

/// Returns the lines of the terminal; `None` if there is none.
pub(super) fn height(environment: &Environment) -> Option<usize> {
    let own = || terminal_size_of(io::stdout()).map(|(_, Height(height))| usize::from(height));
    number(environment.lines.as_deref()).or_else(own)
}

/// Tells whether a text takes more lines than the screen has, one left for the prompt.
///
/// Lines are taken to fit: those of tables do.
pub(super) fn is_longer(text: &str, height: usize) -> bool {
    text.bytes().filter(|byte| *byte == b'\n').nth(height.saturating_sub(1)).is_some()
}

fn number(text: Option<&str>) -> Option<usize> {
    text?.trim().parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_go_before_the_terminal() {
        let columns = |text: &str| width(&Environment { columns: Some(text.into()), ..Environment::default() });
        assert_eq!(columns("72"), 72);
        assert_eq!(columns("3"), LEAST_WIDTH);
        assert_eq!(columns("0"), columns("wide"), "nonsense is as if it were not there");
    }

    #[test]
    fn one_line_is_left_for_the_prompt() {
        let lines = |count: usize| "line\n".repeat(count);
        assert!(!is_longer(&lines(23), 24));
        assert!(is_longer(&lines(24), 24));
        assert!(!is_longer("", 24));
    }
}
