//! `blame`: who wrote each line of a file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::Path;

use super::blame_porcelain::{incremental, lines_of, porcelain};
use super::context::Context;
use super::hearsay::hearsay;
use super::own_notes::{OwnClaims, own_notes};
use super::reports::{Sources, sources};
use crate::analysis;
use crate::cli::BlameArgs;
use crate::error::{Error, ExitCode};
use crate::git::{BlameQuery, BlamedGroup, BlamedLine, blame, blame_stream, known_files};
use crate::model::{CommitId, Timestamp};
use crate::report::{
    BlameColumns, BlameDate, BlameLine, BlameReport, BlameTotals, DeclaredSource, LineClass, LineGrade, LineReason,
    Report,
};
use crate::transcript;

/// Runs `agent-trace blame`.
pub(super) fn run(context: &Context<'_>, args: &BlameArgs) -> Result<ExitCode, Error> {
    let query = query(args)?;
    let sources = sources(context)?;
    if args.incremental {
        return stream(context, &sources, &query, args.contents.as_deref());
    }
    let blamed = blame(context.start(), &query).map_err(|error| not_blamed(context, &query, error.into()))?;
    let text = |line: &BlamedLine| blamed.text.get(line.content.clone()).unwrap_or_default();
    let lines = blamed.lines.iter().map(|line| blank(line, text(line))).collect();
    let (lines, declared) = decided_with_hearsay(&sources, lines)?;
    let read = |path: &str, offset: u64| transcript::read_prompt(Path::new(path), offset);
    let prompts = if args.prompt { analysis::prompts(&sources.reader, &lines, &read)? } else { Vec::new() };
    if args.porcelain || args.line_porcelain {
        context.ui.print_bytes(&porcelain(&blamed, &lines, &prompts))?;
        return Ok(ExitCode::Ok);
    }
    let report = BlameReport {
        timezone: context.zone.name().to_owned(),
        file: query.file.to_string_lossy().into_owned(),
        revision: query.revision,
        totals: BlameTotals::of(&lines),
        lines,
        prompts,
        declared,
        prices: sources.stamp.prices,
        columns: columns(context, args),
    };
    context.print_whole(&Report::Blame(Box::new(report)))
}

/// Prints what git finds while it is searching.
fn stream(
    context: &Context<'_>,
    sources: &Sources,
    query: &BlameQuery,
    contents: Option<&str>,
) -> Result<ExitCode, Error> {
    let text = sources.repo.blamed_text(context.start(), query, contents.map(Path::new)).unwrap_or_default();
    let texts: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let mut failure = None;
    let print = |groups: Vec<BlamedGroup>| -> Result<bool, Error> {
        let lines = groups.iter().flat_map(|group| lines_of(group, &texts)).collect();
        let (lines, _) = decided_with_hearsay(sources, lines)?;
        let (mut text, mut rest) = (Vec::new(), lines.as_slice());
        for group in &groups {
            let (own, more) = rest.split_at(rest.len().min(group.count as usize));
            text.extend(incremental(group, own));
            rest = more;
        }
        context.ui.print_some(&text)
    };
    let sink = &mut |groups| match print(groups) {
        Ok(true) => ControlFlow::Continue(()),
        Ok(false) => ControlFlow::Break(()),
        Err(error) => {
            failure = Some(error);
            ControlFlow::Break(())
        }
    };
    blame_stream(context.start(), query, sink).map_err(|error| not_blamed(context, query, error.into()))?;
    failure.map_or(Ok(ExitCode::Ok), Err)
}

/// Returns lines with who wrote them.
pub(super) fn decided(sources: &Sources, lines: Vec<BlameLine>) -> Result<Vec<BlameLine>, Error> {
    Ok(analysis::blame(&sources.reader, lines)?)
}

/// Returns lines with who wrote them, what others say laid under it.
pub(super) fn decided_with_hearsay(
    sources: &Sources,
    lines: Vec<BlameLine>,
) -> Result<(Vec<BlameLine>, Vec<DeclaredSource>), Error> {
    let mut lines = decided(sources, lines)?;
    let commits: BTreeSet<CommitId> = lines.iter().filter_map(|line| line.commit).collect();
    let own = own_claims(sources, &lines)?;
    let said = hearsay(sources, &commits.into_iter().collect::<Vec<_>>(), own)?;
    let declared = analysis::lay_under(&sources.reader, &mut lines, &said)?;
    Ok((lines, declared))
}

/// Notes of ours add nothing to lines whose agent is known here.
fn own_claims(sources: &Sources, lines: &[BlameLine]) -> Result<HashMap<CommitId, OwnClaims>, Error> {
    let mut open: BTreeMap<CommitId, BTreeSet<&str>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.class != LineClass::Agent) {
        if let Some(commit) = line.commit {
            open.entry(commit).or_default().insert(&line.path);
        }
    }
    let is_wanted = |commit: &CommitId, path: &str| open.get(commit).is_some_and(|paths| paths.contains(path));
    own_notes(sources, &open.keys().copied().collect::<Vec<_>>(), &is_wanted)
}

fn query(args: &BlameArgs) -> Result<BlameQuery, Error> {
    let (revision, file) = match args.target.as_slice() {
        [revision, file] => (Some(revision.clone()), file),
        [file, ..] => (None, file),
        [] => return Err(Error::user("no file").with_hint("agent-trace blame FILE")),
    };
    if revision.as_ref().is_some_and(|revision| revision.starts_with('-')) {
        return Err(Error::user("a revision cannot begin with `-`").with_hint("name a branch, a tag or a commit id"));
    }
    if args.contents.as_deref() == Some("-") {
        return Err(Error::user("--contents cannot read standard input").with_hint("name a file"));
    }
    let is_long = args.line_porcelain;
    Ok(BlameQuery { options: options(args)?, revision, file: OsString::from(file), is_long })
}

/// Each option is one word, so no value can be taken for another option.
fn options(args: &BlameArgs) -> Result<Vec<OsString>, Error> {
    let mut options: Vec<String> = args.lines.iter().map(|range| format!("-L{range}")).collect();
    options.extend(args.ignore_space.then(|| "-w".to_owned()));
    for (letter, score) in args.moves.iter().map(|score| ('M', score)).chain(args.copies.iter().map(|c| ('C', c))) {
        if !score.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(
                Error::user(format!("`{score}` is not a number")).with_hint("agent-trace blame --moves=40 FILE")
            );
        }
        options.push(format!("-{letter}{score}"));
    }
    options.extend(args.since.iter().map(|time| format!("--since={time}")));
    options.extend(args.ignore_rev.iter().map(|revision| format!("--ignore-rev={revision}")));
    options.extend(args.ignore_revs_file.iter().map(|file| format!("--ignore-revs-file={file}")));
    options.extend(args.first_parent.then(|| "--first-parent".to_owned()));
    options.extend(args.contents.iter().map(|file| format!("--contents={file}")));
    Ok(options.into_iter().map(OsString::from).collect())
}

fn columns(context: &Context<'_>, args: &BlameArgs) -> BlameColumns {
    let date = match (args.date.as_deref(), args.unix) {
        (_, true) | (Some("unix"), _) => BlameDate::Unix,
        (Some("short"), _) => BlameDate::Short,
        (Some("iso"), _) => BlameDate::Iso,
        (Some("iso-strict"), _) => BlameDate::IsoStrict,
        (Some("rfc"), _) => BlameDate::Rfc,
        (Some("raw"), _) => BlameDate::Raw,
        (Some("relative"), _) => BlameDate::Relative(context.now),
        (Some("default"), _) => BlameDate::Default,
        _ => BlameDate::Minute,
    };
    BlameColumns {
        digits: args.abbrev.map(usize::from),
        cost: args.cost,
        path: args.show_name,
        number: args.show_number,
        short: args.short,
        address: args.show_email,
        date,
    }
}

pub(super) fn not_blamed(context: &Context<'_>, query: &BlameQuery, error: Error) -> Error {
    let file = query.file.to_string_lossy();
    let text = error.to_string();
    if !text.contains("no such path") && !text.contains("cannot stat path") {
        return error;
    }
    let place = query.revision.as_ref().map_or_else(String::new, |revision| format!(" in `{revision}`"));
    let files = known_files(context.start());
    let meant = crate::error::did_you_mean(&file, files.iter().map(String::as_str));
    let hint = meant.unwrap_or_else(|| "name a file that git knows, as seen from this folder".into());
    Error::user(format!("there is no file `{file}`{place}")).with_hint(hint)
}

/// Returns a line with what git says of it.
pub(super) fn blank(line: &BlamedLine, text: &[u8]) -> BlameLine {
    BlameLine {
        line: line.line,
        class: LineClass::Unknown,
        grade: LineGrade::None,
        reason: LineReason::NoEvidence,
        commit: line.commit,
        path: line.path.clone(),
        original_line: line.original_line,
        author: line.author.clone(),
        address: line.address.clone(),
        at: Timestamp(line.time.saturating_mul(1000)),
        session: None,
        session_short: None,
        agent: None,
        turn: None,
        call: None,
        tool_call: None,
        model: None,
        source: None,
        cost: None,
        cost_missing: None,
        text: String::from_utf8_lossy(text).into_owned(),
    }
}
