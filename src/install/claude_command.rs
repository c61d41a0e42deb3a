//! The command Claude Code runs for an event, and how it is recognised again.
//!
//! It prints nothing and succeeds, whatever becomes of the program: output of some events would reach the model, a
//! failure would be shown to the user. Claude Code gives it to `sh -c`; on Windows to Git Bash.

use super::hook_program::{HookProgram, unquoted};

const BY_PATH: &str = "command -v agent-trace-hook >/dev/null 2>&1 && agent-trace-hook claude ";
const SILENT: &str = " >/dev/null 2>&1 || :";
const BY_FILE: &str = "; [ -x \"$b\" ] || b=agent-trace-hook; command -v \"$b\" >/dev/null 2>&1 && \"$b\" claude ";

/// How a command finds the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaudeProgram {
    /// On `PATH`: for files that others get too.
    OnPath,
    /// At its path, else on `PATH`.
    At(HookProgram),
}

impl ClaudeProgram {
    /// Returns the command for an event.
    pub fn command(&self, event: &str) -> String {
        match self {
            ClaudeProgram::At(program) if !program.path().is_empty() => {
                format!("b={}{BY_FILE}{event}{SILENT}", program.quoted())
            }
            _ => format!("{BY_PATH}{event}{SILENT}"),
        }
    }
}

/// Tells whether a command is one that we wrote for this event.
pub fn is_command_of(command: &str, event: &str) -> bool {
    let rest = match command.strip_prefix("b=").and_then(unquoted) {
        Some((_, rest)) => rest.strip_prefix(BY_FILE),
        None => command.strip_prefix(BY_PATH),
    };
    rest.and_then(|rest| rest.strip_prefix(event)).is_some_and(|rest| rest == SILENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn our_commands_are_known_and_others_are_not() {
        for path in ["/opt/it's/agent-trace-hook", "C:/x y/agent-trace-hook.exe", ""] {
            let command = ClaudeProgram::At(HookProgram::at(Path::new(path))).command("Stop");
            assert!(is_command_of(&command, "Stop"), "{command}");
            assert!(!is_command_of(&command, "SubagentStop") && !is_command_of(&command, "Sto"));
        }
        let on_path = ClaudeProgram::OnPath.command("Stop");
        assert!(is_command_of(&on_path, "Stop"));
        for foreign in ["agent-trace-hook claude Stop", &format!("{on_path} x"), "b='x", &format!("cd /; {on_path}")] {
            assert!(!is_command_of(foreign, "Stop"), "{foreign}");
        }
    }
}
