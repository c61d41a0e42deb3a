//! How the review of a pull request went, from what happened when. Pure: instants in, numbers out.

use super::pull_facts::ForgePull;

/// Kinds of events, as the schema numbers them.
mod kind {
    pub(super) const READY: i64 = 1;
    pub(super) const REVIEWS: std::ops::RangeInclusive<i64> = 3..=5;
    pub(super) const FORCE_PUSH: i64 = 7;
}

/// What the events of one pull request come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Review {
    /// From ready to the first review, in milliseconds.
    pub(super) first_review_ms: Option<u64>,
    /// From ready to its end.
    pub(super) end_ms: Option<u64>,
    pub(super) rounds: u64,
    /// `None` without a review.
    pub(super) commits_after_review: Option<u64>,
    pub(super) force_pushes: u64,
    /// Nothing was committed after the first review, or, without one, after it was ready.
    pub(super) is_as_is: bool,
}

/// Reads the events.
pub(super) fn review(pull: &ForgePull) -> Review {
    let is_in_time = |at: i64| pull.ended.is_none_or(|ended| at <= ended);
    let of = |wanted: fn(i64) -> bool| {
        pull.events.iter().filter(move |(at, kind)| wanted(*kind) && is_in_time(*at)).map(|(at, _)| *at)
    };
    let reviews: Vec<i64> = of(|kind| kind::REVIEWS.contains(&kind)).collect();
    let first = reviews.first().copied();
    // A draft may be reviewed, and may become one again: what counts is the last time it was said before the review.
    let ready = of(|kind| kind == kind::READY).rfind(|at| first.is_none_or(|first| *at <= first));
    let ready = ready.unwrap_or(pull.created);
    let after = |moment: i64| pull.commits.iter().filter(|commit| commit.commit_time > moment).count() as u64;
    let pushes: Vec<i64> =
        pull.commits.iter().map(|commit| commit.commit_time).chain(of(|kind| kind == kind::FORCE_PUSH)).collect();
    Review {
        first_review_ms: first.map(|first| span(ready, first)),
        end_ms: pull.ended.map(|ended| span(ready, ended)),
        rounds: rounds(&reviews, &pushes),
        commits_after_review: first.map(after),
        force_pushes: of(|kind| kind == kind::FORCE_PUSH).count() as u64,
        is_as_is: after(first.unwrap_or(ready)) == 0,
    }
}

fn span(from: i64, to: i64) -> u64 {
    u64::try_from(to.saturating_sub(from)).unwrap_or(0)
}

/// Reviews with a push between them are different rounds.
fn rounds(reviews: &[i64], pushes: &[i64]) -> u64 {
    let is_new = |pair: &&[i64]| pushes.iter().any(|push| pair[0] < *push && *push <= pair[1]);
    match reviews.is_empty() {
        true => 0,
        false => 1 + reviews.windows(2).filter(is_new).count() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::super::pull_facts::PullBranchCommit;
    use super::*;
    use crate::model::CommitId;

    fn pull(created: i64, ended: Option<i64>, commits: &[i64], events: &[(i64, i64)]) -> ForgePull {
        let id = CommitId::Sha1([1; 20]);
        let commit = |time: &i64| PullBranchCommit { id, author_time: *time, commit_time: *time };
        ForgePull {
            number: 1,
            merge: None,
            head: None,
            base: None,
            commits: commits.iter().map(commit).collect(),
            state: 3,
            is_draft: false,
            title: String::new(),
            author: None,
            created,
            ended,
            added: None,
            checks: None,
            reverts: None,
            labels: String::new(),
            events: events.to_vec(),
        }
    }

    #[test]
    fn a_review_is_counted_from_when_it_was_ready() {
        let found = review(&pull(10, Some(500), &[5, 120, 300], &[(100, 1), (110, 5), (130, 4), (200, 3), (310, 3)]));
        assert_eq!((found.first_review_ms, found.end_ms), (Some(10), Some(400)));
        assert_eq!((found.rounds, found.commits_after_review, found.is_as_is), (3, Some(2), false));
    }

    #[test]
    fn what_nobody_reviewed_has_no_round() {
        let found = review(&pull(10, Some(20), &[5], &[(12, 6), (15, 7)]));
        assert_eq!((found.first_review_ms, found.rounds, found.commits_after_review), (None, 0, None));
        assert_eq!((found.force_pushes, found.is_as_is, found.end_ms), (1, true, Some(10)));
    }

    #[test]
    fn words_after_the_end_are_no_review() {
        let found = review(&pull(10, Some(20), &[5], &[(30, 5)]));
        assert_eq!((found.first_review_ms, found.rounds), (None, 0));
        let before_ready = review(&pull(10, None, &[5], &[(15, 5), (40, 1)]));
        assert_eq!((before_ready.first_review_ms, before_ready.end_ms), (Some(5), None));
    }
}
