//! Decides what each note says; a function of facts and of the notes that are there.
//!
//! 1. A note takes over everything that the notes of the commits it was made from say.
//! 2. Every slice has one *home*: the commit it is named after, if the store still has work there, else the first
//!    commit in history that carries it and has work.
//! 3. At each commit, the slices that are at home there and the commit's own slice share what the store has: the
//!    carried ones keep their value, the own one gets the rest. If the store has less than was carried, the carried
//!    ones shrink, in a new generation, but only if what they say is what this machine wrote.
//! 4. Copies of a slice elsewhere are brought up to date.
//! 5. Lines are said as this machine knows them now; what it said of them before goes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::facts::{Edge, Facts, WorkOf, sessions, split_number};
use super::names::slice_id;
use crate::model::CommitId;
use crate::notes::{Count, Counter, Counters, Note, Record, SessionMark, SliceId, Span, Sum, SumKey, Usage};

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Notes that differ from what is there.
    pub(super) notes: BTreeMap<CommitId, Note>,
    /// What this machine says in them, now and before, by commit.
    pub(super) mine: BTreeMap<CommitId, Note>,
}

/// Plans the notes of all commits that `facts` speak of; `existing` reads a note as it is.
pub(super) fn plan(facts: &Facts, existing: &dyn Fn(&CommitId) -> Option<Note>) -> Plan {
    let mut planning = Planning::new(facts, existing);
    planning.take_over();
    let said = planning.reconcile();
    planning.finish(said)
}

struct Planning<'f> {
    facts: &'f Facts,
    /// Notes as they are.
    before: BTreeMap<CommitId, Note>,
    /// Notes as they will be.
    after: BTreeMap<CommitId, Note>,
}

impl<'f> Planning<'f> {
    fn new(facts: &'f Facts, existing: &dyn Fn(&CommitId) -> Option<Note>) -> Planning<'f> {
        let own = facts.work.keys().chain(facts.claims.keys()).chain(facts.lines.keys()).chain(facts.mine.keys());
        let ends = facts.edges.iter().flat_map(|edge| [&edge.old, &edge.new]);
        let commits: BTreeSet<&CommitId> = own.chain(ends).collect();
        let before: BTreeMap<CommitId, Note> =
            commits.into_iter().filter_map(|commit| Some((*commit, existing(commit)?))).collect();
        Planning { facts, after: before.clone(), before }
    }

    /// Step 1. Copies of copies need several rounds; what is said only grows, so they end.
    fn take_over(&mut self) {
        for _ in 0..=self.facts.edges.len() {
            let grew = self.facts.edges.iter().filter(|edge| self.follow(edge)).count();
            if grew == 0 {
                break;
            }
        }
    }

    fn follow(&mut self, edge: &Edge) -> bool {
        if edge.old == edge.new || !self.facts.reachable.contains_key(&edge.new) {
            return false;
        }
        let Some(old) = self.after.get(&edge.old) else { return false };
        // What this machine knows of lines it knows of the new one better.
        let knows = self.facts.lines.contains_key(&edge.new);
        let is_better = |record: &&Record| is_taken(record, edge) && !(knows && is_of_lines(record));
        let taken: Vec<Record> = old.records.iter().filter(is_better).cloned().collect();
        if taken.is_empty() {
            return false;
        }
        let new = self.after.entry(edge.new).or_default();
        let before = new.records.len();
        new.records.extend(taken);
        new.records.len() > before
    }

    /// Steps 2 and 3: returns what this machine has to say, by commit.
    fn reconcile(&mut self) -> BTreeMap<CommitId, Note> {
        let values = Sum::of(self.after.values());
        let mine = Sum::of(self.facts.mine.values());
        let mut said: BTreeMap<CommitId, Note> = BTreeMap::new();
        for session in sessions(self.facts).into_iter().filter(|session| !values.is_redacted(session)) {
            let books = Books { facts: self.facts, session: &session, values: &values, mine: &mine };
            for (commit, at_home) in books.homes(&self.after) {
                let records = books.at(&commit, &at_home);
                said.entry(commit).or_default().records.extend(records.into_iter().map(Record::Usage));
            }
        }
        said
    }

    /// Step 4, and claims; keeps what differs.
    fn finish(mut self, said: BTreeMap<CommitId, Note>) -> Plan {
        let redacted = Sum::of(self.after.values());
        for (commit, claims) in &self.facts.claims {
            let claims = claims.iter().filter(|claim| !redacted.is_redacted(&claim.session)).cloned();
            let claims: Vec<Record> = claims.map(Record::Claim).collect();
            if !claims.is_empty() {
                self.after.entry(*commit).or_default().records.extend(claims);
            }
        }
        for (commit, note) in &said {
            self.after.entry(*commit).or_default().records.extend(note.records.iter().cloned());
        }
        self.say_lines(&redacted);
        self.take_over(); // Copies say it too.
        for (commit, lineage) in &self.facts.lineage {
            if let Some(note) = self.after.get_mut(commit).filter(|note| !note.records.is_empty()) {
                note.records.insert(Record::Lineage(lineage.clone()));
            }
        }
        let values = Sum::of(self.after.values());
        let mut plan = Plan::default();
        for (commit, note) in self.after {
            if !self.facts.reachable.contains_key(&commit) {
                continue;
            }
            let before = self.before.get(&commit).cloned().unwrap_or_default();
            let after = updated(note, &values).compacted().capped();
            if after != before.compacted() {
                plan.notes.insert(commit, after);
            }
        }
        for (commit, note) in said {
            let before = self.facts.mine.get(&commit).cloned().unwrap_or_default();
            plan.mine.insert(commit, before.union(note).compacted());
        }
        self.facts.remember_lines(&mut plan);
        plan
    }

    /// Says which lines sessions wrote, in place of what this machine said of that before.
    fn say_lines(&mut self, redacted: &Sum) {
        for (commit, mine) in &self.facts.mine {
            if let Some(note) = self.after.get_mut(commit) {
                note.records.retain(|record| !is_of_lines(record) || !mine.records.contains(record));
            }
        }
        for (commit, lines) in &self.facts.lines {
            let said = lines.iter().filter(|lines| !redacted.is_redacted(&lines.session)).cloned();
            let said: Vec<Record> = said.map(Record::Lines).collect();
            if !said.is_empty() {
                self.after.entry(*commit).or_default().records.extend(said);
            }
        }
    }
}

impl Facts {
    /// Remembers which lines this machine says that sessions wrote, as lists or, where these are too long, as counts.
    fn remember_lines(&self, plan: &mut Plan) {
        let commits: BTreeSet<&CommitId> = self.lines.keys().chain(self.mine.keys()).collect();
        for commit in commits {
            let known = self.mine.get(commit);
            let lines = self.lines.get(commit).into_iter().flatten();
            let said = lines.flat_map(|lines| {
                let (session, path) = (lines.session.clone(), lines.path.clone());
                let count = Record::Count(Count { session, lines: lines.count(), path });
                [Record::Lines(lines.clone()), count]
            });
            let said: BTreeSet<Record> = said.collect();
            let mut mine = plan.mine.get(commit).or(known).cloned().unwrap_or_default();
            mine.records.retain(|record| !is_of_lines(record));
            mine.records.extend(said);
            if Some(&mine) != known && !(mine.records.is_empty() && known.is_none()) {
                plan.mine.insert(*commit, mine);
            }
        }
    }
}

fn is_of_lines(record: &Record) -> bool {
    matches!(record, Record::Lines(_) | Record::Count(_))
}

fn is_taken(record: &Record, edge: &Edge) -> bool {
    match (&edge.sessions, record.session()) {
        _ if matches!(record, Record::Lineage(_)) => false, // Where the old one came from is no matter of the new one.
        (None, _) => true,
        (Some(sessions), Some(session)) => sessions.contains(session),
        (Some(_), None) => false,
    }
}

/// Brings the copies of slices in a note up to what is known of them anywhere.
fn updated(mut note: Note, values: &Sum) -> Note {
    let known = note.records.iter().filter_map(|record| match record {
        Record::Usage(usage) => values.get(&SumKey::of(usage)).cloned(),
        _ => None,
    });
    let known: Vec<Record> = known.map(Record::Usage).collect();
    note.records.extend(known);
    note
}

/// The slices that are to be kept in step with the work at one commit.
#[derive(Debug, Default)]
struct AtHome {
    /// The commit's own is among them.
    has_own: bool,
    /// The others.
    carried: BTreeSet<SliceId>,
}

/// One session of this machine.
struct Books<'p> {
    facts: &'p Facts,
    session: &'p SessionMark,
    values: &'p Sum,
    mine: &'p Sum,
}

impl Books<'_> {
    /// Returns what is at home at each commit that has work or carries slices.
    fn homes(&self, notes: &BTreeMap<CommitId, Note>) -> BTreeMap<CommitId, AtHome> {
        let working: BTreeSet<CommitId> =
            self.facts.work.iter().filter(|(_, work)| self.is_in(work)).map(|(commit, _)| *commit).collect();
        let is_left = |(commit, note): &(&CommitId, &Note)| {
            let is_here = !working.contains(commit) && self.facts.reachable.contains_key(commit);
            is_here && self.slices(note).next().is_some()
        };
        let left: BTreeSet<CommitId> = notes.iter().filter(is_left).map(|(commit, _)| *commit).collect();
        let mut home: HashMap<SliceId, (bool, bool, i64, CommitId)> = HashMap::new();
        for commit in working.iter().chain(&left) {
            let own = slice_id(self.session, commit);
            let carried = notes.get(commit).into_iter().flat_map(|note| self.slices(note));
            for slice in own.iter().chain(carried) {
                // Where there is work before where there was, its own commit before others, then history's order.
                let position = self.facts.reachable.get(commit).copied().unwrap_or(i64::MAX);
                let claim = (left.contains(commit), own.as_ref() != Some(slice), position, *commit);
                let best = home.entry(slice.clone()).or_insert(claim);
                *best = claim.min(*best);
            }
        }
        let mut homes: BTreeMap<CommitId, AtHome> = BTreeMap::new();
        working.iter().chain(&left).for_each(|commit| drop(homes.insert(*commit, AtHome::default())));
        for (slice, (.., commit)) in home {
            let at_home = homes.entry(commit).or_default();
            match slice_id(self.session, &commit).as_ref() == Some(&slice) {
                true => at_home.has_own = true,
                false => drop(at_home.carried.insert(slice)),
            }
        }
        homes
    }

    fn is_in(&self, work: &WorkOf) -> bool {
        work.keys().any(|(session, _)| session == self.session)
    }

    fn slices<'n>(&'n self, note: &'n Note) -> impl Iterator<Item = &'n SliceId> {
        note.records.iter().filter_map(|record| match record {
            Record::Usage(usage) if usage.session == *self.session => Some(&usage.slice),
            _ => None,
        })
    }

    /// Returns the records of one commit, model by model.
    fn at(&self, commit: &CommitId, at_home: &AtHome) -> Vec<Usage> {
        let Some(own) = slice_id(self.session, commit) else { return Vec::new() };
        let carried = &at_home.carried;
        let work = self.facts.work.get(commit);
        let of_session = work.into_iter().flat_map(|work| work.keys()).filter(|(session, _)| session == self.session);
        let mut models: BTreeSet<&str> = of_session.map(|(_, model)| model.as_str()).collect();
        let known = self.values.usage().filter(|usage| usage.session == *self.session);
        models.extend(
            known
                .filter(|usage| usage.slice == own || carried.contains(&usage.slice))
                .map(|usage| usage.model.as_str()),
        );
        let records = models.into_iter().flat_map(|model| self.of_model(commit, &own, carried, model));
        // The work went on to another commit, and its slice with it.
        records.filter(|usage| at_home.has_own || usage.slice != own).collect()
    }

    fn of_model(&self, commit: &CommitId, own: &SliceId, carried: &BTreeSet<SliceId>, model: &str) -> Vec<Usage> {
        let work = self.facts.work.get(commit).and_then(|work| work.get(&(self.session.clone(), model.to_owned())));
        let target = work.map(|work| work.counters).unwrap_or_default();
        let carried: Vec<&Usage> =
            carried.iter().filter_map(|slice| self.values.get(&self.key(slice, model))).collect();
        let wanted = shares_of(&target, &carried);
        let rest = wanted.iter().fold(target, |rest, part| rest.minus(*part));
        let mut records: Vec<Usage> =
            carried.iter().zip(wanted).filter_map(|(known, wanted)| self.shrunk(known, wanted)).collect();
        let new = Usage {
            slice: own.clone(),
            session: self.session.clone(),
            agent: work.map(|work| work.agent.clone()).unwrap_or_default(),
            model: model.to_owned(),
            generation: 0,
            counters: rest,
            prices: Some(self.facts.prices.clone()),
            billing: None,
            span: work.and_then(|work| work.span),
            extra: Vec::new(),
        };
        records.extend(self.own(new));
        records
    }

    /// Returns the own slice as it is to be said; `None` if there is nothing to say.
    fn own(&self, new: Usage) -> Option<Usage> {
        let Some(known) = self.values.get(&SumKey::of(&new)) else { return (!new.counters.is_zero()).then_some(new) };
        if known.counters == new.counters && (new.span.is_none() || known.span == Span::join(known.span, new.span)) {
            return Some(known.clone()); // Nothing new; the day of the prices is no reason to write.
        }
        if known.counters.is_within(&new.counters) {
            return Some(Usage { generation: known.generation, ..new });
        }
        match self.is_mine(known) {
            true => Some(Usage { generation: known.generation + 1, agent: new.agent.max(known.agent.clone()), ..new }),
            false => None, // Somebody else knows more of it.
        }
    }

    /// Returns a carried slice with less in it; `None` if it stays.
    fn shrunk(&self, known: &Usage, wanted: Counters) -> Option<Usage> {
        let is_less = known.counters != wanted;
        (is_less && self.is_mine(known)).then(|| Usage {
            generation: known.generation + 1,
            counters: wanted,
            ..known.clone()
        })
    }

    /// Tells whether what is known of a slice is what this machine wrote.
    fn is_mine(&self, known: &Usage) -> bool {
        let mine = self.mine.get(&SumKey::of(known));
        mine.is_some_and(|mine| mine.generation == known.generation && mine.counters == known.counters)
    }

    fn key(&self, slice: &SliceId, model: &str) -> SumKey {
        SumKey { session: self.session.clone(), slice: slice.clone(), model: model.to_owned() }
    }
}

/// Returns what carried slices get of `target`: what they have, or parts of it where there is less.
fn shares_of(target: &Counters, carried: &[&Usage]) -> Vec<Counters> {
    let mut parts: Vec<Counters> = carried.iter().map(|usage| usage.counters).collect();
    for counter in Counter::ALL {
        let weights: Vec<u64> = carried.iter().map(|usage| usage.counters.get(counter)).collect();
        let sum = weights.iter().fold(0u64, |sum, weight| sum.saturating_add(*weight));
        if sum > target.get(counter) {
            let split = split_number(target.get(counter), &weights);
            parts.iter_mut().zip(split).for_each(|(part, amount)| part.set(counter, amount));
        }
    }
    parts
}
