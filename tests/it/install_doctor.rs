//! `status` and `doctor`, with the programs as they are built: does a commit of an agent really arrive?

use crate::harness::World;
use serde_json::{Value, json};
use std::fs;

fn doctor(world: &World, code: i32) -> Value {
    let output = world.run(["doctor", "--json"]);
    assert_eq!(output.code, Some(code), "{output}");
    output.json()
}

/// The finding of a check; the last one if there are several.
fn finding<'j>(doctor: &'j Value, check: &str) -> &'j Value {
    let mut findings = doctor["findings"].as_array().unwrap().iter();
    findings.rfind(|finding| finding["check"] == check).unwrap_or_else(|| panic!("no `{check}` in {doctor:#}"))
}

/// What came of the throw-away commit; with several gits on the path it begins with which one.
fn trial(doctor: &Value) -> &str {
    let message = finding(doctor, "trial commit")["message"].as_str().unwrap();
    message.split_once(": ").filter(|(git, _)| git.starts_with("git ")).map_or(message, |(_, rest)| rest)
}

fn installed() -> World {
    let world = World::new();
    world.write("a.txt", "a\n");
    world.commit("start");
    let _ = world.run(["install-hooks"]).success();
    world
}

#[test]
fn a_commit_of_an_agent_arrives() {
    let world = installed();
    let head = world.git(["rev-parse", "HEAD"]).success().stdout;
    let doctor = doctor(&world, 0);
    assert_eq!(doctor["healthy"], true, "{doctor:#}");
    assert_eq!(trial(&doctor), "a commit was recorded and got its trailer");
    assert_eq!(finding(&doctor, "trial commit")["remedy"], Value::Null);
    assert_eq!(world.git(["rev-parse", "HEAD"]).success().stdout, head, "the trial is made elsewhere");
    assert_eq!(world.run(["status", "--json"]).json()["spool"]["files"], 0);
}

#[test]
fn without_trailers_the_record_alone_must_arrive() {
    let world = World::new();
    let _ = world.run(["install-hooks", "--no-trailers"]).success();
    let doctor = doctor(&world, 0);
    assert_eq!(trial(&doctor), "a commit was recorded; trailers are not installed");
}

#[test]
fn what_is_not_installed_is_broken_and_the_remedy_is_to_be_pasted() {
    let world = World::new();
    let doctor = doctor(&world, 1);
    assert_eq!(doctor["healthy"], false);
    assert_eq!(finding(&doctor, "hooks")["remedy"], "agent-trace install-hooks");
    assert_eq!(finding(&doctor, "trial commit")["severity"], "error");
    let output = world.run(["doctor"]).failure(1).stdout;
    assert!(output.contains("recording does not work here"), "{output}");
}

#[test]
fn hooks_that_do_nothing_are_found_out() {
    let world = installed();
    let hook = world.path(".git/hooks/post-commit");
    let text = fs::read_to_string(&hook).unwrap().replace("git post-commit", "git post-commit-not");
    fs::write(&hook, text).unwrap();
    if world.run(["status", "--json"]).json()["form"] != "files" {
        return; // Git of 2.54 and later has them in its configuration.
    }
    let doctor = doctor(&world, 1);
    assert_eq!(trial(&doctor), "a commit went through the hooks and was not recorded");
    assert!(finding(&doctor, "hooks")["message"].as_str().unwrap().contains("changed by hand"));
}

#[test]
fn a_switch_that_keeps_everything_still_is_named() {
    let world = installed();
    let output = world.run_with(&["doctor", "--json"], &[("AGENT_TRACE", "0")]).failure(1).json();
    assert_eq!(finding(&output, "trial commit")["remedy"], "unset AGENT_TRACE");
    assert_eq!(world.run_with(&["status", "--json"], &[("AGENT_TRACE", "0")]).json()["switched_off"], true);
}

#[test]
fn settings_that_switch_hooks_off_and_other_worktrees_are_named() {
    let world = installed();
    let linked = world.path("../linked");
    let _ = world.git(["worktree", "add", "-q", linked.to_str().unwrap()]).success();
    let message = finding(&doctor(&world, 0), "claude code")["message"].as_str().unwrap().to_owned();
    assert!(message.contains("$WORLD/linked"), "{message}");
    world.write(".claude/settings.json", "{\"disableAllHooks\": true}\n");
    let found = doctor(&world, 1);
    assert!(found["findings"].to_string().contains("says disableAllHooks"), "{found:#}");
}

#[test]
fn an_event_of_a_time_to_come_is_a_matter_of_the_clock() {
    let world = installed();
    let later = (world.now() + 86_400) * 1000;
    world.write(".git/agent-trace/spool/main.jsonl", &format!("\n{{\"v\":1,\"at\":{later},\"event\":\"stop\"}}\n"));
    assert_eq!(finding(&doctor(&world, 0), "clock")["severity"], "warning");
}

#[test]
fn status_shows_what_waits_and_what_came_last() {
    let world = installed();
    world.write("a.txt", "b\n");
    let _ = world.agent("s1").git("t1", ["commit", "-q", "-am", "work"]).success();
    let status = world.run(["status", "--json"]).success().json();
    assert_eq!((&status["spool"]["files"], &status["notes"]), (&json!(1), &Value::Null));
    assert!(status["spool"]["bytes"].as_u64().unwrap() > 0 && status["spool"]["last_event"].is_string(), "{status:#}");
    let absent = |hook: &&Value| hook["state"] != "installed";
    let absent: Vec<&str> =
        status["hooks"].as_array().unwrap().iter().filter(absent).filter_map(|hook| hook["hook"].as_str()).collect();
    assert_eq!(absent, ["commit-msg"], "on request only: {status:#}");
    let _ = world.git(["notes", "--ref=agent-trace", "add", "-m", "{}"]).success();
    assert_eq!(world.run(["status", "--json"]).json()["notes"].as_str().map(str::len), Some(40));
}

#[test]
#[cfg(unix)]
fn hooks_that_a_manager_runs_are_tried_like_ours() {
    let world = installed();
    for hook in ["prepare-commit-msg", "post-commit"] {
        let path = world.path(".git/hooks").join(hook);
        let aside = path.with_extension("legacy");
        std::fs::rename(&path, &aside).unwrap();
        std::fs::copy(&aside, &path).unwrap();
        std::fs::write(&path, "#!/bin/sh\n\"$0.legacy\" \"$@\"\n").unwrap();
    }
    std::fs::write(world.path(".git/hooks/commit-msg"), "#!/bin/sh\n").unwrap();
    let found = doctor(&world, 0);
    assert!(found.to_string().contains("was recorded and got its trailer"), "{found:#}");
}

#[test]
fn what_would_be_recorded_twice_is_named() {
    let world = installed();
    let _ = world.run(["install-hooks", "--scope", "project"]).success();
    let found = doctor(&world, 0)["findings"].to_string();
    assert!(found.contains("every event is recorded twice"), "{found}");
}
