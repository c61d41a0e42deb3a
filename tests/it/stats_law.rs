//! Lines counted by `stats` are those that git counts, whatever the history, and every line once.

use crate::harness::World;
use serde_json::Value;

/// What `git log --numstat` sums to, merges left out as git does.
fn git_added(world: &World, range: &str, paths: &[&str]) -> u64 {
    let mut git = world.command(std::path::Path::new("git"), &world.path(""));
    let output = git.args(["log", "--numstat", "--format=", range, "--"]).args(paths).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split('\t').next()?.parse::<u64>().ok()).sum()
}

/// The answer; what stands behind `--` comes last.
fn ask(world: &World, arguments: &[&str]) -> Value {
    world.run_args(&[&["stats", "--json"], arguments].concat()).success().json()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn classes(counts: &Value) -> u64 {
    ["agent", "human", "unknown"].iter().map(|class| number(&counts[class])).sum()
}

/// Every part of an answer against its whole, by every dimension.
#[track_caller]
fn assert_sums(world: &World, arguments: &[&str], expected: u64) {
    for by in ["class", "model", "session", "agent", "author", "commit", "directory", "file"] {
        let mut asked = vec!["--no-refresh", "--by", by, "-n", "2"];
        asked.extend(arguments);
        let stats = ask(world, &asked);
        let excluded: u64 = stats["excluded"].as_array().unwrap().iter().map(|part| number(&part["lines"])).sum();
        assert_eq!(classes(&stats["totals"]) + excluded, expected, "{asked:?}: {stats}");
        assert_eq!(stats["all_lines"], expected, "{asked:?}");
        let rows = stats["rows"].as_array().unwrap();
        assert!(rows.iter().all(|row| classes(row) == number(&row["lines"])), "{stats}");
        let listed: u64 = rows.iter().map(|row| number(&row["lines"])).sum();
        assert_eq!(listed + classes(&stats["not_listed"]), classes(&stats["totals"]), "{asked:?}");
    }
}

/// Commits of agents and people with everything that makes counting hard: a merge, renames, binaries, deleted files, a
/// file without line end, lock files, generated files, a commit to be ignored, commits before the first session.
fn world() -> World {
    let world = World::new();
    world.write(".gitattributes", "*.gen linguist-generated\n");
    world.write("old.txt", "long before any session\nand more\n");
    world.commit("old");
    world.advance(40 * 86_400);
    world.write("Cargo.lock", &"a package\n".repeat(20));
    world.write("src/schema.gen", &"generated\n".repeat(7));
    world.write("binary", "text\0with a zero\n");
    world.commit("start");
    world.install_hooks();
    world.advance(3_600);
    let session = world.claude("s1");
    session
        .says("write")
        .writes("src/a.rs", "fn one() {\n    first_of_agent();\n}\nfn last() { of_agent(); }\n")
        .stops();
    world.write("src/a.rs", &format!("// By hand.\n{}// No line end", world.read("src/a.rs")));
    commit(&world, "both");
    let _ = world.git(["switch", "--quiet", "--create", "side"]).success();
    session.says("more").writes("src/deep/er/b.rs", "fn second_of_agent() {}\nfn third_of_agent() {}\n").stops();
    commit(&world, "side");
    let _ = world.git(["switch", "--quiet", "main"]).success();
    let _ = world.git(["mv", "src/a.rs", "src/moved.rs"]).success();
    world.write("src/moved.rs", &format!("// A header of its own.\n{}", world.read("src/moved.rs")));
    commit(&world, "moved");
    let _ = world.git(["merge", "--quiet", "--no-edit", "side"]).success();
    world.write("old.txt", "long before\tany session\nand\tmore\n");
    commit(&world, "formatted");
    let formatted = world.git(["rev-parse", "HEAD"]).success().stdout;
    world.write(".git-blame-ignore-revs", &format!("# formatted\n{formatted}"));
    world.write("Cargo.lock", &"another package\n".repeat(5));
    std::fs::remove_file(world.path("binary")).unwrap();
    commit(&world, "last");
    let _ = world.run(["ingest"]).success();
    world
}

fn commit(world: &World, message: &str) {
    let _ = world.git(["add", "--all"]).success();
    let _ = world.git(["commit", "--quiet", "--message", message]).success();
    world.advance(60);
}

#[test]
fn the_added_lines_of_a_range_are_gits_and_each_is_in_one_part() {
    let world = world();
    for range in ["HEAD", "HEAD~2..HEAD", "HEAD~3..", "side", "HEAD~1^!", "side..main"] {
        assert_sums(&world, &[range], git_added(&world, range, &[]));
    }
    assert_sums(&world, &[], git_added(&world, "HEAD", &[]));
    assert_sums(&world, &["HEAD", "--", "src"], git_added(&world, "HEAD", &["src"]));
    assert_sums(
        &world,
        &["HEAD~3..", "--", "src/deep", "Cargo.lock"],
        git_added(&world, "HEAD~3..", &["src/deep", "Cargo.lock"]),
    );
    assert_sums(&world, &["--since", "2000-01-01", "--until", "2001-01-01"], 0);
}

#[test]
fn the_lines_of_files_are_those_of_blame() {
    let world = world();
    let lines = |path: &str| world.read(path).lines().count() as u64;
    assert_sums(&world, &["src"], lines("src/moved.rs") + lines("src/schema.gen") + lines("src/deep/er/b.rs"));
    assert_sums(&world, &["Cargo.lock", "old.txt"], lines("Cargo.lock") + lines("old.txt"));
    let stats = world.ask(["stats", "src/moved.rs"]);
    let blamed = world.ask(["blame", "src/moved.rs"]);
    for class in ["agent", "human", "unknown"] {
        assert_eq!(stats["totals"][class], blamed["totals"][class], "{class}");
    }
}

#[test]
fn what_nobody_writes_is_counted_apart_with_the_reason() {
    let world = world();
    let stats = world.ask(["stats", "HEAD"]);
    let part = |reason: &str| {
        let parts = stats["excluded"].as_array().unwrap();
        let part = parts.iter().find(|part| part["reason"] == reason).unwrap();
        ["lines", "files", "commits"].map(|key| number(&part[key]))
    };
    assert_eq!(part("ignored_revision"), [2, 1, 1]);
    assert_eq!(part("generated"), [7, 1, 1]);
    assert_eq!(part("lock_file"), [25, 1, 2]);
    assert_eq!(stats["uncounted_files"], 2);
    // What the repository says of a lock file goes before its name.
    world.write(".gitattributes", "Cargo.lock -linguist-generated\n");
    let stats = ask(&world, &["HEAD", "--", "Cargo.lock"]);
    assert_eq!((&stats["excluded"], &stats["all_lines"]), (&serde_json::json!([]), &25.into()));
}

#[test]
fn agents_and_people_are_counted_as_they_typed() {
    let world = world();
    let stats = ask(&world, &["side", "--", "src/a.rs", "src/deep"]);
    assert_eq!(stats["totals"], serde_json::json!({"agent": 6, "human": 2, "unknown": 0}));
    let by_session = world.ask(["stats", "side", "--by", "session"]);
    let session = &by_session["rows"].as_array().unwrap().iter().find(|row| row["agent"] == 6).unwrap()["key"];
    assert_eq!(session.as_str().unwrap(), world.claude("s1").session_id());
    let by_model = world.ask(["stats", "side", "--by", "model"]);
    assert!(by_model["rows"].as_array().unwrap().iter().any(|row| row["agent"] == 6 && row["key"].is_string()));
}
