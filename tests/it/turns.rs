//! Turns: every fixture read alone has the turns, calls and tools that `fixtures/README.md` says.
//!
//! The table is parsed, so a fixture without a row, or a row without a fixture, fails here.

use crate::harness::{SubagentRows, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One line of the table: turns by kind, calls, tools, final replies.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    turns: BTreeMap<String, i64>,
    calls: i64,
    tools: i64,
    finals: i64,
}

#[test]
fn every_fixture_has_the_turns_its_row_says() {
    let cases = table();
    let present = std::fs::read_dir(folder()).unwrap().count();
    assert_eq!(cases.len(), present, "the table and the folder differ");
    for (name, expected) in cases {
        let world = ingested(&name);
        assert_eq!(counted(&world), expected, "{name}");
    }
}

#[test]
fn turns_and_books_agree_on_calls_and_tools() {
    for (name, expected) in table() {
        let world = ingested(&name);
        let sums = one(&world, "select coalesce(sum(calls), 0), coalesce(sum(tools), 0) from turns");
        let inside = one(&world, "select count(*) from calls where turn is not null");
        let outside = i64::from(name == "btw-replay/"); // The aside answers beside every turn.
        assert_eq!((&sums[0], &inside[0]), (&json!(expected.calls + expected.finals - outside), &sums[0]), "{name}");
        assert_eq!(sums[1], json!(expected.tools), "{name}");
    }
}

/// Kind, end, inputs, calls and tools of the turns of a fixture.
type Ends = &'static [(&'static str, &'static str, i64, i64, i64)];

#[test]
fn ends_and_inputs_are_those_of_the_rules() {
    let cases: [(&str, Ends); 17] = [
        ("steer-in-tool-result.jsonl", &[("prompt", "stop", 2, 2, 1)]),
        ("queued-prompt-removed.jsonl", &[("prompt", "stop", 2, 2, 1)]),
        ("queued-attachment.jsonl", &[("prompt", "stop", 2, 2, 1)]),
        ("queued-prompt-dequeued.jsonl", &[("prompt", "stop", 1, 1, 0), ("prompt", "stop", 1, 1, 0)]),
        ("queued-command.jsonl", &[("prompt", "stop", 1, 2, 1)]),
        ("interrupt.jsonl", &[("prompt", "interrupted", 1, 1, 0), ("prompt", "stop", 1, 1, 0)]),
        ("task-interrupted.jsonl", &[("prompt", "interrupted", 1, 2, 2)]),
        ("hook-blocked-prompt.jsonl", &[("blocked", "blocked", 1, 0, 0), ("prompt", "stop", 1, 1, 0)]),
        ("command-with-calls.jsonl", &[("command", "stop", 1, 1, 0)]),
        ("compaction-mid-turn.jsonl", &[("prompt", "stop", 1, 4, 3)]),
        ("microcompact.jsonl", &[("prompt", "stop", 1, 2, 1)]),
        ("starts-mid-turn.jsonl", &[("continued", "stop", 0, 2, 1), ("prompt", "stop", 1, 1, 0)]),
        ("teammate-message.jsonl", &[("teammate", "stop", 0, 1, 0)]),
        ("plan-handoff/", &[("prompt", "interrupted", 1, 1, 1), ("plan", "stop", 1, 1, 0)]),
        ("async-agents-out-of-order.jsonl", &[("prompt", "stop", 1, 2, 8)]),
        (
            "notifications-wake.jsonl",
            &[
                ("prompt", "stop", 1, 2, 4),
                ("background", "stop", 0, 1, 0),
                ("background", "stop", 0, 1, 0),
                ("background", "stop", 0, 1, 0),
                ("background", "stop", 0, 1, 0),
            ],
        ),
        ("gemini-lines.jsonl", &[("prompt", "open", 1, 2, 1)]),
    ];
    for (name, expected) in cases {
        let rows = sql(
            &ingested(name),
            "select kind, ended_by, inputs, calls, tools from turns order by started_at, session_id, turn",
        );
        let expected: Vec<Value> = expected.iter().map(|row| json!(row)).collect();
        assert_eq!(rows, expected, "{name}");
    }
}

#[test]
fn a_measure_longer_than_the_turn_is_cut_and_flagged() {
    let world = ingested("turn-duration-too-long.jsonl");
    let times = one(&world, "select active_ms, active_is_clamped, waiting_ms, waiting_is_inferred from turns");
    assert_eq!(times, [json!(3_000), json!(1), json!(0), json!(0)]);
}

#[test]
fn a_closed_lid_is_waiting_where_the_client_measured_the_work() {
    let world = World::new();
    let session = world.claude("lid");
    session.says("edit it").edits("a.txt", "", "one\n");
    world.advance(3_600);
    session.replies("done").stops_after(5_000);
    let _ = world.run(["ingest"]).success();
    let row = one(&world, "select active_ms, waiting_ms, waiting_is_inferred from turns");
    assert_eq!(row, [json!(5_000), json!(3_600_000), json!(0)]);
}

#[test]
fn without_a_measure_questions_and_slow_edits_are_waiting_and_said_to_be_inferred() {
    let world = World::new();
    let session = world.claude("slow");
    session.says("change it");
    let edit = session.calls("Edit", json!({"file_path": "a.txt", "old_string": "a", "new_string": "b"}));
    world.advance(600);
    session.gets(&edit, "updated", json!({}));
    let question = session.calls("AskUserQuestion", json!({"questions": []}));
    session.gets(&question, "yes", json!({}));
    let build = session.calls("Bash", json!({"command": "make"}));
    world.advance(900);
    session.gets(&build, "built", json!({}));
    let _ = world.run(["ingest"]).success();
    let row = one(&world, "select active_ms, waiting_ms, waiting_is_inferred, tool_ms from turns");
    assert_eq!(row, [json!(null), json!(602_000), json!(1), json!(1_503_000)]);

    let turn = world.ask(["show", &format!("{}:1", session.session_id())]);
    let nodes = flat(&turn["tree"]);
    let waits = |kind: &str, label: &str| {
        let node = nodes.iter().find(|node| node["kind"] == kind && node["label"] == label);
        node.unwrap_or_else(|| panic!("no {kind} `{label}` in {turn:#}"))["wait_ms"].clone()
    };
    assert_eq!(waits("tool", "Edit"), 601_000);
    assert_eq!(waits("tool", "AskUserQuestion"), 1_000);
    assert_eq!(waits("tool", "Bash"), json!(null));
    assert_eq!(waits("wait", "waiting for a person (inferred)"), 602_000);
}

#[test]
fn where_nothing_tells_the_wait_is_null_and_not_nothing() {
    let world = World::new();
    let session = world.claude("shell");
    session.says("build it").runs_bash("make", "built").replies("done");
    let _ = world.run(["ingest"]).success();
    assert_eq!(one(&world, "select waiting_ms, waiting_is_inferred from turns"), [json!(null), json!(0)]);
}

#[test]
fn agents_side_by_side_are_paid_by_their_own_tasks() {
    for rows in [SubagentRows::Progress, SubagentRows::OwnFolder, SubagentRows::Beside] {
        let world = World::new();
        let session = world.claude("team").subagents(rows).with_stop_reasons();
        session.says("look");
        let first = session.sends("Explore", "find the parser");
        session.says("and review");
        let second = session.sends("reviewer", "review it");
        second.uses("Read", json!({}), "text").finishes("fine");
        first.uses("Grep", json!({}), "hit").uses("Grep", json!({}), "hit").finishes("found");
        session.replies("done").stops();
        let _ = world.run(["ingest"]).success();
        let calls = sql(&world, "select turn, calls, tools from turns order by turn");
        let expected = [json!([1, 4, 3]), json!([2, 4, 2])];
        assert_eq!(calls, expected, "{rows:?}");
        assert_eq!(one(&world, "select count(*) from calls where turn is null"), [json!(0)], "{rows:?}");
    }
}

#[test]
fn a_run_that_no_tool_call_claims_is_overhead() {
    let world = World::new();
    let session = world.claude("lost").subagents(SubagentRows::OwnFolder);
    session.says("hello").replies("hi").stops();
    let path = session.transcript().with_extension("").join("subagents/agent-astray.jsonl");
    let usage = json!({"input_tokens": 5, "output_tokens": 7});
    let message = json!({"id": "msg_astray", "model": "claude-haiku-4-5-20251001", "role": "assistant", "usage": usage, "content": []});
    let row = json!({
        "type": "assistant", "isSidechain": true, "agentId": "astray", "sessionId": session.session_id(),
        "cwd": world.path(""), "uuid": "astray-1", "timestamp": "2026-03-02T10:00:00.000Z", "message": message,
    });
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("{row}\n")).unwrap();
    let _ = world.run(["ingest"]).success();
    let outside = sql(&world, "select message_id, unattributed_nano_usd = cost_nano_usd from calls where turn is null");
    assert_eq!(outside, [json!(["msg_astray", 1])]);
    let tree = world.ask(["show", &session.session_id()]);
    assert_eq!(tree["tree"].as_array().unwrap().last().unwrap()["kind"], "overhead");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/transcripts")
}

fn ingested(fixture: &str) -> World {
    let world = World::new();
    world.advance(300 * 86_400); // Fixtures are of many days; times to come are not believed.
    let path = folder().join(fixture);
    let _ = world.run(["ingest", path.to_str().unwrap()]).success();
    world
}

fn sql(world: &World, statement: &str) -> Vec<Value> {
    world.ask(["sql", statement])["rows"].as_array().unwrap().clone()
}

fn one(world: &World, statement: &str) -> Vec<Value> {
    let rows = sql(world, statement);
    assert_eq!(rows.len(), 1, "{statement} gave {rows:?}");
    rows[0].as_array().unwrap().clone()
}

fn counted(world: &World) -> Told {
    let kinds = sql(world, "select kind, count(*) from turns group by 1");
    let turns = kinds.iter().map(|row| (row[0].as_str().unwrap().to_owned(), row[1].as_i64().unwrap())).collect();
    let finals = "message_id like 'final-reply:%'";
    let counts = one(
        world,
        &format!(
            "select (select count(*) from calls where not {finals}), (select count(*) from calls where {finals}),
               (select count(*) from tools where tool is not null)"
        ),
    );
    let count = |index: usize| counts[index].as_i64().unwrap();
    Told { turns, calls: count(0), tools: count(2), finals: count(1) }
}

/// The words of the table are those for people; the program's are shorter.
fn kind_of(word: &str) -> &str {
    match word {
        "human" => "prompt",
        "plan_handoff" => "plan",
        other => other,
    }
}

fn table() -> Vec<(String, Told)> {
    let readme = include_str!("../../fixtures/README.md");
    readme.lines().filter(|line| line.starts_with("| `")).map(told).collect()
}

fn told(line: &str) -> (String, Told) {
    let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let number = |cell: &str| cell.parse().unwrap_or_else(|_| panic!("{cell:?} is no number in {line}"));
    let turns = cells[1].split(", ").map(|part| {
        let (kind, count) = part.split_once(' ').unwrap_or_else(|| panic!("{part:?} is no count in {line}"));
        (kind_of(kind).to_owned(), number(count))
    });
    let told =
        Told { turns: turns.collect(), calls: number(cells[2]), tools: number(cells[3]), finals: number(cells[4]) };
    (cells[0].trim_matches('`').to_owned(), told)
}

fn flat(nodes: &Value) -> Vec<Value> {
    let nodes = nodes.as_array().into_iter().flatten();
    nodes.flat_map(|node| std::iter::once(node.clone()).chain(flat(&node["children"]))).collect()
}
