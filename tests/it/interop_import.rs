//! Records of the "Agent Trace" format: imported as what somebody says, once, and never as more.

use crate::books::database;
use crate::harness::World;
use serde_json::{Value, json};

fn record(id: &str, revision: &str, files: Value) -> Value {
    json!({"version": "0.1.0", "id": id, "timestamp": "2026-01-23T14:30:00Z", "vcs": {"type": "git", "revision": revision},
        "tool": {"name": "cursor", "version": "2.4.0"}, "files": files})
}

fn file(path: &str, first: u32, last: u32) -> Value {
    json!({"path": path, "conversations": [{"url": "file:///home/somebody/secret-folder/5f1c-22.jsonl",
        "contributor": {"type": "ai", "model_id": "anthropic/claude-opus-4-5"},
        "ranges": [{"start_line": first, "end_line": last, "content_hash": "murmur3:9f2e8a1b"}]}]})
}

const ONE: &str = "550e8400-e29b-41d4-a716-446655440000";
const TWO: &str = "550e8400-e29b-41d4-a716-446655440001";

fn import(world: &World, text: &str) -> Value {
    world.write(".git/traces.jsonl", text);
    world.ask(["import", ".git/traces.jsonl"])
}

fn lines(world: &World, path: &str) -> Vec<String> {
    let blamed = world.ask(["blame", path]);
    let word = |line: &Value, key: &str| line[key].as_str().unwrap_or("-").to_owned();
    let line = |line: &Value| ["class", "source", "session", "model"].map(|key| word(line, key)).join(" ");
    blamed["lines"].as_array().unwrap().iter().map(line).collect()
}

const AGENT: &str = "agent Agent Trace record 5f1c-22 claude-opus-4-5";
const NOBODY: &str = "unknown - - -";

#[test]
fn records_tell_whose_lines_are_and_are_kept_once() {
    let world = World::new();
    world.write("src/a.ts", "first line\nsecond line\nthird line\n");
    let head = world.commit("one");
    let text = record(ONE, &head, json!([file("src/a.ts", 2, 3)])).to_string();
    let first = import(&world, &text);
    assert_eq!(
        (&first["records"], &first["new"], &first["lines"], &first["problems"]),
        (&json!(1), &json!(1), &json!(2), &json!([]))
    );
    assert_eq!(lines(&world, "src/a.ts"), [NOBODY, AGENT, AGENT]);
    let again = import(&world, &text);
    assert_eq!((&again["new"], &again["unchanged"]), (&json!(0), &json!(1)));
    let changed = import(&world, &record(ONE, &head[..9], json!([file("./src/a.ts", 1, 1)])).to_string());
    assert_eq!((&changed["changed"], &changed["new"]), (&json!(1), &json!(0)));
    assert_eq!(lines(&world, "src/a.ts"), [AGENT, NOBODY, NOBODY]);
    assert!(!world.path(".agent-trace").exists());
    let stored = std::fs::read(database(&world)).unwrap();
    assert!(!stored.windows(13).any(|bytes| bytes == b"secret-folder"), "an address is no business of ours");
}

#[test]
fn a_revision_that_is_the_parent_is_understood_where_only_one_child_fits() {
    let world = World::new();
    world.write("a.ts", "first line\n");
    let parent = world.commit("one");
    world.write("a.ts", "first line\nsecond line\nthird line\n");
    world.commit("two");
    let mut loose = record(
        ONE,
        &parent,
        json!([file("a.ts", 2, 3), file("a.ts", 1, 1), {"path": ".sessions", "conversations": []}]),
    );
    loose["version"] = "1.0".into();
    assert_eq!(import(&world, &loose.to_string())["problems"], json!([]));
    assert_eq!(lines(&world, "a.ts"), [NOBODY, AGENT, AGENT]);
    // A second commit on the same parent adds such lines too: nobody knows which is meant.
    let _ = world.git(["switch", "--quiet", "--create", "side", &parent]).success();
    world.write("a.ts", "first line\nsecond line\nthird line\nfourth line\n");
    world.commit("three");
    loose["id"] = TWO.into();
    let found = import(&world, &loose.to_string());
    assert_eq!((&found["problems"][0]["kind"], &found["problems"][0]["count"]), (&json!("no_such_lines"), &json!(1)));
}

#[test]
fn lines_the_commit_did_not_add_are_nobodys() {
    let world = World::new();
    world.write("a.ts", "first line\n");
    world.commit("one");
    world.write("b.ts", "another line\n");
    let head = world.commit("two");
    let found = import(&world, &record(ONE, &head, json!([file("a.ts", 1, 1)])).to_string());
    assert_eq!((&found["new"], &found["problems"][0]["kind"]), (&json!(0), &json!("no_such_lines")));
    assert_eq!(lines(&world, "a.ts"), [NOBODY]);
}

#[test]
fn bad_input_is_counted_and_stops_nothing() {
    let world = World::new();
    world.write("a.ts", "first line\n");
    let head = world.commit("one");
    let mut jj = record(TWO, &head, json!([]));
    jj["vcs"]["type"] = "jj".into();
    let good = record(ONE, &head, json!([file("a.ts", 1, 1), file("../../etc/passwd", 1, 1)]));
    let unknown = record(TWO, &"ab".repeat(20), json!([file("a.ts", 1, 1)]));
    let text = format!(
        "{good}\n{{torn\n{jj}\n{{\"files\":7}}\n{unknown}\n{}\n",
        record("x", "abcdef1", json!([file("a.ts", 1, 1)]))
    );
    let found = import(&world, &text);
    let problems: Vec<String> = found["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| format!("{} {} {}", problem["kind"].as_str().unwrap(), problem["count"], problem["first_line"]))
        .collect();
    assert_eq!(problems, ["bad_file 1 1", "no_revision 1 3", "not_a_record 1 4", "not_json 1 2", "unknown_commit 1 6"]);
    assert_eq!((&found["new"], &found["of_unknown_commits"]), (&json!(2), &json!(1)));
    assert_eq!(lines(&world, "a.ts"), [AGENT]);
    let page = world.run(["import", ".git/traces.jsonl"]).success().stdout;
    assert!(page.contains("3 records in 1 file: 0 new, 0 changed, 2 known"), "{page}");
}

#[test]
fn a_note_of_git_ai_comes_first_and_people_are_people() {
    let world = World::new();
    world.write("a.ts", "first line\nsecond line\n");
    let head = world.commit("one");
    world.write(".git/note", "a.ts\n  h_00112233445566 1\n---\n{}\n");
    let _ = world.git(["notes", "--ref=ai", "add", "--file", ".git/note"]).success();
    import(&world, &record(ONE, &head, json!([file("a.ts", 1, 2)])).to_string());
    assert_eq!(lines(&world, "a.ts"), ["human git-ai note - -", AGENT]);
    let blamed = world.ask(["blame", "a.ts"]);
    let sources = &blamed["declared"];
    assert_eq!((&sources[0]["source"], &sources[0]["contradicted"]), (&json!("Agent Trace record"), &json!(1)));
}

#[test]
fn a_file_that_is_not_there_is_the_users_mistake() {
    let world = World::new();
    let said = world.run(["import", "nothing.jsonl"]).failure(2).stderr;
    assert!(
        said.contains("`nothing.jsonl` cannot be read") && said.contains("agent-trace import traces.jsonl"),
        "{said}"
    );
}
