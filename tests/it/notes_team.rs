//! Notes of several people: they travel, they meet, and rewriting somebody else's commits keeps what is known of them.

use crate::harness::World;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const HARBOUR: &str = "pub fn harbour_of(ship: &str) -> String {\n    format!(\"harbour of {ship}\")\n}\n";
const TIDES: &str = "pub fn tide_at(hour: u32) -> f64 {\n    (f64::from(hour) / 12.4).sin()\n}\n";

/// A bare repository `hub` and two clones of it: the world's own repository, and the folder returned.
fn team() -> (World, PathBuf) {
    let world = World::new();
    world.write("README.md", "# Sails\n");
    world.commit("start");
    let (hub, other) = (world.path("").with_file_name("hub.git"), world.path("").with_file_name("other"));
    let _ = world.git(["clone", "--quiet", "--bare", ".", hub.to_str().unwrap()]).success();
    let _ = world.git(["remote", "add", "origin", hub.to_str().unwrap()]).success();
    let _ = world.git(["fetch", "--quiet", "origin"]).success();
    let _ = world.git(["clone", "--quiet", hub.to_str().unwrap(), other.to_str().unwrap()]).success();
    for folder in [&world.path(""), &other] {
        let _ = world.run_in(folder, ["notes", "on"]).success();
    }
    (world, other)
}

fn ask<const N: usize>(world: &World, folder: &Path, args: [&str; N]) -> Value {
    world.run_in(folder, args).success().json()
}

fn money(world: &World, folder: &Path, which: &str) -> i64 {
    ask(world, folder, ["notes", "verify", "--json"])[which].as_i64().unwrap()
}

/// Both made a commit with a session of their own and pushed it.
fn both_work(world: &World, other: &Path) {
    world.claude("mine").says("harbours").writes("src/harbour.rs", HARBOUR).commits("harbour").stops();
    let _ = world.git(["push", "--quiet", "origin", "main"]).success();
    let _ = world.git_in(other, ["pull", "--quiet", "--rebase"]).success();
    let session = world.claude("yours").worktree(other);
    session.says("tides").writes("src/tides.rs", TIDES).commits("tides").stops();
    let _ = world.git_in(other, ["push", "--quiet"]).success();
    let _ = world.run(["ingest"]).success();
    let _ = world.run_in(other, ["ingest"]).success();
}

#[test]
fn notes_of_two_clones_become_the_same_in_both() {
    let (world, other) = team();
    both_work(&world, &other);
    assert_eq!(world.ask(["notes", "push"])["result"], "pushed");
    let pushed = ask(&world, &other, ["notes", "push", "--json"]);
    assert_eq!((&pushed["result"], &pushed["tries"]), (&json!("pushed"), &json!(2)), "merged after a rejection");
    assert_eq!(world.ask(["notes", "fetch"])["result"], "fast_forward");
    let tip = |folder: &Path| world.git_in(folder, ["rev-parse", "refs/notes/agent-trace"]).success().stdout;
    assert_eq!(tip(&world.path("")), tip(&other));
    assert_eq!(money(&world, &world.path(""), "total_nano_usd"), 2 * 16_824_000);
    assert_eq!(world.ask(["notes", "push"])["result"], "up_to_date");
    assert_eq!(world.ask(["notes", "fetch"])["result"], "up_to_date");
    assert_eq!(world.ask(["ingest"])["notes"], 0, "what the other wrote is no reason to write");
}

#[test]
fn a_rebase_of_somebody_elses_commits_takes_their_usage_along() {
    let (world, other) = team();
    both_work(&world, &other);
    let _ = world.run(["notes", "push"]).success();
    let _ = world.run_in(&other, ["notes", "push"]).success();
    // The other one rebases both commits onto something new, and only then reads.
    let _ = world.git_in(&other, ["checkout", "--quiet", "-b", "base", "HEAD~2"]).success();
    let _ = world.git_in(&other, ["commit", "--quiet", "--allow-empty", "--message", "base"]).success();
    let _ = world.git_in(&other, ["checkout", "--quiet", "main"]).success();
    let _ = world.git_in(&other, ["rebase", "--quiet", "base"]).success();
    let _ = world.git_in(&other, ["push", "--quiet", "--force"]).success();
    let _ = world.run_in(&other, ["ingest"]).success();
    for which in ["reachable_nano_usd", "total_nano_usd"] {
        assert_eq!(money(&world, &other, which), 2 * 16_824_000, "{which}");
    }
    // And where the sessions are, after a pull: the same money once.
    let _ = world.run_in(&other, ["notes", "push"]).success();
    let _ = world.git(["fetch", "--quiet"]).success();
    let _ = world.git(["reset", "--quiet", "--hard", "origin/main"]).success();
    let _ = world.run(["notes", "fetch"]).success();
    let _ = world.run(["ingest"]).success();
    for which in ["reachable_nano_usd", "total_nano_usd"] {
        assert_eq!(money(&world, &world.path(""), which), 2 * 16_824_000, "{which}");
    }
}

const THEIRS: &str =
    "u1 00112233445566aa s_0123456789abcd codex gpt i=1 o=2 cr=3 cw5=4 cw1h=5 req=6 us=7000000 bill=api";

/// A commit whose note says what somebody else's session used.
fn with_a_foreign_note(world: &World, path: &str) -> String {
    world.write(path, HARBOUR);
    let commit = world.commit(path);
    let _ = world.git(["notes", "--ref=agent-trace", "add", "--message", THEIRS, &commit]).success();
    commit
}

fn note(world: &World) -> String {
    world.git(["notes", "--ref=agent-trace", "show", "HEAD"]).stdout
}

fn with_hooks() -> World {
    let world = World::new();
    world.write("README.md", "# Sails\n");
    world.commit("start");
    let _ = world.run(["notes", "on"]).success();
    world.install_hooks();
    world
}

#[test]
fn hooks_tell_which_commit_took_the_place_of_which() {
    let world = with_hooks();
    let amended = with_a_foreign_note(&world, "src/harbour.rs");
    world.write("src/harbour.rs", TIDES); // Another change altogether.
    let _ = world.git(["commit", "--quiet", "--all", "--amend", "--no-edit"]).success();
    let _ = world.run(["ingest"]).success();
    assert_eq!(note(&world), format!("f1 amend {}\n{THEIRS}\n", &amended[..12]));
}

#[test]
fn a_squash_says_what_it_was_made_from() {
    let world = with_hooks();
    let one = with_a_foreign_note(&world, "src/harbour.rs");
    world.write("src/tides.rs", TIDES);
    let two = world.commit("fixup! src/harbour.rs");
    let _ = world.git(["-c", "sequence.editor=:", "rebase", "--quiet", "-i", "--autosquash", "HEAD~2"]).success();
    let _ = world.run(["ingest"]).success();
    let mut from = [&one[..12], &two[..12]];
    from.sort_unstable();
    let note = note(&world);
    assert!(note.contains(THEIRS) && note.contains("f1 squash "), "{note}");
    assert!(from.iter().all(|id| note.contains(id)), "{note}");
}

#[test]
fn a_dropped_commit_leaves_nothing_on_the_commit_git_maps_it_to() {
    let world = with_hooks();
    let _ = world.git(["checkout", "--quiet", "-b", "topic"]).success();
    with_a_foreign_note(&world, "src/harbour.rs");
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    world.write("src/harbour.rs", HARBOUR);
    world.write("src/tides.rs", TIDES);
    world.commit("both, by hand");
    world.write("src/winds.rs", "pub fn winds() -> u8 { 9 }\n");
    let unrelated = world.commit("winds");
    let _ = world.git(["checkout", "--quiet", "topic"]).success();
    let _ = world.git(["rebase", "--quiet", "main"]).success();
    assert_eq!(world.git(["rev-parse", "HEAD"]).success().stdout.trim(), unrelated, "the only commit was dropped");
    let _ = world.run(["ingest"]).success();
    let _ = world.git(["notes", "--ref=agent-trace", "show", &unrelated]).failure(1);
}

#[test]
fn a_push_of_code_takes_the_notes_along_and_does_not_mind_if_it_cannot() {
    let (world, other) = team();
    world.install_hooks();
    world.claude("mine").says("harbours").writes("src/harbour.rs", HARBOUR).commits("harbour").stops();
    let _ = world.run(["ingest"]).success();
    let _ = world.git(["push", "--quiet", "origin", "main"]).success();
    let fetched = ask(&world, &other, ["notes", "fetch", "--json"]);
    assert_eq!(fetched["result"], "fast_forward");
    assert_eq!(money(&world, &other, "total_nano_usd"), 16_824_000);
    let silent = world.run(["notes", "push", "--for-hook", "--", "nowhere", "/no/such/place"]).success();
    assert_eq!((silent.stdout.as_str(), silent.stderr.as_str()), ("", ""));
}

#[test]
fn git_fetch_brings_notes_along_where_it_was_told_to() {
    let (world, other) = team();
    both_work(&world, &other);
    let _ = world.run_in(&other, ["notes", "push"]).success();
    let on = world.ask(["notes", "on", "--remote", "origin"]);
    assert_eq!(on["refspec"], "+refs/notes/agent-trace:refs/notes/remotes/origin/agent-trace");
    let _ = world.git(["fetch", "--quiet"]).success();
    let merged = world.ask(["notes", "merge", "remotes/origin/agent-trace"]);
    assert_eq!((&merged["action"], &merged["result"]), (&json!("merge"), &json!("merged")));
    let off = world.ask(["notes", "off", "--remote", "origin"]);
    assert_eq!(off["refspec"], on["refspec"]);
    assert!(!world.read(".git/config").contains("refs/notes"));
}
