//! Input that nobody should write and somebody does: every file is read, counted or named, and the rest goes on.

use crate::harness::World;
use serde_json::json;

#[test]
fn play() {
    let world = World::new();
    world.write("a.txt", "one\n");
    world.commit("start");
    let session = world.claude("good");
    session.says("hello").edits("a.txt", "one", "two").commits("edit").stops();
    session.bytes(b"\x00\xff\x13 random \x80\n");
    session.says("go on").replies("yes");
    let row = json!({"type": "assistant", "uuid": "u-1", "sessionId": session.session_id(), "timestamp": "1970-01-01T00:00:00.000Z",
      "message": {"id": "msg_bad", "model": "claude-sonnet-4-5", "role": "assistant", "content": [], "usage": {"input_tokens": -5, "output_tokens": 3}}});
    session.row(row);
    let row = json!({"type": "assistant", "uuid": "u-2", "sessionId": "../../x", "timestamp": "2100-01-01T00:00:00.000Z",
      "message": {"id": "msg_bad\u{0}2", "model": "claude-sonnet-4-5", "role": "assistant", "content": [], "usage": {"input_tokens": 1e30, "output_tokens": 3}}});
    session.row(row);
    println!("{}", world.run(["ingest"]));
    println!("{}", world.run(["ingest", "--json"]));
    println!("{}", world.run(["problems", "--json"]));
    println!("{}", world.run(["sql", "select * from calls", "--json"]));
    println!("{}", world.run(["--json"]));
    println!("{}", world.run(["cost", "--by", "session", "--json"]));
    println!("{}", world.run(["cost", "--by", "session"]));
    println!("{}", world.run(["log"]));
    println!("{}", world.run(["sessions"]));
}
