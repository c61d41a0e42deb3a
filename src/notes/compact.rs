//! Fewer lines that say the same: what a later record of the same thing makes superfluous.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{Claim, Count, Record};
use super::sum::SumKey;

/// Returns records that mean what `records` mean: one usage a slice and model, one claim a session, the largest
/// count a file, and of a redacted session nothing but the redaction.
pub(super) fn compact(records: BTreeSet<Record>) -> BTreeSet<Record> {
    let is_redaction = |record: &&Record| matches!(record, Record::Redaction(_));
    let redacted: BTreeSet<_> = records.iter().filter(is_redaction).filter_map(Record::session).cloned().collect();
    let mut few = Few::default();
    for record in records {
        let is_dropped = record.session().is_some_and(|session| redacted.contains(session));
        if !is_dropped || matches!(record, Record::Redaction(_)) {
            few.add(record);
        }
    }
    few.records()
}

#[derive(Default)]
struct Few {
    usage: BTreeMap<SumKey, super::usage::Usage>,
    claims: BTreeMap<super::ids::SessionMark, Claim>,
    counts: BTreeMap<(super::ids::SessionMark, Vec<u8>), Count>,
    others: BTreeSet<Record>,
}

impl Few {
    fn add(&mut self, record: Record) {
        match record {
            Record::Usage(usage) => join(&mut self.usage, SumKey::of(&usage), usage, super::usage::Usage::join),
            Record::Claim(claim) => join(&mut self.claims, claim.session.clone(), claim, join_claims),
            Record::Count(count) => {
                let key = (count.session.clone(), count.path.clone());
                join(&mut self.counts, key, count, Ord::max);
            }
            other => drop(self.others.insert(other)),
        }
    }

    fn records(self) -> BTreeSet<Record> {
        let usage = self.usage.into_values().map(Record::Usage);
        let claims = self.claims.into_values().map(Record::Claim);
        let counts = self.counts.into_values().map(Record::Count);
        usage.chain(claims).chain(counts).chain(self.others).collect()
    }
}

fn join<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: V, how: impl Fn(V, V) -> V) {
    let joined = match map.remove(&key) {
        Some(known) => how(known, value),
        None => value,
    };
    map.insert(key, joined);
}

fn join_claims(one: Claim, other: Claim) -> Claim {
    let mut evidence = [one.evidence, other.evidence].concat();
    evidence.sort();
    evidence.dedup();
    Claim {
        session: one.session,
        agent: one.agent.max(other.agent),
        grade: one.grade.min(other.grade), // The best one is the first.
        evidence,
    }
}
