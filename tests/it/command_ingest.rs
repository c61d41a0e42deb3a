//! `agent-trace ingest`.

use crate::harness::World;
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

/// The answer without what differs from run to run.
fn counted(mut answer: Value) -> Value {
    answer["elapsed_ms"] = json!(0);
    answer
}

#[test]
fn it_says_what_it_read() {
    let world = World::sample();
    let text = world.run(["ingest"]).success();
    let lines: Vec<&str> = text.stdout.lines().filter(|line| !line.starts_with("took")).collect();
    assert_data_eq!(
        lines.join("\n"),
        str![[r#"
transcripts   3 files read, 52 rows
commits       4 new, 3 compared
now recorded  3 sessions, 6 turns, 11 calls, 4 commits
database      $WORLD/repo/.git/agent-trace/trace.db
"#]]
    );
}

#[test]
fn the_second_time_reads_nothing() {
    let world = World::sample();
    let first = counted(world.ask(["ingest"]));
    let second = counted(world.ask(["ingest"]));
    assert_eq!((&first["files"]["read"], &first["files"]["unchanged"]), (&json!(3), &json!(0)));
    assert_eq!((&second["files"]["read"], &second["files"]["unchanged"]), (&json!(0), &json!(3)));
    assert_eq!((&second["bytes"], &second["rows"], &second["commits"]["new"]), (&json!(0), &json!(0), &json!(0)));
    for total in ["sessions", "turns", "calls"] {
        assert_eq!(first[total], second[total], "{total}");
    }
}

#[test]
fn what_was_appended_is_all_that_is_read() {
    let world = World::sample();
    let _ = world.run(["ingest"]).success();
    let session = world.claude("limit");
    let before = std::fs::metadata(session.transcript()).unwrap().len();
    session.bytes(b"{\"type\":\"summary\",\"summary\":\"sails\",\"leafUuid\":\"x\"}\n");
    let appended = std::fs::metadata(session.transcript()).unwrap().len() - before;
    let second = world.ask(["ingest"]);
    assert_eq!((&second["files"]["read"], &second["bytes"]), (&json!(1), &json!(appended)));
}

#[test]
fn a_path_that_does_not_exist_is_an_error_and_nothing_is_lost() {
    let world = World::sample();
    let before = world.costs("session").json;
    assert_data_eq!(
        world.run(["ingest", "nowhere.jsonl"]).to_string(),
        str![[r#"
--- stderr ---
error: `nowhere.jsonl` does not exist
hint: name transcripts, folders or tar archives that exist
[exit: 2]

"#]]
    );
    assert_eq!(world.costs("session").json, before);
}

#[test]
fn outside_of_a_repository_there_is_nothing_to_do() {
    let world = World::without_repository();
    assert_data_eq!(
        world.run(["ingest"]).to_string(),
        str![[r#"
--- stderr ---
error: `$WORLD/repo` is not inside a git repository
hint: run it inside a git repository, or name one with -C PATH
[exit: 2]

"#]]
    );
}

#[test]
fn another_folder_is_worked_in_with_a_flag() {
    let world = World::sample();
    let here = world.ask(["ingest"]);
    let repo = world.path("");
    let there = world.run_in(&world.home(), ["-C", repo.to_str().unwrap(), "ingest", "--json"]).success().json();
    assert_eq!(there["calls"], here["calls"]);
}

#[test]
fn a_relative_path_names_the_same_file_from_every_folder() {
    let world = World::sample();
    world.write(
        "kept/one.jsonl",
        "{\"type\":\"user\",\"uuid\":\"u\",\"sessionId\":\"s\",\"message\":{\"content\":\"hi\"}}\n",
    );
    let read = |folder: &str, path: &str| {
        let answer = world.run_in(&world.path(folder), ["ingest", path, "--json"]).success().json();
        (answer["files"]["read"].clone(), answer["files"]["unchanged"].clone())
    };
    assert_eq!(read("", "kept/one.jsonl"), (json!(1), json!(0)));
    assert_eq!(read("kept", "one.jsonl"), (json!(0), json!(1)));
}
