//! `agent-trace backfill`: commits that were made before any hook was there.

use crate::harness::World;
use serde_json::{Value, json};

/// A session's commit without hooks, with a line that is nobody's.
fn world() -> World {
    let world = World::new();
    world.write("README.md", "# Sails\n");
    world.commit("start");
    let session = world.claude("sails");
    session.says("write").writes("src/sail.rs", "fn hoist() {\n    pull(3);\n}\n");
    world.write("src/sail.rs", &format!("// By whom?\n{}", world.read("src/sail.rs")));
    session.commits("sails").stops();
    world
}

fn lines(answer: &Value) -> [&Value; 4] {
    ["exact", "matched", "inferred", "unknown"].map(|grade| &answer["lines"][grade])
}

#[test]
fn lines_of_earlier_commits_are_told_from_transcripts_alone() {
    let world = world();
    let answer = world.ask(["backfill"]);
    assert_eq!((&answer["commits"], &answer["notes"]), (&json!(1), &Value::Null));
    assert_eq!(lines(&answer), [&json!(3), &json!(0), &json!(0), &json!(1)]);
}

#[test]
fn notes_are_written_when_asked_for_once_and_not_by_a_dry_run() {
    let world = world();
    let _ = world.run(["ingest"]).success();
    let has_note = || world.git(["notes", "--ref=agent-trace", "show", "HEAD"]).code == Some(0);
    assert_eq!(world.ask(["backfill", "--notes", "--dry-run"])["notes"], json!(1));
    assert!(!has_note(), "a dry run writes nothing");
    assert_eq!(world.ask(["backfill", "--notes"])["notes"], json!(1));
    assert!(has_note());
    assert_eq!(world.ask(["backfill", "--notes"])["notes"], json!(0), "what is said is not said again");
    assert_eq!(world.ask(["backfill", "--notes", "--dry-run"])["notes"], json!(0));
}

#[test]
fn people_are_told_in_words() {
    let world = world();
    let text = world.run(["backfill", "--notes"]).success().stdout;
    assert!(text.contains("1 with lines of agents, seen by no hook"), "{text}");
    assert!(text.contains("3 exactly, 0 by content, 0 between these"), "{text}");
    assert!(text.contains("1 note written"), "{text}");
}
