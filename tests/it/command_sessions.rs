//! `agent-trace sessions`.

use crate::harness::World;
use serde_json::json;
use snapbox::{assert_data_eq, str};

#[test]
fn sessions_stand_newest_first() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["sessions"]).to_string(),
        str![[r#"
session   agent                 started  cost $  turns  calls  active  waiting  commits  branch
───────────────────────────────────────────────────────────────────────────────────────────────
4d2de3ea  claude-code  2026-03-04 09:12       —      1      1    3.0s       0s        0  tides
4677c124  claude-code  2026-03-04 09:10  0.0421      2      3  2m 10s       0s        1  tides
ff0e8ea1  claude-code  2026-03-03 09:04  0.0906      3      7  2m 20s       0s        1  main
(no room for: tools, lines)

unattributed $0.0330 (pending 0.0140, tail 0.0190), in the rows above
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
fn csv_has_every_column() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["sessions", "--format", "csv"]).to_string(),
        str![[r#"
row,session,agent,started,ended,cost_usd,turns,calls,incomplete_calls,unpriced_calls,active_ms,wait_ms,tool_ms,tokens,landed_commits,landed_lines,branch
session,4d2de3ea-1a61-4811-a9cf-f057b789afbd,claude-code,2026-03-04T09:12:37.000Z,2026-03-04T09:12:37.000Z,,1,1,1,1,3000,0,0,12924,0,0,tides
session,4677c124-a27d-42b2-a9ce-37a167e8ca10,claude-code,2026-03-04T09:10:25.000Z,2026-03-04T09:12:32.000Z,0.042060000,2,3,0,0,130000,0,123000,38772,1,2,tides
session,ff0e8ea1-db19-4948-a376-be25f4dea846,claude-code,2026-03-03T09:04:02.000Z,2026-03-03T09:06:21.000Z,0.090627000,3,7,6,0,140000,0,129000,145914,1,2,main
[exit: 0]

"#]]
    );
}

#[test]
fn a_session_without_a_price_has_no_cost() {
    let world = World::sample();
    let sessions = world.ask(["sessions"]);
    let lost = world.claude("lost").session_id();
    let row = sessions["rows"].as_array().unwrap().iter().find(|row| row["session"] == lost).unwrap();
    assert_eq!((&row["cost_nano_usd"], &row["cost_missing"]), (&json!(null), &json!("unpriced")));
    assert_eq!((&row["turns"], &row["calls"], &row["unpriced_calls"]), (&json!(1), &json!(1), &json!(1)));
}

#[test]
fn the_limit_sums_the_rest() {
    let world = World::sample();
    let (all, cut) = (world.ask(["sessions"]), world.ask(["sessions", "--limit", "2"]));
    assert_eq!(cut["rows"].as_array().unwrap()[..], all["rows"].as_array().unwrap()[..2]);
    assert_eq!(cut["not_listed"], json!({"rows": 1, "cost_nano_usd": all["rows"][2]["cost_nano_usd"]}));
    assert_eq!(cut["total_nano_usd"], all["total_nano_usd"]);
}

#[test]
fn filters_choose_sessions() {
    let world = World::sample();
    let ids = |args: &[&str]| {
        let answer = world.ask_with(&[&["sessions"], args].concat(), &[]);
        answer["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["session"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let [limit, tides] = ["limit", "tides"].map(|name| world.claude(name).session_id());
    assert_eq!(ids(&["--branch", "main"]), std::slice::from_ref(&limit));
    assert_eq!(ids(&["--model", "opus"]), std::slice::from_ref(&tides));
    assert_eq!(ids(&["--session", &tides[..5]]), [tides]);
    assert_eq!(ids(&["--until", "2026-03-04"]), [limit]);
}
