//! `pr comment` from a work tree with notes to a forge and a runner.

use std::path::PathBuf;

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::forge_wire::{LIST, SECRET, Wire};
use crate::harness::World;

/// A runner's variables and files, around a repository whose notes say what its last commit cost.
struct Runner {
    world: World,
    wire: Wire,
    base: String,
}

impl Runner {
    fn new(wire: Wire) -> Runner {
        let world = World::new();
        world.write("a.txt", "one\n");
        let base = world.commit("start");
        let _ = world.run(["notes", "on"]).success();
        let session = world.claude("work");
        session.says("add b").writes("b.txt", "x\ny\n").commits("add @org/team <b>").stops();
        let _ = world.run(["ingest"]).success();
        std::fs::write(world.home().join("event.json"), r#"{"pull_request":{"number":7}}"#).unwrap();
        Runner { world, wire, base }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.world.home().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_default()
    }

    /// Runs `pr comment --json` as the workflow's run with a number would; returns the answer and the exit code.
    fn comment(&self, run: u64, more: &[&str]) -> (Value, i32) {
        let (code, out, _) = self.run(run, &[more, &["--json"]].concat());
        (serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}")), code)
    }

    fn run(&self, run: u64, more: &[&str]) -> (i32, String, String) {
        self.run_anywhere(run, &[&["pr", "comment", "--base", &self.base], more].concat())
    }

    fn run_anywhere(&self, run: u64, args: &[&str]) -> (i32, String, String) {
        let (api, run) = (format!("{}/api/v3", self.wire.server.uri()), run.to_string());
        let files = ["event.json", "summary.md", "output"].map(|name| self.file(name).to_str().unwrap().to_owned());
        let variables = [
            ("GITHUB_API_URL", api.as_str()),
            ("GITHUB_REPOSITORY", "o/r"),
            ("GITHUB_RUN_NUMBER", &run),
            ("GITHUB_TOKEN", SECRET),
            ("GITHUB_EVENT_PATH", &files[0]),
            ("GITHUB_STEP_SUMMARY", &files[1]),
            ("GITHUB_OUTPUT", &files[2]),
        ];
        let output = self.world.run_with(args, &variables);
        assert!(!format!("{}{}", output.stdout, output.stderr).contains(SECRET));
        (output.code.unwrap(), output.stdout, output.stderr)
    }

    /// The last value of an output, as the runner reads the file.
    fn output(&self, name: &str) -> Option<String> {
        let text = self.text("output");
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.iter().rposition(|line| line.starts_with(&format!("{name}<<")))?;
        lines.get(last + 1).map(|value| (*value).to_owned())
    }
}

#[test]
fn a_run_comments_and_tells_the_runner() {
    let runner = Runner::new(Wire::new().github());
    let (first, code) = runner.comment(1, &[]);
    let url = "https://github.example/o/r/pull/7#issuecomment-1";
    assert_eq!(
        (code, &first),
        (
            0,
            &json!({
                "schema": "agent-trace/pull-comment/1", "pull": 7, "action": "created", "url": url, "retired": 0,
                "problem": null, "body": null,
            })
        )
    );
    let body = runner.wire.bodies().remove(0);
    let (marker, text) = body.split_once('\n').unwrap();
    let report = runner.world.ask(["pr", "report", "--base", &runner.base]);
    let nano = report["total"]["cost_nano_usd"].as_u64().unwrap();
    assert!(nano > 0, "the session cost something");
    assert!(marker.ends_with(&format!(" usd_u={} -->", nano / 1_000)), "{marker}");
    assert!(marker.contains(&format!(" head={} ", &report["head"].as_str().unwrap()[..12])), "{marker}");
    assert!(!text.contains("@org/team") && !text.contains("<b>"), "{text}");
    assert_eq!(runner.text("summary.md"), format!("\n{text}\n"));
    let usd = format!("{}.{:06}", nano / 1_000_000_000, nano / 1_000 % 1_000_000);
    assert_eq!(runner.output("total_usd"), Some(usd));
    let lines = report["lines"]["agent"].as_u64().map(|lines| lines.to_string());
    assert_eq!(runner.output("ai_lines"), Some(lines.unwrap_or_default()), "unknown is empty");
    assert_eq!(runner.output("added_lines"), Some("2".into()));
    assert_eq!(runner.output("comment_url").as_deref(), Some(url));
    assert_eq!(runner.comment(2, &[]).0["action"], "unchanged");
    assert_eq!(runner.wire.bodies(), [body]);
}

#[test]
fn an_older_run_on_the_same_repository_writes_nothing() {
    let runner = Runner::new(Wire::new().github());
    let _ = runner.comment(1, &[]);
    runner.world.write("c.txt", "z\n");
    runner.world.commit("by hand");
    assert_eq!(runner.comment(1, &[]).0["action"], "updated", "a later commit, whatever the number of the run");
    let later = runner.wire.bodies();
    assert_eq!(runner.comment(9, &["--head", "HEAD~1"]).0["action"], "outdated");
    assert_eq!(runner.wire.bodies(), later);
}

#[test]
fn a_dry_run_prints_the_comment_and_sends_nothing() {
    let runner = Runner::new(Wire::new().github());
    let (code, text, _) = runner.run(1, &["--dry-run"]);
    assert!(code == 0 && text.starts_with("### "), "{text}");
    assert_eq!((runner.wire.asked().len(), runner.text("summary.md").as_str()), (0, ""));
    assert_eq!(runner.comment(1, &["--dry-run"]).0["body"], text);
    let _ = runner.comment(1, &[]);
    assert!(runner.wire.bodies()[0].ends_with(&text));
}

#[test]
fn without_permission_the_summary_is_there_and_nothing_fails() {
    let wire = Wire::new();
    let refusal = json!({ "message": "Resource not accessible by integration" });
    wire.mount(
        Mock::given(method("POST")).and(path(LIST)).respond_with(ResponseTemplate::new(403).set_body_json(refusal)),
    );
    let runner = Runner::new(wire.github());
    let (answer, code) = runner.comment(1, &[]);
    assert_eq!((code, &answer["action"]), (0, &json!("forbidden")));
    assert!(answer["problem"].as_str().unwrap().ends_with("Resource not accessible by integration"));
    assert!(runner.text("summary.md").contains("### ") && runner.output("total_usd").is_some());
    let (code, _, said) = runner.run(1, &["--require-comment"]);
    assert!(code == 1 && said.contains("pull-requests: write"), "{said}");
}

#[test]
fn a_budget_ends_the_program_after_the_comment() {
    let runner = Runner::new(Wire::new().github());
    let (answer, code) = runner.comment(1, &["--budget", "0", "--fail-over"]);
    assert_eq!((code, &answer["action"]), (3, &json!("created")));
    assert_eq!(runner.output("budget_status").as_deref(), Some("over"));
    assert_eq!(runner.comment(1, &["--behavior", "off"]).0["action"], "off");
}

#[test]
fn what_is_missing_is_said_with_its_remedy() {
    let runner = Runner::new(Wire::new().github());
    let said = |more: &[&str]| runner.run(1, more).2;
    assert!(said(&["--token-env", "NOT_SET"]).contains("no token for the forge in NOT_SET\nhint: "));
    assert!(said(&["--repo", "../x/y"]).contains("is not OWNER/NAME"));
    assert!(said(&["--key", "a b"]).contains("cannot be the name of a comment"));
    assert!(said(&["--forge", "gitlab"]).contains("hint: "));
    assert_eq!(runner.wire.asked(), Vec::<String>::new());
}

/// A job that may comment, behind one of a fork that reported what it found.
struct Behind {
    runner: Runner,
    head: String,
}

impl Behind {
    /// The forge knows the pull requests whose heads are these repositories.
    fn new(heads: &[&str]) -> Behind {
        let runner = Runner::new(Wire::new().github());
        let head = runner.world.git(["rev-parse", "HEAD"]).success().stdout.trim().to_owned();
        let pull = |(index, name): (usize, &&str)| json!({ "number": 7 + index, "state": "open", "head": { "sha": head, "repo": { "full_name": name } } });
        let pulls: Vec<Value> = heads.iter().enumerate().map(pull).collect();
        let answer = ResponseTemplate::new(200).set_body_json(pulls);
        runner.wire.mount(Mock::given(path(format!("/api/v3/repos/o/r/commits/{head}/pulls"))).respond_with(answer));
        let none = ResponseTemplate::new(200).set_body_json(json!([]));
        runner.wire.mount(Mock::given(path("/api/v3/repos/o/r/pulls")).respond_with(none));
        let event = json!({ "repository": { "full_name": "o/r" }, "workflow_run": {
            "head_sha": head, "head_branch": "fix", "head_repository": { "full_name": "f/r", "owner": { "login": "f" } },
        }});
        std::fs::write(runner.file("event.json"), event.to_string()).unwrap();
        let report = runner.world.run(["pr", "report", "--base", &runner.base, "--json"]).success().stdout;
        std::fs::write(runner.file("report.json"), report).unwrap();
        Behind { runner, head }
    }

    /// Runs `pr comment --report` in a folder that is no repository.
    fn comment(&self, more: &[&str]) -> (Value, i32, String) {
        let (elsewhere, file) = (self.runner.world.home(), self.runner.file("report.json"));
        let named = ["--report", file.to_str().unwrap(), "--json"];
        let (code, out, said) = self
            .runner
            .run_anywhere(1, &[&["-C", elsewhere.to_str().unwrap(), "pr", "comment"], &named[..], more].concat());
        (serde_json::from_str(&out).unwrap_or_default(), code, said)
    }

    fn change(&self, change: impl FnOnce(&mut Value)) {
        let file = self.runner.file("report.json");
        let mut report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        change(&mut report);
        std::fs::write(file, report.to_string()).unwrap();
    }
}

#[test]
fn a_job_without_a_checkout_says_what_a_fork_reported_and_that_it_did() {
    let behind = Behind::new(&["f/r"]);
    behind.change(|report| report["commits"][0]["subject"] = "@org/team </details> <img src=x>".into());
    let (answer, code, said) = behind.comment(&["--budget", "0", "--fail-over"]);
    assert_eq!((code, &answer["action"], &answer["pull"]), (3, &json!("created"), &json!(7)), "{said}");
    let body = behind.runner.wire.bodies().remove(0);
    assert!(body.contains("**Self-reported by a fork**") && body.contains("over the budget"), "{body}");
    assert!(!body.contains("@org") && !body.contains("<img"), "{body}");
    assert!(behind.runner.output("total_usd").is_some());
    behind.change(|report| report["budget"] = json!({ "limit_nano_usd": 1, "verdict": "ok" }));
    let (_, code, _) = behind.comment(&[]);
    assert_eq!(code, 0);
    assert!(!behind.runner.wire.bodies()[0].contains("udget"), "the budget of a fork is not ours");
}

#[test]
fn the_pull_request_is_the_events_whoever_else_has_the_commit() {
    let behind = Behind::new(&["stranger/r", "f/r"]);
    let list = ResponseTemplate::new(200).set_body_json(json!([]));
    behind.runner.wire.mount(Mock::given(path("/api/v3/repos/o/r/issues/8/comments")).respond_with(list));
    let (_, _, said) = behind.comment(&[]);
    let asked = behind.runner.wire.asked();
    assert!(asked.iter().any(|line| line.ends_with("/issues/8/comments")), "{asked:?} {said}");
    assert!(!asked.iter().any(|line| line.ends_with("/issues/7/comments")), "{asked:?}");
}

#[test]
fn a_pull_request_that_moved_on_is_left_to_the_next_run() {
    let behind = Behind::new(&["stranger/r"]);
    let (answer, code, _) = behind.comment(&[]);
    assert_eq!((code, &answer["action"], &answer["pull"]), (0, &json!("outdated"), &Value::Null));
    assert!(behind.runner.wire.bodies().is_empty());
}

#[test]
fn a_file_that_is_no_report_or_another_ones_is_refused() {
    let behind = Behind::new(&["f/r"]);
    let refused = |change: &dyn Fn(&mut Value)| {
        let kept = std::fs::read(behind.runner.file("report.json")).unwrap();
        behind.change(change);
        let (_, code, said) = behind.comment(&[]);
        std::fs::write(behind.runner.file("report.json"), kept).unwrap();
        assert_eq!(code, 2, "{said}");
        said
    };
    assert!(
        refused(&|report| report["head"] = "a".repeat(40).into()).contains(&format!("the event about {}", behind.head))
    );
    assert!(refused(&|report| report["pull"] = 1.into()).contains("does not write"));
    assert!(refused(&|report| report["total"]["cost_nano_usd"] = 1.into()).contains("sums are wrong"));
    assert!(refused(&|report| report["schema"] = "agent-trace/cost/1".into()).contains("schema"));
    std::fs::write(behind.runner.file("report.json"), "{").unwrap();
    assert!(behind.comment(&[]).2.contains("no report to comment with"));
    std::fs::remove_file(behind.runner.file("report.json")).unwrap();
    assert!(behind.comment(&[]).2.contains("no report to comment with"));
    assert_eq!(behind.runner.wire.asked(), Vec::<String>::new());
}

#[test]
fn what_comes_from_a_fork_is_marked_where_its_notes_were_read_here_too() {
    let runner = Runner::new(Wire::new().github());
    let end = |name: &str| json!({ "repo": { "full_name": name, "clone_url": "https://elsewhere.example/x" } });
    let event = json!({ "pull_request": { "number": 7, "base": end("o/r"), "head": end("f/r") } });
    std::fs::write(runner.file("event.json"), event.to_string()).unwrap();
    assert!(runner.run(1, &["--dry-run"]).1.contains("**Self-reported by a fork**"));
}
