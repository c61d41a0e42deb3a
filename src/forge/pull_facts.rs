//! A pull request as a forge tells of it, cut down to what is kept: no text but title and labels, no address, no name but
//! the login of who opened it.
//!
//! Must not know: forges' formats, the store.

use serde::{Deserialize, Serialize};

use super::error::ForgeError;

/// One pull request. Times are UTC milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullFacts {
    /// Its number.
    pub number: u64,
    /// Open, closed or merged.
    pub phase: PullPhase,
    /// Not yet ready for review.
    pub is_draft: bool,
    /// Its title.
    pub title: String,
    /// Login of who opened it; `None` if the account is gone.
    pub author: Option<String>,
    /// Whether that is a program.
    pub author_is_bot: Option<bool>,
    /// When it was opened.
    pub created: i64,
    /// When the forge says it last changed.
    pub updated: i64,
    /// When it was merged or closed.
    pub ended: Option<i64>,
    /// The branch it is for.
    pub base_branch: Option<String>,
    /// The last commit of that branch, as its head knew it.
    pub base: Option<String>,
    /// Its own last commit.
    pub head: Option<String>,
    /// The commit it came in with; of merged ones only: before, forges name a trial there.
    pub merge: Option<String>,
    /// Lines it adds.
    pub added: Option<u64>,
    /// Lines it deletes.
    pub deleted: Option<u64>,
    /// How many commits it has.
    pub commit_count: Option<u64>,
    /// What the checks of its last commit came to; `None` if the token may not see that.
    pub checks: Option<CheckState>,
    /// The pull request that its text says it takes back.
    pub reverts: Option<u64>,
    /// Names of labels.
    pub labels: Vec<String>,
    /// Its commits, oldest first.
    pub commits: Vec<PullCommitFact>,
    /// What happened, in the order of time.
    pub events: Vec<PullEvent>,
    /// One of its lists is longer than what was asked for.
    pub is_cut: bool,
}

/// Whether it is still open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PullPhase {
    /// It is.
    #[default]
    Open,
    /// It was closed.
    Closed,
    /// It was merged.
    Merged,
}

/// What checks came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckState {
    /// There are none.
    None,
    /// All passed.
    Passed,
    /// One failed.
    Failed,
    /// Some have not ended.
    Running,
}

/// A commit of its branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullCommitFact {
    /// Its id in hex.
    pub id: String,
    /// When it was written.
    pub author_time: i64,
    /// When it was committed.
    pub commit_time: i64,
}

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PullEvent {
    /// When.
    pub at: i64,
    /// What.
    pub kind: PullEventKind,
}

/// What happened. Reviews are those of people other than the author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PullEventKind {
    /// It was said to be ready for review.
    Ready,
    /// It was made a draft again.
    Drafted,
    /// A review approved it.
    Approved,
    /// A review asked for changes.
    ChangesAsked,
    /// A review or comment that did neither.
    Commented,
    /// The same by a program.
    BotReviewed,
    /// Its branch was pushed with force.
    ForcePushed,
    /// It was opened again.
    Reopened,
}

/// Who did something, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Actor {
    pub(super) login: String,
    pub(super) is_bot: bool,
}

impl Actor {
    pub(super) fn new(login: String, kind: Option<&str>) -> Actor {
        let is_bot = kind == Some("Bot") || login.ends_with("[bot]");
        Actor { login, is_bot }
    }
}

/// Returns what a review or comment is; `None` if it is the author's own. Accounts that are gone were people's.
pub(super) fn review_kind(state: Option<&str>, by: Option<&Actor>, author: Option<&str>) -> Option<PullEventKind> {
    let login = by.map(|by| by.login.as_str());
    match state {
        _ if login == author => None,
        _ if by.is_some_and(|by| by.is_bot) => Some(PullEventKind::BotReviewed),
        Some("APPROVED") => Some(PullEventKind::Approved),
        Some("CHANGES_REQUESTED" | "REQUEST_CHANGES") => Some(PullEventKind::ChangesAsked),
        _ => Some(PullEventKind::Commented),
    }
}

/// Reads an instant as forges write them.
pub(super) fn millis(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis())
}

/// A text that becomes part of the store: one line, no control characters, of a length that a title can have.
pub(super) fn kept(text: &str) -> String {
    let is_kept = |character: &char| !character.is_control();
    text.chars().map(|character| if character == '\n' { ' ' } else { character }).filter(is_kept).take(500).collect()
}

/// Some pull requests, those that changed last first.
#[derive(Debug, Clone, Default)]
pub struct PullPage {
    /// The pull requests.
    pub pulls: Vec<PullFacts>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: Option<u64>,
    /// What was used up.
    pub budget: Budget,
}

/// What a forge lets us ask in an hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budget {
    /// Points of the last answer.
    pub cost: Option<u64>,
    /// Points that are left.
    pub remaining: Option<u64>,
    /// When they are given back, UTC milliseconds of the forge's clock.
    pub resets: Option<i64>,
    /// What that clock says.
    pub now: Option<i64>,
}

/// Pull requests of one repository on a forge. Every call waits for the answer, for a limited time.
pub trait PullSource {
    /// Returns a page of at most `size`, from a cursor of the page before.
    ///
    /// # Errors
    /// What every request can meet.
    fn page(&self, cursor: Option<&str>, size: usize) -> Result<PullPage, ForgeError>;

    /// Returns one pull request; `None` if there is none of this number.
    ///
    /// # Errors
    /// What every request can meet.
    fn one(&self, number: u64) -> Result<Option<PullFacts>, ForgeError>;

    /// Returns pull requests by number, one request each where a forge has nothing better; those that are gone are left
    /// out.
    ///
    /// # Errors
    /// What every request can meet.
    fn some(&self, numbers: &[u64]) -> Result<PullPage, ForgeError> {
        let found: Result<Vec<Option<PullFacts>>, ForgeError> =
            numbers.iter().map(|number| self.one(*number)).collect();
        Ok(PullPage { pulls: found?.into_iter().flatten().collect(), ..PullPage::default() })
    }

    /// Returns how many requests were sent, and how many of the answers were known already.
    fn asked(&self) -> Asked;

    /// Returns the error that says how long it takes until there are points again.
    fn used_up(&self, budget: &Budget) -> ForgeError;
}

/// Requests of one run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// All.
    pub requests: u64,
    /// Those answered with "not modified", which costs nothing.
    pub unchanged: u64,
    /// Points, where the forge counts such.
    pub points: u64,
}

/// What earlier answers were, so that they need not be sent again.
pub trait Memory {
    /// Returns tag and value that were kept under a key.
    fn recall(&self, key: &str) -> Option<(String, String)>;
    /// Keeps tag and value.
    fn keep(&self, key: &str, tag: &str, value: &str);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_of_another_person_and_a_programs_is_none() {
        let person = Actor::new("bob".into(), Some("User"));
        let bots = [Actor::new("ci[bot]".into(), None), Actor::new("ci".into(), Some("Bot"))];
        assert_eq!(review_kind(Some("APPROVED"), Some(&person), Some("ann")), Some(PullEventKind::Approved));
        assert_eq!(review_kind(Some("DISMISSED"), Some(&person), Some("ann")), Some(PullEventKind::Commented));
        assert_eq!(review_kind(Some("APPROVED"), Some(&person), Some("bob")), None);
        assert_eq!(review_kind(None, None, None), None, "both accounts are gone");
        assert_eq!(review_kind(None, None, Some("ann")), Some(PullEventKind::Commented));
        for bot in bots {
            assert_eq!(review_kind(Some("APPROVED"), Some(&bot), Some("ann")), Some(PullEventKind::BotReviewed));
        }
    }

    #[test]
    fn what_is_kept_is_one_line() {
        assert_eq!(kept("a\nb\u{1b}[2Jc"), "a b[2Jc");
        assert_eq!(kept(&"x".repeat(1_000)).len(), 500);
    }
}
