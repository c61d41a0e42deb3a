//! What a forge told of a pull request, as the store keeps it.

use crate::forge::{CheckState, PullEventKind, PullFacts, PullPhase};
use crate::model::CommitId;
use crate::store::PullRow;

/// Returns the row; `None` for a number that no pull request has.
pub(super) fn row_of(pull: &PullFacts) -> Option<PullRow> {
    let id = |text: &Option<String>| text.as_deref().and_then(|text| CommitId::parse(text).ok());
    let count = |number: Option<u64>| number.and_then(|number| i64::try_from(number).ok());
    let commit = |commit: &crate::forge::PullCommitFact| {
        Some((CommitId::parse(&commit.id).ok()?, commit.author_time, commit.commit_time))
    };
    Some(PullRow {
        number: i64::try_from(pull.number).ok()?,
        state: phase(pull.phase),
        is_draft: pull.is_draft,
        title: pull.title.clone(),
        author: pull.author.clone(),
        author_is_bot: pull.author_is_bot,
        created: pull.created,
        updated: pull.updated,
        ended: pull.ended.filter(|_| pull.phase != PullPhase::Open),
        base_branch: pull.base_branch.clone(),
        base: id(&pull.base),
        head: id(&pull.head),
        merge: id(&pull.merge),
        added: count(pull.added),
        deleted: count(pull.deleted),
        commit_count: count(pull.commit_count),
        checks: pull.checks.map(checks),
        reverts: count(pull.reverts),
        labels: pull.labels.join("\n"),
        is_cut: pull.is_cut,
        commits: pull.commits.iter().filter_map(commit).collect(),
        events: pull.events.iter().map(|event| (event.at, kind(event.kind))).collect(),
    })
}

fn phase(phase: PullPhase) -> i64 {
    match phase {
        PullPhase::Open => 1,
        PullPhase::Closed => 2,
        PullPhase::Merged => 3,
    }
}

fn checks(state: CheckState) -> i64 {
    match state {
        CheckState::None => 0,
        CheckState::Passed => 1,
        CheckState::Failed => 2,
        CheckState::Running => 3,
    }
}

fn kind(kind: PullEventKind) -> i64 {
    match kind {
        PullEventKind::Ready => 1,
        PullEventKind::Drafted => 2,
        PullEventKind::Approved => 3,
        PullEventKind::ChangesAsked => 4,
        PullEventKind::Commented => 5,
        PullEventKind::BotReviewed => 6,
        PullEventKind::ForcePushed => 7,
        PullEventKind::Reopened => 8,
    }
}
