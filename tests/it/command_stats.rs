//! `agent-trace stats` as people see it.

use crate::harness::World;
use snapbox::{IntoData, assert_data_eq, str};

#[test]
fn lines_are_shown_by_class_and_by_what_was_asked_for() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["stats"]).to_string(),
        str![[r#"
class    lines  of all
──────────────────────
unknown      7    58 %
agents       5    41 %

12 lines added by 4 commits in 4 files: 5 by agents, 0 by people, 7 unknown

agents
  5 lines: the states of the file are known without a gap, and a tool call put the line there

unknown
  7 lines: no edit wrote it, and no hook saw the commit being made
[exit: 0]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["stats", "--by", "model"]).to_string(),
        str![[r#"
model                       lines  agents  people  unknown  agents %
────────────────────────────────────────────────────────────────────
(unknown)                       7       0       0        7       0 %
claude-opus-4-6                 3       3       0        0     100 %
claude-sonnet-4-5-20250929      2       2       0        0     100 %

12 lines added by 4 commits in 4 files: 5 by agents, 0 by people, 7 unknown

agents
  5 lines: the states of the file are known without a gap, and a tool call put the line there

unknown
  7 lines: no edit wrote it, and no hook saw the commit being made
[exit: 0]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["stats", "src", "--by", "file"]).to_string(),
        str![[r#"
file          lines  agents  people  unknown  agents %
──────────────────────────────────────────────────────
src/login.rs      4       2       0        2      50 %
src/tides.rs      3       3       0        0     100 %

7 lines in 2 files, from 3 commits: 5 by agents, 0 by people, 2 unknown

agents
  5 lines: the states of the file are known without a gap, and a tool call put the line there

unknown
  2 lines: no edit wrote it, and no hook saw the commit being made
[exit: 0]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["stats", "--by", "directory", "--format", "csv", "-n1"]).to_string(),
        str![[r#"
row,key,label,lines,agent,human,unknown
directory,src,src,8,5,0,3
not listed,,,4,0,0,4
[exit: 0]

"#]]
        .raw()
    );
}

#[test]
fn a_repository_without_a_commit_has_no_lines() {
    let world = World::new();
    assert_data_eq!(
        world.run(["stats"]).to_string(),
        str![[r#"
0 lines added by 0 commits in 0 files: 0 by agents, 0 by people, 0 unknown
[exit: 0]

"#]]
        .raw()
    );
}

#[test]
fn mistakes_are_said_with_what_to_type() {
    let world = World::sample();
    assert_data_eq!(
        world.run(["stats", "tidse"]).to_string(),
        str![[r#"
--- stderr ---
error: `tidse` names no commit
hint: did you mean `tides`?
[exit: 2]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["stats", "main..tidse"]).to_string(),
        str![[r#"
--- stderr ---
error: `tidse` names no commit
hint: did you mean `tides`?
[exit: 2]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["stats", "--", "srx"]).to_string(),
        str![[r#"
--- stderr ---
error: git knows no file at `srx`
hint: did you mean `src`?
[exit: 2]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["stats", "--by", "modle"]).to_string(),
        str![[r#"
--- stderr ---
error: invalid value 'modle' for '--by <WHAT>': did you mean `model`?

For more information, try '--help'.
[exit: 2]

"#]]
        .raw()
    );
    assert_data_eq!(
        world.run(["stats", "src", "--since", "7d"]).to_string(),
        str![[r#"
--- stderr ---
error: --since and --until choose commits, and these lines are of files as they are now
hint: agent-trace stats HEAD --since 7d -- PATH
[exit: 2]

"#]]
        .raw()
    );
    world.write("tides", "a file with the name of a branch\n");
    assert_data_eq!(
        world.run(["stats", "tides"]).to_string(),
        str![[r#"
--- stderr ---
error: `tides` is a revision and a path
hint: `./tides` is the path, `refs/heads/tides` or `refs/tags/tides` the revision
[exit: 2]

"#]]
        .raw()
    );
    let option = world.run(["stats", "--", "--output=x"]).failure(2);
    assert!(option.stderr.contains("--output=x"), "{option}");
}
