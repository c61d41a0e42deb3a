//! `agent-trace log`.

use crate::harness::World;
use serde_json::Value;
use snapbox::{assert_data_eq, str};

fn subjects(log: &Value) -> Vec<&str> {
    log["rows"].as_array().unwrap().iter().map(|row| row["subject"].as_str().unwrap()).collect()
}

#[test]
fn commits_stand_newest_first_with_cost_and_share() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["log"]).to_string(),
        str![[r#"
commit                  date  author      cost $  agents  people  unknown  link      subject
────────────────────────────────────────────────────────────────────────────────────────────────
54c845834c  2026-03-04 09:12  Ada Author  0.0280       3       0        0  produced  tides
5687daefd8  2026-03-03 09:08  Ada Author       —       0       0        1            news
8d39e77835  2026-03-03 09:06  Ada Author  0.0716       2       0        0  produced  limit names
b4799891c8  2026-03-02 09:03  Ada Author       —       —       —        —            start

unattributed $0.0330 (pending 0.0140, tail 0.0190)
total        $0.1327

in the total, in no row of their own
  $0.0084: 1 final replies of subagents without a transcript, 12,924 tokens

not covered
  7 of 11 calls (63 %) have a placeholder for their output: the total is a floor
  1 call of `model-of-2031` without a price (unknown-model): 12,924 tokens
  1 of 3 commits have no session

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
    );
}

#[test]
fn the_list_is_gits_own() {
    let world = World::sample();
    for revision in ["HEAD", "main", "HEAD~1"] {
        let git = world.git(["log", "--format=%H %s", revision]).success().stdout;
        let log = world.ask(["log", revision]);
        let rows = log["rows"].as_array().unwrap().iter();
        let ours: String = rows
            .map(|row| format!("{} {}\n", row["commit"].as_str().unwrap(), row["subject"].as_str().unwrap()))
            .collect();
        assert_eq!(ours, git, "{revision}");
    }
}

#[test]
fn a_limit_keeps_the_newest_and_the_total() {
    let world = World::sample();
    let (all, one) = (world.ask(["log"]), world.ask(["log", "-n", "1"]));
    assert_eq!(subjects(&one), ["tides"]);
    assert_eq!(one["total_nano_usd"], all["total_nano_usd"]);
    let cost = |log: &Value| {
        log["rows"].as_array().unwrap().iter().filter_map(|row| row["cost_nano_usd"].as_i64()).sum::<i64>()
    };
    assert_eq!(cost(&one) + one["not_listed"]["cost_nano_usd"].as_i64().unwrap(), cost(&all));
}

#[test]
fn a_branch_that_lacks_a_commit_counts_its_money_as_not_listed() {
    let world = World::sample();
    let (tides, main) = (world.ask(["log"]), world.ask(["log", "main"]));
    assert_eq!((subjects(&tides)[0], subjects(&main)[0]), ("tides", "news"));
    assert_eq!(main["not_listed"]["cost_nano_usd"], tides["rows"][0]["cost_nano_usd"]);
}

#[test]
fn a_misspelt_branch_is_corrected() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["log", "tidess"]).to_string(),
        str![[r#"
--- stderr ---
error: `tidess` names no commit
hint: did you mean `tides`?
[exit: 2]

"#]]
    );
}

#[test]
fn an_empty_repository_has_an_empty_log() {
    let world = World::new();
    assert_eq!(subjects(&world.ask(["log"])), Vec::<&str>::new());
}
