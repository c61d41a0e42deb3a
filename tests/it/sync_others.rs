//! `agent-trace sync gitlab` and `sync gitea`: merge requests and pull requests in REST.

use crate::harness::{Output, World};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// A server that answers some paths.
struct Hub {
    runtime: Runtime,
    server: MockServer,
}

impl Hub {
    fn new(answers: Vec<(&str, Value)>) -> Hub {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = runtime.block_on(MockServer::start());
        for (place, body) in answers {
            let answer = ResponseTemplate::new(200).insert_header("x-next-page", "").set_body_json(body);
            runtime.block_on(Mock::given(method("GET")).and(path(place)).respond_with(answer).mount(&server));
        }
        Hub { runtime, server }
    }

    fn requests(&self) -> Vec<Request> {
        self.runtime.block_on(self.server.received_requests()).unwrap()
    }

    fn sync(&self, world: &World, forge: &str, variables: &[(&str, &str)]) -> Output {
        world.run_with(&["sync", forge, "--json"], variables)
    }
}

fn facts<const N: usize>(world: &World, names: [&str; N]) -> [Value; N] {
    let prs = world.ask(["prs", "--authors"]);
    let row = &prs["rows"][0];
    names.map(|name| row[name].clone())
}

const NAMES: [&str; 9] =
    ["number", "state", "author", "task", "first_review_ms", "merge_ms", "rounds", "commits_after_review", "checks"];

#[test]
fn gitlab_tells_in_notes_what_happened() {
    let (world, root) = (World::new(), "/api/v4/projects/g%2Fsub%2Fr/merge_requests");
    let who = |name: &str| json!({ "username": name });
    let merge = json!({
        "iid": 7, "state": "merged", "draft": false, "title": "fix: it", "description": "This reverts merge request !3",
        "author": who("ann"), "created_at": "2026-03-02T09:00:00.000Z", "updated_at": "2026-03-02T12:00:00.000Z",
        "merged_at": "2026-03-02T12:00:00.000Z", "target_branch": "main", "sha": "b".repeat(40), "labels": ["bug"],
        "merge_commit_sha": "c".repeat(40), "squash_commit_sha": null, "head_pipeline": { "status": "failed" },
        "diff_refs": { "base_sha": "1".repeat(40), "start_sha": "2".repeat(40), "head_sha": "b".repeat(40) },
    });
    let commit = |digit: &str, time: &str| json!({ "id": digit.repeat(40), "authored_date": time, "committed_date": time, "author_email": "ann@example.com" });
    let commits = json!([commit("b", "2026-03-02T11:00:00.000+00:00"), commit("a", "2026-03-02T08:50:00.000Z")]);
    let note = |system: bool, name: &str, body: &str, time: &str| json!({ "system": system, "author": who(name), "body": body, "created_at": time });
    let notes = json!([
        note(true, "ann", "marked this merge request as **ready**", "2026-03-02T10:00:00Z"),
        note(false, "ann", "please look", "2026-03-02T10:01:00Z"),
        note(false, "project_1_bot_x", "coverage 80 %", "2026-03-02T10:02:00Z"),
        note(false, "bob", "not like this", "2026-03-02T10:30:00Z"),
        note(true, "bob", "approved this merge request", "2026-03-02T11:30:00Z"),
        note(true, "bob", "added 1 commit", "2026-03-02T11:31:00Z"),
    ]);
    let hub = Hub::new(vec![
        (root, json!([{ "iid": 7 }])),
        (&format!("{root}/7"), merge),
        (&format!("{root}/7/commits"), commits),
        (&format!("{root}/7/notes"), notes),
    ]);
    let api = format!("{}/api/v4", hub.server.uri());
    let variables = [
        ("CI_API_V4_URL", api.as_str()),
        ("CI_PROJECT_PATH", "g/sub/r"),
        ("CI_JOB_TOKEN", "job"),
        ("GITLAB_CI", "true"),
    ];
    let report = hub.sync(&world, "gitlab", &variables).success().json();
    assert_eq!((&report["forge"], &report["known"]), (&json!("gitlab"), &json!(1)));
    assert!(hub.requests().iter().all(|request| request.headers["job-token"] == "job"));
    assert_eq!(
        facts(&world, NAMES),
        [
            json!(7),
            json!("merged"),
            json!("ann"),
            json!("fix"),
            json!(1_800_000),
            json!(7_200_000),
            json!(2),
            json!(1),
            json!("failed")
        ]
    );
    let bytes = std::fs::read(world.path(".git/agent-trace/trace.db")).unwrap();
    for secret in ["ann@example.com", "not like this", "bob"] {
        assert!(!String::from_utf8_lossy(&bytes).contains(secret), "`{secret}` is in the database");
    }
}

#[test]
fn gitea_is_asked_in_its_own_words() {
    let (world, root) = (World::new(), "/api/v1/repos/o/r");
    let user = |login: &str| json!({ "login": login });
    let one = json!({
        "number": 4, "state": "closed", "draft": false, "title": "tidy up", "body": "", "user": user("ann"),
        "created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-02T12:00:00Z", "merged_at": null,
        "closed_at": "2026-03-02T12:00:00Z", "base": { "ref": "main", "sha": "1".repeat(40) },
        "head": { "ref": "t", "sha": "2".repeat(40) }, "merge_commit_sha": "3".repeat(40), "labels": [{ "name": "kind/bug" }],
    });
    let review = json!([{ "state": "REQUEST_CHANGES", "submitted_at": "2026-03-02T10:00:00Z", "user": user("bob") }]);
    let hub = Hub::new(vec![
        (&format!("{root}/pulls"), json!([{ "number": 4 }])),
        (&format!("{root}/pulls/4"), one),
        (&format!("{root}/pulls/4/commits"), json!([])),
        (&format!("{root}/pulls/4/reviews"), review),
        (&format!("{root}/issues/4/comments"), json!([])),
        (&format!("{root}/commits/{}/status", "2".repeat(40)), json!({ "state": "success", "total_count": 2 })),
    ]);
    let api = format!("{}/api/v1", hub.server.uri());
    let variables = [("GITHUB_API_URL", api.as_str()), ("GITHUB_REPOSITORY", "o/r"), ("GITEA_TOKEN", "x")];
    assert_eq!(hub.sync(&world, "gitea", &variables).success().json()["known"], 1);
    assert_eq!(
        facts(&world, NAMES),
        [
            json!(4),
            json!("closed"),
            json!("ann"),
            json!("fix"),
            json!(3_600_000),
            json!(null),
            json!(1),
            json!(0),
            json!("passed")
        ]
    );
    let list = hub.requests().into_iter().find(|request| request.url.path().ends_with("/pulls")).unwrap();
    assert_eq!(list.url.query(), Some("state=all&sort=recentupdate&limit=50&page=1"));
}
