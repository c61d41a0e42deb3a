//! `agent-trace prices`.

use crate::harness::World;
use serde_json::json;
use snapbox::{assert_data_eq, str};

#[test]
fn a_price_is_explained_class_by_class() {
    let world = World::new();
    let explained = world.run([
        "prices",
        "explain",
        "claude-opus-4-5",
        "--input",
        "1000",
        "--output",
        "200",
        "--cache-read",
        "50000",
        "--cache-write-5m",
        "300",
        "--cache-write-1h",
        "70",
        "--web-searches",
        "2",
    ]);
    assert_data_eq!(
        explained.to_string(),
        str![[r#"
claude-opus-4-5 on 2026-03-02T09:02:00.000Z
row   claude-opus-4-5
from  embedded table:34

class            units  $ per million  amount $
───────────────────────────────────────────────
input            1,000           5.00    0.0050
output             200          25.00    0.0050
cache_read      50,000           0.50    0.0250
cache_write_5m     300           6.25    0.0019
cache_write_1h      70          10.00    0.0007
web_search           2      10,000.00    0.0200

total $0.0576

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
    );
}

#[test]
fn the_parts_of_a_price_are_its_total() {
    let world = World::new();
    let total = |args: &[&str]| {
        let answer = world.ask_with(&[&["prices", "explain"], args].concat(), &[]);
        let lines = answer["lines"].as_array().unwrap().iter();
        let sum: i64 = lines.map(|line| line["amount_nano_usd"].as_i64().unwrap()).sum();
        assert_eq!(answer["total_nano_usd"], sum);
        sum
    };
    // $5 and $25 a million, cache reads $0.50, writes $6.25 and $10.
    assert_eq!(total(&["claude-opus-4-5", "--input", "1000000"]), 5_000_000_000);
    assert_eq!(total(&["claude-opus-4-5", "--input", "0", "--output", "1000000"]), 25_000_000_000);
    assert_eq!(total(&["claude-opus-4-5", "--input", "0", "--cache-read", "1000"]), 500_000);
    assert_eq!(total(&["claude-opus-4-5", "--input", "0", "--cache-write-5m", "1000"]), 6_250_000);
    assert_eq!(total(&["claude-opus-4-5", "--input", "0", "--cache-write-1h", "1000"]), 10_000_000);
    assert_eq!(total(&["claude-opus-4-5", "--input", "0", "--web-searches", "3"]), 30_000_000);
    assert_eq!(total(&["claude-opus-4-5", "--input", "1000", "--service", "batch"]), 2_500_000);
    // Names of cloud providers; a regional profile costs a tenth more than the global one.
    assert_eq!(total(&["global.anthropic.claude-opus-4-5-20251101-v1:0", "--input", "1000"]), 5_000_000);
    assert_eq!(total(&["us.anthropic.claude-opus-4-5-20251101-v1:0", "--input", "1000"]), 5_500_000);
}

#[test]
fn an_unknown_model_has_no_price_and_exit_code_one() {
    let world = World::new();
    assert_data_eq!(
        world.run(["prices", "explain", "model-of-2031"]).to_string(),
        str![[r#"
model-of-2031 on 2026-03-02T09:02:00.000Z
total — unknown-model

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 1]

"#]]
    );
    let answer = world.run(["prices", "explain", "model-of-2031", "--json"]).failure(1).json();
    assert_eq!((&answer["total_nano_usd"], &answer["reason"]), (&json!(null), &json!("unknown-model")));
}

#[test]
fn the_table_is_listed_and_without_fault() {
    let world = World::without_repository();
    let all = world.ask(["prices"]);
    assert!(all["rows"].as_array().unwrap().len() > 50);
    let some = world.ask(["prices", "list", "opus-4-6"]);
    assert!(some["rows"].as_array().unwrap().iter().all(|row| row["model"].as_str().unwrap().contains("opus-4-6")));
    assert!(!some["rows"].as_array().unwrap().is_empty());
    let check = world.ask(["prices", "check"]);
    assert!(check["findings"].as_array().unwrap().iter().all(|finding| finding["severity"] == "warning"), "{check:#}");
}

/// The header of a price file, and one model.
fn price_file(world: &World, input: &str) -> String {
    let file = world.home().join("mine.csv");
    let text =
        format!("model,input,output,cache_read,cache_write_5m,cache_write_1h\nmodel-of-2031,{input},10,0.1,1,2\n");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_price_of_the_users_own_counts_at_once_and_is_named() {
    let world = World::sample();
    let before = world.costs("model");
    assert!(before.find("model-of-2031").unwrap()["cost_nano_usd"].is_null());
    let file = price_file(&world, "2");
    let after = world.ask_with(&["cost", "--by", "model"], &[("AGENT_TRACE_PRICES", &file)]);
    let after = crate::harness::Costs::of(after);
    // 4 input, 120 output, 12,000 cache reads, 800 writes.
    let cost = 4 * 2_000 + 120 * 10_000 + 12_000 * 100 + 800 * 1_000;
    assert_eq!(after.of_row("model-of-2031"), cost);
    assert_eq!(after.total(), before.total() + cost);
    assert_eq!(after.json["unpriced"], json!([]));
    assert!(after.json["prices"]["sources"].to_string().contains("mine.csv"), "{:#}", after.json["prices"]);
    assert_eq!(world.costs("model").json, before.json, "without the file everything is as before");
}

#[test]
fn a_faulty_price_file_is_refused_with_its_line() {
    let world = World::new();
    let file = price_file(&world, "cheap");
    let output = world.run_with(&["prices"], &[("AGENT_TRACE_PRICES", &file)]).failure(2);
    assert_data_eq!(
        output.to_string(),
        str![[r#"
--- stderr ---
error: $WORLD/home/mine.csv:2: column `input`: `cheap` is not a plain decimal number such as `3` or `0.25`
hint: write tokens in USD per million and searches in USD each, with a point and no currency sign
[exit: 2]

"#]]
    );
    let missing = world.run_with(&["prices"], &[("AGENT_TRACE_PRICES", "none.csv")]).failure(2);
    assert_data_eq!(
        missing.to_string(),
        str![[r#"
--- stderr ---
error: the price file `none.csv` cannot be read
  No such file or directory (os error 2)
hint: unset AGENT_TRACE_PRICES, or name a file that exists
[exit: 2]

"#]]
    );
}
