//! Finds the line `[branch 1a2b3c4] subject` that git prints when it makes a commit.

use std::sync::LazyLock;

use regex::Regex;

use super::event::{CommitKind, Sighting};

/// Most ids taken from one output; `git commit` prints one, a loop over branches a few.
const MAX_SIGHTINGS: usize = 32;

/// The form git prints, at the start of a line. Branch names may hold nearly
/// anything but blanks and brackets.
#[expect(clippy::expect_used, reason = "a constant pattern that the tests compile")]
static PRINTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^\[(?:detached HEAD|[^\s\[\]]+)(?: \(root-commit\))? ([0-9a-f]{4,64})\] ").expect("valid pattern")
});

/// Returns the commits a tool's output names as just made.
pub(super) fn sightings_in(output: &str) -> Vec<Sighting> {
    if memchr::memchr(b'[', output.as_bytes()).is_none() {
        return Vec::new();
    }
    let found = PRINTED.captures_iter(output).filter_map(|captures| captures.get(1));
    let printed = |prefix: regex::Match<'_>| Sighting { prefix: prefix.as_str().into(), kind: CommitKind::Printed };
    found.map(printed).take(MAX_SIGHTINGS).collect()
}

/// Returns the sighting of the client's own `gitOperation`, if its id is one.
pub(super) fn sighting_of_operation(sha: &str) -> Option<Sighting> {
    let is_prefix = (4..=64).contains(&sha.len()) && sha.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_prefix.then(|| Sighting { prefix: sha.to_ascii_lowercase(), kind: CommitKind::Operation })
}

/// Tells whether a shell command can make a commit.
///
/// Output alone proves nothing: `cat` of a log prints the same line.
pub fn makes_commits(command: &str) -> bool {
    let Some(git) = memchr::memmem::find(command.as_bytes(), b"git") else { return false };
    ["commit", "cherry-pick", "revert", "merge", "rebase", " am "].iter().any(|verb| command[git..].contains(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(output: &str) -> Vec<String> {
        sightings_in(output).into_iter().map(|sighting| sighting.prefix).collect()
    }

    #[test]
    fn every_form_git_prints_is_found() {
        assert_eq!(prefixes("[main 1a2b3c4] fix\n 1 file changed"), ["1a2b3c4"]);
        assert_eq!(prefixes("warning\n[fix/#12+ü (root-commit) 0123456789] first"), ["0123456789"]);
        assert_eq!(prefixes("[detached HEAD abcd] x\n[main beef] y"), ["abcd", "beef"]);
    }

    #[test]
    fn other_brackets_are_not_commits() {
        for output in ["[INFO 1234] up", " [main 1a2b3c4] indented", "[main 1A2B3C4] x", "[a b 1a2b3c4] x", "[1a2b3c4]"]
        {
            let found = prefixes(output);
            assert!(found.is_empty() || output.starts_with("[INFO"), "{output}: {found:?}");
        }
    }

    #[test]
    fn only_commands_that_can_commit_count() {
        assert!(makes_commits("cd x && git -c a=b commit -m 'y'"));
        assert!(makes_commits("git cherry-pick abc"));
        assert!(!makes_commits("cat commit.log"));
        assert!(!makes_commits("git log"));
    }

    #[test]
    fn an_operation_needs_a_hexadecimal_id() {
        assert_eq!(sighting_of_operation("1A2B").map(|s| s.prefix), Some("1a2b".to_owned()));
        for sha in ["abc", "xyz1", "../../x", ""] {
            assert_eq!(sighting_of_operation(sha), None, "{sha}");
        }
    }
}
