//! Gives each request's cost to commits, or to a named leftover (`lines-v1`, R1 to R8).

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::bucket::Bucket;
use crate::model::NanoUsd;
use crate::store::{LedgerRow, ShareRow};

/// Lines by commit that a request's edits put there; commits in order of history.
pub(super) type Weights = BTreeMap<(i64, i64), u64>;

/// What the sharing of one session rests on.
pub(super) struct Landing<'l> {
    /// Position and key of commits with lines, by key of the request that wrote them.
    pub(super) by_call: &'l FxHashMap<i64, Weights>,
    /// Requests that wrote into files.
    pub(super) edited: &'l FxHashSet<i64>,
    /// Some commit is linked with the session.
    pub(super) has_commit: bool,
}

/// A request in the order of its session.
pub(super) struct Entry {
    pub(super) row: LedgerRow,
    pub(super) agent_run: Option<i64>,
    /// Index of the turn.
    pub(super) turn: Option<usize>,
}

/// Exploration is paid by an edit that begins at most this much later.
const MAX_EXPLORATION_MS: i64 = 4 * 3_600_000;

/// Fills bucket and leftover of every entry and returns the shares.
///
/// `started` is when each turn began. Entries are in the order of the session.
pub(super) fn share(entries: &mut [Entry], started: &[Option<i64>], landing: &Landing<'_>) -> Vec<ShareRow> {
    let turns = TurnsOf::new(entries, started.len(), landing);
    let mut shares = Vec::new();
    for index in 0..entries.len() {
        let (bucket, weights) = decide(index, entries, &turns, started, landing);
        let row = &mut entries[index].row;
        row.bucket = bucket.code();
        let cost = row.cost.unwrap_or(0);
        row.unattributed = if weights.is_some() { 0 } else { cost };
        if let Some(weights) = weights {
            shares.extend(split(row, weights));
        }
    }
    shares
}

/// Largest remainder; ties in order of history.
fn split(row: &LedgerRow, weights: &Weights) -> Vec<ShareRow> {
    let lines: Vec<u64> = weights.values().copied().collect();
    let parts = NanoUsd(row.cost.unwrap_or(0)).split(&lines);
    let share = |((commit, lines), nano): ((&(i64, i64), &u64), NanoUsd)| ShareRow {
        call: row.call,
        git_commit: commit.1,
        session: row.session,
        nano: nano.0,
        lines: *lines as i64,
    };
    weights.iter().zip(parts).map(share).collect()
}

/// For each turn: its entries, those that claim, and whether it edited.
struct TurnsOf {
    claiming: Vec<Vec<usize>>,
    edited: Vec<bool>,
}

impl TurnsOf {
    fn new(entries: &[Entry], turns: usize, landing: &Landing<'_>) -> TurnsOf {
        let mut of = TurnsOf { claiming: vec![Vec::new(); turns], edited: vec![false; turns] };
        for (index, entry) in entries.iter().enumerate() {
            let Some(turn) = entry.turn else { continue };
            if landing.by_call.contains_key(&entry.row.call) {
                of.claiming[turn].push(index);
            }
            of.edited[turn] |= landing.edited.contains(&entry.row.call);
        }
        of
    }
}

fn decide<'l>(
    index: usize,
    entries: &[Entry],
    turns: &TurnsOf,
    started: &[Option<i64>],
    landing: &Landing<'l>,
) -> (Bucket, Option<&'l Weights>) {
    let entry = &entries[index];
    let weights = |at: usize| landing.by_call.get(&entries[at].row.call);
    if let Some(own) = weights(index) {
        return (Bucket::Direct, Some(own));
    }
    let Some(turn) = entry.turn else {
        let is_auxiliary = entry.row.kind == crate::store::CallKind::Auxiliary;
        return (if is_auxiliary { Bucket::Auxiliary } else { Bucket::Overhead }, None);
    };
    if let Some(near) = nearest(index, entries, &turns.claiming[turn]) {
        return (Bucket::SameTurn, weights(near));
    }
    if turns.edited[turn] {
        return (Bucket::Unlanded, None);
    }
    if let Some(later) = next_claiming_turn(turn, turns, started) {
        return (Bucket::Exploration, weights(turns.claiming[later][0]));
    }
    (if landing.has_commit { Bucket::Tail } else { Bucket::NoCommit }, None)
}

/// R2: the next claiming request of the same agent, else of the turn, else the previous one.
fn nearest(index: usize, entries: &[Entry], claiming: &[usize]) -> Option<usize> {
    let same_agent = |at: &&usize| entries[**at].agent_run == entries[index].agent_run;
    let later = || claiming.iter().filter(|at| **at > index);
    let earlier = || claiming.iter().rev().filter(|at| **at < index);
    later().find(same_agent).or_else(|| later().next()).or_else(|| earlier().next()).copied()
}

/// R3: the next turn that claims, if it begins soon enough.
fn next_claiming_turn(turn: usize, turns: &TurnsOf, started: &[Option<i64>]) -> Option<usize> {
    let later = (turn + 1..turns.claiming.len()).find(|later| !turns.claiming[*later].is_empty())?;
    let wait = started[later]?.saturating_sub(started[turn]?);
    (wait <= MAX_EXPLORATION_MS).then_some(later)
}
