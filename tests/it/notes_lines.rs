//! Notes list the lines that sessions wrote, as this machine knows it now.

use crate::harness::World;

/// A session's file and a person's lines in it, in one commit that hooks saw; notes are written.
fn world() -> World {
    let world = World::new();
    world.write("a.txt", "before the hooks\n");
    world.commit("start");
    world.install_hooks();
    let _ = world.run(["notes", "on"]).success();
    world.advance(3_600);
    world.claude("s1").says("write").writes("b.rs", "fn one() {\n    first_of_agent();\n}\n").stops();
    world.write("b.rs", &format!("// By hand.\n{}// The end, by hand.\n", world.read("b.rs")));
    commit(&world, &["--message", "both"]);
    world
}

fn commit(world: &World, options: &[&str]) {
    let _ = world.git(["add", "--all"]).success();
    let args: Vec<&str> = ["commit", "--quiet"].iter().chain(options).copied().collect();
    let output = world.command("git".as_ref(), &world.path("")).args(args).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// `l1` and `n1` of the note of `HEAD`, without the session.
fn said(world: &World) -> Vec<String> {
    let _ = world.run(["ingest"]).success();
    let note = world.git(["notes", "--ref=agent-trace", "show", "HEAD"]).success().stdout;
    let lines = note.lines().filter(|line| line.starts_with("l1 ") || line.starts_with("n1 "));
    lines.map(|line| line.splitn(3, ' ').skip(2).collect()).collect()
}

fn blob(world: &World, revision: &str) -> String {
    world.git(["rev-parse", revision]).success().stdout.chars().take(12).collect()
}

#[test]
fn lines_are_listed_for_the_content_they_stand_in_and_only_once() {
    let world = world();
    assert_eq!(said(&world), [format!("{} 2-4 b.rs", blob(&world, "HEAD:b.rs"))]);
    let tip = world.git(["rev-parse", "refs/notes/agent-trace"]).success().stdout;
    assert_eq!(said(&world).len(), 1);
    assert_eq!(
        world.git(["rev-parse", "refs/notes/agent-trace"]).success().stdout,
        tip,
        "nothing new, nothing written"
    );
}

#[test]
fn an_amended_commit_lists_its_own_lines_only() {
    let world = world();
    assert_eq!(said(&world).len(), 1);
    world.write("b.rs", &format!("// More by hand.\n{}", world.read("b.rs")));
    commit(&world, &["--amend", "--no-edit"]);
    assert_eq!(said(&world), [format!("{} 3-5 b.rs", blob(&world, "HEAD:b.rs"))]);
}

/// `class grade source` of every line of a file, as a folder knows it.
fn blamed(world: &World, folder: &std::path::Path, file: &str) -> Vec<String> {
    let blamed = world.run_in(folder, ["blame", "--json", file]).success().json();
    let word = |line: &serde_json::Value, key: &str| line[key].as_str().unwrap_or("-").to_owned();
    let words = |line| ["class", "grade", "source"].map(|key| word(line, key)).join(" ");
    blamed["lines"].as_array().unwrap().iter().map(words).collect()
}

/// A clone that has the notes and nothing else.
fn fresh_clone(world: &World) -> std::path::PathBuf {
    let (here, fresh) = (format!("file://{}", world.path("").display()), world.path("").with_file_name("fresh"));
    let _ = world.git(["clone", "--quiet", &here, fresh.to_str().unwrap()]).success();
    let notes = ["fetch", "--quiet", "origin", "refs/notes/agent-trace:refs/notes/agent-trace"];
    let _ = world.git_in(&fresh, notes).success();
    fresh
}

#[test]
fn a_fresh_clone_knows_the_agents_lines_from_notes_alone() {
    let world = world();
    assert_eq!(said(&world).len(), 1);
    let fresh = fresh_clone(&world);
    let note = "agent declared agent-trace note";
    assert_eq!(blamed(&world, &fresh, "b.rs"), ["unknown none -", note, note, note, "unknown none -"]);
    let first = &world.run_in(&fresh, ["blame", "--json", "b.rs"]).success().json()["lines"][1];
    assert_eq!((&first["agent"], &first["model"]), (&"claude-code".into(), &"claude-sonnet-4-5-20250929".into()));
    assert!(first["session"].as_str().unwrap().starts_with("s_"), "no id leaves the machine: {first}");
    assert_eq!(first["cost_nano_usd"], serde_json::Value::Null);
    let at_home = blamed(&world, &world.path(""), "b.rs");
    assert!(at_home[1..4].iter().all(|line| line == "agent exact -"), "evidence needs no note: {at_home:?}");
}

#[test]
fn a_list_that_was_made_for_other_content_is_followed_if_that_is_here_and_says_nothing_else() {
    let world = world();
    assert_eq!(said(&world).len(), 1);
    let old = world.git(["rev-parse", "HEAD"]).success().stdout;
    let lines = world.read("b.rs").replace("first_of_agent", "changed_by_hand");
    world.write("b.rs", &format!("// More by hand.\n{lines}"));
    let _ = world.git(["commit", "--quiet", "--all", "--amend", "--no-edit"]).success();
    let _ = world.git(["notes", "--ref=agent-trace", "copy", "--force", old.trim(), "HEAD"]).success();
    let fresh = fresh_clone(&world);
    assert!(blamed(&world, &fresh, "b.rs").iter().all(|line| line.starts_with("unknown")));
    let _ = world.git_in(&fresh, ["fetch", "--quiet", "origin", old.trim()]).success();
    let (note, open) = ("agent declared agent-trace note", "unknown none -");
    assert_eq!(blamed(&world, &fresh, "b.rs"), [open, open, note, open, note, open]);
}
