//! `agent-trace sql`.

use crate::harness::World;
use serde_json::json;
use snapbox::{assert_data_eq, str};

#[test]
fn the_documented_views_answer() {
    let world = World::sample();
    let _ = world.run(["ingest"]).success();
    for view in ["calls", "shares", "commits", "links", "turns", "tools", "sessions"] {
        let answer = world.ask(["sql", &format!("SELECT * FROM {view}")]);
        assert!(!answer["rows"].as_array().unwrap().is_empty(), "{view} is empty");
    }
    assert_data_eq!(
        world.run(["sql", "SELECT tool, count(*) AS calls FROM tools GROUP BY tool ORDER BY tool"]).to_string(),
        str![[r#"
tool   calls
────────────
Bash       2
Edit       1
Grep       1
Task       1
Write      2
[exit: 0]

"#]]
    );
}

#[test]
fn views_and_reports_agree() {
    let world = World::sample();
    let costs = world.costs("commit");
    let one = |statement: &str| world.ask(["sql", statement])["rows"][0][0].clone();
    assert_eq!(one("SELECT sum(cost_nano_usd) FROM calls"), costs.total());
    let attributed: i64 = costs.amounts().iter().map(|(_, cost)| cost).sum();
    assert_eq!(one("SELECT sum(nano_usd) FROM shares"), attributed);
    assert_eq!(one("SELECT sum(cost_nano_usd) FROM commits"), attributed);
    assert_eq!(one("SELECT sum(cost_nano_usd) FROM sessions"), costs.total());
    assert_eq!(one("SELECT count(*) FROM commits"), 4);
}

#[test]
fn nothing_can_be_written() {
    let world = World::sample();
    let _ = world.run(["ingest"]).success();
    let before = world.costs("commit").json;
    for statement in [
        "DELETE FROM call",
        "UPDATE ledger SET cost = 0",
        "INSERT INTO name (text) VALUES ('x')",
        "DROP VIEW calls",
        "CREATE TABLE mine (x)",
        "CREATE TEMP TABLE mine (x)",
        "PRAGMA user_version = 9",
        "ATTACH DATABASE 'other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "SELECT 1; DELETE FROM call",
    ] {
        let output = world.run(["sql", statement]).failure(2);
        assert_eq!(output.stdout, "", "{statement}");
        assert!(output.stderr.starts_with("error: "), "{statement}: {output}");
    }
    assert_eq!(world.costs("commit").json, before);
    assert!(!world.path("other.db").exists() && !world.path("copy.db").exists());
}

#[test]
fn mistakes_are_explained() {
    let world = World::sample();
    let _ = world.run(["ingest"]).success();
    assert_data_eq!(
        world.run(["sql", "SELECT cost FROM calls"]).to_string(),
        str![[r#"
--- stderr ---
error: no such column: cost in SELECT cost FROM calls at offset 7
hint: views: calls, shares, commits, links, turns, tools, sessions; see agent-trace sql --help
[exit: 2]

"#]]
    );
    assert_data_eq!(
        world.run(["sql", "SELEC 1"]).to_string(),
        str![[r#"
--- stderr ---
error: near "SELEC": syntax error in SELEC 1 at offset 0
hint: views: calls, shares, commits, links, turns, tools, sessions; see agent-trace sql --help
[exit: 2]

"#]]
    );
}

#[test]
fn values_keep_their_types() {
    let world = World::sample();
    let _ = world.run(["ingest"]).success();
    let answer = world.ask(["sql", "SELECT 1 AS whole, 0.5 AS half, 'ü' AS word, NULL AS none_at_all"]);
    assert_eq!(answer["columns"], json!(["whole", "half", "word", "none_at_all"]));
    assert_eq!(answer["rows"], json!([[1, 0.5, "ü", null]]));
    let cut = world.ask(["sql", "SELECT * FROM calls", "--limit", "2"]);
    assert_eq!(cut["rows"].as_array().unwrap().len(), 2);
    let all = world.ask(["sql", "SELECT count(*) FROM calls"])["rows"][0][0].as_u64().unwrap();
    assert_eq!(cut["not_listed"], all - 2);
}

#[test]
fn before_the_first_ingest_there_is_nothing_to_ask() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["sql", "SELECT 1"]).to_string(),
        str![[r#"
--- stderr ---
error: nothing was read in this repository yet
hint: agent-trace ingest
[exit: 2]

"#]]
    );
}
