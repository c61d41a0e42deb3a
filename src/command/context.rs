//! What every command needs: the repository, the database, prices, the way out.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use etcetera::BaseStrategy;

use crate::cli::{FormatName, Global};
use crate::clock;
use crate::error::{Error, ExitCode};
use crate::git::Repo;
use crate::model::Timestamp;
use crate::paths;
use crate::pricing::PriceBook;
use crate::render::{Format, Options, render};
use crate::report::{PriceTable, Report};
use crate::store::Reader;
use crate::ui::Ui;

/// The surroundings of one run.
pub(super) struct Context<'u> {
    pub(super) ui: &'u Ui,
    pub(super) global: Global,
    pub(super) zone: Tz,
    pub(super) now: Timestamp,
    start: PathBuf,
}

impl<'u> Context<'u> {
    pub(super) fn new(global: Global, ui: &'u Ui) -> Result<Context<'u>, Error> {
        let here = std::env::current_dir().map_err(|error| {
            Error::environment("the current folder cannot be read").with_source(error).with_hint("did it get deleted?")
        })?;
        let start = global.directory.as_ref().map_or(here.clone(), |folder| here.join(folder));
        let zone = zone(global.timezone.as_deref())?;
        Ok(Context { ui, global, zone, now: clock::now(), start })
    }

    /// Returns the repository around the working folder.
    pub(super) fn repo(&self) -> Result<Repo, Error> {
        if !self.start.is_dir() {
            let error = Error::user(format!("`{}` is not a folder", self.start.display()));
            return Err(error.with_hint("name an existing folder with -C PATH"));
        }
        Ok(Repo::discover(&self.start)?)
    }

    /// Returns the folder the program works in.
    pub(super) fn start(&self) -> &Path {
        &self.start
    }

    /// Returns where the database of a repository is.
    pub(super) fn database(&self, repo: &Repo) -> PathBuf {
        paths::database(repo.common_dir())
    }

    /// Opens the database for reading.
    pub(super) fn reader(&self, repo: &Repo) -> Result<Reader, Error> {
        Ok(Reader::open(&self.database(repo))?)
    }

    /// Returns the user's configuration folder.
    pub(super) fn config_dir(&self) -> Option<PathBuf> {
        etcetera::choose_base_strategy().ok().map(|strategy| strategy.config_dir())
    }

    /// Returns the price table with the user's own prices laid over it.
    pub(super) fn prices(&self, repo: Option<&Repo>) -> Result<PriceBook, Error> {
        let config = self.config_dir();
        let named = std::env::var_os("AGENT_TRACE_PRICES").filter(|path| !path.is_empty()).map(PathBuf::from);
        let files = paths::price_files(config.as_deref(), repo.map(Repo::common_dir), named.as_deref());
        files.iter().try_fold(PriceBook::embedded(), |book, path| lay_over(book, path))
    }

    /// Tells whether the answer is for a program.
    #[cfg(feature = "forge")]
    pub(super) fn is_json(&self) -> bool {
        self.global.json || self.global.format == Some(crate::cli::FormatName::Json)
    }

    /// Prints a report in the format asked for.
    pub(super) fn print(&self, report: &Report) -> Result<ExitCode, Error> {
        self.print_within(report, self.ui.width())
    }

    /// Prints a report whose lines are never cut.
    #[cfg(feature = "analytics")]
    pub(super) fn print_whole(&self, report: &Report) -> Result<ExitCode, Error> {
        self.print_within(report, usize::MAX)
    }

    fn print_within(&self, report: &Report, width: usize) -> Result<ExitCode, Error> {
        let options = Options {
            format: if self.global.json {
                Format::Json
            } else {
                self.global.format.and_then(FormatName::of_report).unwrap_or_default()
            },
            width,
            theme: self.ui.theme(),
            is_pretty: self.ui.is_terminal(),
        };
        self.ui.print(&render(report, &options)?)?;
        Ok(ExitCode::Ok)
    }
}

fn lay_over(book: PriceBook, path: &Path) -> Result<PriceBook, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::user(format!("the price file `{}` cannot be read", path.display()))
            .with_source(error)
            .with_hint("unset AGENT_TRACE_PRICES, or name a file that exists")
    })?;
    Ok(book.with_overrides(&text, &path.display().to_string())?)
}

/// Returns what reports say of the prices they used.
pub(super) fn price_table(book: &PriceBook) -> PriceTable {
    PriceTable { version: book.version().to_owned(), date: book.date().to_owned(), sources: book.sources().to_vec() }
}

fn zone(asked: Option<&str>) -> Result<Tz, Error> {
    let Some(name) = asked.map(|name| name.trim_start_matches(':')).filter(|name| !name.is_empty()) else {
        let system = iana_time_zone::get_timezone().ok();
        return Ok(system.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC));
    };
    name.parse().map_err(|_| {
        let names = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let hint = crate::error::did_you_mean(name, names);
        let hint = hint.unwrap_or_else(|| "use a name of the IANA list, such as Europe/Paris or UTC".into());
        Error::user(format!("`{name}` is not the name of a time zone")).with_hint(hint)
    })
}
