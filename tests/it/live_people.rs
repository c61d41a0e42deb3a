//! People who work beside an agent: what they save is never taken for a command's, and what is not certain is said.

#![cfg(unix)]

use crate::harness::{World, pause};
use serde_json::Value;

fn world() -> World {
    let world = World::new();
    world.write("a.rs", "first line\nsecond line\nthird line\n");
    world.write("b.rs", "fn b() {}\n");
    world.commit("start");
    world.install_hooks();
    world.advance(3_600);
    world
}

/// `class text` of every line.
fn lines(world: &World, file: &str) -> Vec<String> {
    let word = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    let line = |line: &Value| format!("{} {}", word(line, "class"), word(line, "text"));
    world.ask(["blame", file])["lines"].as_array().unwrap().iter().map(line).collect()
}

/// A person commits what is there, seen by the hooks.
fn commit(world: &World) {
    let _ = world.git(["add", "--all"]).success();
    let _ = world.git(["commit", "--quiet", "--message", "all of it"]).success();
}

#[test]
fn a_person_between_two_edits_of_an_agent_keeps_the_line() {
    let world = world();
    let live = world.live("s1");
    let first = live.edits("a.rs", "second line", "by the agent, one");
    world.saves("a.rs", "third line", "third line\nby hand, one");
    let second = live.edits("a.rs", "first line", "by the agent, two");
    let told = ["by the agent, one", "by the agent, two", "by hand, one"];
    assert_eq!(world.wrote(&first, &told), ["a.rs: by the agent, one"]);
    assert_eq!(world.wrote(&second, &told), ["a.rs: by the agent, two"]);
}

#[test]
fn what_a_person_saved_before_a_command_is_not_the_commands_though_both_changed_the_file() {
    let world = world();
    let live = world.live("s1");
    world.saves("a.rs", "third line", "third line\nby hand, one");
    // The command names the file: it is looked at before the command may run.
    let named = live.bash("sed -i.bak 's/second/better/' a.rs && rm a.rs.bak");
    world.saves("b.rs", "{}", "{ by_hand() }");
    // It does not: the scan beside its beginning sees what was there.
    std::fs::write(world.path("../x.sh"), "echo '// by a script' >> b.rs").unwrap();
    let unnamed = live.bash("sh ../x.sh");
    assert_eq!(world.wrote(&named, &["better line"]), ["a.rs: better line"]);
    assert_eq!(world.wrote(&unnamed, &["// by a script"]), ["b.rs: // by a script"]);
}

#[test]
fn what_a_person_saves_within_milliseconds_of_a_command_is_the_persons() {
    let world = world();
    let live = world.live("s1");
    let call = live.bash("sed -i.bak 's/second/better/' a.rs && rm a.rs.bak");
    world.saves("b.rs", "{}", "{ by_hand() }");
    let next = live.bash("touch c.rs");
    assert_eq!(world.wrote(&call, &["better line"]), ["a.rs: better line"]);
    assert!(world.scanned(&next).iter().all(|file| file.starts_with("c.rs")), "{:?}", world.scanned(&next));
}

#[test]
fn what_a_person_saves_while_a_command_writes_another_file_is_in_doubt_and_nobodys() {
    let world = world();
    let live = world.live("s1");
    let command = "sed -i.bak 's/second/better/' a.rs && rm a.rs.bak";
    let call = live.begins(command);
    live.runs(command);
    world.saves("b.rs", "{}", "{ by_hand() }");
    live.ends(&call, command);
    assert_eq!(world.scanned(&call.id), ["a.rs sure", "b.rs not-named"]);
    assert_eq!(world.wrote(&call.id, &["better line"]), ["a.rs: better line"]);
    live.stops();
    commit(&world);
    assert_eq!(lines(&world, "b.rs"), ["unknown fn b() { by_hand() }"]);
}

#[test]
fn what_a_person_saves_while_tests_run_is_not_the_commands() {
    let world = world();
    let live = world.live("s1");
    let call = live.begins("cargo test");
    world.saves("b.rs", "{}", "{ by_hand() }");
    world.write("Cargo.lock", "[[package]]\n");
    live.ends(&call, "cargo test");
    assert_eq!(world.scanned(&call.id), ["Cargo.lock sure", "b.rs not-named"]);
}

#[test]
fn a_file_that_is_written_after_the_end_of_the_command_is_in_doubt() {
    let world = world();
    let live = world.live("s1");
    let command = "sed -i.bak 's/second/better/' a.rs && rm a.rs.bak";
    let call = live.begins(command);
    live.runs(command);
    live.ends_and(&call, command, || world.saves("a.rs", "third line", "third line\nby hand, one"));
    assert_eq!(world.scanned(&call.id), ["a.rs late"]);
    assert!(world.wrote(&call.id, &[]).is_empty());
}

#[test]
fn of_two_sessions_that_write_at_the_same_time_nobody_is_named() {
    let world = world();
    let (one, two) = (world.live("s1"), world.live("s2"));
    let (first, second) = ("echo one >> a.rs", "echo two >> b.rs");
    let (call_one, call_two) = (one.begins(first), two.begins(second));
    one.runs(first);
    two.runs(second);
    one.ends(&call_one, first);
    two.ends(&call_two, second);
    let doubtful = |id: &str| world.scanned(id).iter().all(|file| file.ends_with(" overlap"));
    assert!(doubtful(&call_one.id) && doubtful(&call_two.id));
    assert!(world.wrote(&call_one.id, &[]).is_empty() && world.wrote(&call_two.id, &[]).is_empty());
}

#[test]
fn two_sessions_one_after_the_other_are_told_apart() {
    let world = world();
    let (one, two) = (world.live("s1"), world.live("s2"));
    let first = one.bash("echo 'line of one' >> a.rs");
    let second = two.bash("echo 'line of two' >> a.rs");
    let told = ["line of one", "line of two"];
    assert_eq!(world.wrote(&first, &told), ["a.rs: line of one"]);
    assert_eq!(world.wrote(&second, &told), ["a.rs: line of two"]);
}

#[test]
fn an_edit_while_a_command_runs_keeps_its_lines() {
    let world = world();
    let live = world.live("s1");
    let other = world.live("s2");
    let command = "sed -i.bak 's/second/better/' a.rs && rm a.rs.bak";
    let call = live.begins(command);
    live.runs(command);
    let edit = other.edits("b.rs", "{}", "{ edited() }");
    live.ends(&call, command);
    assert_eq!(world.scanned(&call.id), ["a.rs sure"]);
    assert_eq!(world.wrote(&edit, &["fn b() { edited() }"]), ["b.rs: fn b() { edited() }"]);
}

#[test]
fn a_command_that_was_faster_than_the_scan_beside_it_is_in_doubt_where_it_names_nothing() {
    let world = world();
    let live = world.live("s1");
    std::fs::write(world.path("../x.sh"), "echo '// by a script' >> b.rs").unwrap();
    let call = live.begins_and("sh ../x.sh", || live.runs("sh ../x.sh"));
    live.ends(&call, "sh ../x.sh");
    let found = world.scanned(&call.id);
    assert!(["b.rs sure", "b.rs before"].contains(&found[0].as_str()) && found.len() == 1, "{found:?}");
}

#[test]
fn after_commands_that_were_seen_whole_what_nobody_wrote_is_a_persons() {
    let world = world();
    let live = world.live("s1");
    live.bash("ls; git status");
    live.bash("sed -i.bak 's/second/better/' a.rs && rm a.rs.bak");
    live.writes("c.rs", "fn c() {\n    first_of_agent();\n    second_of_agent();\n}\n");
    live.stops();
    pause();
    world.saves("a.rs", "third line", "third line\nby hand, and nobody else");
    commit(&world);
    let found = lines(&world, "a.rs");
    assert_eq!(found[3], "human by hand, and nobody else");
    assert_eq!(found[1], "agent better line");
    assert_eq!(lines(&world, "c.rs")[1..3], ["agent     first_of_agent();", "agent     second_of_agent();"]);
}

#[test]
fn lines_of_commands_edits_and_a_person_stand_side_by_side_with_their_writers() {
    let world = world();
    world.write("t.rs", "alpha();\nbeta();\ngamma();\ndelta();\nepsilon();\n");
    commit(&world);
    let live = world.live("s1");
    live.edits("t.rs", "beta();\n", "beta();\nwritten_by_an_edit();\n");
    live.bash("sed -i.bak 's/gamma/written_by_a_command/' t.rs && rm t.rs.bak");
    world.saves("t.rs", "delta();\n", "delta();\nwritten_by_a_person();\n");
    std::fs::write(
        world.path("../f.sh"),
        "sed -i.bak 's/^/    /' t.rs; echo 'written_by_a_script();' >> t.rs; rm t.rs.bak",
    )
    .unwrap();
    live.bash("sh ../f.sh");
    live.stops();
    commit(&world);
    let expected = [
        "agent     written_by_an_edit();",
        "agent     written_by_a_command();",
        "human     written_by_a_person();",
        "agent written_by_a_script();",
    ];
    let found: Vec<String> = lines(&world, "t.rs").into_iter().filter(|line| line.contains("written")).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_command_that_commits_wrote_the_lines_of_its_commit() {
    let world = world();
    let live = world.live("s1");
    live.bash("sed -i.bak 's/second/better/' a.rs; rm a.rs.bak; git commit --quiet --all --message x");
    live.stops();
    assert_eq!(lines(&world, "a.rs")[1], "agent better line");
}
