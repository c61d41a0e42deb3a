//! What a pull request cost, on a machine that has nothing but a fresh clone and the notes.

use crate::harness::World;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const HARBOUR: &str = "pub fn harbour_of(ship: &str) -> String {\n    format!(\"harbour of {ship}\")\n}\n";
const TIDES: &str = "pub fn tide_at(hour: u32) -> f64 {\n    (f64::from(hour) / 12.4).sin()\n}\n";

/// A developer's clone with a pushed branch of two commits of an agent and one of a person, its notes pushed too; and a
/// fresh clone of what was pushed to.
fn story() -> (World, PathBuf) {
    let world = World::new();
    world.write("README.md", "# Sails\n");
    world.commit("start");
    let (hub, fresh) = (world.path("").with_file_name("hub.git"), world.path("").with_file_name("fresh"));
    let _ = world.git(["clone", "--quiet", "--bare", ".", hub.to_str().unwrap()]).success();
    let _ = world.git_in(&hub, ["config", "uploadpack.allowFilter", "true"]).success();
    let _ = world.git_in(&hub, ["config", "uploadpack.allowAnySHA1InWant", "true"]).success();
    let url = format!("file://{}", hub.display());
    let _ = world.git(["remote", "add", "origin", &url]).success();
    let _ = world.run(["notes", "on"]).success();
    let _ = world.git(["switch", "--quiet", "--create", "sails"]).success();
    let session = world.claude("mine");
    session.says("harbours").writes("src/harbour.rs", HARBOUR).commits("harbour");
    session.says("tides").writes("src/tides.rs", TIDES).commits("tides").stops();
    world.write("README.md", "# Sails\n\nWith harbours.\n");
    world.commit("of a person");
    let _ = world.run(["ingest"]).success();
    let _ = world.git(["push", "--quiet", "origin", "sails"]).success();
    let _ = world.run(["notes", "push", "origin"]).success();
    let _ = world.git(["clone", "--quiet", "--branch", "sails", &url, fresh.to_str().unwrap()]).success();
    (world, fresh)
}

fn report<const N: usize>(world: &World, folder: &Path, more: [&str; N]) -> Value {
    let mut arguments = vec!["pr", "report", "--json"];
    arguments.extend(more);
    world.run_list(folder, &arguments).success().json()
}

#[test]
fn a_fresh_clone_knows_what_the_developer_knows() {
    let (world, fresh) = story();
    let there = report(&world, &fresh, ["--base", "origin/main", "--fetch"]);
    let cost = world.ask(["cost", "--by", "commit"]);
    let own = cost["rows"].as_array().unwrap().iter().map(|row| row["cost_nano_usd"].as_i64().unwrap()).sum::<i64>();
    assert_eq!(there["total"]["cost_nano_usd"], own, "{there:#}");
    assert_eq!(there["commits"].as_array().unwrap().len(), 3);
    assert_eq!((&there["coverage"]["commits"], &there["coverage"]["traced"]), (&json!(3), &json!(2)));
    assert_eq!(there["commits"][2]["cost_missing"], "no_session");
    assert_eq!(there["lines"]["added"], 8);
    assert_eq!(there["sessions"].as_array().unwrap().len(), 1);
    let here = report(&world, &world.path(""), ["--base", "main"]);
    assert_eq!(here, there, "the developer's own clone says the same");
}

#[test]
fn without_notes_nothing_is_known_and_nothing_is_zero() {
    let (world, fresh) = story();
    let found = report(&world, &fresh, ["--base", "origin/main"]);
    assert_eq!(
        (&found["total"]["cost_nano_usd"], &found["total"]["cost_missing"]),
        (&Value::Null, &json!("no_session"))
    );
    let page = world.run_in(&fresh, ["pr", "report", "--base", "origin/main"]).success().stdout;
    assert!(page.contains("no agent traces on 3 commits") && !page.contains("$0"), "{page}");
    assert!(!fresh.join(".git/agent-trace").exists(), "a report left something behind");
}

#[test]
fn a_budget_and_a_coverage_that_are_not_kept_end_the_program() {
    let (world, fresh) = story();
    let run = |more: &[&str]| {
        let mut arguments = vec!["pr", "report", "--base", "origin/main", "--fetch"];
        arguments.extend(more);
        world.run_list(&fresh, &arguments).code
    };
    assert_eq!(run(&["--budget", "0.0001"]), Some(0), "it is only told");
    assert_eq!(run(&["--budget", "0.0001", "--fail-over"]), Some(3));
    assert_eq!(run(&["--budget", "100", "--fail-over"]), Some(0));
    assert_eq!(run(&["--min-coverage", "66"]), Some(0));
    assert_eq!(run(&["--min-coverage", "67"]), Some(4));
    assert_eq!(run(&["--budget", "much"]), Some(2));
}

#[test]
fn what_came_since_an_earlier_head_is_told() {
    let (world, fresh) = story();
    let found = report(&world, &fresh, ["--base", "origin/main", "--fetch", "--since", "HEAD~2"]);
    assert_eq!(found["since"]["cost_nano_usd"], found["commits"][1]["cost_nano_usd"]);
    let found = report(&world, &fresh, ["--base", "origin/main", "--fetch", "--since", &"7".repeat(40)]);
    assert_eq!(found["since"]["missing"], "no_content");
}

#[test]
fn what_is_not_there_is_named() {
    let (world, fresh) = story();
    let says = |arguments: &[&str]| world.run_list(&fresh, arguments).failure(2).stderr;
    assert!(says(&["pr", "report", "--base", "nowhere"]).contains("`nowhere` is no commit of this clone"));
    assert!(
        says(&["pr", "report", "--base", "origin/main", "--fetch=--upload-pack=x"])
            .contains("not the name of a remote")
    );
}

/// Runs `pr report --json` in a folder as a runner with an event would.
fn report_of_event(world: &World, folder: &Path, event: &Value, more: &[&str]) -> Value {
    let path = world.home().join("event.json");
    std::fs::write(&path, event.to_string()).unwrap();
    let folder = folder.to_str().unwrap().to_owned();
    let arguments = [&["-C", &folder, "pr", "report", "--json"], more].concat();
    world.run_with(&arguments, &[("GITHUB_EVENT_PATH", path.to_str().unwrap())]).success().json()
}

#[test]
fn the_runners_event_names_the_commits_and_what_is_missing_is_fetched() {
    let (world, fresh) = story();
    let whole = report(&world, &fresh, ["--base", "origin/main", "--fetch"]);
    let url = format!("file://{}", world.path("").with_file_name("hub.git").display());
    let (shallow, empty) = (fresh.with_file_name("shallow"), fresh.with_file_name("empty"));
    let _ = world.git(["clone", "--quiet", "--depth=1", "--branch=sails", &url, shallow.to_str().unwrap()]).success();
    let _ = world.git(["init", "--quiet", empty.to_str().unwrap()]).success();
    let event = json!({ "pull_request": {
        "number": 7, "base": { "sha": whole["base"] }, "head": { "sha": whole["head"] },
    }});
    let before = |folder: &Path| world.git_in(folder, ["config", "--list", "--local"]).success().stdout;
    let (had, objects) = (before(&shallow), world.git_in(&shallow, ["count-objects", "-v"]).success().stdout);
    assert_eq!(report_of_event(&world, &shallow, &event, &["--fetch"]), whole);
    assert_eq!((before(&shallow), world.git_in(&shallow, ["count-objects", "-v"]).success().stdout), (had, objects));
    assert_eq!(report_of_event(&world, &empty, &event, &[&format!("--fetch={url}")]), whole);
    assert_eq!(report_of_event(&world, &fresh, &event, &["--fetch"]), whole);
    let named = report_of_event(&world, &fresh, &event, &["--head", "HEAD~1", "--fetch"]);
    assert_eq!(named["commits"].as_array().unwrap().len(), 2, "an option comes before the event");
    let left = std::fs::read_dir(world.home().with_file_name("tmp")).unwrap().count();
    assert_eq!(left, 0, "something was left in the temporary folder");
}

#[test]
fn a_history_that_is_cut_off_is_said_with_the_command_that_completes_it() {
    let (world, fresh) = story();
    let url = format!("file://{}", world.path("").with_file_name("hub.git").display());
    let shallow = fresh.with_file_name("shallow");
    let place = shallow.to_str().unwrap();
    let _ = world.git(["clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=sails", &url, place]).success();
    let said = world.run_in(&shallow, ["pr", "report", "--base", "origin/main"]).failure(2).stderr;
    assert!(said.contains("cut off before the pull request and its base meet"), "{said}");
    let command = said.lines().find_map(|line| line.strip_prefix("hint: git ")).unwrap_or_else(|| panic!("{said}"));
    assert!(said.contains("--fetch"), "{said}");
    let _ = world.git_list(&shallow, &command.split(' ').collect::<Vec<_>>(), &[]).success();
    let found = report(&world, &shallow, ["--base", "origin/main", "--fetch"]);
    assert_eq!(found, report(&world, &fresh, ["--base", "origin/main", "--fetch"]));
}

/// What a job has: a forge whose repositories are at addresses, an event of a fork, an empty folder for temporary files.
struct Job {
    world: World,
    whole: Value,
    variables: Vec<(&'static str, String)>,
}

impl Job {
    /// The notes are in the fork alone, as they are when its owner pushed them there.
    fn of_a_fork() -> Job {
        let (world, fresh) = story();
        let whole = report(&world, &fresh, ["--base", "origin/main", "--fetch"]);
        let (hub, fork) = (world.path("").with_file_name("hub.git"), world.path("").with_file_name("fork.git"));
        let _ = world.git(["clone", "--quiet", "--mirror", hub.to_str().unwrap(), fork.to_str().unwrap()]).success();
        let _ = world.git_in(&hub, ["update-ref", "-d", "refs/notes/agent-trace"]).success();
        let end = |commit: &Value, name: &str| {
            let clone_url = format!("https://github.example/{name}.git");
            json!({ "sha": commit, "repo": { "full_name": name, "clone_url": clone_url } })
        };
        let event = json!({ "pull_request": {
            "number": 7, "base": end(&whole["base"], "o/r"), "head": end(&whole["head"], "f/r"),
        }});
        let file = world.home().join("event.json");
        std::fs::write(&file, event.to_string()).unwrap();
        let (temporary, of) = (world.home().with_file_name("tmp"), |path: &Path| path.to_str().unwrap().to_owned());
        let instead = |path: &Path| format!("url.file://{}.insteadOf", path.display());
        let variables = vec![
            ("GITHUB_EVENT_PATH", of(&file)),
            ("GITHUB_SERVER_URL", "https://github.example".into()),
            ("GITHUB_REPOSITORY", "o/r".into()),
            ("GITHUB_TOKEN", "ghs_secret".into()),
            ("GITHUB_OUTPUT", of(&world.home().join("output"))),
            ("GITHUB_STEP_SUMMARY", of(&world.home().join("summary.md"))),
            ("RUNNER_TEMP", of(&temporary)),
            ("GIT_CONFIG_COUNT", "2".into()),
            ("GIT_CONFIG_KEY_0", instead(&hub)),
            ("GIT_CONFIG_VALUE_0", "https://github.example/o/r".into()),
            ("GIT_CONFIG_KEY_1", instead(&fork)),
            ("GIT_CONFIG_VALUE_1", "https://github.example/f/r.git".into()),
        ];
        Job { world, whole, variables }
    }

    fn variables(&self) -> Vec<(&str, &str)> {
        self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

#[test]
fn a_job_in_an_empty_folder_finds_repository_commits_and_the_forks_notes_by_itself() {
    let job = Job::of_a_fork();
    let empty = job.world.path("").with_file_name("empty");
    let _ = job.world.git(["init", "--quiet", empty.to_str().unwrap()]).success();
    let arguments = ["-C", empty.to_str().unwrap(), "pr", "report", "--fetch", "--json"];
    assert_eq!(job.world.run_with(&arguments, &job.variables()).success().json(), job.whole);
    let arguments = ["-C", empty.to_str().unwrap(), "pr", "comment", "--fetch", "--dry-run"];
    let body = job.world.run_with(&arguments, &job.variables()).success().stdout;
    assert!(body.contains("**Self-reported by a fork**") && body.contains("2 of 3"), "{body}");
}

/// Steps of the action are shell, so they are run as a runner would.
#[cfg(unix)]
#[test]
fn the_steps_of_the_action_report_and_tell_the_runner() {
    let job = Job::of_a_fork();
    let kept = job.world.home().join("kept");
    std::fs::create_dir_all(kept.join("bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_agent-trace"), kept.join("bin/agent-trace")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/action");
    let run = |more: &[(&str, &str)]| {
        let mut command = job.world.command(&script, &job.world.home());
        command.arg("run").env("KEPT_IN", &kept).envs(job.variables()).envs(more.iter().copied());
        command.output().unwrap()
    };
    let done = run(&[("MODE", "report"), ("MIN_COVERAGE", "50")]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let output = std::fs::read_to_string(job.world.home().join("output")).unwrap();
    let file = output.lines().find_map(|line| line.strip_prefix("json_path=")).unwrap();
    let found: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(found, job.whole);
    assert!(output.contains("total_usd<<"), "{output}");
    let summary = std::fs::read_to_string(job.world.home().join("summary.md")).unwrap();
    assert!(summary.contains("Self-reported by a fork"), "{summary}");
    assert_eq!(run(&[("MODE", "report"), ("MIN_COVERAGE", "99")]).status.code(), Some(4));
    assert_eq!(run(&[("MODE", "report"), ("HEAD", "--upload-pack=touch x")]).status.code(), Some(2));
    assert_eq!(run(&[("MODE", "; touch x")]).status.code(), Some(2));
    assert!(run(&[("BEHAVIOR", "off"), ("BUDGET", "100"), ("FAIL_OVER", "true")]).status.success());
    assert!(!job.world.home().join("x").exists());
}

/// The server squashes the branch; a job that has nothing but its token carries the notes to what landed.
#[cfg(unix)]
#[test]
fn the_settle_step_of_the_action_carries_notes_to_what_was_squashed() {
    let (world, fresh) = story();
    let (hub, server) = (world.path("").with_file_name("hub.git"), world.path("").with_file_name("server"));
    let id = |name: &str| world.git_in(&hub, ["rev-parse", name]).success().stdout.trim().to_owned();
    let whole = report(&world, &fresh, ["--base", "origin/main", "--fetch"]);
    let before = id("main");
    let _ = world.git_in(&hub, ["update-ref", "refs/pull/7/head", "sails"]).success();
    let _ = world.git(["clone", "--quiet", hub.to_str().unwrap(), server.to_str().unwrap()]).success();
    let _ = world.git_in(&server, ["merge", "--quiet", "--squash", "origin/sails"]).success();
    let _ = world.git_in(&server, ["commit", "--quiet", "--message", "Sails (#7)"]).success();
    let _ = world.git_in(&server, ["push", "--quiet", "origin", "main"]).success();
    let _ = world.git_in(&hub, ["branch", "--quiet", "-D", "sails"]).success();
    let event = json!({ "ref": "refs/heads/main", "before": before, "after": id("main") });
    std::fs::write(world.home().join("event.json"), event.to_string()).unwrap();
    let instead = format!("url.file://{}.insteadOf", hub.display());
    let _ = world.git(["config", "--global", &instead, "https://github.example/o/r"]).success();
    let kept = world.home().join("kept/bin");
    std::fs::create_dir_all(&kept).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_agent-trace"), kept.join("agent-trace")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/action");
    let run = || {
        let mut command = world.command(&script, &world.home());
        for name in ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"] {
            command.env_remove(name);
        }
        command.arg("run").env("MODE", "settle").env("KEPT_IN", kept.parent().unwrap());
        command.env("GITHUB_SERVER_URL", "https://github.example").env("GITHUB_REPOSITORY", "o/r");
        command.env("GITHUB_TOKEN", "ghs_secret").env("RUNNER_TEMP", world.home().with_file_name("tmp"));
        let done = command.env("GITHUB_EVENT_PATH", world.home().join("event.json")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        id("refs/notes/agent-trace")
    };
    let settled = run();
    let note = world.git_in(&hub, ["notes", "--ref=agent-trace", "show", "main"]).success().stdout;
    assert!(note.contains("f1 squash "), "{note}");
    let _ = world.git_in(&fresh, ["fetch", "--quiet", "origin"]).success();
    let landed = report(&world, &fresh, ["--base", &before, "--head", "origin/main", "--fetch"]);
    assert_eq!(landed["total"], whole["total"], "the landed commit costs what the pull request did");
    assert_eq!(run(), settled, "running it twice changes nothing");
}
