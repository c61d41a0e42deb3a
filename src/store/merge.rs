//! How two sightings of one thing become one row: commutative, associative, idempotent.
//!
//! That is what makes the store a function of the set of rows seen, not of
//! their order; the property tests below are the law.

use super::rows::{AgentRunRow, CallRow, EditRow, MarkRow, ReportedRow, ToolRow};

/// Joins what two rows of one key know.
pub(super) trait Merge {
    /// Takes what `other` knows better.
    fn merge(&mut self, other: Self);
}

fn earliest(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Two different values for what should be one: the larger, so that order does not matter.
fn agreed<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    one.max(other)
}

impl Merge for CallRow {
    fn merge(&mut self, other: CallRow) {
        self.is_complete |= other.is_complete;
        self.sources |= other.sources;
        self.at = earliest(self.at, other.at);
        self.parent = agreed(self.parent, other.parent);
        self.recorded_cost = agreed(self.recorded_cost, other.recorded_cost);
        if (other.place, &other.branch, other.agent_run) < (self.place, &self.branch, self.agent_run) {
            (self.place, self.agent_run) = (other.place, other.agent_run);
            self.branch.clone_from(&other.branch);
        }
        if record_rank(&other) > record_rank(self) {
            (self.usage, self.has_stop_reason, self.modifiers) = (other.usage, other.has_stop_reason, other.modifiers);
            self.model = other.model;
        }
    }
}

/// Rule 3: the largest output, then one with a stop reason, then the largest total;
/// the rest only makes the choice the same in every order.
fn record_rank(row: &CallRow) -> impl Ord {
    let usage = row.usage.unwrap_or_default();
    let classes = [usage.input, usage.cache_read, usage.cache_write_5m, usage.cache_write_1h, usage.web_searches];
    let total = usage.total_tokens();
    (row.usage.is_some(), usage.output, row.has_stop_reason, total, classes, row.modifiers, row.model.clone())
}

impl Merge for ToolRow {
    fn merge(&mut self, other: ToolRow) {
        let rank = |row: &ToolRow| (row.name.is_none(), row.place, row.agent_run);
        if rank(&other) < rank(self) {
            (self.place, self.agent_run) = (other.place, other.agent_run);
        }
        self.name = agreed(self.name.take(), other.name);
        self.call = agreed(self.call, other.call);
        self.asked_at = earliest(self.asked_at, other.asked_at);
        self.answered_at = earliest(self.answered_at, other.answered_at);
        self.answered_ordinal = earliest(self.answered_ordinal, other.answered_ordinal);
        self.is_error = agreed(self.is_error, other.is_error);
        self.makes_commits |= other.makes_commits;
        self.agent_type = agreed(self.agent_type.take(), other.agent_type);
    }
}

impl Merge for EditRow {
    fn merge(&mut self, other: EditRow) {
        if (other.source, other.added.len(), &other.added) > (self.source, self.added.len(), &self.added) {
            (self.source, self.added) = (other.source, other.added);
        }
    }
}

impl Merge for MarkRow {
    fn merge(&mut self, other: MarkRow) {
        let value = agreed(self.value, other.value);
        let at = earliest(self.at, other.at);
        if (other.place, &other.path) < (self.place, &self.path) {
            *self = other;
        }
        (self.value, self.at) = (value, at);
    }
}

impl Merge for AgentRunRow {
    fn merge(&mut self, other: AgentRunRow) {
        self.agent_type = agreed(self.agent_type.take(), other.agent_type);
        self.parent = agreed(self.parent, other.parent);
        self.is_async |= other.is_async;
    }
}

impl Merge for ReportedRow {
    fn merge(&mut self, other: ReportedRow) {
        let rank = |row: &ReportedRow| {
            let usage = row.usage;
            (usage.total_tokens(), usage.web_searches, usage.output, usage.cache_read, usage.cache_write_1h, row.at)
        };
        if rank(&other) > rank(self) {
            *self = other;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::file_changes::{ChangeSource, FileChangeRow};
    use super::super::rows::Place;
    use super::*;
    use crate::model::{Hunk, LineHash, Usage};
    use proptest::prelude::*;

    fn place() -> impl Strategy<Value = Place> {
        (any::<bool>(), 0i64..3, 0i64..3, 0i64..3).prop_map(|(is_copy, head_at, ordinal, session)| Place {
            is_copy,
            head_at,
            ordinal,
            session,
        })
    }

    prop_compose! {
        fn call()(place in place(), output in 0u64..3, input in 0u64..3, known in any::<bool>(), is_complete in any::<bool>(),
                  at in prop::option::of(0i64..3), model in prop::option::of("[ab]"), branch in prop::option::of("[ab]"),
                  sources in 0i64..16, modifiers in 0i64..3, agent_run in prop::option::of(0i64..2)) -> CallRow {
            let usage = known.then_some(Usage { input, output, ..Usage::default() });
            CallRow { key: 1, id: "m".into(), place, agent_run, at, model: model.map(Into::into), branch: branch.map(Into::into), usage, is_complete,
                      has_stop_reason: is_complete, modifiers, recorded_cost: None, sources, parent: None }
        }
    }

    prop_compose! {
        fn edit()(source in 0i64..3, added in prop::collection::vec((0i64..3).prop_map(LineHash), 0..3)) -> EditRow {
            EditRow { tool_call: 1, path: "p".into(), source, added }
        }
    }

    prop_compose! {
        fn mark()(place in place(), at in prop::option::of(0i64..3), value in prop::option::of(0i64..3), path in prop::option::of("[ab]")) -> MarkRow {
            MarkRow { key: 1, place, at, kind: super::super::rows::MarkKind::Prompt, value, path, offset: Some(0) }
        }
    }

    prop_compose! {
        fn change()(sums in prop::collection::vec(prop::option::of(0i64..3), 2), at in prop::option::of(0i64..3),
                    starts in prop::collection::vec(1u32..4, 0..3)) -> FileChangeRow {
            let hunks = starts.into_iter().map(|old_start| Hunk { old_start, ..Hunk::default() }).collect();
            FileChangeRow { tool_call: 1, path: "p".into(), source: ChangeSource::Live, tree: None, session: None, at,
                            before_sum: sums[0], after_sum: sums[1], hunks }
        }
    }

    fn joined<T: Merge + Clone>(rows: &[T]) -> T {
        let mut all = rows[0].clone();
        rows[1..].iter().for_each(|row| all.merge(row.clone()));
        all
    }

    fn in_any_order<T: Merge + Clone + PartialEq + std::fmt::Debug>(rows: &[T]) {
        let expected = joined(rows);
        let mut other = rows.to_vec();
        for _ in 0..rows.len() {
            other.rotate_left(1);
            assert_eq!(joined(&other), expected);
            let mut reversed = other.clone();
            reversed.reverse();
            assert_eq!(joined(&reversed), expected);
        }
        let twice = joined(&[rows, rows].concat());
        assert_eq!(twice, expected);
    }

    proptest! {
        #[test]
        fn calls_merge_the_same_in_any_order(rows in prop::collection::vec(call(), 1..5)) {
            in_any_order(&rows);
        }

        #[test]
        fn edits_merge_the_same_in_any_order(rows in prop::collection::vec(edit(), 1..5)) {
            in_any_order(&rows);
        }

        #[test]
        fn changes_of_files_merge_the_same_in_any_order(rows in prop::collection::vec(change(), 1..5)) {
            in_any_order(&rows);
        }

        #[test]
        fn marks_merge_the_same_in_any_order(rows in prop::collection::vec(mark(), 1..5)) {
            in_any_order(&rows);
        }
    }
}
