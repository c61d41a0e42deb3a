//! `show`: a commit, a session or a turn explained.

use std::collections::HashMap;
use std::path::Path;

use super::context::Context;
use super::filter;
use super::hearsay::hearsay;
use super::own_notes::own_notes;
use super::reports::{Sources, sources, text_of};
use crate::analysis::{self, Directory, Filter, PromptText};
use crate::error::{Error, ExitCode};
use crate::model::CommitId;
use crate::report::Report;
use crate::transcript;

/// Runs `agent-trace show`.
///
/// A session's id and a commit's may look alike; a turn has a colon, then the
/// session is tried, then the commit.
pub(super) fn run(context: &Context<'_>, target: &str, with_prompt: bool) -> Result<ExitCode, Error> {
    let sources = sources(context)?;
    let filter = Filter::all(context.zone, context.now);
    let directory = Directory::new(&sources.reader)?;
    if let Some((prefix, number)) = turn_of(target) {
        let (session, _) = filter::session(&directory, prefix)?;
        return turn(context, &sources, &filter, (session, number), with_prompt);
    }
    if with_prompt {
        let error = Error::user("--prompt needs a turn");
        return Err(error.with_hint("agent-trace show SESSION:TURN --prompt"));
    }
    let sessions = directory.sessions_like(target);
    match (sessions.as_slice(), sources.repo.resolve(target)) {
        ([(key, _)], _) => session(context, &sources, &filter, *key),
        (_, Some(commit)) => show_commit(context, &sources, &filter, commit),
        ([], None) => Err(nothing_like(target, &directory)),
        (_, None) => filter::session(&directory, target).map(|_| ExitCode::Ok),
    }
}

/// `SESSION:3`; a path behind a colon (`HEAD:file`) is not a turn.
fn turn_of(target: &str) -> Option<(&str, i64)> {
    let (session, number) = target.rsplit_once(':')?;
    Some((session, number.parse().ok().filter(|number| *number > 0)?))
}

fn nothing_like(target: &str, directory: &Directory) -> Error {
    let error = Error::user(format!("`{target}` is neither a commit nor the beginning of a session's id"));
    let meant = crate::error::did_you_mean(target, directory.session_ids());
    error.with_hint(meant.unwrap_or_else(|| "agent-trace log, or agent-trace sessions".into()))
}

fn show_commit(context: &Context<'_>, sources: &Sources, filter: &Filter, id: CommitId) -> Result<ExitCode, Error> {
    let listed = sources.repo.listed(&id);
    let listed = listed.ok_or_else(|| Error::environment(format!("commit `{id}` is not in this clone")))?;
    let mut report = analysis::show_commit(&sources.reader, filter, &text_of(listed), &sources.stamp)?;
    let linked: Vec<&str> = report.sessions.iter().map(|session| session.session.as_str()).collect();
    let own = if linked.is_empty() { own_notes(sources, &[id], &|_, _| true)? } else { HashMap::new() };
    let declared = hearsay(sources, &[id], own)?.0.get(&id).map(|said| analysis::parties(said, &linked));
    report.declared = declared.unwrap_or_default();
    context.print(&Report::ShowCommit(Box::new(report)))
}

fn session(context: &Context<'_>, sources: &Sources, filter: &Filter, key: i64) -> Result<ExitCode, Error> {
    let texts = |ids: &[CommitId]| sources.repo.subjects(ids);
    let report = analysis::show_session(&sources.reader, filter, key, &sources.stamp, &texts)?;
    let report = report.ok_or_else(|| Error::user("the session made no request"))?;
    context.print(&Report::ShowSession(Box::new(report)))
}

fn turn(
    context: &Context<'_>,
    sources: &Sources,
    filter: &Filter,
    (session, number): (i64, i64),
    with_prompt: bool,
) -> Result<ExitCode, Error> {
    let texts = |ids: &[CommitId]| sources.repo.subjects(ids);
    let read = |path: &str, offset: u64| transcript::read_prompt(Path::new(path), offset);
    let prompt = with_prompt.then_some(&read as &PromptText<'_>);
    let report = analysis::show_turn(&sources.reader, filter, session, number, &sources.stamp, &texts, prompt)?;
    let report = report.ok_or_else(|| {
        Error::user(format!("the session has no turn {number}")).with_hint("agent-trace show SESSION lists its turns")
    })?;
    context.print(&Report::ShowTurn(Box::new(report)))
}
