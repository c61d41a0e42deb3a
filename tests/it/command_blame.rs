//! `agent-trace blame` as people see it.

use crate::harness::World;
use snapbox::{IntoData, assert_data_eq, str};

#[test]
fn every_line_says_who_wrote_it() {
    let world = World::sample();
    assert_data_eq!(world.run(["blame", "--cost", "src/login.rs"]).to_string(), str![[r#"
commit      who                                    date              cost $  line  text
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
b4799891c8  ? Ada Author                           2026-03-02 09:03             1  pub fn login(user: &str) -> bool {
8d39e77835  = claude-sonnet-4-5-20250929 ff0e8ea1  2026-03-03 09:06  0.0095     2      let name = user.trim();
8d39e77835  = claude-sonnet-4-5-20250929 ff0e8ea1  2026-03-03 09:06  0.0095     3      !name.is_empty() && name.len() < 64
b4799891c8  ? Ada Author                           2026-03-02 09:03             4  }

4 lines: 2 (50 %) by agents, 0 by people, 2 unknown, $0.0190
claude-sonnet-4-5-20250929 ff0e8ea1: 2 lines, $0.0190
= shown by an edit or by states of the file, ~ inferred, ? no evidence: the commit's author
[exit: 0]

"#]].raw());
}

#[test]
fn columns_are_chosen_as_with_git() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["blame", "-n", "-f", "-e", "-t", "--abbrev", "7", "-L1,2", "src/login.rs"]).to_string(),
        str![[r#"
commit   path          who                                    date        was  line  text
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
b479989  src/login.rs  ? <ada@example.com>                    1772442180    1     1  pub fn login(user: &str) -> bool {
8d39e77  src/login.rs  = claude-sonnet-4-5-20250929 ff0e8ea1  1772528776    2     2      let name = user.trim();

2 lines: 1 (50 %) by agents, 0 by people, 1 unknown
claude-sonnet-4-5-20250929 ff0e8ea1: 1 line
= shown by an edit or by states of the file, ~ inferred, ? no evidence: the commit's author
[exit: 0]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["blame", "-s", "-L1,+1", "src/login.rs"]).to_string(),
        str![[r#"
commit      who  line  text
─────────────────────────────────────────────────────────
b4799891c8  ?       1  pub fn login(user: &str) -> bool {

1 line: 0 (0 %) by agents, 0 by people, 1 unknown
= shown by an edit or by states of the file, ~ inferred, ? no evidence: the commit's author
[exit: 0]

"#]]
        .raw()
    );
}

#[test]
fn prompts_stand_beside_their_lines_while_the_transcript_exists() {
    let world = World::sample();
    let blamed = world.ask(["blame", "src/login.rs", "--prompt"]);
    let prompts = blamed["prompts"].as_array().unwrap();
    assert_eq!(prompts.len(), 1, "{blamed}");
    let asked = prompts[0]["prompt"].as_str().unwrap();
    let turn = format!("{}:{}", prompts[0]["session"].as_str().unwrap(), prompts[0]["turn"]);
    assert_eq!(world.ask(["show", &turn, "--prompt"])["prompt"].as_str(), Some(asked));
    assert!(world.ask(["blame", "src/login.rs"])["prompts"].as_array().unwrap().is_empty());
    let porcelain = world.run(["blame", "src/login.rs", "--prompt", "-p"]).success().stdout;
    assert_eq!(porcelain.matches(&format!("\nagent-prompt {asked}\n")).count(), 2, "{porcelain}");
    assert_data_eq!(world.run(["blame", "-s", "src/login.rs", "--prompt"]).to_string(), str![[r#"
commit      who                                    prompt                     line  text
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
b4799891c8  ?                                                                    1  pub fn login(user: &str) -> bool {
8d39e77835  = claude-sonnet-4-5-20250929 ff0e8ea1  limit the length of names     2      let name = user.trim();
8d39e77835  = claude-sonnet-4-5-20250929 ff0e8ea1  limit the length of names     3      !name.is_empty() && name.len() < 64
b4799891c8  ?                                                                    4  }

4 lines: 2 (50 %) by agents, 0 by people, 2 unknown
claude-sonnet-4-5-20250929 ff0e8ea1: 2 lines
= shown by an edit or by states of the file, ~ inferred, ? no evidence: the commit's author
[exit: 0]

"#]].raw());
    std::fs::remove_dir_all(world.transcripts_dir()).unwrap();
    let gone = world.ask(["blame", "src/login.rs", "--prompt"]);
    assert_eq!(gone["prompts"][0]["prompt_missing"], "transcript_gone");
}

#[test]
fn a_file_that_is_not_there_is_said_with_the_one_that_was_meant() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["blame", "src/logn.rs"]).to_string(),
        str![[r#"
--- stderr ---
error: there is no file `src/logn.rs`
hint: did you mean `src/login.rs`?
[exit: 2]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["blame", "HEAD", "--", "src/logn.rs"]).to_string(),
        str![[r#"
--- stderr ---
error: there is no file `src/logn.rs` in `HEAD`
hint: did you mean `src/login.rs`?
[exit: 2]

"#]]
        .raw()
    );
    let option = world.run(["blame", "--", "--output=x", "src/login.rs"]).failure(2);
    assert!(option.stderr.contains("cannot begin with `-`"), "{option}");
}

#[test]
fn text_of_strangers_moves_no_cursor() {
    let world = World::new();
    world.write("a.txt", "\u{1b}[2Jgone\u{7}\n\tindented\n");
    world.commit("start");
    let shown = world.run(["blame", "a.txt"]).success().stdout;
    assert!(shown.contains("\\u{1b}[2Jgone\\u{7}") && shown.contains("        indented"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown}");
}
