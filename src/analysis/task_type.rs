//! What kind of work a pull request is, by what its title or labels say.

/// The words of "Conventional Commits" and what people write for them.
const WORDS: [(&str, &str); 22] = [
    ("feat", "feat"),
    ("feature", "feat"),
    ("enhancement", "feat"),
    ("fix", "fix"),
    ("bugfix", "fix"),
    ("bug", "fix"),
    ("hotfix", "fix"),
    ("docs", "docs"),
    ("doc", "docs"),
    ("documentation", "docs"),
    ("test", "test"),
    ("tests", "test"),
    ("refactor", "refactor"),
    ("refactoring", "refactor"),
    ("perf", "perf"),
    ("performance", "perf"),
    ("build", "build"),
    ("ci", "ci"),
    ("chore", "chore"),
    ("style", "style"),
    ("revert", "revert"),
    ("dependencies", "build"),
];

/// Returns the kind: the word before the colon of the title, else that of the first label that has one.
pub(super) fn task_type(title: Option<&str>, labels: &str) -> Option<&'static str> {
    let title = title.unwrap_or_default();
    let by_title = || word(title.split_once(':')?.0.trim_end_matches('!').split('(').next()?);
    let is_revert = title.starts_with("Revert \"");
    by_title().or(is_revert.then_some("revert")).or_else(|| labels.lines().find_map(by_label))
}

/// `bug`, `type: bug`, `kind/bug`, `T-bug`.
fn by_label(label: &str) -> Option<&'static str> {
    word(label).or_else(|| word(label.rsplit([':', '/', '-']).next()?))
}

fn word(text: &str) -> Option<&'static str> {
    let text = text.trim().to_ascii_lowercase();
    WORDS.iter().find(|(word, _)| *word == text).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_comes_before_labels() {
        for (title, labels, kind) in [
            ("feat: login", "", Some("feat")),
            ("Fix(parser)!: tabs", "documentation", Some("fix")),
            ("Revert \"feat: login (#3)\"", "", Some("revert")),
            ("Faster start", "good first issue\nkind/performance", Some("perf")),
            ("Faster start", "type: bug", Some("fix")),
            ("git: faster start", "", None),
            ("fixing: things", "", None),
            ("", "", None),
        ] {
            assert_eq!(task_type(Some(title), labels), kind, "{title}");
        }
    }
}
