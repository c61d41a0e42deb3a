//! `agent-trace prs` and `cost --by pr`, from git alone.

use crate::harness::World;
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

/// Three pull requests: #7 squashed, #8 merged with two commits, #9 takes back #7; and a commit of nobody's.
fn world() -> World {
    let world = World::new();
    world.write("a.rs", "fn a() {}\n");
    world.commit("start");
    let session = world.claude("first");
    session.says("a b").writes("b.rs", "fn b() -> u8 {\n    1\n}\n").commits("feat: add b (#7)").stops();
    let _ = world.git(["checkout", "--quiet", "-b", "topic"]).success();
    let session = world.claude("second").model("claude-opus-4-6");
    session.says("a c").writes("c.rs", "fn c() -> u8 {\n    2\n}\n").commits("c").stops();
    session.says("a d").writes("d.rs", "fn d() -> u8 {\n    3\n}\n").commits("d").stops();
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    let message = "Merge pull request #8 from ada/topic\n\nfix: c and d";
    let _ = world.git(["merge", "--quiet", "--no-ff", "-m", message, "topic"]).success();
    let _ = world.git(["branch", "--quiet", "-D", "topic"]).success();
    world.write("b.rs", "");
    world.commit("Revert \"feat: add b (#7)\" (#9)");
    let session = world.claude("third");
    session.says("an e").writes("e.rs", "fn e() -> u8 {\n    4\n}\n").commits("e, straight to main").stops();
    session.says("thanks").replies("welcome").stops();
    world
}

fn row(prs: &Value, number: u64) -> &Value {
    prs["rows"].as_array().unwrap().iter().find(|row| row["number"] == number).unwrap()
}

#[test]
fn git_alone_tells_what_landed_and_what_it_cost() {
    let world = world();
    assert_data_eq!(
        world.run(["prs"]).to_string(),
        str![[r#"
pr  state   reverted  method  cost $  sessions  agent lines  title
──────────────────────────────────────────────────────────────────────────────────────
#9  merged            squash       —         0               Revert "feat: add b (#7)"
#8  merged            merge   0.0561         1          2/6  fix: c and d
#7  merged  by #9     squash  0.0168         1          1/3  feat: add b
(no room for: ended, task)

outcome
  3 pull requests: 3 merged, 1 reverted since
  acceptance: not known: only the forge knows which were closed (agent-trace sync)
  per accepted: $0.0365 over 2 pull requests
  wasted: not known: only the forge knows which were closed (agent-trace sync)

pull requests   $0.0729
no pull request $0.0168 (commits that no pull request brought)
unattributed    $0.0084 (tail 0.0084)
total           $0.0981

not covered
  3 pull requests from git alone: closed and open ones, reviews, checks, authors and times are not known (agent-trace sync)
  9 of 9 calls (100 %) have a placeholder for their output: the total is a floor
  2 of 6 commits have no session

what the words mean
  cost: shares of requests in the commits of a pull request, each commit in one only
  which one: its message's, else its merge's, else by the forge's lists: merged, open, closed
  landed: closed without a merge, but a commit of the default branch names it
  acceptance: merged and landed of all ended ones that the forge told of; 95 % by Wilson
  as is: accepted without a commit after the first review, or after it was ready
  review: from ready for review to the first words of a person other than the author
  merge: from ready for review to the merge
  rounds: reviews by people, those without a push between them counted once
  $ / accepted: agent cost of accepted ones by the number of those that have one
  wasted: agent cost of those that were closed or taken back
  model, agent: the one that cost most in a pull request, so that each counts once

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
    );
}

#[test]
fn what_only_the_forge_knows_is_null_with_a_reason() {
    let prs = world().ask(["prs"]);
    let squashed = row(&prs, 7);
    assert_eq!(
        (&squashed["state"], &squashed["method"], &squashed["task"]),
        (&json!("merged"), &json!("squash"), &json!("feat"))
    );
    assert_eq!((&squashed["rounds"], &squashed["forge_missing"]), (&json!(null), &json!("not_synced")));
    assert_eq!((&squashed["author"], &squashed["author_missing"]), (&json!(null), &json!("not_synced")));
    assert_eq!(squashed["reverted_by"], 9);
    let merged = row(&prs, 8);
    assert_eq!(
        (&merged["title"], &merged["method"], &merged["commits"]),
        (&json!("fix: c and d"), &json!("merge"), &json!(2))
    );
    let by_person = row(&prs, 9);
    assert_eq!((&by_person["cost_nano_usd"], &by_person["cost_missing"]), (&json!(null), &json!("no_session")));
    let outcome = &prs["outcome"];
    assert_eq!((&outcome["merged"], &outcome["reverted"]), (&json!(3), &json!(1)));
    assert_eq!(
        outcome["acceptance"],
        json!({"count": 0, "of": 0, "rate": null, "low": null, "high": null, "missing": "not_synced"})
    );
    assert_eq!((&outcome["wasted_nano_usd"], &outcome["wasted_missing"]), (&json!(null), &json!("not_synced")));
}

#[test]
fn parts_are_the_whole_and_the_same_as_those_of_cost() {
    let world = world();
    let (prs, costs) = (world.ask(["prs"]), world.costs("pr"));
    for number in [7, 8] {
        assert_eq!(row(&prs, number)["cost_nano_usd"].as_i64(), Some(costs.of_row(&format!("#{number}"))));
    }
    assert_eq!(prs["no_pull_nano_usd"].as_i64(), Some(costs.of_row("(no pull request)")));
    let commits = world.costs("commit");
    assert_eq!(costs.of_row("#8"), commits.of_row("c") + commits.of_row("d"), "the merge brought both");
    let left: i64 = costs.left().iter().map(|(_, cost)| cost).sum();
    let in_pulls = prs["outcome"]["cost_nano_usd"].as_i64().unwrap();
    assert_eq!(in_pulls + prs["no_pull_nano_usd"].as_i64().unwrap() + left, costs.total());
}

#[test]
fn groups_and_filters_leave_nothing_out() {
    let world = world();
    let all = world.ask(["prs"]);
    for by in ["task", "model", "agent", "state", "month"] {
        let groups = world.ask(["prs", "--by", by]);
        let sum = |field: &str| -> i64 {
            groups["groups"].as_array().unwrap().iter().map(|group| group[field].as_i64().unwrap_or(0)).sum()
        };
        assert_eq!(sum("pulls"), 3, "{by}");
        assert_eq!(sum("cost_nano_usd"), all["outcome"]["cost_nano_usd"].as_i64().unwrap(), "{by}");
    }
    let cut = world.ask(["prs", "--limit", "1"]);
    assert_eq!((cut["rows"].as_array().unwrap().len(), &cut["not_listed"]["rows"]), (1, &json!(2)));
    assert_eq!(cut["outcome"], all["outcome"]);
    let none = world.ask(["prs", "--state", "open,closed"]);
    assert_eq!((&none["rows"], &none["outcome"]["pulls"]), (&json!([]), &json!(0)));
    assert_eq!(none["out_of_scope_nano_usd"], all["outcome"]["cost_nano_usd"]);
    let later = world.ask(["prs", "--since", "2027-01-01"]);
    assert_eq!(later["outcome"]["pulls"], 0);
}

#[test]
fn commits_name_the_pull_request_that_brought_them() {
    let world = world();
    let log = world.ask(["log"]);
    let pull = |subject: &str| {
        let rows = log["rows"].as_array().unwrap();
        rows.iter().find(|row| row["subject"].as_str().unwrap().starts_with(subject)).unwrap()["pull"].clone()
    };
    let subjects = ["feat: add b", "c", "d", "Merge pull request", "Revert", "e, straight", "start"];
    assert_eq!(subjects.map(pull), [json!(7), json!(8), json!(8), json!(8), json!(9), json!(null), json!(null)]);
    assert_eq!(world.ask(["show", "HEAD~1"])["commit"]["pull"], 9);
    assert_eq!(world.ask(["why", "c.rs:2"])["pull_requests"][0]["number"], 8);
    assert!(world.run(["log"]).stdout.contains("#8"));
}

#[test]
fn a_squash_has_the_money_of_its_branch_while_that_is_here_and_after() {
    let world = World::new();
    world.write("a.rs", "fn a() {}\n");
    world.commit("start");
    let _ = world.git(["checkout", "--quiet", "-b", "topic"]).success();
    let session = world.claude("worker");
    session.says("b").writes("b.rs", "fn b() -> u8 {\n    1\n}\n").commits("b").stops();
    session.says("c").writes("c.rs", "fn c() -> u8 {\n    2\n}\n").commits("c").stops();
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    let _ = world.git(["merge", "--quiet", "--squash", "topic"]).success();
    let _ = world.git(["commit", "--quiet", "--message", "feat: b and c (#5)"]).success();
    let whole = world.costs("none").total();
    let told = |world: &World| {
        let prs = world.ask(["prs"]);
        let row = row(&prs, 5);
        (
            row["cost_nano_usd"].as_i64().unwrap(),
            prs["no_pull_nano_usd"].as_i64().unwrap(),
            world.costs("pr").of_row("#5"),
        )
    };
    assert_eq!(told(&world), (whole, 0, whole));
    let _ = world.git(["branch", "--quiet", "-D", "topic"]).success();
    assert_eq!(told(&world), (whole, 0, whole));
}

#[test]
fn authors_are_shown_only_when_asked_for() {
    let output = world().run(["prs", "--by", "author"]);
    assert!(output.to_string().contains("hint: agent-trace prs --by author --authors"), "{output}");
}

#[test]
fn csv_has_every_amount() {
    let world = world();
    assert_data_eq!(
        world.run(["prs", "--format", "csv"]).to_string(),
        str![[r#"
row,number,state,method,author,source,created,ended,cost_usd,sessions,commits,agent_lines,added_lines,first_review_ms,merge_ms,rounds,commits_after_review,force_pushes,checks,reverted_by,task,agent,model,title
pull,9,merged,squash,,git,,2026-03-02T09:16:21.000Z,,0,0,,,,,,,,,,revert,,,"Revert ""feat: add b (#7)"""
pull,8,merged,merge,,git,,2026-03-02T09:13:21.000Z,0.056080000,1,2,2,6,,,,,,,,fix,claude-code,claude-opus-4-6,fix: c and d
pull,7,merged,squash,,git,,2026-03-02T09:06:04.000Z,0.016824000,1,1,1,3,,,,,,,9,feat,claude-code,claude-sonnet-4-5-20250929,feat: add b
no pull request,,,,,,,,0.016824000,,,,,,,,,,,,,,,
"unattributed, tail",,,,,,,,0.008412000,,,,,,,,,,,,,,,
[exit: 0]

"#]]
    );
    assert_data_eq!(
        world.run(["prs", "--by", "model", "--format", "csv"]).to_string(),
        str![[r#"
row,label,key,pulls,open,merged,landed,closed,unknown,reverted,accepted,ended,acceptance,acceptance_low,acceptance_high,cost_usd,per_accepted_usd,wasted_usd,first_review_ms,first_review_p90_ms,merge_ms,merge_p90_ms
model,claude-opus-4-6,claude-opus-4-6,1,0,1,0,0,0,0,0,0,,,,0.056080000,0.056080000,,,,,
model,claude-sonnet-4-5-20250929,claude-sonnet-4-5-20250929,1,0,1,0,0,0,1,0,0,,,,0.016824000,0.016824000,,,,,
model,(no session known),,1,0,1,0,0,0,0,0,0,,,,,,,,,,
no pull request,,,,,,,,,,,,,,,0.016824000,,,,,,
"unattributed, tail",,,,,,,,,,,,,,,0.008412000,,,,,,
[exit: 0]

"#]]
    );
}

#[test]
fn heads_and_sessions_tell_of_pull_requests_whose_end_is_not_known() {
    let world = world();
    let session = world.claude("fourth");
    let _ = world.git(["checkout", "--quiet", "-b", "open"]).success();
    session.says("an f").writes("f.rs", "fn f() -> u8 {\n    5\n}\n").commits("f").stops();
    session.row(
        json!({"type": "pr-link", "prNumber": 21, "prUrl": "https://github.com/o/r/pull/21", "prRepository": "o/r"}),
    );
    let _ = world.git(["update-ref", "refs/pull/20/head", "HEAD"]).success();
    let prs = world.ask(["prs"]);
    let (head, opened) = (row(&prs, 20), row(&prs, 21));
    assert_eq!(
        (&head["source"], &head["state"], &head["state_missing"]),
        (&json!("head"), &json!(null), &json!("not_synced"))
    );
    assert_eq!(head["cost_nano_usd"].as_i64(), Some(world.costs("commit").of_row("f")));
    assert_eq!((&opened["source"], &opened["cost_missing"]), (&json!("session"), &json!("no_session")));
}
