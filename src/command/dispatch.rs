//! Runs what the command line asks for.

use std::process::ExitCode as ProcessExit;

use clap::Parser;

use super::context::Context;
use super::{backfill, ci, doctor, import, ingest, install, man, notes, prices, problems, pull, settle, sql, status};
use crate::cli::{Cli, Command, CommentArgs, PullAction, SyncArgs};
use crate::error::{Error, ExitCode};
use crate::ui::{Environment, Settings, Ui};
use crate::{capture, scan};

/// Parses the command line, runs it and returns how the process ends.
pub fn run() -> ProcessExit {
    // Before anything else: a hook has no time for a command line, and must not fail on one.
    if std::env::args_os().nth(1).is_some_and(|word| word == "hook") && !asks_for_help() {
        let mut words = std::env::args_os().skip(2).map(|word| word.to_string_lossy().into_owned()).peekable();
        match words.peek().map(String::as_str) {
            Some("scan") => scan::run_silently(),
            _ => capture::run_silently(words),
        }
        return ProcessExit::SUCCESS;
    }
    let cli = Cli::parse();
    let settings = Settings { is_quiet: cli.global.quiet, has_no_pager: cli.global.no_pager, colour: cli.global.color };
    let ui = Ui::new(settings, Environment::read());
    match execute(cli, &ui) {
        Ok(code) => code.into(),
        Err(error) => {
            ui.error(&error);
            error.exit_code().into()
        }
    }
}

fn asks_for_help() -> bool {
    std::env::args_os().nth(2).is_some_and(|word| word == "--help" || word == "-h")
}

fn execute(cli: Cli, ui: &Ui) -> Result<ExitCode, Error> {
    let is_export = matches!(cli.command, Some(Command::Export(_)));
    if let Some(name) = cli.global.format.filter(|format| format.of_report().is_none() && !is_export) {
        let hint = format!("agent-trace export --format {}", name.name());
        return Err(Error::user(format!("`{}` is a format of `export` only", name.name())).with_hint(hint));
    }
    let context = Context::new(cli.global, ui)?;
    match cli.command {
        Some(Command::Ingest { paths, background }) => ingest::run(&context, &paths, background),
        Some(Command::Backfill { notes, dry_run }) => backfill::run(&context, notes, dry_run),
        Some(Command::Notes { action }) => notes::run(&context, action),
        Some(Command::Pr { action: PullAction::Report(args) }) => pull::report(&context, &args),
        Some(Command::Settle(args)) => settle::run(&context, &args),
        Some(Command::Import { files }) => import::run(&context, &files),
        Some(Command::Pr { action: PullAction::Comment(args) }) => comment(&context, &args),
        Some(Command::Sync(args)) => sync(&context, &args),
        Some(Command::Problems { limit }) => problems::run(&context, limit),
        Some(Command::Prices { action }) => prices::run(&context, action),
        Some(Command::Sql { statement, limit }) => sql::run(&context, &statement, limit),
        Some(Command::InstallHooks(args)) => install::install(&context, &args),
        Some(Command::UninstallHooks(args)) => install::uninstall(&context, &args),
        Some(Command::Ci { action }) => ci::run(&context, &action),
        Some(Command::Status) => status::run(&context),
        Some(Command::Doctor) => doctor::run(&context),
        Some(Command::Completions { shell }) => man::completions(&context, shell),
        Some(Command::Man) => man::page(&context),
        Some(Command::Hook { .. }) => Ok(ExitCode::Ok), // Was run before the command line was read.
        report => reports(&context, report),
    }
}

#[cfg(feature = "forge")]
fn comment(context: &Context<'_>, args: &CommentArgs) -> Result<ExitCode, Error> {
    super::pull_comment::comment(context, args)
}

#[cfg(feature = "forge")]
fn sync(context: &Context<'_>, args: &SyncArgs) -> Result<ExitCode, Error> {
    super::sync::run(context, args)
}

#[cfg(not(feature = "forge"))]
fn comment(_: &Context<'_>, _: &CommentArgs) -> Result<ExitCode, Error> {
    no_forge()
}

#[cfg(not(feature = "forge"))]
fn sync(_: &Context<'_>, _: &SyncArgs) -> Result<ExitCode, Error> {
    no_forge()
}

#[cfg(not(feature = "forge"))]
fn no_forge() -> Result<ExitCode, Error> {
    let error = Error::user("this build speaks to no forge");
    Err(error.with_hint("install with the default features: cargo install --path . --locked"))
}

#[cfg(feature = "analytics")]
fn reports(context: &Context<'_>, command: Option<Command>) -> Result<ExitCode, Error> {
    use super::{blame, export, prs, reports, show, stats, why};
    match command {
        Some(Command::Cost { by, limit, filter }) => reports::cost(context, by, limit, &filter),
        Some(Command::Log { revision, limit, filter }) => reports::log(context, revision.as_deref(), limit, &filter),
        Some(Command::Show { target, prompt }) => show::run(context, &target, prompt),
        Some(Command::Blame(args)) => blame::run(context, &args),
        Some(Command::Export(args)) => export::run(context, &args),
        Some(Command::Stats(args)) => stats::run(context, &args),
        Some(Command::Why { target, prompt }) => why::run(context, &target, prompt),
        Some(Command::Prs(args)) => prs::run(context, &args),
        Some(Command::Sessions { limit, filter }) => reports::sessions(context, limit, &filter),
        _ => reports::overview(context),
    }
}

#[cfg(not(feature = "analytics"))]
fn reports(_: &Context<'_>, _: Option<Command>) -> Result<ExitCode, Error> {
    let error = Error::user("this build has no reports");
    Err(error.with_hint("install with the default features: cargo install --path . --locked"))
}
