//! One derivation: reads what changed, decides, writes.

use std::collections::HashMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::claims::{Claims, LineClaim};
use super::cost::{Prices, unrecorded};
use super::landed::Landed;
use super::lanes::Lanes;
use super::link;
use super::paths::Paths;
use super::share::{Entry, Landing, Weights, share};
use super::turns::turns;
use crate::pricing::PriceBook;
use crate::store::{
    CallFact, CommitFact, Derived, DerivedState, EditFact, Facts, LandedRow, LedgerRow, LinkRow, SessionFacts,
    SessionRows, StoreError, Writer,
};

/// What a derivation came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Derivation {
    /// Sessions whose turns and shares were made anew.
    pub sessions: usize,
    /// Links between commits and sessions.
    pub links: usize,
}

/// Brings the derived tables up to date with facts and prices.
///
/// `history` identifies the commits that can be reached now.
///
/// # Errors
/// What the store reports; [`StoreError::Unbalanced`] if the books do not balance, and then nothing is written.
pub fn derive(writer: &mut Writer, book: &PriceBook, history: &str) -> Result<Derivation, StoreError> {
    let state = DerivedState(format!("prices {:016x} history {history}", book.fingerprint()));
    let dirty = writer.dirty_sessions()?;
    let stored = writer.derived_state()?;
    if dirty.is_empty() && stored.as_ref() == Some(&state) {
        return Ok(Derivation::default());
    }
    let is_full = is_full(writer, &dirty, stored.as_ref(), &state)?;
    let fresh = if is_full { Vec::new() } else { writer.session_facts_of(&dirty)? };
    let facts = writer.link_facts((!is_full).then_some(&fresh))?;
    let mut linking = Linking::new(&facts);
    let sessions = if is_full { None } else { Some(linking.affected(&dirty, &writer.signatures()?)) };
    let (links, landed) = (std::mem::take(&mut linking.links), linking.landed());
    let paths = linking.paths.all();
    let outcome = Derivation { sessions: 0, links: links.len() };
    let derived = Derived { sessions, fresh, facts: &facts, links, landed, paths };
    let mut prices = Prices::new(book, &facts.names);
    let sessions =
        writer.record_derived(&derived, &state, &mut |session| linking.derive_session(session, &mut prices))?;
    Ok(Derivation { sessions, ..outcome })
}

/// Tells whether everything is derived: another price table, or so much that is new that one by one takes longer.
fn is_full(
    writer: &Writer,
    dirty: &[i64],
    stored: Option<&DerivedState>,
    state: &DerivedState,
) -> Result<bool, StoreError> {
    let prices = |state: &DerivedState| state.0.split(" history ").next().map(str::to_owned);
    let are_prices_same = stored.is_some_and(|stored| prices(stored) == prices(state));
    Ok(!are_prices_same || (dirty.len() > FEW && dirty.len() * 4 > writer.signatures()?.len()))
}

/// So many sessions are read one by one, whatever share of all they are.
const FEW: usize = 64;

/// Commits and sessions brought together.
struct Linking {
    links: Vec<LinkRow>,
    paths: Paths,
    claims: Vec<LineClaim>,
    by_call: FxHashMap<i64, Weights>,
    edited: FxHashSet<i64>,
    linked_sessions: FxHashSet<i64>,
    signatures: FxHashMap<i64, i64>,
}

impl Linking {
    fn new(facts: &Facts) -> Linking {
        let landed = Landed::of(facts);
        let commits = claiming_commits(facts, &landed);
        let paths = Paths::resolve(facts);
        let stated = link::stated(facts, &commits);
        let table = Claims::new(facts, &paths, &commits);
        let (_, worths) = table.claim(&commits, None);
        let mut links = link::links(&stated, &worths, &evidence_lines(facts));
        let mut linked: FxHashMap<i64, Vec<i64>> = FxHashMap::default();
        links.iter().for_each(|link| linked.entry(link.git_commit).or_default().push(link.session));
        let (mut claims, worths) = table.claim(&commits, Some(&linked));
        claims.extend(path_claims(facts, &paths, &links, &claims, &commits));
        let positions: FxHashMap<i64, i64> = facts.commits.iter().map(|commit| (commit.key, commit.position)).collect();
        for link in &mut links {
            link.lines = worths.get(&(link.git_commit, link.session)).map_or(0, |worth| worth.lines);
        }
        landed.move_claims(&mut claims);
        let links = landed.move_links(links);
        let mut by_call: FxHashMap<i64, Weights> = FxHashMap::default();
        for claim in &claims {
            let Some(call) = claim.call else { continue };
            let key = (positions.get(&claim.git_commit).copied().unwrap_or(0), claim.git_commit);
            *by_call.entry(call).or_default().entry(key).or_default() += claim.lines.max(1) as u64;
        }
        let edited = facts.edits.iter().filter(|edit| !edit.added.is_empty()).filter_map(|edit| edit.call).collect();
        let linked_sessions = links.iter().map(|link| link.session).collect();
        let signatures = signatures(&links, &claims);
        Linking { links, paths, claims, by_call, edited, linked_sessions, signatures }
    }

    /// Returns the sessions whose shares may differ from the stored ones.
    fn affected(&self, dirty: &[i64], stored: &HashMap<i64, i64>) -> Vec<i64> {
        let changed =
            self.signatures.iter().filter(|(session, now)| stored.get(session) != Some(now)).map(|(key, _)| *key);
        let gone =
            stored.iter().filter(|(key, then)| **then != 0 && !self.signatures.contains_key(key)).map(|(key, _)| *key);
        let mut affected: Vec<i64> = dirty.iter().copied().chain(changed).chain(gone).collect();
        affected.sort_unstable();
        affected.dedup();
        affected
    }

    fn landed(&self) -> Vec<LandedRow> {
        let row = |claim: &LineClaim| LandedRow {
            tool_call: claim.tool_call,
            git_commit: claim.git_commit,
            path: claim.path,
            lines: claim.lines,
        };
        self.claims.iter().map(row).collect()
    }

    fn derive_session(&self, facts: &SessionFacts, prices: &mut Prices<'_>) -> SessionRows {
        let lanes = Lanes::new(facts);
        let turns = turns(facts, &lanes, prices.names());
        let extra = unrecorded(facts, &lanes);
        let mut calls: Vec<&CallFact> =
            facts.calls.iter().filter(|call| lanes.is_counted(call)).chain(&extra).collect();
        calls.sort_by_key(|call| (call.place.head_at, call.place.ordinal, call.key));
        let mut entries: Vec<Entry> = Vec::with_capacity(calls.len());
        for call in calls {
            let turn = turns.of_call.get(&call.key).copied();
            let model = lanes.model(call);
            let cost = prices.cost(call, model);
            let row = LedgerRow {
                call: call.key,
                session: facts.key,
                turn: turn.map(|turn| turns.rows[turn].key),
                kind: call.kind,
                at: call.at,
                agent: facts.agent.code(),
                model,
                branch: call.branch,
                usage: call.usage.unwrap_or_default(),
                is_complete: call.is_complete,
                cost,
                bucket: 0,
                unattributed: 0,
            };
            entries.push(Entry { row, agent_run: call.agent_run, turn });
        }
        let started: Vec<Option<i64>> = turns.rows.iter().map(|turn| turn.started_at).collect();
        let has_commit = self.linked_sessions.contains(&facts.key);
        let landing = Landing { by_call: &self.by_call, edited: &self.edited, has_commit };
        let shares = share(&mut entries, &started, &landing);
        let ledger = entries.into_iter().map(|entry| entry.row).collect();
        let signature = self.signatures.get(&facts.key).copied().unwrap_or(0);
        SessionRows { turns: turns.rows, ledger, shares, signature }
    }
}

/// Commits that can claim: no merges, none that is another's landing, and of copies of one change (rebase,
/// cherry-pick) only the first.
fn claiming_commits<'f>(facts: &'f Facts, landed: &Landed) -> Vec<&'f CommitFact> {
    let mut seen = FxHashSet::default();
    let is_first = |commit: &&CommitFact| commit.patch_key.is_none_or(|key| seen.insert(key));
    facts.commits.iter().filter(|commit| landed.claims(commit)).filter(is_first).collect()
}

fn evidence_lines(facts: &Facts) -> FxHashMap<i64, i64> {
    let mut lines: FxHashMap<i64, i64> = FxHashMap::default();
    for file in &facts.files {
        *lines.entry(file.git_commit).or_default() += file.added.len() as i64;
    }
    lines
}

/// A commit that a session is known to have made, but none of whose lines it
/// is known to have written, belongs to its last edits of the same files.
fn path_claims(
    facts: &Facts,
    paths: &Paths,
    links: &[LinkRow],
    claims: &[LineClaim],
    commits: &[&CommitFact],
) -> Vec<LineClaim> {
    let claimed: FxHashSet<(i64, i64)> = claims.iter().map(|claim| (claim.git_commit, claim.session)).collect();
    let times: FxHashMap<i64, i64> = commits.iter().map(|commit| (commit.key, commit.commit_time)).collect();
    let mut files: FxHashMap<i64, FxHashSet<i64>> = FxHashMap::default();
    for file in &facts.files {
        files.entry(file.git_commit).or_default().insert(file.path);
    }
    let mut edits: FxHashMap<i64, Vec<&EditFact>> = FxHashMap::default();
    facts.edits.iter().for_each(|edit| edits.entry(edit.session).or_default().push(edit));
    let is_known = |link: &LinkRow| link.grade <= 2 || link.evidence & super::link::Evidence::Content as i64 != 0;
    let is_bare = |link: &&LinkRow| is_known(link) && !claimed.contains(&(link.git_commit, link.session));
    let mut found = Vec::new();
    for link in links.iter().filter(is_bare) {
        let (Some(files), Some(time)) = (files.get(&link.git_commit), times.get(&link.git_commit)) else { continue };
        let mut last: FxHashMap<i64, (i64, &EditFact)> = FxHashMap::default();
        for edit in edits.get(&link.session).into_iter().flatten() {
            let (Some(path), Some(at)) = (paths.get(edit.path), edit.at) else { continue };
            if files.contains(&path) && at <= *time + 120_000 && last.get(&path).is_none_or(|(before, _)| *before <= at)
            {
                last.insert(path, (at, edit));
            }
        }
        found.extend(last.into_iter().map(|(path, (_, edit))| LineClaim {
            git_commit: link.git_commit,
            session: link.session,
            call: edit.call,
            tool_call: edit.tool_call,
            path,
            lines: 0,
        }));
    }
    found.sort_unstable_by_key(|claim| (claim.git_commit, claim.tool_call, claim.path));
    found
}

/// A hash over everything that the shares of a session rest on.
fn signatures(links: &[LinkRow], claims: &[LineClaim]) -> FxHashMap<i64, i64> {
    let mut hashers: FxHashMap<i64, Vec<u8>> = FxHashMap::default();
    for link in links {
        hashers.entry(link.session).or_default().extend_from_slice(&link.git_commit.to_le_bytes());
    }
    for claim in claims {
        let bytes = hashers.entry(claim.session).or_default();
        for number in [claim.git_commit, claim.call.unwrap_or(0), claim.tool_call, claim.lines] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
    hashers.into_iter().map(|(session, bytes)| (session, crate::model::bytes_key(&bytes) | 1)).collect()
}
