//! `agent-trace cost`.

use crate::harness::{Costs, World};
use serde_json::{Value, json};
use snapbox::{IntoData, assert_data_eq, str};

#[test]
fn commits_show_how_their_money_reached_them() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["cost"]).to_string(),
        str![[r#"
commit      cost $  = direct  + same turn  + exploration  sessions  lines  subject
──────────────────────────────────────────────────────────────────────────────────────
8d39e77835  0.0716    0.0190       0.0190         0.0336         1    2/2  limit names
54c845834c  0.0280    0.0140       0.0140         0.0000         1    2/3  tides

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
fn models_without_a_price_are_named_and_never_zero() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["cost", "--by", "model"]).to_string(),
        str![[r#"
model                       cost $  calls  sessions  input tok  output tok  subject
────────────────────────────────────────────────────────────────────────────────────────────────────
claude-sonnet-4-5-20250929  0.0822      6         1         30       1,560
claude-opus-4-6             0.0421      3         1         12         360
claude-sonnet-4-5-2025092…  0.0084      1         1          4         120  final replies of subage…
model-of-2031                    —      1         1          4         120
(no room for: cache read tok, cache write tok)

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
    let costs = world.costs("model");
    let row = costs.find("model-of-2031").unwrap();
    assert_eq!((&row["cost_nano_usd"], &row["cost_missing"]), (&json!(null), &json!("unpriced")));
    assert_eq!(row["unpriced_calls"], 1);
    let unpriced = &costs.json["unpriced"];
    assert_eq!((&unpriced[0]["model"], &unpriced[0]["reason"]), (&json!("model-of-2031"), &json!("unknown-model")));
}

#[test]
fn csv_is_whole_numbers_for_machines() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["cost", "--by", "day", "--format", "csv"]).to_string(),
        str![[r#"
row,id,label,at,cost_usd,calls,unpriced_calls,incomplete_calls,sessions,input_tokens,output_tokens,cache_read_tokens,cache_write_5m_tokens,cache_write_1h_tokens,web_searches,landed_lines,added_lines,subject,note
day,2026-03-03,2026-03-03,,0.090627000,7,0,6,1,34,1680,138000,5900,300,0,,,,
day,2026-03-04,2026-03-04,,0.042060000,4,1,1,2,16,480,48000,3200,0,0,,,,
[exit: 0]

"#]]
    );
}

#[test]
fn markdown_is_a_table_for_people() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["cost", "--by", "branch", "--format", "markdown"]).to_string(),
        str![[r#"
| branch | cost \$ | calls | sessions | input tok | output tok | cache read tok | cache write tok |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| main | 0\.0906 | 7 | 1 | 34 | 1,680 | 138,000 | 6,200 |
| tides | 0\.0421 | 4 | 2 | 16 | 480 | 48,000 | 3,200 |

- **unattributed** \$0.0330 (pending 0.0140, tail 0.0190), in the rows above
- **total** \$0.1327

in the total, in no row of their own:

- \$0.0084: 1 final replies of subagents without a transcript, 12,924 tokens

not covered:

- 7 of 11 calls (63 %) have a placeholder for their output: the total is a floor
- 1 call of \`model-of-2031\` without a price (unknown-model): 12,924 tokens
- 1 of 3 commits have no session

- API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
        .raw()
    );
}

#[test]
fn every_dimension_has_its_rows() {
    let world = World::sample();
    let mut shown = String::new();
    for by in ["session", "turn", "week", "month", "author", "agent", "tool", "file", "none"] {
        let rows: Vec<String> =
            world.costs(by).amounts().iter().map(|(label, cost)| format!("{label} {cost}")).collect();
        shown += &format!("{by}: {}\n", rows.join(" | "));
    }
    assert_data_eq!(
        shown,
        str![[r#"
session: ff0e8ea1 90627000 | 4677c124 42060000 | 4d2de3ea 0
turn: ff0e8ea1:2 37986000 | ff0e8ea1:1 33648000 | 4677c124:1 28040000 | ff0e8ea1:3 18993000 | 4677c124:2 14020000 | 4d2de3ea:1 0
week: 2026-W10 132687000
month: 2026-03 132687000
author: Ada Author 99674000 | (no commit) 33013000
agent: claude-code 132687000
tool: (answers) 35817000 | Bash 33013000 | Write 28040000 | Edit 18993000 | Grep 8412000 | Task 8412000
file: src/login.rs 71634000 | (no commit) 33013000 | src/tides.rs 28040000
none: everything 132687000

"#]]
    );
}

#[test]
fn rows_beyond_the_limit_are_summed() {
    let world = World::sample();
    let whole = world.costs("session");
    let cut = Costs::of(world.ask(["cost", "--by", "session", "--limit", "1"]));
    assert_eq!((cut.rows().len(), cut.rows()), (1, &whole.rows()[..1]));
    let rest: i64 = whole.amounts()[1..].iter().map(|(_, cost)| cost).sum();
    assert_eq!(cut.json["not_listed"], json!({"rows": 2, "cost_nano_usd": rest}));
    let nothing = Costs::of(world.ask(["cost", "--by", "session", "-n", "0"]));
    assert_eq!((nothing.rows().len(), nothing.json["not_listed"]["rows"].as_u64()), (0, Some(3)));
}

#[test]
fn a_branch_is_where_the_requests_were_made() {
    let world = World::sample();
    let by_branch = world.costs("branch");
    for branch in ["main", "tides"] {
        let filtered = Costs::of(world.ask(["cost", "--branch", branch]));
        assert_eq!(filtered.total(), by_branch.of_row(branch));
        assert_eq!(filtered.json["scope"]["branch"], branch);
    }
}

#[test]
fn a_session_is_named_by_the_beginning_of_its_id() {
    let world = World::sample();
    let by_session = world.costs("session");
    for row in by_session.rows() {
        let id = row["key"]["id"].as_str().unwrap();
        let filtered = Costs::of(world.ask(["cost", "--by", "model", "--session", &id[..6]]));
        assert_eq!(filtered.json["scope"]["session"], id);
        assert_eq!(filtered.total(), row["cost_nano_usd"].as_i64().unwrap_or(0));
    }
}

#[test]
fn a_model_is_named_by_a_part_of_its_name() {
    let world = World::sample();
    let by_model = world.costs("model");
    let opus = Costs::of(world.ask(["cost", "--by", "commit", "--model", "opus"]));
    assert_eq!(opus.total(), by_model.of_row("claude-opus-4-6"));
    let claude = Costs::of(world.ask(["cost", "--by", "commit", "--model", "claude"]));
    assert_eq!(claude.total(), by_model.total());
}

#[test]
fn names_that_do_not_exist_are_corrected() {
    let world = World::sample();
    let id = world.claude("limit").session_id();
    let wrong = [
        vec!["cost", "--branch", "tids"],
        vec!["cost", "--model", "claude-opus-4-5"],
        vec!["cost", "--session", "zzz"],
        vec!["cost", "--since", "yesterday"],
        vec!["cost", "--timezone", "Europe/Pariss"],
    ];
    let mut shown = String::new();
    for args in wrong {
        let output = world.run_args(&args).failure(2);
        assert_eq!(output.stdout, "", "{args:?}");
        shown += &output.stderr;
    }
    assert_data_eq!(
        shown,
        str![[r#"
error: no request was made with branch `tids`
hint: did you mean `tides`?
error: no request was made with model `claude-opus-4-5`
hint: did you mean `claude-opus-4-6`?
error: no session begins with `zzz`
hint: agent-trace sessions
error: `yesterday` is not a time
hint: write 2026-01-23, 2026-01-23T10:00, 2026-01-23T10:00:00Z, 7d or 12h
error: `Europe/Pariss` is not the name of a time zone
hint: did you mean `Europe/Paris`?

"#]]
    );
    let typo = format!("{}0", &id[..id.len() - 1]);
    let output = world.run(["cost", "--session", &typo]).failure(2);
    assert!(output.stderr.contains(&id), "{output}");
    let output = world.run(["cost", "--by", "comit"]).failure(2);
    assert!(output.stderr.contains("commit"), "{output}");
}

#[test]
fn days_are_cut_in_the_zone_asked_for() {
    let world = World::new();
    let session = world.claude("late");
    session.at("2026-03-02T23:20:00Z").says("late").replies("yes");
    session.at("2026-03-03T00:20:00Z").says("later").replies("yes");
    let days = |zone: &str| {
        let costs = Costs::of(world.ask(["cost", "--by", "day", "--timezone", zone]));
        costs.amounts().into_iter().map(|(day, _)| day).collect::<Vec<_>>()
    };
    assert_eq!(days("UTC"), ["2026-03-02", "2026-03-03"]);
    assert_eq!(days("Europe/Paris"), ["2026-03-03"]);
    assert_eq!(days("America/New_York"), ["2026-03-02"]);
    // A zone whose days do not begin on a whole hour.
    assert_eq!(days("Asia/Kathmandu"), ["2026-03-03"]);
    let by_variable = world.ask_with(&["cost", "--by", "day"], &[("TZ", "America/New_York")]);
    assert_eq!(by_variable["scope"]["timezone"], "America/New_York");
    assert_eq!(Costs::of(by_variable).amounts()[0].0, "2026-03-02");
}

#[test]
fn since_and_until_are_days_of_the_zone() {
    let world = World::sample();
    let days = world.costs("day");
    let (first, second) = (days.rows()[0].clone(), days.rows()[1].clone());
    let day = |row: &Value| row["key"]["label"].as_str().unwrap().to_owned();
    let until = Costs::of(world.ask(["cost", "--until", &day(&second)]));
    assert_eq!(until.total(), first["cost_nano_usd"].as_i64().unwrap());
    let since = Costs::of(world.ask(["cost", "--since", &day(&second)]));
    assert_eq!(since.total(), second["cost_nano_usd"].as_i64().unwrap());
    let recent = Costs::of(world.ask(["cost", "--since", "23h"]));
    assert_eq!(recent.total(), since.total());
    let none = Costs::of(world.ask(["cost", "--since", "2030-01-01"]));
    assert_eq!((none.total(), none.rows().len()), (0, 0));
}

#[test]
fn without_a_refresh_the_answer_is_the_old_one() {
    let world = World::new();
    let session = world.claude("grows");
    session.says("hello").replies("hello");
    let before = world.costs("session");
    session.replies("more");
    let stale = Costs::of(world.ask(["cost", "--by", "session", "--no-refresh"]));
    assert_eq!(stale.total(), before.total());
    assert_eq!(world.costs("session").total(), 2 * before.total());
}
