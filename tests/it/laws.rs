//! Laws that hold for every history, tried on small generated ones.

use crate::books::database;
use crate::harness::{Claude, Costs, SubagentRows, World};
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Cases of a law; each is a day with real git and several databases.
const CASES: u32 = 4;

/// Seconds after which work that landed nowhere is no longer pending.
const PENDING_S: i64 = 14 * 86_400;

const DIMENSIONS: [&str; 12] =
    ["commit", "session", "turn", "model", "day", "week", "month", "branch", "author", "agent", "tool", "file"];
const CLASSES: [&str; 5] = ["input", "output", "cache_read", "cache_write_5m", "cache_write_1h"];

/// Something that happens in a generated day; the first number names a session.
#[derive(Debug, Clone)]
enum Step {
    Ask(usize),
    Look(usize),
    Edit(usize, u8),
    Commit(usize),
    PersonCommits,
    Delegate(usize),
    SwitchModel(usize, usize),
    Compact(usize),
    Rest(i64),
}

/// The last one has no price.
const MODELS: [&str; 4] =
    ["claude-opus-4-6", "claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929", "model-of-2031"];
const ROWS: [SubagentRows; 3] = [SubagentRows::Progress, SubagentRows::OwnFolder, SubagentRows::Beside];

fn step() -> impl Strategy<Value = Step> {
    let session = 0..ROWS.len();
    prop_oneof![
        3 => session.clone().prop_map(Step::Ask),
        2 => session.clone().prop_map(Step::Look),
        4 => (session.clone(), 0u8..3).prop_map(|(session, file)| Step::Edit(session, file)),
        2 => session.clone().prop_map(Step::Commit),
        1 => Just(Step::PersonCommits),
        1 => session.clone().prop_map(Step::Delegate),
        1 => (session.clone(), 0..MODELS.len()).prop_map(|(session, model)| Step::SwitchModel(session, model)),
        1 => session.prop_map(Step::Compact),
        1 => (1i64..40).prop_map(Step::Rest),
    ]
}

fn day() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 4..24)
}

/// Lives a day; the last thing is a session that repeats the first one's past.
fn live(steps: &[Step]) -> World {
    let world = World::new();
    world.write("README.md", "# Sails\n");
    world.commit("start");
    let sessions: Vec<Claude<'_>> = ROWS
        .into_iter()
        .enumerate()
        .map(|(index, rows)| world.claude(&format!("session-{index}")).subagents(rows))
        .collect();
    for (number, step) in steps.iter().enumerate() {
        take(&world, &sessions, number, step);
    }
    sessions[0].says("the end");
    let fork = world.claude("fork");
    fork.bytes(&fs::read(sessions[0].transcript()).unwrap()).says("or not?").replies("no").stops();
    drop(sessions);
    world
}

fn take(world: &World, sessions: &[Claude<'_>], number: usize, step: &Step) {
    match step {
        Step::Ask(session) => {
            let output = 10 + number as u64;
            sessions[*session].tokens(3, output, 9_001, 70, 11).says("go on").thinks("hm").replies("I do").stops();
        }
        Step::Look(session) => {
            sessions[*session].runs_bash("ls", "src");
        }
        Step::Edit(session, file) => edit(world, &sessions[*session], number, *file),
        Step::Commit(session) => {
            if is_dirty(world) {
                sessions[*session].commits(&format!("work {number}"));
            }
        }
        Step::PersonCommits => {
            world.commit(&format!("by hand {number}"));
        }
        Step::Delegate(session) => {
            let agent = sessions[*session].sends("Explore", "look around");
            agent.uses("Grep", json!({}), "found").finishes("that is all");
        }
        Step::SwitchModel(session, model) => {
            sessions[*session].switches_model(MODELS[*model]);
        }
        Step::Compact(session) => {
            sessions[*session].compacts();
        }
        Step::Rest(hours) => world.advance(hours * 3_600),
    }
}

/// A session rewrites a file with three more lines.
fn edit(world: &World, session: &Claude<'_>, number: usize, file: u8) {
    let path = format!("src/part_{file}.rs");
    let before = fs::read_to_string(world.path(&path)).unwrap_or_default();
    let added: String = (0..3).map(|line| format!("const VALUE_{number}_{line}: u32 = {number};\n")).collect();
    session.writes(&path, &format!("{before}{added}"));
}

fn is_dirty(world: &World) -> bool {
    !world.git(["status", "--porcelain"]).success().stdout.is_empty()
}

/// Every transcript below a folder, in the order of paths.
fn transcripts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { transcripts(&path) } else { vec![path] });
    let mut found: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")).collect();
    found.sort();
    found
}

fn forget(world: &World) {
    let _ = fs::remove_dir_all(world.path(".git/agent-trace"));
}

fn ingest(world: &World, files: &[PathBuf]) {
    let mut args = vec!["ingest"];
    args.extend(files.iter().map(|file| file.to_str().unwrap()));
    let _ = world.run_args(&args).success();
}

/// Every derived table, row by row, as it stands in the file.
#[expect(clippy::disallowed_methods, reason = "the test looks at the file itself")]
fn derived_tables(world: &World) -> Vec<String> {
    let connection = Connection::open(database(world)).unwrap();
    let mut all = Vec::new();
    let tables = ["turn", "ledger", "share", "link", "landed", "session_state", "evidence", "spend"];
    for table in tables.into_iter().chain(["line_commit", "line_file", "line_record"]) {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let width = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<rusqlite::types::Value> = (0..width).map(|column| row.get(column).unwrap()).collect();
            all.push(format!("{table} {values:?}"));
        }
    }
    all.sort_unstable();
    all
}

/// Makes the next ingest derive everything.
#[expect(clippy::disallowed_methods, reason = "no command forgets what was derived")]
fn forget_derivation(world: &World) {
    let connection = Connection::open(database(world)).unwrap();
    assert_eq!(connection.execute("DELETE FROM meta WHERE key = 'derived_state'", []).unwrap(), 1);
    for table in ["line_commit", "line_file", "line_record"] {
        let _ = connection.execute(&format!("DELETE FROM {table}"), []).unwrap();
    }
}

/// Everything that the database answers.
fn numbers(world: &World) -> Vec<Value> {
    [
        vec!["cost", "--by", "model"],
        vec!["cost", "--by", "commit"],
        vec!["cost", "--by", "turn"],
        vec!["sessions"],
        vec!["sql", "SELECT * FROM calls ORDER BY 1, 2"],
        vec!["sql", "SELECT * FROM links ORDER BY 1, 2"],
        vec!["sql", "SELECT * FROM turns ORDER BY 1, 2"],
    ]
    .iter()
    .map(|args| world.ask_with(&[&args[..], &["--no-refresh"]].concat(), &[]))
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_files_in_one_run_or_many_once_or_twice_gives_the_same_numbers(
        steps in day(),
        order in Just(()).prop_perturb(|(), mut random| (0..16).map(|_| random.next_u32()).collect::<Vec<_>>()),
    ) {
        let world = live(&steps);
        let files = transcripts(&world.transcripts_dir());
        ingest(&world, &files);
        let expected = numbers(&world);
        ingest(&world, &files);
        prop_assert_eq!(&numbers(&world), &expected, "twice");
        let mut shuffled: Vec<(u32, PathBuf)> = order.iter().copied().cycle().zip(files).collect();
        shuffled.sort();
        forget(&world);
        for (_, file) in &shuffled {
            ingest(&world, std::slice::from_ref(file));
        }
        prop_assert_eq!(&numbers(&world), &expected, "one by one in the order {:?}", shuffled);
        forget(&world);
        let _ = world.run(["ingest"]).success();
        prop_assert_eq!(&numbers(&world), &expected, "found by itself");
    }

    #[test]
    fn what_is_derived_bit_by_bit_is_what_is_derived_at_once(
        steps in day(),
        order in Just(()).prop_perturb(|(), mut random| (0..16).map(|_| random.next_u32()).collect::<Vec<_>>()),
    ) {
        let world = live(&steps);
        let mut files: Vec<(u32, PathBuf)> = order.iter().copied().cycle().zip(transcripts(&world.transcripts_dir())).collect();
        files.sort();
        let history = world.git(["rev-list", "HEAD"]).success().stdout;
        let history: Vec<&str> = history.lines().collect();
        for (number, file) in order.iter().zip(&files).map(|(number, (_, file))| (*number as usize, file)) {
            // Some of the history is not there yet, and some of the file.
            let _ = world.git(["update-ref", "HEAD", history[number % history.len()]]).success();
            let whole = fs::read(file).unwrap();
            fs::write(file, &whole[..whole.len() / (1 + number % 3)]).unwrap();
            ingest(&world, std::slice::from_ref(file));
            fs::write(file, &whole).unwrap();
            ingest(&world, std::slice::from_ref(file));
        }
        let _ = world.git(["update-ref", "HEAD", history[0]]).success();
        let _ = world.run(["ingest"]).success();
        let bit_by_bit = derived_tables(&world);
        forget_derivation(&world);
        let _ = world.run(["ingest"]).success();
        prop_assert_eq!(derived_tables(&world), bit_by_bit);
    }

    #[test]
    fn a_transcript_read_while_it_grows_is_the_whole_in_the_end(steps in day(), at in 0.0f64..1.0, which in 0usize..8) {
        let world = live(&steps);
        let files = transcripts(&world.transcripts_dir());
        let _ = world.run(["ingest"]).success();
        let expected = numbers(&world);
        forget(&world);
        let file = &files[which % files.len()];
        let whole = fs::read(file).unwrap();
        let cut = (whole.len() as f64 * at) as usize;
        fs::write(file, &whole[..cut]).unwrap();
        let _ = world.run(["ingest"]).success();
        fs::write(file, &whole).unwrap();
        let _ = world.run(["ingest"]).success();
        prop_assert_eq!(&numbers(&world), &expected, "{} cut at {}", file.display(), cut);
        prop_assert_eq!(&world.ask(["problems"])["rows"], &json!([]));
    }

    #[test]
    fn parts_sum_to_the_whole_by_every_dimension(steps in day()) {
        let world = live(&steps);
        let whole = world.costs("none");
        for by in DIMENSIONS {
            let costs = world.costs(by);
            prop_assert_eq!(costs.total(), whole.total(), "by {}", by);
            let first = Costs::of(world.ask_with(&["cost", "--by", by, "--limit", "1"], &[]));
            prop_assert_eq!(first.total(), whole.total(), "the first row by {}", by);
        }
    }

    #[test]
    fn sums_by_quarter_of_an_hour_are_sums_by_request(steps in day(), seconds in 0i64..20_000) {
        let world = live(&steps);
        // Somewhere in this day work grows too old to be pending.
        world.advance(PENDING_S - seconds);
        for by in ["model", "session", "none"] {
            let quarters = world.ask_with(&["cost", "--by", by], &[]);
            // No quarter begins at this instant, so requests are read; none is older.
            let requests = world.ask_with(&["cost", "--by", by, "--since", "2000-01-01T00:00:01Z"], &[]);
            let without_scope = |mut answer: Value| {
                let _ = answer.as_object_mut().unwrap().remove("scope");
                answer
            };
            prop_assert_eq!(without_scope(quarters), without_scope(requests), "by {}", by);
        }
    }

    #[test]
    fn totals_are_those_of_a_plain_loop_over_the_rows(steps in day()) {
        let world = live(&steps);
        let counted = plain_count(&world);
        let (mut listed, mut unpriced) = (BTreeMap::new(), 0);
        for row in world.costs("model").rows() {
            let sum: &mut Sum = listed.entry(row["key"]["id"].as_str().unwrap().to_owned()).or_default();
            sum.calls += row["calls"].as_u64().unwrap();
            for (index, class) in CLASSES.iter().enumerate() {
                sum.tokens[index] += row["tokens"][*class].as_u64().unwrap();
            }
            sum.cost += row["cost_nano_usd"].as_i64().unwrap_or(0);
            unpriced += row["unpriced_calls"].as_u64().unwrap();
        }
        prop_assert_eq!(&listed, &counted);
        let without_price = counted.get("model-of-2031").map_or(0, |sum| sum.calls);
        prop_assert_eq!(unpriced, without_price);
    }

    #[test]
    fn pieces_of_time_sum_to_all_of_it(steps in day(), cuts in prop::collection::btree_set(0i64..7_200, 1..4)) {
        let world = live(&steps);
        let whole = world.costs("none").total();
        // Minutes after the day began; only some are whole quarters of an hour.
        let instants: Vec<String> = cuts.iter().map(|minutes| instant(*minutes)).collect();
        for by in ["commit", "model", "none"] {
            let mut sum = 0;
            for piece in 0..=instants.len() {
                let mut args = vec!["cost", "--by", by, "--no-refresh"];
                if piece > 0 {
                    args.extend(["--since", &instants[piece - 1]]);
                }
                if piece < instants.len() {
                    args.extend(["--until", &instants[piece]]);
                }
                sum += Costs::of(world.ask_with(&args, &[])).total();
            }
            prop_assert_eq!(sum, whole, "by {} in pieces at {:?}", by, &instants);
        }
    }
}

/// An instant, in minutes after 2026-03-02T09:00:00Z.
fn instant(minutes: i64) -> String {
    let morning = chrono::DateTime::parse_from_rfc3339("2026-03-02T09:00:00Z").unwrap();
    (morning + chrono::Duration::minutes(minutes)).to_rfc3339()
}

/// Requests, tokens by class and nano-USD.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    calls: u64,
    tokens: [u64; 5],
    cost: i64,
}

/// One response: its model and its tokens by class.
type Response = (String, [u64; 5]);

/// The accounting rules once more, as a loop: a response is what its row with the most output says; the final
/// reply of a subagent counts where the subagent left no file.
fn plain_count(world: &World) -> BTreeMap<String, Sum> {
    let files = transcripts(&world.transcripts_dir());
    let rows = files.iter().flat_map(|file| {
        let text = fs::read_to_string(file).unwrap();
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
    });
    let rows: Vec<Value> = rows.collect();
    let with_file: BTreeSet<&str> =
        rows.iter().filter(|row| row["isSidechain"] == true).filter_map(|row| row["agentId"].as_str()).collect();
    let mut responses: BTreeMap<String, Response> = BTreeMap::new();
    let mut model_of_agent: BTreeMap<String, String> = BTreeMap::new();
    let mut finals: BTreeMap<String, [u64; 5]> = BTreeMap::new();
    for row in &rows {
        let in_progress = &row["data"]["message"]["message"];
        let message = if row["type"] == "assistant" { &row["message"] } else { in_progress };
        if let (Some(id), Some(model)) = (message["id"].as_str(), message["model"].as_str()) {
            let tokens = tokens_of(&message["usage"]);
            let known = responses.entry(id.to_owned()).or_insert_with(|| (model.to_owned(), tokens));
            known.1 = if tokens[1] > known.1[1] { tokens } else { known.1 };
            if let Some(agent) = row["data"]["agentId"].as_str() {
                model_of_agent.insert(agent.to_owned(), model.to_owned());
            }
        }
        let result = &row["toolUseResult"];
        if let Some(agent) = result["agentId"].as_str().filter(|agent| !with_file.contains(agent)) {
            finals.insert(agent.to_owned(), tokens_of(&result["usage"]));
        }
    }
    let finals = finals.into_iter().map(|(agent, tokens)| (model_of_agent[&agent].clone(), tokens));
    sums(world, responses.into_values().chain(finals))
}

fn tokens_of(usage: &Value) -> [u64; 5] {
    let writes = &usage["cache_creation"];
    [
        &usage["input_tokens"],
        &usage["output_tokens"],
        &usage["cache_read_input_tokens"],
        &writes["ephemeral_5m_input_tokens"],
        &writes["ephemeral_1h_input_tokens"],
    ]
    .map(|number| number.as_u64().unwrap())
}

fn sums(world: &World, responses: impl Iterator<Item = Response>) -> BTreeMap<String, Sum> {
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    let mut unit_prices: BTreeMap<String, [i64; 5]> = BTreeMap::new();
    for (model, tokens) in responses {
        let units = unit_prices.entry(model.clone()).or_insert_with(|| nano_prices(world, &model));
        let sum = sums.entry(model).or_default();
        sum.calls += 1;
        for class in 0..5 {
            sum.tokens[class] += tokens[class];
            sum.cost += tokens[class] as i64 * units[class];
        }
    }
    sums
}

/// Nano-USD a token by class, as `prices explain` says; nothing for a model without a price.
fn nano_prices(world: &World, model: &str) -> [i64; 5] {
    let classes = ["--input", "--output", "--cache-read", "--cache-write-5m", "--cache-write-1h"];
    classes.map(|class| {
        let mut args = vec!["prices", "explain", model, class, "1000000"];
        if class != "--input" {
            args.extend(["--input", "0"]);
        }
        let answer = world.run_args(&[&args[..], &["--json"]].concat()).json();
        answer["total_nano_usd"].as_i64().unwrap_or(0) / 1_000_000
    })
}
