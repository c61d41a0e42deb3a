//! Hooks put in by `install-hooks`, run by git itself, beside hooks of others.
//!
//! What they start is a stand-in that writes down every call, speaks and fails: none of it may be felt.

#![cfg(unix)]

use crate::harness::World;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// What marks a command as an agent's.
const AGENT: [(&str, &str); 2] = [("CLAUDECODE", "1"), ("CLAUDE_CODE_SESSION_ID", "s1")];
/// The ids of commits and what git says are the same with and without hooks.
const SILENT: (&str, &str) = ("", "");

/// The program, a stand-in beside it, and the one git it can see.
struct Program {
    world: World,
    folder: PathBuf,
}

impl Program {
    /// A world with one commit, whose only git says it is 2.47: hooks go into files.
    fn new() -> Program {
        let program = Program::of(World::new());
        program.world.write("a.txt", "one\n");
        program.world.commit("start");
        program
    }

    fn of(world: World) -> Program {
        let folder = world.path("../programs");
        fs::create_dir_all(&folder).unwrap();
        let own = Path::new(env!("CARGO_BIN_EXE_agent-trace"));
        let copy = folder.join("agent-trace");
        fs::hard_link(own, &copy).or_else(|_| fs::copy(own, &copy).map(|_| ())).unwrap();
        let program = Program { folder, world };
        let calls = program.calls_file();
        program.stand_in(&format!(
            "[ \"$1\" != --version ] || {{ echo agent-trace-hook 0.0.9; exit; }}\n\
             {{ printf '%s' \"$*\"; case $2 in pre-push|post-rewrite) printf ' < '; cat;; *) echo;; esac; }} >> '{}'\n\
             echo noise; echo noise >&2; exit 7\n",
            calls.display()
        ));
        program.git_says("2.47.3");
        program
    }

    /// Makes the program that hooks start do something else.
    fn stand_in(&self, script: &str) {
        executable(&self.folder.join("agent-trace-hook"), &format!("#!/bin/sh\n{script}"));
    }

    /// Puts a git on the path of `agent-trace` that says it is of some version and is the one under test.
    fn git_says(&self, version: &str) {
        let real = which_git(&self.world);
        let text = format!(
            "#!/bin/sh\n[ \"$1\" != --version ] || {{ echo 'git version {version}'; exit; }}\nexec '{real}' \"$@\"\n"
        );
        fs::create_dir_all(self.gits()).unwrap();
        executable(&self.gits().join("git"), &text);
    }

    fn gits(&self) -> PathBuf {
        self.folder.join("gits")
    }

    fn calls_file(&self) -> PathBuf {
        self.folder.join("calls")
    }

    /// Takes the calls so far, one a line.
    fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.calls_file()).unwrap_or_default();
        let _ = fs::remove_file(self.calls_file());
        text.lines().map(str::to_owned).collect()
    }

    fn run_in(&self, folder: &Path, args: &[&str]) -> (Option<i32>, Value, String) {
        let mut command = self.world.command(&self.folder.join("agent-trace"), folder);
        let output = command.args(args).arg("--json").env("PATH", self.gits()).output().unwrap();
        let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code(), json, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    #[track_caller]
    fn run(&self, args: &[&str]) -> Value {
        let (code, json, errors) = self.run_in(&self.world.path(""), args);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{json:#}");
        json
    }

    /// Commits in a folder as an agent; git has nothing to say.
    #[track_caller]
    fn commits_in(&self, folder: &Path) {
        let args = ["commit", "--quiet", "--allow-empty", "-m", "work"];
        let output = self.world.git_with(folder, args, &AGENT).success();
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), SILENT);
    }

    fn commits(&self) {
        self.commits_in(&self.world.path(""));
    }

    fn hook(&self, name: &str) -> PathBuf {
        self.world.path(".git/hooks").join(name)
    }
}

fn which_git(world: &World) -> String {
    let exec_path = world.git(["--exec-path"]).success().stdout;
    format!("{}/git", exec_path.trim())
}

fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn steps(json: &Value) -> usize {
    json["steps"].as_array().unwrap().len()
}

const COMMIT: [&str; 2] = ["git prepare-commit-msg .git/COMMIT_EDITMSG message", "git post-commit"];

const EDITED: &str = "git commit-msg .git/COMMIT_EDITMSG";

#[test]
fn every_commit_of_an_agent_starts_each_hook_once_and_nobody_hears_it() {
    let program = Program::new();
    let json = program.run(&["install-hooks"]);
    assert_eq!((json["form"].as_str(), json["dry_run"].as_bool()), (Some("files"), Some(false)));
    program.commits();
    assert_eq!(program.calls(), COMMIT);
    assert_eq!(steps(&program.run(&["install-hooks"])), 0, "a second time changes nothing");
    program.run(&["uninstall-hooks"]);
    assert!(!program.world.path(".git/agent-trace").exists(), "a folder of ours was left");
    program.commits();
    assert_eq!(program.calls(), Vec::<String>::new());
    assert_eq!(program.world.git(["status", "--porcelain"]).success().stdout, "", "files of ours were left");
}

#[test]
fn a_plan_is_printed_and_not_carried_out() {
    let program = Program::new();
    let json = program.run(&["install-hooks", "--dry-run"]);
    assert!(json["dry_run"] == true && steps(&json) == 7, "{json:#}");
    assert!(!program.hook("post-commit").exists() && !program.world.path(".claude").exists());
}

#[test]
fn options_are_the_presence_of_hooks_and_can_be_changed() {
    let program = Program::new();
    program.run(&["install-hooks", "--no-trailers", "--no-push"]);
    program.commits();
    assert_eq!(program.calls(), ["git post-commit"]);
    assert!(!program.hook("pre-push").exists());
    program.run(&["install-hooks"]);
    program.commits();
    assert_eq!(program.calls(), COMMIT);
    program.run(&["install-hooks", "--no-trailers"]);
    program.commits();
    assert_eq!(program.calls(), ["git post-commit"]);
}

#[test]
fn hooks_of_messages_start_nothing_where_nothing_can_be_to_do() {
    let program = Program::new();
    program.run(&["install-hooks", "--editor"]);
    program.world.commit("of a person");
    assert_eq!(program.calls(), COMMIT[1..]);
    let message = "work\n\nAgent-Session: claude-code/s1";
    let _ = program
        .world
        .git_with(&program.world.path(""), ["commit", "-q", "--allow-empty", "-m", message], &AGENT)
        .success();
    assert_eq!(program.calls(), COMMIT);
    let long = format!("work\n\n{}", "line\n".repeat(300)) + "\nAgent-Session: claude-code/s1";
    let _ = program
        .world
        .git_with(&program.world.path(""), ["commit", "-q", "--allow-empty", "-m", &long], &AGENT)
        .success();
    assert_eq!(program.calls(), [COMMIT[0], EDITED, COMMIT[1]], "a long message is for the program to read");
    let editor = [AGENT[0], AGENT[1], ("GIT_EDITOR", "echo written >")];
    let _ = program.world.git_with(&program.world.path(""), ["commit", "-q", "--allow-empty"], &editor).success();
    assert_eq!(program.calls(), [EDITED, COMMIT[1]], "there is no message yet when an editor is about to open");
    program.run(&["install-hooks"]);
    let _ = program.world.git_with(&program.world.path(""), ["commit", "-q", "--allow-empty"], &editor).success();
    assert_eq!(program.calls(), COMMIT[1..], "the hook of editors is there on request");
}

#[test]
fn a_switch_in_the_environment_keeps_everything_still() {
    let program = Program::new();
    program.run(&["install-hooks"]);
    let off = [AGENT[0], AGENT[1], ("AGENT_TRACE", "0")];
    let _ =
        program.world.git_with(&program.world.path(""), ["commit", "-q", "--allow-empty", "-m", "x"], &off).success();
    assert_eq!(program.calls(), Vec::<String>::new());
}

#[test]
fn linked_worktrees_share_the_hooks_wherever_they_are_installed() {
    let program = Program::new();
    let linked = program.world.path("../linked");
    let _ = program.world.git(["worktree", "add", "-q", linked.to_str().unwrap()]).success();
    let (code, _, _) = program.run_in(&linked, &["install-hooks"]);
    assert_eq!(code, Some(0));
    assert!(linked.join(".claude/settings.local.json").exists());
    program.commits();
    assert_eq!(program.calls(), COMMIT);
    program.commits_in(&linked);
    let calls = program.calls();
    assert_eq!((calls.len(), calls[1].as_str()), (2, "git post-commit"));
}

#[test]
fn a_submodule_has_hooks_of_its_own() {
    let program = Program::new();
    let url = program.world.path("");
    let outer = program.world.path("../outer");
    let _ = program.world.git(["clone", "-q", ".", outer.to_str().unwrap()]).success();
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url.to_str().unwrap(), "inner"];
    let _ = program.world.git_in(&outer, add).success();
    let (code, json, _) = program.run_in(&outer.join("inner"), &["install-hooks"]);
    assert_eq!((code, json["form"].as_str()), (Some(0), Some("files")));
    program.commits_in(&outer.join("inner"));
    assert_eq!(program.calls().len(), 2);
    program.commits_in(&outer);
    assert_eq!(program.calls().len(), 0);
}

#[test]
fn commits_in_worktrees_of_a_bare_repository_are_seen() {
    let program = Program::new();
    let (bare, tree) = (program.world.path("../bare.git"), program.world.path("../tree"));
    let _ = program.world.git(["clone", "-q", "--bare", ".", bare.to_str().unwrap()]).success();
    let (code, json, _) = program.run_in(&bare, &["install-hooks"]);
    let warnings = json["warnings"].to_string();
    assert!(code == Some(0) && warnings.contains("bare") && warnings.contains("--scope user"), "{json:#}");
    let _ = program.world.git_in(&bare, ["worktree", "add", "-q", tree.to_str().unwrap()]).success();
    program.commits_in(&tree);
    assert_eq!(program.calls().len(), 2);
}

#[test]
fn hooks_of_others_run_first_with_their_own_words_and_come_back() {
    let program = Program::new();
    let log = program.folder.join("theirs");
    let theirs = [
        // One that ends the script, one that replaces it, one without a line feed at its end, one of another language.
        ("post-commit", format!("#!/bin/sh\necho post-commit >> '{}'\nexit 0\n", log.display())),
        (
            "prepare-commit-msg",
            format!("#!/bin/sh\nexec sh -c 'echo \"prepare $1 $2\" >> {}' x \"$1\" \"$2\"\n", log.display()),
        ),
        ("commit-msg", format!("#!/bin/sh\nset -e\necho \"${{0##*/}}\" >> '{}'", log.display())),
        ("post-merge", "#!/usr/bin/env python3\nimport sys\nsys.exit(0)\n".to_owned()),
    ];
    for (name, text) in &theirs {
        executable(&program.hook(name), text);
    }
    program.run(&["install-hooks", "--editor"]);
    program.commits();
    assert_eq!(program.calls(), [COMMIT[0], EDITED, COMMIT[1]]);
    let said = fs::read_to_string(&log).unwrap();
    assert_eq!(said, "prepare .git/COMMIT_EDITMSG message\ncommit-msg.before-agent-trace\npost-commit\n");
    program.run(&["uninstall-hooks"]);
    for (name, text) in &theirs {
        assert_eq!(&fs::read_to_string(program.hook(name)).unwrap(), text);
        assert!(!program.hook(&format!("{name}.before-agent-trace")).exists());
    }
}

#[test]
fn a_failing_hook_of_others_fails_as_before() {
    let program = Program::new();
    executable(&program.hook("commit-msg"), "#!/bin/sh\necho no such ticket >&2\nexit 3\n");
    let commit = |message: &str| {
        program.world.git_with(&program.world.path(""), ["commit", "--allow-empty", "-m", message], &AGENT)
    };
    let before = commit("x");
    program.run(&["install-hooks", "--editor"]);
    let after = commit("x");
    assert_eq!((after.code, after.stderr, after.stdout), (before.code, before.stderr, before.stdout));
    assert_eq!(program.calls(), [COMMIT[0]], "what was not committed is not recorded");
}

#[test]
fn what_git_writes_to_a_hook_reaches_both() {
    let program = Program::new();
    let log = program.folder.join("theirs");
    let theirs = format!("#!/bin/sh\ncat >> '{}'\n", log.display());
    executable(&program.hook("post-rewrite"), &theirs);
    executable(&program.hook("pre-push"), &theirs);
    program.run(&["install-hooks"]);
    program.commits();
    let _ = program.world.git(["commit", "-q", "--amend", "--allow-empty", "-m", "better"]).success();
    let rewrite = program.calls().into_iter().find(|call| call.starts_with("git post-rewrite")).unwrap();
    let pair = fs::read_to_string(&log).unwrap();
    assert_eq!(rewrite, format!("git post-rewrite amend < {}", pair.trim_end()));
    let bare = program.world.path("../bare.git");
    let _ = program.world.git(["init", "-q", "--bare", bare.to_str().unwrap()]).success();
    let push = ["push", "-q", bare.to_str().unwrap(), "main", "main:other"];
    assert_eq!(program.world.git(push).success().stderr, "");
    let calls = program.calls();
    let lines = fs::read_to_string(&log).unwrap().replacen(&pair, "", 1);
    assert_eq!(calls.join("\n"), format!("git pre-push {0} {0} < {1}", bare.display(), lines.trim_end()));
    assert_eq!(lines.lines().count(), 2);
}

#[test]
fn a_push_that_others_refuse_stays_refused() {
    let program = Program::new();
    executable(&program.hook("pre-push"), "#!/bin/sh\nexit 9\n");
    program.run(&["install-hooks"]);
    let bare = program.world.path("../bare.git");
    let _ = program.world.git(["init", "-q", "--bare", bare.to_str().unwrap()]).success();
    let _ = program.world.git(["push", "-q", bare.to_str().unwrap(), "main"]).failure(1);
    assert_eq!(program.calls(), Vec::<String>::new());
}

#[test]
fn git_never_feels_what_becomes_of_the_program() {
    let program = Program::new();
    program.run(&["install-hooks"]);
    let file = program.folder.join("agent-trace-hook");
    program.stand_in("kill -9 $$\n");
    program.commits();
    program.stand_in("exit 101\n");
    program.commits();
    fs::write(&file, "\u{0}\u{1}no program\n").unwrap();
    program.commits();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    program.commits();
    fs::remove_file(&file).unwrap();
    program.commits();
    fs::create_dir(&file).unwrap();
    program.commits();
    assert_eq!(program.world.git(["rev-list", "--count", "HEAD"]).success().stdout, "7\n");
}

#[test]
fn a_program_that_moved_is_found_on_the_path() {
    let program = Program::new();
    program.run(&["install-hooks"]);
    let elsewhere = program.folder.join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::rename(program.folder.join("agent-trace-hook"), elsewhere.join("agent-trace-hook")).unwrap();
    let path = format!(
        "{}:/usr/bin:/bin:{}",
        elsewhere.display(),
        Path::new(&which_git(&program.world)).parent().unwrap().display()
    );
    let args = ["commit", "--quiet", "--allow-empty", "-m", "work"];
    let _ = program.world.git_with(&program.world.path(""), args, &[AGENT[0], AGENT[1], ("PATH", &path)]).success();
    assert_eq!(program.calls(), COMMIT);
    // Both forms name a place; status says so and installing again corrects it.
    for version in ["2.47.3", "2.54.0"] {
        program.git_says(version);
        let outdated = |expected: bool| {
            let status = program.run(&["status"]);
            assert_eq!(status["hooks"].to_string().contains("outdated"), expected, "{status:#}");
        };
        let file = program.folder.join("agent-trace-hook");
        let _ = fs::remove_file(&file);
        program.run(&["install-hooks"]);
        program.stand_in("exit 0\n");
        outdated(true);
        program.run(&["install-hooks"]);
        outdated(false);
    }
}

#[test]
fn a_hook_of_ours_that_was_changed_by_hand_is_left_alone() {
    let program = Program::new();
    program.run(&["install-hooks"]);
    let mine = fs::read_to_string(program.hook("post-commit")).unwrap() + "# mine\n";
    executable(&program.hook("post-commit"), &mine);
    for command in ["install-hooks", "uninstall-hooks"] {
        let json = program.run(&[command]);
        assert!(json["warnings"].to_string().contains("changed by hand"), "{json:#}");
        assert_eq!(fs::read_to_string(program.hook("post-commit")).unwrap(), mine);
    }
}

#[test]
fn a_manager_that_runs_what_it_found_goes_on_running_ours() {
    let program = Program::new();
    executable(&program.hook("post-commit"), "#!/bin/sh\nexit 0\n");
    program.run(&["install-hooks"]);
    // As `pre-commit install` does.
    fs::rename(program.hook("post-commit"), program.hook("post-commit.legacy")).unwrap();
    executable(&program.hook("post-commit"), "#!/bin/sh\n\"$0.legacy\" \"$@\"\nexec true\n");
    program.commits();
    assert_eq!(program.calls(), COMMIT);
    assert_eq!(steps(&program.run(&["install-hooks"])), 0, "a second one would run twice");
    assert_eq!(program.run(&["status"])["hooks"][2]["state"], "chained");
    program.run(&["uninstall-hooks"]);
    assert_eq!(fs::read_to_string(program.hook("post-commit.legacy")).unwrap(), "#!/bin/sh\nexit 0\n");
    program.commits();
    assert_eq!(program.calls(), Vec::<String>::new());
}

#[test]
fn a_manager_that_is_installed_again_over_ours_is_not_run_inside_itself() {
    let program = Program::new();
    // As pre-commit does: its script runs what it found as `.legacy`, and refuses to be run by that.
    let manager = "#!/bin/sh\n# File generated by pre-commit\n[ -z \"$PRE_COMMIT_RUNNING_LEGACY\" ] || exit 1\n\
        legacy=$0.legacy\n[ ! -x \"$legacy\" ] || PRE_COMMIT_RUNNING_LEGACY=1 \"$legacy\" \"$@\"\n";
    let log = program.folder.join("theirs");
    for (hook, version) in [("prepare-commit-msg", ""), ("post-commit", ""), ("post-rewrite", "# newer\n")] {
        let text = |more: &str| format!("{manager}echo {hook} >> '{}'\n{more}", log.display());
        executable(&program.hook(hook), &text(""));
        program.run(&["install-hooks"]);
        fs::rename(program.hook(hook), program.hook(&format!("{hook}.legacy"))).unwrap();
        executable(&program.hook(hook), &text(version));
    }
    program.commits();
    assert_eq!(program.calls(), COMMIT);
    let _ = program.world.git(["commit", "-q", "--amend", "--allow-empty", "-m", "better"]).success();
    let ran = fs::read_to_string(&log).unwrap();
    assert_eq!(ran.lines().filter(|line| *line == "prepare-commit-msg").count(), 2, "once a commit: {ran}");
    assert!(ran.ends_with("post-rewrite\n") && program.calls().iter().any(|call| call.contains("post-rewrite")));
    program.run(&["uninstall-hooks"]);
    program.commits();
    assert_eq!(program.calls(), Vec::<String>::new());
    assert!(!program.hook("post-commit.legacy").exists() && !program.hook("post-rewrite.before-agent-trace").exists());
}

#[test]
fn a_manager_that_took_our_place_is_found_and_then_runs_first() {
    let program = Program::new();
    program.run(&["install-hooks"]);
    // As `lefthook install` does.
    fs::rename(program.hook("post-commit"), program.hook("post-commit.old")).unwrap();
    executable(&program.hook("post-commit"), "#!/bin/sh\nexit 0\n");
    assert_eq!(program.run(&["status"])["hooks"][2]["state"], "taken_over");
    let (code, doctor, _) = program.run_in(&program.world.path(""), &["doctor"]);
    assert_eq!(code, Some(1));
    let findings = doctor["findings"].to_string();
    assert!(findings.contains("post-commit: a manager put ours aside") && findings.contains("is 0.0.9"), "{doctor:#}");
    program.calls();
    program.run(&["install-hooks"]);
    program.commits();
    assert_eq!(program.calls(), COMMIT);
    let before = program.hook("post-commit.before-agent-trace");
    assert_eq!(fs::read_to_string(before).unwrap(), "#!/bin/sh\nexit 0\n");
}

#[test]
fn a_folder_of_hooks_that_is_not_ours_is_not_written_and_the_lines_are_printed() {
    let program = Program::new();
    executable(&program.world.path(".husky/_/post-commit"), "#!/bin/sh\n. \"${0%/*}/../post-commit\"\n");
    executable(&program.world.path(".husky/post-commit"), "true\n");
    let _ = program.world.git(["config", "core.hooksPath", ".husky/_"]).success();
    let (code, json, _) = program.run_in(&program.world.path(""), &["install-hooks", "--no-trailers", "--no-push"]);
    assert_eq!((code, json["form"].as_str()), (Some(1), Some("manual")));
    assert_eq!(fs::read_dir(program.world.path(".husky/_")).unwrap().count(), 1);
    assert!(!program.hook("post-commit").exists());
    for manual in json["manual"].as_array().unwrap() {
        let path = PathBuf::from(manual["path"].as_str().unwrap());
        let text = fs::read_to_string(&path).unwrap_or_default();
        executable(&path, &format!("{text}{}\n", manual["line"].as_str().unwrap()));
    }
    program.commits();
    assert_eq!(program.calls(), ["git post-commit"]);
    assert_eq!(program.run(&["status"])["form"], "manual");
    let json = program.run(&["install-hooks", "--no-trailers", "--no-push"]);
    assert_eq!((steps(&json), &json["manual"]), (0, &json!([])), "what was added by hand counts");
    assert!(program.run(&["uninstall-hooks"])["warnings"].to_string().contains("remove it by hand"));
}

/// Git 2.54 reads hooks from its configuration. An older one under test is replaced by what git does with them.
#[test]
fn new_gits_get_hooks_in_the_configuration_beside_any_manager() {
    let program = Program::new();
    program.git_says("2.54.0");
    executable(&program.world.path(".husky/_/post-commit"), "#!/bin/sh\nexit 0\n");
    let _ = program.world.git(["config", "core.hooksPath", ".husky/_"]).success();
    let config = program.world.read(".git/config");
    let json = program.run(&["install-hooks", "--editor"]);
    assert_eq!((json["form"].as_str(), steps(&json)), (Some("config"), 4));
    assert!(!program.hook("post-commit").exists());
    assert_eq!(steps(&program.run(&["install-hooks", "--editor"])), 0);
    for (hook, call) in
        ["prepare-commit-msg", "commit-msg", "post-commit"].into_iter().zip([COMMIT[0], EDITED, COMMIT[1]])
    {
        let key = |what: &str| format!("hook.agent-trace-{hook}.{what}");
        assert_eq!(program.world.git(["config", &key("event")]).success().stdout.trim(), hook);
        let mut git = program.world.command(Path::new("git"), &program.world.path(""));
        let command = git.args(["config", &key("command")]).output().unwrap().stdout;
        let arguments: Vec<&str> = call.split(' ').skip(2).collect();
        let text = format!("{} \"$@\"", String::from_utf8(command).unwrap().trim_end());
        fs::write(program.world.path(".git/COMMIT_EDITMSG"), "work\n").unwrap();
        let mut shell = program.world.command(Path::new("/bin/sh"), &program.world.path(""));
        let output = shell.args(["-c", &text, "hook"]).args(arguments).envs(AGENT).output().unwrap();
        assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
        assert_eq!(program.calls(), [call]);
    }
    if program.world.git_at_least(2, 54) {
        program.commits();
        assert_eq!(program.calls(), [COMMIT[0], EDITED, COMMIT[1]]);
        program.stand_in("kill -9 $$\n");
        program.commits();
        fs::remove_file(program.folder.join("agent-trace-hook")).unwrap();
        program.commits();
    }
    program.run(&["uninstall-hooks"]);
    assert_eq!(program.world.read(".git/config"), config);
    assert!(!program.world.path(".git/agent-trace/gitconfig").exists());
}

#[test]
fn an_upgrade_of_git_moves_the_hooks_and_never_doubles_them() {
    let program = Program::new();
    executable(&program.hook("post-commit"), "#!/bin/sh\nexit 0\n");
    program.run(&["install-hooks"]);
    program.git_says("2.55.GIT");
    program.run(&["install-hooks"]);
    assert_eq!(fs::read_to_string(program.hook("post-commit")).unwrap(), "#!/bin/sh\nexit 0\n");
    assert_eq!(program.run(&["status"])["form"], "config");
    program.git_says("2.39.5 (Apple Git-154)");
    let (code, doctor, _) = program.run_in(&program.world.path(""), &["doctor"]);
    assert_eq!(code, Some(1), "an older git does not run them: {doctor:#}");
    assert!(doctor.to_string().contains("no git on PATH runs the hooks"), "{doctor:#}");
    program.run(&["install-hooks"]);
    assert_eq!(program.world.git(["config", "--get-regexp", "^hook\\."]).failure(1).stdout, "");
    assert_eq!(program.run(&["status"])["form"], "files");
}

#[test]
fn all_repositories_of_a_user_need_a_new_git() {
    let program = Program::new();
    let (code, json, _) = program.run_in(&program.world.path(""), &["install-hooks", "--global"]);
    assert_eq!(code, Some(1));
    assert!(json["warnings"].to_string().contains("in each repository"), "{json:#}");
    program.git_says("2.54.0");
    let before = fs::read(program.world.path("../gitconfig")).unwrap();
    let (code, json, _) = program.run_in(&program.world.path(""), &["install-hooks", "--global"]);
    assert_eq!((code, json["form"].as_str()), (Some(0), Some("global_config")));
    assert!(
        program.world.path("../claude/settings.json").exists(),
        "the user's settings are where CLAUDE_CONFIG_DIR says"
    );
    assert!(!program.hook("post-commit").exists() && !program.world.path(".claude").exists());
    let here = program.run(&["install-hooks", "--scope", "none"]);
    assert!(steps(&here) == 0 && here["warnings"].to_string().contains("record this one too"), "{here:#}");
    assert_eq!(program.run(&["status"])["form"], "global_config");
    if program.world.git_at_least(2, 54) {
        program.commits();
        assert_eq!(program.calls(), COMMIT);
    }
    program.run(&["uninstall-hooks", "--global"]);
    // An empty configuration of the user is taken for ours.
    assert_eq!(fs::read(program.world.path("../gitconfig")).unwrap_or_default(), before);
    assert!(!program.world.path("../claude/settings.json").exists());
}

#[test]
fn settings_of_claude_code_keep_everything_of_others() {
    let program = Program::new();
    let theirs = "{\n\t// mine\n\t\"hooks\": {\"Stop\": [{\"hooks\": [{\"type\": \"command\", \"command\": \"git-ai stop\"}]}]},\n\t\"x\": 1\n}";
    let target = program.world.path("../dotfiles.json");
    fs::write(&target, theirs).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
    fs::create_dir(program.world.path(".claude")).unwrap();
    symlink(&target, program.world.path(".claude/settings.json")).unwrap();
    program.run(&["install-hooks", "--scope", "project"]);
    let text = fs::read_to_string(&target).unwrap();
    assert!(text.contains("// mine") && text.contains("git-ai stop") && text.contains("agent-trace-hook claude Stop"));
    assert!(!text.contains("programs"), "others have the program elsewhere");
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(program.world.path(".claude/settings.json").is_symlink());
    let status = program.run(&["status"]);
    assert_eq!((&status["settings"][1]["state"], &status["settings"][1]["events"]), (&json!("installed"), &json!(15)));
    program.run(&["uninstall-hooks"]);
    assert_eq!(fs::read_to_string(&target).unwrap(), theirs);
}

#[test]
fn settings_that_cannot_be_understood_stop_everything() {
    let program = Program::new();
    program.world.write(".claude/settings.local.json", "{\"hooks\": [}");
    let (code, _, errors) = program.run_in(&program.world.path(""), &["install-hooks"]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("settings.local.json") && errors.contains("hint: nothing was changed"), "{errors}");
    assert!(!program.hook("post-commit").exists());
    assert_eq!(program.world.read(".claude/settings.local.json"), "{\"hooks\": [}");
    program.run(&["install-hooks", "--scope", "none"]);
    assert!(program.hook("post-commit").exists());
}

#[test]
fn commands_in_the_settings_are_silent_and_succeed_whatever_happens() {
    let program = Program::new();
    for scope in ["local", "project"] {
        program.run(&["install-hooks", "--scope", scope]);
    }
    let mut commands = Vec::new();
    for file in ["settings.local.json", "settings.json"] {
        let json: Value = serde_json::from_str(&program.world.read(&format!(".claude/{file}"))).unwrap();
        let groups = json["hooks"].as_object().unwrap();
        assert!(groups.keys().all(|event| !event.starts_with("Worktree")));
        assert_eq!(json["hooks"]["SessionEnd"][0]["hooks"][0]["timeout"], 30);
        assert_eq!(json["hooks"]["PreToolUse"][0]["matcher"], "Bash|PowerShell");
        commands.push(json["hooks"]["Stop"][0]["hooks"][0]["command"].as_str().unwrap().to_owned());
    }
    let on_path = |command: &str| {
        let path = format!("{}:/usr/bin:/bin", program.folder.display());
        let mut shell = program.world.command(Path::new("/bin/sh"), &program.world.path(""));
        let output = shell.args(["-c", command]).env("PATH", path).stdin(Stdio::null()).output().unwrap();
        assert!(
            output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(),
            "{command}: {output:?}"
        );
    };
    commands.iter().for_each(|command| on_path(command));
    assert_eq!(program.calls(), ["claude Stop", "claude Stop"]);
    program.stand_in("exit 2\n");
    commands.iter().for_each(|command| on_path(command));
    fs::remove_file(program.folder.join("agent-trace-hook")).unwrap();
    commands.iter().for_each(|command| on_path(command));
}

#[test]
fn the_template_is_what_is_installed_for_everybody() {
    let program = Program::new();
    program.run(&["install-hooks", "--scope", "project"]);
    assert_eq!(program.world.read(".claude/settings.json"), include_str!("../../templates/claude-settings.json"));
}

#[test]
fn a_file_that_cannot_be_written_is_named_and_a_second_try_goes_on() {
    let program = Program::new();
    executable(&program.hook("post-commit"), "#!/bin/sh\nexit 0\n");
    let before = fs::read_to_string(program.hook("post-commit")).unwrap();
    // As good as a full disk, also for the superuser: the settings' folder is a file.
    program.world.write(".claude", "no folder\n");
    let (code, _, errors) = program.run_in(&program.world.path(""), &["install-hooks"]);
    assert!(code == Some(2) && errors.contains("settings.local.json` cannot be changed"), "{errors}");
    assert_eq!(fs::read_to_string(program.hook("post-commit.before-agent-trace")).unwrap(), before);
    program.commits();
    fs::remove_file(program.world.path(".claude")).unwrap();
    assert_eq!(steps(&program.run(&["install-hooks"])), 2, "it goes on where it stopped");
}

#[test]
fn a_link_to_settings_that_do_not_exist_yet_stays_a_link() {
    let program = Program::new();
    fs::create_dir(program.world.path(".claude")).unwrap();
    let link = program.world.path(".claude/settings.local.json");
    symlink("../../dotfiles.json", &link).unwrap();
    program.run(&["install-hooks"]);
    let target = program.world.path("../dotfiles.json");
    assert!(link.is_symlink() && target.is_file());
    program.run(&["uninstall-hooks"]);
    assert!(link.is_symlink() && !target.exists());
}
