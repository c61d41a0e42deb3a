//! One derivation: reads what changed, decides, writes.

use std::collections::{HashMap, HashSet};

use super::claims::{Claims, LineClaim};
use super::cost::{Prices, unrecorded};
use super::lanes::Lanes;
use super::link;
use super::paths::Paths;
use super::share::{Entry, Landing, Weights, share};
use super::turns::turns;
use crate::pricing::PriceBook;
use crate::store::{
    CallFact, CommitFact, Derived, DerivedState, Facts, LandedRow, LedgerRow, LinkRow, SessionFacts, StoreError, Writer,
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
    let dirty: HashSet<i64> = writer.dirty_sessions()?.into_iter().collect();
    let stored = writer.derived_state()?;
    if dirty.is_empty() && stored.as_ref() == Some(&state) {
        return Ok(Derivation::default());
    }
    let prices_changed =
        stored.is_none_or(|stored| stored.0.split(" history ").next() != state.0.split(" history ").next());
    let facts = writer.link_facts()?;
    let linking = Linking::new(&facts);
    let affected = if prices_changed { None } else { Some(linking.affected(&dirty, &writer.signatures()?)) };
    let sessions = writer.session_facts_of(affected.as_ref())?;
    let mut derived = Derived { sessions: affected, ..Derived::default() };
    let mut prices = Prices::new(book, &facts.names);
    for session in &sessions {
        linking.derive_session(session, &mut prices, &mut derived);
    }
    derived.ledger.sort_unstable_by_key(|row| row.call); // In order of the table: each page is written once.
    derived.shares.sort_unstable_by_key(|row| (row.call, row.git_commit));
    let outcome = Derivation { sessions: sessions.len(), links: linking.links.len() };
    derived.landed = Some(linking.landed());
    derived.links = Some(linking.links);
    writer.record_derived(&derived, &state)?;
    Ok(outcome)
}

/// Commits and sessions brought together.
struct Linking {
    links: Vec<LinkRow>,
    claims: Vec<LineClaim>,
    by_call: HashMap<i64, Weights>,
    edited: HashSet<i64>,
    linked_sessions: HashSet<i64>,
    signatures: HashMap<i64, i64>,
}

impl Linking {
    fn new(facts: &Facts) -> Linking {
        let commits = claiming_commits(facts);
        let paths = Paths::resolve(facts);
        let stated = link::stated(facts, &commits);
        let table = Claims::new(facts, &paths, &commits);
        let (_, worths) = table.claim(&commits, &|_, _| true);
        let links = link::links(&stated, &worths, &evidence_lines(facts));
        let pairs: HashSet<(i64, i64)> = links.iter().map(|link| (link.git_commit, link.session)).collect();
        let (mut claims, worths) = table.claim(&commits, &|commit, session| pairs.contains(&(commit, session)));
        claims.extend(path_claims(facts, &paths, &links, &claims, &commits));
        let positions: HashMap<i64, i64> = commits.iter().map(|commit| (commit.key, commit.position)).collect();
        let mut links = links;
        for link in &mut links {
            link.lines = worths.get(&(link.git_commit, link.session)).map_or(0, |worth| worth.lines);
        }
        let mut by_call: HashMap<i64, Weights> = HashMap::new();
        for claim in &claims {
            let Some(call) = claim.call else { continue };
            let key = (positions.get(&claim.git_commit).copied().unwrap_or(0), claim.git_commit);
            *by_call.entry(call).or_default().entry(key).or_default() += claim.lines.max(1) as u64;
        }
        let edited = facts.edits.iter().filter(|edit| !edit.added.is_empty()).filter_map(|edit| edit.call).collect();
        let linked_sessions = links.iter().map(|link| link.session).collect();
        let signatures = signatures(&links, &claims);
        Linking { links, claims, by_call, edited, linked_sessions, signatures }
    }

    /// Returns the sessions whose shares may differ from the stored ones.
    fn affected(&self, dirty: &HashSet<i64>, stored: &HashMap<i64, i64>) -> Vec<i64> {
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

    fn derive_session(&self, facts: &SessionFacts, prices: &mut Prices<'_>, derived: &mut Derived) {
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
        derived.shares.extend(share(&mut entries, &started, &landing));
        derived.ledger.extend(entries.into_iter().map(|entry| entry.row));
        derived.turns.extend(turns.rows);
        derived.signatures.push((facts.key, self.signatures.get(&facts.key).copied().unwrap_or(0)));
    }
}

/// Commits that can claim: no merges, and of copies of one change (rebase,
/// cherry-pick) only the first.
fn claiming_commits(facts: &Facts) -> Vec<&CommitFact> {
    let mut seen = HashSet::new();
    let is_first = |commit: &&CommitFact| commit.patch_key.is_none_or(|key| seen.insert(key));
    facts.commits.iter().filter(|commit| commit.parents <= 1 && commit.is_reachable).filter(is_first).collect()
}

fn evidence_lines(facts: &Facts) -> HashMap<i64, i64> {
    let mut lines: HashMap<i64, i64> = HashMap::new();
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
    let claimed: HashSet<(i64, i64)> = claims.iter().map(|claim| (claim.git_commit, claim.session)).collect();
    let times: HashMap<i64, i64> = commits.iter().map(|commit| (commit.key, commit.commit_time)).collect();
    let mut files: HashMap<i64, HashSet<i64>> = HashMap::new();
    for file in &facts.files {
        files.entry(file.git_commit).or_default().insert(file.path);
    }
    let is_known = |link: &LinkRow| link.grade <= 2 || link.evidence & super::link::Evidence::Content as i64 != 0;
    let is_bare = |link: &&LinkRow| is_known(link) && !claimed.contains(&(link.git_commit, link.session));
    let mut found = Vec::new();
    for link in links.iter().filter(is_bare) {
        let (Some(files), Some(time)) = (files.get(&link.git_commit), times.get(&link.git_commit)) else { continue };
        let mut last: HashMap<i64, (i64, &crate::store::EditFact)> = HashMap::new();
        for edit in facts.edits.iter().filter(|edit| edit.session == link.session) {
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
fn signatures(links: &[LinkRow], claims: &[LineClaim]) -> HashMap<i64, i64> {
    let mut hashers: HashMap<i64, Vec<u8>> = HashMap::new();
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
