//! Every error a user can meet, once: what failed, in lower case and with values; why; and what to do.
//!
//! Not on Windows, which writes paths and the system's own messages another way.

#![cfg(unix)]

use crate::books::{database, program, small_world};
use crate::harness::World;
use rusqlite::Connection;
use snapbox::data::Inline;
use snapbox::{assert_data_eq, str};
use std::fs;

/// Asserts what stands on standard error of a failing command, and that nothing stands on standard output.
#[track_caller]
fn says(world: &World, arguments: &[&str], expected: Inline) {
    says_with(world, &[], arguments, expected);
}

#[track_caller]
fn says_with(world: &World, variables: &[(&str, &str)], arguments: &[&str], expected: Inline) {
    let mut command = world.command(program(), &world.path(""));
    let output = command.args(arguments).envs(variables.iter().copied()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}: {stderr}");
    let root = world.path("..").canonicalize().unwrap();
    let text = stderr.replace(program().to_str().unwrap(), "$PROGRAM").replace(root.to_str().unwrap(), "$WORLD");
    assert_style(&text);
    assert_data_eq!(text, expected);
}

/// Lower case, no full stop at the end of a message or a hint.
fn assert_style(text: &str) {
    for line in text.lines().filter(|line| line.starts_with("error: ") || line.starts_with("hint: ")) {
        let (_, message) = line.split_once(": ").unwrap();
        let first = message.chars().next().unwrap();
        assert!(!first.is_uppercase() && !message.ends_with('.'), "{line}");
    }
}

#[test]
fn wrong_names_on_the_command_line() {
    let world = small_world();
    says(
        &world,
        &["cots"],
        str![[r#"
error: unrecognized subcommand 'cots'

  tip: some similar subcommands exist: 'notes', 'cost'

Usage: agent-trace [OPTIONS] [COMMAND]

For more information, try '--help'.

"#]],
    );
    says(
        &world,
        &["--format", "yaml"],
        str![[r#"
error: invalid value 'yaml' for '--format <FORMAT>'
  [possible values: table, json, csv, markdown]

For more information, try '--help'.

"#]],
    );
    says(
        &world,
        &["cost", "--json", "--format", "csv"],
        str![[r#"
error: the argument '--json' cannot be used with '--format <FORMAT>'

Usage: agent-trace cost --json --timezone <ZONE>

For more information, try '--help'.

"#]],
    );
    says(
        &world,
        &["cost", "--by", "comit"],
        str![[r#"
error: invalid value 'comit' for '--by <WHAT>': did you mean `commit`?

For more information, try '--help'.

"#]],
    );
    says(
        &world,
        &["cost", "--by", "planet"],
        str![[r#"
error: invalid value 'planet' for '--by <WHAT>': one of commit, session, turn, model, day, week, month, branch, author, agent, tool, file, pr, none

For more information, try '--help'.

"#]],
    );
    says(
        &world,
        &["problems", "-n", "few"],
        str![[r#"
error: invalid value 'few' for '--limit <N>': invalid digit found in string

For more information, try '--help'.

"#]],
    );
    says(
        &world,
        &["cost", "--timezone", "Europ/Paris"],
        str![[r#"
error: `Europ/Paris` is not the name of a time zone
hint: did you mean `Europe/Paris`?

"#]],
    );
    says(
        &world,
        &["cost", "--timezone", "nowhere at all"],
        str![[r#"
error: `nowhere at all` is not the name of a time zone
hint: use a name of the IANA list, such as Europe/Paris or UTC

"#]],
    );
    says(
        &world,
        &["cost", "--since", "lately"],
        str![[r#"
error: `lately` is not a time
hint: write 2026-01-23, 2026-01-23T10:00, 2026-01-23T10:00:00Z, 7d or 12h

"#]],
    );
    says(
        &world,
        &["cost", "--until", "2026-13-01"],
        str![[r#"
error: `2026-13-01` is not a time
hint: write 2026-01-23, 2026-01-23T10:00, 2026-01-23T10:00:00Z, 7d or 12h

"#]],
    );
}

#[test]
fn names_that_nothing_has() {
    let world = small_world();
    let _ = world.run(["ingest"]).success();
    says(
        &world,
        &["cost", "--session", "zz"],
        str![[r#"
error: no session begins with `zz`
hint: agent-trace sessions

"#]],
    );
    says(
        &world,
        &["cost", "--branch", "mian"],
        str![[r#"
error: no request was made with branch `mian`
hint: did you mean `main`?

"#]],
    );
    says(
        &world,
        &["cost", "--model", "gpt"],
        str![[r#"
error: no request was made with model `gpt`
hint: agent-trace cost --by model

"#]],
    );
    says(
        &world,
        &["log", "mian"],
        str![[r#"
error: `mian` names no commit
hint: did you mean `main`?

"#]],
    );
    says(
        &world,
        &["log", "nowhere-near"],
        str![[r#"
error: `nowhere-near` names no commit
hint: name a branch, a tag or a commit id

"#]],
    );
    says(
        &world,
        &["show", "nothing"],
        str![[r#"
error: `nothing` is neither a commit nor the beginning of a session's id
hint: agent-trace log, or agent-trace sessions

"#]],
    );
    says(
        &world,
        &["show", "nothing:1"],
        str![[r#"
error: no session begins with `nothing`
hint: agent-trace sessions

"#]],
    );
    let turn = format!("{}:99", world.claude("small").session_id());
    says(
        &world,
        &["show", &turn],
        str![[r#"
error: the session has no turn 99
hint: agent-trace show SESSION lists its turns

"#]],
    );
}

#[test]
fn wrong_statements() {
    let world = small_world();
    says(
        &world,
        &["sql", "select 1"],
        str![[r#"
error: nothing was read in this repository yet
hint: agent-trace ingest

"#]],
    );
    let _ = world.run(["ingest"]).success();
    says(
        &world,
        &["sql", "nonsense"],
        str![[r#"
error: near "nonsense": syntax error in nonsense at offset 0
hint: views: calls, shares, commits, links, turns, tools, sessions; see agent-trace sql --help

"#]],
    );
    says(
        &world,
        &["sql", "delete from call"],
        str![[r#"
error: the statement would write; only reading is allowed here
hint: views: calls, shares, commits, links, turns, tools, sessions; see agent-trace sql --help

"#]],
    );
    says(
        &world,
        &["sql", "select * from cals"],
        str![[r#"
error: no such table: cals
hint: views: calls, shares, commits, links, turns, tools, sessions; see agent-trace sql --help

"#]],
    );
}

#[test]
fn wrong_prices() {
    let world = small_world();
    world.write("prices.csv", "model,input\nmine,cheap\n");
    says_with(
        &world,
        &[("AGENT_TRACE_PRICES", "prices.csv")],
        &["cost"],
        str![[r#"
error: prices.csv:1: column `output`: the mandatory column is missing
hint: the columns model, input, output must be there

"#]],
    );
    says_with(
        &world,
        &[("AGENT_TRACE_PRICES", "missing.csv")],
        &["cost"],
        str![[r#"
error: the price file `missing.csv` cannot be read
  No such file or directory (os error 2)
hint: unset AGENT_TRACE_PRICES, or name a file that exists

"#]],
    );
    says(
        &world,
        &["prices", "explain", "claude-opus-4-5", "--on", "someday"],
        str![[r#"
error: `someday` is not a day
hint: write it as 2026-01-23

"#]],
    );
}

#[test]
fn places_that_are_not_what_they_should_be() {
    let world = small_world();
    says(
        &world,
        &["log", "--no-refresh"],
        str![[r#"
error: nothing was read in this repository yet
hint: agent-trace ingest

"#]],
    );
    says(
        &world,
        &["-C", "missing", "log"],
        str![[r#"
error: `$WORLD/repo/missing` is not a folder
hint: name an existing folder with -C PATH

"#]],
    );
    says(
        &world,
        &["-C", "..", "log"],
        str![[r#"
error: `$WORLD/repo/..` is not inside a git repository
hint: run it inside a git repository, or name one with -C PATH

"#]],
    );
    says(
        &world,
        &["ingest", "missing.jsonl"],
        str![[r#"
error: `missing.jsonl` does not exist
hint: name transcripts, folders or tar archives that exist

"#]],
    );
}

#[test]
fn a_repository_that_git_itself_would_refuse() {
    let world = small_world();
    world.write(".git/config", "[core\nnonsense");
    says(
        &world,
        &["log"],
        str![[r#"
error: the repository at `$WORLD/repo` cannot be read
  Repository configuration could not be loaded
  Could not parse configuration
  Got an unexpected token on line 1 while trying to parse a section header: '[core
  nons' ... (4 characters omitted)
  Validation
hint: see whether git can read it: git status

"#]],
    );
}

#[test]
fn a_repository_of_somebody_else() {
    let world = small_world();
    let chown = |path: &str| std::os::unix::fs::chown(world.path(path), Some(54_321), Some(54_321));
    if chown(".git").and_then(|()| chown("")).is_err() {
        return; // Only root can give files away.
    }
    says(
        &world,
        &["log"],
        str![[r#"
error: the repository at `$WORLD/repo` belongs to another user and `safe.directory` does not name it
  The git directory at "$WORLD/repo" is considered unsafe as it's not owned by the current user.
hint: if you trust it: git config --global --add safe.directory '$WORLD/repo'

"#]],
    );
}

#[expect(clippy::disallowed_methods, reason = "the test plays another program")]
fn open(world: &World) -> Connection {
    Connection::open(database(world)).unwrap()
}

#[test]
fn databases_that_cannot_be_used() {
    let world = small_world();
    let _ = world.run(["ingest"]).success();
    let connection = open(&world);
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    says_with(
        &world,
        &[("AGENT_TRACE_BUSY_MS", "10")],
        &["ingest"],
        str![[r#"
error: `$WORLD/repo/.git/agent-trace/trace.db` is locked by another process
hint: another agent-trace is writing; try again when it is done

"#]],
    );
    connection.execute_batch("ROLLBACK; PRAGMA user_version = 7; UPDATE migration SET by_version = '3.0.0'").unwrap();
    says(
        &world,
        &["log"],
        str![[r#"
error: this repository's data was last written by agent-trace 3.0.0, which changed its format
  this is agent-trace 0.1.0 at $PROGRAM (format 1, file has 7)
hint: upgrade this copy; two versions on PATH are the usual cause. Nothing is lost

"#]],
    );
    drop(connection);
    fs::remove_file(database(&world)).unwrap();
    open(&world).execute_batch("CREATE TABLE theirs (x)").unwrap();
    says(
        &world,
        &["log"],
        str![[r#"
error: `$WORLD/repo/.git/agent-trace/trace.db` is not an agent-trace database, or is damaged: another program's database
hint: move it away and read everything again: mv '$WORLD/repo/.git/agent-trace/trace.db' '$WORLD/repo/.git/agent-trace/trace.db.damaged' && agent-trace ingest

"#]],
    );
    fs::write(database(&world), "junk ".repeat(1_000)).unwrap();
    says(
        &world,
        &["log"],
        str![[r#"
error: `$WORLD/repo/.git/agent-trace/trace.db` is not an agent-trace database, or is damaged: file is not a database
hint: move it away and read everything again: mv '$WORLD/repo/.git/agent-trace/trace.db' '$WORLD/repo/.git/agent-trace/trace.db.damaged' && agent-trace ingest

"#]],
    );
    fs::remove_dir_all(database(&world).parent().unwrap()).unwrap();
    fs::write(database(&world).parent().unwrap(), "").unwrap();
    says(
        &world,
        &["log"],
        str![[r#"
error: `$WORLD/repo/.git/agent-trace/trace.db` cannot be written: File exists (os error 17)
hint: nothing was read before; make the folder writable, or work in a copy (git clone)

"#]],
    );
}
