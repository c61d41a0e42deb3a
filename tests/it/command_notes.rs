//! `notes`: what is shown, switched, checked and thrown away.

use crate::harness::World;
use serde_json::json;

const HARBOUR: &str = "pub fn harbour_of(ship: &str) -> String {\n    format!(\"harbour of {ship}\")\n}\n";

fn world() -> World {
    let world = World::new();
    world.write("README.md", "# Sails\n");
    world.commit("start");
    world
}

fn head(world: &World) -> String {
    world.git(["rev-parse", "HEAD"]).success().stdout.trim().to_owned()
}

fn harbour(world: &World) {
    world.claude("sails").says("add harbours").writes("src/harbour.rs", HARBOUR).commits("harbour").stops();
    let _ = world.run(["ingest"]).success();
}

#[test]
fn notes_are_off_until_they_are_switched_on_and_stay_when_switched_off() {
    let world = world();
    harbour(&world);
    let nothing = world.run(["notes", "show"]).failure(2);
    assert!(nothing.stderr.contains("hint: agent-trace notes on"), "{nothing}");
    assert_eq!(world.ask(["notes", "on"])["has_changed"], true);
    assert_eq!(world.ask(["notes", "on"])["has_changed"], false);
    assert_eq!(world.ask(["ingest"])["notes"], 1);
    assert_eq!(world.ask(["ingest"])["notes"], 0);
    assert_eq!(world.ask(["notes", "off"])["has_changed"], true);
    world.claude("more").says("more").writes("src/more.rs", "pub fn more() -> u8 { 7 }\n// of it\n").commits("more");
    assert!(world.ask(["ingest"])["notes"].is_null());
    let verified = world.ask(["notes", "verify"]);
    assert_eq!((&verified["is_on"], &verified["notes"]), (&json!(false), &json!(1)));
}

#[test]
fn a_note_is_shown_with_its_money() {
    let world = world();
    let _ = world.run(["notes", "on"]).success();
    harbour(&world);
    let note = world.ask(["notes", "show", "HEAD"]);
    assert_eq!(note["claims"][0]["grade"], "produced");
    assert_eq!(note["claims"][0]["evidence"], json!(["lines", "printed-id"]));
    assert_eq!(note["usage"].as_array().unwrap().len(), 1);
    assert_eq!((&note["total_nano_usd"], &note["usage"][0]["requests"]), (&json!(16_824_000), &json!(2)));
    let shown = world.ask(["show", "HEAD"]);
    assert_eq!(shown["commit"]["cost_nano_usd"], note["total_nano_usd"], "the note says what the report says");
    let text = world.run(["notes", "show"]).success().stdout;
    assert!(text.contains("produced by claude-code s_") && text.contains("total $0.0168"), "{text}");
    let csv = world.run(["notes", "show", "--format", "csv"]).success().stdout;
    assert!(csv.lines().nth(1).is_some_and(|line| line.ends_with(",0.016824000")), "{csv}");
    let _ = world.run(["notes", "show", "HEAD~1"]).failure(2);
    let _ = world.run(["notes", "show", "nonsense"]).failure(2);
}

#[test]
fn a_model_without_a_price_has_tokens_and_no_money() {
    let world = world();
    let _ = world.run(["notes", "on"]).success();
    let session = world.claude("sails").model("model-of-tomorrow");
    session.says("add harbours").writes("src/harbour.rs", HARBOUR).commits("harbour").stops();
    let _ = world.run(["ingest"]).success();
    let note = world.ask(["notes", "show"]);
    assert_eq!((&note["total_nano_usd"], &note["total_missing"]), (&json!(null), &json!("unpriced")));
    assert_eq!(note["usage"][0]["unpriced_requests"], 2);
    assert!(note["usage"][0]["tokens"]["input"].as_u64() > Some(0));
}

#[test]
fn verify_finds_what_is_wrong_and_tells_it_from_what_is_only_elsewhere() {
    let world = world();
    let _ = world.run(["notes", "on"]).success();
    harbour(&world);
    let sound = world.ask(["notes", "verify"]);
    assert_eq!((&sound["findings"], &sound["notes"], &sound["sessions"]), (&json!([]), &json!(1), &json!(1)));
    assert_eq!((&sound["total_nano_usd"], &sound["reachable_nano_usd"]), (&json!(16_824_000), &json!(16_824_000)));
    // A note of a commit that is in another clone.
    let blob = world.git(["rev-parse", &format!("refs/notes/agent-trace:{}", head(&world))]).success().stdout;
    let elsewhere = "12".repeat(20);
    world.write(
        "tree",
        &format!("100644 blob {}\t{}\n100644 blob {}\t{elsewhere}\n", blob.trim(), head(&world), blob.trim()),
    );
    let tree = std::fs::File::open(world.path("tree")).unwrap();
    let git = world.command(std::path::Path::new("git"), &world.path("")).arg("mktree").stdin(tree).output().unwrap();
    let tree = String::from_utf8(git.stdout).unwrap();
    let commit = world.git(["commit-tree", "-m", "notes", tree.trim()]).success().stdout;
    let _ = world.git(["update-ref", "refs/notes/agent-trace", commit.trim()]).success();
    let known = world.ask(["notes", "verify"]);
    assert_eq!(known["findings"], json!([{"commit": elsewhere, "kind": "unknown_commit", "count": 1}]));
    assert_eq!(known["total_nano_usd"], 16_824_000, "the same slice");
    let _ = world.run(["notes", "prune"]).success();
    assert_eq!(world.ask(["notes", "verify"])["notes"], 2, "kept");
    // A damaged one.
    let _ = world.git(["notes", "--ref=agent-trace", "append", "-m", "hello world", "HEAD"]).success();
    let wrong = world.run(["notes", "verify", "--json"]).failure(1).json();
    assert_eq!(wrong["findings"][1]["kind"].as_str().or(wrong["findings"][0]["kind"].as_str()), Some("bad_lines"));
}

#[test]
fn prune_takes_what_other_notes_say_and_nothing_else() {
    let world = world();
    let _ = world.run(["notes", "on"]).success();
    harbour(&world);
    let amended = head(&world);
    let _ = world.git(["commit", "--quiet", "--amend", "--message", "harbours"]).success();
    world
        .claude("lost")
        .says("tides")
        .writes("src/tides.rs", "pub fn tides() -> u8 { 3 }\n// low tide\n")
        .commits("tides");
    let lost = head(&world);
    let _ = world.run(["ingest"]).success();
    let _ = world.git(["reset", "--quiet", "--hard", "HEAD~1"]).success();
    let _ = world.run(["ingest"]).success();
    let before = world.git(["notes", "--ref=agent-trace", "list"]).success().stdout;
    let would = world.ask(["notes", "prune", "--dry-run"]);
    assert_eq!((&would["pruned"], &would["kept_needed"]), (&json!([amended]), &json!(1)));
    assert_eq!(world.git(["notes", "--ref=agent-trace", "list"]).success().stdout, before, "only said");
    assert_eq!(world.ask(["notes", "prune"])["pruned"], json!([amended]));
    let after = world.git(["notes", "--ref=agent-trace", "list"]).success().stdout;
    assert!(!after.contains(&amended) && after.contains(&lost), "{after}");
    assert_eq!(world.ask(["notes", "prune"])["pruned"], json!([]));
    assert_eq!(world.ask(["ingest"])["notes"], 0, "what was pruned does not come back");
}

#[test]
fn merge_takes_another_reference_in() {
    let world = world();
    let _ = world.run(["notes", "merge", "other"]).failure(2);
    let _ = world.git(["notes", "--ref=other", "add", "-m", "z1 theirs", "HEAD"]).success();
    assert_eq!(world.ask(["notes", "merge", "other"])["result"], "fast_forward");
    let _ = world.git(["notes", "--ref=other", "add", "-f", "-m", "z2 theirs", "HEAD"]).success();
    let _ = world.git(["notes", "--ref=agent-trace", "add", "-f", "-m", "z3 ours", "HEAD"]).success();
    let merged = world.ask(["notes", "merge", "refs/notes/other"]);
    assert_eq!((&merged["result"], &merged["notes_changed"]), (&json!("merged"), &json!(1)));
    assert_eq!(world.git(["notes", "--ref=agent-trace", "show"]).success().stdout, "z2 theirs\nz3 ours\n");
    assert_eq!(world.ask(["notes", "merge", "other"])["result"], "up_to_date");
}

#[test]
fn notes_that_cannot_be_written_do_not_spoil_the_answer() {
    let world = world();
    harbour(&world);
    let _ = world.run(["notes", "on"]).success();
    let _ = world.git(["update-ref", "refs/notes/agent-trace/in-the-way", "HEAD"]).success();
    let output = world.run(["ingest", "--json"]).success();
    assert_eq!(output.json()["notes"], 0);
    assert!(output.stderr.contains("the notes are not up to date"), "{output}");
}
