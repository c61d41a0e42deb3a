//! `agent-trace show`.

use crate::harness::World;
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

#[test]
fn a_commit_is_explained_to_the_cent() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["show", "HEAD~1~1"]).to_string(),
        str![[r#"
commit 8d39e77835  limit names
author       Ada Author
date         2026-03-03 09:06
agent lines  2/2
by people    0
unknown      0
sessions     1

session ff0e8ea1  claude-code  $0.0716  2 lines
produced by printed id
landed by lines: 2 lines

turn                at  model                       why          lines  share $  of call $
──────────────────────────────────────────────────────────────────────────────────────────
   1  2026-03-03 09:04  claude-sonnet-4-5-20250929  exploration      0   0.0084     0.0084
   1  2026-03-03 09:04  claude-sonnet-4-5-20250929  exploration      0   0.0084     0.0084
   1  2026-03-03 09:04  claude-sonnet-4-5-20250929  exploration      0   0.0084     0.0084
   1  2026-03-03 09:04  claude-sonnet-4-5-20250929  exploration      0   0.0084     0.0084
   2  2026-03-03 09:04  claude-sonnet-4-5-20250929  direct           2   0.0190     0.0190
   2  2026-03-03 09:04  claude-sonnet-4-5-20250929  same turn        0   0.0190     0.0190

files
file          added  deleted  by agents  by people  unknown
───────────────────────────────────────────────────────────
src/login.rs      2        1          2          0        0

total $0.0716 = 0.0190 direct + 0.0190 same turn + 0.0336 exploration

not covered
  5 of 6 calls (83 %) have a placeholder for their output: the total is a floor
  1 of 3 commits have no session

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
    );
}

#[test]
fn the_requests_of_a_commit_are_its_cost() {
    let world = World::sample();
    for revision in ["HEAD", "HEAD~2"] {
        let shown = world.ask(["show", revision]);
        let calls =
            shown["sessions"].as_array().unwrap().iter().flat_map(|session| session["calls"].as_array().unwrap());
        let sum: i64 = calls.map(|call| call["share_nano_usd"].as_i64().unwrap()).sum();
        assert_eq!(shown["commit"]["cost_nano_usd"], sum, "{revision}");
        let id = world.git(["rev-parse", revision]).success().stdout;
        assert_eq!(shown["commit"]["commit"], id.trim());
    }
}

#[test]
fn a_session_is_a_tree_of_turns_calls_tools_and_subagents() {
    let world = World::sample();
    let id = world.claude("limit").session_id();
    assert_data_eq!(
        world.run(["show", &id[..8]]).to_string(),
        str![[r#"
session ff0e8ea1-db19-4948-a376-be25f4dea846
agent     claude-code
models    claude-sonnet-4-5-20250929
branch    main
started   2026-03-03 09:04
ended     2026-03-03 09:06
active    2m 20s
waiting   0s
in tools  2m 09s
turns     3
calls     7
tokens    145,914
money     0.0190 direct + 0.0190 same turn + 0.0336 exploration + 0.0190 tail

commits
commit      cost $  lines  link      subject
────────────────────────────────────────────────
8d39e77835  0.0716      2  produced  limit names

what happened
what                                    at    took  of it waiting  tokens  cost $  went to
────────────────────────────────────────────────────────────────────────────────────────────────────
turn 1 (prompt)           2026-03-03 09:04     11s             0s          0.0336
├─ claude-sonnet-4-5-20…  2026-03-03 09:04                         12,924  0.0252  exploration 8d39…
│  └─ Task                2026-03-03 09:04    7.0s                         0.0168
│     ├─ subagent                                                          0.0084
│     │  └─ claude-sonn…  2026-03-03 09:04                         12,924  0.0084  exploration 8d39…
│     │     └─ Grep       2026-03-03 09:04    2.0s                              —
│     └─ claude-sonnet-…  2026-03-03 09:04                         12,924  0.0084  exploration 8d39…
└─ claude-sonnet-4-5-20…  2026-03-03 09:04                         12,924  0.0084  exploration 8d39…
turn 2 (prompt)           2026-03-03 09:04  2m 06s             0s          0.0380
├─ claude-sonnet-4-5-20…  2026-03-03 09:04                         31,406  0.0190  direct 8d39e77835
│  └─ Edit                2026-03-03 09:04    1.0s                              —
└─ claude-sonnet-4-5-20…  2026-03-03 09:04                         31,406  0.0190  same turn 8d39e7…
   └─ Bash                2026-03-03 09:04  2m 01s                              —
turn 3 (prompt)           2026-03-03 09:06    3.0s             0s          0.0190
└─ claude-sonnet-4-5-20…  2026-03-03 09:06                         31,406  0.0190  tail
(no room for: status)

unattributed $0.0190 (tail 0.0190)
total        $0.0906

in the total, in no row of their own
  $0.0084: 1 final replies of subagents without a transcript, 12,924 tokens

not covered
  6 of 7 calls (85 %) have a placeholder for their output: the total is a floor
  1 of 3 commits have no session

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
    );
}

#[test]
fn a_tree_sums_to_its_session() {
    let world = World::sample();
    for name in ["limit", "tides", "lost"] {
        let shown = world.ask(["show", &world.claude(name).session_id()]);
        let own: i64 = shown["tree"].as_array().unwrap().iter().map(own_cost).sum();
        assert_eq!(shown["total_nano_usd"], own, "{name}");
        let buckets = shown["buckets"].as_array().unwrap().iter();
        let buckets: i64 = buckets.map(|bucket| bucket["cost_nano_usd"].as_i64().unwrap()).sum();
        assert_eq!(shown["total_nano_usd"], buckets, "{name}");
    }
}

/// What a node and everything below it cost by themselves.
fn own_cost(node: &Value) -> i64 {
    let below: i64 = node["children"].as_array().unwrap().iter().map(own_cost).sum();
    node["own_nano_usd"].as_i64().unwrap_or(0) + below
}

#[test]
fn a_turn_is_shown_without_its_prompt() {
    let world = World::sample();
    let id = world.claude("limit").session_id();
    assert_data_eq!(
        world.run(["show", &format!("{}:2", &id[..8])]).to_string(),
        str![[r#"
turn 2 of session ff0e8ea1-db19-4948-a376-be25f4dea846
agent       claude-code
began with  prompt
ended with  stop
started     2026-03-03 09:04
ended       2026-03-03 09:06
took        2m 06s
active      2m 06s
waiting     0s
in tools    2m 02s
money       0.0190 direct + 0.0190 same turn

commits
commit      cost $  lines  link      subject
────────────────────────────────────────────────
8d39e77835  0.0380      2  produced  limit names

what happened
what                                    at    took  tokens  cost $  status      went to
────────────────────────────────────────────────────────────────────────────────────────────────────
claude-sonnet-4-5-20250…  2026-03-03 09:04          31,406  0.0190  incomplete  direct 8d39e77835
└─ Edit                   2026-03-03 09:04    1.0s               —  ok
claude-sonnet-4-5-20250…  2026-03-03 09:04          31,406  0.0190  incomplete  same turn 8d39e77835
└─ Bash                   2026-03-03 09:04  2m 01s               —  ok

unattributed   $0.00
total        $0.0380

not covered
  2 of 2 calls (100 %) have a placeholder for their output: the total is a floor
  1 of 3 commits have no session

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
    );
    let turn = world.ask(["show", &format!("{id}:2")]);
    assert_eq!((&turn["prompt"], &turn["prompt_missing"]), (&json!(null), &json!("not_asked")));
}

#[test]
fn turns_sum_to_their_session() {
    let world = World::sample();
    let id = world.claude("limit").session_id();
    let total = |target: &str| world.ask(["show", target])["total_nano_usd"].as_i64().unwrap();
    let turns: i64 = (1..=3).map(|number| total(&format!("{id}:{number}"))).sum();
    assert_eq!(turns, total(&id));
    let output = world.run(["show", &format!("{id}:4")]).failure(2);
    assert!(output.stderr.contains("no turn 4"), "{output}");
}

#[test]
fn a_prompt_is_read_from_its_transcript_while_that_exists() {
    let world = World::sample();
    let session = world.claude("limit");
    let prompt = |number: u8| {
        let turn = world.ask(["show", &format!("{}:{number}", session.session_id()), "--prompt"]);
        (turn["prompt"].clone(), turn["prompt_missing"].clone())
    };
    assert_eq!(prompt(1), (json!("how does login work?"), json!(null)));
    assert_eq!(prompt(2), (json!("limit the length of names"), json!(null)));
    std::fs::remove_file(session.transcript()).unwrap();
    assert_eq!(prompt(2), (json!(null), json!("transcript_gone")));
    let output = world.run(["show", "HEAD", "--prompt"]).failure(2);
    assert!(output.stderr.contains("--prompt needs a turn"), "{output}");
}

#[test]
fn what_is_neither_is_said_to_be_neither() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["show", "nothing-like-that"]).to_string(),
        str![[r#"
--- stderr ---
error: `nothing-like-that` is neither a commit nor the beginning of a session's id
hint: agent-trace log, or agent-trace sessions
[exit: 2]

"#]]
    );
}

#[test]
fn a_commit_of_a_person_has_no_session() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["show", "main"]).to_string(),
        str![[r#"
commit 5687daefd8  news
author       Ada Author
date         2026-03-03 09:08
agent lines  0/1
by people    0
unknown      1
sessions     0

total —

not covered
  1 of 3 commits have no session

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
    );
}
