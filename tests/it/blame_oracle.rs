//! Git is the oracle of `blame`: the same lines, whatever the options, and git's own bytes in its porcelain.

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
