//! Several processes at once, and processes that die: the books are those of one that ran in peace.

use crate::books::{books, database, fill, program, small_world};
use crate::harness::World;
use agent_trace::store::{Reader, Writer};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

fn start(world: &World, arguments: &[&str]) -> Child {
    let mut command = world.command(program(), &world.path(""));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Waits and returns the exit code and what was said on standard error.
fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Removes everything that was recorded.
fn forget(world: &World) {
    fs::remove_dir_all(database(world).parent().unwrap()).unwrap();
}

#[test]
fn several_ingests_at_once_on_a_fresh_repository_all_succeed_and_count_once() {
    let world = small_world();
    fill(&world, 20, 20);
    let _ = world.run(["ingest"]).success();
    let alone = books(&world);
    for processes in [2, 6] {
        forget(&world);
        let children: Vec<Child> = (0..processes).map(|_| start(&world, &["ingest"])).collect();
        for child in children {
            let (code, errors) = end(child);
            assert_eq!(code, Some(0), "{errors}");
        }
        assert_eq!(books(&world), alone, "{processes} at once");
    }
}

#[test]
fn reports_at_once_on_a_fresh_repository_all_succeed() {
    let world = small_world();
    fill(&world, 20, 20);
    let children: Vec<Child> = [&["log"][..], &["--json"], &["cost", "--by", "session"], &["sessions"]]
        .map(|report| start(&world, report))
        .into();
    for child in children {
        let (code, errors) = end(child);
        assert_eq!(code, Some(0), "{errors}");
    }
}

/// With the tables of two moments the books would not balance, and a report would exit with 70.
#[test]
fn a_reader_sees_the_moment_at_which_it_was_opened() {
    let world = small_world();
    let _ = world.run(["ingest"]).success();
    let mut writer = Writer::open(&database(&world)).unwrap();
    writer.set_meta("test", "before").unwrap();
    let reader = Reader::open(&database(&world)).unwrap();
    writer.set_meta("test", "after").unwrap();
    assert_eq!(reader.meta("test").unwrap().as_deref(), Some("before"));
    let later = Reader::open(&database(&world)).unwrap();
    assert_eq!(later.meta("test").unwrap().as_deref(), Some("after"));
}

#[test]
fn reports_during_an_ingest_add_up() {
    let world = small_world();
    let _ = world.run(["ingest"]).success();
    fill(&world, 60, 100);
    let mut ingest = start(&world, &["ingest"]);
    let mut answers = 0;
    while ingest.try_wait().unwrap().is_none() || answers < 3 {
        let answer = world.run(["cost", "--by", "session", "--json", "--no-refresh"]).success().json();
        let rows = answer["rows"].as_array().unwrap();
        let sum: i64 = rows.iter().map(|row| row["cost_nano_usd"].as_i64().unwrap()).sum();
        assert_eq!(Some(sum), answer["total_nano_usd"].as_i64());
        answers += 1;
    }
    let (code, errors) = end(ingest);
    assert_eq!(code, Some(0), "{errors}");
}

/// Kills the child when `after` has passed; tells whether it was still alive.
fn kill_after(mut child: Child, after: Duration) -> bool {
    let began = Instant::now();
    while began.elapsed() < after {
        thread::yield_now();
    }
    let was_alive = child.try_wait().unwrap().is_none();
    let _ = child.kill(); // SIGKILL; an error means that it has ended by itself.
    let _ = child.wait().unwrap();
    was_alive
}

/// What the books add up to; quicker than all they say.
fn sums(world: &World) -> String {
    let question = "select (select count(*) from calls), (select sum(cost_nano_usd) from calls),
        (select count(*) from shares), (select count(*) from links), (select count(*) from turns),
        (select count(*) from tools), (select count(*) from sessions), (select count(*) from commits)";
    world.run(["sql", question, "--json"]).success().stdout
}

#[test]
fn an_ingest_killed_at_any_point_is_completed_by_the_next_one() {
    const POINTS: u32 = 8;
    let world = small_world();
    fill(&world, 55, 240); // More rows than one transaction holds.
    let began = Instant::now();
    let _ = world.run(["ingest"]).success();
    let whole = began.elapsed();
    let (expected, expected_sums) = (books(&world), sums(&world));
    let mut kills = 0;
    // Each time from nothing, at a later point.
    for point in 0..POINTS {
        forget(&world);
        kills += u32::from(kill_after(start(&world, &["ingest"]), whole * point / POINTS));
        let _ = world.run(["ingest"]).success();
        assert_eq!(sums(&world), expected_sums, "killed after {point}/{POINTS} of {whole:?}");
    }
    // Again and again on what the last one left.
    forget(&world);
    for point in 1..=POINTS {
        kills += u32::from(kill_after(start(&world, &["ingest"]), whole * point / (2 * POINTS)));
    }
    let _ = world.run(["ingest"]).success();
    assert_eq!(books(&world), expected);
    assert!(kills >= 8, "only {kills} of {} were killed while they worked", 2 * POINTS);
}

#[test]
fn a_report_after_a_kill_needs_no_help() {
    let world = small_world();
    fill(&world, 30, 60);
    let _ = kill_after(start(&world, &["ingest"]), Duration::from_millis(60));
    let _ = world.run(["log"]).success();
    let _ = world.run(["cost", "--json"]).success();
}

#[test]
fn a_transcript_that_is_written_while_it_is_read_is_read_whole_in_the_end() {
    let world = small_world();
    let session = world.claude("alive");
    for _ in 0..5 {
        let mut ingests: Vec<Child> = Vec::new();
        for _ in 0..3 {
            ingests.push(start(&world, &["ingest"]));
            for _ in 0..20 {
                session.says("more").replies("and more");
            }
        }
        session.dies_mid_line();
        for ingest in ingests {
            let (code, errors) = end(ingest);
            assert_eq!(code, Some(0), "{errors}");
        }
        session.bytes(b"\n");
    }
    let _ = world.run(["ingest"]).success();
    let step_by_step = books(&world);
    forget(&world);
    let _ = world.run(["ingest"]).success();
    assert_eq!(books(&world), step_by_step);
}
