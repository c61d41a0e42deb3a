//! What is to be done about the comments that are there. Pure: comments in, steps out.

use super::api::{Comment, CommentId};
use super::marker::{Marker, State};
use super::order::{IsAncestor, is_later};
use crate::report::CommentBehavior as Behavior;

/// Returns what is done on a forge that may not be able to hide comments.
pub(super) fn possible(behavior: Behavior, can_hide: bool) -> Behavior {
    match behavior {
        Behavior::HideAndNew if !can_hide => Behavior::Update,
        other => other,
    }
}

/// A comment of ours that is to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Own {
    pub(super) comment: Comment,
    pub(super) marker: Marker,
}

impl Own {
    /// Returns a comment that says it is ours, with this key; who wrote it is not looked at.
    pub(super) fn claimed(comment: Comment, ours: &Marker) -> Option<Own> {
        let marker = Marker::read(&comment.body).filter(|marker| marker.key == ours.key && !comment.is_hidden)?;
        Some(Own { comment, marker })
    }

    pub(super) fn id(&self) -> CommentId {
        self.comment.id
    }
}

/// What to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Write {
    Create,
    /// The comment gets this text.
    Update(CommentId, String),
    /// Nothing, because the comment is …
    Not(Why, CommentId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Same,
    Later,
    There,
}

/// What to do with the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retire {
    Hide,
    Delete,
}

/// Steps: first the write, then the rest, so that there is never no comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) write: Write,
    pub(super) rest: Vec<Own>,
    pub(super) retire: Retire,
}

/// Decides, with our comments the oldest first.
pub(super) fn plan(own: &[Own], ours: &Marker, text: &str, behavior: Behavior, is_ancestor: IsAncestor<'_>) -> Plan {
    let only = |write| Plan { write, rest: Vec::new(), retire: Retire::Delete };
    let (Some(oldest), Some(latest)) = (own.first(), latest(own, is_ancestor)) else { return only(Write::Create) };
    if behavior == Behavior::Once {
        return only(Write::Not(Why::There, oldest.id()));
    }
    if is_later(&latest.marker.state, &ours.state, is_ancestor) {
        return only(Write::Not(Why::Later, latest.id()));
    }
    if !matches!(behavior, Behavior::Update | Behavior::Off) {
        let is_same = latest.marker.sum == ours.sum;
        return only(if is_same { Write::Not(Why::Same, latest.id()) } else { Write::Create });
    }
    let is_same = oldest.marker.sum == ours.sum;
    let write = if is_same { Write::Not(Why::Same, oldest.id()) } else { Write::Update(oldest.id(), ours.above(text)) };
    Plan { rest: own[1..].to_vec(), ..only(write) }
}

/// Decides after one was created, with all of ours the oldest first. Runs at the same time see the same comments and
/// decide the same, whichever comes first. `None` if there is nothing to do.
pub(super) fn settle(own: &[Own], ours: &Marker, behavior: Behavior, is_ancestor: IsAncestor<'_>) -> Option<Plan> {
    let (oldest, latest) = (own.first()?, latest(own, is_ancestor)?);
    let stays = |kept: &Own| Write::Not(Why::There, kept.id());
    let but = |kept: &Own| own.iter().filter(|one| one.id() != kept.id()).cloned().collect::<Vec<_>>();
    let (write, rest, retire) = match behavior {
        Behavior::HideAndNew => (stays(latest), but(latest), Retire::Hide),
        Behavior::DeleteAndNew => (stays(latest), but(latest), Retire::Delete),
        Behavior::New => {
            let twins: Vec<Own> = own.iter().filter(|one| one.marker == *ours).cloned().collect();
            (stays(oldest), twins.into_iter().skip(1).collect(), Retire::Delete)
        }
        Behavior::Once => (stays(oldest), but(oldest), Retire::Delete),
        Behavior::Update | Behavior::Off => {
            let is_latest = oldest.marker.sum == latest.marker.sum;
            let write = if is_latest { stays(oldest) } else { Write::Update(oldest.id(), latest.comment.body.clone()) };
            (write, but(oldest), Retire::Delete)
        }
    };
    (!rest.is_empty()).then_some(Plan { write, rest, retire })
}

/// The comment of the latest state; of equals the oldest comment.
fn latest<'o>(own: &'o [Own], is_ancestor: IsAncestor<'_>) -> Option<&'o Own> {
    let state = |one: &'o Own| -> &'o State { &one.marker.state };
    own.iter().reduce(|best, one| if is_later(state(one), state(best), is_ancestor) { one } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::marker::Key;

    fn marker(rank: u64, text: &str) -> Marker {
        Marker::of(&Key::default(), &State { head: String::new(), rank }, None, text)
    }

    fn own(id: u64, rank: u64, text: &str) -> Own {
        let marker = marker(rank, text);
        let body = marker.above(text);
        let comment = Comment { id: CommentId(id), node: None, author: None, body, is_hidden: false, url: None };
        Own { comment, marker }
    }

    fn write(own: &[Own], rank: u64, text: &str, behavior: Behavior) -> Write {
        plan(own, &marker(rank, text), text, behavior, &|_, _| None).write
    }

    #[test]
    fn the_first_run_creates_whatever_the_behaviour() {
        for behavior in [Behavior::Update, Behavior::New, Behavior::HideAndNew, Behavior::DeleteAndNew, Behavior::Once]
        {
            assert_eq!(write(&[], 1, "a", behavior), Write::Create);
        }
    }

    #[test]
    fn an_update_keeps_the_oldest_and_removes_the_others() {
        let there = [own(3, 1, "a"), own(5, 1, "b")];
        let plan = plan(&there, &marker(2, "c"), "c", Behavior::Update, &|_, _| None);
        assert_eq!(plan.write, Write::Update(CommentId(3), marker(2, "c").above("c")));
        assert_eq!((plan.rest, plan.retire), (vec![there[1].clone()], Retire::Delete));
    }

    #[test]
    fn the_same_text_is_not_written_again() {
        for behavior in [Behavior::Update, Behavior::New, Behavior::HideAndNew, Behavior::DeleteAndNew] {
            assert_eq!(write(&[own(3, 1, "a")], 2, "a", behavior), Write::Not(Why::Same, CommentId(3)));
        }
    }

    #[test]
    fn an_older_run_writes_nothing() {
        for behavior in [Behavior::Update, Behavior::New, Behavior::HideAndNew, Behavior::DeleteAndNew] {
            let there = [own(3, 1, "a"), own(4, 7, "b")];
            assert_eq!(write(&there, 6, "c", behavior), Write::Not(Why::Later, CommentId(4)), "{behavior:?}");
        }
    }

    #[test]
    fn once_is_once() {
        assert_eq!(write(&[own(3, 1, "a")], 2, "b", Behavior::Once), Write::Not(Why::There, CommentId(3)));
    }

    #[test]
    fn the_others_write_a_new_one() {
        for behavior in [Behavior::New, Behavior::HideAndNew, Behavior::DeleteAndNew] {
            assert_eq!(write(&[own(3, 1, "a")], 2, "b", behavior), Write::Create);
        }
        assert_eq!(possible(Behavior::HideAndNew, false), Behavior::Update);
        assert_eq!(possible(Behavior::HideAndNew, true), Behavior::HideAndNew);
    }

    #[test]
    fn runs_at_the_same_time_settle_on_one_comment_with_the_latest_text() {
        let there = [own(3, 1, "a"), own(4, 2, "b")];
        let settled = |behavior, rank, text: &str| settle(&there, &marker(rank, text), behavior, &|_, _| None).unwrap();
        for (rank, text) in [(1, "a"), (2, "b")] {
            let plan = settled(Behavior::Update, rank, text);
            assert_eq!(plan.write, Write::Update(CommentId(3), there[1].comment.body.clone()));
            assert_eq!(plan.rest, there[1..]);
            let plan = settled(Behavior::HideAndNew, rank, text);
            assert_eq!((plan.rest, plan.retire), (there[..1].to_vec(), Retire::Hide));
        }
        assert_eq!(settle(&there, &marker(2, "b"), Behavior::New, &|_, _| None), None, "two texts, two comments");
        let twins = [own(3, 2, "b"), own(4, 2, "b")];
        assert_eq!(settle(&twins, &marker(2, "b"), Behavior::New, &|_, _| None).unwrap().rest, twins[1..]);
        assert_eq!(settle(&there[..1], &marker(1, "a"), Behavior::Update, &|_, _| None), None);
    }
}
