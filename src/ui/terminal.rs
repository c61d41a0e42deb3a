//! Standard output and standard error.

use std::io::{self, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice};

use super::colour::{self, ColourChoice};
use super::environment::Environment;
use super::progress::{Progress, ProgressUnit};
use super::{pager, screen};
use crate::error::Error;
use crate::render::{Role, Theme, safe_text};

/// What the user said about printing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settings {
    /// No status, warnings, hints or progress; errors stay.
    pub is_quiet: bool,
    /// Print long output as it is.
    pub has_no_pager: bool,
    /// When to use colour.
    pub colour: ColourChoice,
}

/// The way out for everything the program says.
#[derive(Debug, Clone)]
pub struct Ui {
    settings: Settings,
    environment: Environment,
    is_stdout_terminal: bool,
    is_stderr_terminal: bool,
}

impl Ui {
    /// Returns the way out of this process.
    pub fn new(settings: Settings, environment: Environment) -> Ui {
        let is_stdout_terminal = io::stdout().is_terminal();
        let is_stderr_terminal = io::stderr().is_terminal();
        Ui { settings, environment, is_stdout_terminal, is_stderr_terminal }
    }

    /// Returns whether reports are to have colours.
    pub fn theme(&self) -> Theme {
        colour::theme(self.settings.colour, &self.environment, self.is_stdout_terminal)
    }

    /// Returns the columns that reports are to fit in.
    pub fn width(&self) -> usize {
        screen::width(&self.environment)
    }

    /// Tells whether a person reads standard output: then JSON is indented.
    pub fn is_terminal(&self) -> bool {
        self.is_stdout_terminal
    }

    /// Prints the product, through a pager if it is longer than the screen.
    ///
    /// # Errors
    /// What the system says about standard output; a reader that left is none.
    pub fn print(&self, text: &str) -> Result<(), Error> {
        let result = match self.pager_for(text) {
            Some(command) => pager::page(text, command, &self.environment).and_then(|is_shown| match is_shown {
                true => Ok(()),
                false => self.write_stdout(text),
            }),
            None => self.write_stdout(text),
        };
        pager::ignore_closed(result)
            .map_err(|error| Error::environment("cannot write to standard output").with_source(error))
    }

    /// Prints bytes as they are, for programs.
    ///
    /// # Errors
    /// What the system says about standard output; a reader that left is none.
    pub fn print_bytes(&self, bytes: &[u8]) -> Result<(), Error> {
        let mut stream = io::stdout().lock();
        pager::ignore_closed(stream.write_all(bytes).and_then(|()| stream.flush()))
            .map_err(|error| Error::environment("cannot write to standard output").with_source(error))
    }

    /// Prints bytes as they are; more are to come. Tells whether anybody still reads.
    ///
    /// # Errors
    /// What the system says about standard output; a reader that left is none.
    pub fn print_some(&self, bytes: &[u8]) -> Result<bool, Error> {
        let mut stream = io::stdout().lock();
        match stream.write_all(bytes).and_then(|()| stream.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Error::environment("cannot write to standard output").with_source(error)),
        }
    }

    /// Prints what is going on.
    pub fn status(&self, text: &str) {
        self.say(Role::Plain, "", text);
    }

    /// Prints something the user should look at.
    pub fn warning(&self, text: &str) {
        self.say(Role::Warning, "warning: ", text);
    }

    /// Prints what the user can do.
    pub fn hint(&self, text: &str) {
        self.say(Role::Hint, "hint: ", text);
    }

    /// Prints an error with its causes and hints, unless it is only that the reader left. `--quiet` does not hide it.
    pub fn error(&self, error: &Error) {
        if error.exit_code() != crate::error::ExitCode::Ok {
            self.write_stderr(&error_text(error, self.stderr_theme()));
        }
    }

    /// Shows a progress bar on standard error, if a person is looking at it.
    pub fn progress(&self, label: &str, total: Option<u64>, unit: ProgressUnit) -> Progress {
        match self.is_stderr_terminal && !self.settings.is_quiet && !self.environment.is_dumb() {
            true => Progress::shown(label, total, unit),
            false => Progress::hidden(),
        }
    }

    fn pager_for(&self, text: &str) -> Option<&str> {
        let is_wanted = self.is_stdout_terminal && !self.settings.has_no_pager && !self.environment.is_dumb();
        let height = if is_wanted { screen::height(&self.environment)? } else { return None };
        if screen::is_longer(text, height) { pager::command(&self.environment) } else { None }
    }

    fn stderr_theme(&self) -> Theme {
        colour::theme(self.settings.colour, &self.environment, self.is_stderr_terminal)
    }

    fn say(&self, role: Role, label: &str, text: &str) {
        if !self.settings.is_quiet {
            self.write_stderr(&line(role, label, text, self.stderr_theme()));
        }
    }

    fn write_stdout(&self, text: &str) -> io::Result<()> {
        let mut stream = AutoStream::new(io::stdout().lock(), choice(self.theme()));
        stream.write_all(text.as_bytes())?;
        stream.flush()
    }

    /// Nobody can be told when standard error is closed.
    fn write_stderr(&self, text: &str) {
        let mut stream = AutoStream::new(io::stderr().lock(), choice(self.stderr_theme()));
        let _ = stream.write_all(text.as_bytes());
    }
}

/// Colour is decided already: the stream only translates it for old consoles of Windows.
fn choice(theme: Theme) -> ColorChoice {
    match theme {
        Theme::Colour => ColorChoice::Always,
        // Not `Never`: the text has no colour of ours, and what a user's query returns is safe already.
        Theme::Plain => ColorChoice::AlwaysAnsi,
    }
}

fn line(role: Role, label: &str, text: &str, theme: Theme) -> String {
    format!("{}{}\n", theme.paint(role, label), safe_lines(text))
}

fn error_text(error: &Error, theme: Theme) -> String {
    let mut text = line(Role::Error, "error: ", error.message(), theme);
    for cause in error.causes() {
        text.push_str(&format!("  {}\n", safe_lines(&cause).replace('\n', "\n  ")));
    }
    for hint in error.hints() {
        text.push_str(&line(Role::Hint, "hint: ", hint, theme));
    }
    text
}

/// Messages may have lines, and nothing else that a terminal obeys.
fn safe_lines(text: &str) -> String {
    text.lines().map(safe_text).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Error as IoError;

    #[test]
    fn an_error_looks_like_its_text() {
        let error =
            Error::user("no commit `x`").with_source(IoError::other("not found")).with_hint("try `agent-trace log`");
        assert_eq!(error_text(&error, Theme::Plain), format!("{error}\n"));
    }

    #[test]
    fn names_from_outside_cannot_command_the_terminal() {
        let error = Error::user("no branch `\u{1b}[2J`");
        assert_eq!(error_text(&error, Theme::Plain), "error: no branch `\\u{1b}[2J`\n");
    }

    #[test]
    fn labels_have_colour_and_text_has_none() {
        assert_eq!(line(Role::Warning, "warning: ", "two files", Theme::Plain), "warning: two files\n");
        assert!(line(Role::Warning, "warning: ", "two files", Theme::Colour).ends_with("two files\n"));
    }

    #[test]
    fn short_output_and_output_into_a_pipe_need_no_pager() {
        let environment = Environment { lines: Some("5".into()), ..Environment::default() };
        let ui = |is_stdout_terminal, has_no_pager| Ui {
            settings: Settings { has_no_pager, ..Settings::default() },
            environment: environment.clone(),
            is_stdout_terminal,
            is_stderr_terminal: false,
        };
        let long = "line\n".repeat(10);
        assert_eq!(ui(true, false).pager_for(&long), Some("less -FRX"));
        assert_eq!(ui(true, false).pager_for("line\n"), None);
        assert_eq!(ui(false, false).pager_for(&long), None);
        assert_eq!(ui(true, true).pager_for(&long), None);
    }
}
