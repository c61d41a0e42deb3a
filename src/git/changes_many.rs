//! The changes of many commits, on all processors, in order, in bounded memory.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::changes::{CommitChanges, changes_in};
use super::error::ChangeError;
use super::repo::Repo;
use crate::model::CommitId;

/// How many results wait for the sink at most.
const BATCH: usize = 256;

impl Repo {
    /// Hands the changes of every commit to `sink`, in the order of `ids`.
    ///
    /// Commits are compared in parallel, a batch of 256 at a time, so only that
    /// many results are in memory. `progress` hears from any thread how many
    /// commits are compared so far. `sink` ends the work with `Break`.
    pub fn changes_many(
        &self,
        ids: &[CommitId],
        progress: &(dyn Fn(usize) + Sync),
        sink: &mut dyn FnMut(CommitId, Result<CommitChanges, ChangeError>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let handles = Handles { repo: self, idle: Mutex::new(Vec::new()) };
        let done = AtomicUsize::new(0);
        let compare = |id: &CommitId| {
            let result = handles.with(|local| changes_in(local, id));
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            (*id, result)
        };
        for batch in ids.chunks(BATCH) {
            let results: Vec<_> = batch.par_iter().with_max_len(8).map(compare).collect();
            results.into_iter().try_for_each(|(id, result)| sink(id, result))?;
        }
        ControlFlow::Continue(())
    }
}

/// Handles keep their caches from batch to batch; there are as many as threads.
struct Handles<'a> {
    repo: &'a Repo,
    idle: Mutex<Vec<gix::Repository>>,
}

impl Handles<'_> {
    fn with<T>(&self, work: impl FnOnce(&gix::Repository) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle().pop();
        let local = waiting.unwrap_or_else(|| self.repo.local());
        let result = work(&local);
        idle().push(local);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    fn history(length: usize) -> (TestRepo, Vec<CommitId>) {
        let test = TestRepo::new();
        let ids = (0..length).map(|n| {
            test.write("a", format!("this is line {n}\n"));
            test.commit("next")
        });
        let ids = ids.collect();
        (test, ids)
    }

    #[test]
    fn results_come_in_the_order_asked_for_and_equal_single_ones() {
        let (test, mut ids) = history(12);
        ids.reverse();
        ids.push(CommitId::Sha1([7; 20]));
        let repo = test.repo();
        let (mut found, highest) = (Vec::new(), AtomicUsize::new(0));
        let note = |done| {
            highest.fetch_max(done, Ordering::Relaxed);
        };
        let ended = repo.changes_many(&ids, &note, &mut |id, result| {
            assert_eq!(result.as_ref().ok(), repo.changes(&id).as_ref().ok());
            found.push((id, result.is_ok()));
            ControlFlow::Continue(())
        });
        assert_eq!(ended, ControlFlow::Continue(()));
        assert_eq!(highest.into_inner(), ids.len());
        let expected: Vec<_> = ids.iter().map(|id| (*id, *id != CommitId::Sha1([7; 20]))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_sink_can_end_the_work() {
        let (test, ids) = history(4);
        let mut calls = 0;
        let ended = test.repo().changes_many(&ids, &|_| {}, &mut |_, _| {
            calls += 1;
            ControlFlow::Break(())
        });
        assert_eq!((ended, calls), (ControlFlow::Break(()), 1));
    }
}
