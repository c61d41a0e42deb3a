//! `import`: records of the "Agent Trace" format, kept as what somebody says.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::context::Context;
use super::record_place::{Place, Places};
use crate::error::{Error, ExitCode};
use crate::interop::{AgentClaim, Contributor, LineClaim, LineSet, TraceFile, TraceRecord, TraceRecords};
use crate::model::CommitId;
use crate::report::{ImportProblem, ImportReport, Report};
use crate::store::{ImportedRow, Writer};

/// The number of the format in the store.
const TRACE_RECORD: i64 = 1;

/// Larger files are not read, in bytes.
const MAX_BYTES: u64 = 256 << 20;

/// Runs `agent-trace import`.
pub(super) fn run(context: &Context<'_>, files: &[PathBuf]) -> Result<ExitCode, Error> {
    let repo = context.repo()?;
    let mut report = ImportReport { files: files.len() as u64, ..ImportReport::default() };
    let mut all = Vec::new();
    for file in files {
        let read = TraceRecords::parse(&bytes(context, file)?);
        report.records += read.records.len() as u64;
        let mut problems: BTreeMap<&str, (u64, u64)> =
            read.problems.iter().map(|(kind, problem)| (kind.name(), (problem.count, problem.first_line))).collect();
        let places = Places::new(&repo, &read.records)?;
        for record in &read.records {
            let (rows, is_elsewhere) = rows(&places, record, &mut |kind| {
                problems.entry(kind).or_insert((0, record.line)).0 += 1;
            });
            report.of_unknown_commits += u64::from(is_elsewhere);
            report.lines += rows.iter().map(|row| LineSet::unpack(&row.lines).count()).sum::<u64>();
            all.push((TRACE_RECORD, record.id.clone(), rows));
        }
        let problem = |(kind, (count, first_line)): (&str, (u64, u64))| ImportProblem {
            file: file.display().to_string(),
            kind: kind.to_owned(),
            count,
            first_line,
        };
        report.problems.extend(problems.into_iter().map(problem));
    }
    all.retain(|(_, _, rows)| !rows.is_empty());
    let imported = Writer::open(&context.database(&repo))?.import_lines(&all)?;
    (report.new, report.changed, report.unchanged) = (imported.new, imported.changed, imported.unchanged);
    context.print(&Report::Import(Box::new(report)))
}

fn bytes(context: &Context<'_>, file: &PathBuf) -> Result<Vec<u8>, Error> {
    let path = context.start().join(file);
    let fail = |error: std::io::Error| {
        Error::user(format!("`{}` cannot be read", file.display()))
            .with_source(error)
            .with_hint("name a file of records: agent-trace import traces.jsonl")
    };
    if std::fs::metadata(&path).map_err(fail)?.len() > MAX_BYTES {
        return Err(Error::user(format!("`{}` is larger than 256 MiB", file.display())).with_hint("split it by lines"));
    }
    std::fs::read(&path).map_err(fail)
}

/// Returns what is kept of a record, and whether a commit of it is not here.
fn rows(places: &Places<'_>, record: &TraceRecord, problem: &mut dyn FnMut(&'static str)) -> (Vec<ImportedRow>, bool) {
    let (mut rows, mut is_elsewhere) = (Vec::new(), false);
    for file in &record.files {
        let place = places.of(record, file);
        is_elsewhere |= matches!(place, Place::Elsewhere(_));
        match place {
            Place::In(commit) | Place::Elsewhere(commit) => {
                file.claims.iter().for_each(|claim| rows.push(row(record, file, commit, rows.len(), claim)));
            }
            Place::NoCommit => problem("unknown_commit"),
            Place::Nowhere => problem("no_such_lines"),
        }
    }
    (rows, is_elsewhere)
}

fn row(record: &TraceRecord, file: &TraceFile, commit: CommitId, part: usize, claim: &LineClaim) -> ImportedRow {
    let (class, agent) = class(claim);
    ImportedRow {
        commit,
        path: file.path.clone(),
        source: TRACE_RECORD,
        record: record.id.clone(),
        part: part as i64,
        class,
        agent: agent.agent,
        model: agent.model,
        session: agent.session.map(|session| session.to_string()),
        lines: claim.lines.pack(),
    }
}

fn class(claim: &LineClaim) -> (i64, AgentClaim) {
    let agent = claim.by.agent().cloned().unwrap_or_default();
    match &claim.by {
        Contributor::Agent(_) => (1, agent),
        Contributor::Human => (2, agent),
        Contributor::Unclear(_) => (3, agent),
    }
}
