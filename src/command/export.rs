//! `export`: lines of agents in the forms of other tools.

use super::context::Context;
use super::reports::{Sources, sources};
use crate::analysis::{self, AuthoredFile};
use crate::cli::{ExportArgs, FormatName};
use crate::error::{Error, ExitCode};
use crate::git::{NoteStamp, Notes, rev_list};
use crate::interop::{AuthoredLines, GIT_AI_REF, RecordStamp, write_git_ai, write_trace_record};
use crate::model::{CommitId, SessionId};
use crate::noting::session_mark;
use crate::pricing::PriceBook;
use crate::report::{ExportReport, Report};

/// Subject of the commit of notes.
const MESSAGE: &str = "notes of git-ai, exported by agent-trace";

/// Lines of agents by commit.
type Authored = Vec<(CommitId, Vec<AuthoredLines>)>;

/// Runs `agent-trace export`.
pub(super) fn run(context: &Context<'_>, args: &ExportArgs) -> Result<ExitCode, Error> {
    let is_record = context.global.format == Some(FormatName::AgentTraceRecord);
    let is_git_ai = args.write || context.global.format == Some(FormatName::GitAi);
    if is_record && args.write {
        let error = Error::user("records of the Agent Trace format have no place in git");
        return Err(error.with_hint("agent-trace export --format agent-trace-record HEAD > record.json"));
    }
    if !is_record && !is_git_ai {
        return Err(Error::user("no format of another tool is named")
            .with_hint("agent-trace export --format git-ai, or --format agent-trace-record"));
    }
    let sources = sources(context)?;
    let authored = authored(context, &sources, &args.range)?;
    match (args.write, is_record) {
        (true, _) => write(context, &sources, &authored),
        (false, true) => print_records(context, &sources, &authored),
        (false, false) => print_notes(context, &authored),
    }
}

fn authored(context: &Context<'_>, sources: &Sources, range: &str) -> Result<Authored, Error> {
    let book = context.prices(Some(&sources.repo))?;
    let revision = if range.contains("..") { range.to_owned() } else { format!("{range}^!") };
    let commits = rev_list(context.start(), &[revision], (None, None))?;
    let files = analysis::authored(&sources.reader, &commits)?;
    let lines = |files: Vec<AuthoredFile>| files.into_iter().filter_map(|file| told(&book, file)).collect();
    Ok(commits.into_iter().zip(files.into_iter().map(lines)).collect())
}

/// Returns lines in the words of others; `None` for a session whose id no other tool could take.
fn told(book: &PriceBook, file: AuthoredFile) -> Option<AuthoredLines> {
    let provider = file.model.as_deref().and_then(|model| provider(book, model));
    Some(AuthoredLines {
        mark: session_mark(file.agent, &file.session)?.to_string(),
        session: SessionId::parse(&file.session).ok()?,
        agent: file.agent.name().to_owned(),
        path: file.path,
        lines: file.lines,
        model: file.model,
        provider,
    })
}

fn provider(book: &PriceBook, model: &str) -> Option<String> {
    let rows = book.resolve(model).ok()?.rows();
    rows.first().map(|row| row.provider.to_string()).filter(|provider| !provider.is_empty())
}

/// One commit's note as it would stand in git; of several, each under the id of its commit.
fn print_notes(context: &Context<'_>, authored: &Authored) -> Result<ExitCode, Error> {
    let mut left_out = 0;
    for (commit, lines) in authored {
        let Some(note) = write_git_ai(commit, lines) else { continue };
        left_out += note.left_out;
        let head = if authored.len() > 1 { format!("commit {commit}\n") } else { String::new() };
        context.ui.print_bytes(format!("{head}{}", note.text).as_bytes())?;
    }
    remark(context, authored, left_out);
    Ok(ExitCode::Ok)
}

/// One record a line.
fn print_records(context: &Context<'_>, sources: &Sources, authored: &Authored) -> Result<ExitCode, Error> {
    let mut left_out = 0;
    for (commit, lines) in authored {
        let Some(at) = sources.repo.listed(commit).map(|listed| listed.at) else { continue };
        let Some((record, more)) = write_trace_record(RecordStamp { commit: *commit, at }, lines) else { continue };
        left_out += more;
        context.ui.print_bytes(format!("{record}\n").as_bytes())?;
    }
    remark(context, authored, left_out);
    Ok(ExitCode::Ok)
}

fn remark(context: &Context<'_>, authored: &Authored, left_out: u32) {
    if authored.iter().all(|(_, lines)| lines.is_empty()) {
        context.ui.warning("no lines of agents are known in these commits");
    }
    if left_out > 0 {
        context.ui.warning(&format!("{left_out} files are left out: the format cannot hold their paths"));
    }
}

/// Writes notes where there are none.
fn write(context: &Context<'_>, sources: &Sources, authored: &Authored) -> Result<ExitCode, Error> {
    let mut report = ExportReport::default();
    let mut change = |notes: &Notes| {
        report = ExportReport { reference: GIT_AI_REF.to_owned(), ..ExportReport::default() };
        let mut edits = Vec::new();
        for (commit, lines) in authored {
            let Some(note) = write_git_ai(commit, lines) else {
                report.without_lines += 1;
                continue;
            };
            if notes.has(commit) {
                report.existing += 1;
                continue;
            }
            report.written += 1;
            report.left_out += u64::from(note.left_out);
            report.lines += note.lines;
            edits.push((*commit, note.text.into_bytes()));
        }
        edits
    };
    sources.repo.update_notes(GIT_AI_REF, NoteStamp { at: context.now, message: MESSAGE }, &mut change)?;
    context.print(&Report::Export(report))
}
