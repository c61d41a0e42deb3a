//! Gathers what other tools and commit messages say of the commits of lines.

use std::collections::HashMap;

use super::own_notes::OwnClaims;
use super::reports::Sources;
use crate::analysis::{CommitHearsay, Hearsay, NamedParty, OWN_NOTE};
use crate::error::Error;
use crate::git::Repo;
use crate::interop::{
    AgentClaim, Checkpoint, CheckpointSession, Contributor, FileClaims, GIT_AI_REF, GitAiNote, LineClaim, LineSet,
    checkpoint_places,
};
use crate::model::{CommitId, SessionId};
use crate::store::ImportedRow;

/// Names of sources, as reports have them.
const NOTE: &str = "git-ai note";
const RECORD: &str = "Agent Trace record";

/// Returns what is said of commits, `own` by notes of ours. Only notes of these commits are read.
pub(super) fn hearsay(
    sources: &Sources,
    commits: &[CommitId],
    mut own: HashMap<CommitId, OwnClaims>,
) -> Result<Hearsay, Error> {
    let notes = sources.repo.note_texts(GIT_AI_REF, commits)?;
    let mut all = HashMap::new();
    for (commit, note) in commits.iter().zip(notes) {
        let mut said = CommitHearsay::default();
        for (path, claims) in own.remove(commit).unwrap_or_default() {
            said.files.entry(path).or_default().push((OWN_NOTE, claims));
        }
        for (path, claims) in note.map(|note| GitAiNote::parse(&note).files).into_iter().flatten() {
            said.files.entry(path).or_default().push((NOTE, claims));
        }
        for row in sources.reader.imported_of(commit)? {
            let files = said.files.entry(row.path.clone()).or_default();
            match files.last_mut() {
                Some((RECORD, claims)) => claims.0.push(claim(row)),
                _ => files.push((RECORD, FileClaims(vec![claim(row)]))),
            }
        }
        for (kind, key, value) in sources.reader.claims_of(commit)? {
            said.names.extend(named(&sources.repo, kind, key, value));
        }
        said.names.sort();
        if !said.files.is_empty() || !said.names.is_empty() {
            all.insert(*commit, said);
        }
    }
    Ok(Hearsay(all))
}

fn claim(row: ImportedRow) -> LineClaim {
    let agent = AgentClaim {
        agent: row.agent,
        session: row.session.and_then(|session| SessionId::parse(&session).ok()),
        model: row.model,
    };
    let by = match row.class {
        1 => Contributor::Agent(agent),
        2 => Contributor::Human,
        _ => Contributor::Unclear(agent),
    };
    LineClaim { lines: LineSet::unpack(&row.lines), by }
}

/// Returns whom a line of a message names.
fn named(repo: &Repo, kind: i64, key: String, value: String) -> Vec<NamedParty> {
    let agent = |name: &str| Some(name.to_owned());
    let party = NamedParty { source: key.clone(), ..NamedParty::default() };
    let one = match (kind, key.as_str()) {
        (1, _) => NamedParty { source: "Agent-Session".into(), agent: Some(key), session: Some(value), ..party },
        (2, "Copilot-Session") => NamedParty { agent: agent("copilot-cli"), session: Some(value), ..party },
        (2, "Amp-Thread-ID") => NamedParty { agent: agent("amp"), session: Some(value), ..party },
        (2, "Claude-Session") => NamedParty { agent: agent("claude-code"), id: Some(value), ..party },
        (2, "Agent-Logs-Url") => NamedParty { agent: agent("copilot"), id: Some(value), ..party },
        (2, "Entire-Checkpoint") => return checkpoint(repo, &party, value),
        (2, _) => NamedParty { id: Some(value), ..party },
        (3, _) => NamedParty { source: "signature".into(), agent: Some(key), ..party },
        _ => return Vec::new(),
    };
    vec![one]
}

/// The sessions of a checkpoint of the Entire CLI, where its metadata are in this clone.
fn checkpoint(repo: &Repo, party: &NamedParty, id: String) -> Vec<NamedParty> {
    let named = |session: CheckpointSession| NamedParty {
        id: Some(id.clone()),
        agent: session.agent,
        session: Some(session.session.to_string()),
        ..party.clone()
    };
    for (reference, folder) in checkpoint_places(&id) {
        let file = |name: &str| repo.file_of(&reference, &format!("{folder}{name}"));
        let Some(whole) = file("metadata.json").and_then(|text| Checkpoint::parse(&text)) else { continue };
        let of_folder = |number: &u32| CheckpointSession::parse(&file(&format!("{number}/metadata.json"))?);
        let sessions: Vec<NamedParty> =
            whole.folders.iter().filter_map(of_folder).chain(whole.session).map(named).collect();
        if !sessions.is_empty() {
            return sessions;
        }
    }
    vec![NamedParty { id: Some(id), ..party.clone() }]
}
