//! What shell commands of an agent change: found by the scan after them, through the installed hooks.

#![cfg(unix)]

use crate::harness::World;
use std::fs;

/// A repository with hooks and ten files.
fn world() -> World {
    let world = World::new();
    for number in 0..10 {
        world.write(&format!("src/f{number}.rs"), &format!("fn f{number}() {{\n  body_{number}();\n}}\n"));
    }
    world.write("a.rs", "first line\nsecond line\nthird line\n");
    world.commit("start");
    world.install_hooks();
    world.advance(3_600);
    world
}

#[test]
fn a_command_that_edits_in_place_wrote_the_lines_it_changed() {
    let world = world();
    let live = world.live("s1");
    let call = live.bash("sed -i.bak 's/second/better/' a.rs && rm a.rs.bak");
    assert_eq!(world.wrote(&call, &["better line"]), ["a.rs: better line"]);
    assert_eq!(world.scan(&call)["scan"]["is-complete"], true);
}

#[test]
fn a_formatter_over_ten_files_wrote_what_it_changed_and_kept_what_it_indented() {
    let world = world();
    fs::write(
        world.path("../format.sh"),
        "for f in src/*.rs; do printf '// formatted\\n' | cat - $f > t; sed 's/^  b/    b/' t > $f; done; rm t\n",
    )
    .unwrap();
    let live = world.live("s1");
    let call = live.bash("sh ../format.sh");
    let expected: Vec<String> = (0..10).map(|number| format!("src/f{number}.rs: // formatted")).collect();
    assert_eq!(world.wrote(&call, &["// formatted"]), expected);
}

#[test]
fn files_that_a_pattern_stands_for_are_named() {
    let world = world();
    world.saves("src/f2.rs", "fn f2", "// by hand\nfn f2");
    let call = world.live("s1").bash("sed -i.bak 's/body_[12]/better/' src/*.rs && rm src/*.bak");
    assert_eq!(world.wrote(&call, &["better();"]), ["src/f1.rs: better();", "src/f2.rs: better();"]);
}

#[test]
fn a_generator_wrote_all_of_the_files_it_made_and_nothing_that_is_ignored() {
    let world = world();
    world.write(".gitignore", "*.log\n");
    let live = world.live("s1");
    let script =
        "mkdir -p gen; for n in 1 2; do echo line of $n > gen/$n.txt; done; echo x > gen/x.log; printf 'a\\0b' > gen/b";
    fs::write(world.path("../gen.sh"), script).unwrap();
    let call = live.bash("sh ../gen.sh");
    let expected = ["gen/1.txt: line of 1", "gen/2.txt: line of 2"];
    assert_eq!(world.wrote(&call, &["line of 1", "line of 2"]), expected);
    assert_eq!(world.scanned(&call), ["gen/1.txt sure", "gen/2.txt sure"]);
}

#[test]
fn a_command_that_commits_what_it_changed_is_known_by_the_commit() {
    let world = world();
    let live = world.live("s1");
    let call =
        live.bash("sed -i.bak 's/second/better/' a.rs; rm a.rs.bak; echo new > b.rs; git add -A; git commit -qm x");
    assert_eq!(world.wrote(&call, &["better line", "new"]), ["a.rs: better line", "b.rs: new"]);
}

#[test]
fn a_commit_of_what_edits_wrote_before_is_no_change() {
    let world = world();
    let live = world.live("s1");
    live.edits("a.rs", "second", "better");
    let call = live.bash("git add -A && git commit -qm x");
    assert!(world.wrote(&call, &[]).is_empty());
    assert_eq!((world.scanned(&call), &world.scan(&call)["scan"]["is-complete"]), (vec![], &true.into()));
}

#[test]
fn a_command_after_an_edit_wrote_only_its_own_lines() {
    let world = world();
    let live = world.live("s1");
    let edit = live.edits("a.rs", "second", "better");
    let call = live.bash("echo 'fourth line' >> a.rs");
    assert_eq!(world.wrote(&edit, &["better line"]), ["a.rs: better line"]);
    assert_eq!(world.wrote(&call, &["fourth line"]), ["a.rs: fourth line"]);
}

#[test]
fn commands_that_only_read_start_nothing_and_are_known_to_change_nothing() {
    let world = world();
    let call = world.live("s1").bash("cat a.rs | head -1; git status --short; git log -1");
    let text = fs::read_to_string(world.path(".git/agent-trace/spool/main.jsonl")).unwrap();
    assert!(text.contains(r#""effect":"reads""#) && !text.contains(r#""event":"scan""#), "{text}");
    assert!(!world.path(".git/agent-trace/live").exists() && !world.path(".git/agent-trace/states").exists());
    assert_eq!(scans(&world, &call), [(0, true, false)]);
}

/// Files, completeness and ambiguity of a tool call, as the store has them.
#[expect(clippy::disallowed_methods, reason = "the test looks at the file itself")]
fn scans(world: &World, tool_use: &str) -> Vec<(i64, bool, bool)> {
    let _ = world.run(["ingest"]).success();
    let connection = rusqlite::Connection::open(crate::books::database(world)).unwrap();
    let sql = "SELECT files, is_complete, is_ambiguous FROM command_scan WHERE tool_call = ?1";
    let mut statement = connection.prepare(sql).unwrap();
    let key = agent_trace::model::ToolUseId::parse(tool_use).unwrap().key();
    let rows = statement.query_map([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn a_failing_command_is_looked_after_too() {
    let world = world();
    let live = world.live("s1");
    let command = "sed -i.bak 's/second/better/' a.rs; false";
    let call = live.begins(command);
    live.runs("sed -i.bak 's/second/better/' a.rs && rm a.rs.bak");
    live.fails(&call, command);
    assert_eq!(world.wrote(&call.id, &["better line"]), ["a.rs: better line"]);
}

#[test]
fn what_git_brings_is_nobodys_work() {
    let world = world();
    let live = world.live("s1");
    world.saves("a.rs", "second", "mine:");
    let stash = live.bash("git stash --quiet");
    let pop = live.bash("git stash pop --quiet");
    assert!(world.scanned(&stash).is_empty() && world.scanned(&pop).is_empty());
    let both = live.bash("git stash --quiet; git stash pop --quiet; echo more >> a.rs");
    assert_eq!(world.scanned(&both), ["a.rs brought"]);
    assert!(world.wrote(&both, &[]).is_empty());
}

#[test]
fn a_moved_file_has_no_new_lines() {
    let world = world();
    let call = world.live("s1").bash("mkdir lib && mv src/f1.rs lib/g.rs && git mv src/f2.rs lib/h.rs");
    assert!(world.scanned(&call).is_empty(), "{:?}", world.scanned(&call));
}

#[test]
fn more_files_than_are_followed_are_said_to_be_too_many() {
    let world = world();
    let script = "mkdir many; n=0; while [ $n -lt 520 ]; do echo line $n > many/$n; n=$((n + 1)); done";
    fs::write(world.path("../many.sh"), script).unwrap();
    let call = world.live("s1").bash("sh ../many.sh");
    let scan = world.scan(&call);
    assert_eq!((scan["scan"]["is-complete"].clone(), scan["scan"]["is-too-many"].clone()), (false.into(), true.into()));
    assert!(world.scanned(&call).is_empty());
}

#[test]
fn a_command_in_the_background_may_go_on() {
    let world = world();
    let call = world.live("s1").bash("sed -i.bak 's/second/better/' a.rs & wait; rm a.rs.bak");
    assert_eq!(world.scan(&call)["scan"]["is-complete"], false);
}

#[test]
fn in_a_linked_work_tree_its_own_files_are_looked_at() {
    let world = world();
    let tree = &world.trees()[1];
    let live = world.live("s1").at(&tree.folder);
    let call = live.bash("sed -i.bak 's/second/better/' a.rs && rm a.rs.bak");
    assert_eq!(world.wrote(&call, &["better line"]), ["a.rs: better line"]);
    let out = live.bash("sed -i.bak 's/third/better/' ../repo/a.rs && rm ../repo/a.rs.bak");
    let scans = tree.events("scan");
    let of_out = scans.iter().find(|scan| scan["tool_use"] == out.as_str()).unwrap();
    assert_eq!(of_out["scan"]["is-complete"], false, "{of_out}");
}
