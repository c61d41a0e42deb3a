//! `agent-trace problems`.

use crate::harness::World;
use serde_json::json;
use snapbox::{assert_data_eq, str};

#[test]
fn what_could_not_be_read_is_listed_with_its_place() {
    let world = World::new();
    let session = world.claude("broken");
    session.says("hello").bytes(b"{\"type\":\"user\",\n").bytes(b"no json at all\n").replies("hello");
    session.row(json!({"type": "row-of-2031", "sessionId": session.session_id()}));
    let ingest = world.ask(["ingest"]);
    assert_eq!(
        ingest["problems"].as_array().unwrap().iter().map(|kind| kind["count"].as_u64().unwrap()).sum::<u64>(),
        2
    );
    let problems = world.ask(["problems"]);
    let rows = problems["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    let text = std::fs::read_to_string(session.transcript()).unwrap();
    let offsets: Vec<u64> = rows.iter().map(|row| row["offset"].as_u64().unwrap()).collect();
    assert_eq!(offsets, [text.find("{\"type\":\"user\",\n").unwrap() as u64, text.find("no json").unwrap() as u64]);
    assert_eq!(problems["unknown_rows"], json!([{"kind": "row-of-2031", "count": 1}]));
    assert_eq!(world.costs("session").json["incomplete"]["of_calls"], 1, "the rest of the file counts");
    let output = world.run(["problems"]).success().to_string();
    assert!(!output.contains("no json at all"), "text of a transcript is never repeated: {output}");
}

#[test]
fn a_limit_counts_the_rest() {
    let world = World::new();
    let session = world.claude("broken");
    session.says("hello").bytes(b"1st\n2nd\n3rd\n");
    let _ = world.run(["ingest"]).success();
    let problems = world.ask(["problems", "--limit", "1"]);
    assert_eq!((problems["rows"].as_array().unwrap().len(), problems["not_listed"].as_u64()), (1, Some(2)));
}

#[test]
fn no_problem_is_said_in_words() {
    let world = World::sample();
    let _ = world.run(["ingest"]).success();
    assert_data_eq!(
        world.run(["problems"]).to_string(),
        str![[r#"
no problems: everything could be read
[exit: 0]

"#]]
    );
}
