//! `pr comment`: the report of a pull request, as one comment on its forge.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::context::Context;
use super::pull::{budget, made, verdict};
use super::pull_ends::{event, variable};
use super::pull_runner::{Runner, tell};
use crate::cli::{CommentArgs, PullArgs};
use crate::error::{Error, ExitCode};
use crate::forge::{
    ForgeError, Key, Outcome, Patience, Posting, PullNumber, Site, State, Target, Token, connect, gh_folder, post,
};
use crate::git::Repo;
use crate::pull::{MAX_REPORT_BYTES, judge, read_report};
use crate::render::{CommentFrame, CommentLimit, Vouched, pull_comment};
use crate::report::{CommentAction, CommentBehavior, CommentReport, ForgeKind, PullReport, Report};
use crate::runner::{self, Event};

/// Comments on the pull request and tells the runner what it cost, with or without a comment.
pub(super) fn comment(context: &Context<'_>, args: &CommentArgs) -> Result<ExitCode, Error> {
    let runner = Runner::of_process();
    let kind = args.forge.unwrap_or_else(|| runner::kind(&variable));
    let (key, event) = (key(&args.key)?, event()?);
    let (report, source) = match &args.report {
        Some(file) => (from_file(&args.pull, file, &event)?, None),
        None => made(context, &args.pull, &event).map(|(report, source)| (report, Some(source)))?,
    };
    let (limit, link) = (CommentLimit::GITHUB, runner.link());
    let text = pull_comment(&report, &CommentFrame { limit, link: link.as_deref(), vouched: vouched(args, &event) });
    if args.dry_run {
        return show(context, text);
    }
    tell(&runner, &report, &text)?;
    let said =
        Said { key, kind, event: &event, report: &report, repo: source.as_ref().map(|one| &one.repo), text: &text };
    let (pull, outcome) = match args.behavior {
        CommentBehavior::Off => (None, nothing(CommentAction::Off)),
        _ => write(context, args, &runner, said)?,
    };
    runner.output("comment_url", outcome.url.clone().unwrap_or_default())?;
    if let Some(trouble) = &outcome.trouble {
        context.ui.warning(&trouble.to_string());
        trouble.hint().into_iter().for_each(|hint| context.ui.hint(hint));
    }
    let is_missing = args.require_comment && outcome.action == CommentAction::Forbidden;
    context.print(&Report::PullComment(Box::new(page(pull, outcome))))?;
    Ok(if is_missing { ExitCode::Negative } else { verdict(&args.pull, &report) })
}

/// Who says what the report says. A job that runs behind another one does not know that one's code.
fn vouched(args: &CommentArgs, event: &Event) -> Vouched {
    let is_fork = event.is_fork || event.run.as_ref().is_some_and(|run| run.is_fork);
    match (is_fork, &args.report) {
        (true, _) => Vouched::Fork,
        (false, Some(_)) => Vouched::File,
        (false, None) => Vouched::Notes,
    }
}

/// Reads the report of another job. Which pull request it is about is the event's to say, and so is its last commit.
fn from_file(args: &PullArgs, file: &Path, event: &Event) -> Result<PullReport, Error> {
    let wrong = || Error::user(format!("`{}` is no report to comment with", file.display()));
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|open| open.take(MAX_REPORT_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| wrong().with_source(error).with_hint("agent-trace pr report --json > FILE"))?;
    let hint = "write it with `agent-trace pr report --json`, with the same version";
    let mut report = read_report(&bytes).map_err(|error| wrong().with_source(error).with_hint(hint))?;
    let head = event.run.as_ref().map(|run| &run.commit).or(event.head.as_ref());
    if let Some(head) = head.filter(|head| **head != report.head) {
        let source = format!("it is about {}, the event about {head}", report.head);
        return Err(wrong().with_source(source).with_hint("take the report of the run that the event names"));
    }
    judge(&mut report, budget(args)?);
    Ok(report)
}

fn key(text: &str) -> Result<Key, Error> {
    Key::parse(text).ok_or_else(|| {
        let hint = "use letters, digits, `.`, `_` and single `-`";
        Error::user(format!("`{text}` cannot be the name of a comment")).with_hint(hint)
    })
}

/// What is to be said, and on which forge.
struct Said<'s> {
    key: Key,
    kind: ForgeKind,
    event: &'s Event,
    report: &'s PullReport,
    repo: Option<&'s Repo>,
    text: &'s str,
}

fn write(
    context: &Context<'_>,
    args: &CommentArgs,
    runner: &Runner,
    said: Said<'_>,
) -> Result<(Option<u64>, Outcome), Error> {
    let site = Site::read(Some(said.kind), args.repo.as_deref(), &variable)?;
    let gh = gh_folder(&variable, context.config_dir());
    let token = Token::find(&site, args.token_env.as_deref(), &variable, gh.as_deref())?;
    let forge = connect(&site, &token, Patience::default())?;
    let pull = match args.number {
        Some(number) => Ok(PullNumber(number)),
        None => Target::of(said.event)?.number(&*forge),
    };
    let pull = match pull {
        // Its author was faster than the run behind the run.
        Err(moved @ ForgeError::NoPull) if said.event.run.is_some() => {
            return Ok((None, Outcome { trouble: Some(moved), ..nothing(CommentAction::Outdated) }));
        }
        other => other?,
    };
    let is_ancestor = |old: &str, new: &str| {
        let repo = said.repo?;
        Some(repo.is_ancestor(&repo.resolve(old)?, &repo.resolve(new)?))
    };
    let posting = Posting {
        pull,
        key: said.key,
        state: State::new(&said.report.head, rank(runner, said.report)),
        micro_usd: said.report.total.cost.and_then(|cost| u64::try_from(cost.0 / 1_000).ok()),
        text: said.text,
        behavior: args.behavior,
        author: args.author.as_deref(),
        is_ancestor: &is_ancestor,
    };
    Ok((Some(pull.0), post(&*forge, &posting)?))
}

/// Runs are counted up; without a runner, a pull request grows.
fn rank(runner: &Runner, report: &PullReport) -> u64 {
    runner.run_number().unwrap_or(report.commits.len() as u64)
}

fn show(context: &Context<'_>, text: String) -> Result<ExitCode, Error> {
    if context.is_json() {
        let page = CommentReport { body: Some(text), ..page(None, nothing(CommentAction::DryRun)) };
        return context.print(&Report::PullComment(Box::new(page)));
    }
    context.ui.print(&text)?;
    Ok(ExitCode::Ok)
}

fn nothing(action: CommentAction) -> Outcome {
    Outcome { action, url: None, retired: 0, trouble: None }
}

fn page(pull: Option<u64>, outcome: Outcome) -> CommentReport {
    let Outcome { action, url, retired, trouble } = outcome;
    let problem = trouble.map(|trouble| trouble.to_string());
    CommentReport { pull, action, url, retired: retired as u64, problem, body: None }
}
