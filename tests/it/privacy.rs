//! What a session holds in confidence is nowhere in the database.

use crate::harness::{SubagentRows, World};
use serde_json::json;
use std::fs;

/// Words that stand in every place where a person or a model can put one.
const SECRETS: [&str; 15] = [
    "zebrafinch",
    "quicksilverish",
    "obsidianlike",
    "marzipanned",
    "thunderquail",
    "velvetmoth",
    "cobaltwhale",
    "saffroncrow",
    "gingerlynx",
    "peppermole",
    "walnutstoat",
    "juniperelk",
    "lanternfish",
    "ambergriffon",
    "tulipwasp",
];

#[test]
fn no_word_of_a_prompt_a_line_a_command_or_an_output_is_stored() {
    let world = World::new();
    world.write("src/lib.rs", "pub fn start() {}\n");
    world.commit("start");
    let [prompt, thought, reply, code, replaced, command, output, error, subagent_prompt, subagent_output, ..] =
        SECRETS;
    let [.., subagent_reply, steering, summary, subject, person] = SECRETS;
    let session = world.claude("private").subagents(SubagentRows::OwnFolder).with_git_operation();
    world.write("src/old.rs", &format!("let {replaced} = 1;\n"));
    session.says(&format!("please add {prompt}")).thinks(&format!("about {thought}")).replies(&format!("yes, {reply}"));
    session.edits("src/old.rs", replaced, code).writes("src/new.rs", &format!("// {code}\nfn {code}() {{}}\n"));
    session.runs_bash(&format!("echo {command}"), &format!("{output}\n"));
    let call = session.calls("Bash", json!({"command": command}));
    session.gets_error(&call, &format!("no such {error}"));
    let agent = session.sends("Explore", &format!("find {subagent_prompt}"));
    agent.uses("Grep", json!({"pattern": subagent_prompt}), subagent_output).finishes(subagent_reply);
    session.queues(&format!("also {steering}"), true).queues(&format!("now {steering}"), false);
    session.row(json!({"type": "summary", "summary": format!("all about {summary}"), "leafUuid": "x"}));
    session.bytes(format!("{{\"broken\": \"{prompt}\n").as_bytes());
    session.commits(&format!("{subject} is done")).stops();
    world.write("src/person.rs", &format!("// {person}\n"));
    world.commit(&format!("by hand: {person}"));
    let chat = world.gemini("private-chat");
    chat.says(prompt).writes("src/chat.rs", &format!("// {code}\n")).runs_shell(command, output).replies(reply);
    let _ = world.run(["ingest"]).success();
    let _ = world.run(["ingest", chat.transcript().to_str().unwrap()]).success();
    // Reports and prompts read from the transcript leave nothing behind either.
    for args in [vec!["cost"], vec!["log"], vec!["problems"], vec![]] {
        let _ = world.run_args(&args).success();
    }
    let shown = world.ask(["show", &format!("{}:1", session.session_id()), "--prompt"]);
    assert!(shown["prompt"].as_str().unwrap().contains(prompt), "the session was read");
    let bytes = stored(&world);
    for secret in SECRETS {
        assert!(!contains(&bytes, secret), "`{secret}` is in the database");
        let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(!bytes.windows(wide.len()).any(|window| window == wide), "`{secret}` is in the database");
    }
    // What the documentation says is stored.
    for public in ["src/new.rs", "claude-sonnet-4-5-20250929", "main", "Explore"] {
        assert!(contains(&bytes, public), "`{public}` is not in the database: the search is blind");
    }
}

/// Every byte below `.git/agent-trace`: database, log and whatever else was left.
fn stored(world: &World) -> Vec<u8> {
    let files = fs::read_dir(world.path(".git/agent-trace")).unwrap().map(|entry| entry.unwrap().path());
    files.flat_map(|file| fs::read(file).unwrap()).collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    let folded = bytes.to_ascii_lowercase();
    let text = text.to_ascii_lowercase();
    folded.windows(text.len()).any(|window| window == text.as_bytes())
}
