//! What the books of a repository say, to compare two ways to the same end; and work to fill them with.

use crate::harness::World;
use std::fs;
use std::path::{Path, PathBuf};

/// Every question whose answer must not depend on how the data came in.
const QUESTIONS: [&str; 6] = [
    "select * from calls order by message_id, session_id",
    "select * from shares order by 1, 2, 3, 4, 5",
    "select * from links order by 1, 2, 3, 4",
    "select * from turns order by 1, 2",
    "select * from tools order by 1, 2, 3, 4",
    "select * from sessions order by 1",
];

/// Returns the program under test.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_agent-trace"))
}

/// Returns where the database of a world is.
pub(crate) fn database(world: &World) -> PathBuf {
    world.path(".git/agent-trace/trace.db")
}

/// Returns everything the books say, without reading anything new.
pub(crate) fn books(world: &World) -> String {
    let mut all = String::new();
    for question in QUESTIONS {
        all += &world.run(["sql", question, "--json"]).success().stdout;
    }
    for by in ["session", "commit", "model", "day"] {
        all += &world.run(["cost", "--by", by, "--json", "--no-refresh"]).success().stdout;
    }
    all
}

/// Returns the total of the books in nano-USD and the count of calls.
pub(crate) fn totals(world: &World) -> (i64, i64) {
    let answer = world.run(["--json", "--no-refresh"]).success().json();
    (answer["total_nano_usd"].as_i64().unwrap(), answer["calls"].as_i64().unwrap())
}

/// Returns how often a kind of problem is listed.
pub(crate) fn problems(world: &World, kind: &str) -> i64 {
    let answer = world.run(["problems", "--json"]).success().json();
    let counts = answer["kinds"].as_array().unwrap();
    counts.iter().find(|count| count["kind"] == kind).map_or(0, |count| count["count"].as_i64().unwrap())
}

/// Returns a world with one commit of a session and `calls` more requests in it.
pub(crate) fn small_world() -> World {
    let world = World::new();
    world.write("notes.txt", "first line\n");
    world.commit("start");
    let session = world.claude("small");
    session.says("change it").edits("notes.txt", "first line", "another line").commits("edit");
    session.says("and now?").replies("done").stops();
    world
}

/// Writes `files` transcripts of `calls` requests each; quick, because only the first one is acted.
pub(crate) fn fill(world: &World, files: usize, calls: usize) {
    let session = world.claude("template");
    for _ in 0..calls {
        session.says("next").replies("done");
    }
    let (path, id) = (session.transcript(), session.session_id());
    let text = fs::read_to_string(&path).unwrap();
    for number in 1..files {
        let name = format!("copy{number:05}");
        let other_id = format!("{number:08x}{}", &id[8..]);
        let copy = text.replace("template", &name).replace(&id, &other_id);
        let copy = copy.replace("uid\":\"", &format!("uid\":\"{number:x}-"));
        fs::write(path.with_file_name(format!("{name}.jsonl")), copy).unwrap();
    }
}
