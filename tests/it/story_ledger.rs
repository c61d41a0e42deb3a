//! Whole days in a repository, and where their money is in the evening.
//!
//! Every request costs [`CALL`] unless a story says otherwise, so amounts are counts of requests.

use crate::harness::{Claude, SubagentRows, World};
use serde_json::{Value, json};

/// 4 input, 120 output, 12,000 read from the cache and 800 written to it, by claude-sonnet-4-5, in nano-USD.
const CALL: i64 = 4 * 3_000 + 120 * 15_000 + 12_000 * 300 + 800 * 3_750;
const DAY: i64 = 86_400;

/// A repository with one commit of a person, made a day before anything else.
fn world() -> World {
    let world = World::new();
    world.write("README.md", "# Sails\n\nHow to sew sails.\n");
    world.write("src/login.rs", LOGIN);
    world.commit("start");
    world.advance(DAY);
    world
}

const LOGIN: &str = "pub fn login(user: &str) -> bool {\n    !user.is_empty()\n}\n";
const CHECKED: &str = "    let name = user.trim();\n    !name.is_empty() && name.len() < 64";
const HARBOUR: &str = "pub fn harbour_of(ship: &str) -> String {\n    format!(\"harbour of {ship}\")\n}\n";
const TIDES: &str = "pub fn tide_at(hour: u32) -> f64 {\n    (f64::from(hour) / 12.4).sin()\n}\n";

/// One turn: an edit of `src/login.rs` and its commit.
fn checks_the_login(session: &Claude<'_>) {
    session.says("limit the length of names").edits("src/login.rs", "    !user.is_empty()", CHECKED);
    session.commits("limit names").stops();
}

/// What `show` says of a commit.
fn shown(world: &World, commit: &str) -> Value {
    world.ask(["show", commit])
}

/// The kinds of evidence that link a commit with its only session.
fn evidence(world: &World, commit: &str) -> Vec<String> {
    let shown = shown(world, commit);
    let sessions = shown["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 1, "{shown:#}");
    sessions[0]["evidence"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
}

fn left(kinds: &[(&str, i64)]) -> Vec<(String, i64)> {
    kinds.iter().map(|(kind, cost)| ((*kind).to_owned(), *cost)).collect()
}

fn head(world: &World) -> String {
    world.git(["rev-parse", "HEAD"]).success().stdout.trim().to_owned()
}

#[test]
fn a_session_that_edits_and_commits_pays_for_its_commit() {
    let world = world();
    let session = world.claude("checks");
    checks_the_login(&session);
    let costs = world.costs("commit");
    assert_eq!(costs.total(), 2 * CALL);
    assert_eq!(costs.parts("limit names"), [CALL, CALL, 0]);
    assert_eq!(costs.left(), []);
    let shown = shown(&world, "HEAD");
    assert_eq!(shown["commit"]["grade"], "produced");
    assert_eq!((&shown["commit"]["agent_lines"], &shown["commit"]["added_lines"]), (&json!(2), &json!(2)));
    assert_eq!(evidence(&world, "HEAD"), ["printed id", "lines"]);
    assert_eq!(shown["sessions"][0]["session"], session.session_id());
}

#[test]
fn newer_clients_name_the_commit_themselves() {
    let world = world();
    checks_the_login(&world.claude("names").with_git_operation());
    let kinds = evidence(&world, "HEAD");
    assert!(kinds.contains(&"git operation".to_owned()), "{kinds:?}");
}

#[test]
fn what_was_read_before_the_edit_is_paid_by_the_commit() {
    let world = world();
    let session = world.claude("reads");
    session.says("how does login work?").runs_bash("cat src/login.rs", LOGIN).replies("it only looks for a name");
    session.stops();
    checks_the_login(&session);
    let costs = world.costs("commit");
    assert_eq!(costs.parts("limit names"), [CALL, CALL, 2 * CALL]);
    assert_eq!(costs.left(), []);
}

#[test]
fn what_was_read_five_hours_before_is_not() {
    let world = world();
    let session = world.claude("early");
    session.says("how does login work?").replies("it only looks for a name").stops();
    world.advance(5 * 3_600);
    checks_the_login(&session);
    let costs = world.costs("commit");
    assert_eq!(costs.parts("limit names"), [CALL, CALL, 0]);
    assert_eq!(costs.left(), left(&[("tail", CALL)]));
}

#[test]
fn edits_that_never_land_are_pending_for_two_weeks_and_discarded_then() {
    let world = world();
    let session = world.claude("drops");
    session.says("add tides").writes("src/tides.rs", TIDES).replies("done").stops();
    let costs = world.costs("commit");
    assert_eq!((costs.rows().len(), costs.left()), (0, left(&[("pending", 2 * CALL)])));
    world.advance(15 * DAY);
    assert_eq!(world.costs("commit").left(), left(&[("discarded", 2 * CALL)]));
}

#[test]
fn pending_edits_that_land_in_the_end_belong_to_their_commit() {
    let world = world();
    world.claude("waits").says("add tides").writes("src/tides.rs", TIDES).stops();
    assert_eq!(world.costs("commit").left(), left(&[("pending", CALL)]));
    world.advance(3 * DAY);
    let commit = world.commit("tides");
    let costs = world.costs("commit");
    assert_eq!((costs.of_row(&commit), costs.left()), (CALL, vec![]));
    assert_eq!(shown(&world, &commit)["commit"]["grade"], "landed");
    assert_eq!(evidence(&world, &commit), ["lines"]);
}

#[test]
fn talk_after_the_last_commit_is_the_tail() {
    let world = world();
    let session = world.claude("talks");
    checks_the_login(&session);
    session.says("thanks, what else?").runs_bash("ls", "src").replies("nothing").stops();
    let costs = world.costs("commit");
    assert_eq!((costs.of_row("limit names"), costs.left()), (2 * CALL, left(&[("tail", 2 * CALL)])));
}

#[test]
fn a_session_that_only_talks_has_no_commit() {
    let world = world();
    world.claude("talks").says("what is this?").replies("sails").stops();
    let costs = world.costs("commit");
    assert_eq!((costs.rows().len(), costs.left()), (0, left(&[("no_commit", CALL)])));
}

#[test]
fn two_sessions_on_one_commit_share_it() {
    let world = world();
    let (first, second) = (world.claude("first"), world.claude("second"));
    first.says("add harbours").writes("src/harbour.rs", HARBOUR).replies("done").stops();
    second.tokens(0, 1_000, 0, 0, 0).says("add tides").writes("src/tides.rs", TIDES).stops();
    let commit = world.commit("harbours and tides");
    let shown = shown(&world, &commit);
    let costs: Vec<(String, i64)> = shown["sessions"].as_array().unwrap().iter().map(session_cost).collect();
    let expected = [(first.session_id(), 2 * CALL), (second.session_id(), 15_000_000)];
    for pair in &expected {
        assert!(costs.contains(pair), "{pair:?} is not in {costs:?}");
    }
    assert_eq!(world.costs("commit").of_row(&commit), 2 * CALL + 15_000_000);
    assert_eq!(costs.len(), 2);
}

fn session_cost(session: &Value) -> (String, i64) {
    (session["session"].as_str().unwrap().to_owned(), session["cost_nano_usd"].as_i64().unwrap())
}

#[test]
fn one_request_in_two_commits_is_split_by_lines_to_the_last_nano() {
    let world = world();
    let session = world.claude("both");
    let (first, second) = ("let anchor = 1;\nlet buoy = 2;\n", "let chain = 3;\n");
    // 7 nano-USD do not divide by three.
    session.tokens(0, 0, 0, 0, 0).says("add constants");
    session.tokens(1, 1, 1, 1, 0).writes("consts.rs", &format!("{first}{second}"));
    world.write("consts.rs", first);
    let one = world.commit("anchor and buoy");
    world.write("consts.rs", &format!("{first}{second}"));
    let other = world.commit("chain");
    let costs = world.costs("commit");
    let total = 3_000 + 15_000 + 300 + 3_750;
    assert_eq!(costs.total(), total);
    assert_eq!((costs.of_row(&one), costs.of_row(&other)), (total * 2 / 3, total / 3));
    assert_eq!(costs.parts(&one), [total * 2 / 3, 0, 0]);
}

#[test]
fn one_session_over_two_commits_pays_each_for_its_own_turn() {
    let world = world();
    let session = world.claude("two");
    checks_the_login(&session);
    session.says("now tides").runs_bash("ls src", "login.rs").writes("src/tides.rs", TIDES).commits("tides").stops();
    let costs = world.costs("commit");
    assert_eq!((costs.of_row("limit names"), costs.of_row("tides")), (2 * CALL, 3 * CALL));
    assert_eq!(costs.left(), []);
}

#[test]
fn a_subagent_is_counted_once_and_in_the_turn_of_its_task_wherever_its_rows_are() {
    for rows in [SubagentRows::Progress, SubagentRows::OwnFolder, SubagentRows::Beside] {
        let world = world();
        let session = world.claude("delegates").subagents(rows);
        session.says("what is here?").replies("sails").stops();
        session.says("limit the length of names, but look first");
        let agent = session.sends("Explore", "find the login code");
        agent.uses("Grep", json!({"pattern": "login"}), "src/login.rs").uses("Read", json!({}), LOGIN);
        agent.finishes("it is in src/login.rs");
        session.edits("src/login.rs", "    !user.is_empty()", CHECKED).commits("limit names").stops();
        let costs = world.costs("commit");
        // The Task, two tools and the final reply of the subagent, the edit, the commit; before them the answer.
        assert_eq!(costs.parts("limit names"), [CALL, 5 * CALL, CALL], "{rows:?}");
        assert_eq!((costs.total(), costs.left()), (7 * CALL, vec![]), "{rows:?}");
        let turn = world.ask(["show", &format!("{}:2", session.session_id())]);
        assert_eq!(turn["total_nano_usd"], 6 * CALL, "{rows:?}");
    }
}

#[test]
fn a_final_reply_counts_only_where_the_subagent_left_no_file() {
    let replies = |rows| {
        let world = world();
        let session = world.claude("delegates").subagents(rows);
        session.says("look around");
        session.sends("Explore", "look").finishes("nothing here");
        session.stops();
        let answer = world.ask(["cost", "--by", "none"]);
        let auxiliary = answer["auxiliary"].as_array().unwrap();
        let kinds: Vec<Value> = auxiliary.iter().map(|one| json!([one["kind"], one["calls"]])).collect();
        (answer["incomplete"]["of_calls"].as_u64().unwrap(), kinds)
    };
    assert_eq!(replies(SubagentRows::OwnFolder), (2, vec![]));
    assert_eq!(replies(SubagentRows::Beside), (2, vec![]));
    assert_eq!(replies(SubagentRows::Progress), (2, vec![json!(["subagent_final_replies", 1])]));
}

#[test]
fn work_in_the_background_is_paid_by_the_turn_that_started_it() {
    let world = world();
    let session = world.claude("background").subagents(SubagentRows::OwnFolder);
    session.says("review in the background");
    let agent = session.sends("reviewer", "review it");
    agent.goes_on_in_background();
    session.replies("started").stops();
    session.says("what is this?").replies("sails").stops();
    agent.uses("Read", json!({}), "text").uses("Read", json!({}), "text");
    let turn =
        |number: u8| world.ask(["show", &format!("{}:{number}", session.session_id())])["total_nano_usd"].clone();
    assert_eq!((turn(1), turn(2)), (json!(4 * CALL), json!(CALL)));
}

/// A transcript's rows as another session's file repeats them.
fn copied(session: &Claude<'_>, into: &Claude<'_>, with_origin: bool) -> Vec<u8> {
    let past = std::fs::read_to_string(session.transcript()).unwrap();
    let rows = past.lines().map(|line| {
        let mut row: Value = serde_json::from_str(line).unwrap();
        row["sessionId"] = json!(into.session_id());
        if with_origin {
            row["forkedFrom"] = json!({"sessionId": session.session_id(), "messageUuid": row["uuid"]});
        }
        format!("{row}\n")
    });
    rows.collect::<String>().into_bytes()
}

#[test]
fn a_branched_session_repeats_its_past_and_pays_only_for_what_is_its_own() {
    let world = world();
    let first = world.claude("first");
    checks_the_login(&first);
    let second = world.claude("second");
    second.bytes(&copied(&first, &second, true));
    second.says("and now?").replies("nothing").stops();
    let by_session = world.costs("session");
    assert_eq!((by_session.of_row(&first.session_id()), by_session.of_row(&second.session_id())), (2 * CALL, CALL));
    assert_eq!(world.costs("commit").of_row("limit names"), 2 * CALL);
    assert_eq!(shown(&world, "HEAD")["sessions"].as_array().unwrap().len(), 1, "the copy made no commit");
    assert_eq!(shown(&world, "HEAD")["sessions"][0]["session"], first.session_id());
}

#[test]
fn an_old_client_that_resumed_under_a_new_id_is_not_paid_twice() {
    let world = world();
    let first = world.claude("first");
    checks_the_login(&first);
    let second = world.claude("second");
    // Nothing in these rows tells the copy from the original.
    second.bytes(&copied(&first, &second, false));
    second.says("and now?").replies("nothing").stops();
    assert_eq!(world.costs("session").total(), 3 * CALL);
    let costs = world.costs("commit");
    assert_eq!((costs.of_row("limit names"), costs.left()), (2 * CALL, left(&[("tail", CALL)])));
    assert_eq!(shown(&world, "HEAD")["sessions"].as_array().unwrap().len(), 1);
}

#[test]
fn a_fork_repeats_the_past_without_new_ids() {
    let world = world();
    let first = world.claude("first");
    first.says("what is this?").replies("sails").stops();
    let past = std::fs::read(first.transcript()).unwrap();
    first.says("and what more?").replies("masts").stops();
    let fork = world.claude("fork");
    fork.bytes(&past);
    fork.says("another question").replies("another answer").stops();
    let by_session = world.costs("session");
    assert_eq!((by_session.of_row(&first.session_id()), by_session.of_row(&fork.session_id())), (2 * CALL, CALL));
}

/// A branch with two commits of one session; returns their ids.
fn two_commits_on_a_branch(world: &World) -> [String; 2] {
    two_commits_of(world, &world.claude("feature"))
}

fn two_commits_of(world: &World, session: &Claude<'_>) -> [String; 2] {
    let _ = world.git(["checkout", "--quiet", "-b", "feature"]).success();
    session.says("add harbours").writes("src/harbour.rs", HARBOUR).commits("harbours").stops();
    let first = head(world);
    session.says("add tides").writes("src/tides.rs", TIDES).commits("tides").stops();
    [first, head(world)]
}

#[test]
fn a_squash_merge_takes_over_what_its_branch_cost() {
    let world = world();
    let [first, second] = two_commits_on_a_branch(&world);
    let before = world.costs("commit");
    assert_eq!((before.of_row(&first), before.of_row(&second)), (2 * CALL, 2 * CALL));
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    let _ = world.git(["merge", "--squash", "feature"]).success();
    let squash = world.commit("harbours and tides (#3)");
    let beside = world.costs("commit");
    assert_eq!(
        (beside.total(), beside.of_row(&squash)),
        (4 * CALL, 4 * CALL),
        "it landed, the branch still here or not"
    );
    assert!([&first, &second].iter().all(|part| beside.find(part).is_none()), "no dollar stands twice");
    let _ = world.git(["branch", "-D", "feature"]).success();
    let after = world.costs("commit");
    assert_eq!((after.of_row(&squash), after.total(), after.left()), (4 * CALL, 4 * CALL, vec![]));
    assert_eq!(after.rows().len(), 1);
}

#[test]
fn an_amended_commit_keeps_its_money_under_its_new_id() {
    let world = world();
    checks_the_login(&world.claude("amended"));
    let before = head(&world);
    assert_eq!(world.costs("commit").of_row(&before), 2 * CALL);
    let _ = world.git(["commit", "--quiet", "--amend", "--message", "limit the length of names"]).success();
    let after = head(&world);
    assert_ne!(before, after);
    let costs = world.costs("commit");
    assert_eq!((costs.of_row(&after), costs.find(&before).is_none()), (2 * CALL, true));
    assert_eq!(costs.left(), []);
}

#[test]
fn a_rebase_moves_the_money_to_the_commits_that_can_be_reached_now() {
    let world = world();
    let old = two_commits_on_a_branch(&world);
    assert_eq!(world.costs("commit").total(), 4 * CALL);
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    world.write("CHANGES.md", "- something else\n");
    world.commit("changes");
    let _ = world.git(["rebase", "--quiet", "main", "feature"]).success();
    let new = [world.git(["rev-parse", "HEAD~1"]), world.git(["rev-parse", "HEAD"])];
    let costs = world.costs("commit");
    for id in new.map(|output| output.success().stdout.trim().to_owned()) {
        assert_eq!(costs.of_row(&id), 2 * CALL);
    }
    assert!(old.iter().all(|id| costs.find(id).is_none()));
    assert_eq!((costs.total(), costs.left()), (4 * CALL, vec![]));
}

#[test]
fn a_cherry_pick_costs_nothing_again() {
    let world = world();
    let [first, _] = two_commits_on_a_branch(&world);
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    let _ = world.git(["cherry-pick", &first]).success();
    let copy = head(&world);
    assert_ne!(first, copy);
    let costs = world.costs("commit");
    assert_eq!((costs.of_row(&first), costs.find(&copy).is_none()), (2 * CALL, true));
    assert_eq!(costs.total(), 4 * CALL);
}

#[test]
fn a_session_that_picks_its_own_commit_does_not_pay_for_the_copy() {
    let world = world();
    let session = world.claude("feature");
    let [first, _] = two_commits_of(&world, &session);
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    let printed = world.git(["cherry-pick", &first]).success().stdout;
    let copy = head(&world);
    session.says("take the first one over").runs_bash("git cherry-pick feature~1", &printed).stops();
    assert!(printed.contains(&copy[..7]), "{printed}");
    let costs = world.costs("commit");
    assert_eq!((costs.of_row(&first), costs.find(&copy).is_none()), (2 * CALL, true));
    assert_eq!((costs.total(), costs.left()), (5 * CALL, left(&[("tail", CALL)])));
}

#[test]
fn a_merge_commit_claims_nothing() {
    let world = world();
    let parts = two_commits_on_a_branch(&world);
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    let _ = world.git(["merge", "--quiet", "--no-ff", "--message", "merge feature", "feature"]).success();
    let costs = world.costs("commit");
    assert!(costs.find("merge feature").is_none());
    assert_eq!(parts.map(|id| costs.of_row(&id)), [2 * CALL, 2 * CALL]);
    let log = world.ask(["log"]);
    let merge = log["rows"].as_array().unwrap().iter().find(|row| row["subject"] == "merge feature").unwrap();
    assert_eq!((&merge["cost_nano_usd"], &merge["cost_missing"]), (&json!(null), &json!("no_session")));
}

#[test]
fn lines_are_found_again_in_a_file_that_the_commit_renamed() {
    let world = world();
    // Long enough for git to see the rename.
    let body: String = (0..20).map(|n| format!("// rule {n} of the harbour\n")).collect();
    world.write("src/rules.rs", &body);
    world.commit("rules");
    let session = world.claude("renames");
    session.says("add a rule").edits("src/rules.rs", "// rule 7 of the harbour\n", "// rule 7\n// and one more\n");
    let _ = world.git(["mv", "src/rules.rs", "src/harbour_rules.rs"]).success();
    let commit = world.commit("rename the rules");
    let shown = shown(&world, &commit);
    assert_eq!((&shown["commit"]["agent_lines"], &shown["commit"]["cost_nano_usd"]), (&json!(2), &json!(CALL)));
    assert_eq!(shown["files"][0]["path"], "src/harbour_rules.rs");
}

#[test]
fn a_linked_work_tree_shares_the_database_and_its_sessions_are_found() {
    let world = world();
    let linked = world.path("../linked").parent().unwrap().parent().unwrap().join("linked");
    let _ = world.git(["worktree", "add", "--quiet", "-b", "side", linked.to_str().unwrap()]).success();
    let session = world.claude("side").worktree(&linked);
    session.says("add tides").writes("src/tides.rs", TIDES).commits("tides").stops();
    let from_main = world.costs("commit");
    assert_eq!(from_main.of_row("tides"), 2 * CALL);
    let from_linked = world.run_in(&linked, ["cost", "--by", "commit", "--json"]).success().json();
    assert_eq!(from_linked, from_main.json);
    assert!(world.path(".git/agent-trace/trace.db").is_file());
    let by_branch = world.costs("branch");
    assert_eq!(by_branch.of_row("side"), 2 * CALL);
}

#[test]
fn sessions_of_a_removed_work_tree_still_belong_here() {
    let world = world();
    let linked = world.path("").parent().unwrap().join("linked");
    let _ = world.git(["worktree", "add", "--quiet", "-b", "side", linked.to_str().unwrap()]).success();
    assert_eq!(world.costs("commit").total(), 0);
    let session = world.claude("side").worktree(&linked);
    session.says("add tides").writes("src/tides.rs", TIDES).commits("tides").stops();
    let _ = world.git(["worktree", "remove", linked.to_str().unwrap()]).success();
    let costs = world.costs("commit");
    assert_eq!((costs.of_row("tides"), costs.left()), (2 * CALL, vec![]));
}

#[test]
fn a_session_started_in_a_folder_below_is_found() {
    let world = world();
    let session = world.claude("below").cwd(&world.path("src"));
    checks_the_login(&session);
    assert_eq!(world.costs("commit").of_row("limit names"), 2 * CALL);
}

#[test]
fn a_session_of_another_repository_is_not_ours() {
    let world = world();
    let other = world.path("").parent().unwrap().join("repo-2");
    std::fs::create_dir(&other).unwrap();
    let _ = world.git_in(&other, ["init", "--quiet"]).success();
    world.claude("other").worktree(&other).says("hello").replies("hello");
    assert_eq!(world.costs("session").rows().len(), 0);
    let inside = world.path("vendor/lib");
    std::fs::create_dir_all(&inside).unwrap();
    let _ = world.git_in(&inside, ["init", "--quiet"]).success();
    world.claude("inside").worktree(&inside).says("hello").replies("hello");
    assert_eq!(world.costs("session").rows().len(), 0, "a clone inside ours is another repository");
}

#[cfg(unix)]
#[test]
fn a_repository_reached_through_a_symbolic_link_is_the_same() {
    let world = world();
    let link = world.path("").parent().unwrap().join("link");
    std::os::unix::fs::symlink(world.path(""), &link).unwrap();
    let session = world.claude("linked").worktree(&link);
    checks_the_login(&session);
    let costs = world.costs("commit");
    assert_eq!((costs.of_row("limit names"), costs.left()), (2 * CALL, vec![]));
    let there = world.run_in(&link, ["cost", "--by", "commit", "--json"]).success().json();
    assert_eq!(there, costs.json);
}

#[test]
fn a_chat_of_gemini_is_read_by_its_path() {
    for in_lines in [false, true] {
        let world = world();
        let chat = world.gemini("chat");
        let chat = if in_lines { chat.in_lines() } else { chat };
        // 7,000 uncached, 2,000 cached, 80 output and 40 thought by gemini-2.5-flash.
        chat.says("add tides").writes("src/tides.rs", TIDES);
        let commit = world.commit("tides");
        let _ = world.run(["ingest", chat.transcript().to_str().unwrap()]).success();
        let costs = world.costs("commit");
        let cost = 7_000 * 300 + 2_000 * 30 + 120 * 2_500;
        assert_eq!((costs.total(), costs.of_row(&commit)), (cost, cost), "in lines: {in_lines}");
        assert_eq!(world.costs("agent").amounts(), [("gemini-cli".to_owned(), cost)]);
    }
}

/// Moves a transcript to another machine: its folders are that machine's, and only `ingest PATH` finds it.
fn taken_elsewhere(world: &World, session: &Claude<'_>, from: &std::path::Path, to: &str) -> std::path::PathBuf {
    let json_text = |path: &str| serde_json::to_string(path).unwrap().trim_matches('"').to_owned();
    let text = std::fs::read_to_string(session.transcript()).unwrap();
    let moved = text.replace(&json_text(from.to_str().unwrap()), to);
    assert_ne!(text, moved);
    std::fs::remove_file(session.transcript()).unwrap();
    let file = world.home().join(format!("{}.jsonl", session.session_id()));
    std::fs::write(&file, moved).unwrap();
    file
}

#[test]
fn a_transcript_from_another_machine_is_matched_by_the_longest_suffix() {
    let world = world();
    world.write("lib.rs", "// the root\n");
    world.write("src/lib.rs", "// the library\n");
    world.write("crates/a/src/lib.rs", "// the crate\n");
    world.commit("three of a name");
    let session = world.claude("elsewhere");
    session.says("add harbours").edits("crates/a/src/lib.rs", "// the crate\n", HARBOUR).replies("done").stops();
    let commit = world.commit("harbours");
    let file = taken_elsewhere(&world, &session, &world.path(""), "/home/bob/work/sails");
    assert_eq!(world.costs("commit").total(), 0, "nothing leads here from a folder that does not exist");
    let _ = world.run(["ingest", file.to_str().unwrap()]).success();
    assert_eq!(world.costs("commit").of_row(&commit), 2 * CALL);
    let files = world.costs("file");
    assert_eq!(files.amounts(), [("crates/a/src/lib.rs".to_owned(), 2 * CALL)]);
}

#[test]
fn the_readme_of_another_project_is_not_ours() {
    let world = world();
    let session = world.claude("strays");
    let other = world.path("").parent().unwrap().join("other");
    // The same headline in a folder that no session worked in, read by a session that worked here.
    session.says("look at the other project too");
    let file = other.join("README.md");
    let text = "## Installation\n\nUnpack it.\n";
    let call = session.calls("Write", json!({"file_path": file, "content": text}));
    let result = json!({"type": "create", "filePath": file, "content": text, "structuredPatch": []});
    session.gets(&call, "File created", result);
    world.write("README.md", "# Sails\n\n## Installation\n\nHow to sew and to mend sails.\n");
    let commit = world.commit("say more");
    let costs = world.costs("commit");
    assert_eq!((costs.find(&commit).is_none(), costs.total()), (true, CALL));
}

#[test]
fn time_alone_never_links() {
    let world = world();
    let session = world.claude("busy");
    session.says("read everything").runs_bash("cat src/login.rs", LOGIN);
    world.write("src/tides.rs", TIDES);
    let commit = world.commit("tides");
    session.runs_bash("git log -1", &format!("commit {commit}\n\n    tides\n")).replies("I see").stops();
    let costs = world.costs("commit");
    assert_eq!((costs.rows().len(), costs.left()), (0, left(&[("no_commit", 3 * CALL)])));
    let shown = shown(&world, &commit);
    assert_eq!((&shown["sessions"], &shown["commit"]["cost_missing"]), (&json!([]), &json!("no_session")));
}

#[test]
fn printing_the_line_of_an_old_commit_is_not_making_it() {
    let world = world();
    world.write("src/tides.rs", TIDES);
    let commit = world.commit("tides");
    world.advance(3_600);
    let session = world.claude("quotes");
    session.says("what did git say?");
    session.runs_bash("cat notes && git commit --dry-run", &format!("[main {}] tides\n", &commit[..7])).stops();
    let costs = world.costs("commit");
    assert_eq!((costs.rows().len(), costs.left()), (0, left(&[("no_commit", CALL)])));
}

#[test]
fn a_trailer_declares_the_session_and_its_rewritten_edit_is_found_by_its_path() {
    let world = world();
    let session = world.claude("declared");
    session.says("add tides").writes("src/tides.rs", TIDES).stops();
    world.write("src/tides.rs", "// a person wrote all of this anew\nfn tide() {}\n");
    let commit = world.commit(&format!("tides\n\nAgent-Session: claude-code/{}", session.session_id()));
    assert_eq!(evidence(&world, &commit), ["trailer"]);
    let shown = shown(&world, &commit);
    assert_eq!(shown["commit"]["grade"], "declared");
    assert_eq!((&shown["commit"]["agent_lines"], &shown["commit"]["cost_nano_usd"]), (&json!(0), &json!(CALL)));
    assert_eq!(world.costs("file").amounts(), [("src/tides.rs".to_owned(), CALL)]);
}

#[test]
fn a_trailer_of_an_unknown_session_links_nothing() {
    let world = world();
    world.claude("known").says("hello").replies("hello").stops();
    world.write("a.txt", "alpha line\n");
    let commit = world.commit("alpha\n\nAgent-Session: claude-code/00000000-0000-4000-8000-000000000000");
    assert_eq!(shown(&world, &commit)["sessions"], json!([]));
}

#[test]
fn a_pull_request_that_the_session_opened_declares_its_squash_commit() {
    let world = world();
    let session = world.claude("opens");
    session.says("add tides").writes("src/tides.rs", TIDES).pr_link(7).stops();
    world.write("src/tides.rs", "// a reviewer wrote all of this anew\nfn tide() {}\n");
    let commit = world.commit("tides (#7)");
    assert_eq!(evidence(&world, &commit), ["pull request"]);
    assert_eq!(shown(&world, &commit)["commit"]["grade"], "declared");
    world.write("a.txt", "alpha line\n");
    let other = world.commit("alpha (#8)");
    assert_eq!(shown(&world, &other)["sessions"], json!([]));
}

#[test]
fn a_day_of_everything_adds_up_whichever_way_it_is_cut() {
    let world = world();
    let first = world.claude("first").subagents(SubagentRows::Progress);
    first.says("what is here?").replies("sails").stops();
    checks_the_login(&first);
    first.says("look further");
    first.sends("Explore", "look").uses("Grep", json!({}), "nothing").finishes("nothing");
    first.stops();
    world.advance(DAY);
    let second = world.claude("second").model("claude-opus-4-6");
    second.says("add tides").writes("src/tides.rs", TIDES).compacts().replies("wait").interrupts();
    second.queues("and harbours", false).writes("src/harbour.rs", HARBOUR).stops();
    world.commit("tides and harbours");
    let whole = world.costs("none").total();
    for by in
        ["commit", "session", "turn", "model", "day", "week", "month", "branch", "author", "agent", "tool", "file"]
    {
        let costs = world.costs(by);
        assert_eq!(costs.total(), whole, "by {by}");
        assert!(!costs.rows().is_empty(), "by {by}");
    }
    assert_eq!(world.costs("day").rows().len(), 2);
    assert_eq!(world.costs("model").rows().len(), 3, "final replies of subagents are a line of their own");
}
