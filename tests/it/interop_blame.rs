//! What other tools say of lines: shown with its source, laid under what is known here, never over it.

use crate::harness::World;
use serde_json::{Value, json};

/// A note of git-ai on HEAD.
fn note(world: &World, text: &str) {
    world.write(".git/note", text);
    let _ = world.git(["notes", "--ref=ai", "add", "--force", "--file", ".git/note"]).success();
}

fn sessions(id: &str) -> String {
    json!({"schema_version": "authorship/3.0.0", "base_commit_sha": "", "prompts": {}, "sessions": {
        "s_00112233445566": {"agent_id": {"tool": "cursor", "id": id, "model": "gpt-5"}, "human_author": "A <a@example.com>"},
    }})
    .to_string()
}

/// `class grade reason source` of every line.
fn lines(blamed: &Value) -> Vec<String> {
    let word = |line: &Value, key: &str| line[key].as_str().unwrap_or("-").to_owned();
    let words = ["class", "grade", "reason", "source"];
    let line = |line: &Value| words.map(|key| word(line, key)).join(" ");
    blamed["lines"].as_array().unwrap().iter().map(line).collect()
}

fn source<'b>(blamed: &'b Value, name: &str) -> &'b Value {
    let all = blamed["declared"].as_array().unwrap();
    all.iter().find(|source| source["source"] == name).unwrap_or(&Value::Null)
}

#[test]
fn a_note_of_git_ai_tells_whose_lines_are_of_which_nothing_is_known() {
    let world = World::new();
    world.write("src/my file.rs", "first line\nsecond line\nthird line\nfourth line\n");
    world.commit("made elsewhere");
    let json = sessions("6ef2299e-a67f-432b-aa80-3d2fb4d28999");
    note(
        &world,
        &format!("\"src/my file.rs\"\n  s_00112233445566::t_00112233445566 1-2\n  h_00112233445566 3\n---\n{json}\n"),
    );
    let blamed = world.ask(["blame", "src/my file.rs"]);
    let expected = [
        "agent declared declared git-ai note",
        "agent declared declared git-ai note",
        "human declared declared git-ai note",
        "unknown none no_evidence -",
    ];
    assert_eq!(lines(&blamed), expected);
    let first = &blamed["lines"][0];
    assert_eq!(
        (&first["session"], &first["session_short"], &first["agent"], &first["model"], &first["cost_nano_usd"]),
        (
            &json!("6ef2299e-a67f-432b-aa80-3d2fb4d28999"),
            &json!("6ef2299e"),
            &json!("cursor"),
            &json!("gpt-5"),
            &Value::Null
        )
    );
    assert_eq!(
        source(&blamed, "git-ai note"),
        &json!({"source": "git-ai note", "lines": 3, "named": 0, "agreed": 0, "contradicted": 0})
    );
    let page = world.run(["blame", "-s", "src/my file.rs"]).success().stdout;
    assert!(
        page.contains(": gpt-5 6ef2299e")
            && page.contains(": human")
            && page.contains("git-ai note: 3 lines on its word (:)"),
        "{page}"
    );
    let porcelain = world.run(["blame", "-p", "src/my file.rs"]).success().stdout;
    assert_eq!(porcelain.matches("\nagent-source git-ai note\n").count(), 3, "{porcelain}");
}

#[test]
fn line_numbers_and_paths_are_those_of_the_commit() {
    let world = World::new();
    world.write("old.rs", "first line\nsecond line\n");
    world.commit("made elsewhere");
    note(&world, &format!("old.rs\n  s_00112233445566::t_00112233445566 2\n---\n{}\n", sessions("5f1c")));
    let _ = world.git(["mv", "old.rs", "new.rs"]).success();
    world.write("new.rs", "zeroth line\nfirst line\nsecond line\n");
    world.commit("moved");
    let expected = ["unknown none no_evidence -", "unknown none no_evidence -", "agent declared declared git-ai note"];
    assert_eq!(lines(&world.ask(["blame", "new.rs"])), expected);
}

#[test]
fn notes_of_version_two_are_read_from_the_same_reference() {
    let world = World::new();
    world.write("a.rs", "first line\nsecond line\n");
    world.commit("made elsewhere");
    let old = json!({"files": {"a.rs": [[[[1, 1]], "aabbccdd", "5f1c-22", 0], [[2], "aabbccdd"]]},
        "authors": {"aabbccdd": {"username": "A", "email": "a@example.com"}},
        "prompts": {"5f1c-22": {"agent_id": {"tool": "claude", "id": "5f1c-22", "model": "claude-sonnet-4"}, "messages": []}},
        "schema_version": "authorship/2.0.0", "base_commit_sha": ""});
    note(&world, &old.to_string());
    let blamed = world.ask(["blame", "a.rs"]);
    assert_eq!(lines(&blamed), ["agent declared declared git-ai note", "unknown none no_evidence -"]);
    assert_eq!(
        (&blamed["lines"][0]["agent"], &blamed["lines"][0]["session"]),
        (&json!("claude-code"), &json!("5f1c-22"))
    );
}

/// An agent's lines, a person's between them, both seen by hooks.
fn both() -> World {
    let world = World::new();
    world.write("a.txt", "start\n");
    world.commit("start");
    world.install_hooks();
    world.advance(3_600);
    world.claude("s1").says("write").writes("b.rs", "first_of_agent();\nsecond_of_agent();\n").stops();
    world.write("b.rs", "first_of_agent();\nby_hand();\nsecond_of_agent();\n");
    let _ = world.git(["add", "--all"]).success();
    let _ = world.git(["commit", "--quiet", "--message", "both"]).success();
    world
}

#[test]
fn what_is_known_here_stays_and_contradictions_are_counted() {
    let world = both();
    let before = lines(&world.ask(["blame", "b.rs"]));
    assert!(before[0].starts_with("agent") && before[1].starts_with("human"), "{before:?}");
    let id = world.claude("s1").session_id();
    note(
        &world,
        &format!("b.rs\n  s_00112233445566::t_00112233445566 1-2\n  h_00112233445566 3\n---\n{}\n", sessions(&id)),
    );
    let blamed = world.ask(["blame", "b.rs"]);
    assert_eq!(lines(&blamed), before, "the session is known, and did not write the second line");
    assert_eq!(
        source(&blamed, "git-ai note"),
        &json!({"source": "git-ai note", "lines": 0, "named": 0, "agreed": 1, "contradicted": 2})
    );
}

#[test]
fn a_session_that_nobody_saw_refutes_that_a_line_is_a_persons() {
    let world = both();
    note(&world, &format!("b.rs\n  s_00112233445566::t_00112233445566 2\n---\n{}\n", sessions("not-seen-here")));
    let blamed = world.ask(["blame", "b.rs"]);
    assert_eq!(lines(&blamed)[1], "agent declared declared git-ai note");
    assert_eq!(source(&blamed, "git-ai note")["contradicted"], 1);
}

#[test]
fn a_person_on_somebodys_word_is_none_where_a_session_ran_commands() {
    let world = World::new();
    world.write("a.txt", "start\n");
    world.commit("start");
    world.install_hooks();
    world.advance(3_600);
    let session = world.claude("s1");
    session.says("write").writes("b.rs", "first_of_agent();\nsecond_of_agent();\n");
    session.runs_bash("sed -i s/x/y/ b.rs", "").stops();
    world.write("b.rs", "first_of_agent();\nby_whom();\nsecond_of_agent();\n");
    let _ = world.git(["add", "--all"]).success();
    let _ = world.git(["commit", "--quiet", "--message", "both"]).success();
    note(&world, &format!("b.rs\n  h_00112233445566 2\n---\n{}\n", sessions("x")));
    let blamed = world.ask(["blame", "b.rs"]);
    assert!(lines(&blamed)[1].starts_with("unknown ") && lines(&blamed)[1].contains(" command "), "{blamed}");
    assert_eq!(source(&blamed, "git-ai note")["contradicted"], 1);
}

#[test]
fn hostile_notes_do_no_harm() {
    let world = World::new();
    world.write("a.rs", "first line\n");
    world.commit("made elsewhere");
    for text in [
        "a.rs\n  s_00112233445566::t_1 1\n---\n{\"sessions\":{\"s_00112233445566\":{\"agent_id\":{\"tool\":\"\\u001b[2J\",\"id\":\"../../x\",\"model\":\"\\n\"}}}}",
        "a.rs\n  s_1 1-4294967295,4294967296\n",
        "\u{0}\u{1}",
        "{\"files\":{\"a.rs\":[[[[1,99999999999]],1,2]]}}",
        "---\n---\n---",
    ] {
        note(&world, text);
        let page = world.run(["blame", "a.rs"]).success().stdout;
        assert!(!page.contains('\u{1b}') && !page.contains("../"), "{page}");
    }
}

#[test]
fn trailers_of_other_tools_name_who_had_a_part_and_decide_no_line() {
    let world = World::new();
    world.write("a.rs", "first line\nsecond line\n");
    world.commit("one\n\nAmp-Thread-ID: https://ampcode.com/threads/T-77");
    let blamed = world.ask(["blame", "a.rs"]);
    assert_eq!(lines(&blamed), ["unknown declared no_evidence Amp-Thread-ID"; 2]);
    assert_eq!((&blamed["lines"][0]["agent"], &blamed["lines"][0]["session"]), (&json!("amp"), &json!("T-77")));
    assert_eq!(
        source(&blamed, "Amp-Thread-ID"),
        &json!({"source": "Amp-Thread-ID", "lines": 0, "named": 2, "agreed": 0, "contradicted": 0})
    );
}

#[test]
fn a_checkpoint_of_entire_names_its_session_where_its_metadata_are_here() {
    let world = World::new();
    world.write("a.rs", "first line\n");
    world.commit("one\n\nEntire-Checkpoint: 8cfa910f8ef9");
    let blamed = world.ask(["blame", "a.rs"]);
    assert_eq!(lines(&blamed), ["unknown declared no_evidence Entire-Checkpoint"]);
    assert_eq!(blamed["lines"][0]["session"], Value::Null);
    let _ = world.git(["switch", "--quiet", "--orphan", "entire/checkpoints/v1"]).success();
    let pointer =
        json!({"checkpoint_id": "8cfa910f8ef9", "sessions": [{"metadata": "/8c/fa910f8ef9/0/metadata.json"}]});
    world.write("8c/fa910f8ef9/metadata.json", &pointer.to_string());
    let session = json!({"session_id": "2026-01-22-2e84f1a4-6092-4d1a-978b-5bd65b3dc1d4", "agent": "Claude Code", "files_touched": ["a.rs"]});
    world.write("8c/fa910f8ef9/0/metadata.json", &session.to_string());
    world.commit("Checkpoint: 8cfa910f8ef9");
    let _ = world.git(["switch", "--quiet", "main"]).success();
    let line = &world.ask(["blame", "a.rs"])["lines"][0];
    assert_eq!((&line["class"], &line["source"]), (&json!("unknown"), &json!("Entire-Checkpoint")));
    assert_eq!(
        (&line["agent"], &line["session"], &line["session_short"]),
        (&json!("claude-code"), &json!("2e84f1a4-6092-4d1a-978b-5bd65b3dc1d4"), &json!("2e84f1a4"))
    );
}

#[test]
fn a_commit_is_shown_with_what_others_say_of_it() {
    let world = World::new();
    world.write("a.rs", "first line\nsecond line\nthird line\n");
    world.commit("one\n\nCopilot-Session: 0a-1b\nEntire-Checkpoint: 8cfa910f8ef9");
    note(
        &world,
        &format!("a.rs\n  s_00112233445566::t_00112233445566 1-2\n  h_00112233445566 3\n---\n{}\n", sessions("5f1c")),
    );
    let shown = world.ask(["show", "HEAD"]);
    let parties: Vec<String> = shown["declared"]
        .as_array()
        .unwrap()
        .iter()
        .map(|party| {
            ["source", "is_person", "agent", "session", "id", "lines"].map(|key| party[key].to_string()).join(" ")
        })
        .collect();
    let expected = [
        r#""git-ai note" false "cursor" "5f1c" null 2"#,
        r#""git-ai note" true null null null 1"#,
        r#""Copilot-Session" false "copilot-cli" "0a-1b" null null"#,
        r#""Entire-Checkpoint" false null null "8cfa910f8ef9" null"#,
    ];
    assert_eq!(parties, expected);
    let page = world.run(["show", "HEAD"]).success().stdout;
    assert!(
        page.contains("git-ai note: cursor 5f1c, 2 lines") && page.contains("Entire-Checkpoint: an agent 8cfa910f8ef9"),
        "{page}"
    );
}
