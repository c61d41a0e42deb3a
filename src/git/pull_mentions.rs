//! Which pull request a commit's message says it lands, and which one it takes back. Pure: text in, numbers out.
//!
//! The forms are those of the forges' own buttons and of bots that import: nobody else words them so by accident.
//!
//! Must not know: whether there is such a pull request.

use super::lookup::subject_of;
use crate::model::reverted_pull;

/// How a message names its pull request. The stored numbers never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MentionForm {
    /// `Merge pull request #N from …`: GitHub, Gitea and Forgejo.
    Merge,
    /// `… (#N)` at the subject's end: squash merges and merge queues.
    Squash,
    /// `Pull Request resolved: …/pull/N`: bots that import.
    Resolved,
    /// `Closes …/pull/N`: the same, in other words.
    Closes,
    /// `See merge request G/P!N`: GitLab.
    GitLab,
    /// `Merged in BRANCH (pull request #N)`: Bitbucket.
    Bitbucket,
    /// `Merged PR N: …`: Azure.
    Azure,
}

impl MentionForm {
    /// Returns the number under which it is stored.
    pub fn code(self) -> i64 {
        match self {
            MentionForm::Merge => 1,
            MentionForm::Squash => 2,
            MentionForm::Resolved => 3,
            MentionForm::Closes => 4,
            MentionForm::GitLab => 5,
            MentionForm::Bitbucket => 6,
            MentionForm::Azure => 7,
        }
    }
}

/// What a message says of pull requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PullMention {
    /// The one it lands.
    pub number: u64,
    /// How it says so.
    pub form: MentionForm,
    /// The one it takes back.
    pub reverts: Option<u64>,
}

/// Returns the pull request that a message says it lands: the forge's own words before those of others.
pub fn pull_mention(message: &str) -> Option<PullMention> {
    if !message.contains(['#', '!']) && !message.contains("/pull/") && !message.contains("Merged PR ") {
        return None;
    }
    let subject = subject_of(message);
    let (number, form) = in_subject(&subject).or_else(|| message.lines().find_map(in_line))?;
    Some(PullMention { number, form, reverts: reverted(&subject, message) })
}

/// Returns what the pull request is called in the message that lands it: the subject without its number, or what stands
/// below `Merge pull request …`.
pub fn pull_title(message: &str) -> String {
    let subject = subject_of(message);
    let is_merge = ["Merge pull request #", "Merged in ", "Merge branch "].iter().any(|word| subject.starts_with(word));
    let below = || message.trim_start().lines().skip(1).map(str::trim).find(|line| !line.is_empty());
    if let Some(title) = below().filter(|_| is_merge) {
        return title.to_owned();
    }
    let azure = subject.strip_prefix("Merged PR ").and_then(|rest| rest.split_once(": ")).map(|(_, title)| title);
    let title = azure.unwrap_or(&subject).trim_end();
    match last_parenthesis(title) {
        Some(_) => title.rsplit_once("(#").map_or(title, |(title, _)| title.trim_end()).to_owned(),
        None => title.to_owned(),
    }
}

fn in_subject(subject: &str) -> Option<(u64, MentionForm)> {
    let after = |prefix: &str| leading_number(subject.strip_prefix(prefix)?);
    let merged = after("Merge pull request #").filter(|_| subject.contains(" from "));
    let bitbucket = || subject.strip_prefix("Merged in ")?.split_once("(pull request #").map(|(_, rest)| rest);
    merged
        .map(|number| (number, MentionForm::Merge))
        .or_else(|| Some((leading_number(bitbucket()?)?, MentionForm::Bitbucket)))
        .or_else(|| Some((azure(subject)?, MentionForm::Azure)))
        .or_else(|| Some((last_parenthesis(subject)?, MentionForm::Squash)))
}

fn azure(subject: &str) -> Option<u64> {
    let (number, _) = subject.strip_prefix("Merged PR ")?.split_once(':')?;
    whole_number(number)
}

fn in_line(line: &str) -> Option<(u64, MentionForm)> {
    let line = line.trim();
    let address = |keyword: &str| of_address(line.strip_prefix(keyword)?.trim_start_matches(':').trim());
    let gitlab = || whole_number(line.strip_prefix("See merge request ")?.rsplit_once('!')?.1.trim_end_matches('.'));
    address("Pull Request resolved")
        .map(|number| (number, MentionForm::Resolved))
        .or_else(|| Some((address("Closes")?, MentionForm::Closes)))
        .or_else(|| Some((gitlab()?, MentionForm::GitLab)))
}

/// `https://host/owner/name/pull/12`.
fn of_address(text: &str) -> Option<u64> {
    let address = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    whole_number(address.split_once("/pull/")?.1.trim_end_matches(['.', '/']))
}

/// `subject (#12)`.
fn last_parenthesis(subject: &str) -> Option<u64> {
    whole_number(subject.trim_end().strip_suffix(')')?.rsplit_once("(#")?.1)
}

/// The button of GitHub says `Revert "T (#N)"`, and `Reverts o/r#N` in the text; the number at the end is its own.
fn reverted(subject: &str, message: &str) -> Option<u64> {
    let quoted = || {
        let inner = subject.strip_prefix("Revert \"")?;
        let (title, rest) = inner.rsplit_once('"')?;
        rest.trim().split_once("(#").is_none_or(|(before, _)| before.is_empty()).then(|| last_parenthesis(title))?
    };
    message.lines().find_map(reverted_pull).or_else(quoted)
}

fn leading_number(text: &str) -> Option<u64> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    whole_number(&text[..end])
}

/// Numbers of pull requests have ten digits at most.
fn whole_number(text: &str) -> Option<u64> {
    let is_number = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(message: &str) -> Option<(u64, MentionForm)> {
        pull_mention(message).map(|mention| (mention.number, mention.form))
    }

    #[test]
    fn every_forges_words_are_understood() {
        use MentionForm as F;
        let cases = [
            ("Merge pull request #12 from ann/fix\n\nFix it", Some((12, F::Merge))),
            ("Fix it (#7)\n\n* one\n", Some((7, F::Squash))),
            ("Fix\n the rest of it (#7)\n\nCloses #5", Some((7, F::Squash))),
            ("Revert \"Fix it (#7)\" (#9)", Some((9, F::Squash))),
            ("Fix (#3)\n\nPull Request resolved: https://github.com/o/r/pull/4", Some((3, F::Squash))),
            ("Fix\n\nSummary: x\n\nPull Request resolved: https://github.com/o/r/pull/4", Some((4, F::Resolved))),
            ("Fix\n\nCloses https://github.com/o/r/pull/41.", Some((41, F::Closes))),
            ("Fix\n\nCloses: https://ghe.example/o/r/pull/41", Some((41, F::Closes))),
            ("Merge branch 'x' into 'main'\n\nFix\n\nSee merge request g/sub/p!88", Some((88, F::GitLab))),
            ("Merged in fix (pull request #31)\n\nFix", Some((31, F::Bitbucket))),
            ("Merged PR 77: Fix it", Some((77, F::Azure))),
            ("Merge branch 'main' of host (#x)", None),
            ("Fix (#12) and more", None),
            ("Fix (#12345678901)", None),
            ("Closes #12", None),
            ("Fix\n\nCloses https://github.com/o/r/issues/4", None),
            ("Fix\n\n> quoted: Pull Request resolved: https://github.com/o/r/pull/4", None),
            ("Merge pull request #x from y", None),
            ("", None),
        ];
        for (message, expected) in cases {
            assert_eq!(found(message), expected, "{message}");
        }
    }

    #[test]
    fn what_is_taken_back_is_not_what_lands() {
        let reverts = |message: &str| pull_mention(message).and_then(|mention| mention.reverts);
        assert_eq!(reverts("Revert \"Fix it (#7)\" (#9)"), Some(7));
        assert_eq!(reverts("Revert \"Revert \"Fix it (#7)\" (#9)\" (#11)"), Some(9));
        assert_eq!(reverts("Revert it (#9)\n\nReverts o/r#7"), Some(7));
        assert_eq!(reverts("Merge pull request #9 from o/revert-7-fix\n\nRevert \"Fix\"\n\nReverts o/r#7"), Some(7));
        assert_eq!(reverts("Revert \"Fix\" (#9)"), None);
        assert_eq!(reverts("Fix (#9)\n\nReverts nothing, see #7"), None);
        assert_eq!(reverts("Fix (#9)"), None);
    }

    #[test]
    fn the_title_is_what_people_wrote() {
        for (message, title) in [
            ("Merge pull request #12 from ann/fix\n\nFix it\n\nmore", "Fix it"),
            ("Merge pull request #12 from ann/fix", "Merge pull request #12 from ann/fix"),
            ("Fix it (#7)\n\n* one", "Fix it"),
            ("Revert \"Fix it (#7)\" (#9)", "Revert \"Fix it (#7)\""),
            ("Merged PR 77: Fix it", "Fix it"),
            ("Merge branch 'x' into 'main'\n\nFix it\n\nSee merge request g/p!1", "Fix it"),
            ("Fix it\n\nPull Request resolved: https://h/o/r/pull/1", "Fix it"),
        ] {
            assert_eq!(pull_title(message), title, "{message}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(message in ".{0,200}") {
            let _ = (pull_mention(&message), pull_title(&message));
        }
    }
}
