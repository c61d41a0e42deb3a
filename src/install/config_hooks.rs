//! Hooks in the configuration, which git reads from 2.54 on (`git-config(1)`, `hook.<name>.command`).
//!
//! They run beside hooks in files and whatever `core.hooksPath` says. A command that fails or is missing would abort
//! the commit, so each one is the guarded function of our scripts. A name must not be that of an event: git dies then.

use super::hook::Hook;
use super::hook_program::HookProgram;
use super::script;

/// Name of the file of hooks in our folder.
pub const FILE_NAME: &str = "gitconfig";
/// How the configuration of a repository names it: relative to itself.
pub const INCLUDED: &str = "agent-trace/gitconfig";

const MARK: &str = "# agent-trace hooks, version 1, text ";
const NO_HASH: &str = "0000000000000000";

/// Returns the file for some hooks.
pub fn config_hooks(hooks: &[Hook], program: &HookProgram) -> String {
    let sections: String = hooks.iter().map(|hook| section(*hook, program)).collect();
    let text = format!("{MARK}{NO_HASH}\n# `agent-trace uninstall-hooks` takes them out again.\n{sections}");
    text.replacen(NO_HASH, &script::hash(&text), 1)
}

/// Tells whether a file is ours and as we wrote it.
pub(super) fn is_intact(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let Some(hash) = text.strip_prefix(MARK).and_then(|rest| rest.get(..NO_HASH.len())) else { return false };
    script::hash(&text.replacen(hash, NO_HASH, 1)) == hash
}

fn section(hook: Hook, program: &HookProgram) -> String {
    // Git appends `"$@"`.
    let command = format!("{}agent_trace", script::function(hook, program));
    let name = hook.name();
    format!("[hook \"agent-trace-{name}\"]\n\tevent = {name}\n\tcommand = \"{}\"\n", escaped(&command))
}

/// Returns a value as it stands between quotes (`git-config(1)`, syntax).
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 16);
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            other => text.push(other),
        }
    }
    text
}

/// Returns the hooks that a file of ours names.
pub(super) fn hooks_in(text: &[u8]) -> Vec<Hook> {
    let text = String::from_utf8_lossy(text);
    Hook::ALL.into_iter().filter(|hook| text.contains(&format!("[hook \"agent-trace-{}\"]", hook.name()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_file_of_ours_is_known_and_a_change_is_seen() {
        let text = config_hooks(&Hook::ALL, &HookProgram::at(Path::new("/opt/a b/agent-trace-hook")));
        assert!(is_intact(text.as_bytes()));
        assert!(!is_intact(text.replace("a b", "ab").as_bytes()) && !is_intact(b"[hook]"));
        assert_eq!(hooks_in(text.as_bytes()), Hook::ALL);
    }

    #[test]
    fn no_section_has_the_name_of_an_event() {
        let text = config_hooks(&Hook::ALL, &HookProgram::default());
        for hook in Hook::ALL {
            assert!(!text.contains(&format!("[hook \"{}\"]", hook.name())));
        }
    }
}
