//! `agent-trace sync github`: what goes over the wire, what is kept, and how it goes on after an end in the middle.

use std::sync::{Arc, Mutex};

use crate::harness::{Output, World};
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};
use tokio::runtime::Runtime;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const GRAPHQL: &str = "/api/graphql";
const REST: &str = "/api/v3/repos/o/r";

/// A GitHub Enterprise Server, at paths of its own, with pull requests that answer GraphQL in pages.
struct Hub {
    runtime: Runtime,
    server: MockServer,
    pulls: Arc<Mutex<Vec<Value>>>,
}

impl Hub {
    fn new() -> Hub {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = runtime.block_on(MockServer::start());
        Hub { runtime, server, pulls: Arc::default() }
    }

    /// Answers every question that no earlier mock answers.
    fn answering(self) -> Hub {
        let pulls = Arc::clone(&self.pulls);
        let answer = move |request: &Request| {
            let asked: Value = request.body_json().unwrap();
            ResponseTemplate::new(200).set_body_json(answer(&mut pulls.lock().unwrap(), &asked, 4_000))
        };
        self.mount(Mock::given(method("POST")).and(path(GRAPHQL)).respond_with(answer));
        self
    }

    fn mount(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.server));
    }

    fn add(&self, pull: Value) {
        self.pulls.lock().unwrap().push(pull);
    }

    fn requests(&self) -> Vec<Request> {
        self.runtime.block_on(self.server.received_requests()).unwrap()
    }

    /// Bodies of the questions in GraphQL.
    fn asked(&self) -> Vec<Value> {
        let bodies = self.requests().into_iter().filter(|request| request.url.path() == GRAPHQL);
        bodies.map(|request| request.body_json().unwrap()).collect()
    }

    fn sync(&self, world: &World, args: &[&str]) -> Output {
        let api = format!("{}/api/v3", self.server.uri());
        let variables =
            [("GITHUB_API_URL", api.as_str()), ("GITHUB_REPOSITORY", "o/r"), ("GITHUB_TOKEN", "ghs_secret")];
        world.run_with(&[&["sync", "github"], args].concat(), &variables)
    }

    fn synced(&self, world: &World, args: &[&str]) -> Value {
        self.sync(world, &[args, &["--json"]].concat()).success().json()
    }
}

/// The part of GitHub's GraphQL that is asked for; the cursor is `updatedAt` of the last one, as GitHub's is.
fn answer(pulls: &mut [Value], asked: &Value, remaining: u64) -> Value {
    let limit = json!({ "cost": 3, "remaining": remaining, "resetAt": "2026-03-02T10:00:00Z" });
    let query = asked["query"].as_str().unwrap();
    if !query.contains("pullRequests(") {
        let named = pulls.iter().filter(|pull| query.contains(&format!("number: {})", pull["number"])));
        let named: serde_json::Map<String, Value> =
            named.map(|pull| (format!("p{}", pull["number"]), pull.clone())).collect();
        return json!({ "data": { "rateLimit": limit, "repository": named } });
    }
    let text = |pull: &Value| pull["updatedAt"].as_str().unwrap().to_owned();
    pulls.sort_by_key(|pull| std::cmp::Reverse(text(pull)));
    let size = asked["variables"]["size"].as_u64().unwrap() as usize;
    let after = asked["variables"]["after"].as_str();
    let rest: Vec<&Value> = pulls.iter().filter(|pull| after.is_none_or(|after| text(pull).as_str() < after)).collect();
    let page = &rest[..size.min(rest.len())];
    let info = json!({ "hasNextPage": rest.len() > size, "endCursor": page.last().map(|pull| text(pull)) });
    let list = json!({ "totalCount": pulls.len(), "pageInfo": info, "nodes": page });
    json!({ "data": { "rateLimit": limit, "repository": { "pullRequests": list } } })
}

/// A minute of 2026-03-02, counted from nine.
fn at(minute: i64) -> String {
    format!("2026-03-02T{:02}:{:02}:00Z", 9 + minute / 60, minute % 60)
}

fn pull(number: u64, state: &str, updated: i64) -> Value {
    json!({
        "number": number, "state": state, "isDraft": false, "title": format!("pull {number}"), "body": "",
        "createdAt": at(0), "updatedAt": at(updated),
        "mergedAt": if state == "MERGED" { json!(at(updated)) } else { json!(null) },
        "closedAt": if state == "OPEN" { json!(null) } else { json!(at(updated)) },
        "baseRefName": "main", "baseRefOid": "1".repeat(40), "headRefOid": "2".repeat(40), "mergeCommit": null,
        "additions": 4, "deletions": 0, "author": { "__typename": "User", "login": "ann" },
        "labels": { "nodes": [] }, "commits": { "totalCount": 0, "nodes": [] }, "last": { "nodes": [] },
        "reviews": { "totalCount": 0, "nodes": [] }, "comments": { "totalCount": 0, "nodes": [] },
        "timelineItems": { "nodes": [] },
    })
}

fn row(prs: &Value, number: u64) -> Value {
    let rows = prs["rows"].as_array().unwrap();
    rows.iter().find(|row| row["number"] == number).unwrap_or_else(|| panic!("no #{number} in {prs:#}")).clone()
}

fn numbers(prs: &Value) -> Vec<u64> {
    let mut numbers: Vec<u64> =
        prs["rows"].as_array().unwrap().iter().map(|row| row["number"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn pages_are_read_to_the_end_and_later_only_what_changed() {
    let (world, hub) = (World::new(), Hub::new().answering());
    (1..=120).for_each(|number| hub.add(pull(number, "CLOSED", number as i64)));
    let first = hub.synced(&world, &[]);
    assert_eq!((&first["fetched"], &first["known"], &first["again"]), (&json!(120), &json!(120), &json!(0)));
    assert_eq!((&first["requests"], &first["points"]), (&json!(3), &json!(9)));
    assert_eq!(first["watermark"], at(120).replace("Z", ".000Z"));
    let sizes: Vec<_> = hub.asked().iter().map(|asked| asked["variables"]["size"].clone()).collect();
    assert_eq!(sizes, [50, 50, 50]);
    let mut changed = pull(7, "MERGED", 125);
    changed["title"] = json!("merged after all");
    hub.pulls.lock().unwrap().retain(|pull| pull["number"] != 7);
    hub.add(changed);
    let second = hub.synced(&world, &[]);
    assert_eq!(second["requests"], 1, "ten minutes of overlap are one page");
    assert_eq!(second["watermark"], at(125).replace("Z", ".000Z"));
    let prs = world.ask(["prs"]);
    assert_eq!(numbers(&prs).len(), 120);
    assert_eq!((&row(&prs, 7)["state"], &row(&prs, 7)["title"]), (&json!("merged"), &json!("merged after all")));
    for request in hub.requests() {
        assert_eq!(request.url.path(), GRAPHQL);
        assert_eq!(request.headers["authorization"], "Bearer ghs_secret");
    }
}

#[test]
fn the_first_time_may_be_cut_short_and_deepened_later() {
    let (world, hub) = (World::new(), Hub::new().answering());
    (1..=120).for_each(|number| hub.add(pull(number, "CLOSED", number as i64)));
    let first = hub.synced(&world, &["--since", &at(100)]);
    assert_eq!((&first["requests"], &first["since"]), (&json!(1), &json!(at(100).replace("Z", ".000Z"))));
    assert!(world.run(["prs"]).to_string().contains("the forge was not asked for what did not change since"));
    assert_eq!(hub.synced(&world, &[])["requests"], 1, "what was left out stays out");
    let deeper = hub.synced(&world, &["--since", &at(0)]);
    assert_eq!((&deeper["requests"], &deeper["known"]), (&json!(3), &json!(120)));
}

#[test]
fn an_end_in_the_middle_loses_nothing() {
    let (world, hub) = (World::new(), Hub::new());
    (1..=120).for_each(|number| hub.add(pull(number, "CLOSED", number as i64)));
    // The first page is answered; then the server is gone for good.
    let pulls = Arc::clone(&hub.pulls);
    let once = move |request: &Request| {
        let asked: Value = request.body_json().unwrap();
        ResponseTemplate::new(200).set_body_json(answer(&mut pulls.lock().unwrap(), &asked, 4_000))
    };
    hub.mount(Mock::given(path(GRAPHQL)).respond_with(once).up_to_n_times(1));
    hub.mount(Mock::given(path(GRAPHQL)).respond_with(ResponseTemplate::new(401)).up_to_n_times(1));
    let cut = hub.sync(&world, &[]);
    assert_eq!(cut.code, Some(2), "{cut}");
    assert!(cut.stderr.contains("hint: 50 fetched ones are kept; run it again, and it goes on there"), "{cut}");
    let half = world.ask(["prs"]);
    assert_eq!((numbers(&half).len(), &half["source"]["is_partial"]), (50, &json!(true)));
    // Meanwhile one that was not read yet has changed: it is in front of the place where the reading goes on.
    hub.pulls.lock().unwrap().retain(|pull| pull["number"] != 3);
    hub.add(pull(3, "MERGED", 130));
    let hub = hub.answering();
    let end = hub.synced(&world, &[]);
    assert_eq!((&end["is_resumed"], &end["known"]), (&json!(true), &json!(120)));
    let whole = world.ask(["prs"]);
    assert_eq!(numbers(&whole), (1..=120).collect::<Vec<u64>>());
    assert_eq!((&row(&whole, 3)["state"], &whole["source"]["is_partial"]), (&json!("merged"), &json!(false)));
    let after: Vec<_> = hub.asked().iter().map(|asked| asked["variables"]["after"].clone()).collect();
    assert_eq!(after[2], after[1], "the page that failed is asked for again");
}

#[test]
fn open_ones_and_those_merged_lately_are_asked_for_again() {
    let (world, hub) = (World::new(), Hub::new().answering());
    hub.add(pull(1, "OPEN", 1));
    hub.add(pull(2, "MERGED", 2));
    hub.add(pull(3, "CLOSED", 3));
    (4..=60).for_each(|number| hub.add(pull(number, "CLOSED", 20 + number as i64)));
    hub.synced(&world, &[]);
    // A review that does not change `updatedAt`.
    let review =
        json!({ "state": "APPROVED", "submittedAt": at(2), "author": { "__typename": "User", "login": "bob" } });
    hub.pulls.lock().unwrap().iter_mut().find(|pull| pull["number"] == 1).unwrap()["reviews"]["nodes"] =
        json!([review]);
    let again = hub.synced(&world, &[]);
    assert_eq!(again["again"], 2, "number 1 and 2");
    assert_eq!(row(&world.ask(["prs"]), 1)["rounds"], 1);
    world.advance(40 * 86_400);
    assert_eq!(hub.synced(&world, &[])["again"], 1, "the merge is old, the other still open");
}

/// One pull request with everything that can happen to it.
fn eventful() -> Value {
    let by = |login: &str, kind: &str| json!({ "__typename": kind, "login": login });
    let review =
        |state: &str, minute: i64, who: Value| json!({ "state": state, "submittedAt": at(minute), "author": who });
    let commit = |digit: &str, minute: i64| json!({ "commit": { "oid": digit.repeat(40), "authoredDate": at(minute), "committedDate": at(minute) } });
    let mut eventful = pull(5, "MERGED", 100);
    eventful["title"] = json!("feat: everything\nat\u{1b}[31m once");
    eventful["body"] = json!("words nobody needs\r\nReverts o/r#2\r\nann@example.com");
    eventful["author"] = json!(null);
    eventful["commits"] = json!({ "totalCount": 2, "nodes": [commit("a", 5), commit("b", 50)] });
    eventful["last"] = json!({ "nodes": [{ "commit": { "statusCheckRollup": { "state": "FAILURE" } } }] });
    eventful["reviews"]["nodes"] = json!([
        review("COMMENTED", 15, by("ci", "Bot")),
        review("CHANGES_REQUESTED", 30, by("bob", "User")),
        null,
        review("APPROVED", 60, by("bob", "User")),
        review("PENDING", 61, by("eve", "User")),
    ]);
    eventful["timelineItems"]["nodes"] = json!([
        { "__typename": "ReadyForReviewEvent", "createdAt": at(20) },
        { "__typename": "HeadRefForcePushedEvent", "createdAt": at(49) },
    ]);
    eventful
}

#[test]
fn reviews_checks_and_times_are_told_and_no_word_of_the_text_is_kept() {
    let (world, hub) = (World::new(), Hub::new().answering());
    hub.add(eventful());
    hub.add(pull(2, "MERGED", 10));
    hub.synced(&world, &[]);
    let prs = world.ask(["prs", "--authors"]);
    let found = row(&prs, 5);
    let facts =
        ["state", "task", "first_review_ms", "merge_ms", "rounds", "commits_after_review", "force_pushes", "checks"];
    assert_eq!(
        facts.map(|name| found[name].clone()),
        [
            json!("merged"),
            json!("feat"),
            json!(600_000),
            json!(4_800_000),
            json!(2),
            json!(1),
            json!(1),
            json!("failed")
        ]
    );
    assert_eq!((&found["author"], &found["author_missing"]), (&json!(null), &json!("not_recorded")));
    assert_eq!(found["title"], "feat: everything at[31m once");
    assert_eq!(row(&prs, 2)["reverted_by"], 5);
    assert_eq!((&row(&prs, 2)["author"], &row(&world.ask(["prs"]), 2)["author"]), (&json!("ann"), &json!(null)));
    let bytes: Vec<u8> = std::fs::read_dir(world.path(".git/agent-trace"))
        .unwrap()
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    let stored = String::from_utf8_lossy(&bytes);
    assert!(stored.contains("feat: everything"));
    for secret in ["words nobody needs", "ann@example.com", "bob", "ghs_secret"] {
        assert!(!stored.contains(secret), "`{secret}` is in the database");
    }
}

#[test]
fn acceptance_and_money_of_a_forge() {
    let (world, hub) = (World::new(), Hub::new().answering());
    world.write("a.rs", "fn a() {}\n");
    world.commit("start");
    let work = |name: &str, number: u64, message: &str| {
        let session = world.claude(name);
        let text = format!("fn {name}() -> u8 {{\n    {number}\n}}\n");
        session.says("go on").writes(&format!("{name}.rs"), &text).commits(message).stops();
        world.git(["rev-parse", "HEAD"]).success().stdout.trim().to_owned()
    };
    let squashed = work("one", 1, "feat: one (#1)");
    let imported = work("two", 2, "two\n\nPull Request resolved: https://github.com/o/r/pull/2");
    let _ = world.git(["checkout", "--quiet", "-b", "rejected"]).success();
    let rejected = work("three", 3, "three");
    let mut pulls = [pull(1, "MERGED", 10), pull(2, "CLOSED", 20), pull(3, "CLOSED", 30), pull(4, "OPEN", 40)];
    pulls[0]["mergeCommit"] = json!({ "oid": squashed });
    let commit = |id: &str| json!({ "totalCount": 1, "nodes": [{ "commit": { "oid": id, "authoredDate": at(1), "committedDate": at(1) } }] });
    pulls[1]["commits"] = commit(&imported);
    pulls[2]["commits"] = commit(&rejected);
    pulls.into_iter().for_each(|pull| hub.add(pull));
    hub.synced(&world, &[]);
    let (prs, costs) = (world.ask(["prs"]), world.costs("pr"));
    let state = |number: u64| row(&prs, number)["state"].clone();
    assert_eq!([1, 2, 3, 4].map(state), ["merged", "landed", "closed", "open"].map(|name| json!(name)));
    assert_eq!(row(&prs, 1)["method"], "squash");
    for number in [1, 2, 3] {
        assert_eq!(row(&prs, number)["cost_nano_usd"].as_i64(), Some(costs.of_row(&format!("#{number}"))));
    }
    let outcome = &prs["outcome"];
    let acceptance = &outcome["acceptance"];
    assert_eq!((&acceptance["count"], &acceptance["of"]), (&json!(2), &json!(3)));
    assert!((acceptance["low"].as_f64().unwrap() - 0.2077).abs() < 1e-4, "{acceptance}");
    assert_eq!(outcome["wasted_nano_usd"], row(&prs, 3)["cost_nano_usd"]);
    let accepted = row(&prs, 1)["cost_nano_usd"].as_i64().unwrap() + row(&prs, 2)["cost_nano_usd"].as_i64().unwrap();
    assert_eq!(outcome["per_accepted_nano_usd"].as_i64(), Some(accepted / 2));
    assert_eq!(prs["no_pull_nano_usd"], 0);
    assert_data_eq!(
        world.run(["prs"]).to_string(),
        str![[r#"
pr  state   method             ended  cost $  sessions  agent lines    merge  rounds  title
────────────────────────────────────────────────────────────────────────────────────────────
#3  closed          2026-03-02 09:30  0.0168         1          1/4                0  pull 3
#2  landed          2026-03-02 09:20  0.0168         1          1/4  20m 00s       0  pull 2
#1  merged  squash  2026-03-02 09:10  0.0168         1          1/4  10m 00s       0  pull 1
#4  open                                   —         0                             0  pull 4

outcome
  4 pull requests: 1 open, 1 merged, 1 landed, 1 closed
  acceptance: 67 % (2 of 3; 95 %: 21 to 94 %)
  accepted as is: 50 % (1 of 2; 95 %: 9 to 91 %)
  merge time: median 20m 00s, nine of ten within 20m 00s (2 pull requests)
  per accepted: $0.0168 over 2 pull requests
  wasted: $0.0168

pull requests   $0.0505
no pull request   $0.00 (commits that no pull request brought)
unattributed      $0.00
total           $0.0505

not covered
  6 of 6 calls (100 %) have a placeholder for their output: the total is a floor
  1 of 4 commits have no session

what the words mean
  cost: shares of requests in the commits of a pull request, each commit in one only
  which one: its message's, else its merge's, else by the forge's lists: merged, open, closed
  landed: closed without a merge, but a commit of the default branch names it
  acceptance: merged and landed of all ended ones that the forge told of; 95 % by Wilson
  as is: accepted without a commit after the first review, or after it was ready
  review: from ready for review to the first words of a person other than the author
  merge: from ready for review to the merge
  rounds: reviews by people, those without a push between them counted once
  $ / accepted: agent cost of accepted ones by the number of those that have one
  wasted: agent cost of those that were closed or taken back
  model, agent: the one that cost most in a pull request, so that each counts once

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
    );
    assert_data_eq!(
        world.run(["prs", "--by", "state"]).to_string(),
        str![[r#"
state   prs  merged  closed             accepted  cost $  $ / accepted  wasted $  review    merge
─────────────────────────────────────────────────────────────────────────────────────────────────
closed    1       0       1      0 % of 1 (0–79)  0.0168             —    0.0168       —        —
landed    1       0       0  100 % of 1 (21–100)  0.0168        0.0168    0.0000       —  20m 00s
merged    1       1       0  100 % of 1 (21–100)  0.0168        0.0168    0.0000       —  10m 00s
open      1       0       0                    —       —             —    0.0000       —        —
(no room for: open, landed, reverted)

outcome
  4 pull requests: 1 open, 1 merged, 1 landed, 1 closed
  acceptance: 67 % (2 of 3; 95 %: 21 to 94 %)
  accepted as is: 50 % (1 of 2; 95 %: 9 to 91 %)
  merge time: median 20m 00s, nine of ten within 20m 00s (2 pull requests)
  per accepted: $0.0168 over 2 pull requests
  wasted: $0.0168

pull requests   $0.0505
no pull request   $0.00 (commits that no pull request brought)
unattributed      $0.00
total           $0.0505

not covered
  6 of 6 calls (100 %) have a placeholder for their output: the total is a floor
  1 of 4 commits have no session

what the words mean
  cost: shares of requests in the commits of a pull request, each commit in one only
  which one: its message's, else its merge's, else by the forge's lists: merged, open, closed
  landed: closed without a merge, but a commit of the default branch names it
  acceptance: merged and landed of all ended ones that the forge told of; 95 % by Wilson
  as is: accepted without a commit after the first review, or after it was ready
  review: from ready for review to the first words of a person other than the author
  merge: from ready for review to the merge
  rounds: reviews by people, those without a push between them counted once
  $ / accepted: agent cost of accepted ones by the number of those that have one
  wasted: agent cost of those that were closed or taken back
  model, agent: the one that cost most in a pull request, so that each counts once

API-equivalent, at the prices of 2026-11-21 (table 1)
[exit: 0]

"#]]
    );
    for by in ["task", "model", "agent", "state", "month"] {
        let groups = world.ask(["prs", "--by", by]);
        let sum = |name: &str| -> u64 {
            groups["groups"].as_array().unwrap().iter().map(|group| group["acceptance"][name].as_u64().unwrap()).sum()
        };
        assert_eq!((sum("count"), sum("of")), (2, 3), "{by}");
    }
}

#[test]
fn a_rebase_on_the_server_is_found_by_the_times_of_its_commits() {
    let (world, hub) = (World::new(), Hub::new().answering());
    world.write("a.rs", "fn a() {}\n");
    world.commit("start");
    let _ = world.git(["checkout", "--quiet", "-b", "topic"]).success();
    let session = world.claude("worker");
    session.says("b").writes("b.rs", "fn b() -> u8 {\n    1\n}\n").commits("b").stops();
    session.says("c").writes("c.rs", "fn c() -> u8 {\n    2\n}\n").commits("c").stops();
    let own = world.git(["log", "--reverse", "--format=%H %aI", "main..topic"]).success().stdout;
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    world.write("z.rs", "");
    world.commit("main goes on");
    let _ = world.git(["cherry-pick", "main..topic"]).success();
    let _ = world.git(["branch", "--quiet", "-D", "topic"]).success();
    let landed = world.git(["rev-parse", "HEAD"]).success().stdout.trim().to_owned();
    let commits: Vec<Value> = own
        .lines()
        .map(|line| {
            let (id, time) = line.split_once(' ').unwrap();
            json!({ "commit": { "oid": id, "authoredDate": time, "committedDate": time } })
        })
        .collect();
    let mut rebased = pull(9, "MERGED", 50);
    rebased["commits"] = json!({ "totalCount": 2, "nodes": commits });
    rebased["mergeCommit"] = json!({ "oid": landed });
    hub.add(rebased);
    hub.synced(&world, &[]);
    let prs = world.ask(["prs"]);
    assert_eq!((&row(&prs, 9)["method"], &row(&prs, 9)["commits"]), (&json!("rebase"), &json!(2)));
    let commits = world.costs("commit");
    assert_eq!(row(&prs, 9)["cost_nano_usd"].as_i64(), Some(commits.of_row("b") + commits.of_row("c")));
}

#[test]
fn a_number_that_is_no_pull_request_owns_nothing() {
    let (world, hub) = (World::new(), Hub::new().answering());
    let session = world.claude("worker");
    session.says("b").writes("b.rs", "fn b() -> u8 {\n    1\n}\n").commits("fix an issue (#3)").stops();
    assert_eq!(numbers(&world.ask(["prs"])), [3]);
    hub.add(pull(8, "CLOSED", 5));
    hub.synced(&world, &[]);
    let prs = world.ask(["prs"]);
    assert_eq!(numbers(&prs), [8], "3 is an issue, as the forge has no pull request of that number");
    assert!(prs["no_pull_nano_usd"].as_i64().unwrap() > 0);
}

#[test]
fn a_limit_ends_a_reading_with_the_time_to_go_on() {
    let (world, hub) = (World::new(), Hub::new());
    (1..=120).for_each(|number| hub.add(pull(number, "CLOSED", number as i64)));
    let pulls = Arc::clone(&hub.pulls);
    let nearly = move |request: &Request| {
        let asked: Value = request.body_json().unwrap();
        ResponseTemplate::new(200).insert_header("date", "Mon, 02 Mar 2026 09:40:00 GMT").set_body_json(answer(
            &mut pulls.lock().unwrap(),
            &asked,
            4,
        ))
    };
    hub.mount(Mock::given(path(GRAPHQL)).respond_with(nearly).up_to_n_times(1));
    let stopped = hub.sync(&world, &["--json"]);
    assert_eq!(stopped.code, Some(1), "{stopped}");
    let report = stopped.json();
    assert_eq!((&report["fetched"], &report["requests"]), (&json!(50), &json!(1)));
    assert!(report["stopped"].as_str().unwrap().ends_with("asks for a pause of 1200 s after too many requests"));
    assert!(report["resume_at"].is_string());
    let hub = hub.answering();
    assert_eq!(hub.synced(&world, &[])["known"], 120);
}

#[test]
fn every_way_of_saying_enough_is_understood() {
    let secondary = json!({ "message": "You have exceeded a secondary rate limit." });
    let limited = json!({ "data": null, "errors": [{ "type": "RATE_LIMITED", "message": "API rate limit exceeded" }] });
    for answer in [
        ResponseTemplate::new(403).insert_header("retry-after", "900").set_body_json(secondary),
        ResponseTemplate::new(429).insert_header("retry-after", "900"),
        ResponseTemplate::new(200).insert_header("retry-after", "900").set_body_json(limited),
    ] {
        let (world, hub) = (World::new(), Hub::new());
        hub.mount(Mock::given(path(GRAPHQL)).respond_with(answer));
        let stopped = hub.sync(&world, &[]);
        assert_eq!(stopped.code, Some(1), "{stopped}");
        assert!(stopped.stdout.contains("asks for a pause of 900 s"), "{stopped}");
        assert_eq!(hub.requests().len(), 1, "a long pause is not waited for");
    }
}

#[test]
fn failures_of_the_server_make_pages_smaller() {
    let (world, hub) = (World::new(), Hub::new());
    (1..=60).for_each(|number| hub.add(pull(number, "CLOSED", number as i64)));
    let too_much = |request: &Request| {
        let asked: Value = request.body_json().unwrap();
        asked["variables"]["size"].as_u64().is_some_and(|size| size > 20)
    };
    hub.mount(
        Mock::given(path(GRAPHQL))
            .and(too_much)
            .respond_with(ResponseTemplate::new(502).insert_header("retry-after", "0")),
    );
    let hub = hub.answering();
    let end = hub.synced(&world, &["--wait", "0"]);
    assert_eq!(end["known"], 60);
    let sizes: Vec<u64> = hub.asked().iter().map(|asked| asked["variables"]["size"].as_u64().unwrap()).collect();
    assert!(sizes.ends_with(&[13, 13, 13, 13, 13]), "{sizes:?}");
}

#[test]
fn refusals_say_what_to_do() {
    let error = |kind: &str| json!({ "data": { "repository": null }, "errors": [{ "type": kind, "message": "no such thing" }] });
    for (answer, words) in [
        (
            ResponseTemplate::new(401).set_body_json(json!({ "message": "Bad credentials" })),
            "the token is wrong or has expired",
        ),
        (ResponseTemplate::new(200).set_body_json(error("NOT_FOUND")), "answered 404 to GraphQL: no such thing"),
        (ResponseTemplate::new(200).set_body_json(error("FORBIDDEN")), "answered 403 to GraphQL: no such thing"),
        (ResponseTemplate::new(422).set_body_json(json!({ "message": "Unprocessable" })), "answered 422"),
        (ResponseTemplate::new(200).set_body_string("<html>"), "cannot be read"),
    ] {
        let (world, hub) = (World::new(), Hub::new());
        hub.mount(Mock::given(path(GRAPHQL)).respond_with(answer));
        let refused = hub.sync(&world, &[]);
        assert_eq!(refused.code, Some(2), "{refused}");
        assert!(refused.stderr.contains(words), "{words}: {refused}");
        assert!(!refused.to_string().contains("ghs_secret"));
    }
}

#[test]
fn what_the_token_may_not_see_of_checks_is_not_known() {
    let (world, hub) = (World::new(), Hub::new());
    let mut hidden = pull(1, "OPEN", 5);
    hidden["last"]["nodes"] = json!([null]);
    let list =
        json!({ "totalCount": 1, "pageInfo": { "hasNextPage": false, "endCursor": null }, "nodes": [hidden, null] });
    let forbidden = json!([{ "type": "FORBIDDEN", "message": "Resource not accessible by integration" }]);
    let body = json!({ "data": { "repository": { "pullRequests": list } }, "errors": forbidden });
    hub.mount(Mock::given(path(GRAPHQL)).respond_with(ResponseTemplate::new(200).set_body_json(body)));
    assert_eq!(hub.synced(&world, &[])["known"], 1);
    assert_eq!(row(&world.ask(["prs"]), 1)["checks"], json!(null));
}

#[test]
fn another_repository_takes_the_place_of_the_first() {
    let (world, hub) = (World::new(), Hub::new().answering());
    hub.add(pull(1, "CLOSED", 5));
    hub.synced(&world, &[]);
    hub.pulls.lock().unwrap().clear();
    hub.add(pull(2, "CLOSED", 6));
    let other = hub.synced(&world, &["--repo", "o/other"]);
    assert_eq!((&other["known"], &other["repository"]), (&json!(1), &json!("o/other")));
    assert_eq!(numbers(&world.ask(["prs"])), [2]);
}

/// The answers of REST about number 5, with tags.
fn rest(hub: &Hub) {
    let list = |what: &str| format!("{REST}/{what}");
    let user = |login: &str, kind: &str| json!({ "login": login, "type": kind });
    let one = json!({
        "number": 5, "state": "closed", "draft": false, "title": "rest", "body": "Reverts #4", "user": user("ann", "User"),
        "created_at": at(0), "updated_at": at(90), "merged_at": at(90), "closed_at": at(90),
        "base": { "ref": "main", "sha": "1".repeat(40) }, "head": { "ref": "t", "sha": "2".repeat(40) },
        "merge_commit_sha": "3".repeat(40), "additions": 7, "deletions": 1, "commits": 1, "labels": [{ "name": "bug" }],
    });
    let who = json!({ "name": "Ann", "email": "ann@example.com", "date": at(40) });
    let commits =
        json!([{ "sha": "2".repeat(40), "commit": { "author": who, "committer": who, "message": "secret words" } }]);
    let reviews =
        json!([{ "state": "APPROVED", "submitted_at": at(30), "user": user("bob", "User"), "body": "secret words" }]);
    let timeline =
        json!([{ "event": "ready_for_review", "created_at": at(10) }, { "event": "labeled", "created_at": at(11) }]);
    let runs = json!({ "check_runs": [{ "status": "completed", "conclusion": "success" }, { "status": "completed", "conclusion": "timed_out" }] });
    for (place, body) in [
        (list("pulls/5"), one),
        (list("pulls/5/commits"), commits),
        (list("pulls/5/reviews"), reviews),
        (list("issues/5/comments"), json!([])),
        (list("issues/5/timeline"), timeline),
        (list(&format!("commits/{}/status", "2".repeat(40))), json!({ "state": "pending", "total_count": 0 })),
        (list(&format!("commits/{}/check-runs", "2".repeat(40))), runs),
    ] {
        let same = Mock::given(method("GET")).and(path(place.clone())).and(header("if-none-match", "\"v1\""));
        hub.mount(same.respond_with(ResponseTemplate::new(304)));
        let fresh = ResponseTemplate::new(200).insert_header("etag", "\"v1\"").set_body_json(body);
        hub.mount(Mock::given(method("GET")).and(path(place)).respond_with(fresh));
    }
}

#[test]
fn one_is_asked_for_in_rest_and_its_answers_are_known_the_second_time() {
    let (world, hub) = (World::new(), Hub::new());
    rest(&hub);
    let first = hub.synced(&world, &["--pull", "5"]);
    assert_eq!((&first["fetched"], &first["requests"], &first["unchanged"]), (&json!(1), &json!(7), &json!(0)));
    let prs = world.ask(["prs"]);
    let found = row(&prs, 5);
    let facts = ["state", "task", "first_review_ms", "rounds", "commits_after_review", "checks"];
    assert_eq!(
        facts.map(|name| found[name].clone()),
        [json!("merged"), json!("fix"), json!(1_200_000), json!(1), json!(1), json!("failed")]
    );
    let second = hub.synced(&world, &["--pull", "5"]);
    assert_eq!((&second["requests"], &second["unchanged"]), (&json!(7), &json!(7)));
    assert_eq!(row(&world.ask(["prs"]), 5), found, "known answers say the same");
    let bytes = std::fs::read(world.path(".git/agent-trace/trace.db")).unwrap();
    for secret in ["secret words", "ann@example.com", "bob"] {
        assert!(!String::from_utf8_lossy(&bytes).contains(secret), "`{secret}` is in the database");
    }
    // Another token has to ask for itself.
    let api = format!("{}/api/v3", hub.server.uri());
    let variables = [("GITHUB_API_URL", api.as_str()), ("GITHUB_REPOSITORY", "o/r"), ("MINE", "other")];
    let third = world.ask_with(&["sync", "github", "--pull", "5", "--token-env", "MINE"], &variables);
    assert_eq!(third["unchanged"], 0);
}

#[test]
fn rest_alone_reads_the_list_too() {
    let (world, hub) = (World::new(), Hub::new());
    rest(&hub);
    hub.mount(
        Mock::given(method("GET"))
            .and(path(format!("{REST}/pulls")))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!([{ "number": 5 }, { "number": 6 }]))),
    );
    let end = hub.synced(&world, &["--rest"]);
    assert_eq!((&end["known"], &end["fetched"]), (&json!(1), &json!(1)), "6 is gone: 404");
    let asked = hub.requests();
    let list = asked.iter().find(|request| request.url.path() == format!("{REST}/pulls")).unwrap();
    assert_eq!(list.url.query(), Some("state=all&sort=updated&direction=desc&per_page=50&page=1"));
    assert!(asked.iter().all(|request| request.method == "GET"));
}

#[test]
fn a_pull_request_that_is_not_there_and_a_repository_that_moved() {
    let (world, hub) = (World::new(), Hub::new());
    let missing = hub.sync(&world, &["--pull", "77"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("`o/r` has no pull request 77"), "{missing}");
    rest(&hub);
    let moved = format!("{}{REST}/pulls/5", hub.server.uri());
    hub.mount(
        Mock::given(path("/api/v3/repos/old/r/pulls/5"))
            .respond_with(ResponseTemplate::new(301).insert_header("location", moved.as_str())),
    );
    for rest in ["pulls/5/commits", "pulls/5/reviews", "issues/5/comments", "issues/5/timeline"] {
        let to = format!("{}{REST}/{rest}", hub.server.uri());
        hub.mount(
            Mock::given(path(format!("/api/v3/repos/old/r/{rest}")))
                .respond_with(ResponseTemplate::new(301).insert_header("location", to.as_str())),
        );
    }
    assert_eq!(hub.synced(&world, &["--repo", "old/r", "--pull", "5"])["known"], 1);
}

#[test]
fn the_repository_is_that_of_a_remote_on_this_forge() {
    let (world, hub) = (World::new(), Hub::new().answering());
    let api = format!("{}/api/v3", hub.server.uri());
    let host = hub.server.address().ip().to_string();
    let variables = [("GITHUB_API_URL", api.as_str()), ("GITHUB_TOKEN", "x")];
    let lost = world.run_with(&["sync", "github"], &variables);
    assert_eq!(lost.code, Some(2));
    assert!(lost.stderr.contains("hint: name it: --repo OWNER/NAME"), "{lost}");
    let _ = world.git(["remote", "add", "origin", "https://elsewhere.example/a/b"]).success();
    assert_eq!(world.run_with(&["sync", "github"], &variables).code, Some(2));
    let _ = world
        .git_list(&world.path(""), &["remote", "add", "upstream", &format!("git@{host}:team/shop.git")], &[])
        .success();
    assert_eq!(world.ask_with(&["sync", "github"], &variables)["repository"], "team/shop");
    assert_eq!(hub.asked()[0]["variables"]["owner"], "team");
}
