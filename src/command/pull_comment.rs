//! `pr comment`: the report of a pull request, as one comment on its forge.

use super::context::Context;
use super::pull::{made, verdict};
use super::pull_runner::{Runner, tell};
use crate::cli::CommentArgs;
use crate::error::{Error, ExitCode};
use crate::forge::{
    Key, Outcome, Patience, Posting, PullNumber, Site, State, Target, Token, connect, gh_folder, post, runner_kind,
};
use crate::render::{CommentLimit, pull_comment};
use crate::report::{CommentAction, CommentBehavior, CommentReport, ForgeKind, PullReport, Report};

/// Comments on the pull request and tells the runner what it cost, with or without a comment.
pub(super) fn comment(context: &Context<'_>, args: &CommentArgs) -> Result<ExitCode, Error> {
    let runner = Runner::of_process();
    let kind = args.forge.unwrap_or_else(|| runner_kind(&|name| runner.value(name)));
    let key = key(&args.key)?;
    let report = made(context, &args.pull)?;
    let text = pull_comment(&report, CommentLimit::GITHUB, runner.link().as_deref());
    if args.dry_run {
        return show(context, text);
    }
    tell(&runner, &report, &text)?;
    let said = Said { key, kind, report: &report, text: &text };
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
    report: &'s PullReport,
    text: &'s str,
}

fn write(
    context: &Context<'_>,
    args: &CommentArgs,
    runner: &Runner,
    said: Said<'_>,
) -> Result<(Option<u64>, Outcome), Error> {
    let env = |name: &str| runner.value(name);
    let site = Site::read(Some(said.kind), args.repo.as_deref(), &env)?;
    let gh = gh_folder(&env, context.config_dir());
    let token = Token::find(&site, args.token_env.as_deref(), &env, gh.as_deref())?;
    let forge = connect(&site, &token, Patience::default())?;
    let pull = match args.number {
        Some(number) => PullNumber(number),
        None => Target::read(said.kind, &env)?.number(&*forge)?,
    };
    let repo = context.repo()?;
    let is_ancestor = |old: &str, new: &str| Some(repo.is_ancestor(&repo.resolve(old)?, &repo.resolve(new)?));
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
