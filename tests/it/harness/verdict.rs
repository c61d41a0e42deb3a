//! Whether what `blame` says of lines is true, by what their words say.

use super::words::{Owner, name, typed_by};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A line as `blame` answers.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) class: String,
    pub(super) reason: String,
    #[expect(dead_code, reason = "shown when a line is wrong")]
    pub(super) grade: String,
    /// The name of the agent.
    pub(super) session: Option<&'static str>,
    /// The commit that git blames.
    pub(super) commit: String,
}

/// Words of which nothing need be known.
#[derive(Debug)]
pub(super) struct Unsure {
    /// `None` for all.
    words: Option<BTreeSet<String>>,
    /// Those of which something is known after all.
    known: RefCell<BTreeSet<String>>,
}

impl Unsure {
    pub(super) fn new(words: &str) -> Unsure {
        Unsure { words: Some(set(words)), known: RefCell::default() }
    }

    pub(super) fn of_all(self) -> Unsure {
        Unsure { words: None, ..self }
    }

    fn has(&self, word: &str) -> bool {
        self.words.as_ref().is_none_or(|words| words.contains(word))
    }

    /// Returns the listed words that need not be listed any more.
    pub(super) fn known(&self) -> Vec<String> {
        self.known.take().into_iter().collect()
    }
}

fn set(words: &str) -> BTreeSet<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

/// Returns what is wrong, in words.
pub(super) fn judge(lines: &[Line], unsure: &Unsure) -> Vec<String> {
    let wrong = |(at, line): (usize, &Line)| {
        let owner = Owner::of(&line.text);
        let is_right = match owner {
            Owner::Anybody => true,
            // What once stood around it may be gone where anything can have happened.
            Owner::Trivial => unsure.words.is_none() || is_like_neighbour(lines, at),
            owner => is_true(line, owner, unsure),
        };
        let Line { class, reason, commit, .. } = line;
        let (session, word) = (line.session.unwrap_or("nobody"), name(&line.text));
        let said =
            || format!("line {}: `{word}` is {owner:?}'s, not {class} of {session} ({reason}, {commit})", at + 1);
        (!is_right).then(said)
    };
    lines.iter().enumerate().filter_map(wrong).collect()
}

/// Returns the words of people and agents of whom nothing is known.
pub(super) fn unknown_words(lines: &[Line]) -> Vec<String> {
    let is_somebodys = |line: &&Line| matches!(Owner::of(&line.text), Owner::Ann | Owner::Bob | Owner::Person);
    let unknown = lines.iter().filter(is_somebodys).filter(|line| line.class == "unknown");
    unknown.map(|line| name(&line.text).to_owned()).collect()
}

/// How many lines are somebody's, how many nobody's; and how many of those that many type are the wrong one's.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) known: usize,
    pub(crate) unknown: usize,
    pub(crate) common: usize,
    pub(crate) common_wrong: usize,
}

impl Counts {
    pub(super) fn add(&mut self, lines: &[Line]) {
        let unknown = lines.iter().filter(|line| line.class == "unknown").count();
        self.unknown += unknown;
        self.known += lines.len() - unknown;
        for (line, owner) in lines.iter().filter_map(|line| typed_by(&line.text).map(|owner| (line, owner))) {
            self.common += 1;
            self.common_wrong += usize::from(line.class != "unknown" && !is_named(line, owner));
        }
    }

    /// Adds what was counted elsewhere.
    pub(crate) fn plus(self, other: Counts) -> Counts {
        Counts {
            known: self.known + other.known,
            unknown: self.unknown + other.unknown,
            common: self.common + other.common,
            common_wrong: self.common_wrong + other.common_wrong,
        }
    }
}

fn is_true(line: &Line, owner: Owner, unsure: &Unsure) -> bool {
    let word = name(&line.text);
    let is_known = is_named(line, owner);
    if is_known && unsure.words.is_some() && unsure.has(word) {
        unsure.known.borrow_mut().insert(word.to_owned());
    }
    let may_be_unknown = matches!(owner, Owner::Unseen | Owner::Command) || unsure.has(word);
    is_known || (may_be_unknown && line.class == "unknown")
}

fn is_named(line: &Line, owner: Owner) -> bool {
    let is_agents = |name: &str| line.class == "agent" && line.session == Some(name);
    match owner {
        Owner::Ann | Owner::Command => is_agents("ann"),
        Owner::Bob => is_agents("bob"),
        Owner::Person => line.class == "human" && line.session.is_none(),
        Owner::Unseen | Owner::Anybody | Owner::Trivial => false,
    }
}

/// A line that says nothing is unknown, or belongs to what stands next above or below it.
fn is_like_neighbour(lines: &[Line], at: usize) -> bool {
    let is_telling = |line: &&Line| Owner::of(&line.text) != Owner::Trivial;
    let (above, below) = (lines[..at].iter().rev().find(is_telling), lines[at + 1..].iter().find(is_telling));
    let line = &lines[at];
    let is_same = |other: &Line| is_named(line, Owner::of(&other.text));
    line.class == "unknown" || above.is_some_and(is_same) || below.is_some_and(is_same)
}
