//! What `settle` did, as an answer.

use std::collections::BTreeSet;

use crate::model::{CommitId, NanoUsd};
use crate::notes::{Sum, SumKey};
use crate::pull::nano;
use crate::report::{Missing, SettleLanding, SettleOpen, SettleReport};
use crate::settle::{Carried, Landing, Open, Span};

/// What is known at the end of a run.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) is_dry_run: bool,
    pub(super) after: Option<CommitId>,
    pub(super) before: Option<CommitId>,
    pub(super) looked_at: u64,
    pub(super) candidates: u64,
    pub(super) landings: Vec<(Landing, Carried)>,
    pub(super) open: Vec<Open>,
    pub(super) changed: BTreeSet<CommitId>,
}

impl Outcome {
    pub(super) fn looked_at(&mut self, span: Option<Span>, units: usize) {
        self.looked_at = units as u64;
        if let Some(Span::After(before)) = span {
            self.before = Some(before);
        }
    }

    /// Usage counts at the first landing that tells of it, so that the rows sum to the whole.
    pub(super) fn report(&self) -> SettleReport {
        let sum = Sum::of(self.landings.iter().map(|(_, carried)| &carried.note));
        let mut counted: BTreeSet<SumKey> = BTreeSet::new();
        let landings: Vec<SettleLanding> =
            self.landings.iter().map(|(landing, carried)| self.landing(landing, carried, &sum, &mut counted)).collect();
        let total = landings.iter().filter_map(|landing| landing.cost).reduce(|sum, cost| sum + cost);
        let is_unpriced = landings.iter().any(|landing| landing.cost_missing == Some(Missing::Unpriced));
        let missing = if is_unpriced { Missing::Unpriced } else { Missing::NotRecorded };
        SettleReport {
            is_dry_run: self.is_dry_run,
            after: self.after.map(|id| id.to_string()),
            before: self.before.map(|id| id.to_string()),
            looked_at: self.looked_at,
            candidates: self.candidates,
            landings,
            open: self.open.iter().map(open).collect(),
            notes_changed: self.changed.len() as u64,
            total,
            total_missing: total.is_none().then_some(missing),
            push: None,
        }
    }

    fn landing(
        &self,
        landing: &Landing,
        carried: &Carried,
        sum: &Sum,
        counted: &mut BTreeSet<SumKey>,
    ) -> SettleLanding {
        let own = Sum::of([&carried.note]);
        let new = own.usage().map(SumKey::of).filter(|key| counted.insert(key.clone()));
        let new: Vec<_> = new.filter_map(|key| sum.get(&key)).collect();
        let priced: Vec<NanoUsd> =
            new.iter().filter(|usage| !usage.counters.is_unpriced()).map(|usage| nano(&usage.counters)).collect();
        let cost = priced.into_iter().reduce(|sum, cost| sum + cost);
        let missing = if new.is_empty() { Missing::NotRecorded } else { Missing::Unpriced };
        SettleLanding {
            commit: landing.landed.to_string(),
            subject: landing.subject.clone(),
            kind: landing.kind,
            evidence: landing.evidence,
            pull: landing.pull,
            from: landing.from.iter().map(CommitId::to_string).collect(),
            with_note: carried.with_note,
            is_new: self.changed.contains(&landing.landed),
            files: carried.files,
            files_lost: carried.files_lost,
            cost,
            cost_missing: cost.is_none().then_some(missing),
        }
    }
}

fn open(open: &Open) -> SettleOpen {
    let Open { landed, subject, pull, reason } = open;
    SettleOpen { commit: landed.to_string(), subject: subject.clone(), pull: *pull, reason: *reason }
}
