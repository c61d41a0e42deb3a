//! A pull request from the developer's first line to the default branch: what it cost stays the same number everywhere.
//!
//! A clone with hooks, an agent, a server, the fresh clones of a runner; real commands all the way.

use crate::harness::{Server, World};
use serde_json::{Value, json};
use std::path::PathBuf;

const README: &str = "# Sails\n\nHow to\nsew sails,\nfold sails,\nset sails,\nstrike sails,\nmend sails.\n";
const HARBOUR: &str = "pub fn harbour_of(ship: &str) -> String {\n    format!(\"harbour of {ship}\")\n}\n";
const QUAY: &str = "pub fn quay_of(ship: &str) -> String {\n    format!(\"quay of {ship}\")\n}\n";
const TIDES: &str = "pub fn tide_at(hour: u32) -> f64 {\n    (f64::from(hour) / 12.4).sin()\n}\n";

/// A developer's clone with hooks and notes, and the server it was pushed to.
fn world() -> World {
    let world = World::new();
    world.write("README.md", README);
    world.commit("start");
    world.install_hooks();
    let _ = world.run(["notes", "on"]).success();
    world
}

/// A branch of three commits: an agent's, one that undoes most of it, and a person's. Pushed, as the hooks push notes.
fn works(world: &World, server: &Server<'_>) {
    let _ = world.git(["switch", "--quiet", "--create", "sails"]).success();
    let session = world.claude("mine");
    session.tokens(310_000, 21_000, 48_000, 9_000, 0);
    let agent = world.agent(&session.session_id());
    session.says("harbours").writes("src/harbour.rs", HARBOUR);
    agent.writes("w1", "src/harbour.rs", HARBOUR);
    session.commits("harbour");
    session.says("rather quays").writes("src/harbour.rs", QUAY).writes("src/tides.rs", TIDES);
    agent.writes("w2", "src/harbour.rs", QUAY).writes("w3", "src/tides.rs", TIDES);
    let _ = world.git(["add", "--all"]).success();
    let done = agent.git("b1", ["commit", "--message", "quays and tides"]).success();
    session.runs_bash("git commit --message 'quays and tides'", done.stdout.trim_end()).stops();
    world.write("README.md", &README.replace("mend sails", "mend all sails"));
    world.commit("of a person");
    pushes(world, server);
}

fn pushes(world: &World, server: &Server<'_>) {
    let _ = world.run(["ingest"]).success();
    let _ = world.git(["push", "--quiet", "--force", "origin", "sails"]).success();
    server.sees(7, "sails");
}

/// What the developer's own books say that commits cost, in nano-USD.
fn own_cost(world: &World) -> i64 {
    let cost = world.ask(["cost", "--by", "commit"]);
    cost["rows"].as_array().unwrap().iter().map(|row| row["cost_nano_usd"].as_i64().unwrap()).sum()
}

/// A clone as runners make it: one commit of one branch.
fn runner(world: &World, server: &Server<'_>, name: &str) -> PathBuf {
    let folder = world.path("").with_file_name(name);
    let url = server.url();
    let _ = world.git(["clone", "--quiet", "--depth=1", "--branch=main", &url, folder.to_str().unwrap()]).success();
    folder
}

/// What notes say that the commits of a range cost, asked in a fresh clone.
fn told(world: &World, server: &Server<'_>, name: &str, base: &str, head: &str) -> Value {
    let folder = runner(world, server, name);
    let fetch = ["fetch", "--quiet", "--depth=50", "origin", base, head];
    let _ = world.git_in(&folder, fetch).success();
    let report = world.run_in(&folder, ["pr", "report", "--base", base, "--head", head, "--fetch", "--json"]);
    std::fs::remove_dir_all(&folder).unwrap();
    report.success().json()
}

/// Runs the job that settles in a fresh clone of the runner, with the event of the push.
fn settles(world: &World, server: &Server<'_>, before: &str, more: &[&str]) -> Value {
    let folder = runner(world, server, "settling");
    let event = folder.join("event.json");
    let push = json!({
        "ref": "refs/heads/main", "before": before, "after": server.id("main"),
        "repository": {"default_branch": "main"},
    });
    std::fs::write(&event, push.to_string()).unwrap();
    let arguments = [&["settle", "--push", "--json"], more].concat();
    let done = world.run_list_with(&folder, &arguments, &[("GITHUB_EVENT_PATH", event.to_str().unwrap())]);
    let done = done.success().json();
    std::fs::remove_dir_all(&folder).unwrap();
    done
}

/// Lands a pull request, settles it twice, and looks at the sums on the default branch and in the developer's books.
fn lands(world: &World, server: &Server<'_>, how: impl FnOnce()) -> Value {
    let (cost, base) = (own_cost(world), server.id("main"));
    assert!(cost > 0);
    how();
    server.deletes("sails");
    let settled = settles(world, server, &base, &[]);
    assert_eq!(told(world, server, "after", &base, &server.id("main"))["total"]["cost_nano_usd"], cost, "{settled:#}");
    let notes = server.id("refs/notes/agent-trace");
    let again = settles(world, server, &base, &[]);
    assert_eq!((&again["notes_changed"], server.id("refs/notes/agent-trace")), (&json!(0), notes), "{again:#}");
    settled
}

fn landing(settled: &Value) -> (&str, &str, u64) {
    let [only] = settled["landings"].as_array().unwrap().as_slice() else { panic!("not one landing: {settled:#}") };
    let from = only["from"].as_array().unwrap().len() as u64;
    (only["kind"].as_str().unwrap(), only["evidence"].as_str().unwrap(), from)
}

#[test]
fn a_comment_says_to_the_cent_what_the_developer_sees() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    let own = own_cost(&world);
    let fresh = runner(&world, &server, "commenting");
    let (base, head) = (server.id("main"), server.id("refs/pull/7/head"));
    let _ = world.git_in(&fresh, ["fetch", "--quiet", "--depth=50", "origin", &base, &head]).success();
    let comment = ["pr", "comment", "--dry-run", "--base", &base, "--head", &head, "--fetch", "--json"];
    let told = world.run_in(&fresh, comment).success().json();
    let body = told["body"].as_str().unwrap();
    let cents = format!("${}.{:02}", own / 1_000_000_000, (own % 1_000_000_000 + 5_000_000) / 10_000_000);
    assert!(body.contains(&format!("| Cost (API-equivalent) | **{cents}** |")), "{cents} is not in\n{body}");
    let report = ["pr", "report", "--base", &base, "--head", &head, "--fetch", "--json"];
    assert_eq!(world.run_in(&fresh, report).success().json()["total"]["cost_nano_usd"], own);
}

#[test]
fn a_squash_has_what_all_commits_had() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    let settled = lands(&world, &server, || drop(server.squashes(7, "Sails (#7)")));
    assert_eq!(landing(&settled), ("squash", "patch", 3));
    assert_eq!(settled["landings"][0]["pull"], 7);
}

#[test]
fn a_squash_has_the_lines_that_are_left() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    lands(&world, &server, || drop(server.squashes(7, "Sails (#7)")));
    let note = server.git(&["notes", "--ref=agent-trace", "show", "main"]).stdout;
    let lines: Vec<&str> = note.lines().filter(|line| line.starts_with("l1 ")).collect();
    let blob = |path: &str| server.id(&format!("main:{path}"))[..12].to_owned();
    // Of the first commit's lines two are left, and they are the first and the last ones of what came after.
    for (path, ranges) in [("src/harbour.rs", "1-3"), ("src/tides.rs", "1-3")] {
        let end = format!(" {} {ranges} {path}", blob(path));
        assert!(lines.iter().any(|line| line.ends_with(&end)), "{end} is not in\n{note}");
    }
    assert_eq!(lines.len(), 2, "{note}");
    let lineage: Vec<&str> = note.lines().filter(|line| line.starts_with("f1 squash ")).collect();
    let mut from: Vec<String> = ["", "~1", "~2"].map(|back| server.id(&format!("refs/pull/7/head{back}"))).into();
    from.iter_mut().for_each(|id| id.truncate(12));
    from.sort();
    assert_eq!(lineage, [format!("f1 squash {}", from.join(","))], "{note}");
}

#[test]
fn a_squash_next_to_the_lines_of_others_is_known_by_its_own() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    server.goes_on("set", "README.md", &README.replace("set sails", "set all sails"));
    let settled = lands(&world, &server, || drop(server.squashes(7, "Sails (#7)")));
    assert_eq!(landing(&settled), ("squash", "lines", 3));
}

#[test]
fn a_squash_under_another_name_is_known_by_its_patch() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    world.claude("mine").says("moor").edits("README.md", "fold sails", "fold and moor").commits("moor").stops();
    pushes(&world, &server);
    server.goes_on("winds", "src/winds.rs", "pub fn winds() -> u8 { 9 }\n");
    let settled = lands(&world, &server, || drop(server.squashes(7, "Something else")));
    assert_eq!(landing(&settled), ("squash", "patch", 4));
    assert_eq!(settled["landings"][0]["pull"], Value::Null, "nobody named it");
}

#[test]
fn rebased_commits_have_what_each_had() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    server.goes_on("winds", "src/winds.rs", "pub fn winds() -> u8 { 9 }\n");
    let settled = lands(&world, &server, || server.rebases(7));
    let landings = settled["landings"].as_array().unwrap();
    assert!(landings.iter().all(|one| one["kind"] == "rebase" && one["evidence"] == "patch"), "{settled:#}");
    assert_eq!(landings.len(), 2, "the person's commit has no note");
    assert!(landings.iter().all(|one| one["from"].as_array().unwrap().len() == 1));
}

#[test]
fn a_rebase_next_to_the_lines_of_others_is_known_by_author_and_time() {
    let world = world();
    let server = Server::of(&world);
    let _ = world.git(["switch", "--quiet", "--create", "sails"]).success();
    let session = world.claude("mine");
    session.says("mend").edits("README.md", "mend sails", "mend all sails").commits("mend");
    session.says("sew").edits("README.md", "sew sails", "sew all sails").commits("sew").stops();
    pushes(&world, &server);
    server.goes_on("set", "README.md", &README.replace("set sails", "set all sails"));
    let settled = lands(&world, &server, || server.rebases(7));
    let landings = settled["landings"].as_array().unwrap();
    let told: Vec<_> =
        landings.iter().map(|one| (one["kind"].as_str().unwrap(), one["evidence"].as_str().unwrap())).collect();
    assert_eq!(told, [("rebase", "lines"), ("rebase", "author")], "{settled:#}");
}

#[test]
fn merged_commits_need_nothing() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    server.goes_on("winds", "src/winds.rs", "pub fn winds() -> u8 { 9 }\n");
    let settled = lands(&world, &server, || server.merges(7));
    assert_eq!((&settled["landings"], &settled["notes_changed"]), (&json!([]), &json!(0)), "{settled:#}");
}

#[test]
fn a_branch_that_was_updated_from_main_lands_without_what_was_there() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    server.goes_on("set", "README.md", &README.replace("set sails", "set all sails"));
    server.updates(7, "sails");
    server.goes_on("winds", "src/winds.rs", "pub fn winds() -> u8 { 9 }\n");
    let settled = lands(&world, &server, || drop(server.squashes(7, "Sails (#7)")));
    assert_eq!(landing(&settled), ("squash", "patch", 3));
}

#[test]
fn a_branch_that_was_forced_lands_with_what_it_has_now() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    world.write("src/tides.rs", &TIDES.replace("12.4", "12.42"));
    let _ = world.git(["commit", "--quiet", "--all", "--amend", "--message", "better"]).success();
    server.goes_on("winds", "src/winds.rs", "pub fn winds() -> u8 { 9 }\n");
    let _ = world.git(["fetch", "--quiet", "origin"]).success();
    let _ = world.git(["rebase", "--quiet", "origin/main"]).success();
    pushes(&world, &server);
    let settled = lands(&world, &server, || drop(server.squashes(7, "Sails (#7)")));
    assert_eq!(landing(&settled), ("squash", "patch", 3));
}

#[test]
fn notes_that_come_late_are_carried_the_next_time() {
    let world = world();
    let server = Server::of(&world);
    let _ = world.git(["config", "core.hooksPath", "/nowhere"]).success();
    works(&world, &server);
    let (cost, base) = (own_cost(&world), server.id("main"));
    server.squashes(7, "Sails (#7)");
    server.deletes("sails");
    let first = settles(&world, &server, &base, &[]);
    assert_eq!((&first["landings"], &first["push"]["result"]), (&json!([]), &json!("no_notes")), "{first:#}");
    let _ = world.run(["notes", "push", "origin"]).success();
    let squashed = server.id("main");
    server.goes_on("winds", "src/winds.rs", "pub fn winds() -> u8 { 9 }\n");
    // The next push says nothing of the commit that landed before.
    let settled = settles(&world, &server, &squashed, &[]);
    assert_eq!(landing(&settled), ("squash", "patch", 3));
    assert_eq!(told(&world, &server, "after", &base, &server.id("main"))["total"]["cost_nano_usd"], cost);
}

#[test]
fn a_fork_brings_its_notes_along_if_somebody_says_where_they_are() {
    let world = world();
    let server = Server::of(&world);
    let fork = server.folder().with_file_name("fork.git");
    let _ = world.git(["clone", "--quiet", "--bare", &server.url(), fork.to_str().unwrap()]).success();
    for key in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
        let _ = world.git_in(&fork, ["config", key, "true"]).success();
    }
    let address = format!("file://{}", fork.display());
    let _ = world.git(["remote", "set-url", "origin", &address]).success();
    works_in_fork(&world);
    server.sees_fork(7, &fork, "sails");
    let (cost, base) = (own_cost(&world), server.id("main"));
    server.squashes(7, "Sails (#7)");
    let without = settles(&world, &server, &base, &[]);
    assert_eq!(without["landings"], json!([]), "{without:#}");
    let settled = settles(&world, &server, &base, &["--notes-from", &address]);
    assert_eq!(landing(&settled), ("squash", "patch", 3));
    assert_eq!(told(&world, &server, "after", &base, &server.id("main"))["total"]["cost_nano_usd"], cost);
    let notes = server.git(&["notes", "--ref=agent-trace", "list"]).stdout;
    assert_eq!(notes.lines().count(), 1, "of the fork's notes only what landed is here");
}

fn works_in_fork(world: &World) {
    let _ = world.git(["switch", "--quiet", "--create", "sails"]).success();
    let session = world.claude("mine");
    session.says("harbours").writes("src/harbour.rs", HARBOUR).commits("harbour");
    session.says("tides").writes("src/tides.rs", TIDES).commits("tides").stops();
    world.write("README.md", "# Other sails\n");
    world.commit("of a person");
    let _ = world.run(["ingest"]).success();
    let _ = world.git(["push", "--quiet", "origin", "sails"]).success();
}

#[test]
fn a_queue_lands_several_at_once_and_each_has_its_own() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    let _ = world.git(["switch", "--quiet", "--create", "winds", "main"]).success();
    world.claude("other").says("winds").writes("src/winds.rs", QUAY).commits("winds").stops();
    let _ = world.run(["ingest"]).success();
    let _ = world.git(["push", "--quiet", "origin", "winds"]).success();
    server.sees(8, "winds");
    let settled = lands(&world, &server, || {
        server.squashes(8, "Winds (#8)");
        server.squashes(7, "Sails (#7)");
    });
    let landings = settled["landings"].as_array().unwrap();
    let told: Vec<(&Value, &Value, usize)> =
        landings.iter().map(|one| (&one["pull"], &one["kind"], one["from"].as_array().unwrap().len())).collect();
    assert_eq!(told, [(&json!(8), &json!("squash"), 1), (&json!(7), &json!("squash"), 3)]);
}

#[test]
fn an_import_with_changes_of_its_own_is_known_by_its_number() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    let settled = lands(&world, &server, || {
        server.imports(7, "Sails for everybody", "BUILD", "rust_library(name = \"sails\")\n")
    });
    assert_eq!(landing(&settled), ("import", "number", 3));
}

#[test]
fn a_number_alone_is_no_evidence() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    let base = server.id("main");
    server.goes_on("Something that has nothing to do with it (#7)", "src/winds.rs", "pub fn winds() -> u8 { 9 }\n");
    let settled = settles(&world, &server, &base, &[]);
    assert_eq!((&settled["landings"], &settled["notes_changed"]), (&json!([]), &json!(0)));
    let open = &settled["open"][0];
    assert_eq!((&open["pull"], &open["reason"]), (&json!(7), &json!("different_content")), "{settled:#}");
}

#[test]
fn a_push_elsewhere_and_a_dry_run_change_nothing() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    let (base, notes) = (server.id("main"), server.id("refs/notes/agent-trace"));
    server.squashes(7, "Sails (#7)");
    let dry = settles(&world, &server, &base, &["--dry-run"]);
    assert_eq!((&dry["notes_changed"], &dry["push"]), (&json!(1), &Value::Null));
    assert_eq!(landing(&dry), ("squash", "patch", 3));
    let folder = runner(&world, &server, "elsewhere");
    let event = folder.join("event.json");
    let push = json!({"ref": "refs/heads/sails", "before": base, "after": server.id("sails"),
        "repository": {"default_branch": "main"}});
    std::fs::write(&event, push.to_string()).unwrap();
    let variables = [("GITHUB_EVENT_PATH", event.to_str().unwrap())];
    let done = world.run_list_with(&folder, &["settle", "--push", "--json"], &variables).success().json();
    assert_eq!((&done["after"], &done["landings"]), (&Value::Null, &json!([])));
    assert_eq!(server.id("refs/notes/agent-trace"), notes);
}

#[test]
fn two_jobs_at_once_lose_nothing() {
    let world = world();
    let server = Server::of(&world);
    works(&world, &server);
    let (cost, base) = (own_cost(&world), server.id("main"));
    server.squashes(7, "Sails (#7)");
    let clones = ["one", "two", "three"].map(|name| runner(&world, &server, name));
    let range = format!("{base}..HEAD");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_agent-trace"));
    let commands = clones.each_ref().map(|folder| {
        let mut command = world.command(program, folder);
        command.args(["settle", "--push", "--json", "--range", &range]);
        command
    });
    std::thread::scope(|scope| {
        let jobs = commands.map(|mut command| scope.spawn(move || command.output().unwrap()));
        for job in jobs {
            let output = job.join().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
    });
    assert_eq!(told(&world, &server, "after", &base, &server.id("main"))["total"]["cost_nano_usd"], cost);
    let noted = server.git(&["notes", "--ref=agent-trace", "list"]).stdout;
    assert!(noted.contains(&server.id("main")), "{noted}");
}
