//! From the spool of hooks to links: who made a commit, whose work is in it, each told once.

use crate::harness::{Agent, World};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// A repository with hooks and one session that has asked for something, so that there is money.
fn world() -> World {
    let world = World::new();
    world.write("a.txt", "one\n");
    world.commit("start");
    world.install_hooks();
    world.advance(3_600);
    world.claude("s1").says("please").replies("done").stops();
    world
}

/// The hooks' side of the session of [`world`].
fn agent(world: &World) -> Agent<'_> {
    world.agent(&world.claude("s1").session_id())
}

/// Kinds of evidence of a commit's sessions.
fn evidence(world: &World, commit: &str) -> Vec<Vec<String>> {
    let shown = world.ask(["show", commit]);
    let kinds = |session: &Value| {
        let evidence = session["evidence"].as_array().unwrap();
        evidence.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
    };
    shown["sessions"].as_array().unwrap().iter().map(kinds).collect()
}

fn head(world: &World) -> String {
    world.git(["rev-parse", "HEAD"]).success().stdout.trim().to_owned()
}

fn spool(world: &World) -> PathBuf {
    world.path(".git/agent-trace/spool/main.jsonl")
}

/// Rows of a table of the database.
#[expect(clippy::disallowed_methods, reason = "the test looks at the file itself")]
fn count(world: &World, table: &str) -> i64 {
    let connection = rusqlite::Connection::open(crate::books::database(world)).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn a_commit_made_in_a_session_is_linked_by_the_hook_that_saw_it() {
    let world = world();
    let _ = agent(&world).git("t1", ["commit", "--quiet", "--allow-empty", "-m", "made"]).success();
    assert_eq!(evidence(&world, "HEAD"), [["hook", "trailer"]]);
}

#[test]
fn another_sessions_commit_that_was_checked_out_by_the_last_hook_is_not_claimed() {
    let world = world();
    let before = head(&world);
    let _ = world.git(["commit", "--quiet", "--allow-empty", "-m", "made"]).success();
    let made = head(&world);
    let _ = world.git(["commit", "--quiet", "--allow-empty", "-m", "somebody else's"]).success();
    let session = world.claude("s1").session_id();
    let by = json!([{"agent": "claude-code", "session": session, "by": "environment"}]);
    let line = |commit: &str| json!({"v": 1, "at": 1_760_000_000_000_i64, "event": "commit", "commit": commit, "from": before, "state": "plain", "by": by});
    fs::write(spool(&world), format!("\n{}\n\n{}\n", line(&head(&world)), line(&made))).unwrap();
    assert_eq!(evidence(&world, &made), [["hook"]]);
    assert!(evidence(&world, "HEAD").is_empty());
}

#[test]
fn what_was_recorded_in_a_work_tree_that_is_gone_is_read_all_the_same() {
    let world = world();
    let [_, linked] = world.trees();
    let session = world.claude("s1").session_id();
    let commit = ["commit", "--quiet", "--allow-empty", "--no-verify", "-m", "made elsewhere"];
    let _ = world.run(["install-hooks", "--scope", "none", "--no-trailers"]).success();
    let _ = linked.agent(&session).git("t1", commit).success();
    let made = linked.head();
    let _ = world.git(["worktree", "remove", "--force", linked.folder.to_str().unwrap()]).success();
    assert_eq!(evidence(&world, &made), [["hook"]]);
    assert_eq!(evidence(&world, &made), [["hook"]], "and stays");
}

#[test]
fn without_trailers_the_hook_alone_suffices_and_follows_amend_and_rebase() {
    let world = world();
    let _ = world.run(["install-hooks", "--scope", "none", "--no-trailers"]).success();
    let _ = world.git(["switch", "--quiet", "--create", "side"]).success();
    world.write("b.txt", "two\n");
    let _ = world.git(["add", "b.txt"]).success();
    let _ = agent(&world).git("t1", ["commit", "--quiet", "-m", "made"]).success();
    assert_eq!(evidence(&world, "HEAD"), [["hook"]]);
    let _ = world.git(["commit", "--quiet", "--amend", "-m", "reworded by a person"]).success();
    assert_eq!(evidence(&world, "HEAD"), [["hook"]]);
    let _ = world.git(["switch", "--quiet", "main"]).success();
    world.write("c.txt", "three\n");
    let theirs = world.commit("meanwhile");
    let _ = world.git(["rebase", "--quiet", "main", "side"]).success();
    assert_eq!(evidence(&world, "HEAD"), [["hook"]]);
    assert!(evidence(&world, &theirs).is_empty(), "a rebase gave the session a commit of somebody else");
}

#[test]
fn a_commit_that_a_rebase_dropped_gives_the_upstream_commit_to_nobody() {
    let world = world();
    let _ = world.git(["switch", "--quiet", "--create", "side"]).success();
    world.write("b.txt", "two\n");
    let _ = world.git(["add", "b.txt"]).success();
    let _ = agent(&world).git("t1", ["commit", "--quiet", "-m", "made"]).success();
    let _ = world.git(["switch", "--quiet", "main"]).success();
    world.write("b.txt", "two\n");
    world.write("c.txt", "and more\n");
    let theirs = world.without_hooks(|| world.commit("the same and more, by somebody else"));
    let _ = world.git(["rebase", "--quiet", "main", "side"]).success();
    assert_eq!(head(&world), theirs);
    assert!(evidence(&world, &theirs).is_empty());
}

#[test]
fn a_persons_commit_of_an_agents_file_is_linked_by_its_content_and_one_of_other_work_is_not() {
    let world = world();
    agent(&world).writes("t1", "made.rs", "fn made() {}\n");
    world.write("mine.rs", "fn mine() {}\n");
    let _ = world.git(["add", "mine.rs"]).success();
    let _ = world.git(["commit", "--quiet", "-m", "my own"]).success();
    let own = head(&world);
    let _ = world.git(["add", "made.rs"]).success();
    let _ = world.git(["commit", "--quiet", "-m", "the agent's"]).success();
    assert_eq!(evidence(&world, "HEAD"), [["content"]]);
    assert!(evidence(&world, &own).is_empty());
}

#[test]
fn a_file_that_a_person_changed_before_committing_is_no_longer_the_agents() {
    let world = world();
    agent(&world).writes("t1", "made.rs", "fn made() {}\n");
    world.write("made.rs", "fn made() { improved() }\n");
    world.commit("changed");
    assert!(evidence(&world, "HEAD").is_empty());
}

#[test]
fn lines_of_the_spool_are_taken_in_once_however_often_and_wherever_reading_stops() {
    let world = world();
    for number in 0..5 {
        let _ = agent(&world).git(&format!("t{number}"), ["commit", "--quiet", "--allow-empty", "-m", "x"]).success();
        let _ = world.run(["ingest"]).success();
        let _ = world.run(["ingest"]).success();
    }
    assert_eq!((count(&world, "captured_commit"), count(&world, "tool_moment")), (5, 5));
    let whole = fs::read(spool(&world)).unwrap();
    fs::write(spool(&world), &whole[..whole.len() - 7]).unwrap(); // Another file than the one that was read.
    let _ = world.run(["ingest"]).success();
    assert_eq!(count(&world, "captured_commit"), 5);
    fs::write(spool(&world), &whole).unwrap();
    let _ = world.run(["ingest"]).success();
    assert_eq!((count(&world, "captured_commit"), count(&world, "tool_moment")), (5, 5));
}

#[test]
fn a_line_that_is_still_being_written_waits_and_a_torn_one_takes_nothing_with_it() {
    let world = world();
    let _ = agent(&world).git("t1", ["commit", "--quiet", "--allow-empty", "-m", "x"]).success();
    let whole = fs::read_to_string(spool(&world)).unwrap();
    let torn = format!("{whole}\n{{\"v\":1,\"at\":5,\"ev");
    fs::write(spool(&world), &torn).unwrap();
    let _ = world.run(["ingest"]).success();
    assert_eq!(count(&world, "captured_commit"), 1);
    let _ = agent(&world).git("t2", ["commit", "--quiet", "--allow-empty", "-m", "y"]).success();
    let _ = world.run(["ingest"]).success();
    assert_eq!(count(&world, "captured_commit"), 2);
    assert_eq!(crate::books::problems(&world, "bad-json"), 1, "a line that was lost is told of");
}

#[test]
fn lines_that_no_hook_wrote_are_listed_and_stop_nothing() {
    let world = world();
    let _ = agent(&world).git("t1", ["commit", "--quiet", "--allow-empty", "-m", "x"]).success();
    let far = json!({"v": 1, "at": i64::MIN, "event": "tool-end", "session": "x1", "tool_use": "t9", "tool": "Bash"});
    let mut endless = far.clone();
    (endless["at"], endless["run_ms"]) = (json!(world.now() * 1_000), json!(i64::MAX));
    let asked =
        json!({"v": 1, "at": world.now() * 1_000, "event": "permission-request", "session": "x1", "tool": "Bash"});
    let mut text = fs::read(spool(&world)).unwrap();
    text.extend_from_slice(format!("\n{far}\n{endless}\n{asked}\n").as_bytes());
    text.extend(std::iter::repeat_n(b'A', 5 << 20));
    text.extend_from_slice(b"\n\xff\xfe\n");
    fs::write(spool(&world), text).unwrap();
    let _ = agent(&world).git("t2", ["commit", "--quiet", "--allow-empty", "-m", "y"]).success();
    let _ = world.run(["ingest"]).success();
    assert_eq!(count(&world, "captured_commit"), 2);
    let kinds = ["odd-time", "line-too-long", "bad-json"].map(|kind| crate::books::problems(&world, kind));
    assert_eq!(kinds, [1, 1, 2], "the end of the long line and the two bytes are no record either");
}

#[test]
fn a_long_spool_is_put_aside_and_deleted_a_day_later() {
    let world = world();
    let start = (world.now() - 3_600) * 1_000;
    let line = |number: u32| json!({"v": 1, "at": start + i64::from(number), "event": "stop", "agent": "claude-code", "session": format!("x{number}")});
    let text: String = (0..20_000).map(|number| format!("\n{}\n", line(number))).collect();
    fs::create_dir_all(spool(&world).parent().unwrap()).unwrap();
    fs::write(spool(&world), text).unwrap();
    let _ = world.run(["ingest"]).success();
    let files = || fs::read_dir(spool(&world).parent().unwrap()).unwrap().count();
    assert!(!spool(&world).exists() && files() == 1);
    let _ = agent(&world).git("t1", ["commit", "--quiet", "--allow-empty", "-m", "on"]).success();
    let _ = world.run(["ingest"]).success();
    assert_eq!((count(&world, "session_moment"), files()), (20_000, 2));
    world.advance(90_000);
    let _ = world.run(["ingest"]).success();
    assert_eq!((count(&world, "session_moment"), files()), (20_000, 1));
}

#[test]
fn a_person_who_was_asked_for_permission_is_seen_waiting() {
    let world = world();
    let session = world.claude("s2");
    session.says("build it");
    let call = session.calls("Bash", json!({"command": "make"}));
    let hooks = world.agent(&session.session_id());
    let tool = json!({"tool_name": "Bash", "tool_use_id": call.id, "tool_input": {"command": "make"}});
    hooks.hook("PreToolUse", tool.clone());
    hooks.hook("PermissionRequest", json!({"tool_name": "Bash", "tool_input": {"command": "make"}}));
    let mut done = tool;
    done["duration_ms"] = json!(20_000);
    hooks.hook("PostToolUse", done);
    session.gets(&call, "made", json!({"stdout": "made"})).replies("built");
    let _ = world.run(["ingest"]).success();
    let wait = &world.run(["sql", "select tool, permission_ms from tools", "--json"]).success().json()["rows"][0];
    assert_eq!(wait, &json!(["Bash", 40_000]), "a minute from the question to the end, less twenty seconds of work");
    let turns = world.run(["sql", "select waiting_ms, waiting_is_inferred from turns where waiting_ms > 0", "--json"]);
    assert_eq!(turns.success().json()["rows"][0], json!([40_000, 0]));
}

#[test]
fn without_any_transcript_links_stand_and_money_is_not_known() {
    let world = World::new();
    world.write("a.txt", "one\n");
    world.commit("start");
    world.install_hooks();
    let agent = world.agent("s1");
    agent.writes("t1", "made.rs", "fn made() {}\n");
    let _ = world.git(["add", "--all"]).success();
    let _ = world.git(["commit", "--quiet", "-m", "by a person"]).success();
    let by_person = head(&world);
    let _ = agent.git("t2", ["commit", "--quiet", "--allow-empty", "-m", "by the agent"]).success();
    assert_eq!(evidence(&world, &by_person), [["content"]]);
    assert_eq!(evidence(&world, "HEAD"), [["hook", "trailer"]]);
    let log = world.run(["log", "--json"]).success().json();
    let reasons: Vec<&Value> = log["rows"].as_array().unwrap().iter().map(|row| &row["cost_missing"]).collect();
    assert_eq!(reasons, ["not_read", "not_read", "no_session"], "{log:#}");
    assert!(log["rows"][1]["agent_lines"].is_null(), "{log:#}");
    assert_eq!(world.run(["--json"]).success().json()["total_nano_usd"], 0);
}
