//! What goes over the wire to a forge, and what its bad days do to us.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent_trace::forge::{
    CommentId, Forge, ForgeError, Head, Key, Outcome, Patience, Posting, PullNumber, Site, State, Token, connect, post,
};
use agent_trace::report::{CommentAction as Action, CommentBehavior as Behavior, ForgeKind as Kind};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wiremock::matchers::{header, method, path, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const US: &str = "github-actions[bot]";
pub(crate) const LIST: &str = "/api/v3/repos/o/r/issues/7/comments";
pub(crate) const SECRET: &str = "ghs_secret";

/// Pauses are short and requests are given up late: nothing here measures time.
const PATIENCE: Patience = Patience {
    pauses: Duration::from_secs(60),
    request: Duration::from_secs(60),
    first_pause: Duration::from_millis(1),
    between_writes: Duration::from_millis(1),
    tries: 4,
};

/// A server at a path of its own, as an enterprise's GitHub is.
pub(crate) struct Wire {
    runtime: Runtime,
    pub(crate) server: MockServer,
    comments: Arc<Mutex<Vec<Value>>>,
}

impl Wire {
    pub(crate) fn new() -> Wire {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = runtime.block_on(MockServer::start());
        Wire { runtime, server, comments: Arc::default() }
    }

    /// A GitHub that keeps comments; what a test mounts before comes first.
    pub(crate) fn github(self) -> Wire {
        let state = || Arc::clone(&self.comments);
        let (list, create, update, delete) = (state(), state(), state(), state());
        let base = self.server.uri();
        self.mount(
            Mock::given(method("GET"))
                .and(path(LIST))
                .respond_with(move |request: &Request| page(&list.lock().unwrap(), request, &base)),
        );
        self.mount(Mock::given(method("POST")).and(path(LIST)).respond_with(move |request: &Request| {
            ResponseTemplate::new(201).set_body_json(add(&create, US, &body_of(request)))
        }));
        let one = || path_regex("^/api/v3/repos/o/r/issues/comments/[0-9]+$");
        self.mount(Mock::given(method("PATCH")).and(one()).respond_with(move |request: &Request| {
            let mut comments = update.lock().unwrap();
            let Some(found) = comments.iter_mut().find(|comment| comment["id"] == id_of(request)) else {
                return ResponseTemplate::new(404).set_body_json(json!({ "message": "Not Found" }));
            };
            found["body"] = body_of(request).into();
            ResponseTemplate::new(200).set_body_json(&*found)
        }));
        self.mount(Mock::given(method("DELETE")).and(one()).respond_with(move |request: &Request| {
            delete.lock().unwrap().retain(|comment| comment["id"] != id_of(request));
            ResponseTemplate::new(204)
        }));
        let viewer = json!({ "data": { "viewer": { "login": US } } });
        self.mount(
            Mock::given(method("POST"))
                .and(path("/api/graphql"))
                .respond_with(ResponseTemplate::new(200).set_body_json(viewer)),
        );
        self
    }

    pub(crate) fn mount(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.server));
    }

    fn add(&self, author: &str, body: &str) {
        add(&self.comments, author, body);
    }

    fn site(&self, kind: Kind, api: &str, repository: &str) -> Site {
        let url = format!("{}{api}", self.server.uri());
        let named = ["GITHUB_API_URL", "CI_API_V4_URL"];
        Site::read(Some(kind), Some(repository), &|name| named.contains(&name).then(|| url.clone())).unwrap()
    }

    fn forge(&self) -> Box<dyn Forge> {
        connect(&self.site(Kind::GitHub, "/api/v3", "o/r"), &Token::new("X", SECRET).unwrap(), PATIENCE).unwrap()
    }

    fn post(&self, rank: u64, text: &str) -> Result<Outcome, ForgeError> {
        run(&*self.forge(), rank, text, Behavior::Update)
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        let comments = self.comments.lock().unwrap();
        comments.iter().map(|comment| comment["body"].as_str().unwrap().to_owned()).collect()
    }

    /// Methods and paths in the order in which they came.
    pub(crate) fn asked(&self) -> Vec<String> {
        let line = |request: &Request| format!("{} {}", request.method, request.url.path());
        self.requests().iter().map(line).collect()
    }

    fn requests(&self) -> Vec<Request> {
        self.runtime.block_on(self.server.received_requests()).unwrap()
    }

    fn count(&self, verb: &str) -> usize {
        self.asked().iter().filter(|line| line.starts_with(verb)).count()
    }
}

fn run(forge: &dyn Forge, rank: u64, text: &str, behavior: Behavior) -> Result<Outcome, ForgeError> {
    let state = State { head: String::new(), rank };
    let (key, micro_usd, author) = (Key::default(), Some(4_870_000), None);
    post(
        forge,
        &Posting { pull: PullNumber(7), key, state, micro_usd, text, behavior, author, is_ancestor: &|_, _| None },
    )
}

fn add(comments: &Mutex<Vec<Value>>, author: &str, body: &str) -> Value {
    let mut comments = comments.lock().unwrap();
    let id = comments.len() + 1;
    let url = format!("https://github.example/o/r/pull/7#issuecomment-{id}");
    comments.push(json!({
        "id": id, "node_id": format!("IC_{id}"), "html_url": url, "body": body, "user": { "login": author },
    }));
    comments.last().unwrap().clone()
}

fn body_of(request: &Request) -> String {
    request.body_json::<Value>().unwrap()["body"].as_str().unwrap().to_owned()
}

fn id_of(request: &Request) -> u64 {
    request.url.path().rsplit('/').next().unwrap().parse().unwrap()
}

fn query(request: &Request, name: &str) -> usize {
    let found = request.url.query_pairs().find(|(key, _)| key == name);
    found.map_or(1, |(_, value)| value.parse().unwrap())
}

fn page(comments: &[Value], request: &Request, base: &str) -> ResponseTemplate {
    let (page, size) = (query(request, "page"), query(request, "per_page"));
    let rows: Vec<Value> = comments.iter().skip((page - 1) * size).take(size).cloned().collect();
    let answer = ResponseTemplate::new(200).set_body_json(rows);
    if comments.len() <= page * size {
        return answer;
    }
    let next = format!("<{base}{LIST}?per_page={size}&page={}>; rel=\"next\"", page + 1);
    answer.insert_header("link", next.as_str())
}

fn failing(status: u16, times: u64, verb: &str) -> Mock {
    let answer =
        ResponseTemplate::new(status).set_body_json(json!({ "message": "no", "errors": ["body is too long"] }));
    Mock::given(method(verb)).and(path(LIST)).respond_with(answer).up_to_n_times(times)
}

#[test]
fn our_comment_is_found_on_the_third_page() {
    let wire = Wire::new().github();
    wire.post(1, "first").unwrap();
    let ours = wire.comments.lock().unwrap().pop().unwrap();
    (0..220).for_each(|number| wire.add("somebody", &format!("comment {number}")));
    wire.add(US, ours["body"].as_str().unwrap());
    let outcome = wire.post(2, "second").unwrap();
    assert_eq!(outcome.action, Action::Updated);
    assert_eq!(outcome.url.as_deref(), Some("https://github.example/o/r/pull/7#issuecomment-221"));
    assert!(wire.bodies()[220].ends_with("second"), "{}", wire.bodies()[220]);
    assert_eq!((wire.count("POST /api/v3"), wire.count("PATCH")), (1, 1));
    let pages: Vec<_> = wire.requests().iter().map(|request| query(request, "page")).collect();
    assert!(pages.contains(&3) && !pages.contains(&4), "{pages:?}");
}

#[test]
fn an_enterprise_server_is_asked_at_its_own_paths() {
    let wire = Wire::new().github();
    wire.post(1, "first").unwrap();
    wire.post(2, "second").unwrap();
    let (list, comment) = (format!("GET {LIST}"), "PATCH /api/v3/repos/o/r/issues/comments/1".to_owned());
    let first = [list.clone(), format!("POST {LIST}"), list.clone()];
    let second = [list, "POST /api/graphql".to_owned(), comment];
    assert_eq!(wire.asked(), [first, second].concat());
    for request in wire.requests() {
        assert_eq!(request.headers["authorization"], format!("Bearer {SECRET}"));
        assert_eq!(request.headers["x-github-api-version"], "2022-11-28");
    }
}

#[test]
fn a_token_without_the_permission_is_no_failure() {
    let wire = Wire::new();
    let refusal = json!({ "message": "Resource not accessible by integration" });
    let answer = ResponseTemplate::new(403).insert_header("x-ratelimit-remaining", "999").set_body_json(refusal);
    wire.mount(Mock::given(method("POST")).and(path(LIST)).respond_with(answer));
    let wire = wire.github();
    let outcome = wire.post(1, "text").unwrap();
    assert_eq!(outcome.action, Action::Forbidden);
    let said = outcome.trouble.unwrap().to_string();
    assert!(
        said.ends_with(
            "answered 403 to POST /api/v3/repos/o/r/issues/7/comments: Resource not accessible by integration"
        )
    );
    assert!(!said.contains(SECRET));
    assert_eq!(wire.count("POST"), 1);
}

#[test]
fn an_unknown_pull_request_is_said() {
    let wire = Wire::new();
    let error = wire.post(1, "text").unwrap_err();
    assert!(error.is_not_found() && error.hint().is_some(), "{error}");
    assert_eq!(wire.asked(), [format!("GET {LIST}")]);
}

#[test]
fn a_comment_that_was_deleted_meanwhile_is_written_anew() {
    let wire = Wire::new().github();
    wire.post(1, "first").unwrap();
    let ours = wire.comments.lock().unwrap().clone();
    let stale = Wire::new();
    let list = ResponseTemplate::new(200).set_body_json(ours);
    stale.mount(Mock::given(method("GET")).and(path(LIST)).respond_with(list).up_to_n_times(1));
    let stale = stale.github();
    assert_eq!(stale.post(2, "second").unwrap().action, Action::Created);
    assert_eq!(stale.bodies().len(), 1);
    assert_eq!((stale.count("PATCH"), stale.count(&format!("POST {LIST}"))), (1, 1));
}

#[test]
fn a_text_that_is_refused_is_sent_once() {
    let wire = Wire::new();
    wire.mount(failing(422, 9, "POST"));
    let wire = wire.github();
    let error = wire.post(1, "text").unwrap_err();
    assert!(error.to_string().ends_with(r#": no ["body is too long"]"#), "{error}");
    assert_eq!(wire.count("POST"), 1);
}

#[test]
fn reading_survives_failures_and_short_limits() {
    for status in [500, 502, 503, 429] {
        let wire = Wire::new();
        let answer = ResponseTemplate::new(status).insert_header("retry-after", "0");
        wire.mount(Mock::given(method("GET")).and(path(LIST)).respond_with(answer).up_to_n_times(3));
        let wire = wire.github();
        assert_eq!(wire.post(1, "text").unwrap().action, Action::Created, "{status}");
        assert_eq!(wire.count("GET"), 5);
    }
    let wire = Wire::new();
    wire.mount(failing(500, 9, "GET"));
    assert!(wire.post(1, "text").is_err());
    assert_eq!(wire.count("GET"), 4, "and then it is enough");
}

#[test]
fn a_long_limit_is_not_waited_for() {
    let wire = Wire::new();
    let answer = ResponseTemplate::new(403).insert_header("retry-after", "3600");
    wire.mount(Mock::given(method("GET")).and(path(LIST)).respond_with(answer));
    let error = wire.post(1, "text").unwrap_err();
    assert!(error.to_string().ends_with("asks for a pause of 3600 s after too many requests"), "{error}");
    assert_eq!(wire.asked().len(), 1);
}

#[test]
fn an_hour_used_up_is_not_waited_for() {
    let wire = Wire::new();
    let answer = ResponseTemplate::new(403)
        .insert_header("x-ratelimit-remaining", "0")
        .insert_header("x-ratelimit-reset", "1767229200")
        .insert_header("date", "Thu, 01 Jan 2026 00:10:00 GMT");
    wire.mount(Mock::given(method("GET")).and(path(LIST)).respond_with(answer));
    let error = wire.post(1, "text").unwrap_err();
    assert!(matches!(error, ForgeError::Limited { pause, .. } if pause.as_secs() == 3001), "{error}");
}

#[test]
fn a_limit_on_writing_is_waited_for_and_the_comments_are_read_again() {
    let wire = Wire::new();
    let secondary = json!({ "message": "You have exceeded a secondary rate limit." });
    let answer = ResponseTemplate::new(403).insert_header("retry-after", "0").set_body_json(secondary);
    wire.mount(Mock::given(method("POST")).and(path(LIST)).respond_with(answer).up_to_n_times(1));
    let wire = wire.github();
    assert_eq!(wire.post(1, "text").unwrap().action, Action::Created);
    let (list, create) = (format!("GET {LIST}"), format!("POST {LIST}"));
    assert_eq!(wire.asked(), [list.clone(), create.clone(), list.clone(), create, list]);
}

#[test]
fn a_comment_whose_answer_was_lost_is_not_written_twice() {
    let wire = Wire::new();
    let comments = Arc::clone(&wire.comments);
    let lost = Mock::given(method("POST")).and(path(LIST)).respond_with_err(move |request: &Request| {
        add(&comments, US, &body_of(request));
        std::io::Error::from(std::io::ErrorKind::ConnectionReset)
    });
    wire.mount(lost);
    let wire = wire.github();
    assert_eq!(wire.post(1, "text").unwrap().action, Action::Created);
    assert_eq!(wire.bodies().len(), 1);
    assert_eq!(wire.count(&format!("POST {LIST}")), 1);
}

#[test]
fn a_gateway_that_fails_before_or_after_storing_leaves_one_comment() {
    for is_stored in [true, false] {
        let wire = Wire::new();
        let comments = Arc::clone(&wire.comments);
        let answer = move |request: &Request| {
            if is_stored {
                add(&comments, US, &body_of(request));
            }
            ResponseTemplate::new(502)
        };
        wire.mount(Mock::given(method("POST")).and(path(LIST)).respond_with(answer).up_to_n_times(1));
        let wire = wire.github();
        assert_eq!(wire.post(1, "text").unwrap().action, Action::Created);
        assert_eq!(wire.bodies().len(), 1, "{is_stored}");
        assert_eq!(wire.count(&format!("POST {LIST}")), if is_stored { 1 } else { 2 });
    }
}

#[test]
fn a_list_that_did_not_change_is_not_sent_again() {
    let wire = Wire::new();
    let same = Mock::given(method("GET")).and(path(LIST)).and(header("if-none-match", "\"one\""));
    wire.mount(same.respond_with(ResponseTemplate::new(304)));
    let list = ResponseTemplate::new(200).insert_header("etag", "\"one\"").set_body_json(json!([]));
    wire.mount(Mock::given(method("GET")).and(path(LIST)).respond_with(list));
    wire.mount(failing(502, 1, "POST"));
    let wire = wire.github();
    assert_eq!(wire.post(1, "text").unwrap().action, Action::Created);
    let tags: Vec<bool> = wire.requests().iter().map(|request| request.headers.contains_key("if-none-match")).collect();
    assert_eq!(tags, [false, false, true, false, true], "list, create, list, create, list");
}

#[test]
fn an_older_run_changes_nothing() {
    let wire = Wire::new().github();
    wire.post(5, "newer").unwrap();
    let before = wire.bodies();
    let outcome = wire.post(4, "older").unwrap();
    assert_eq!((outcome.action, wire.bodies()), (Action::Outdated, before));
    assert!(outcome.url.unwrap().ends_with("#issuecomment-1"));
}

#[test]
fn a_marker_of_somebody_else_or_in_a_quote_is_never_touched() {
    let wire = Wire::new().github();
    wire.post(9, "theirs").unwrap();
    let ours = wire.bodies()[0].clone();
    wire.comments.lock().unwrap().clear();
    wire.add("mallory", &ours);
    wire.add(US, &format!("> {ours}"));
    wire.add("github-actions", &ours);
    let before = wire.bodies();
    assert_eq!(wire.post(1, "text").unwrap().action, Action::Created);
    assert_eq!(wire.bodies()[..3], before);
    assert_eq!((wire.count("PATCH"), wire.count("DELETE")), (0, 0));
}

#[test]
fn hiding_goes_through_graphql() {
    let wire = Wire::new().github();
    let forge = wire.forge();
    run(&*forge, 1, "first", Behavior::HideAndNew).unwrap();
    let outcome = run(&*forge, 2, "second", Behavior::HideAndNew).unwrap();
    assert_eq!((outcome.action, outcome.retired), (Action::Created, 1));
    let requests = wire.requests();
    let hide: Value = requests.last().unwrap().body_json().unwrap();
    assert!(hide["query"].as_str().unwrap().contains("classifier: OUTDATED"));
    assert_eq!(hide["variables"], json!({ "id": "IC_1" }));
}

#[test]
fn a_comment_that_github_calls_minimized_is_left_alone() {
    let wire = Wire::new().github();
    wire.post(1, "first").unwrap();
    wire.comments.lock().unwrap()[0]["minimized"] = json!({ "reason": "outdated" });
    assert_eq!(wire.post(2, "second").unwrap().action, Action::Created);
    wire.comments.lock().unwrap()[0]["minimized"] = Value::Null;
    assert_eq!(wire.post(3, "third").unwrap().retired, 1);
}

#[test]
fn a_server_without_graphql_is_asked_for_the_user() {
    let wire = Wire::new();
    wire.mount(
        Mock::given(method("GET"))
            .and(path("/api/v3/user"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "login": "me" }))),
    );
    assert_eq!(wire.forge().viewer().unwrap(), "me");
    let error = Wire::new().forge().viewer().unwrap_err();
    assert!(matches!(error, ForgeError::Nameless { .. }), "{error}");
}

#[test]
fn the_token_follows_no_redirect_to_another_host() {
    let elsewhere = Wire::new().github();
    let wire = Wire::new();
    let away = format!("{}{LIST}", elsewhere.server.uri());
    let answer = ResponseTemplate::new(301).insert_header("location", away.as_str());
    wire.mount(Mock::given(method("GET")).and(path(LIST)).respond_with(answer));
    assert!(wire.post(1, "text").unwrap_err().to_string().contains("answered 301"));
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
}

#[test]
fn a_renamed_repository_is_followed_on_its_host() {
    let wire = Wire::new();
    let new = format!("{}/api/v3/repositories/1/issues/7/comments", wire.server.uri());
    let moved = ResponseTemplate::new(307).insert_header("location", new.as_str());
    wire.mount(Mock::given(path(LIST)).respond_with(moved));
    let there = || path("/api/v3/repositories/1/issues/7/comments");
    wire.mount(
        Mock::given(method("GET")).and(there()).respond_with(ResponseTemplate::new(200).set_body_json(json!([]))),
    );
    let comments = Arc::clone(&wire.comments);
    wire.mount(Mock::given(method("POST")).and(there()).respond_with(move |request: &Request| {
        ResponseTemplate::new(201).set_body_json(add(&comments, US, &body_of(request)))
    }));
    assert_eq!(wire.post(1, "text").unwrap().action, Action::Created);
    assert_eq!(wire.bodies().len(), 1);
}

#[test]
fn the_pull_request_of_a_fork_is_found_by_its_branch() {
    const SHA: &str = "3f2a91c04d1e77aa77aa77aa77aa77aa77aa77aa";
    let wire = Wire::new();
    let pull =
        |number: u64, state: &str, sha: &str| json!({ "number": number, "state": state, "head": { "sha": sha } });
    let answer = |pulls: Value| ResponseTemplate::new(200).set_body_json(pulls);
    let by_commit = format!("/api/v3/repos/o/r/commits/{SHA}/pulls");
    wire.mount(Mock::given(path(by_commit)).respond_with(answer(json!([pull(1, "closed", SHA)]))));
    let pulls = json!([pull(2, "open", "aaaa"), pull(3, "open", SHA)]);
    wire.mount(Mock::given(path("/api/v3/repos/o/r/pulls")).respond_with(answer(pulls)));
    let head = Head { commit: SHA.into(), branch: Some(("f".into(), "fix&state=all".into())), repository: None };
    assert_eq!(wire.forge().pulls_of(&head).unwrap(), [PullNumber(3)]);
    let last = wire.requests().pop().unwrap();
    assert_eq!(last.url.query(), Some("state=open&head=f%3Afix%26state%3Dall&per_page=100&page=1"));
    let of_another = Head { repository: Some("f/r".into()), ..head };
    assert_eq!(wire.forge().pulls_of(&of_another).unwrap(), [], "that head is in no repository that is known");
}

#[test]
fn gitlab_has_notes_of_merge_requests() {
    let wire = Wire::new();
    let notes = "/api/v4/projects/g%2Fsub%2Fr/merge_requests/7/notes";
    let note = |id: u64, author: &str, system: bool, body: &str| json!({ "id": id, "system": system, "body": body, "author": { "username": author } });
    let site = wire.site(Kind::GitLab, "/api/v4", "g/sub/r");
    let forge = |name: &str| connect(&site, &Token::new(name, SECRET).unwrap(), PATIENCE).unwrap();
    let created = note(3, "bot", false, "");
    let answer = ResponseTemplate::new(201).set_body_json(created);
    wire.mount(Mock::given(method("POST")).and(path(notes)).respond_with(answer));
    let body = forge("CI_JOB_TOKEN").create(PullNumber(7), "text\n/close").unwrap();
    assert_eq!(body.id, CommentId(3));
    let sent = wire.requests().pop().unwrap();
    assert_eq!((&sent.headers["job-token"], body_of(&sent).as_str()), (&SECRET.parse().unwrap(), "text\n&#47;close"));
    assert!(!sent.headers.contains_key("authorization"));

    let first =
        ResponseTemplate::new(200).insert_header("x-next-page", "2").set_body_json(json!([note(1, "x", true, "a")]));
    wire.mount(Mock::given(method("GET")).and(path(notes)).respond_with(first).up_to_n_times(1));
    let second =
        ResponseTemplate::new(200).insert_header("x-next-page", "").set_body_json(json!([note(2, "bot", false, "b")]));
    wire.mount(Mock::given(method("GET")).and(path(notes)).respond_with(second));
    let listed = forge("GITLAB_TOKEN").comments(PullNumber(7)).unwrap();
    assert_eq!(listed.iter().map(|one| (one.id.0, one.body.as_str())).collect::<Vec<_>>(), [(2, "b")]);
    let changed = ResponseTemplate::new(200).set_body_json(note(2, "bot", false, "c"));
    wire.mount(Mock::given(method("PUT")).and(path(format!("{notes}/2"))).respond_with(changed));
    assert_eq!(forge("GITLAB_TOKEN").update(PullNumber(7), CommentId(2), "c").unwrap().body, "c");
    assert!(!forge("GITLAB_TOKEN").can_hide());
    forge("GITLAB_TOKEN").delete(PullNumber(7), CommentId(9)).unwrap();
    assert_eq!(wire.requests().pop().unwrap().headers["authorization"], format!("Bearer {SECRET}"));
}

#[test]
fn gitea_updates_where_github_would_hide() {
    let wire = Wire::new();
    let list = "/api/v1/repos/o/r/issues/7/comments";
    let state = Arc::clone(&wire.comments);
    wire.mount(
        Mock::given(method("GET"))
            .and(path(list))
            .respond_with(move |_: &Request| ResponseTemplate::new(200).set_body_json(&*state.lock().unwrap())),
    );
    let state = Arc::clone(&wire.comments);
    wire.mount(Mock::given(method("POST")).and(path(list)).respond_with(move |request: &Request| {
        ResponseTemplate::new(201).set_body_json(add(&state, "bot", &body_of(request)))
    }));
    let answer = ResponseTemplate::new(200).set_body_json(json!({ "login": "bot" }));
    wire.mount(Mock::given(path("/api/v1/user")).respond_with(answer));
    let answer = ResponseTemplate::new(200).set_body_json(json!({ "id": 1, "body": "x" }));
    wire.mount(Mock::given(method("PATCH")).and(path("/api/v1/repos/o/r/issues/comments/1")).respond_with(answer));
    let site = wire.site(Kind::Gitea, "/api/v1", "o/r");
    let forge = connect(&site, &Token::new("X", SECRET).unwrap(), PATIENCE).unwrap();
    assert_eq!(run(&*forge, 1, "first", Behavior::HideAndNew).unwrap().action, Action::Created);
    assert_eq!(run(&*forge, 2, "second", Behavior::HideAndNew).unwrap().action, Action::Updated);
    assert_eq!((wire.count("POST"), wire.count("PATCH")), (1, 1));
    assert_eq!(forge.pulls_of(&Head { commit: "a".repeat(40), ..Head::default() }).unwrap(), []);
}

/// A proxy that makes tunnels for whoever knows the password, one after another; returns its port and what it was asked.
fn proxy() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, asked) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
    let told = Arc::clone(&asked);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let told = Arc::clone(&told);
            std::thread::spawn(move || tunnel(client, &told));
        }
    });
    (port, asked)
}

fn tunnel(mut client: std::net::TcpStream, told: &Mutex<Vec<String>>) -> Option<()> {
    use std::io::{Read as _, Write as _};
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    told.lock().unwrap().push(head.clone());
    let place = head.strip_prefix("CONNECT ")?.split(' ').next()?;
    if !head.to_ascii_lowercase().contains("proxy-authorization: basic dtpw") {
        return client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").ok();
    }
    let mut server = std::net::TcpStream::connect(place).ok()?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    let (mut from, mut to) = (client.try_clone().ok()?, server.try_clone().ok()?);
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    std::io::copy(&mut server, &mut client).ok().map(drop)
}

#[test]
fn a_proxy_is_asked_for_a_tunnel_unless_the_forge_is_excepted() {
    let wire = Wire::new().github();
    let (port, asked) = proxy();
    let forge = |way: &str, except: &str| {
        let value = |name: &str| match name {
            "GITHUB_API_URL" => Some(format!("{}/api/v3", wire.server.uri())),
            "http_proxy" => Some(way.to_owned()),
            "no_proxy" => Some(except.to_owned()),
            _ => None,
        };
        let site = Site::read(Some(Kind::GitHub), Some("o/r"), &value).unwrap();
        connect(&site, &Token::new("X", SECRET).unwrap(), Patience { tries: 1, ..PATIENCE }).unwrap()
    };
    let way = format!("http://u:p@127.0.0.1:{port}");
    assert_eq!(run(&*forge(&way, ""), 1, "text", Behavior::Update).unwrap().action, Action::Created);
    assert_eq!(wire.bodies().len(), 1);
    assert!(wire.requests().iter().all(|request| request.headers["authorization"] == format!("Bearer {SECRET}")));
    let heads = asked.lock().unwrap().clone();
    assert!(!heads.is_empty() && heads.iter().all(|head| head.starts_with("CONNECT ") && !head.contains(SECRET)));
    assert_eq!(forge(&way, "x,127.0.0.1").comments(PullNumber(7)).unwrap().len(), 1);
    assert_eq!(asked.lock().unwrap().len(), heads.len(), "an excepted forge is asked directly");
    let refused = forge(&format!("http://u:wrong@127.0.0.1:{port}"), "").comments(PullNumber(7)).unwrap_err();
    assert!(matches!(refused, ForgeError::NoAnswer { .. }) && !format!("{refused:?}").contains("wrong"), "{refused:?}");
}
