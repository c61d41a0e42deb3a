//! `notes`: what notes say, whether they are written, and how they travel.

use std::collections::HashSet;
use std::time::Duration;

use super::context::Context;
use super::notes_view::{note_report, prunable, verify_report};
use crate::cli::{NotesAction, PushArgs};
use crate::error::{Error, ExitCode};
use crate::git::{NOTES_REF, NoteStamp, NotesMerge, NotesPush, Repo};
use crate::model::CommitId;
use crate::notes::Note;
use crate::noting::{is_on, switch_off, switch_on};
use crate::report::{NotesPruneReport, NotesSwitchReport, NotesSyncReport, NotesSyncResult, Report};

/// Runs `agent-trace notes`.
pub(super) fn run(context: &Context<'_>, action: NotesAction) -> Result<ExitCode, Error> {
    if let NotesAction::Push(PushArgs { for_hook: true, remote, timeout, .. }) = action {
        return Ok(push_for_hook(context, remote.as_deref(), timeout));
    }
    let repo = context.repo()?;
    match action {
        NotesAction::Show { revision } => show(context, &repo, &revision),
        NotesAction::On { remote } => switch(context, &repo, true, remote),
        NotesAction::Off { remote } => switch(context, &repo, false, remote),
        NotesAction::Push(args) => push(context, &repo, args.remote, args.timeout),
        NotesAction::Fetch { remote, timeout } => fetch(context, &repo, remote, timeout),
        NotesAction::Merge { reference } => merge(context, &repo, &reference),
        NotesAction::Verify => verify(context, &repo),
        NotesAction::Prune { dry_run } => prune(context, &repo, dry_run),
    }
}

fn stamp<'m>(context: &Context<'_>, message: &'m str) -> NoteStamp<'m> {
    NoteStamp { at: context.now, message }
}

fn show(context: &Context<'_>, repo: &Repo, revision: &str) -> Result<ExitCode, Error> {
    let commit =
        repo.resolve(revision).ok_or_else(|| Error::user(format!("`{revision}` is no commit of this clone")))?;
    let notes = repo.notes(NOTES_REF)?;
    let text = repo.note(&notes, &commit).ok_or_else(|| {
        let hint = if is_on(repo.common_dir(), context.config_dir().as_deref()) {
            "agent-trace notes fetch"
        } else {
            "agent-trace notes on"
        };
        Error::user(format!("commit `{commit}` has no note")).with_hint(hint)
    })?;
    context.print(&Report::NotesShow(Box::new(note_report(&commit, &Note::parse(&text)))))
}

fn switch(context: &Context<'_>, repo: &Repo, on: bool, remote: Option<String>) -> Result<ExitCode, Error> {
    let has_changed = match on {
        true => switch_on(repo.common_dir())?,
        false => switch_off(repo.common_dir())?,
    };
    let refspec = remote.as_deref().map(|remote| {
        let is_changed = if on { repo.add_notes_refspec(remote) } else { repo.remove_notes_refspec(remote) };
        is_changed.map(|is_changed| is_changed.then(|| repo.notes_refspec(remote)))
    });
    let refspec = refspec.transpose()?.flatten();
    context.print(&Report::NotesSwitch(NotesSwitchReport { is_on: on, has_changed, remote, refspec }))
}

fn remote_of(repo: &Repo, asked: Option<String>) -> Result<String, Error> {
    asked.or_else(|| repo.default_remote()).ok_or_else(|| {
        Error::user("there are several remotes, or none, and none is `origin`").with_hint("name one: git remote -v")
    })
}

fn limit(seconds: u64) -> Duration {
    Duration::from_secs(seconds.clamp(1, 3_600))
}

fn push(context: &Context<'_>, repo: &Repo, remote: Option<String>, seconds: u64) -> Result<ExitCode, Error> {
    let remote = remote_of(repo, remote)?;
    let (result, tries) = match repo.push_notes(&remote, stamp(context, MERGED), limit(seconds))? {
        NotesPush::Nothing => (NotesSyncResult::NoNotes, None),
        NotesPush::UpToDate => (NotesSyncResult::UpToDate, None),
        NotesPush::Pushed { tries } => (NotesSyncResult::Pushed, Some(u64::from(tries))),
    };
    let report = NotesSyncReport { tries, ..synced(repo, "push", remote, result) };
    context.print(&Report::NotesSync(report))
}

const MERGED: &str = "notes of agent-trace, merged";

fn synced(repo: &Repo, action: &str, with: String, result: NotesSyncResult) -> NotesSyncReport {
    let tip = repo.notes_tip(NOTES_REF).map(|tip| tip.to_string());
    NotesSyncReport { action: action.to_owned(), with, result, notes_changed: None, tries: None, tip }
}

/// A push of code does not wait longer for its notes.
const MAX_HOOK_SECONDS: u64 = 20;

/// What `pre-push` does: nothing is said, nothing fails, and only what the remote lacks is sent. The hook has asked
/// whether it is switched off; its `AGENT_TRACE=0` is for hooks below this one.
fn push_for_hook(context: &Context<'_>, remote: Option<&str>, seconds: u64) -> ExitCode {
    if let (Some(remote), Ok(repo)) = (remote, context.repo()) {
        let (ours, theirs) = (repo.notes_tip(NOTES_REF), repo.notes_tip(&repo.notes_tracking_ref(remote)));
        if ours.is_some() && ours != theirs {
            let _ = repo.push_notes(remote, stamp(context, MERGED), limit(seconds.min(MAX_HOOK_SECONDS)));
        }
    }
    ExitCode::Ok
}

fn fetch(context: &Context<'_>, repo: &Repo, remote: Option<String>, seconds: u64) -> Result<ExitCode, Error> {
    let remote = remote_of(repo, remote)?;
    let mut report = match repo.fetch_notes(&remote, limit(seconds))? {
        false => synced(repo, "fetch", remote, NotesSyncResult::NoNotes),
        true => merged(context, repo, &repo.notes_tracking_ref(&remote), remote)?,
    };
    report.action = "fetch".to_owned();
    context.print(&Report::NotesSync(report))
}

fn merge(context: &Context<'_>, repo: &Repo, reference: &str) -> Result<ExitCode, Error> {
    let full = match reference.starts_with("refs/") {
        true => reference.to_owned(),
        false => format!("refs/notes/{reference}"),
    };
    if repo.notes_tip(&full).is_none() {
        let error = Error::user(format!("there is no notes reference `{full}`"));
        return Err(error.with_hint("see what there is: git for-each-ref refs/notes"));
    }
    let report = merged(context, repo, &full, full.clone())?;
    context.print(&Report::NotesSync(report))
}

fn merged(context: &Context<'_>, repo: &Repo, reference: &str, with: String) -> Result<NotesSyncReport, Error> {
    let (result, changed) = match repo.merge_notes(NOTES_REF, reference, stamp(context, MERGED))? {
        NotesMerge::UpToDate => (NotesSyncResult::UpToDate, None),
        NotesMerge::FastForward => (NotesSyncResult::FastForward, None),
        NotesMerge::Merged { changed } => (NotesSyncResult::Merged, Some(changed as u64)),
    };
    Ok(NotesSyncReport { notes_changed: changed, ..synced(repo, "merge", with, result) })
}

fn verify(context: &Context<'_>, repo: &Repo) -> Result<ExitCode, Error> {
    let report = verify_report(repo, is_on(repo.common_dir(), context.config_dir().as_deref()), &reachable(repo)?)?;
    let has_faults = report.has_faults();
    context.print(&Report::NotesVerify(Box::new(report)))?;
    Ok(if has_faults { ExitCode::Negative } else { ExitCode::Ok })
}

fn reachable(repo: &Repo) -> Result<HashSet<CommitId>, Error> {
    let walk = repo.commits(&repo.tips()?, &|_| false)?;
    Ok(walk.commits.iter().map(|facts| facts.id).collect())
}

fn prune(context: &Context<'_>, repo: &Repo, is_dry_run: bool) -> Result<ExitCode, Error> {
    let reachable = reachable(repo)?;
    let mut pruning = prunable(repo, &repo.notes(NOTES_REF)?, &reachable);
    if !is_dry_run {
        repo.update_notes(NOTES_REF, stamp(context, "notes of agent-trace, pruned"), &mut |notes| {
            pruning = prunable(repo, notes, &reachable);
            pruning.commits.iter().map(|commit| (*commit, Vec::new())).collect()
        })?;
    }
    let report = NotesPruneReport {
        is_dry_run,
        pruned: pruning.commits.iter().map(CommitId::to_string).collect(),
        kept_needed: pruning.needed,
        kept_unknown: pruning.unknown,
    };
    context.print(&Report::NotesPrune(report))
}
