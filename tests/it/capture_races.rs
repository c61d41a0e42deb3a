//! Hooks under load and hooks that die: who made which commit is still told, and git feels nothing.

#![cfg(unix)]

use crate::books::program;
use crate::harness::World;
use agent_trace::model::Agent;
use agent_trace::noting::session_mark;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

const WORKTREES: usize = 4;
const PROCESSES: usize = 12;

/// Takes the lock of the index when it is free, as an agent that tries again does.
const COMMIT: &str = r#"
tries=0
until git add -- "$1" && git commit --quiet --message "$2" -- "$1"; do
  tries=$((tries + 1))
  [ "$tries" -lt 300 ] || exit 1
  sleep 0.05
done 2>/dev/null
"#;

/// A session of the race: its id, where it works, and what it says of its commit.
struct Racer {
    session: String,
    folder: PathBuf,
    subject: String,
}

fn worktrees(world: &World) -> Vec<PathBuf> {
    let folder = |number: usize| world.path("").with_file_name(format!("tree{number}"));
    let add = |number: usize| {
        let (folder, branch) = (folder(number), format!("b{number}"));
        let _ = world.git(["worktree", "add", "--quiet", "-b", &branch, folder.to_str().unwrap()]).success();
        folder
    };
    (0..WORKTREES).map(add).collect()
}

/// Starts a commit of the racer's own file by its own session.
fn start(world: &World, racer: &Racer, file: &str) -> Child {
    let mut command = world.command(Path::new("sh"), &racer.folder);
    command.args(["-c", COMMIT, "sh", file, &racer.subject]);
    command.env("CLAUDE_CODE_SESSION_ID", &racer.session).env("CLAUDECODE", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// All records of commits in all spools: commit and sessions.
fn recorded(world: &World) -> Vec<(String, Vec<String>)> {
    let files = fs::read_dir(world.path(".git/agent-trace/spool")).unwrap();
    let text: String = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let records = text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str::<Value>(line).unwrap());
    let sessions = |record: &Value| {
        let by = record["by"].as_array().into_iter().flatten();
        by.map(|one| one["session"].as_str().unwrap().to_owned()).collect()
    };
    let commits = records.filter(|record| record["event"] == "commit");
    commits.map(|record| (record["commit"].as_str().unwrap().to_owned(), sessions(&record))).collect()
}

/// Id and trailer of the commit with a subject.
fn landed(world: &World, racer: &Racer) -> (String, String) {
    let format = "--format=%H %(trailers:key=Agent-Session,valueonly,separator=%x2C)";
    let subject = format!("--grep=^{}$", racer.subject);
    let line = world.git(["log", "--all", format, &subject]).success().stdout;
    let (id, trailer) = line.trim().split_once(' ').unwrap();
    (id.to_owned(), trailer.to_owned())
}

#[test]
fn twelve_sessions_committing_at_once_in_four_work_trees_are_all_told_apart() {
    let world = World::new();
    world.write("README.md", "# Sails\n");
    world.commit("start");
    world.install_hooks();
    let folders = worktrees(&world);
    let racer = |number: usize| {
        let folder = folders[number % WORKTREES].clone();
        let session = world.claude(&format!("racer{number}")).worktree(&folder);
        let text = format!("pub fn of_session_{number}() -> usize {{\n    {number} * 1_000 + {number}\n}}\n");
        session.says("go on").writes(&format!("src/s{number}.rs"), &text).replies("written").stops();
        Racer { session: session.session_id(), folder, subject: format!("work of {number} ends") }
    };
    let racers: Vec<Racer> = (0..PROCESSES).map(racer).collect();
    let started: Vec<Child> =
        racers.iter().enumerate().map(|(number, racer)| start(&world, racer, &format!("src/s{number}.rs"))).collect();
    for mut child in started {
        assert!(child.wait().unwrap().success());
    }
    let ingests: Vec<Child> = racers.iter().map(|racer| ingest(&world, &racer.folder)).collect();
    for mut child in ingests {
        assert!(child.wait().unwrap().success());
    }
    let recorded = recorded(&world);
    assert_eq!(recorded.len(), PROCESSES, "{recorded:?}");
    for racer in &racers {
        let (commit, trailer) = landed(&world, racer);
        assert_eq!(trailer, format!("claude-code/{}", racer.session));
        assert!(recorded.contains(&(commit.clone(), vec![racer.session.clone()])), "{commit} in {recorded:?}");
        let note = world.git(["notes", "--ref=agent-trace", "show", &commit]).success().stdout;
        let named: Vec<&str> = note.split_whitespace().filter(|word| word.starts_with("s_")).collect();
        let mark = session_mark(Agent::ClaudeCode, &racer.session).unwrap();
        assert!(!named.is_empty() && named.iter().all(|name| *name == mark.as_str()), "{mark} in {note}");
    }
}

fn ingest(world: &World, folder: &Path) -> Child {
    let mut command = world.command(program(), folder);
    command.arg("ingest").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Puts a program of another kind in the place of ours.
fn stand_in(world: &World, text: &str) {
    let program = world.path("../stand-in");
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    for entry in fs::read_dir(world.path(".git/hooks")).unwrap() {
        let path = entry.unwrap().path();
        let Ok(script) = fs::read_to_string(&path) else { continue };
        let changed: Vec<String> = script.lines().map(|line| point_at(line, &program)).collect();
        fs::write(&path, changed.join("\n") + "\n").unwrap();
    }
}

fn point_at(line: &str, program: &Path) -> String {
    match line.trim_start().strip_prefix("agent_trace_hook=") {
        Some(named) if named.starts_with(['/', '\'', '"']) => format!("agent_trace_hook='{}'", program.display()),
        _ => line.to_owned(),
    }
}

/// Git waits for its hooks, whoever wrote them; ours wait for nothing, so there is nothing to give up waiting for.
#[test]
fn a_hook_that_is_killed_changes_neither_exit_code_nor_output_nor_commit() {
    let commit = |prepare: &dyn Fn(&World)| {
        let world = World::new();
        world.write("a.txt", "one\n");
        world.commit("start");
        prepare(&world);
        world.write("a.txt", "two\n");
        let more = [("CLAUDE_CODE_SESSION_ID", "s1"), ("CLAUDECODE", "1")];
        let output = world.git_with(&world.path(""), ["commit", "--all", "--message", "second"], &more).success();
        let amended = world.git_with(&world.path(""), ["commit", "--amend", "--message", "third"], &more).success();
        let body = world.git(["cat-file", "-p", "HEAD"]).success().stdout;
        let called = world.path("../called").exists();
        ([output, amended].map(|output| (words(&output.stdout), output.stderr)), message(&body), called)
    };
    let plain = commit(&|_| {});
    let killed = commit(&|world| {
        world.install_hooks();
        let called = world.path("../called");
        stand_in(world, &format!("#!/bin/sh\n: >'{}'\nkill -9 $$\n", called.display()));
    });
    assert!(killed.2, "the stand-in was never called");
    assert_eq!((plain.0, plain.1), (killed.0, killed.1));
}

/// What git said, without the ids of commits, which hold their times.
fn words(text: &str) -> String {
    text.lines()
        .map(|line| line.split_once(']').map_or(line, |(_, said)| said))
        .filter(|line| !line.contains("Date:"))
        .collect()
}

fn message(commit: &str) -> String {
    commit.split_once("\n\n").unwrap().1.to_owned()
}
