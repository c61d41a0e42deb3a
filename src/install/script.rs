//! The text of our hooks, and how it is recognised again.
//!
//! The second line names version and hash of the text, so that every text of every version is known as unchanged.
//! The third names the hook that was here before.

use super::hook::Hook;
use super::hook_program::{HookProgram, quoted};

/// Version of the texts.
const VERSION: u32 = 1;
/// What our second line begins with.
const MARK: &str = "# agent-trace hook ";
const EARLIER: &str = "# runs first: ";
const NO_HASH: &str = "0000000000000000";

const START: &str = include_str!("../../git-hooks/start.sh");
const MARKED: &str = include_str!("../../git-hooks/agent-marked.sh");
const CAPTURE: &str = include_str!("../../git-hooks/capture.sh");
const CAPTURE_MESSAGE: &str = include_str!("../../git-hooks/capture-message.sh");
const CAPTURE_PREPARE: &str = include_str!("../../git-hooks/capture-prepare.sh");
const CAPTURE_COMMIT: &str = include_str!("../../git-hooks/capture-commit.sh");
const ALONE: &str = include_str!("../../git-hooks/alone.sh");
const AFTER: &str = include_str!("../../git-hooks/earlier.sh");
const AFTER_WITH_INPUT: &str = include_str!("../../git-hooks/earlier-input.sh");

/// What is known of a text that is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ours {
    /// File name of the hook that was here before.
    pub(super) earlier: Option<String>,
    /// Whether nobody changed the text since it was written.
    pub(super) is_intact: bool,
}

/// Returns the script of a hook that first runs the file `earlier` beside it.
pub(super) fn script(hook: Hook, program: &HookProgram, earlier: Option<&str>) -> String {
    let end = match (earlier, hook.has_input()) {
        (None, _) => ALONE,
        (Some(_), false) => AFTER,
        (Some(_), true) => AFTER_WITH_INPUT,
    };
    let name = earlier.unwrap_or_default();
    let head = format!(
        "#!/bin/sh\n{MARK}{}, version {VERSION}, text {NO_HASH}\n{EARLIER}{}\n# `agent-trace uninstall-hooks` takes it out again.\n",
        hook.name(),
        if name.is_empty() { "nothing" } else { name },
    );
    let text = format!("{head}{}{}", function(hook, program), body(end));
    let text = text.replace("@HOOK@", hook.name()).replace("'@EARLIER@'", &quoted(name));
    text.replacen(NO_HASH, &hash(&text), 1)
}

/// Returns the definition of the shell function `agent_trace` for a hook.
pub(super) fn function(hook: Hook, program: &HookProgram) -> String {
    let (marked, text) = match hook {
        Hook::CommitMsg => (MARKED, CAPTURE_MESSAGE),
        Hook::PrepareCommitMsg => (MARKED, CAPTURE_PREPARE),
        Hook::PostCommit => (MARKED, CAPTURE_COMMIT),
        _ => ("", CAPTURE),
    };
    let text = [START, marked, text].concat();
    body(&text).replace("@HOOK@", hook.name()).replace("'@BINARY@'", &program.quoted())
}

/// The source without what is meant for its linter.
fn body(source: &str) -> String {
    source.lines().filter(|line| !line.starts_with("# shellcheck ")).map(|line| format!("{line}\n")).collect()
}

/// Tells what a hook's text is; `None` if it is not ours.
pub(super) fn recognise(text: &[u8]) -> Option<Ours> {
    let text = std::str::from_utf8(text).ok()?;
    let mut lines = text.lines().skip(1);
    let found = lines.next()?.strip_prefix(MARK)?.rsplit_once(", text ")?.1;
    let earlier = lines.next()?.strip_prefix(EARLIER)?;
    let is_intact = found.len() == NO_HASH.len() && hash(&text.replacen(found, NO_HASH, 1)) == found;
    let earlier = (earlier != "nothing").then(|| earlier.to_owned());
    // It becomes a path, and comes from a file.
    if earlier.as_deref().is_some_and(|name| name.contains(['/', '\\'])) {
        return None;
    }
    Some(Ours { earlier, is_intact })
}

/// Returns 16 hexadecimal digits of a text.
pub(super) fn hash(text: &str) -> String {
    format!("{:016x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn program() -> HookProgram {
        HookProgram::at(Path::new("/opt/it's here/agent-trace-hook"))
    }

    #[test]
    fn our_texts_are_known_and_changes_are_seen() {
        for hook in Hook::ALL {
            for earlier in [None, Some("post-commit.before-agent-trace")] {
                let text = script(hook, &program(), earlier);
                let ours = recognise(text.as_bytes()).unwrap();
                assert_eq!(ours, Ours { earlier: earlier.map(str::to_owned), is_intact: true }, "{text}");
                let changed = text.replace("return 0", "return 1");
                assert!(!recognise(changed.as_bytes()).unwrap().is_intact);
                assert!(!text.contains('@') || text.contains("\"$@\"") && !text.contains("@H"), "{text}");
            }
        }
    }

    #[test]
    fn foreign_hooks_are_not_ours() {
        for text in
            ["", "#!/bin/sh\n", "#!/bin/sh\n# agent-trace hook", "#!/bin/sh\necho agent-trace hook post-commit\n\n"]
        {
            assert_eq!(recognise(text.as_bytes()), None, "{text}");
        }
        let evil = script(Hook::PostCommit, &program(), Some("x")).replace("first: x", "first: ../../x");
        assert_eq!(recognise(evil.as_bytes()), None, "a name from a file stays in its folder");
    }
}
