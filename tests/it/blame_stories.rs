//! Whose each line is, told as stories: agents, people, and what is not known.

use crate::harness::World;
use serde_json::Value;

/// Hooks, and one commit that was made before them.
fn world() -> World {
    let world = World::new();
    world.write("a.txt", "before the hooks\n");
    world.commit("start");
    world.install_hooks();
    world.advance(3_600);
    world
}

/// `class reason text` of every line.
fn lines(world: &World, file: &str) -> Vec<String> {
    let word = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    let line = |line: &Value| format!("{} {} {}", word(line, "class"), word(line, "reason"), word(line, "text"));
    world.ask(["blame", file])["lines"].as_array().unwrap().iter().map(line).collect()
}

/// A person commits what is there, seen by the hooks.
fn commit(world: &World, message: &str) {
    let _ = world.git(["add", "--all"]).success();
    let _ = world.git(["commit", "--quiet", "--message", message]).success();
}

/// An agent writes two functions, and ends.
fn agent_writes(world: &World) {
    let text = "fn one() {\n    first_of_agent();\n}\n\nfn two() {\n    second_of_agent();\n}\n";
    world.claude("s1").says("write").writes("b.rs", text).stops();
}

#[test]
fn lines_of_an_agent_and_of_a_person_side_by_side_are_told_apart() {
    let world = world();
    agent_writes(&world);
    let text = world.read("b.rs").replace("    second_of_agent();\n", "    by_hand();\n    second_of_agent();\n");
    world.write("b.rs", &format!("{text}// The end, by hand.\n"));
    commit(&world, "both");
    let expected = [
        "agent state fn one() {",
        "agent state     first_of_agent();",
        "agent state }",
        "agent state ",
        "agent state fn two() {",
        "human outside_states     by_hand();",
        "agent state     second_of_agent();",
        "agent state }",
        "human outside_states // The end, by hand.",
    ];
    assert_eq!(lines(&world, "b.rs"), expected);
}

#[test]
fn what_a_command_may_have_written_is_nobodys() {
    let world = world();
    agent_writes(&world);
    world.claude("s1").runs_bash("sed -i s/x/y/ b.rs", "").stops();
    world.write("b.rs", &world.read("b.rs").replace("second_of_agent", "second_by_whom"));
    commit(&world, "both");
    let found = lines(&world, "b.rs");
    assert!(found.contains(&"agent state     first_of_agent();".to_owned()), "{found:?}");
    assert!(found.contains(&"unknown command     second_by_whom();".to_owned()), "{found:?}");
}

#[test]
fn before_the_hooks_is_unknown_and_a_persons_commit_is_a_persons() {
    let world = world();
    world.write("a.txt", "before the hooks\nby hand, seen\n");
    commit(&world, "mine");
    world.write("a.txt", "before the hooks\nby hand, seen\nnot committed\n");
    let expected =
        ["unknown no_evidence before the hooks", "human no_session by hand, seen", "unknown uncommitted not committed"];
    assert_eq!(lines(&world, "a.txt"), expected);
}

#[test]
fn a_line_that_a_session_wrote_elsewhere_is_no_persons() {
    let world = world();
    agent_writes(&world);
    world.write("b.rs", "one line by hand\nanother by hand\nthird line by hand\n    first_of_agent();\n");
    commit(&world, "little of it");
    let found = lines(&world, "b.rs");
    assert_eq!(found[0], "human outside_states one line by hand");
    assert!(!found[3].starts_with("human"), "{found:?}");
}

#[test]
fn without_hooks_edits_alone_tell_and_nobody_is_called_a_person() {
    let world = World::new();
    world.write("a.txt", "old\n");
    world.commit("start");
    agent_writes(&world);
    world.write("b.rs", &format!("{}// By whom?\n", world.read("b.rs")));
    world.commit("both");
    let found = lines(&world, "b.rs");
    assert_eq!(found[1], "agent state     first_of_agent();");
    assert_eq!(found.last().unwrap(), "unknown no_evidence // By whom?");
}

/// The classes after an operation are those before it.
#[track_caller]
fn stays(world: &World, file: &str, operation: impl FnOnce(&World)) {
    let classes = |file: &str| -> Vec<(String, String)> {
        let found = lines(world, file);
        let class = |line: &String| line.split_once(' ').map(|(class, _)| class.to_owned()).unwrap();
        found.iter().map(|line| (class(line), line.rsplit_once(' ').unwrap().1.to_owned())).collect()
    };
    let before = classes("b.rs");
    assert!(before.iter().any(|line| line.0 == "agent") && before.iter().any(|line| line.0 == "human"), "{before:?}");
    operation(world);
    assert_eq!(classes(file), before);
}

fn both() -> World {
    let world = world();
    let _ = world.git(["switch", "--quiet", "--create", "side"]).success();
    agent_writes(&world);
    world.write("b.rs", &world.read("b.rs").replace("    first", "    by_hand();\n    first"));
    commit(&world, "both");
    world
}

#[test]
fn owners_survive_a_rename() {
    stays(&both(), "c.rs", |world| {
        let _ = world.git(["mv", "b.rs", "c.rs"]).success();
        commit(world, "renamed");
    });
}

#[test]
fn owners_survive_an_amended_message_and_a_rebase() {
    stays(&both(), "b.rs", |world| {
        let _ = world.git(["commit", "--quiet", "--amend", "--message", "better said"]).success();
    });
    stays(&both(), "b.rs", |world| {
        let _ = world.git(["switch", "--quiet", "main"]).success();
        world.write("c.txt", "meanwhile\n");
        commit(world, "meanwhile");
        let _ = world.git(["rebase", "--quiet", "main", "side"]).success();
    });
}

#[test]
fn after_a_squash_edits_still_tell_and_nobody_else_is_called_a_person() {
    let world = both();
    let before = lines(&world, "b.rs");
    let _ = world.git(["switch", "--quiet", "main"]).success();
    let _ = world.git(["merge", "--quiet", "--squash", "side"]).success();
    let _ = world.git(["commit", "--quiet", "--message", "squashed"]).success();
    let _ = world.git(["branch", "--quiet", "-D", "side"]).success();
    let after = lines(&world, "b.rs");
    for (before, after) in before.iter().zip(&after) {
        let class = |line: &str| line.split(' ').next().unwrap().to_owned();
        assert!(class(after) == class(before) || class(after) == "unknown", "{before} became {after}");
    }
    assert!(after.contains(&"agent state     first_of_agent();".to_owned()), "{after:?}");
}

#[test]
fn the_money_of_lines_is_the_money_of_their_requests_in_the_commit() {
    let world = both();
    let blamed = world.ask(["blame", "b.rs"]);
    let shown = world.ask(["show", "HEAD"]);
    let calls = shown["sessions"][0]["calls"].as_array().unwrap();
    let direct: i64 = calls
        .iter()
        .filter(|call| call["landed_lines"].as_u64().unwrap() > 0)
        .map(|call| call["share_nano_usd"].as_i64().unwrap())
        .sum();
    assert!(direct > 0);
    assert_eq!(blamed["totals"]["cost_nano_usd"], direct);
    let paid = blamed["lines"].as_array().unwrap().iter().filter(|line| !line["cost_nano_usd"].is_null()).count();
    assert_eq!(shown["files"][0]["agent_lines"], paid);
}

#[test]
fn windows_line_ends_and_binaries_do_no_harm() {
    let world = world();
    world.claude("s1").says("write").writes("w.txt", "first line\r\nsecond line\r\n").stops();
    world.write("binary", "text\0with a zero\nand more\n");
    commit(&world, "both");
    assert!(lines(&world, "w.txt").iter().all(|line| line.starts_with("agent state")), "{:?}", lines(&world, "w.txt"));
    assert_eq!(world.ask(["blame", "binary"])["totals"]["agent"], 0);
}
