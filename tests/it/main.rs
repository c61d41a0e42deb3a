//! The integration tests: one binary, because every test binary links everything.

// Clippy's `allow-*-in-tests` settings see `#[test]` functions only, and a harness is made of helpers.
#![expect(clippy::unwrap_used, reason = "a harness that fails must say so at once")]
#![expect(clippy::expect_used, reason = "a harness that fails must say so at once")]
#![expect(clippy::panic, reason = "a harness that fails must say so at once")]
#![cfg_attr(not(feature = "analytics"), expect(dead_code, unused_imports, reason = "most of it asks for reports"))]

#[cfg(feature = "analytics")]
mod accounting;
#[cfg(feature = "analytics")]
mod books;
mod cli_reference;
#[cfg(feature = "analytics")]
mod command_cost;
#[cfg(feature = "analytics")]
mod command_ingest;
#[cfg(feature = "analytics")]
mod command_log;
mod command_man;
#[cfg(feature = "analytics")]
mod command_overview;
#[cfg(feature = "analytics")]
mod command_prices;
#[cfg(feature = "analytics")]
mod command_problems;
#[cfg(feature = "analytics")]
mod command_sessions;
#[cfg(feature = "analytics")]
mod command_show;
#[cfg(feature = "analytics")]
mod command_sql;
mod contract_json;
mod demo;
#[cfg(feature = "analytics")]
mod errors;
#[cfg(feature = "analytics")]
mod faults_input;
#[cfg(feature = "analytics")]
mod faults_repository;
#[cfg(feature = "analytics")]
mod faults_store;
mod fixtures;
mod harness;
#[cfg(feature = "analytics")]
mod laws;
mod layers;
#[cfg(feature = "analytics")]
mod privacy;
#[cfg(feature = "analytics")]
mod races;
#[cfg(feature = "analytics")]
mod readme;
#[cfg(feature = "analytics")]
mod schema;
#[cfg(feature = "analytics")]
mod story_ledger;
#[cfg(feature = "analytics")]
mod turns;

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn no_test_file_is_forgotten() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let declared: BTreeSet<String> = include_str!("main.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    let present: BTreeSet<String> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "main")
        .collect();
    assert_eq!(declared, present, "files of tests/it and `mod` lines of main.rs differ");
}
