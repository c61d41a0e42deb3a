//! `agent-trace` alone.

use crate::harness::World;
use snapbox::{assert_data_eq, str};

#[test]
fn one_screen_tells_what_agents_cost_here() {
    let world = World::sample();
    assert_data_eq!(
        world.run([]).to_string(),
        str![[r#"
repo  $0.1327
recorded  3 sessions, 6 turns, 11 calls
commits   $0.0997 at 2 of 4 commits
active    4m 33s
waiting   0s
per day   2026-03-03 █▄ 2026-03-04  at most $0.0906

model                       cost $  calls
─────────────────────────────────────────
claude-sonnet-4-5-20250929  0.0906      7
claude-opus-4-6             0.0421      3
model-of-2031                    —      1

newest commits with a cost
commit                  date  author      cost $  agent lines  link      subject
────────────────────────────────────────────────────────────────────────────────────
54c845834c  2026-03-04 09:12  Ada Author  0.0280          3/3  produced  tides
8d39e77835  2026-03-03 09:06  Ada Author  0.0716          2/2  produced  limit names

most expensive sessions
session   agent                 started  cost $  turns  calls  active  waiting  commits  branch
───────────────────────────────────────────────────────────────────────────────────────────────
ff0e8ea1  claude-code  2026-03-03 09:04  0.0906      3      7  2m 20s       0s        1  main
4677c124  claude-code  2026-03-04 09:10  0.0421      2      3  2m 10s       0s        1  tides
4d2de3ea  claude-code  2026-03-04 09:12       —      1      1    3.0s       0s        0  tides
(no room for: tools, lines)

unattributed $0.0330 (pending 0.0140, tail 0.0190)
total        $0.1327

in the total, in no row of their own
  $0.0084: 1 final replies of subagents without a transcript, 12,924 tokens

not covered
  7 of 11 calls (63 %) have a placeholder for their output: the total is a floor
  1 call of `model-of-2031` without a price (unknown-model): 12,924 tokens
  1 of 3 commits have no session

API-equivalent, at the prices of 2026-11-21 (table 1)

try next
  agent-trace log                       commits with what they cost
  agent-trace cost --by branch          money by branch, model, day, file, …
  agent-trace show <commit or session>  every cent explained
[exit: 0]

"#]]
    );
}

#[test]
fn a_repository_without_sessions_says_where_it_looked() {
    let world = World::new();
    world.write("a.txt", "a\n");
    world.commit("a");
    assert_data_eq!(
        world.run([]).to_string(),
        str![[r#"
repo  $0.00
recorded  0 sessions, 0 turns, 0 calls
commits   $0.00 at 0 of 1 commit

unattributed $0.00
total        $0.00

API-equivalent, at the prices of 2026-11-21 (table 1)

try next
  agent-trace ingest PATH    read transcripts kept elsewhere; none of this repository was found
  agent-trace ingest --help  where it looks
[exit: 0]

"#]]
    );
}

#[test]
fn its_numbers_are_those_of_the_other_reports() {
    let world = World::sample();
    let overview = world.ask([]);
    let costs = world.costs("commit");
    assert_eq!(overview["total_nano_usd"], costs.total());
    let attributed: i64 = costs.amounts().iter().map(|(_, cost)| cost).sum();
    assert_eq!(overview["attributed_nano_usd"], attributed);
    assert_eq!(overview["sessions"], world.ask(["sessions"])["rows"].as_array().unwrap().len());
    assert_eq!(overview["calls"], costs.json["incomplete"]["of_calls"]);
    assert_eq!((&overview["commits"], &overview["commits_with_session"]), (&4.into(), &2.into()));
}
