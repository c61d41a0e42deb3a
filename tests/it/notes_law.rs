//! The law of notes: whatever git does to commits, the notes add up to the store's shares, every dollar once.
//!
//! The law is checked in two ways after every step: over the commits that can be reached, and over all notes there
//! are, those of commits that are gone included: that is what a clone with old branches sees.

use crate::books::database;
use crate::harness::World;
use agent_trace::notes::{Counter, Counters, Note, Record, Sum};
use agent_trace::noting::switch_on;
use std::collections::BTreeSet;
use std::fs;

const DAY: i64 = 86_400;
const HARBOUR: &str = "pub fn harbour_of(ship: &str) -> String {\n    format!(\"harbour of {ship}\")\n}\n";
const TIDES: &str = "pub fn tide_at(hour: u32) -> f64 {\n    (f64::from(hour) / 12.4).sin()\n}\n";
const WINDS: &str = "pub fn wind_of(day: u32) -> u32 {\n    day.wrapping_mul(7) % 360\n}\n";

/// A repository with one commit of a person, in which notes are written.
pub(crate) fn world() -> World {
    let world = World::new();
    world.write("README.md", "# Sails\n\nHow to sew sails.\n");
    world.commit("start");
    world.advance(DAY);
    switch_on(&world.path(".git")).unwrap();
    world
}

fn head(world: &World) -> String {
    world.git(["rev-parse", "HEAD"]).success().stdout.trim().to_owned()
}

/// The notes of the reference by commit, as git lists and shows them.
fn notes(world: &World) -> Vec<(String, Note)> {
    let listed = world.git(["notes", "--ref=agent-trace", "list"]);
    let listed = if listed.code == Some(0) { listed.stdout } else { String::new() };
    let read = |line: &str| {
        let (blob, commit) = line.split_once(' ').unwrap();
        let text = world.git(["cat-file", "blob", blob]).success().stdout;
        (commit.to_owned(), Note::parse(text.as_bytes()))
    };
    listed.lines().map(read).collect()
}

fn note(world: &World, commit: &str) -> Note {
    let found = notes(world).into_iter().find(|(id, _)| *id == commit);
    found.unwrap_or_else(|| panic!("{commit} has no note")).1
}

/// What the store's shares sum to: nano-USD, and tokens of the requests that have any.
fn shared(world: &World) -> (i64, Vec<u64>) {
    let money = "select coalesce(sum(nano_usd), 0) from shares";
    let tokens = "select coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), \
                  coalesce(sum(cache_read_tokens), 0), coalesce(sum(cache_write_5m_tokens), 0), count(*) \
                  from calls where message_id in (select message_id from shares)";
    let row = |statement: &str| world.run(["sql", statement, "--json"]).success().json()["rows"][0].clone();
    let tokens = row(tokens).as_array().unwrap().iter().map(|value| value.as_u64().unwrap()).collect();
    (row(money)[0].as_i64().unwrap(), tokens)
}

#[track_caller]
fn assert_equal(total: Counters, records: usize, (nano, tokens): &(i64, Vec<u64>), what: &str) {
    let order = [Counter::Input, Counter::Output, Counter::CacheRead, Counter::CacheWrite5m, Counter::Requests];
    assert_eq!(&order.map(|counter| total.get(counter)).to_vec(), tokens, "tokens of {what}");
    let missing = nano - total.get(Counter::MicroUsd) as i64 * 1_000;
    // Every record is rounded down to a whole micro-dollar.
    assert!((0..1_000 * records.max(1) as i64).contains(&missing), "{what}: {missing} nano-USD of {nano} are missing");
}

/// Reads everything and checks the law.
#[track_caller]
fn lawful(world: &World) -> Vec<(String, Note)> {
    let all = lawful_here(world);
    let everything = Sum::of(all.iter().map(|(_, note)| note));
    assert_equal(everything.total(), everything.usage().count(), &shared(world), "all notes");
    all
}

/// The same where work was thrown away: notes of commits that are gone still tell of it.
#[track_caller]
pub(crate) fn lawful_here(world: &World) -> Vec<(String, Note)> {
    let _ = world.run(["ingest"]).success();
    let (all, shared) = (notes(world), shared(world));
    let reachable = world.git(["rev-list", "--branches", "--tags", "--remotes", "HEAD"]).success().stdout;
    let reachable: BTreeSet<&str> = reachable.lines().collect();
    let seen = all.iter().filter(|(commit, _)| reachable.contains(commit.as_str())).map(|(_, note)| note);
    let seen = Sum::of(seen);
    assert_equal(seen.total(), seen.usage().count(), &shared, "commits that can be reached");
    assert!(all.iter().all(|(_, note)| note.bad.is_empty()));
    let before = world.git(["rev-parse", "refs/notes/agent-trace"]).stdout;
    let _ = world.run(["ingest"]).success();
    assert_eq!(world.git(["rev-parse", "refs/notes/agent-trace"]).stdout, before, "nothing new, so nothing written");
    all
}

fn harbour_and_tides(world: &World) -> (String, String) {
    let session = world.claude("sails");
    session.says("add harbours").writes("src/harbour.rs", HARBOUR).commits("harbour").stops();
    let first = head(world);
    session.says("now tides").runs_bash("ls src", "harbour.rs").writes("src/tides.rs", TIDES).commits("tides").stops();
    (first, head(world))
}

#[test]
fn without_being_asked_nothing_is_written() {
    let world = World::new();
    world.write("a.txt", "a\n");
    world.commit("start");
    world.claude("quiet").says("add harbours").writes("src/harbour.rs", HARBOUR).commits("harbour").stops();
    let answer = world.ask(["ingest"]);
    assert!(answer["notes"].is_null());
    let _ = world.git(["rev-parse", "--verify", "--quiet", "refs/notes/agent-trace"]).failure(1);
}

#[test]
fn a_commit_has_a_claim_and_its_usage_and_no_word_of_anybody() {
    let world = world();
    let session = world.claude("sails");
    session.says("add harbours").writes("src/harbour.rs", HARBOUR).commits("harbour").stops();
    assert_eq!(world.ask(["ingest"])["notes"], 1);
    lawful(&world);
    let text = world.git(["notes", "--ref=agent-trace", "show", "HEAD"]).success().stdout;
    // The lines of a file are named by its path, as in every tree of the commit.
    let (of_lines, lines): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("l1 "));
    assert!(of_lines.len() == 1 && of_lines[0].ends_with(" 1-3 src/harbour.rs"), "{text}");
    let text = lines.join("\n");
    let mark = lines[0].split(' ').nth(1).unwrap();
    assert_eq!(lines[0], format!("s1 {mark} claude-code produced lines printed-id"));
    assert!(lines[1].contains(&format!(" {mark} claude-code claude-sonnet-4-5-20250929 i=8 o=240 cr=24000 cw5=1600")));
    assert!(lines[1].contains(" req=2 us=16824 pv=20") && lines[1].contains(" bill=? t="), "{text}");
    assert_eq!(lines.len(), 2);
    for secret in [&session.session_id(), "harbour", "Ada", "example.com", "sails"] {
        assert!(!text.contains(secret), "`{secret}` is in the note");
    }
    let _ = world.git(["fsck", "--strict", "--no-dangling"]).success();
}

#[test]
fn counters_grow_in_one_line() {
    let world = world();
    let session = world.claude("sails");
    session.says("add harbours").writes("src/harbour.rs", HARBOUR).commits("harbour");
    lawful(&world);
    session.replies("it is done").stops();
    lawful(&world);
    let note = note(&world, &head(&world));
    let usage: Vec<_> = note.records.iter().filter(|record| matches!(record, Record::Usage(_))).collect();
    assert_eq!(usage.len(), 1, "{note:?}");
}

#[test]
fn amended_commits_count_once() {
    let world = world();
    let (_, second) = harbour_and_tides(&world);
    lawful(&world);
    let _ = world.git(["commit", "--quiet", "--amend", "--message", "other words"]).success();
    let all = lawful(&world);
    assert!(all.iter().any(|(commit, _)| *commit == second), "the old note stays");
    let session = world.claude("winds");
    session.says("winds too").writes("src/winds.rs", WINDS).stops();
    let _ = world.git(["add", "--all"]).success();
    let _ = world.git(["commit", "--quiet", "--amend", "--no-edit"]).success();
    lawful(&world);
    world.write("src/tides.rs", &TIDES.replace("12.4", "12.42"));
    let _ = world.git(["commit", "--quiet", "--all", "--amend", "--no-edit"]).success();
    lawful_here(&world); // One of four lines is too little for a link.
    world.write("src/tides.rs", TIDES);
    let _ = world.git(["commit", "--quiet", "--all", "--amend", "--no-edit"]).success();
    lawful(&world);
}

#[test]
fn rebased_commits_count_once() {
    let world = world();
    let _ = world.git(["checkout", "--quiet", "-b", "topic"]).success();
    let (first, second) = harbour_and_tides(&world);
    lawful(&world);
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    world.write("README.md", "# Sails\n\nHow to sew and mend sails.\n");
    world.commit("readme");
    let _ = world.git(["checkout", "--quiet", "topic"]).success();
    let _ = world.git(["rebase", "--quiet", "main"]).success();
    lawful(&world);
    let moved = note(&world, &head(&world));
    assert_eq!(moved.records, note(&world, &second).records, "the same slice under the same name");
    assert_ne!(moved, note(&world, &first));
}

#[test]
fn squashed_commits_count_once() {
    let world = world();
    let (first, second) = harbour_and_tides(&world);
    lawful(&world);
    let _ = world.git(["reset", "--quiet", "--soft", "HEAD~2"]).success();
    world.commit("harbour and tides");
    lawful(&world);
    let squashed = Sum::of([&note(&world, &head(&world))]);
    let parts = Sum::of([&note(&world, &first), &note(&world, &second)]);
    assert_eq!(squashed.total(), parts.total());
    assert_eq!(squashed.usage().count(), 2, "both parts under their own names");
}

#[test]
fn an_interactive_squash_with_more_in_it_counts_once() {
    let world = world();
    let _ = harbour_and_tides(&world);
    lawful(&world);
    let session = world.claude("winds");
    session.says("winds").writes("src/winds.rs", WINDS).stops();
    let _ = world.git(["add", "--all"]).success();
    let _ = world.git(["commit", "--quiet", "--fixup=HEAD~1"]).success();
    lawful(&world);
    let _ = world.git(["-c", "sequence.editor=:", "rebase", "--quiet", "-i", "--autosquash", "HEAD~3"]).success();
    lawful(&world);
}

#[test]
fn cherry_picked_commits_count_once_wherever_the_original_goes() {
    let world = world();
    let _ = world.git(["checkout", "--quiet", "-b", "topic"]).success();
    let (first, second) = harbour_and_tides(&world);
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    world.write("README.md", "# Sails\n\nHow to sew and mend sails.\n");
    world.commit("readme");
    let _ = world.git(["cherry-pick", &first, &second]).success();
    lawful(&world);
    assert_eq!(note(&world, &head(&world)).records, note(&world, &second).records);
    let _ = world.git(["branch", "--quiet", "-D", "topic"]).success();
    lawful(&world);
}

#[test]
fn a_squash_merge_counts_once_with_and_without_its_branch() {
    let world = world();
    let _ = world.git(["checkout", "--quiet", "-b", "topic"]).success();
    let _ = harbour_and_tides(&world);
    let _ = world.git(["checkout", "--quiet", "main"]).success();
    world.write("README.md", "# Sails\n\nHow to sew and mend sails.\n");
    world.commit("readme");
    let _ = world.git(["merge", "--quiet", "--squash", "topic"]).success();
    world.commit("topic (#1)");
    lawful(&world);
    let _ = world.git(["branch", "--quiet", "-D", "topic"]).success();
    lawful(&world);
    let total = Sum::of([&note(&world, &head(&world))]).total();
    assert_eq!(total.get(Counter::Requests), shared(&world).1[4], "the squash carries all of it");
}

#[test]
fn a_commit_that_is_split_counts_once() {
    let world = world();
    let session = world.claude("sails");
    session.says("both").writes("src/harbour.rs", HARBOUR).writes("src/tides.rs", TIDES).commits("both").stops();
    lawful(&world);
    let _ = world.git(["reset", "--quiet", "--mixed", "HEAD~1"]).success();
    let _ = world.git(["add", "src/harbour.rs"]).success();
    let _ = world.git(["commit", "--quiet", "--message", "harbour"]).success();
    world.commit("tides");
    lawful(&world);
}

#[test]
fn lines_that_land_later_move_money_and_the_notes_follow() {
    let world = world();
    let session = world.claude("sails");
    session.tokens(0, 0, 0, 0, 0).says("both").tokens(1_001, 77, 3, 5, 0);
    session.writes("src/both.rs", &format!("{HARBOUR}{TIDES}"));
    world.write("src/both.rs", HARBOUR);
    let first = world.commit("harbour");
    lawful(&world);
    let before = Sum::of([&note(&world, &first)]).total();
    world.write("src/both.rs", &format!("{HARBOUR}{TIDES}"));
    world.commit("tides");
    lawful(&world);
    let after = Sum::of([&note(&world, &first)]).total();
    assert!(after.get(Counter::Input) < before.get(Counter::Input), "half of it is the second commit's now");
}

#[test]
fn a_lost_database_doubles_nothing() {
    let world = world();
    let _ = world.git(["checkout", "--quiet", "-b", "topic"]).success();
    let _ = harbour_and_tides(&world);
    lawful(&world);
    let _ = world.git(["commit", "--quiet", "--amend", "--message", "other words"]).success();
    lawful(&world);
    let forget = || {
        let folder = database(&world).parent().unwrap().to_owned();
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.file_name().unwrap() != "notes.on" {
                fs::remove_file(entry).unwrap();
            }
        }
    };
    forget();
    lawful(&world);
    world.write("src/tides.rs", &format!("{TIDES}// kept short\n"));
    let _ = world.git(["commit", "--quiet", "--all", "--amend", "--no-edit"]).success();
    lawful(&world);
    forget();
    lawful(&world);
}

#[test]
fn what_others_wrote_stays_and_is_carried_along() {
    let world = world();
    let (_, second) = harbour_and_tides(&world);
    let theirs =
        "u1 00112233445566aa s_0123456789abcd codex gpt i=1 o=2 cr=3 cw5=4 cw1h=5 req=6 us=7 bill=api\nz9 new\nwords";
    let _ = world.git(["notes", "--ref=agent-trace", "add", "--message", theirs, &second]).success();
    let _ = world.run(["ingest"]).success();
    let _ = world.git(["commit", "--quiet", "--amend", "--message", "other words"]).success();
    let _ = world.run(["ingest"]).success();
    let carried = note(&world, &head(&world));
    let text = String::from_utf8(carried.render()).unwrap();
    assert!(text.contains("u1 00112233445566aa s_0123456789abcd codex gpt i=1") && text.contains("z9 new"), "{text}");
    assert!(String::from_utf8(note(&world, &second).render()).unwrap().contains("words\n"), "also what is no record");
}

#[test]
fn a_redacted_session_is_not_written_again() {
    let world = world();
    let _ = harbour_and_tides(&world);
    let all = lawful(&world);
    let mark = all[0].1.records.iter().find_map(Record::session).unwrap().to_string();
    for (commit, _) in &all {
        let redaction = format!("x1 {mark}");
        let _ = world.git(["notes", "--ref=agent-trace", "add", "-f", "--message", &redaction, commit]).success();
    }
    let _ = world.run(["ingest"]).success();
    world.claude("sails").says("winds").writes("src/winds.rs", WINDS).commits("winds").stops();
    let _ = world.run(["ingest"]).success();
    let all = notes(&world);
    assert_eq!(Sum::of(all.iter().map(|(_, note)| note)).usage().count(), 0, "{all:?}");
}

#[test]
fn what_a_careless_writer_overwrote_is_written_again() {
    let world = world();
    let _ = harbour_and_tides(&world);
    lawful(&world);
    let _ = world.git(["update-ref", "-d", "refs/notes/agent-trace"]).success();
    let _ = world.git(["notes", "--ref=agent-trace", "add", "--message", "mine", "HEAD~2"]).success();
    let _ = world.run(["ingest"]).success();
    assert_eq!(notes(&world).len(), 3);
    assert_eq!(world.git(["notes", "--ref=agent-trace", "show", "HEAD~2"]).success().stdout, "mine\n");
}
