//! Output longer than the screen.

use std::io::{self, Write as _};
use std::process::{Child, Command, Stdio};

use super::environment::Environment;

/// Quits if it fits after all, keeps colours, leaves the text on the screen.
const DEFAULT: &str = "less -FRX";
/// What less gets when it is called without options.
const LESS: &str = "FRX";

/// Returns the command to page with; `None` if the user wants none.
pub(super) fn command(environment: &Environment) -> Option<&str> {
    let chosen = environment.agent_trace_pager.as_deref().or(environment.pager.as_deref()).unwrap_or(DEFAULT).trim();
    // As git does: `cat` means "do not page".
    (!chosen.is_empty() && chosen != "cat").then_some(chosen)
}

/// Shows the text in the pager and waits for its end. `Ok(false)`: the pager could not be started, nothing was shown.
pub(super) fn page(text: &str, command: &str, environment: &Environment) -> io::Result<bool> {
    let Ok(mut child) = spawn(command, environment) else { return Ok(false) };
    if let Some(mut input) = child.stdin.take() {
        ignore_closed(input.write_all(text.as_bytes()))?;
    }
    let status = child.wait()?;
    // What a shell says when there is no such command.
    Ok(status.code() != Some(127))
}

fn spawn(command: &str, environment: &Environment) -> io::Result<Child> {
    let mut process = process(command);
    if environment.less.is_none() {
        process.env("LESS", LESS);
    }
    process.stdin(Stdio::piped()).spawn()
}

/// A command of several words goes through the shell, as git does it, so that quotes and pipes work.
#[cfg(unix)]
fn process(command: &str) -> Command {
    let is_word = command.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._+-".contains(&byte));
    if is_word {
        return start(command);
    }
    let mut process = start("sh");
    process.arg("-c").arg(command);
    process
}

/// Windows has no shell to rely on: words are separated by blanks.
#[cfg(not(unix))]
fn process(command: &str) -> Command {
    let mut words = command.split_whitespace();
    let mut process = start(words.next().unwrap_or_default());
    process.args(words);
    process
}

#[expect(clippy::disallowed_methods, reason = "one of the two places that start programs")]
fn start(program: &str) -> Command {
    Command::new(program)
}

/// A pager that was left before the end has shown what was wanted.
pub(super) fn ignore_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(own: Option<&str>, general: Option<&str>) -> Environment {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Environment { agent_trace_pager: owned(own), pager: owned(general), ..Environment::default() }
    }

    #[test]
    fn the_own_variable_goes_before_the_general_one() {
        assert_eq!(command(&environment(None, None)), Some(DEFAULT));
        assert_eq!(command(&environment(None, Some("most"))), Some("most"));
        assert_eq!(command(&environment(Some("bat -p"), Some("most"))), Some("bat -p"));
        assert_eq!(command(&environment(Some(""), Some("most"))), None);
        assert_eq!(command(&environment(None, Some("cat"))), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_pager_gets_the_whole_text() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shown");
        let command = format!("cat > '{}'", file.display());
        assert!(page("one\ntwo\n", &command, &Environment::default()).unwrap());
        assert_eq!(std::fs::read_to_string(file).unwrap(), "one\ntwo\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_pager_that_is_left_early_is_no_error() {
        let text = "line\n".repeat(100_000);
        assert!(page(&text, "head -n 1 > /dev/null", &Environment::default()).unwrap());
    }

    #[test]
    fn a_pager_that_does_not_exist_shows_nothing() {
        assert!(!page("text", "no-such-pager-here", &Environment::default()).unwrap());
        assert!(!page("text", "no-such-pager-here --option", &Environment::default()).unwrap());
    }
}
