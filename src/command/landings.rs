//! What landed, found after every reading: with what this clone and its notes have, asking nobody.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::context::Context;
use super::settle_range::tip;
use crate::error::Error;
use crate::git::{NOTES_REF, NoteStamp, Repo};
use crate::model::CommitId;
use crate::notes::{Note, Record};
use crate::report::{LandingEvidence, LandingKind};
use crate::settle::{Landing, Search, Span, Unit, carried, claimed_by, grown, units};
use crate::store::Writer;

/// Under which the store keeps what the last search rested on.
const KEY: &str = "landings";

/// Finds commits of sessions that landed as others, remembers them, and returns those that were not known.
///
/// A copy of one commit alone is known without: by its patch.
pub(super) fn find_landings(repo: &Repo, writer: &mut Writer, context: &Context<'_>) -> Result<Vec<Landing>, Error> {
    let Ok(tip) = tip(repo, None) else { return Ok(Vec::new()) };
    let (linked, known) = (writer.linked_commits()?, writer.landings()?);
    let places = note_places(repo);
    let notes: Vec<String> = places.iter().filter_map(|name| Some(repo.notes_tip(name)?.to_string())).collect();
    let tips = writer.meta("tips")?.unwrap_or_default();
    let basis = format!("{tips} {tip} {} {}", linked.len(), notes.join(" "));
    if writer.meta(KEY)?.as_deref() == Some(&basis) {
        return Ok(Vec::new());
    }
    let found = search(repo, writer, &tip, &linked, &known);
    let mut landings: Vec<Landing> = found.unwrap_or_else(|error| {
        context.ui.warning(&format!("what landed is not known: {}", error.message()));
        Vec::new()
    });
    landings.retain(|landing| landing.from.len() > 1 || landing.evidence != LandingEvidence::Patch);
    let pairs = landings.iter().flat_map(|landing| landing.from.iter().map(|from| (*from, landing.landed)));
    let pairs: Vec<(CommitId, CommitId)> = pairs.collect();
    writer.add_landings(&pairs, context.now)?;
    writer.set_meta(KEY, &basis)?;
    Ok(landings)
}

fn search(
    repo: &Repo,
    writer: &Writer,
    tip: &CommitId,
    linked: &[CommitId],
    known: &[(CommitId, CommitId)],
) -> Result<Vec<Landing>, Error> {
    let branch = repo.history_of(tip)?;
    let settled: HashSet<CommitId> =
        known.iter().filter(|(_, new)| branch.contains(new)).map(|(old, _)| *old).collect();
    let is_open = |id: &&CommitId| !branch.contains(id) && !settled.contains(id);
    let sources: BTreeSet<CommitId> = linked.iter().filter(is_open).copied().collect();
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    let span = Span::of_work(repo, tip, sources.iter().map(|id| (id, None)));
    let units = units(repo, tip, span)?;
    let (pulls, ends) = (pulls(repo, &units), ends(repo, writer)?);
    let claimed = claimed_by(known.iter().filter(|(_, new)| branch.contains(new)));
    let mut found = Search::new(repo, tip, &branch, &sources, &ends, &pulls, claimed).run(&units)?.landings;
    let done: HashSet<CommitId> =
        found.iter().flat_map(|landing| landing.from.iter().chain([&landing.landed])).copied().collect();
    let left: Vec<&Unit> = units.iter().filter(|unit| !done.contains(&unit.sketch.id)).collect();
    let told = told(repo, writer, &left)?;
    found.extend(told.into_iter().filter(|landing| {
        let is_ours = landing.from.iter().any(|from| sources.contains(from));
        is_ours && !landing.from.iter().any(|from| done.contains(from))
    }));
    Ok(found)
}

/// Our notes, and those of the remote as they were last seen.
fn note_places(repo: &Repo) -> Vec<String> {
    let theirs = repo.default_remote().map(|remote| repo.notes_tracking_ref(&remote));
    [NOTES_REF.to_owned()].into_iter().chain(theirs).collect()
}

/// What somebody else found out and wrote into notes: a job on the server knows heads of pull requests that are not here.
///
/// Not believed of commits that hooks saw being made here, nor where a source is not known here.
fn told(repo: &Repo, writer: &Writer, units: &[&Unit]) -> Result<Vec<Landing>, Error> {
    let ids: Vec<CommitId> = units.iter().map(|unit| unit.sketch.id).collect();
    let mut found = Vec::new();
    for place in note_places(repo) {
        for (unit, text) in units.iter().zip(repo.note_texts(&place, &ids)?) {
            let note = text.map(|text| Note::parse(&text)).unwrap_or_default();
            let lineage = note.records.iter().find_map(|record| match record {
                Record::Lineage(lineage) => Some((kind_of(&lineage.kind)?, lineage)),
                _ => None,
            });
            let Some((kind, lineage)) = lineage else { continue };
            let from: Option<Vec<CommitId>> = lineage.commits.iter().map(|id| repo.resolve_prefix(id)).collect();
            let Some(mut from) = from.filter(|from| !from.is_empty()) else { continue };
            if writer.was_made_here(&unit.sketch.id)? {
                continue;
            }
            from.sort_by_key(|id| repo.sketch(id).map(|sketch| sketch.commit_time));
            found.push(Landing {
                landed: unit.sketch.id,
                subject: unit.sketch.subject(),
                kind,
                evidence: LandingEvidence::Number,
                pull: unit.pull.map(|pull| pull.number),
                from,
            });
        }
    }
    found.dedup_by_key(|landing| landing.landed);
    Ok(found)
}

fn kind_of(word: &str) -> Option<LandingKind> {
    [LandingKind::Squash, LandingKind::Rebase, LandingKind::Import].into_iter().find(|kind| kind.name() == word)
}

fn pulls(repo: &Repo, units: &[Unit]) -> BTreeMap<u64, CommitId> {
    let numbers: BTreeSet<u64> = units.iter().filter_map(|unit| Some(unit.pull?.number)).collect();
    numbers.into_iter().filter_map(|number| Some((number, repo.pull_head(number)?))).collect()
}

/// A branch may end in a commit of no session: branches of this clone, and what was left behind.
fn ends(repo: &Repo, writer: &Writer) -> Result<Vec<CommitId>, Error> {
    let tips = repo.tips()?.tips.into_iter().filter(|tip| tip.name.starts_with("refs/heads/"));
    Ok(tips.map(|tip| tip.id).chain(writer.gone_commits()?).collect())
}

/// Lets the notes of what landed say what the notes of their sources say; returns how many changed.
pub(super) fn carry(repo: &Repo, landings: &[Landing], context: &Context<'_>) -> Result<usize, Error> {
    if landings.is_empty() {
        return Ok(0);
    }
    let stamp = NoteStamp { at: context.now, message: "notes of agent-trace, settled" };
    Ok(repo.update_notes(NOTES_REF, stamp, &mut |notes| {
        let read = |commit: &CommitId| repo.note(notes, commit).map(|text| Note::parse(&text));
        let carry = |landing: &Landing| (landing.clone(), carried(repo, landing, &read));
        let all: Vec<_> = landings.iter().map(carry).collect();
        let changed = grown(&all, &|commit| read(commit).unwrap_or_default());
        changed.into_iter().map(|(commit, note)| (commit, note.render())).collect()
    })?)
}
