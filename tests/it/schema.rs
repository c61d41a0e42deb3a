//! What earlier versions wrote stays readable: released migrations do not change, and a database of every format is kept.
//!
//! `AGENT_TRACE_WRITE_FIXTURE=1 cargo test --test it schema` writes the database of this version's format, if there is
//! none yet.

use crate::books::{database, program, totals};
use crate::harness::World;
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};

/// Released migrations and their BLAKE3 hashes: append, never edit. Whoever wants to change one writes the next.
const RELEASED: [(&str, &str); 7] = [
    ("0001_facts.sql", "915d475d038a4854d72561290d09e28f166c155bde76918dfc1a55a6c437d9b1"),
    ("0002_capture.sql", "63b8704237b7fdbdf8dff454c21ab84fcc89c050ff96eab21cb93009d228f7f4"),
    ("0003_notes.sql", "5be5b25cae4c9e92cb8999f423f40de6d096578b725a5c9b6804b8b42c43016e"),
    ("0004_lines.sql", "22d8d2d021a463abd741bbe3f9efeafb9e361f4e12edaf232ed0c4e07372221d"),
    ("0005_live.sql", "e127b6e3096229319dfd42040bf685b2de5015449b044c2446d7d138392d7b11"),
    ("0006_imported.sql", "12c48e846d60a61f749f4baf828684bb0e2d9b90a7b330d6489cbc5e3ddb2d41"),
    ("0007_pulls.sql", "8cbde3db429f2be36c7447d024faf8516c80715e098c9405588c24810898ae1b"),
];

/// Nano-USD and calls of the story below: three requests of 0.008412 USD.
const STORY: (i64, i64) = (25_236_000, 3);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn fixture() -> PathBuf {
    root().join("fixtures/db/v1.sqlite")
}

#[expect(clippy::disallowed_methods, reason = "the test looks at the file itself")]
fn open(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

#[test]
fn released_migrations_are_never_edited() {
    let folder = root().join("src/store/schema");
    for (name, expected) in RELEASED {
        let text = fs::read_to_string(folder.join(name)).unwrap().replace("\r\n", "\n");
        assert_eq!(
            blake3::hash(text.as_bytes()).to_hex().as_str(),
            expected,
            "`{name}` is released: write a new migration"
        );
    }
    let migrations = fs::read_dir(folder).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_str().unwrap().starts_with(|first: char| first.is_ascii_digit())
    });
    assert_eq!(migrations.count(), RELEASED.len(), "a new migration is entered here when it is released");
}

/// The story that every database of the fixtures tells.
fn story() -> World {
    let world = World::new();
    world.write("src/lib.rs", "pub fn old_name() -> u32 {\n    41\n}\n");
    world.commit("start");
    let session = world.claude("kept");
    session
        .says("rename it")
        .edits("src/lib.rs", "old_name() -> u32", "a_better_name() -> u64")
        .commits("rename")
        .stops();
    session.says("why?").thinks("because").replies("because it is better").stops();
    world
}

/// Returns the story's world with the database of the fixtures in its place.
fn story_with_fixture() -> World {
    let world = story();
    fs::create_dir_all(database(&world).parent().unwrap()).unwrap();
    fs::copy(fixture(), database(&world)).unwrap();
    world
}

#[test]
fn the_fixture_is_a_database_of_this_format() {
    if !fixture().exists() && std::env::var_os("AGENT_TRACE_WRITE_FIXTURE").is_some() {
        write_fixture();
    }
    let connection = open(&fixture());
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("PRAGMA user_version"), 1);
    assert_eq!(number("PRAGMA application_id"), i64::from(u32::from_be_bytes(*b"agtr")));
    assert_eq!(number("SELECT count(*) FROM migration"), 1);
}

/// Paths of the machine that wrote it are none of anybody's business.
fn write_fixture() {
    let world = story();
    let _ = world.run(["ingest"]).success();
    fs::create_dir_all(fixture().parent().unwrap()).unwrap();
    let connection = open(&database(&world));
    let root = world.path("..").canonicalize().unwrap();
    let root = root.to_str().unwrap();
    for (table, column) in [("source", "path"), ("meta", "value"), ("name", "text")] {
        let statement =
            format!("UPDATE {table} SET {column} = replace(replace({column}, ?1, '/home/ada'), ?2, '-home-ada')");
        connection.execute(&statement, [root, &root.replace('/', "-")]).unwrap();
    }
    connection
        .execute("UPDATE migration SET by_exe = '/usr/local/bin/agent-trace', applied_at = '2026-03-02'", [])
        .unwrap();
    connection.execute("VACUUM INTO ?1", [fixture().to_str().unwrap()]).unwrap();
}

#[test]
fn a_kept_database_answers_without_its_transcripts() {
    let world = story_with_fixture();
    assert_eq!(totals(&world), STORY);
    // What an older program wrote is read as it is, also by reports that ask for tables it does not have.
    for args in [&["prs"][..], &["cost", "--by", "pr"], &["log"]] {
        let _ = world.run_args(&[args, &["--no-refresh"]].concat()).success();
    }
    fs::remove_dir_all(world.transcripts_dir()).unwrap();
    let _ = world.run(["log"]).success();
    assert_eq!(totals(&world), STORY);
}

#[test]
fn a_kept_database_takes_more_in_and_counts_nothing_twice() {
    let world = story_with_fixture();
    let _ = world.run(["ingest"]).success(); // The same rows, from files in another place.
    assert_eq!(totals(&world), STORY);
    let fresh = story();
    let _ = fresh.run(["ingest"]).success();
    assert_eq!(totals(&fresh), STORY);
    world.claude("new").says("one more").replies("yes");
    let _ = world.run(["ingest"]).success();
    assert_eq!(totals(&world).1, STORY.1 + 1);
}

#[test]
fn a_kept_database_of_the_next_format_is_refused_unread_and_unwritten() {
    let world = story_with_fixture();
    let connection = open(&database(&world));
    connection.execute_batch("PRAGMA user_version = 2").unwrap();
    drop(connection);
    let before = fs::read(database(&world)).unwrap();
    let _ = world.run(["ingest"]).failure(2);
    let _ = world.run(["log", "--no-refresh"]).failure(2);
    assert_eq!(fs::read(database(&world)).unwrap(), before);
    let next = world.command(program(), &world.path("")).env("AGENT_TRACE_FORCE_FORMAT", "2").output().unwrap();
    assert!(next.status.success(), "the next version reads it");
}
