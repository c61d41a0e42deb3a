//! Which pull request a message says a commit is.

/// A pull request named in the message of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedPull {
    /// Its number.
    pub number: u64,
    /// An importer says so: the pull request itself was closed, not merged.
    pub is_import: bool,
}

/// Returns the pull request that a message says the commit is; quoted lines say nothing.
///
/// The forms of GitHub, GitLab, Bitbucket and Azure, and those of importers (`Pull Request resolved: …/pull/N`). A
/// subject counts by its last parenthesis alone: `Revert "T (#7)" (#9)` is 9, `Revert "T (#7)"` none.
pub fn named_pull(message: &str) -> Option<NamedPull> {
    let lines = || message.lines().map(str::trim).filter(|line| !line.starts_with('>'));
    let imported = lines().skip(1).find_map(of_importer);
    let subject = lines().find(|line| !line.is_empty())?;
    let number = imported.or_else(|| of_subject(subject)).or_else(|| lines().skip(1).find_map(of_gitlab))?;
    Some(NamedPull { number, is_import: imported.is_some() })
}

fn of_importer(line: &str) -> Option<u64> {
    let address = ["Pull Request resolved:", "Closes", "Closes:"].iter().find_map(|word| line.strip_prefix(word))?;
    let address = address.trim();
    let (_, number) = address.strip_prefix("http").and(address.rsplit_once("/pull/"))?;
    digits(number.trim_end_matches('/'))
}

fn of_subject(subject: &str) -> Option<u64> {
    let after = |start: &str, end: char| digits(subject.strip_prefix(start)?.split(end).next()?);
    let of_merge = after("Merge pull request #", ' ').or_else(|| after("Merged PR ", ':'));
    of_merge.or_else(|| {
        let (_, inside) = subject.strip_suffix(')')?.rsplit_once('(')?;
        let number = ["pull request #", "#", "!"].iter().find_map(|start| inside.strip_prefix(start))?;
        digits(number)
    })
}

/// `See merge request group/project!7`
fn of_gitlab(line: &str) -> Option<u64> {
    digits(line.strip_prefix("See merge request ")?.rsplit_once('!')?.1)
}

fn digits(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number > 0)
}

/// Returns a subject without the number that a forge puts at its end.
pub(super) fn without_number(subject: &str) -> &str {
    let has_number = of_subject(subject).is_some() && subject.ends_with(')');
    match subject.rsplit_once(" (") {
        Some((start, _)) if has_number => start,
        _ => subject,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_forge_has_its_words() {
        let number = |message: &str| named_pull(message).map(|named| named.number);
        for message in [
            "Add sails (#7)",
            "Merge pull request #7 from ada/sails\n\nAdd sails",
            "Merge branch 'sails' into 'main'\n\nAdd sails\n\nSee merge request sea/ships!7",
            "Merged in sails (pull request #7)",
            "Merged PR 7: Add sails",
            "Add sails (!7)",
            "Add sails\n\nSummary: x\n\nPull Request resolved: https://github.com/sea/ships/pull/7\n",
            "Add sails (#123)\n\nCloses https://github.com/sea/ships/pull/7",
            "Revert \"Add sails (#3)\" (#7)",
        ] {
            assert_eq!(number(message), Some(7), "{message}");
        }
        for message in [
            "",
            "Add sails",
            "Add #7 sails",
            "Revert \"Add sails (#7)\"",
            "Add sails\n\nCloses #7",
            "Add sails\n\n> Pull Request resolved: https://github.com/sea/ships/pull/7",
            "Add sails (#7 and #8)",
            "Add sails (#0)",
            "Add sails (#99999999999999999999)",
            "Add sails\n\nCloses https://example.com/pull/x7",
        ] {
            assert_eq!(number(message), None, "{message}");
        }
    }

    #[test]
    fn an_importer_is_known_and_numbers_come_off_subjects() {
        assert!(named_pull("T (#7)\n\nPull Request resolved: https://h/o/r/pull/7").unwrap().is_import);
        assert!(!named_pull("T (#7)").unwrap().is_import);
        assert_eq!((without_number("T (#7)"), without_number("T (x)"), without_number("T")), ("T", "T (x)", "T"));
    }
}
