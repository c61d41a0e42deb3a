//! The integration tests: one binary, because every test binary links everything.

// Clippy's `allow-*-in-tests` settings see `#[test]` functions only, and a harness is made of helpers.
#![expect(clippy::unwrap_used, reason = "a harness that fails must say so at once")]
#![expect(clippy::expect_used, reason = "a harness that fails must say so at once")]
#![expect(clippy::panic, reason = "a harness that fails must say so at once")]

mod accounting;
mod blame_fuzz;
mod blame_oracle;
mod blame_stories;
mod books;
mod capture_git;
mod capture_ingest;
mod capture_races;
mod ci_install;
mod cli_reference;
mod command_backfill;
mod command_blame;
mod command_cost;
mod command_ingest;
mod command_log;
mod command_man;
mod command_notes;
mod command_overview;
mod command_prices;
mod command_problems;
mod command_prs;
mod command_sessions;
mod command_show;
mod command_sql;
mod command_stats;
mod command_why;
mod contract_json;
mod demo;
#[cfg(unix)]
mod end_to_end_http;
mod end_to_end_landings;
mod end_to_end_law;
mod errors;
mod faults_input;
mod faults_repository;
mod faults_store;
mod fixtures;
#[cfg(feature = "forge")]
mod forge_comment;
#[cfg(feature = "forge")]
mod forge_parts;
#[cfg(feature = "forge")]
mod forge_wire;
mod harness;
mod install_doctor;
mod install_laws;
mod install_pages;
mod install_stories;
mod interop_blame;
mod interop_export;
mod interop_import;
mod laws;
mod layers;
mod lines_law;
mod live_commands;
mod live_faults;
mod live_people;
mod notes_law;
mod notes_lines;
mod notes_races;
mod notes_team;
mod notes_walk;
mod privacy;
mod pull_markdown;
mod pull_report;
mod races;
mod readme;
mod scenario_amend;
mod scenario_conflict;
mod scenario_copies;
mod scenario_interactive;
mod scenario_merge;
mod scenario_moves;
mod scenario_pending;
mod scenario_rebase;
mod scenario_server;
mod scenario_transport;
mod scenario_typists;
mod scenario_unseen;
mod schema;
mod stats_law;
mod story_ledger;
#[cfg(feature = "forge")]
mod sync_github;
#[cfg(feature = "forge")]
mod sync_others;
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
