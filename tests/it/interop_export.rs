//! Lines of agents told to other tools, and read back: the same lines, and nobody's name.

use crate::harness::World;
use serde_json::Value;
use snapbox::str;
use std::path::{Path, PathBuf};

/// An agent's file with a line of a person in it, and one with blanks in its name.
fn world() -> World {
    let world = World::new();
    world.write("a.txt", "start\n");
    world.commit("start");
    world.install_hooks();
    world.advance(3_600);
    let session = world.claude("s1");
    session.says("a very secret prompt").writes("b.rs", "first_of_agent();\nsecond_of_agent();\n");
    session.writes("my notes.md", "written by the agent\n").stops();
    world.write("b.rs", "first_of_agent();\nby_hand();\nsecond_of_agent();\n");
    let _ = world.git(["add", "--all"]).success();
    let _ = world.git(["commit", "--quiet", "--message", "both"]).success();
    world
}

/// The numbers of agents' lines of a file.
fn agent_lines(blamed: &Value) -> Vec<u64> {
    let lines = blamed["lines"].as_array().unwrap().iter();
    lines.filter(|line| line["class"] == "agent").map(|line| line["line"].as_u64().unwrap()).collect()
}

/// A clone that knows neither the transcripts nor our database, with the notes of git-ai.
fn clone(world: &World) -> PathBuf {
    let here = world.path(".");
    let folder = world.path("../clone");
    let from = here.to_str().unwrap();
    let _ = world.git(["clone", "--quiet", from, folder.to_str().unwrap()]).success();
    folder
}

fn ask_in(world: &World, folder: &Path, file: &str) -> Value {
    serde_json::from_str(&world.run_in(folder, ["blame", file, "--json"]).success().stdout).unwrap()
}

#[test]
fn a_note_of_git_ai_has_the_agents_lines_and_no_person() {
    let world = world();
    let note = world.run(["export", "--format", "git-ai"]).success().stdout;
    let mark = "  s_";
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!((lines[0], lines[2], lines[4]), ("\"my notes.md\"", "b.rs", "---"), "{note}");
    assert!(lines[1].starts_with(mark) && lines[1].ends_with(" 1") && lines[3].ends_with(" 1,3"), "{note}");
    let meta: Value = serde_json::from_str(lines[5]).unwrap();
    let session = meta["sessions"].as_object().unwrap().values().next().unwrap();
    assert_eq!(session["agent_id"]["id"], world.claude("s1").session_id());
    assert_eq!((&session["agent_id"]["tool"], &meta["schema_version"]), (&"claude".into(), &"authorship/3.0.0".into()));
    let head = world.git(["rev-parse", "HEAD"]).success().stdout;
    assert_eq!(meta["base_commit_sha"].as_str().unwrap(), head.trim());
    for private in ["@", "Ada", "secret", "human_author", "messages"] {
        assert!(!note.contains(private), "`{private}` is in {note}");
    }
    let range = world.run(["export", "--format", "git-ai", "HEAD~1..HEAD"]).success().stdout;
    assert_eq!(range, note, "a range of one commit");
    let nothing = world.run(["export", "--format", "git-ai", "HEAD~1"]).success();
    assert_eq!(nothing.stdout, "");
    assert!(nothing.stderr.contains("no lines of agents are known"), "{}", nothing.stderr);
}

#[test]
fn notes_are_written_only_where_there_is_none_and_a_clone_reads_the_same_lines() {
    let world = world();
    let own = [agent_lines(&world.ask(["blame", "b.rs"])), agent_lines(&world.ask(["blame", "my notes.md"]))];
    assert_eq!(own, [vec![1, 3], vec![1]]);
    let _ = world.git(["notes", "--ref=ai", "add", "--message", "somebody's own words", "HEAD~1"]).success();
    let written = world.ask(["export", "--write", "HEAD"]);
    assert_eq!(
        (&written["schema"], &written["written"], &written["lines"]),
        (&"agent-trace/export/1".into(), &1.into(), &3.into())
    );
    let again = world.ask(["export", "--write", "HEAD~1..HEAD"]);
    assert_eq!((&again["written"], &again["existing"]), (&0.into(), &1.into()));
    assert_eq!(world.git(["notes", "--ref=ai", "show", "HEAD~1"]).success().stdout, "somebody's own words\n");
    let printed = world.run(["export", "--format", "git-ai"]).success().stdout;
    assert_eq!(world.git(["notes", "--ref=ai", "show", "HEAD"]).success().stdout, printed);
    // Our own words do not become evidence of their own.
    let blamed = world.ask(["blame", "b.rs"]);
    assert_eq!((&blamed["declared"][0]["lines"], &blamed["declared"][0]["agreed"]), (&0.into(), &2.into()));
    let folder = clone(&world);
    let _ = world.git_in(&folder, ["fetch", "--quiet", "origin", "refs/notes/ai:refs/notes/ai"]).success();
    let there = ask_in(&world, &folder, "b.rs");
    assert_eq!([agent_lines(&there), agent_lines(&ask_in(&world, &folder, "my notes.md"))], own);
    assert_eq!(there["lines"][0]["session"], world.claude("s1").session_id());
}

#[test]
fn a_record_is_imported_elsewhere_and_gives_the_same_lines() {
    let world = world();
    let record = world.run(["export", "--format", "agent-trace-record"]).success().stdout;
    let parsed: Value = serde_json::from_str(&record).unwrap();
    assert_eq!((&parsed["version"], &parsed["tool"]["name"]), (&"0.1.0".into(), &"agent-trace".into()));
    let conversation = &parsed["files"][0]["conversations"][0];
    let model = conversation["contributor"]["model_id"].as_str().unwrap();
    assert!(model.starts_with("anthropic/claude-"), "{model}");
    for private in ["@", "Ada", "secret", "file:"] {
        assert!(!record.contains(private), "`{private}` is in {record}");
    }
    assert_eq!(world.run(["export", "--format", "agent-trace-record", "HEAD~1..HEAD"]).success().stdout, record);
    let folder = clone(&world);
    std::fs::write(folder.join(".git/records.jsonl"), &record).unwrap();
    let _ = world.run_in(&folder, ["import", ".git/records.jsonl"]).success();
    let (here, there) = (world.ask(["blame", "b.rs"]), ask_in(&world, &folder, "b.rs"));
    assert_eq!(agent_lines(&there), agent_lines(&here));
    for key in ["agent", "session", "model"] {
        assert_eq!(there["lines"][0][key], here["lines"][0][key], "{key}");
    }
    assert!(!folder.join(".agent-trace").exists());
}

#[test]
fn what_cannot_be_is_said_with_the_way_out() {
    let world = World::sample();
    let said = |args: &[&str]| world.run_args(args).failure(2).stderr;
    snapbox::assert_data_eq!(
        said(&["export"]),
        str![[r#"
error: no format of another tool is named
hint: agent-trace export --format git-ai, or --format agent-trace-record

"#]]
    );
    assert!(said(&["cost", "--format", "git-ai"]).contains("a format of `export` only"));
    assert!(said(&["export", "--write", "--format", "agent-trace-record"]).contains("have no place in git"));
    assert!(said(&["export", "--format", "git-ai", "no-such-branch"]).contains("no-such-branch"));
    assert!(said(&["export", "--format", "git-ai", "--", "--all"]).contains("cannot begin"));
}
