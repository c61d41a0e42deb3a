//! The law of money: the notes of commits that can be reached add up to the shares of the store, every dollar once.

use super::world::World;
use agent_trace::git::{NOTES_REF, Repo};
use agent_trace::model::CommitId;
use agent_trace::notes::{Counter, Note, Sum};
use std::path::Path;

/// Returns what is wrong, in words.
pub(super) fn difference(world: &World, folder: &Path) -> Option<String> {
    let listed = ["rev-list", "--branches", "--tags", "--remotes", "HEAD"];
    let listed = world.git_list(folder, &listed, &[]).success().stdout;
    let repo = Repo::discover(folder).unwrap();
    let notes = repo.notes(NOTES_REF).unwrap();
    let of_commit = |line: &str| repo.note(&notes, &CommitId::parse(line).unwrap());
    let sum = Sum::of(listed.lines().filter_map(of_commit).map(|text| Note::parse(&text)).collect::<Vec<_>>().iter());
    let (nano, requests) = shared(world);
    let noted = sum.total();
    let missing = nano - noted.get(Counter::MicroUsd) as i64 * 1_000;
    // Every record is rounded down to a whole micro-dollar.
    let is_all_there = (0..1_000 * sum.usage().count().max(1) as i64).contains(&missing);
    let is_right = is_all_there && noted.get(Counter::Requests) == requests;
    let said =
        || format!("{missing} of {nano} nano-USD missing, {} of {requests} requests", noted.get(Counter::Requests));
    (!is_right).then(said)
}

/// The money of all shares in nano-USD, and how many requests have any.
#[expect(clippy::disallowed_methods, reason = "the law is about what stands in the file itself")]
fn shared(world: &World) -> (i64, u64) {
    let connection = rusqlite::Connection::open(world.path(".git/agent-trace/trace.db")).unwrap();
    let statement = "SELECT coalesce(sum(nano_usd), 0), count(DISTINCT message_id) FROM shares";
    connection.query_row(statement, [], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64))).unwrap()
}
