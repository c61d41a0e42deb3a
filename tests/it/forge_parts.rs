//! Comments on a GitHub that keeps its state, with every request checked against GitHub's description of its API.
//!
//! `.ci/forge-parts FOLDER` installs what this needs; without `TEST_FORGE_PARTS=FOLDER` nothing is tested here.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::time::Duration;

use agent_trace::forge::{
    Comment, Forge, ForgeError, GraphPulls, Head, Key, Memory, Outcome, Patience, Posting, PullEventKind, PullNumber,
    PullPhase, PullSource, RestPulls, Site, State, Token, connect, post,
};
use agent_trace::report::{CommentAction as Action, CommentBehavior as Behavior, ForgeKind as Kind};
use octocrab::Octocrab;
use serde::Deserialize;
use serde_json::{Value, json};

/// A running server; it ends with its standard input.
struct Parts {
    server: Child,
    pull: Pull,
}

/// What the server says of itself.
#[derive(Deserialize)]
struct Pull {
    url: String,
    graphql: String,
    number: u64,
    head: String,
}

impl Parts {
    /// Starts a server, or says why nothing is tested.
    #[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
    #[expect(clippy::disallowed_methods, reason = "the server is a program")]
    fn start() -> Option<Parts> {
        let Some(folder) = std::env::var_os("TEST_FORGE_PARTS").map(PathBuf::from) else {
            eprintln!("skipped: TEST_FORGE_PARTS names no folder that .ci/forge-parts filled");
            return None;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/forge-server.mjs");
        let mut server = Command::new(folder.join("node"))
            .arg(script)
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let pull = serde_json::from_str(&line).expect("the server says why it did not start");
        Some(Parts { server, pull })
    }

    /// Where the checked server is, and that nobody waits.
    fn site(&self) -> (Site, Patience) {
        let url = |name: &str| (name == "GITHUB_API_URL").then(|| self.pull.url.clone());
        let site = Site::read(Some(Kind::GitHub), Some("octocat/hello"), &url).unwrap();
        let short = Duration::from_millis(1);
        let patience = Patience { first_pause: short, between_writes: short, ..Patience::default() };
        (site, patience)
    }

    fn forge(&self, token: &str) -> Box<dyn Forge> {
        let (site, patience) = self.site();
        connect(&site, &Token::new("X", token).unwrap(), patience).unwrap()
    }

    /// Does something to the pull request.
    fn send(&self, token: &str, verb: &str, what: &str, body: &Value) {
        let path = format!("/repos/octocat/hello/pulls/{}/{what}", self.pull.number);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let status = runtime.block_on(async {
            let client = Octocrab::builder().base_uri(self.pull.url.as_str()).unwrap().personal_token(token).build();
            let client = client.unwrap();
            let answer = match verb {
                "PUT" => client._put(path, Some(body)).await,
                _ => client._post(path, Some(body)).await,
            };
            answer.unwrap().status()
        });
        assert!(status.is_success(), "{verb} {what}: {status}");
    }

    fn number(&self) -> PullNumber {
        PullNumber(self.pull.number)
    }

    fn run(&self, rank: u64, text: &str, behavior: Behavior) -> Result<Outcome, ForgeError> {
        let (key, state, micro_usd) = (Key::default(), State { head: String::new(), rank }, Some(4_870_000));
        let (pull, author, is_ancestor) = (self.number(), None, &|_: &str, _: &str| None);
        post(&*self.forge("ours"), &Posting { pull, key, state, micro_usd, text, behavior, author, is_ancestor })
    }

    fn comments(&self) -> Vec<Comment> {
        self.forge("ours").comments(self.number()).unwrap()
    }

    fn texts(&self) -> Vec<String> {
        self.comments().iter().map(|one| one.body.lines().last().unwrap_or_default().to_owned()).collect()
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

#[test]
fn the_comment_is_written_changed_and_left_alone() {
    let Some(parts) = Parts::start() else { return };
    let stranger = parts.forge("theirs");
    assert_eq!(
        (stranger.viewer().unwrap(), parts.forge("ours").viewer().unwrap()),
        ("mallory".into(), "octocat".into())
    );
    let update = |rank, text| parts.run(rank, text, Behavior::Update).unwrap().action;
    assert_eq!(update(2, "first"), Action::Created);
    let ours = parts.comments().remove(0);
    stranger.create(parts.number(), &ours.body).unwrap();
    stranger.create(parts.number(), &format!("> {}", ours.body)).unwrap();
    assert_eq!(update(3, "second"), Action::Updated);
    assert_eq!(update(4, "second"), Action::Unchanged);
    assert_eq!(update(1, "older"), Action::Outdated);
    assert_eq!(parts.texts(), ["second", "first", "first"]);
    let outcome = parts.run(5, "third", Behavior::DeleteAndNew).unwrap();
    assert_eq!((outcome.action, outcome.retired), (Action::Created, 1));
    assert_eq!(parts.texts(), ["first", "first", "third"]);
    assert_eq!(parts.run(6, "fourth", Behavior::Once).unwrap().action, Action::AlreadyThere);
}

#[test]
fn two_runs_at_the_same_time_leave_one_comment() {
    let Some(parts) = Parts::start() else { return };
    for round in 0..5 {
        let barrier = Barrier::new(2);
        std::thread::scope(|scope| {
            for rank in 1..=2 {
                let (parts, barrier) = (&parts, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    parts.run(rank, &format!("text {rank}"), Behavior::Update).unwrap();
                });
            }
        });
        let left = parts.comments();
        assert_eq!(parts.texts(), ["text 2"], "round {round}");
        left.iter().for_each(|one| parts.forge("ours").delete(parts.number(), one.id).unwrap());
    }
}

#[test]
fn the_pull_request_is_found_by_its_branch() {
    let Some(parts) = Parts::start() else { return };
    let branch = Some(("octocat".to_owned(), "topic".to_owned()));
    let head = Head { commit: parts.pull.head.clone(), branch, repository: None };
    assert_eq!(parts.forge("ours").pulls_of(&head).unwrap(), [parts.number()]);
}

/// Nothing is remembered.
struct Forgetful;

impl Memory for Forgetful {
    fn recall(&self, _key: &str) -> Option<(String, String)> {
        None
    }

    fn keep(&self, _key: &str, _tag: &str, _value: &str) {}
}

#[test]
fn what_became_of_a_pull_request_is_read_by_requests_that_github_knows() {
    let Some(parts) = Parts::start() else { return };
    let (site, patience) = parts.site();
    let pulls = RestPulls::new(&site, &Token::new("X", "ours").unwrap(), patience, &Forgetful).unwrap();
    let open = pulls.page(None, 50).unwrap();
    let [found] = open.pulls.as_slice() else { panic!("{open:?}") };
    assert_eq!((found.number, found.phase, found.is_draft), (parts.pull.number, PullPhase::Open, false));
    assert_eq!((found.title.as_str(), found.author.as_deref()), ("new", Some("octocat")));
    assert_eq!((found.head.as_deref(), &found.merge), (Some(parts.pull.head.as_str()), &None));
    assert_eq!(found.commits.last().map(|commit| commit.id.as_str()), Some(parts.pull.head.as_str()));
    parts.send("theirs", "POST", "reviews", &json!({ "event": "APPROVE", "body": "good" }));
    parts.send("ours", "PUT", "merge", &json!({ "merge_method": "squash" }));
    let merged = pulls.one(parts.pull.number).unwrap().unwrap();
    assert_eq!((merged.phase, merged.ended.is_some(), merged.merge.is_some()), (PullPhase::Merged, true, true));
    let kinds: Vec<_> = merged.events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [PullEventKind::Approved]);
    assert_eq!(pulls.one(4_711).unwrap(), None);
}

#[test]
fn what_is_asked_in_graphql_is_what_githubs_schema_allows() {
    let Some(parts) = Parts::start() else { return };
    let env = |name: &str| match name {
        "GITHUB_API_URL" => Some(parts.pull.url.clone()),
        "GITHUB_GRAPHQL_URL" => Some(parts.pull.graphql.clone()),
        _ => None,
    };
    let site = Site::read(Some(Kind::GitHub), Some("octocat/hello"), &env).unwrap();
    let token = Token::new("X", "ours").unwrap();
    let pulls = GraphPulls::new(&site, &token, parts.site().1).unwrap().expect("GitHub has GraphQL");
    assert_eq!(pulls.page(None, 50).unwrap().pulls, []);
    assert_eq!(pulls.page(Some("cursor"), 50).unwrap().next, None);
    assert_eq!(pulls.some(&[1, 2, 3]).unwrap().pulls, []);
}

/// octocrab sends POST where GitHub has only PATCH; if this passes one day, the check checks nothing, or octocrab does it
/// right.
#[test]
fn a_request_that_github_does_not_know_is_refused() {
    let Some(parts) = Parts::start() else { return };
    parts.run(1, "text", Behavior::Update).unwrap();
    let id = parts.comments()[0].id.0;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let refused = runtime.block_on(async {
        let client =
            Octocrab::builder().base_uri(parts.pull.url.as_str()).unwrap().personal_token("ours").build().unwrap();
        client.issues("octocat", "hello").update_comment(id.into(), "changed").await.unwrap_err()
    });
    assert!(format!("{refused:?}").contains("405"), "{refused:?}");
    assert_eq!(parts.texts(), ["text"]);
}
