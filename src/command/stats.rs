//! `stats`: lines by who wrote them, of a range of commits or of files as they are now.

use std::collections::HashMap;
use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::Path;

use super::blame::{blank, decided};
use super::context::Context;
use super::reports::{Sources, sources};
use super::time_argument;
use crate::analysis::{self, AddedFile, Excluded, LineStats, StatsForm};
use crate::cli::StatsArgs;
use crate::error::{Error, ExitCode};
use crate::git::{self, BlameQuery, IgnoredRevisions, generated_files, rev_list, tracked_files};
use crate::model::{CommitId, Timestamp};
use crate::report::{Exclusion, Report, StatsOf};
use crate::ui::ProgressUnit;

/// Files that are blamed before their lines are decided together.
const BATCH: usize = 64;

/// What is asked for.
#[derive(Debug, Default)]
struct Target {
    revisions: Vec<String>,
    /// As seen from the working folder.
    paths: Vec<String>,
}

/// Runs `agent-trace stats`.
pub(super) fn run(context: &Context<'_>, args: &StatsArgs) -> Result<ExitCode, Error> {
    let sources = sources(context)?;
    let target = target(context, &sources, args)?;
    let ignored = sources.repo.ignored_revisions();
    let form = StatsForm { by: args.by, depth: args.depth, limit: args.limit };
    let inside = |path: &String| inside(context, &sources, path);
    let paths: Vec<String> = target.paths.iter().map(inside).collect();
    let is_of_files = target.revisions.is_empty() && !paths.is_empty();
    if is_of_files && (args.since.is_some() || args.until.is_some()) {
        let error = Error::user("--since and --until choose commits, and these lines are of files as they are now");
        return Err(error.with_hint("agent-trace stats HEAD --since 7d -- PATH"));
    }
    let stats = match is_of_files {
        true => of_files(context, &sources, &target.paths, &ignored, form)?,
        false => {
            let commits = commits(context, &sources, &target.revisions, args)?;
            of_commits(context, &sources, &commits, &paths, &ignored, form)?
        }
    };
    context.print(&Report::Stats(Box::new(stats.report(target.revisions, paths)?)))
}

/// Tells revisions from paths as git does: what could be both has to be told apart with `--`.
fn target(context: &Context<'_>, sources: &Sources, args: &StatsArgs) -> Result<Target, Error> {
    let mut target = Target { paths: args.paths.clone(), ..Target::default() };
    for word in &args.targets {
        let is_path = context.start().join(word).exists();
        let is_revision = sources.repo.resolve(word).is_some();
        match (is_path, is_revision) {
            (true, true) => {
                let hint = format!("`./{word}` is the path, `refs/heads/{word}` or `refs/tags/{word}` the revision");
                return Err(Error::user(format!("`{word}` is a revision and a path")).with_hint(hint));
            }
            (true, false) if args.paths.is_empty() => target.paths.push(word.clone()),
            (true, false) | (false, _) => target.revisions.push(word.clone()),
        }
    }
    Ok(target)
}

/// Returns a path as seen from the root of the work tree.
fn inside(context: &Context<'_>, sources: &Sources, path: &String) -> String {
    let inside = sources.repo.path_inside(context.start(), Path::new(path));
    inside.to_string_lossy().replace('\\', "/")
}

fn commits(
    context: &Context<'_>,
    sources: &Sources,
    revisions: &[String],
    args: &StatsArgs,
) -> Result<Vec<CommitId>, Error> {
    let time = |text: &Option<String>| -> Result<Option<Timestamp>, Error> {
        text.as_deref().map(|text| time_argument::parse(text, context.zone, context.now)).transpose()
    };
    let head = ["HEAD".to_owned()];
    let revisions = match (revisions, sources.repo.resolve("HEAD")) {
        ([], None) => return Ok(Vec::new()), // A repository without a commit.
        ([], Some(_)) => head.as_slice(),
        (named, _) => named,
    };
    rev_list(context.start(), revisions, (time(&args.since)?, time(&args.until)?)).map_err(|error| {
        let names = revisions.iter().flat_map(|revision| revision.trim_start_matches('^').split(".."));
        let names = names.map(|name| name.trim_matches('.')).filter(|name| !name.is_empty());
        match names.into_iter().find(|name| !name.contains('^') && sources.repo.resolve(name).is_none()) {
            Some(name) => super::reports::unknown_revision(&sources.repo, name),
            None => Error::from(error).with_hint("name a range as git log takes it, or a path that exists"),
        }
    })
}

fn of_commits(
    context: &Context<'_>,
    sources: &Sources,
    commits: &[CommitId],
    paths: &[String],
    ignored: &IgnoredRevisions,
    form: StatsForm,
) -> Result<LineStats, Error> {
    let (mut files, others) = analysis::added_files(&sources.reader, commits)?;
    files.extend(compared_now(context, sources, &others));
    files.retain(|file| paths.is_empty() || paths.iter().any(|path| is_below(&file.path, path)));
    let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let excluded = excluded(sources, &names, ignored)?;
    let mut stats = LineStats::new(form, StatsOf::Commits);
    stats.add_commits(&sources.reader, &files, &excluded)?;
    Ok(stats)
}

/// Compares commits that are too old for any session, and so are not in the store.
fn compared_now(context: &Context<'_>, sources: &Sources, commits: &[CommitId]) -> Vec<AddedFile> {
    let bar = context.ui.progress("comparing commits", Some(commits.len() as u64), ProgressUnit::Count);
    let mut found = Vec::new();
    let _ = sources.repo.changes_many(commits, &|_| bar.advance(1), &mut |commit, changes| {
        let author = sources.repo.listed(&commit).map_or_else(String::new, |listed| listed.author);
        match changes {
            Ok(changes) => found.extend(changes.files.iter().map(|file| AddedFile {
                commit,
                author: author.clone(),
                path: file.path.clone(),
                added: file.line_counts().map(|(added, _)| u64::from(added)),
            })),
            Err(_) => found.push(AddedFile { commit, author, path: String::new(), added: None }),
        }
        ControlFlow::Continue(())
    });
    bar.finish();
    found
}

fn is_below(file: &str, path: &str) -> bool {
    path.is_empty() || file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn excluded<'e>(sources: &Sources, paths: &[&str], ignored: &'e IgnoredRevisions) -> Result<Excluded<'e>, Error> {
    let mut paths = paths.to_vec();
    paths.sort_unstable();
    paths.dedup();
    let root = sources.repo.work_dir().unwrap_or(sources.repo.git_dir());
    let generated = if paths.is_empty() { HashMap::new() } else { generated_files(root, &paths)? };
    let exclusion = |path: &&str| -> Option<(String, Exclusion)> {
        Some(((*path).to_owned(), analysis::exclusion(path, &generated)?))
    };
    Ok(Excluded { files: paths.iter().filter_map(exclusion).collect(), commits: Some(&ignored.commits) })
}

fn not_known(context: &Context<'_>, paths: &[String], error: Error) -> Error {
    if !error.to_string().contains("did not match any") {
        return error;
    }
    let files = git::known_files(context.start());
    let folders = files.iter().flat_map(|file| Path::new(file).ancestors().skip(1).filter_map(Path::to_str));
    let places: Vec<&str> = files.iter().map(String::as_str).chain(folders).filter(|place| !place.is_empty()).collect();
    let meant = paths.iter().find_map(|path| crate::error::did_you_mean(path, places.iter().copied()));
    let named: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
    let error = Error::user(format!("git knows no file at {}", named.join(" or ")));
    error.with_hint(meant.unwrap_or_else(|| "name files or folders that git knows, as seen from this folder".into()))
}

fn of_files(
    context: &Context<'_>,
    sources: &Sources,
    paths: &[String],
    ignored: &IgnoredRevisions,
    form: StatsForm,
) -> Result<LineStats, Error> {
    let words: Vec<OsString> = paths.iter().map(OsString::from).collect();
    let files = tracked_files(context.start(), &words).map_err(|error| not_known(context, paths, error.into()))?;
    let names: Vec<String> = files.iter().map(|file| inside(context, sources, file)).collect();
    let excluded = excluded(sources, &names.iter().map(String::as_str).collect::<Vec<_>>(), ignored)?;
    let option = |file: &std::path::PathBuf| {
        let mut option = OsString::from("--ignore-revs-file=");
        option.push(file);
        option
    };
    let options: Vec<OsString> = ignored.files.iter().map(option).collect();
    let bar = context.ui.progress("blaming files", Some(files.len() as u64), ProgressUnit::Count);
    let mut stats = LineStats::new(form, StatsOf::Files);
    for (files, names) in files.chunks(BATCH).zip(names.chunks(BATCH)) {
        let query = |file: &String| BlameQuery { options: options.clone(), file: file.into(), ..BlameQuery::default() };
        let queries: Vec<BlameQuery> = files.iter().map(query).collect();
        let blamed = git::blame_many(context.start(), &queries, &|| bar.advance(1));
        add_files(sources, names, blamed.into_iter().collect::<Result<_, _>>()?, &excluded, &mut stats)?;
    }
    bar.finish();
    Ok(stats)
}

/// Decides the lines of many files at once, and counts them.
fn add_files(
    sources: &Sources,
    names: &[String],
    blamed: Vec<Option<git::Blame>>,
    excluded: &Excluded<'_>,
    stats: &mut LineStats,
) -> Result<(), Error> {
    let (mut lines, mut ends) = (Vec::new(), Vec::new());
    for blamed in blamed {
        match blamed {
            Some(blamed) => lines.extend(blamed.lines.iter().map(|line| blank(line, text_of(&blamed, line)))),
            None => stats.add_uncounted(),
        }
        ends.push(lines.len());
    }
    let lines = decided(sources, lines)?;
    let begins = std::iter::once(0).chain(ends.iter().copied());
    for (name, (begin, end)) in names.iter().zip(begins.zip(&ends)) {
        stats.add_lines(name, lines.get(begin..*end).unwrap_or_default(), excluded);
    }
    Ok(())
}

fn text_of<'b>(blamed: &'b git::Blame, line: &git::BlamedLine) -> &'b [u8] {
    blamed.text.get(line.content.clone()).unwrap_or_default()
}
