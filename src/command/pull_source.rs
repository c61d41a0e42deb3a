//! Where the commits and the notes of a pull request are read: in this clone, and in what was fetched beside it.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::time::Duration;

use super::context::Context;
use super::pull_ends::{Ends, too_shallow, variable};
use crate::cli::PullArgs;
use crate::error::Error;
use crate::git::{GitError, NOTES_REF, PullEnds, PullRange, Repo, SomeNotes, Visit};
use crate::model::CommitId;
use crate::runner::{self, Event, Login};

/// The repository that has the history, and what else was fetched.
pub(super) struct Source {
    /// It has the commits.
    pub(super) repo: Repo,
    /// The commits at both ends.
    pub(super) ends: PullEnds,
    /// The commits between them.
    pub(super) range: PullRange,
    /// An earlier last commit, as it was named.
    pub(super) since: Option<String>,
    /// The clone around us, if that is another.
    clone: Option<Repo>,
    /// Goes last.
    _folder: Option<Folder>,
}

impl Source {
    /// Looks here, and on the remote if that is asked for and something is missing.
    ///
    /// # Errors
    /// With what is missing and how it is had.
    pub(super) fn open(context: &Context<'_>, args: &PullArgs, event: &Event) -> Result<Source, Error> {
        let (repo, named) = (context.repo()?, Ends::of(args, event));
        let since = named.since.clone();
        let missing = match named.here(&repo) {
            Ok(ends) => {
                let range = repo.pull_range(&ends.base, &ends.head)?;
                if range.is_complete || !repo.is_shallow() {
                    return Ok(Source { repo, ends, range, since, clone: None, _folder: None });
                }
                too_shallow(&ends)
            }
            Err(error) => error,
        };
        let Some(asked) = &args.fetch else { return Err(missing) };
        let ends = named.anywhere(&repo)?;
        let (remote, folder) = (remote(&repo, asked.as_deref())?, Folder::new()?);
        let there = visit(&repo, &remote, args, |visit| Ok(repo.fetch_pull(visit, &ends, &folder.new_place()?)?))?;
        let range = there.pull_range(&ends.base, &ends.head)?;
        Ok(Source { repo: there, ends, range, since, clone: Some(repo), _folder: Some(folder) })
    }

    /// Returns the notes of commits: those of this clone and, if that is asked for, of the remote and of the fork the
    /// pull request comes from. Notes are sets of lines: those of several places meet by union.
    ///
    /// # Errors
    /// If the remote cannot be asked; a fork that cannot is left out with a warning.
    pub(super) fn notes(
        &self,
        context: &Context<'_>,
        args: &PullArgs,
        event: &Event,
        wanted: &[CommitId],
    ) -> Result<SomeNotes, Error> {
        let repo = self.clone.as_ref().unwrap_or(&self.repo);
        let mut found = vec![repo.some_notes(NOTES_REF, wanted)?];
        if let Some(remote) = repo.default_remote() {
            found.push(repo.some_notes(&repo.notes_tracking_ref(&remote), wanted)?);
        }
        let Some(asked) = &args.fetch else { return Ok(joined(found)) };
        let folder = Folder::new()?;
        let fetch = |remote: &str| {
            visit(repo, remote, args, |visit| Ok(repo.fetch_some_notes(visit, wanted, &folder.new_place()?)?))
        };
        found.extend(fetch(&remote(repo, asked.as_deref())?)?);
        match event.fork.as_deref().map(fetch) {
            Some(Ok(some)) => found.extend(some),
            Some(Err(error)) => context.ui.warning(&format!("the fork's notes are left out: {error}")),
            None => {}
        }
        Ok(joined(found))
    }
}

/// The remote that was named, else that of the clone, else the runner's own repository.
fn remote(repo: &Repo, asked: Option<&str>) -> Result<String, Error> {
    let named = asked.map(str::to_owned).or_else(|| repo.default_remote());
    named.or_else(|| Login::address(runner::kind(&variable), &variable)).ok_or_else(|| {
        Error::user("there is no remote to fetch from").with_hint("agent-trace pr report --fetch=<remote>")
    })
}

/// Asks a remote, as the job that may read it if it is the job's own repository.
fn visit<T>(
    repo: &Repo,
    remote: &str,
    args: &PullArgs,
    ask: impl FnOnce(&Visit<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let limit = Duration::from_secs(args.timeout.clamp(1, 3_600));
    let address = repo.address_of(remote, limit)?;
    let login = Login::read(runner::kind(&variable), &variable).filter(|login| login.is_for(&address));
    ask(&Visit { remote, header: login.as_ref().map(|login| login.header.as_str()), limit })
}

fn joined(found: Vec<SomeNotes>) -> SomeNotes {
    let mut texts: BTreeMap<CommitId, Vec<u8>> = BTreeMap::new();
    let mut unread: BTreeSet<CommitId> = BTreeSet::new();
    for some in found {
        for (id, text) in some.texts {
            let known = texts.entry(id).or_default();
            known.push(b'\n');
            known.extend(text);
        }
        unread.extend(some.unread);
    }
    unread.retain(|id| !texts.contains_key(id));
    SomeNotes { texts, unread: unread.into_iter().collect() }
}

/// A folder for what is fetched; it goes with this value.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new() -> Result<Folder, Error> {
        let path = std::env::temp_dir().join(format!("agent-trace-{:016x}", random()));
        std::fs::create_dir(&path).map_err(|error| {
            Error::environment("no temporary folder could be made").with_source(error).with_hint("set TMPDIR")
        })?;
        Ok(Folder { path })
    }

    /// Returns an empty folder in it.
    pub(super) fn new_place(&self) -> Result<PathBuf, GitError> {
        let place = self.path.join(format!("{:016x}", random()));
        let failed = |source: std::io::Error| GitError::Unwritable { path: place.clone(), source: source.into() };
        std::fs::create_dir(&place).map_err(failed)?;
        Ok(place)
    }
}

fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What the system cannot remove it cleans up itself: it is its folder for such things.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
