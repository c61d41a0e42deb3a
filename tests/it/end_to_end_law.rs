//! The law of landings: whatever lands by whichever button in whatever order, what notes and books say stays the same.

use crate::end_to_end_landings::{own_cost, settles, told, world};
use crate::harness::{Server, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

/// What is done to the file of a pull request by each of its commits: by an agent, or by a person; the text is made anew.
#[derive(Debug, Clone)]
struct Pull {
    commits: Vec<(bool, Vec<u8>)>,
    button: u8,
}

fn pulls() -> impl Strategy<Value = Vec<Pull>> {
    let commit = (prop::bool::weighted(0.75), prop::collection::vec(0u8..9, 2..7));
    let pull = (prop::collection::vec(commit, 1..4), 0u8..4).prop_map(|(commits, button)| Pull { commits, button });
    prop::collection::vec(pull, 1..4)
}

fn text(number: usize, words: &[u8], step: usize) -> String {
    let line = |(at, word): (usize, &u8)| {
        format!("let word_{number}_{at} = made_of({word}); // {}\n", step * usize::from(*word % 2))
    };
    words.iter().enumerate().map(line).collect()
}

/// A branch with the commits of a pull request, all in one file.
fn works(world: &World, server: &Server<'_>, number: usize, pull: &Pull) {
    let (branch, path) = (format!("topic-{number}"), format!("src/topic_{number}.rs"));
    let _ = world.git(["switch", "--quiet", "--create", &branch, "main"]).success();
    for (step, (is_agent, words)) in pull.commits.iter().enumerate() {
        let (text, title) = (text(number, words, step + 1), format!("step {step} of {number}"));
        match is_agent {
            true => {
                let session = world.claude(&format!("session-{number}-{}", step % 2));
                session.tokens(100_000 + 1_000 * step as u64, 2_000, 7_000, 500, 0);
                session.says(&title).writes(&path, &text).commits(&title).stops();
            }
            false => {
                world.write(&path, &text);
                world.commit(&title);
            }
        }
    }
    let _ = world.run(["ingest"]).success();
    let _ = world.git(["push", "--quiet", "origin", &branch]).success();
    server.sees(number as u64, &branch);
    let _ = world.git(["switch", "--quiet", "main"]).success();
}

fn lands(server: &Server<'_>, number: u64, button: u8) {
    match button {
        0 => drop(server.squashes(number, &format!("Topic (#{number})"))),
        1 => server.rebases(number),
        2 => server.merges(number),
        _ => server.imports(number, &format!("Topic {number}"), &format!("BUILD.{number}"), "imported = true\n"),
    }
}

/// Every record of a note is rounded down to a whole micro-dollar.
#[track_caller]
fn assert_near(notes: i64, books: i64, pulls: &[Pull], settled: &Value) {
    let records = 2 * pulls.iter().map(|pull| pull.commits.len() as i64).sum::<i64>();
    assert!((0..=1_000 * records).contains(&(books - notes)), "{notes} of {books}; {pulls:?} {settled:#}");
}

fn holds(pulls: &[Pull]) {
    let world = world();
    let server = Server::of(&world);
    pulls.iter().enumerate().for_each(|(index, pull)| works(&world, &server, index + 1, pull));
    let (cost, base) = (own_cost(&world), server.id("main"));
    for (index, pull) in pulls.iter().enumerate() {
        lands(&server, index as u64 + 1, pull.button);
        server.deletes(&format!("topic-{}", index + 1));
    }
    let settled = settles(&world, &server, &base, &[]);
    let sum =
        || told(&world, &server, "asking", &base, &server.id("main"))["total"]["cost_nano_usd"].as_i64().unwrap_or(0);
    let landed = sum();
    assert_near(landed, cost, pulls, &settled);
    assert_eq!(settles(&world, &server, &base, &[])["notes_changed"], 0, "{pulls:?}");
    // And at home, with the branches and without.
    let _ = world.run(["notes", "fetch", "origin"]).success();
    let _ = world.git(["pull", "--quiet", "--ff-only", "--prune", "origin", "main"]).success();
    for is_gone in [false, true] {
        for number in (1..=pulls.len()).filter(|_| is_gone) {
            let _ = world.git(["branch", "--quiet", "-D", &format!("topic-{number}")]).success();
        }
        let _ = world.run(["ingest"]).success();
        assert_eq!(own_cost(&world), cost, "the branches are gone: {is_gone}; {pulls:?} {settled:#}");
        let reachable = world.ask(["notes", "verify"])["reachable_nano_usd"].as_i64().unwrap();
        assert_near(reachable, cost, pulls, &settled);
    }
    let _ = world.run(["notes", "push", "origin"]).success();
    assert_eq!(sum(), landed, "{pulls:?}");
}

#[test]
fn whatever_lands_costs_what_it_cost() {
    let config = Config { cases: 4, max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    runner
        .run(&pulls(), |pulls| {
            holds(&pulls);
            Ok(())
        })
        .unwrap();
}
