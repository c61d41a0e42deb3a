//! Git is the oracle of `blame`: the same lines, whatever the options, and git's own bytes in its porcelain.

use std::collections::{BTreeMap, HashMap};

use crate::harness::World;

/// A file with everything that makes blame hard: moved, re-indented, renamed, CR LF, copied, not yet committed lines.
fn world() -> World {
    let world = World::new();
    world.write("src/one.rs", "fn first() {\n    let a = 1;\n    let b = 2;\n}\n\nfn second() {\n    call();\n}\n");
    world.commit("one");
    world.write("src/one.rs", "fn second() {\n    call();\n}\n\nfn first() {\n\tlet a = 1;\n\tlet b = 2;\n}\n");
    world.commit("two: moved and indented");
    let _ = world.git(["mv", "src/one.rs", "src/two ü.rs"]).success();
    world.commit("three: renamed");
    let _ = world.git(["switch", "--quiet", "--create", "side"]).success();
    world.write("src/side.rs", "fn second() {\n    call();\n    with_windows();\r\n}\n");
    world.commit("side");
    let _ = world.git(["switch", "--quiet", "main"]).success();
    world.write("src/two ü.rs", &format!("// A header of its own.\n{}", world.read("src/two ü.rs")));
    world.commit("four");
    let _ = world.git(["merge", "--quiet", "--no-edit", "side"]).success();
    world.write("ignored", &format!("{}\n", world.git(["rev-parse", "HEAD~1"]).success().stdout.trim()));
    world.write("other", "fn first() {\nanother line\n");
    world.write("src/two ü.rs", &format!("{}// No line end, not committed", world.read("src/two ü.rs")));
    world
}

/// Git's answer without our headers, and without the time of asking, which stands at lines that are in no commit.
fn without_ours(text: &str) -> String {
    let mut is_uncommitted = false;
    let mut kept = String::new();
    for line in text.split_inclusive('\n') {
        if line.split(' ').next().is_some_and(|id| id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            is_uncommitted = line.starts_with("0000000000");
        }
        let is_now = is_uncommitted && (line.starts_with("author-time ") || line.starts_with("committer-time "));
        if !line.starts_with("agent-") && !is_now {
            kept.push_str(line);
        }
    }
    kept
}

#[track_caller]
fn assert_like_git(world: &World, folder: &str, options: &[&str], gits: &[&str], target: &[&str]) {
    assert_increments_like_git(world, folder, options, gits, target);
    for form in ["--porcelain", "--line-porcelain"] {
        let folder = world.path(folder);
        let mut git = world.command(std::path::Path::new("git"), &folder);
        git.args(["blame", form]).args(gits).args(target);
        let git = git.output().unwrap();
        assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
        let mut ours = world.command(std::path::Path::new(env!("CARGO_BIN_EXE_agent-trace")), &folder);
        ours.args(["blame", form]).args(options).args(target);
        let ours = ours.output().unwrap();
        assert!(ours.status.success(), "{}", String::from_utf8_lossy(&ours.stderr));
        let (said, expected) = (String::from_utf8_lossy(&ours.stdout), String::from_utf8_lossy(&git.stdout));
        assert_eq!(without_ours(&said), without_ours(&expected), "{options:?}");
        assert_eq!(said.matches("\nagent-class ").count(), expected.matches("\n\t").count());
    }
}

/// What `--incremental` says of every line, by its number: the commit, the line there, and all that is said of it.
///
/// Headers of a commit are given once, and then hold for every group of it.
fn by_line(text: &str) -> BTreeMap<u32, Vec<String>> {
    let mut of_commit: HashMap<String, Vec<String>> = HashMap::new();
    let (mut found, mut first, mut own) = (BTreeMap::new(), Vec::new(), Vec::new());
    for line in without_ours(text).lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[0] {
            _ if first.is_empty() => first = words.iter().map(|word| (*word).to_owned()).collect(),
            "previous" => own.push(line.to_owned()),
            "filename" => {
                own.push(line.to_owned());
                let number = |at: usize| first[at].parse::<u32>().unwrap();
                for more in 0..number(3) {
                    let mut said = vec![first[0].clone(), (number(1) + more).to_string()];
                    said.extend(of_commit.get(&first[0]).into_iter().flatten().chain(&own).cloned());
                    assert_eq!(found.insert(number(2) + more, said), None, "a line twice in: {text}");
                }
                (first, own) = (Vec::new(), Vec::new());
            }
            _ => of_commit.entry(first[0].clone()).or_default().push(line.to_owned()),
        }
    }
    assert!(first.is_empty(), "a group without an end in: {text}");
    found
}

#[track_caller]
fn assert_increments_like_git(world: &World, folder: &str, options: &[&str], gits: &[&str], target: &[&str]) {
    let answer = |program: &str, options: &[&str]| {
        let mut command = world.command(std::path::Path::new(program), &world.path(folder));
        let output = command.args(["blame", "--incremental"]).args(options).args(target).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let (ours, git) = (answer(env!("CARGO_BIN_EXE_agent-trace"), options), answer("git", gits));
    assert_eq!(by_line(&ours), by_line(&git), "{options:?}");
    let groups = ours.matches("\nfilename ").count();
    assert_eq!(ours.matches("\nagent-class ").count(), groups, "{ours}");
}

#[test]
fn the_lines_are_gits_with_every_option() {
    let world = world();
    let same: [&[&str]; 12] = [
        &[],
        &["-w"],
        &["-M"],
        &["-w", "-M"],
        &["-L2,3"],
        &["-L", "2,+2", "-L", "7,8"],
        &["-L", ":first"],
        &["-L/first/,+2"],
        &["--first-parent"],
        &["--since=2001-01-01"],
        &["--ignore-rev=HEAD~1"],
        &["--ignore-revs-file=ignored", "--contents=other"],
    ];
    for options in same {
        assert_like_git(&world, "", options, options, &["--", "src/two ü.rs"]);
    }
    assert_like_git(&world, "", &["--moves=10"], &["-M10"], &["--", "src/two ü.rs"]);
    assert_like_git(&world, "", &["--copies", "--copies"], &["-C", "-C"], &["HEAD", "--", "src/side.rs"]);
    assert_like_git(&world, "", &["--copies=5"], &["-C5"], &["HEAD", "--", "src/side.rs"]);
}

#[test]
fn revisions_ranges_and_paths_from_folders_below_are_gits() {
    let world = world();
    assert_like_git(&world, "", &[], &[], &["HEAD~3", "--", "src/one.rs"]);
    assert_like_git(&world, "", &[], &[], &["HEAD~2..HEAD", "--", "src/two ü.rs"]);
    assert_like_git(&world, "src", &[], &[], &["two ü.rs"]);
    assert_like_git(&world, "src", &[], &[], &["HEAD", "--", "side.rs"]);
}

#[test]
fn every_form_says_the_same_of_who_wrote_a_line() {
    let world = World::new();
    world.write("a.txt", "before the hooks\nand more\n");
    world.commit("start");
    world.install_hooks();
    world.advance(3_600);
    world.claude("s1").says("write").writes("b.rs", "fn one() {\n    first_of_agent();\n}\n").stops();
    world.write("b.rs", &format!("// By hand.\n{}// The end, by hand.\n", world.read("b.rs")));
    let _ = world.git(["add", "--all"]).success();
    let _ = world.git(["commit", "--quiet", "--message", "both"]).success();
    world.write("b.rs", &format!("{}// Not committed.\n", world.read("b.rs")));
    assert_like_git(&world, "", &[], &[], &["b.rs"]);
    assert_like_git(&world, "", &[], &[], &["HEAD", "--", "b.rs"]);
    let porcelain = ours_by_line(&world.run(["blame", "--line-porcelain", "b.rs"]).success().stdout);
    assert_eq!(ours_by_line(&world.run(["blame", "--incremental", "b.rs"]).success().stdout), porcelain);
    let blamed = world.ask(["blame", "b.rs"]);
    let word = |line: &serde_json::Value, key: &str| format!("agent-{key} {}", line[key].as_str().unwrap());
    let json =
        blamed["lines"].as_array().unwrap().iter().map(|line| ["class", "grade", "reason"].map(|key| word(line, key)));
    let first: Vec<[String; 3]> = porcelain.values().map(|said| [0, 1, 2].map(|at| said[at].clone())).collect();
    assert_eq!(json.collect::<Vec<_>>(), first);
    let classes: Vec<&str> = first.iter().map(|said| said[0].as_str()).collect();
    let [agent, human, unknown] = ["agent-class agent", "agent-class human", "agent-class unknown"];
    assert_eq!(classes, [human, agent, agent, agent, human, unknown]);
}

/// Our headers of every line, without the cost, which groups sum.
fn ours_by_line(text: &str) -> BTreeMap<u32, Vec<String>> {
    let (mut found, mut lines, mut said) = (BTreeMap::new(), 0..0, Vec::new());
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            [id, _, line, rest @ ..] if id.len() == 40 => {
                let count = rest.first().filter(|_| !text.contains("\n\t")).map_or(1, |count| count.parse().unwrap());
                let first: u32 = line.parse().unwrap();
                (lines, said) = (first..first + count, Vec::new());
            }
            [key, ..] if key.starts_with("agent-") && *key != "agent-cost-nano-usd" => said.push(line.to_owned()),
            _ => {}
        }
        found.extend(lines.clone().map(|line| (line, said.clone())));
    }
    found
}

#[test]
fn dates_are_those_of_git() {
    let world = world();
    for form in ["default", "iso", "iso-strict", "rfc", "short", "relative", "raw", "unix"] {
        let date = format!("--date={form}");
        let variables = [("TZ", "Europe/Paris"), ("AGENT_TRACE_NOW", "2026-05-20T10:00:00Z")];
        let ours = world.run_with(&["blame", &date, "--format", "csv", "HEAD", "--", "src/side.rs"], &variables);
        let mut git = world.command(std::path::Path::new("git"), &world.path(""));
        git.env("TZ", "Europe/Paris").env("GIT_TEST_DATE_NOW", "1779271200");
        let git = git.args(["log", "-1", "--format=%ad", &format!("--date={form}-local"), "side"]).output().unwrap();
        let expected = String::from_utf8(git.stdout).unwrap();
        assert!(ours.stdout.contains(expected.trim()), "{form}: {} is not in {ours}", expected.trim());
    }
}

#[test]
fn json_has_every_line_of_the_file() {
    let world = world();
    let lines = world.ask(["blame", "src/two ü.rs"]);
    let texts: Vec<&str> =
        lines["lines"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert_eq!(texts, world.read("src/two ü.rs").lines().collect::<Vec<_>>());
    let last = lines["lines"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["commit"], &last["reason"]), (&serde_json::Value::Null, &"uncommitted".into()));
}

#[test]
fn one_process_of_git_is_enough_whatever_the_file() {
    let world = world();
    let _ = world.run(["ingest"]).success();
    let log = world.path("../processes");
    let trace = log.to_str().unwrap();
    let count = |file: &str| {
        let _ = std::fs::remove_file(&log);
        let _ = world.run_with(&["--no-refresh", "blame", file], &[("GIT_TRACE2_EVENT", trace)]).success();
        std::fs::read_to_string(&log).unwrap().matches("\"event\":\"start\"").count()
    };
    assert_eq!((count("src/side.rs"), count("src/two ü.rs")), (1, 1));
}
