//! What the hooks of git do at every operation: the rows of git's own table of which hooks fire when.

use crate::harness::World;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const TRAILER: &str = "Agent-Session: claude-code/s1";

/// A repository with hooks and one commit that a person made before.
fn world() -> World {
    let world = World::new();
    world.write("a.txt", "one\n");
    world.commit("start");
    world.install_hooks();
    world
}

fn spool_of(world: &World, worktree: &str) -> Vec<Value> {
    let path = world.path(".git/agent-trace/spool").join(format!("{worktree}.jsonl"));
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the spool says of events of one kind.
fn events(world: &World, event: &str) -> Vec<Value> {
    spool_of(world, "main").into_iter().filter(|record| record["event"] == event).collect()
}

fn message(world: &World, folder: &Path) -> String {
    world.git_in(folder, ["log", "-1", "--format=%B"]).success().stdout.trim_end().to_owned()
}

fn head_message(world: &World) -> String {
    message(world, &world.path(""))
}

fn head(world: &World) -> String {
    world.git(["rev-parse", "HEAD"]).success().stdout.trim().to_owned()
}

/// A branch `side` with a commit of its own that changes another file.
fn side_branch(world: &World) -> PathBuf {
    let _ = world.git(["switch", "--quiet", "--create", "side", "HEAD"]).success();
    world.write("side.txt", "aside\n");
    world.commit("aside");
    let _ = world.git(["switch", "--quiet", "main"]).success();
    world.path("side.txt")
}

#[test]
fn a_commit_of_an_agent_carries_its_session_and_tool_call() {
    let world = world();
    world.write("a.txt", "two\n");
    let _ = world.agent("s1").git("toolu_1", ["commit", "--quiet", "-am", "second"]).success();
    assert_eq!(head_message(&world), format!("second\n\n{TRAILER}"));
    let commits = events(&world, "commit");
    assert_eq!(commits[0]["commit"], head(&world));
    assert_eq!(
        commits[0]["by"],
        json!([{"agent": "claude-code", "session": "s1", "by": "environment", "tool_use": "toolu_1"}])
    );
}

#[test]
fn a_commit_of_a_person_is_recorded_without_a_session() {
    let world = world();
    world.write("a.txt", "two\n");
    world.commit("mine");
    assert_eq!(head_message(&world), "mine");
    let commits = events(&world, "commit");
    assert_eq!((commits.len(), &commits[0]["by"], &commits[0]["commit"]), (1, &Value::Null, &json!(head(&world))));
}

#[test]
fn the_message_of_a_file_and_of_no_verify_get_the_trailer_too() {
    let world = world();
    let agent = world.agent("s1");
    world.write("message", "from a file\n\nwith a body\n");
    let _ = agent.git("t1", ["commit", "--quiet", "--allow-empty", "--file", "message"]).success();
    assert_eq!(head_message(&world), format!("from a file\n\nwith a body\n\n{TRAILER}"));
    let _ = agent.git("t2", ["commit", "--quiet", "--allow-empty", "--no-verify", "-m", "quick"]).success();
    assert_eq!(head_message(&world), format!("quick\n\n{TRAILER}"));
}

#[test]
fn trailers_that_are_there_stay_and_ours_joins_them_once() {
    let world = world();
    let agent = world.agent("s1");
    let text = "fix\n\nSigned-off-by: Ada <ada@example.com>";
    let _ = agent.git("t1", ["commit", "--quiet", "--allow-empty", "-m", text]).success();
    assert_eq!(head_message(&world), format!("{text}\n{TRAILER}"));
    let _ = agent.git("t2", ["commit", "--quiet", "--amend", "--no-edit", "--allow-empty"]).success();
    assert_eq!(head_message(&world), format!("{text}\n{TRAILER}"));
}

#[test]
fn an_empty_template_stays_empty_so_that_the_commit_can_be_given_up() {
    let world = world();
    let before = head(&world);
    let editor = |editor: &str| {
        let more = [("CLAUDE_CODE_SESSION_ID", "s1"), ("GIT_EDITOR", editor)];
        world.git_with(&world.path(""), ["commit", "--allow-empty"], &more)
    };
    let _ = editor("true").failure(1);
    assert_eq!(head(&world), before, "an aborted commit was made");
    let _ = world.agent("s1").git("t1", ["commit", "--allow-empty", "-m", ""]).failure(1);
    let _ = editor("echo written >").success();
    assert_eq!(head_message(&world), format!("written\n\n{TRAILER}"));
}

#[test]
fn an_amend_is_stamped_and_its_pair_recorded() {
    let world = world();
    world.write("a.txt", "two\n");
    let old = world.commit("mine");
    let _ = world.agent("s1").git("t1", ["commit", "--quiet", "--amend", "-m", "better"]).success();
    assert_eq!(head_message(&world), format!("better\n\n{TRAILER}"));
    let rewrite = &events(&world, "rewrite")[0];
    assert_eq!((&rewrite["detail"], &rewrite["pairs"]), (&json!("amend"), &json!([[old, head(&world)]])));
}

#[test]
fn a_rebase_by_an_agent_stamps_nobodys_commits() {
    let world = world();
    side_branch(&world);
    world.write("a.txt", "two\n");
    world.commit("on main");
    let old = world.git(["rev-parse", "side"]).success().stdout.trim().to_owned();
    let _ = world.agent("s1").git("t1", ["rebase", "--quiet", "main", "side"]).success();
    assert_eq!(head_message(&world), "aside");
    let rewrite = &events(&world, "rewrite")[0];
    assert_eq!((&rewrite["detail"], &rewrite["pairs"]), (&json!("rebase"), &json!([[old, head(&world)]])));
    assert_eq!(events(&world, "commit").last().unwrap()["state"], "rebase");
}

#[test]
fn cherry_picks_and_reverts_are_not_stamped() {
    let world = world();
    side_branch(&world);
    let agent = world.agent("s1");
    let _ = agent.git("t1", ["cherry-pick", "side"]).success();
    assert_eq!(head_message(&world), "aside");
    assert_eq!(events(&world, "commit").last().unwrap()["state"], "cherry-pick");
    let _ = agent.git("t2", ["revert", "--no-edit", "HEAD"]).success();
    assert!(head_message(&world).starts_with("Revert \"aside\"") && !head_message(&world).contains("Agent-Session"));
    let _ = agent.git("t3", ["revert", "--no-commit", "HEAD"]).success();
    let _ = agent.git("t4", ["commit", "--quiet", "-m", "put it back"]).success();
    assert_eq!(head_message(&world), "put it back");
}

#[test]
fn merges_and_squashes_are_stamped() {
    let world = world();
    side_branch(&world);
    let agent = world.agent("s1");
    let _ = agent.git("t1", ["merge", "--quiet", "--no-ff", "--no-edit", "side"]).success();
    assert_eq!(head_message(&world), format!("Merge branch 'side'\n\n{TRAILER}"));
    assert_eq!(events(&world, "merge")[0]["commit"], head(&world));
    let _ = world.git(["reset", "--quiet", "--hard", "HEAD~1"]).success();
    let _ = agent.git("t2", ["merge", "--quiet", "--squash", "side"]).success();
    let _ = agent.git("t3", ["commit", "--quiet", "-m", "all of side"]).success();
    assert_eq!(head_message(&world), format!("all of side\n\n{TRAILER}"));
}

#[test]
fn a_conflicted_merge_is_stamped_when_it_is_finished() {
    let world = world();
    let _ = world.git(["switch", "--quiet", "--create", "side"]).success();
    world.write("a.txt", "theirs\n");
    world.commit("theirs");
    let _ = world.git(["switch", "--quiet", "main"]).success();
    world.write("a.txt", "ours\n");
    world.commit("ours");
    let agent = world.agent("s1");
    let _ = agent.git("t1", ["merge", "--quiet", "side"]).failure(1);
    world.write("a.txt", "both\n");
    let _ = agent.git("t2", ["commit", "--quiet", "--all", "--no-edit"]).success();
    assert!(head_message(&world).starts_with("Merge branch 'side'"));
    assert!(head_message(&world).contains(TRAILER));
}

#[test]
fn a_linked_worktree_has_its_own_spool_in_the_common_folder() {
    let world = world();
    let tree = world.path("../tree");
    let _ = world.git(["worktree", "add", "--quiet", tree.to_str().unwrap(), "-b", "tree"]).success();
    let agent = world.agent("s1").at(&tree);
    let _ = agent.git("t1", ["commit", "--quiet", "--allow-empty", "-m", "in a tree"]).success();
    assert_eq!(message(&world, &tree), format!("in a tree\n\n{TRAILER}"));
    let spool = spool_of(&world, "tree");
    assert_eq!(spool.iter().filter(|record| record["event"] == "commit").count(), 1, "{spool:?}");
    assert!(spool_of(&world, "main").is_empty());
}

#[test]
fn switched_off_nothing_happens() {
    let world = world();
    let more = [("CLAUDE_CODE_SESSION_ID", "s1"), ("AGENT_TRACE", "0")];
    let _ = world.git_with(&world.path(""), ["commit", "--quiet", "--allow-empty", "-m", "off"], &more).success();
    assert_eq!(head_message(&world), "off");
    assert!(spool_of(&world, "main").is_empty());
}

#[test]
fn a_hostile_session_id_reaches_no_message() {
    let world = world();
    let more = [("CLAUDE_CODE_SESSION_ID", "../../x\nSigned-off-by: eve")];
    let _ = world.git_with(&world.path(""), ["commit", "--quiet", "--allow-empty", "-m", "plain"], &more).success();
    assert_eq!(head_message(&world), "plain");
}

#[test]
fn a_spool_that_cannot_be_written_is_nobodys_trouble() {
    let world = world();
    fs::create_dir_all(world.path(".git/agent-trace")).unwrap();
    fs::write(world.path(".git/agent-trace/spool"), "a file where the folder should be").unwrap();
    let _ = world.agent("s1").git("t1", ["commit", "--quiet", "--allow-empty", "-m", "on"]).success();
    assert_eq!(head_message(&world), format!("on\n\n{TRAILER}"));
}

#[test]
fn any_input_at_all_is_taken_in_silence() {
    let world = world();
    let agent = world.agent("s1");
    let deep = "[".repeat(200_000);
    let inputs: [&[u8]; 6] = [b"", b"{", b"\xff\xfe\x00", deep.as_bytes(), b"null", b"{\"session_id\":\"s1\"}"];
    inputs.iter().for_each(|input| agent.pipe("PostToolUse", input));
    assert!(spool_of(&world, "main").is_empty());
    for arguments in [&["hook"][..], &["hook", "git"], &["hook", "git", "no-such-hook"], &["hook", "nobody", "--x"]] {
        assert_eq!(world.run_args(arguments).success().stdout, "");
    }
}
