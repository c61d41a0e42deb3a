//! The law of line records: recorded bit by bit, while people and agents work and rewrite history, they are what is
//! recorded at once.

use crate::books::database;
use crate::harness::{Claude, World};
use proptest::prelude::*;
use rusqlite::Connection;
use std::fs;

/// Cases of the law; each is a day with real git and hooks.
const CASES: u32 = 4;

#[derive(Debug, Clone)]
enum Step {
    Edit(usize, u8),
    Replace(usize, u8),
    PersonTypes(u8),
    Bash(usize),
    Commit(usize),
    PersonCommits,
    Amend,
    Rename(u8),
    Ingest,
}

fn step() -> impl Strategy<Value = Step> {
    let (session, file) = (0usize..2, 0u8..3);
    prop_oneof![
        3 => (session.clone(), file.clone()).prop_map(|(session, file)| Step::Edit(session, file)),
        3 => (session.clone(), file.clone()).prop_map(|(session, file)| Step::Replace(session, file)),
        3 => file.clone().prop_map(Step::PersonTypes),
        1 => session.clone().prop_map(Step::Bash),
        2 => session.prop_map(Step::Commit),
        2 => Just(Step::PersonCommits),
        1 => Just(Step::Amend),
        1 => file.prop_map(Step::Rename),
        2 => Just(Step::Ingest),
    ]
}

fn take(world: &World, sessions: &[Claude<'_>], number: usize, step: &Step) {
    let path = |file: u8| format!("src/part_{file}.rs");
    let text = |file: u8| fs::read_to_string(world.path(&path(file))).unwrap_or_default();
    match step {
        Step::Edit(session, file) => {
            let added = format!("const VALUE_{number}: u32 = {number};\n}}\n");
            sessions[*session].says("go on").writes(&path(*file), &format!("{}{added}", text(*file)));
        }
        Step::Replace(session, file) => {
            let before = text(*file);
            if let Some(line) = before.lines().find(|line| line.len() > 4) {
                sessions[*session].says("better").edits(&path(*file), line, &format!("let by_agent = {number};"));
            }
        }
        Step::PersonTypes(file) => world.write(&path(*file), &format!("// By hand {number}.\n{}", text(*file))),
        Step::Bash(session) => {
            sessions[*session].runs_bash("make", "done");
        }
        Step::Commit(session) if is_dirty(world) => {
            sessions[*session].commits(&format!("work {number}"));
        }
        Step::PersonCommits | Step::Commit(_) => {
            let _ = world.git(["add", "--all"]);
            let _ = world.git(["commit", "--quiet", "--message", &format!("by hand {number}")]);
        }
        Step::Amend => {
            let _ = world.git(["add", "--all"]);
            let _ = world.git(["commit", "--quiet", "--amend", "--no-edit"]);
        }
        Step::Rename(file) => {
            let _ = world.git(["mv", &path(*file), &format!("src/moved_{number}.rs")]);
        }
        Step::Ingest => {
            let _ = world.run(["ingest"]).success();
        }
    }
    world.advance(60);
}

fn is_dirty(world: &World) -> bool {
    !world.git(["status", "--porcelain"]).success().stdout.is_empty()
}

const TABLES: [&str; 3] = ["line_commit", "line_file", "line_record"];

#[expect(clippy::disallowed_methods, reason = "the test looks at the file itself")]
fn records(world: &World) -> Vec<String> {
    let connection = Connection::open(database(world)).unwrap();
    let mut all = Vec::new();
    for table in TABLES {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let width = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<rusqlite::types::Value> = (0..width).map(|column| row.get(column).unwrap()).collect();
            all.push(format!("{table} {values:?}"));
        }
    }
    all.sort_unstable();
    all
}

#[expect(clippy::disallowed_methods, reason = "no command forgets what was recorded")]
fn forget_records(world: &World) {
    let connection = Connection::open(database(world)).unwrap();
    for table in TABLES {
        let _ = connection.execute(&format!("DELETE FROM {table}"), []).unwrap();
    }
    let _ = connection.execute("DELETE FROM meta WHERE key = 'lines_basis'", []).unwrap();
}

/// Lines that stand in records are numbered once, and have each part of a share once at most.
#[expect(clippy::disallowed_methods, reason = "the test looks at the file itself")]
fn assert_lawful(world: &World) {
    let connection = Connection::open(database(world)).unwrap();
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let overlaps = "SELECT count(*) FROM line_record AS one JOIN line_record AS other
        ON one.git_commit = other.git_commit AND one.path = other.path AND one.first < other.first
        AND one.first + one.count > other.first";
    assert_eq!(count(overlaps), 0, "a line stands in two records");
    let unlike_git = "SELECT count(*) FROM commit_file JOIN line_commit USING (git_commit)
        WHERE added_lines <> (SELECT coalesce(sum(count), 0) FROM line_record
          WHERE line_record.git_commit = commit_file.git_commit AND line_record.path = commit_file.path)";
    assert_eq!(count(unlike_git), 0, "every added line stands in a record");
    let paid_twice = "SELECT count(*) FROM line_record AS one JOIN line_record AS other
        ON one.git_commit = other.git_commit AND (one.path, one.first) < (other.path, other.first)
        JOIN tool_call AS a ON a.key = one.tool_call JOIN tool_call AS b ON b.key = other.tool_call AND a.call = b.call
        AND one.number < other.number + other.count AND other.number < one.number + one.count";
    assert_eq!(count(paid_twice), 0, "two lines have the same part of a share");
    let too_many = "SELECT count(*) FROM (SELECT sum(count) AS lines, git_commit, path, tool_call FROM line_record
        WHERE number IS NOT NULL GROUP BY git_commit, path, tool_call) AS paid
        WHERE lines > coalesce((SELECT landed.lines FROM landed WHERE landed.git_commit = paid.git_commit
          AND landed.path = paid.path AND landed.tool_call = paid.tool_call), 0)";
    assert_eq!(count(too_many), 0, "more lines have a part of the cost than landed");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn what_is_recorded_bit_by_bit_is_what_is_recorded_at_once(steps in prop::collection::vec(step(), 4..20)) {
        let world = World::new();
        world.write("src/part_0.rs", "fn before_the_hooks() {\n}\n");
        world.commit("start");
        world.install_hooks();
        world.advance(3_600);
        let sessions = ["s1", "s2"].map(|name| world.claude(name));
        steps.iter().enumerate().for_each(|(number, step)| take(&world, &sessions, number, step));
        drop(sessions);
        let _ = world.run(["ingest"]).success();
        assert_lawful(&world);
        let bit_by_bit = records(&world);
        forget_records(&world);
        let _ = world.run(["ingest"]).success();
        prop_assert_eq!(records(&world), bit_by_bit);
    }
}
