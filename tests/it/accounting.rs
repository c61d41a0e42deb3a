//! From usage rows to dollars: one test or more for every rule of accounting, through the program.
//!
//! The prices behind the expected amounts stand beside them, per token in nano-USD: Sonnet 4.5 takes
//! 3,000 for input, 15,000 for output, 300 for a cache read, 3,750 and 6,000 for a 5-minute and a 1-hour write.

use crate::harness::{Claude, SubagentRows, World};
use serde_json::{Value, json};

const SONNET: &str = "claude-sonnet-4-5-20250929";
const OPUS: &str = "claude-opus-4-6";

/// One row of an assistant, with whatever the test wants to say of it.
struct Reply(Value);

impl Reply {
    fn new(id: &str, usage: Value) -> Reply {
        let message = json!({"id": id, "model": SONNET, "role": "assistant", "stop_reason": "end_turn", "usage": usage,
            "content": [{"type": "text", "text": "."}]});
        Reply(json!({"type": "assistant", "uuid": format!("row-{id}"), "requestId": format!("req_{id}"),
            "timestamp": "2026-03-02T09:30:00.000Z", "message": message}))
    }

    /// Sets a field of the row.
    fn row(mut self, field: &str, value: Value) -> Reply {
        self.0[field] = value;
        self
    }

    /// Sets a field of its message.
    fn message(mut self, field: &str, value: Value) -> Reply {
        self.0["message"][field] = value;
        self
    }

    fn model(self, model: &str) -> Reply {
        self.message("model", json!(model))
    }

    /// Writes the row into a session.
    fn to(mut self, session: &Claude<'_>, world: &World) {
        self.0["sessionId"] = json!(session.session_id());
        self.0["cwd"] = json!(world.path(""));
        let _ = session.row(self.0);
    }
}

/// Returns a world in which one session got these replies, in this order.
fn replied(replies: impl IntoIterator<Item = Reply>) -> World {
    let world = World::new();
    let session = world.claude("one");
    session.says("hello");
    replies.into_iter().for_each(|reply| reply.to(&session, &world));
    ingest(&world);
    world
}

fn ingest(world: &World) {
    let _ = world.run(["ingest"]).success();
}

fn sql(world: &World, statement: &str) -> Vec<Value> {
    world.ask(["sql", statement])["rows"].as_array().unwrap().clone()
}

/// Requests in order of their ids, with these columns.
fn calls(world: &World, columns: &str) -> Vec<Value> {
    sql(world, &format!("select {columns} from calls order by message_id"))
}

fn total(world: &World) -> i64 {
    world.costs("none").total()
}

fn usage(input: u64, output: u64) -> Value {
    json!({"input_tokens": input, "output_tokens": output})
}

// Rules 1 to 3: what a request is, which rows are the same one, which of them counts.

#[test]
fn of_many_rows_of_a_response_the_one_with_the_largest_output_counts() {
    let rows = |order: [u64; 3]| {
        let row = |(index, output): (usize, u64)| {
            Reply::new("msg_1", usage(10, output)).row("uuid", json!(format!("row-{index}")))
        };
        replied(order.into_iter().enumerate().map(row))
    };
    for order in [[1, 212, 30], [212, 1, 30], [30, 1, 212]] {
        let world = rows(order);
        assert_eq!(calls(&world, "input_tokens, output_tokens"), [json!([10, 212])], "{order:?}");
        assert_eq!(total(&world), 10 * 3_000 + 212 * 15_000);
    }
}

#[test]
fn between_rows_of_equal_output_the_final_and_then_the_larger_one_counts() {
    let partial = || Reply::new("msg_1", usage(900, 7)).message("stop_reason", json!(null));
    let last = || Reply::new("msg_1", usage(10, 7)).row("uuid", json!("row-2"));
    let larger = || Reply::new("msg_1", usage(11, 7)).row("uuid", json!("row-3"));
    for replies in [[partial(), last(), larger()], [larger(), last(), partial()]] {
        assert_eq!(calls(&replied(replies), "input_tokens, is_complete"), [json!([11, 1])]);
    }
}

#[test]
fn a_replay_under_another_session_and_request_id_counts_once() {
    let world = World::new();
    let (first, copy) = (world.claude("first"), world.claude("copy"));
    first.says("hello");
    Reply::new("msg_1", usage(10, 20)).to(&first, &world);
    world.advance(60);
    copy.says("hello");
    Reply::new("msg_1", usage(10, 20))
        .row("requestId", json!("req_other"))
        .row("uuid", json!("row-other"))
        .to(&copy, &world);
    ingest(&world);
    assert_eq!(calls(&world, "session_id"), [json!([first.session_id()])]);
    assert_eq!(total(&world), 10 * 3_000 + 20 * 15_000);
}

#[test]
fn without_a_message_id_the_request_id_tells_and_then_the_rows_own() {
    let anonymous = |request: Value, row: &str| {
        Reply::new("x", usage(1, 2)).message("id", json!(null)).row("requestId", request).row("uuid", json!(row))
    };
    let world = replied([
        anonymous(json!("req_1"), "row-1"),
        anonymous(json!("req_1"), "row-2"),
        anonymous(json!(null), "row-3"),
        anonymous(json!(null), "row-4"),
        anonymous(json!(null), "row-4"),
    ]);
    assert_eq!(calls(&world, "message_id"), [json!(["req_1"]), json!(["row-3"]), json!(["row-4"])]);
}

#[test]
fn a_tools_null_id_is_not_the_messages() {
    let content =
        json!([{"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"id": null, "command": "ls"}}]);
    let world = replied([Reply::new("msg_1", usage(1, 2)).message("content", content)]);
    assert_eq!(calls(&world, "message_id"), [json!(["msg_1"])]);
}

#[test]
fn a_subagents_final_reply_counts_once_wherever_its_rows_are() {
    let cost = |rows: SubagentRows| {
        let world = World::new();
        let session = world.claude("delegate").subagents(rows).with_stop_reasons();
        session.says("find it");
        session.sends("Explore", "find it").uses("Grep", json!({}), "hit").finishes("there");
        session.replies("done");
        ingest(&world);
        (total(&world), calls(&world, "1").len())
    };
    let (cost_in_progress, calls_in_progress) = cost(SubagentRows::Progress);
    assert_eq!(calls_in_progress, 4);
    assert_eq!(cost(SubagentRows::OwnFolder), (cost_in_progress, 4));
    assert_eq!(cost(SubagentRows::Beside), (cost_in_progress, 4));
}

// Rule 4: completeness.

#[test]
fn a_response_without_a_stop_reason_is_counted_and_marked_incomplete() {
    let open = |id: &str| Reply::new(id, usage(10, 1)).message("stop_reason", json!(null));
    let world = replied([open("msg_1"), open("msg_2"), Reply::new("msg_3", usage(10, 1))]);
    assert_eq!(calls(&world, "is_complete"), [json!([0]), json!([0]), json!([1])]);
    let books = world.ask(["cost", "--by", "none"]);
    assert_eq!(books["incomplete"], json!({"calls": 2, "of_calls": 3}));
    assert_eq!(books["total_nano_usd"], 3 * (10 * 3_000 + 15_000));
}

#[test]
fn one_row_with_a_stop_reason_makes_a_response_complete() {
    let partial = Reply::new("msg_1", usage(10, 90)).message("stop_reason", json!(null));
    let last = Reply::new("msg_1", usage(10, 7)).row("uuid", json!("row-2"));
    assert_eq!(calls(&replied([partial, last]), "output_tokens, is_complete"), [json!([90, 1])]);
}

// Rule 5: the client's own total.

fn cost_state(world: &World, session: &Claude<'_>, models: Value) {
    let _ = session.row(json!({"type": "cost-state", "sessionId": session.session_id(), "cwd": world.path(""),
        "timestamp": "2026-03-02T09:40:00.000Z", "modelUsage": models}));
}

fn with_cost_states(states: &[Value]) -> World {
    let world = World::new();
    let session = world.claude("one");
    session.says("hello");
    Reply::new("msg_1", usage(100, 200)).to(&session, &world);
    for state in states {
        cost_state(&world, &session, state.clone());
    }
    ingest(&world);
    world
}

#[test]
fn what_the_client_counted_beyond_its_rows_is_auxiliary_and_visible() {
    let world = with_cost_states(&[json!({
        SONNET: {"inputTokens": 150, "outputTokens": 210},
        "claude-haiku-4-5-20251001": {"inputTokens": 1_000, "outputTokens": 9},
    })]);
    let books = world.ask(["cost", "--by", "none"]);
    let (sonnet, haiku) = (50 * 3_000 + 10 * 15_000, 1_000 * 1_000 + 9 * 5_000);
    assert_eq!(books["total_nano_usd"], 100 * 3_000 + 200 * 15_000 + sonnet + haiku);
    let auxiliary: i64 =
        books["auxiliary"].as_array().unwrap().iter().filter_map(|one| one["cost_nano_usd"].as_i64()).sum();
    assert_eq!(auxiliary, sonnet + haiku);
}

#[test]
fn a_total_of_the_client_that_its_rows_explain_adds_nothing() {
    for state in [json!({SONNET: {"inputTokens": 100, "outputTokens": 200}}), json!({SONNET: {"inputTokens": 40}})] {
        let world = with_cost_states(&[state]);
        let books = world.ask(["cost", "--by", "none"]);
        assert_eq!(books["total_nano_usd"], 100 * 3_000 + 200 * 15_000);
        assert_eq!(books["auxiliary"], json!([]));
    }
}

#[test]
fn totals_of_the_client_grow_and_are_never_added_up() {
    let state = |input: u64| json!({SONNET: {"inputTokens": input, "outputTokens": 200}});
    for states in [[state(110), state(130), state(120)], [state(130), state(110), state(120)]] {
        assert_eq!(total(&with_cost_states(&states)), 130 * 3_000 + 200 * 15_000);
    }
}

// Rule 6: rows that the client made up.

#[test]
fn synthetic_and_api_error_rows_are_no_requests() {
    let world = replied([
        Reply::new("made-up", usage(1_000, 1_000)).model("<synthetic>"),
        Reply::new("msg_error", usage(1_000, 1_000)).row("isApiErrorMessage", json!(true)),
        Reply::new("msg_1", usage(1, 1)),
    ]);
    assert_eq!(calls(&world, "message_id"), [json!(["msg_1"])]);
}

// Rule 7: cache writes.

#[test]
fn five_minute_and_one_hour_writes_have_their_own_prices_and_the_rest_is_five_minutes() {
    let write = |id: &str, total: u64, five: u64, hour: u64| {
        let split = json!({"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour});
        Reply::new(id, json!({"cache_creation_input_tokens": total, "cache_creation": split, "output_tokens": 0}))
    };
    let unsplit = Reply::new("msg_4", json!({"cache_creation_input_tokens": 100, "output_tokens": 0}));
    let world = replied([
        write("msg_1", 100, 100, 0),
        write("msg_2", 100, 0, 100),
        write("msg_3", 100, 0, 0),
        unsplit,
        write("msg_5", 100, 10, 20),
    ]);
    let expected = [(100, 0, 375_000), (0, 100, 600_000), (100, 0, 375_000), (100, 0, 375_000), (80, 20, 420_000)];
    let rows = calls(&world, "cache_write_5m_tokens, cache_write_1h_tokens, cost_nano_usd");
    assert_eq!(rows, expected.map(|row| json!(row)));
}

// Rule 8: context tiers.

#[test]
fn above_the_models_threshold_every_token_of_the_request_takes_the_higher_rate() {
    let prompt = |id: &str, input: u64| {
        let usage = json!({"input_tokens": input, "cache_read_input_tokens": 100_000, "output_tokens": 10});
        Reply::new(id, usage).model("claude-sonnet-4-20250514")
    };
    let world = replied([prompt("msg_1", 100_000), prompt("msg_2", 100_001)]);
    let below = 100_000 * 3_000 + 100_000 * 300 + 10 * 15_000;
    let above = 100_001 * 6_000 + 100_000 * 600 + 10 * 22_500;
    assert_eq!(calls(&world, "cost_nano_usd"), [json!([below]), json!([above])]);
}

// Rule 9: modifiers and searches.

#[test]
fn fast_requests_requests_kept_in_the_us_and_batches_have_their_factors() {
    let reply = |id: &str, field: &str, value: &str| {
        let mut usage = usage(1_000, 100);
        usage[field] = json!(value);
        Reply::new(id, usage).model(OPUS)
    };
    let world = replied([
        reply("msg_1", "speed", "standard"),
        reply("msg_2", "speed", "fast"),
        reply("msg_3", "inference_geo", "us"),
        reply("msg_4", "service_tier", "batch"),
        reply("msg_5", "inference_geo", "not_available"),
    ]);
    let plain: i64 = 1_000 * 5_000 + 100 * 25_000;
    let expected = [plain, plain * 6, plain * 11 / 10, plain / 2, plain];
    assert_eq!(calls(&world, "cost_nano_usd"), expected.map(|cost| json!([cost])));
}

#[test]
fn web_searches_cost_a_cent_each_and_fetches_nothing() {
    let mut usage = usage(0, 10);
    usage["server_tool_use"] = json!({"web_search_requests": 3, "web_fetch_requests": 5});
    let world = replied([Reply::new("msg_1", usage)]);
    assert_eq!(calls(&world, "web_searches, cost_nano_usd"), [json!([3, 3 * 10_000_000 + 10 * 15_000])]);
}

// Rule 10: iterations.

#[test]
fn compactions_and_advice_are_billed_beside_a_response_with_their_own_model() {
    let mut usage = usage(10, 20);
    usage["iterations"] = json!([
        {"type": "message", "input_tokens": 10, "output_tokens": 20},
        {"type": "compaction", "input_tokens": 100, "output_tokens": 5},
        {"type": "advisor_message", "model": OPUS, "input_tokens": 7, "output_tokens": 1},
    ]);
    let world = replied([Reply::new("msg_1", usage)]);
    let rows = calls(&world, "model, input_tokens, cost_nano_usd, turn");
    let expected = [
        json!([SONNET, 10, 10 * 3_000 + 20 * 15_000, 1]),
        json!([SONNET, 100, 100 * 3_000 + 5 * 15_000, 1]),
        json!([OPUS, 7, 7 * 5_000 + 25_000, 1]),
    ];
    assert_eq!(rows, expected);
}

// Rules 11 and 12: names of models, and the client's own figure.

#[test]
fn prefixes_dates_and_suffixes_of_a_models_name_do_not_matter() {
    let names = ["anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5@20250929", "claude-sonnet-4-5[1m]"];
    let replies = names.iter().enumerate().map(|(at, name)| Reply::new(&format!("msg_{at}"), usage(10, 1)).model(name));
    assert_eq!(calls(&replied(replies), "cost_nano_usd"), [json!([45_000]), json!([45_000]), json!([45_000])]);
}

#[test]
fn a_model_without_a_price_costs_null_and_is_named() {
    let world = replied([Reply::new("msg_1", usage(10, 20)).model("claude-opus-99"), Reply::new("msg_2", usage(1, 0))]);
    assert_eq!(calls(&world, "cost_nano_usd"), [json!([null]), json!([3_000])]);
    let books = world.ask(["cost", "--by", "none"]);
    assert_eq!(books["total_nano_usd"], 3_000);
    let unpriced = &books["unpriced"][0];
    assert_eq!((&unpriced["model"], &unpriced["calls"]), (&json!("claude-opus-99"), &json!(1)));
    assert_eq!((&unpriced["tokens"]["input"], &unpriced["tokens"]["output"]), (&json!(10), &json!(20)));
}

#[test]
fn the_clients_own_dollars_are_used_only_where_there_is_no_price() {
    let world = replied([
        Reply::new("msg_1", usage(10, 20)).row("costUSD", json!(9.5)),
        Reply::new("msg_2", usage(10, 20)).row("costUSD", json!(0.25)).model("claude-opus-99"),
    ]);
    assert_eq!(calls(&world, "cost_nano_usd"), [json!([330_000]), json!([250_000_000])]);
    assert_eq!(world.ask(["cost", "--by", "none"])["unpriced"], json!([]));
}

// Rule 13: dated prices.

#[test]
fn a_request_takes_the_price_of_its_day() {
    let world = World::new();
    let session = world.claude("one");
    session.says("hello");
    for (id, at) in [
        ("msg_1", "2026-02-28T23:59:59.999Z"),
        ("msg_2", "2026-03-01T00:00:00.000Z"),
        ("msg_3", "2026-03-02T00:00:00.000Z"),
    ] {
        Reply::new(id, usage(100, 0)).row("timestamp", json!(at)).model("house-model").to(&session, &world);
    }
    let prices = "model,valid_from,valid_to,input,output\nhouse-model,,2026-02-28,1,1\nhouse-model,2026-03-01,2026-03-01,2,1\nhouse-model,2026-03-02,,4,1\n";
    std::fs::create_dir_all(world.path(".git/agent-trace")).unwrap();
    world.write(".git/agent-trace/prices.csv", prices);
    ingest(&world);
    assert_eq!(calls(&world, "cost_nano_usd"), [json!([100_000]), json!([200_000]), json!([400_000])]);
}

#[test]
fn prices_of_ones_own_reprice_what_was_read_before() {
    let world = replied([Reply::new("msg_1", usage(100, 0)).model("house-model")]);
    assert_eq!(calls(&world, "cost_nano_usd"), [json!([null])]);
    world.write(".git/agent-trace/prices.csv", "model,input,output\nhouse-model,1,1\n");
    assert_eq!(total(&world), 100_000);
    world.write(".git/agent-trace/prices.csv", "model,input,output\nhouse-model,3,1\n");
    assert_eq!(total(&world), 300_000);
}
