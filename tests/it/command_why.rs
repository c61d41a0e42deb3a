//! `agent-trace why`.

use crate::harness::World;
use serde_json::json;
use snapbox::{IntoData, assert_data_eq, str};

#[test]
fn a_line_of_an_agent_is_explained_to_the_tool_call() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["why", "src/login.rs:2", "--prompt"]).to_string(),
        str![[r#"
src/login.rs:2  let name = user.trim();
who        claude-code, claude-sonnet-4-5-20250929
because    the states of the file are known without a gap, and a tool call put the line there (exact)
commit     8d39e77835  Ada Author: limit names
committed  2026-03-03 09:06
session    ff0e8ea1-db19-4948-a376-be25f4dea846
turn       2 (prompt)
began      2026-03-03 09:04
prompt     limit the length of names
tool call  Edit of src/login.rs, toolu_limit_23
request    $0.0190, $0.0190 of it landed, a floor: its output is a placeholder
turn cost  $0.0380, 2 requests
line cost  $0.0095

the commit and its sessions
  ff0e8ea1 produced by printed id
  ff0e8ea1 landed by lines: 2 lines

lines of the same request
commit      file          lines  tool call
───────────────────────────────────────────────
8d39e77835  src/login.rs      2  toolu_limit_23

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
        .raw()
    );
    let why = world.ask(["why", "src/login.rs:2"]);
    let blamed = world.ask(["blame", "-L2,2", "src/login.rs"]);
    assert_eq!(why["line"], blamed["lines"][0]);
    assert_eq!(why["turn"]["prompt_missing"], "not_asked");
    let shown = world.ask(["show", why["turn"]["turn"].as_str().unwrap()]);
    assert_eq!(why["turn"]["cost_nano_usd"], shown["total_nano_usd"]);
    let lines: u64 = why["landed"].as_array().unwrap().iter().map(|row| row["lines"].as_u64().unwrap()).sum();
    let share = why["line"]["cost_nano_usd"].as_u64().unwrap();
    assert!(share * lines <= why["call"]["landed_nano_usd"].as_u64().unwrap() + lines);
}

#[test]
fn what_was_looked_at_before_is_told_by_name_and_never_by_argument() {
    let world = World::new();
    world.write("a.rs", "fn old() {}\n");
    world.commit("start");
    world.advance(3_600);
    let session = world.claude("s1");
    session.says("earlier").writes("earlier.rs", "fn earlier() { nothing(); }\n").stops();
    session.says("look, then write");
    for _ in 0..2 {
        let read = session.calls("Read", json!({"file_path": "/secret/of/mine.txt"}));
        session.gets(&read, "text of a secret", json!({}));
    }
    session.runs_bash("cat /secret/of/mine.txt", "text of a secret");
    session.writes("b.rs", "fn firstOfAgent() {}\nfn secondOfAgent() {}\n");
    session.writes("later.rs", "fn later_of_agent() {}\n").commits("both").stops();
    let why = world.ask(["why", "b.rs:1"]);
    let tools: Vec<&str> =
        why["before"].as_array().unwrap().iter().map(|tool| tool["tool"].as_str().unwrap()).collect();
    assert_eq!(tools, ["Read", "Read", "Bash"]);
    assert_eq!(why["tool_call"]["files"], json!(["b.rs"]));
    assert_eq!(why["turn"]["number"], 2);
    for format in ["table", "json", "csv", "markdown"] {
        let said = world.run(["why", "b.rs:1", "--format", format]).success().stdout;
        assert!(said.contains("firstOfAgent") && !said.contains("secret"), "{said}");
    }
    let page = world.run(["why", "b.rs:1"]).success().stdout;
    assert!(page.contains("Read 2 times, Bash"), "{page}");
}

#[test]
fn a_line_of_a_person_and_an_unknown_one_say_the_reason_in_words() {
    let world = World::new();
    world.write("a.txt", "before the hooks\n");
    world.commit("start");
    world.install_hooks();
    world.advance(3_600);
    world.write("a.txt", "before the hooks\nby hand, seen\n");
    let _ = world.git(["commit", "--quiet", "--all", "--message", "mine (#12)"]).success();
    world.write("a.txt", "before the hooks\nby hand, seen\nnot committed\n");
    assert_data_eq!(
        world.run(["why", "a.txt:1"]).to_string(),
        str![[r#"
a.txt:1  before the hooks
who        unknown; author of the commit: Ada Author
because    no edit wrote it, and no hook saw the commit being made (none)
commit     2dbc6bdf22  Ada Author: start
committed  2026-03-02 09:03

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["why", "a.txt:2"]).to_string(),
        str![[r#"
a.txt:2  by hand, seen
who           a person; author of the commit: Ada Author
because       a hook saw the commit being made, and no session is in it (inferred)
commit        ca39ae6c8b  Ada Author: mine (#12)
committed     2026-03-02 10:06
pull request  #12

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["why", "a.txt:3"]).to_string(),
        str![[r#"
a.txt:3  not committed
who      unknown
because  it is in no commit yet (none)

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
        .raw()
    );
    assert_eq!(world.ask(["why", "a.txt:2"])["pull_requests"][0]["number"], 12);
}

#[test]
fn mistakes_are_said_with_what_to_type() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["why", "src/login.rs"]).to_string(),
        str![[r#"
--- stderr ---
error: `src/login.rs` names no line of a file
hint: agent-trace why FILE:LINE
[exit: 2]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["why", "src/login.rs:99"]).to_string(),
        str![[r#"
--- stderr ---
error: `src/login.rs` has only 4 lines
hint: agent-trace blame FILE shows them all
[exit: 2]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["why", "src/logn.rs:1"]).to_string(),
        str![[r#"
--- stderr ---
error: there is no file `src/logn.rs`
hint: did you mean `src/login.rs`?
[exit: 2]

"#]]
        .raw()
    );
    let option = world.run(["why", "--", "--output=x", "src/login.rs:1"]).failure(2);
    assert!(option.stderr.contains("cannot begin with `-`"), "{option}");
}
