//! Which pull request on the forge a runner is about.

use super::api::{Forge, Head, PullNumber};
use super::error::ForgeError;
use crate::runner::{Event, Run};

/// What is known of the pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Its number.
    Pull(PullNumber),
    /// Its last commit; the forge knows the number.
    Head(Head),
}

impl Target {
    /// Returns what an event is about.
    ///
    /// # Errors
    /// [`ForgeError::NoPull`] if nothing names one.
    pub fn of(event: &Event) -> Result<Target, ForgeError> {
        let by_number = event.pull.map(|number| Target::Pull(PullNumber(number)));
        let by_run = || event.run.as_ref().map(|run| Target::Head(head_of(run)));
        let by_commit = || event.commit.clone().map(|commit| Target::Head(Head { commit, ..Head::default() }));
        by_number.or_else(by_run).or_else(by_commit).ok_or(ForgeError::NoPull)
    }

    /// Returns the number, asking the forge if need be.
    ///
    /// # Errors
    /// [`ForgeError::NoPull`], [`ForgeError::ManyPulls`], and what every request can meet.
    pub fn number(&self, forge: &dyn Forge) -> Result<PullNumber, ForgeError> {
        let head = match self {
            Target::Pull(number) => return Ok(*number),
            Target::Head(head) => head,
        };
        match forge.pulls_of(head)?.as_slice() {
            [] => Err(ForgeError::NoPull),
            [number] => Ok(*number),
            many => Err(ForgeError::ManyPulls { numbers: many.iter().map(|number| format!("#{number}")).collect() }),
        }
    }
}

fn head_of(run: &Run) -> Head {
    Head { commit: run.commit.clone(), branch: run.branch.clone(), repository: run.repository.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_before_a_commit_and_the_earlier_run_before_the_job() {
        let run = Run { commit: "a".repeat(40), branch: None, repository: Some("f/r".into()), is_fork: true };
        let mut event = Event { pull: Some(7), run: Some(run), commit: Some("b".repeat(40)), ..Event::default() };
        assert_eq!(Target::of(&event).ok(), Some(Target::Pull(PullNumber(7))));
        event.pull = None;
        let of_run = Head { commit: "a".repeat(40), branch: None, repository: Some("f/r".into()) };
        assert_eq!(Target::of(&event).ok(), Some(Target::Head(of_run)));
        event.run = None;
        assert_eq!(Target::of(&event).ok(), Some(Target::Head(Head { commit: "b".repeat(40), ..Head::default() })));
        assert!(Target::of(&Event::default()).is_err());
    }
}
