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
