//! `why`: how one line came to be.

use std::ffi::OsString;
use std::path::Path;

use super::blame::{blank, decided_with_hearsay, not_blamed};
use super::context::Context;
use super::reports::sources;
use crate::analysis::{self, WhyFacts};
use crate::error::{Error, ExitCode};
use crate::git::{BlameQuery, blame};
use crate::model::CommitId;
use crate::report::{BlameLine, Report, WhyReport, reason_words};
use crate::transcript;

/// Runs `agent-trace why`.
pub(super) fn run(context: &Context<'_>, target: &[String], with_prompt: bool) -> Result<ExitCode, Error> {
    let (query, number) = query(target)?;
    let sources = sources(context)?;
    let blamed = blame(context.start(), &query).map_err(|error| not_there(context, &query, error.into()))?;
    let lines = blamed.lines.iter().take(1);
    let lines = lines.map(|line| blank(line, blamed.text.get(line.content.clone()).unwrap_or_default())).collect();
    let line = decided_with_hearsay(&sources, lines)?.0.pop();
    let line = line.ok_or_else(|| Error::user(format!("the file has no line {number}")))?;
    let read = |path: &str, offset: u64| transcript::read_prompt(Path::new(path), offset);
    let texts = |ids: &[CommitId]| sources.repo.subjects(ids);
    let root = sources.repo.work_dir().map(|root| root.to_string_lossy().into_owned());
    let facts = WhyFacts { texts: &texts, prompt: with_prompt.then_some(&read as _), root: root.as_deref() };
    let found = analysis::why(&sources.reader, &line, &facts)?;
    let report = WhyReport {
        timezone: context.zone.name().to_owned(),
        file: query.file.to_string_lossy().into_owned(),
        revision: query.revision,
        because: because(&line),
        line,
        commit: found.commit,
        turn: found.turn,
        call: found.call,
        tool_call: found.tool_call,
        before: found.before,
        landed: found.landed,
        pull_requests: found.pull_requests,
        prices: sources.stamp.prices,
    };
    context.print(&Report::Why(Box::new(report)))
}

/// What the class of the line rests on, with who says so.
fn because(line: &BlameLine) -> String {
    let words = reason_words(line.reason);
    line.source.as_ref().map_or_else(|| words.to_owned(), |source| format!("{words} ({source})"))
}

/// `[REV] FILE:LINE`.
fn query(target: &[String]) -> Result<(BlameQuery, u32), Error> {
    let hint = "agent-trace why FILE:LINE";
    let (revision, place) = match target {
        [revision, place] => (Some(revision.clone()), place),
        [place, ..] => (None, place),
        [] => return Err(Error::user("no line").with_hint(hint)),
    };
    let parts = place.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse::<u32>().ok()?)));
    let Some((file, line)) = parts.filter(|(file, line)| !file.is_empty() && *line > 0) else {
        return Err(Error::user(format!("`{place}` names no line of a file")).with_hint(hint));
    };
    if revision.as_ref().is_some_and(|revision| revision.starts_with('-')) {
        return Err(Error::user("a revision cannot begin with `-`").with_hint("name a branch, a tag or a commit id"));
    }
    let options = vec![OsString::from(format!("-L{line},{line}"))];
    Ok((BlameQuery { options, revision, file: OsString::from(file), is_long: false }, line))
}

/// Git's words for a line behind the end are about the file.
fn not_there(context: &Context<'_>, query: &BlameQuery, error: Error) -> Error {
    let text = error.to_string();
    let has = text.split("has only ").nth(1).and_then(|rest| rest.split_whitespace().next());
    match has {
        Some(lines) => Error::user(format!("`{}` has only {lines} lines", query.file.to_string_lossy()))
            .with_hint("agent-trace blame FILE shows them all"),
        None => not_blamed(context, query, error),
    }
}
