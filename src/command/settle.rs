//! `settle`: notes of pull requests' commits to the commits they landed as.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::{Duration, Instant};

use super::context::Context;
use super::settle_fetch::{Notebook, Site};
use super::settle_range::Asked;
use super::settle_view::Outcome;
use crate::cli::SettleArgs;
use crate::error::{Error, ExitCode};
use crate::git::{NOTES_REF, NotesPush};
use crate::model::CommitId;
use crate::notes::Note;
use crate::report::{NotesSyncResult, Report, SettlePush};
use crate::settle::{Candidates, Carried, Landing, Search, Span, Unit, candidates, carried, grown, units};

/// Runs `agent-trace settle`.
pub(super) fn run(context: &Context<'_>, args: &SettleArgs) -> Result<ExitCode, Error> {
    let mut site = begin(context, args)?;
    let mut outcome = Outcome { is_dry_run: args.dry_run, ..Outcome::default() };
    settle(&mut site, args, &mut outcome)?;
    let mut report = outcome.report();
    if args.push && !args.dry_run {
        report.push = Some(push(&site)?);
    }
    context.print(&Report::Settle(Box::new(report)))
}

fn begin<'a>(context: &'a Context<'a>, args: &SettleArgs) -> Result<Site<'a>, Error> {
    let repo = context.repo()?;
    let usual = || repo.default_remote().filter(|_| args.push);
    let remote = args.remote.clone().or_else(usual);
    if args.push && remote.is_none() {
        let error = Error::user("there are several remotes, or none, and none is `origin`");
        return Err(error.with_hint("name one: agent-trace settle --push --remote <remote>"));
    }
    let end = Instant::now() + Duration::from_secs(args.timeout.clamp(1, 3_600));
    Ok(Site { context, repo, remote, end })
}

fn settle(site: &mut Site<'_>, args: &SettleArgs, outcome: &mut Outcome) -> Result<(), Error> {
    site.fetch_notes(args.dry_run)?;
    let Some(asked) = Asked::read(site.context, &site.repo, site.remote.as_deref(), args)? else { return Ok(()) };
    site.deepen(&asked)?;
    let notes = site.notebook()?;
    let branch = site.repo.history_of(&asked.tip)?;
    let known = candidates(&notes, &branch);
    outcome.after = Some(asked.tip);
    outcome.candidates = known.open.len() as u64;
    // Where a span is asked about, also what is settled already is told.
    let mut sources = if asked.span.is_some() { known.all.clone() } else { known.open.clone() };
    if sources.is_empty() && args.notes_from.is_empty() {
        return Ok(());
    }
    let (units, named) = asked_units(site, &asked, &notes, &known)?;
    outcome.looked_at(asked.span, units.len());
    let pulls = site.pulls(&units, &notes, &known)?;
    let theirs = site.notes_of(&args.notes_from, &units, &pulls, &branch)?;
    sources.extend(theirs.keys());
    let ends: Vec<CommitId> = site.repo.ends_of_branches()?;
    let search = Search::new(&site.repo, &asked.tip, &branch, &sources, &ends, &pulls, known.claimed);
    let found = search.run(&units)?;
    outcome.open = found.open.into_iter().filter(|open| named.contains(&open.landed)).collect();
    write(site, found.landings, &notes, &theirs, outcome)
}

/// Returns the commits to look at, oldest first, and which of them were asked about: with those come the ones that landed
/// before their notes were pushed.
fn asked_units(
    site: &Site<'_>,
    asked: &Asked,
    notes: &Notebook,
    known: &Candidates,
) -> Result<(Vec<Unit>, HashSet<CommitId>), Error> {
    let mut all = match asked.span {
        // The branch was forced elsewhere, and nobody has its past.
        Some(Span::After(before)) if !site.repo.has_commit(&before) => Vec::new(),
        Some(span) => units(&site.repo, &asked.tip, span)?,
        None => Vec::new(),
    };
    let named: HashSet<CommitId> = all.iter().map(|unit| unit.sketch.id).collect();
    if !asked.is_all && !known.open.is_empty() {
        let open = known.open.iter().filter_map(|id| Some((id, notes.get(id)?)));
        let late = units(&site.repo, &asked.tip, Span::of_work(&site.repo, &asked.tip, open))?;
        let late: Vec<Unit> = late.into_iter().filter(|unit| !named.contains(&unit.sketch.id)).collect();
        all.splice(0..0, late);
    }
    Ok((all, named))
}

/// Writes what landings take along, or only says what would be written.
fn write(
    site: &Site<'_>,
    landings: Vec<Landing>,
    notes: &Notebook,
    theirs: &Notebook,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    let read = |commit: &CommitId| match (notes.get(commit), theirs.get(commit)) {
        (Some(ours), Some(theirs)) => Some(ours.clone().union(theirs.clone())),
        (ours, theirs) => ours.or(theirs).cloned(),
    };
    let carry = |landing: Landing| {
        let carried = carried(&site.repo, &landing, &read);
        (landing, carried)
    };
    outcome.landings = landings.into_iter().map(carry).collect();
    outcome.changed = match outcome.is_dry_run {
        true => {
            let known = |commit: &CommitId| notes.get(commit).cloned().unwrap_or_default();
            grown(&outcome.landings, &known).into_keys().collect()
        }
        false => written(site, &outcome.landings)?,
    };
    Ok(())
}

fn written(site: &Site<'_>, landings: &[(Landing, Carried)]) -> Result<BTreeSet<CommitId>, Error> {
    let mut changed: BTreeMap<CommitId, Note> = BTreeMap::new();
    site.repo.update_notes(NOTES_REF, site.stamp(), &mut |now| {
        let read = |commit: &CommitId| site.repo.note(now, commit).map(|text| Note::parse(&text)).unwrap_or_default();
        changed = grown(landings, &read);
        changed.iter().map(|(commit, note)| (*commit, note.render())).collect()
    })?;
    Ok(changed.into_keys().collect())
}

fn push(site: &Site<'_>) -> Result<SettlePush, Error> {
    let remote = site.remote.clone().unwrap_or_default();
    let (result, tries) = match site.repo.push_notes(&remote, site.stamp(), site.left())? {
        NotesPush::Nothing => (NotesSyncResult::NoNotes, None),
        NotesPush::UpToDate => (NotesSyncResult::UpToDate, None),
        NotesPush::Pushed { tries } => (NotesSyncResult::Pushed, Some(u64::from(tries))),
    };
    Ok(SettlePush { remote, result, tries })
}
