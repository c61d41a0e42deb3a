//! `blame`: who wrote each line of a file.

use std::ffi::OsString;

use super::context::Context;
use super::reports::sources;
use crate::analysis;
use crate::cli::BlameArgs;
use crate::error::{Error, ExitCode};
use crate::git::{Blame, BlameQuery, BlamedLine, blame, known_files};
use crate::model::Timestamp;
use crate::report::{
    BlameColumns, BlameDate, BlameLine, BlameReport, BlameTotals, LineClass, LineGrade, LineReason, Report,
};

/// Runs `agent-trace blame`.
pub(super) fn run(context: &Context<'_>, args: &BlameArgs) -> Result<ExitCode, Error> {
    let query = query(args)?;
    let sources = sources(context)?;
    let blamed = blame(context.start(), &query).map_err(|error| not_blamed(context, &query, error.into()))?;
    let lines = blamed.lines.iter().map(|line| blank(&blamed, line)).collect();
    let lines = analysis::blame(&sources.reader, lines)?;
    if args.porcelain || args.line_porcelain {
        context.ui.print_bytes(&porcelain(&blamed, &lines))?;
        return Ok(ExitCode::Ok);
    }
    let report = BlameReport {
        timezone: context.zone.name().to_owned(),
        file: query.file.to_string_lossy().into_owned(),
        revision: query.revision,
        totals: BlameTotals::of(&lines),
        lines,
        prices: sources.stamp.prices,
        columns: columns(args),
    };
    context.print_whole(&Report::Blame(Box::new(report)))
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

fn columns(args: &BlameArgs) -> BlameColumns {
    let date = match (args.date.as_deref(), args.unix) {
        (_, true) | (Some("unix"), _) => BlameDate::Unix,
        (Some("short"), _) => BlameDate::Short,
        (Some("iso"), _) => BlameDate::Iso,
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

fn not_blamed(context: &Context<'_>, query: &BlameQuery, error: Error) -> Error {
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
fn blank(blamed: &Blame, line: &BlamedLine) -> BlameLine {
    let text = blamed.text.get(line.content.clone()).unwrap_or_default();
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
        cost: None,
        cost_missing: None,
        text: String::from_utf8_lossy(text).into_owned(),
    }
}

/// Git's answer, with our headers as the last of every line.
fn porcelain(blamed: &Blame, lines: &[BlameLine]) -> Vec<u8> {
    let mut text = Vec::with_capacity(blamed.text.len() + lines.len() * 64);
    let mut at = 0;
    for (line, found) in blamed.lines.iter().zip(lines) {
        text.extend_from_slice(blamed.text.get(at..line.headers.end).unwrap_or_default());
        text.extend_from_slice(headers(found).as_bytes());
        at = line.headers.end;
    }
    text.extend_from_slice(blamed.text.get(at..).unwrap_or_default());
    text
}

fn headers(line: &BlameLine) -> String {
    let known = [
        ("class", Some(line.class.name().to_owned())),
        ("grade", Some(line.grade.name().to_owned())),
        ("reason", Some(line.reason.name().to_owned())),
        ("name", line.agent.clone()),
        ("session", line.session.clone()),
        ("turn", line.turn.map(|turn| turn.to_string())),
        ("call", line.call.clone()),
        ("tool-call", line.tool_call.clone()),
        ("model", line.model.clone()),
        ("cost-nano-usd", line.cost.map(|cost| cost.0.to_string())),
    ];
    let is_control = |character: char| if character.is_control() { ' ' } else { character };
    let mut text = String::new();
    for (name, value) in known {
        if let Some(value) = value {
            let value: String = value.chars().map(is_control).collect();
            text.push_str(&format!("agent-{name} {value}\n"));
        }
    }
    text
}
