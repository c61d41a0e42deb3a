//! The fixtures are what their README says.
//!
//! Counts here are a plain loop over any JSON, so that they cannot share a mistake with the readers they check.

use crate::harness::{Spoil, World};
use serde_json::{Deserializer, Value};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One line of the table in `fixtures/README.md`.
#[derive(Debug, PartialEq, Eq)]
struct Case {
    name: String,
    calls: usize,
    tools: usize,
    finals: usize,
}

#[test]
fn every_fixture_stands_in_the_table_once() {
    let listed: Vec<String> = cases().into_iter().map(|case| case.name).collect();
    let present = std::fs::read_dir(folder()).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() { name + "/" } else { name }
    });
    let mut sorted = listed.clone();
    sorted.sort();
    assert_eq!(sorted, present.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
}

#[test]
fn calls_tools_and_final_replies_are_those_of_the_table() {
    let counted: Vec<Case> = cases().iter().map(|case| count(&case.name)).collect();
    assert_eq!(counted, cases());
}

#[test]
fn every_line_but_the_torn_one_is_whole() {
    for file in files(&folder()).iter().filter(|file| file.extension().is_some_and(|end| end == "jsonl")) {
        let text = std::fs::read_to_string(file).unwrap();
        let broken = text.lines().filter(|line| objects(line).is_err()).count();
        assert_eq!(broken, usize::from(file.ends_with("torn-tail.jsonl")), "{}", file.display());
    }
}

#[test]
fn no_two_cases_share_a_session() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        let ids: BTreeSet<String> = texts_of(&case.name).iter().flat_map(|text| strings(text, "sessionId")).collect();
        assert!(!ids.is_empty(), "{} names no session", case.name);
        assert!(ids.is_disjoint(&seen), "{} shares a session with an earlier case", case.name);
        seen.extend(ids);
    }
}

#[test]
fn spoiled_fixtures_are_other_bytes() {
    let clean = std::fs::read_to_string(folder().join("exit.jsonl")).unwrap();
    let world = World::new();
    for spoil in Spoil::ALL {
        let session = world.claude(&format!("{spoil:?}"));
        session.bytes(&spoil.apply(&clean));
        assert_ne!(std::fs::read(session.transcript()).unwrap(), clean.as_bytes());
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/transcripts")
}

fn cases() -> Vec<Case> {
    let readme = include_str!("../../fixtures/README.md");
    let rows = readme.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let number = |cell: &str| cell.parse().unwrap_or_else(|_| panic!("{cell:?} is no number in {line}"));
        Case {
            name: cells[0].trim_matches('`').to_owned(),
            calls: number(cells[2]),
            tools: number(cells[3]),
            finals: number(cells[4]),
        }
    })
    .collect()
}

fn count(name: &str) -> Case {
    let (mut calls, mut tools, mut finals) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut with_own_rows = BTreeSet::new();
    for object in texts_of(name).iter().flat_map(|text| text.lines().flat_map(whole_objects).collect::<Vec<_>>()) {
        if object["isSidechain"] == true {
            with_own_rows.insert(object["agentId"].to_string());
        }
        let result = &object["toolUseResult"];
        if result["status"] == "completed" && result["usage"].is_object() {
            finals.insert(result["agentId"].to_string());
        }
        walk(&object, &mut |value| {
            let message = value["usage"].is_object() && value["role"] == "assistant" && value["model"] != "<synthetic>";
            let gemini = value["type"] == "gemini" && value["tokens"].is_object();
            if message || gemini {
                calls.insert(value["id"].to_string());
            }
            if value["type"] == "tool_use" {
                tools.insert(value["id"].to_string());
            }
            tools.extend(value["toolCalls"].as_array().into_iter().flatten().map(|call| call["id"].to_string()));
        });
    }
    let finals = finals.difference(&with_own_rows).count();
    Case { name: name.to_owned(), calls: calls.len(), tools: tools.len(), finals }
}

/// The texts of a case's transcripts; a document is made one line.
fn texts_of(name: &str) -> Vec<String> {
    let path = folder().join(name);
    let files = if path.is_dir() { files(&path) } else { vec![path] };
    let transcripts = files.iter().filter(|file| !file.to_str().unwrap().ends_with(".meta.json"));
    transcripts
        .map(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            let document = file.extension().is_some_and(|end| end == "json");
            if document { text.replace('\n', "") } else { text }
        })
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A line holds one object, or several glued together.
fn objects(line: &str) -> Result<Vec<Value>, serde_json::Error> {
    Deserializer::from_str(line).into_iter().collect()
}

fn whole_objects(line: &str) -> Vec<Value> {
    objects(line).unwrap_or_default()
}

fn strings(text: &str, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    for object in text.lines().flat_map(whole_objects) {
        walk(&object, &mut |value| found.extend(value[key].as_str().map(str::to_owned)));
    }
    found
}

fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(fields) => fields.values().for_each(|field| walk(field, visit)),
        _ => {}
    }
}
