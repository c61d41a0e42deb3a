//! One comment on a pull request, whatever happens meanwhile.
//!
//! Creating is the step that cannot be repeated: after a failure that may have happened all the same, the comments are
//! read again before the next try, and after success they are read again for a run that did the same. What is left open
//! is a run that reads before and writes after another: workflows keep their runs apart by a `concurrency` group.

use std::cell::RefCell;

use super::api::{Comment, CommentId, Forge, PullNumber};
use super::error::ForgeError;
use super::marker::{Key, Marker, State};
use super::order::IsAncestor;
use super::plan::{Own, Plan, Retire, Why, Write, plan, possible, settle};
use crate::report::{CommentAction as Action, CommentBehavior as Behavior};

/// What to say, and where.
pub struct Posting<'p> {
    /// Where.
    pub pull: PullNumber,
    /// Which of several comments.
    pub key: Key,
    /// Of which state of the pull request the text speaks.
    pub state: State,
    /// The total in micro-USD; `None` if not known.
    pub micro_usd: Option<u64>,
    /// The Markdown, without the marker.
    pub text: &'p str,
    /// What happens to an earlier comment.
    pub behavior: Behavior,
    /// The account that comments, if the forge is not to be asked.
    pub author: Option<&'p str>,
    /// What this clone knows of commits.
    pub is_ancestor: IsAncestor<'p>,
}

/// What was done, and what is left.
#[derive(Debug)]
pub struct Outcome {
    /// What was done.
    pub action: Action,
    /// Where the comment is read, if there is one and the forge says it.
    pub url: Option<String>,
    /// How many comments of ours were hidden or deleted.
    pub retired: usize,
    /// Why nothing was done ([`Action::Forbidden`]), or why comments are left that should be gone.
    pub trouble: Option<ForgeError>,
}

/// Sees to it that the pull request has the comment.
///
/// # Errors
/// Whatever the forge refuses but 403, which is [`Action::Forbidden`].
pub fn post(forge: &dyn Forge, posting: &Posting<'_>) -> Result<Outcome, ForgeError> {
    if posting.behavior == Behavior::Off {
        return Ok(Outcome::of(Action::Off, None));
    }
    match Run::new(forge, posting).go() {
        Err(error) if error.is_forbidden() => {
            Ok(Outcome { trouble: Some(error), ..Outcome::of(Action::Forbidden, None) })
        }
        other => other,
    }
}

impl Outcome {
    fn of(action: Action, url: Option<String>) -> Outcome {
        Outcome { action, url, retired: 0, trouble: None }
    }

    fn and(mut self, (retired, trouble): (usize, Option<ForgeError>)) -> Outcome {
        self.retired += retired;
        self.trouble = self.trouble.or(trouble);
        self
    }
}

/// How often a comment is tried to be created or found.
const TRIES: usize = 2;

struct Run<'r> {
    forge: &'r dyn Forge,
    posting: &'r Posting<'r>,
    behavior: Behavior,
    marker: Marker,
    login: RefCell<Option<String>>,
}

impl<'r> Run<'r> {
    fn new(forge: &'r dyn Forge, posting: &'r Posting<'r>) -> Run<'r> {
        Run {
            forge,
            posting,
            behavior: possible(posting.behavior, forge.can_hide()),
            marker: Marker::of(&posting.key, &posting.state, posting.micro_usd, posting.text),
            login: RefCell::new(posting.author.map(str::to_owned)),
        }
    }

    fn go(&self) -> Result<Outcome, ForgeError> {
        let mut gone = None;
        for _ in 0..TRIES {
            let own = self.own()?;
            let plan = plan(&own, &self.marker, self.posting.text, self.behavior, self.posting.is_ancestor);
            match self.act(&own, &plan) {
                // Somebody deleted the comment after we had read it.
                Err(error) if error.is_not_found() && matches!(plan.write, Write::Update(..)) => gone = Some(error),
                other => return other,
            }
        }
        Err(gone.unwrap_or(ForgeError::NoPull))
    }

    fn act(&self, own: &[Own], plan: &Plan) -> Result<Outcome, ForgeError> {
        let outcome = match &plan.write {
            Write::Create => {
                let created = self.create(own)?;
                self.login.borrow_mut().get_or_insert_with(|| created.author.clone().unwrap_or_default());
                return Ok(Outcome::of(Action::Created, created.url).and(self.settle()));
            }
            Write::Update(id, body) => {
                let updated = self.forge.update(self.posting.pull, *id, body)?;
                Outcome::of(Action::Updated, updated.url)
            }
            Write::Not(why, id) => {
                let kept = own.iter().find(|one| one.id() == *id);
                Outcome::of(action(*why), kept.and_then(|one| one.comment.url.clone()))
            }
        };
        Ok(outcome.and(self.retire(plan)))
    }

    /// Returns our comments that are to be seen, the oldest first.
    fn own(&self) -> Result<Vec<Own>, ForgeError> {
        let comments = self.forge.comments(self.posting.pull)?;
        let claimed: Vec<Own> =
            comments.into_iter().filter_map(|comment| Own::claimed(comment, &self.marker)).collect();
        if claimed.is_empty() {
            return Ok(claimed);
        }
        let login = self.login()?;
        let is_ours = |author: &String| author.eq_ignore_ascii_case(&login);
        Ok(claimed.into_iter().filter(|one| one.comment.author.as_ref().is_some_and(is_ours)).collect())
    }

    /// Who we are is asked once, and only if somebody says to be us.
    fn login(&self) -> Result<String, ForgeError> {
        if let Some(login) = &*self.login.borrow() {
            return Ok(login.clone());
        }
        let login = self.forge.viewer()?;
        Ok(self.login.borrow_mut().insert(login).clone())
    }

    fn create(&self, before: &[Own]) -> Result<Comment, ForgeError> {
        let body = self.marker.above(self.posting.text);
        let mut last = None;
        for _ in 0..TRIES {
            match self.forge.create(self.posting.pull, &body) {
                Ok(comment) => return Ok(comment),
                Err(error) if error.may_have_happened() || error.is_limit() => last = Some(error),
                Err(error) => return Err(error),
            }
            if let Some(found) = self.appeared(before)? {
                return Ok(found);
            }
        }
        Err(last.unwrap_or(ForgeError::NoPull))
    }

    /// The comment that a request without an answer has written all the same.
    fn appeared(&self, before: &[Own]) -> Result<Option<Comment>, ForgeError> {
        let is_old = |id: CommentId| before.iter().any(|one| one.id() == id);
        let found = self.own()?.into_iter().find(|one| one.marker == self.marker && !is_old(one.id()));
        Ok(found.map(|one| one.comment))
    }

    /// The comment is there: what fails now is only said.
    fn settle(&self) -> (usize, Option<ForgeError>) {
        let own = match self.own() {
            Ok(own) => own,
            Err(error) => return (0, Some(error)),
        };
        let Some(plan) = settle(&own, &self.marker, self.behavior, self.posting.is_ancestor) else { return (0, None) };
        if let Write::Update(id, body) = &plan.write
            && let Err(error) = self.forge.update(self.posting.pull, *id, body)
        {
            return (0, Some(error));
        }
        self.retire(&plan)
    }

    fn retire(&self, plan: &Plan) -> (usize, Option<ForgeError>) {
        let (mut retired, mut trouble) = (0, None);
        for one in &plan.rest {
            let result = match plan.retire {
                Retire::Hide => self.forge.hide(&one.comment),
                Retire::Delete => self.forge.delete(self.posting.pull, one.id()),
            };
            match result {
                Ok(()) => retired += 1,
                Err(error) => trouble = Some(error),
            }
        }
        (retired, trouble)
    }
}

fn action(why: Why) -> Action {
    match why {
        Why::Same => Action::Unchanged,
        Why::Later => Action::Outdated,
        Why::There => Action::AlreadyThere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::api::Head;
    use proptest::prelude::*;

    const US: &str = "github-actions[bot]";
    const PULL: PullNumber = PullNumber(7);

    /// What happens to a request to create.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Fate {
        Answered,
        LostBefore,
        LostAfter,
    }

    /// A forge in memory.
    #[derive(Default)]
    struct Fake {
        comments: RefCell<Vec<Comment>>,
        fates: RefCell<Vec<Fate>>,
        calls: RefCell<Vec<&'static str>>,
        /// What another run writes while we create.
        meanwhile: RefCell<Option<String>>,
        cannot_hide: bool,
    }

    impl Fake {
        fn add(&self, author: &str, body: &str) -> Comment {
            let mut comments = self.comments.borrow_mut();
            let id = CommentId(comments.last().map_or(1, |last| last.id.0 + 1));
            let author = Some(author.to_owned());
            comments.push(Comment { id, node: None, author, body: body.to_owned(), is_hidden: false, url: None });
            comments[comments.len() - 1].clone()
        }

        fn called(&self, name: &'static str) {
            self.calls.borrow_mut().push(name);
        }

        fn run(&self, rank: u64, text: &str, behavior: Behavior) -> Result<Outcome, ForgeError> {
            let (state, is_ancestor) = (State { head: String::new(), rank }, |_: &str, _: &str| None);
            let (key, micro_usd, author) = (Key::default(), None, None);
            let is_ancestor = &is_ancestor;
            post(self, &Posting { pull: PULL, key, state, micro_usd, text, behavior, author, is_ancestor })
        }

        /// Rank and text of our comments that are to be seen.
        fn seen(&self) -> Vec<(u64, String)> {
            let comments = self.comments.borrow();
            let seen = comments.iter().filter(|one| one.author.as_deref() == Some(US) && !one.is_hidden);
            let read =
                |one: &Comment| Some((Marker::read(&one.body)?.state.rank, one.body.split_once('\n')?.1.to_owned()));
            seen.filter_map(read).collect()
        }
    }

    fn lost() -> ForgeError {
        ForgeError::NoAnswer { host: "h".into(), asked: "POST".into(), source: "reset".into() }
    }

    fn missing() -> ForgeError {
        ForgeError::Refused { host: "h".into(), asked: "PATCH".into(), status: 404, message: "Not Found".into() }
    }

    impl Forge for Fake {
        fn viewer(&self) -> Result<String, ForgeError> {
            self.called("viewer");
            Ok(US.to_owned())
        }

        fn comments(&self, _pull: PullNumber) -> Result<Vec<Comment>, ForgeError> {
            Ok(self.comments.borrow().clone())
        }

        fn create(&self, _pull: PullNumber, body: &str) -> Result<Comment, ForgeError> {
            self.called("create");
            if let Some(other) = self.meanwhile.borrow_mut().take() {
                self.add(US, &other);
            }
            match self.fates.borrow_mut().pop().unwrap_or(Fate::Answered) {
                Fate::Answered => Ok(self.add(US, body)),
                Fate::LostBefore => Err(lost()),
                Fate::LostAfter => {
                    self.add(US, body);
                    Err(lost())
                }
            }
        }

        fn update(&self, _pull: PullNumber, id: CommentId, body: &str) -> Result<Comment, ForgeError> {
            self.called("update");
            let mut comments = self.comments.borrow_mut();
            let comment = comments.iter_mut().find(|one| one.id == id).ok_or_else(missing)?;
            body.clone_into(&mut comment.body);
            Ok(comment.clone())
        }

        fn delete(&self, _pull: PullNumber, id: CommentId) -> Result<(), ForgeError> {
            self.called("delete");
            self.comments.borrow_mut().retain(|one| one.id != id);
            Ok(())
        }

        fn can_hide(&self) -> bool {
            !self.cannot_hide
        }

        fn hide(&self, comment: &Comment) -> Result<(), ForgeError> {
            self.called("hide");
            self.comments
                .borrow_mut()
                .iter_mut()
                .filter(|one| one.id == comment.id)
                .for_each(|one| one.is_hidden = true);
            Ok(())
        }

        fn pulls_of(&self, _head: &Head) -> Result<Vec<PullNumber>, ForgeError> {
            Ok(Vec::new())
        }
    }

    fn of(rank: u64, text: &str) -> String {
        Marker::of(&Key::default(), &State { head: String::new(), rank }, None, text).above(text)
    }

    #[test]
    fn the_first_run_asks_for_no_name() {
        let fake = Fake::default();
        assert_eq!(fake.run(1, "a", Behavior::Update).unwrap().action, Action::Created);
        assert_eq!(*fake.calls.borrow(), ["create"]);
    }

    #[test]
    fn the_second_updates_and_the_same_again_writes_nothing() {
        let fake = Fake::default();
        let run = |rank, text| fake.run(rank, text, Behavior::Update).unwrap().action;
        assert_eq!([run(1, "a"), run(2, "b"), run(3, "b")], [Action::Created, Action::Updated, Action::Unchanged]);
        assert_eq!(fake.seen(), [(2, "b".to_owned())]);
        assert_eq!(*fake.calls.borrow(), ["create", "viewer", "update", "viewer"]);
    }

    #[test]
    fn what_others_wrote_and_what_is_quoted_stays() {
        let fake = Fake::default();
        fake.add("mallory", &of(9, "mine"));
        fake.add(US, &format!("> {}", of(9, "quoted").replace('\n', "\n> ")));
        let hidden = fake.add(US, &of(9, "hidden"));
        fake.hide(&hidden).unwrap();
        let other_key = of(9, "other").replace("key=default", "key=default2");
        fake.add(US, &other_key);
        let before = fake.comments.borrow().clone();
        assert_eq!(fake.run(1, "a", Behavior::DeleteAndNew).unwrap().action, Action::Created);
        assert_eq!(fake.run(2, "b", Behavior::Update).unwrap().action, Action::Updated);
        assert_eq!(fake.comments.borrow()[..4], before);
    }

    #[test]
    fn a_run_that_did_the_same_meanwhile_leaves_one_comment_with_the_latest_text() {
        for (rank, other, text) in [(1, 2, "other"), (2, 1, "ours")] {
            let fake = Fake { meanwhile: RefCell::new(Some(of(other, "other"))), ..Fake::default() };
            let outcome = fake.run(rank, "ours", Behavior::Update).unwrap();
            assert_eq!((outcome.action, outcome.retired), (Action::Created, 1));
            assert_eq!(fake.seen(), [(2, text.to_owned())]);
            assert_eq!(fake.comments.borrow()[0].id, CommentId(1), "the oldest is kept");
        }
    }

    #[test]
    fn the_behaviours_leave_what_their_names_say() {
        let seen = |behavior, cannot_hide| {
            let fake = Fake { cannot_hide, ..Fake::default() };
            fake.run(1, "a", behavior).unwrap();
            fake.run(2, "b", behavior).unwrap();
            let all = fake.comments.borrow().len();
            (all, fake.seen().into_iter().map(|(_, text)| text).collect::<Vec<_>>().concat())
        };
        assert_eq!(seen(Behavior::Update, false), (1, "b".into()));
        assert_eq!(seen(Behavior::New, false), (2, "ab".into()));
        assert_eq!(seen(Behavior::HideAndNew, false), (2, "b".into()));
        assert_eq!(seen(Behavior::HideAndNew, true), (1, "b".into()));
        assert_eq!(seen(Behavior::DeleteAndNew, false), (1, "b".into()));
        assert_eq!(seen(Behavior::Once, false), (1, "a".into()));
        assert_eq!(seen(Behavior::Off, false), (0, String::new()));
    }

    #[test]
    fn nothing_is_created_twice_when_the_answer_is_lost() {
        for fate in [Fate::LostBefore, Fate::LostAfter] {
            let fake = Fake { fates: RefCell::new(vec![fate]), ..Fake::default() };
            assert_eq!(fake.run(1, "a", Behavior::Update).unwrap().action, Action::Created);
            assert_eq!(fake.seen(), [(1, "a".to_owned())], "{fate:?}");
        }
        let fake = Fake { fates: RefCell::new(vec![Fate::LostBefore; 2]), ..Fake::default() };
        assert!(fake.run(1, "a", Behavior::Update).unwrap_err().may_have_happened());
        assert_eq!(*fake.calls.borrow(), ["create", "create"], "and there is an end");
    }

    proptest! {
        /// Runs in any order, with any answer lost: never two comments, never an older text over a newer one.
        #[test]
        fn there_is_one_comment_and_it_never_grows_older(
            runs in prop::collection::vec((0u64..6, 0u8..6, 0u8..5), 1..12),
        ) {
            let fake = Fake::default();
            for (rank, first, second) in runs {
                let fate = |number| [Fate::LostBefore, Fate::LostAfter].get(usize::from(number)).copied();
                let fates = [second, first].map(|number| fate(number).unwrap_or(Fate::Answered));
                *fake.fates.borrow_mut() = fates.to_vec();
                let before = fake.seen();
                let result = fake.run(rank, &format!("text {rank}"), Behavior::Update);
                let after = fake.seen();
                prop_assert!(after.len() <= 1, "{after:?}");
                let rank_of = |seen: &[(u64, String)]| seen.first().map(|(rank, _)| *rank);
                prop_assert!(rank_of(&after) >= rank_of(&before));
                prop_assert!(result.is_err() || rank_of(&after) >= Some(rank));
            }
        }
    }
}
