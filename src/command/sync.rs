//! `sync`: pull requests from a forge into the database, page by page, so that it may be stopped anywhere.

use std::cell::RefCell;
use std::time::Duration;

use super::context::Context;
use super::pull_rows::row_of;
use super::pull_runner::Runner;
use super::time_argument;
use crate::cli::SyncArgs;
use crate::error::{Error, ExitCode};
use crate::forge::{
    self, Asked, ForgeError, GitLabPulls, GraphPulls, Memory, OVERLAP_MS, Patience, Place, PullPage, PullSource,
    RestPulls, Site, Token, gh_folder, read_some, walk,
};
use crate::model::Timestamp;
use crate::report::{ForgeKind, Report, SyncReport};
use crate::store::{PullSync, StoreError, Writer};
use crate::ui::{Progress, ProgressUnit};

/// Merged pull requests are asked for again for so long: comments and reverts come late.
const RESTLESS_MS: i64 = 30 * 86_400_000;
/// Answers that were not asked for in so long are forgotten.
const CACHE_MS: i64 = 90 * 86_400_000;

/// Runs `agent-trace sync`.
pub(super) fn run(context: &Context<'_>, args: &SyncArgs) -> Result<ExitCode, Error> {
    let runner = Runner::of_process();
    let env = |name: &str| runner.value(name);
    let kind = args.forge.unwrap_or_else(|| crate::runner::kind(&env));
    let repo = context.repo()?;
    let since = args.since.as_deref().map(|text| time_argument::parse(text, context.zone, context.now)).transpose()?;
    let site = Site::read(Some(kind), args.repo.as_deref().or(at_remote(&repo, kind, &env).as_deref()), &env)?;
    let gh = gh_folder(&env, context.config_dir());
    let token = Token::find(&site, args.token_env.as_deref(), &env, gh.as_deref())?;
    let patience = Patience { pauses: Duration::from_secs(args.wait), ..Patience::default() };
    let store = Store { writer: RefCell::new(Writer::open(&context.database(&repo))?), now: context.now };
    let source = source(args, &site, &token, patience, &store)?;
    let mut sync = Sync::new(context, &store, &*source, &site)?;
    let end = match args.pull {
        Some(number) => sync.one(number),
        None => sync.all(since),
    };
    sync.finish(kind, end)
}

/// GraphQL for many, REST for one, and where there is nothing else.
fn source<'s>(
    args: &SyncArgs,
    site: &Site,
    token: &Token,
    patience: Patience,
    store: &'s Store,
) -> Result<Box<dyn PullSource + 's>, Error> {
    if site.kind == ForgeKind::GitLab {
        return Ok(Box::new(GitLabPulls::new(site, token, patience, store)?));
    }
    let graph = if args.rest || args.pull.is_some() { None } else { GraphPulls::new(site, token, patience)? };
    Ok(match graph {
        Some(graph) => Box::new(graph),
        None => Box::new(RestPulls::new(site, token, patience, store)?),
    })
}

/// `--repo`, the runner, else the remote that is on this forge.
fn at_remote(repo: &crate::git::Repo, kind: ForgeKind, env: crate::runner::Env<'_>) -> Option<String> {
    forge::repository_at(kind, env, &repo.remote_urls())
}

/// The database, as the place of earlier answers too.
struct Store {
    writer: RefCell<Writer>,
    now: Timestamp,
}

impl Memory for Store {
    /// A memory that fails is none.
    fn recall(&self, key: &str) -> Option<(String, String)> {
        self.writer.borrow().cached(key).ok().flatten()
    }

    fn keep(&self, key: &str, tag: &str, value: &str) {
        let rows = [(key.to_owned(), tag.to_owned(), value.to_owned())];
        let _ = self.writer.borrow_mut().cache(&rows, self.now.0, self.now.0 - CACHE_MS);
    }
}

/// One reading.
struct Sync<'s> {
    context: &'s Context<'s>,
    store: &'s Store,
    source: &'s dyn PullSource,
    state: PullSync,
    bar: Progress,
    fetched: u64,
    again: u64,
    is_resumed: bool,
}

impl<'s> Sync<'s> {
    fn new(
        context: &'s Context<'s>,
        store: &'s Store,
        source: &'s dyn PullSource,
        site: &Site,
    ) -> Result<Sync<'s>, Error> {
        let (forge, repository) = (site.address(), site.repository().to_owned());
        let mut writer = store.writer.borrow_mut();
        let known = writer.pull_sync()?;
        let is_other = known.as_ref().is_some_and(|known| (&known.forge, &known.repository) != (&forge, &repository));
        if is_other {
            writer.forget_pulls()?;
        }
        let fresh = PullSync { forge, repository, ..PullSync::default() };
        let state = known.filter(|_| !is_other).unwrap_or(fresh);
        drop(writer);
        let bar = context.ui.progress("fetching pull requests", None, ProgressUnit::Count);
        Ok(Sync { context, store, source, state, bar, fetched: 0, again: 0, is_resumed: false })
    }

    fn one(&mut self, number: u64) -> Result<(), Stop> {
        let Some(pull) = self.source.one(number)? else {
            let error = Error::user(format!("`{}` has no pull request {number}", self.state.repository));
            return Err(error.with_hint("see the number and the repository, and whether the token may read it").into());
        };
        self.keep(&PullPage { pulls: vec![pull], ..PullPage::default() })
    }

    /// What an earlier reading left, then what changed since, then what changes without saying so.
    fn all(&mut self, since: Option<Timestamp>) -> Result<(), Stop> {
        if self.state.cursor.is_some() {
            self.is_resumed = true;
            let place = Place { cursor: self.state.cursor.clone(), high: self.state.high, floor: self.state.floor };
            self.pages(place)?;
        }
        let floor = self.floor(since);
        self.pages(Place { floor, ..Place::default() })?;
        let (oldest, now) = (self.context.now.0 - RESTLESS_MS, self.context.now.0);
        let numbers = self.store.writer.borrow().restless_pulls(oldest, now)?;
        let source = self.source;
        read_some(source, &numbers, &mut |page| {
            self.again += page.pulls.len() as u64;
            self.keep(page)
        })?;
        self.state.synced_at = Some(now);
        self.keep(&PullPage::default())
    }

    /// How far down a reading goes: to what is known, or to an earlier time than was ever asked for.
    fn floor(&mut self, since: Option<Timestamp>) -> Option<i64> {
        let known = self.state.watermark.map(|watermark| watermark - OVERLAP_MS);
        let wanted = since.map(|since| since.0);
        let goes_deeper = match (self.state.watermark, self.state.since, wanted) {
            (None, ..) => true,
            (Some(_), Some(before), Some(wanted)) => wanted < before,
            _ => false,
        };
        if goes_deeper {
            self.state.since = wanted;
        }
        if goes_deeper { wanted } else { known }
    }

    fn pages(&mut self, place: Place) -> Result<(), Stop> {
        let source = self.source;
        walk(source, place, &mut |step| {
            if let Some(next) = step.next {
                (self.state.cursor, self.state.high, self.state.floor) = (next.cursor.clone(), next.high, next.floor);
            } else {
                self.state.watermark = self.state.watermark.max(Some(step.high));
                (self.state.cursor, self.state.high, self.state.floor) = (None, None, None);
            }
            self.keep(step.page)
        })
    }

    fn keep(&mut self, page: &PullPage) -> Result<(), Stop> {
        let rows: Vec<_> = page.pulls.iter().filter_map(row_of).collect();
        self.store.writer.borrow_mut().keep_pulls(&rows, &self.state, self.context.now.0)?;
        self.fetched += page.pulls.len() as u64;
        self.bar.advance(page.pulls.len() as u64);
        Ok(())
    }

    /// A limit of the forge is no failure: what was fetched is kept, and the time to go on is told.
    fn finish(self, kind: ForgeKind, end: Result<(), Stop>) -> Result<ExitCode, Error> {
        self.bar.finish();
        let limit = match end {
            Ok(()) => None,
            Err(Stop::Forge(error)) if error.is_limit() => Some(error),
            Err(Stop::Forge(error)) if self.fetched > 0 => {
                let hint = format!("{} fetched ones are kept; run it again, and it goes on there", self.fetched);
                return Err(Error::from(error).with_hint(hint));
            }
            Err(stop) => return Err(stop.into()),
        };
        let pause = limit.as_ref().and_then(ForgeError::pause).map(|pause| pause.as_millis() as i64);
        let Asked { requests, unchanged, points } = self.source.asked();
        let report = SyncReport {
            forge: kind,
            repository: self.state.repository,
            fetched: self.fetched,
            again: self.again,
            known: self.store.writer.borrow().count_pulls()?,
            is_resumed: self.is_resumed,
            requests,
            unchanged,
            points,
            watermark: self.state.watermark.map(Timestamp),
            since: self.state.since.map(Timestamp),
            stopped: limit.as_ref().map(ToString::to_string),
            resume_at: pause.map(|pause| Timestamp(self.context.now.0 + pause)),
            timezone: self.context.zone.name().to_owned(),
        };
        self.context.print(&Report::Sync(Box::new(report)))?;
        Ok(if limit.is_some() { ExitCode::Negative } else { ExitCode::Ok })
    }
}

/// Why a reading ended early.
enum Stop {
    Forge(ForgeError),
    Other(Error),
}

impl From<ForgeError> for Stop {
    fn from(error: ForgeError) -> Stop {
        Stop::Forge(error)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Other(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop::Other(error.into())
    }
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Error {
        match stop {
            Stop::Forge(error) => error.into(),
            Stop::Other(error) => error,
        }
    }
}
