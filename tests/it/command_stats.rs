//! `agent-trace stats` as people see it.

use crate::harness::World;
use snapbox::{IntoData, assert_data_eq, str};

#[test]
fn lines_are_shown_by_class_and_by_what_was_asked_for() {
    let world = World::sample();
    assert_data_eq!(world.run(["stats"]).to_string(), str![].raw());
    assert_data_eq!(world.run(["stats", "--by", "model"]).to_string(), str![].raw());
    assert_data_eq!(world.run(["stats", "src", "--by", "file"]).to_string(), str![].raw());
    assert_data_eq!(world.run(["stats", "--by", "directory", "--format", "csv", "-n1"]).to_string(), str![].raw());
}

#[test]
fn a_repository_without_a_commit_has_no_lines() {
    let world = World::new();
    assert_data_eq!(world.run(["stats"]).to_string(), str![].raw());
}

#[test]
fn mistakes_are_said_with_what_to_type() {
    let world = World::sample();
    assert_data_eq!(world.run(["stats", "tidse"]).to_string(), str![].raw());
    assert_data_eq!(world.run(["stats", "main..tidse"]).to_string(), str![].raw());
    assert_data_eq!(world.run(["stats", "--", "srx"]).to_string(), str![].raw());
    assert_data_eq!(world.run(["stats", "--by", "modle"]).to_string(), str![].raw());
    assert_data_eq!(world.run(["stats", "src", "--since", "7d"]).to_string(), str![].raw());
    world.write("tides", "a file with the name of a branch\n");
    assert_data_eq!(world.run(["stats", "tides"]).to_string(), str![].raw());
    let option = world.run(["stats", "--", "--output=x"]).failure(2);
    assert!(option.stderr.contains("--output=x"), "{option}");
}
