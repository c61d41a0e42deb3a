//! The text of the workflows we write, and how it is recognised again.
//!
//! The first line has the hash of the text, so that every text of every version is known as unchanged.

use super::script::hash;

/// What our first line begins with.
const MARK: &str = "# agent-trace workflow, text ";
const NO_HASH: &str = "0000000000000000";
const REMOVED_BY: &str = "; `agent-trace ci uninstall` takes it away";

/// What a workflow is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workflow {
    /// Comments on pull requests of the repository itself.
    Comment,
    /// Writes down what a fork's pull request cost.
    ForkReport,
    /// Comments what [`Workflow::ForkReport`] wrote.
    ForkComment,
    /// Comments on pull requests of forks, with the token of the default branch.
    Forks,
    /// Carries notes to what landed.
    Settle,
}

/// Whose workflows they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI.
    GitLab,
    /// Gitea's and Forgejo's actions.
    Gitea,
}

/// What stands in a workflow for the repository it is written into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blanks {
    /// Where the program is built from.
    pub source: String,
    /// Which tag or commit of it.
    pub reference: String,
    /// The branch things land on.
    pub branch: String,
}

impl Workflow {
    /// All of them.
    pub const ALL: [Workflow; 5] =
        [Workflow::Comment, Workflow::ForkReport, Workflow::ForkComment, Workflow::Forks, Workflow::Settle];

    /// Returns the name of its file.
    pub fn file_name(self) -> &'static str {
        match self {
            Workflow::Comment => "agent-trace.yml",
            Workflow::ForkReport => "agent-trace-fork-report.yml",
            Workflow::ForkComment => "agent-trace-fork-comment.yml",
            Workflow::Forks => "agent-trace-forks.yml",
            Workflow::Settle => "agent-trace-settle.yml",
        }
    }

    /// Returns its text; `None` if the runner has nothing like it.
    pub fn text(self, runner: Runner, blanks: &Blanks) -> Option<String> {
        let source = template(self, runner)?;
        let text = source
            .replace("@SOURCE@", &blanks.source)
            .replace("@REF@", &blanks.reference)
            .replace("@BRANCH@", &blanks.branch);
        let text = format!("{MARK}{NO_HASH}{REMOVED_BY}\n{text}");
        Some(text.replacen(NO_HASH, &hash(&text), 1))
    }
}

macro_rules! template {
    ($name:literal) => {
        include_str!(concat!("../../templates/", $name))
    };
}

fn template(workflow: Workflow, runner: Runner) -> Option<&'static str> {
    Some(match (runner, workflow) {
        (Runner::GitHub, Workflow::Comment) => template!("github/agent-trace.yml"),
        (Runner::GitHub, Workflow::ForkReport) => template!("github/agent-trace-fork-report.yml"),
        (Runner::GitHub, Workflow::ForkComment) => template!("github/agent-trace-fork-comment.yml"),
        (Runner::GitHub, Workflow::Forks) => template!("github/agent-trace-forks.yml"),
        (Runner::GitHub, Workflow::Settle) => template!("github/agent-trace-settle.yml"),
        (Runner::GitLab, Workflow::Comment) => template!("gitlab/agent-trace.yml"),
        (Runner::GitLab, Workflow::Settle) => template!("gitlab/agent-trace-settle.yml"),
        (Runner::Gitea, Workflow::Comment) => template!("gitea/agent-trace.yml"),
        (Runner::Gitea, Workflow::Forks) => template!("gitea/agent-trace-forks.yml"),
        (Runner::Gitea, Workflow::Settle) => template!("gitea/agent-trace-settle.yml"),
        (Runner::GitLab | Runner::Gitea, _) => return None,
    })
}

/// Whose a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// As we wrote it.
    Ours,
    /// We wrote it, somebody changed it.
    Changed,
    /// Somebody else's.
    Foreign,
}

/// Tells whose a file is, whatever line ends git gave it.
pub(super) fn whose(text: &[u8]) -> Whose {
    let Some(text) = std::str::from_utf8(text).ok().map(|text| text.replace("\r\n", "\n")) else {
        return Whose::Foreign;
    };
    let Some(found) = text.strip_prefix(MARK).and_then(|rest| rest.get(..NO_HASH.len())) else {
        return Whose::Foreign;
    };
    if hash(&text.replacen(found, NO_HASH, 1)) == found { Whose::Ours } else { Whose::Changed }
}

/// Tells whether two texts differ in their line ends alone.
pub(super) fn is_same(one: &[u8], other: &str) -> bool {
    std::str::from_utf8(one).is_ok_and(|one| one.replace("\r\n", "\n") == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanks() -> Blanks {
        Blanks { source: "https://h.example/a".into(), reference: "v1".into(), branch: "main".into() }
    }

    #[test]
    fn no_blank_stays_blank_and_every_text_is_known_again() {
        let (mut count, blank) = (0, regex::Regex::new("@[A-Z]+@").unwrap());
        for runner in [Runner::GitHub, Runner::GitLab, Runner::Gitea] {
            for text in Workflow::ALL.into_iter().filter_map(|workflow| workflow.text(runner, &blanks())) {
                count += 1;
                assert!(!blank.is_match(&text), "{text}");
                assert_eq!(whose(text.as_bytes()), Whose::Ours);
                assert_eq!(whose(text.replace('\n', "\r\n").as_bytes()), Whose::Ours);
                assert_eq!(whose(text.replace("v1", "v2").as_bytes()), Whose::Changed);
            }
        }
        assert_eq!(count, 10);
        assert_eq!(whose(b"name: agent-trace\n"), Whose::Foreign);
        assert_eq!(whose(MARK.as_bytes()), Whose::Foreign);
        assert_eq!(whose(b"\xff"), Whose::Foreign);
    }
}
