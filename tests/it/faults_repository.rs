//! Repositories of every kind, and places that are none: a clear answer, never a panic.

use crate::books::{books, database, program, small_world, totals};
use crate::harness::World;
use std::fs;
use std::path::Path;

/// Every report; each must end well where there is nothing to tell.
const REPORTS: [&[&str]; 9] = [
    &[],
    &["--json"],
    &["cost"],
    &["cost", "--by", "file", "--json"],
    &["log"],
    &["sessions"],
    &["problems"],
    &["sql", "select * from commits"],
    &["ingest"],
];

/// Runs all reports in a folder and asserts their exit code; returns standard error of the last one.
#[track_caller]
fn all_end_with(world: &World, folder: &Path, code: i32) -> String {
    let mut said = String::new();
    for report in REPORTS {
        let output = world.command(program(), folder).args(report).output().unwrap();
        said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{report:?}: {said}");
        assert_eq!(output.stdout.is_empty(), code != 0, "{report:?}");
    }
    said
}

#[test]
fn a_folder_outside_of_any_repository_is_refused_and_nothing_is_written() {
    let world = World::without_repository();
    let said = all_end_with(&world, &world.path(""), 2);
    assert!(
        said.ends_with(
            "is not inside a git repository\nhint: run it inside a git repository, or name one with -C PATH\n"
        ),
        "{said}"
    );
    assert_eq!(fs::read_dir(world.path("")).unwrap().count(), 0);
}

#[test]
fn a_folder_that_does_not_exist_is_named() {
    let world = World::new();
    let output = world.run(["-C", "missing/folder", "log"]).failure(2);
    assert_eq!(
        output.stderr,
        "error: `$WORLD/repo/missing/folder` is not a folder\nhint: name an existing folder with -C PATH\n"
    );
    let output = world.run(["-C", ".git/HEAD", "log"]).failure(2);
    assert_eq!(
        output.stderr,
        "error: `$WORLD/repo/.git/HEAD` is not a folder\nhint: name an existing folder with -C PATH\n"
    );
}

#[test]
fn a_repository_without_commits_and_without_transcripts_has_empty_books() {
    let world = World::new();
    let _ = all_end_with(&world, &world.path(""), 0);
    assert_eq!(totals(&world), (0, 0));
    let _ = world.run(["log", "main"]).failure(2);
    let _ = world.run(["show", "HEAD"]).failure(2);
}

#[test]
fn sessions_in_a_repository_without_commits_are_unattributed() {
    let world = World::new();
    world.claude("early").says("think").replies("thought").stops();
    let _ = all_end_with(&world, &world.path(""), 0);
    let answer = world.run(["--json"]).success().json();
    let (total, _) = totals(&world);
    assert!(total > 0);
    assert_eq!(answer["attributed_nano_usd"], 0);
    let leftover: i64 =
        answer["unattributed"].as_array().unwrap().iter().map(|row| row["cost_nano_usd"].as_i64().unwrap()).sum();
    assert_eq!(leftover, total);
}

#[test]
fn commits_without_transcripts_have_no_cost_and_say_so() {
    let world = World::new();
    world.write("a", "a\n");
    world.commit("by hand");
    fs::remove_dir_all(world.transcripts_dir().parent().unwrap()).unwrap();
    let _ = all_end_with(&world, &world.path(""), 0);
    assert_eq!(totals(&world), (0, 0));
    let log = world.run(["log", "--json"]).success().json();
    assert_eq!(log["commits"].as_array().or(log["rows"].as_array()).unwrap().len(), 1);
}

#[test]
fn a_bare_repository_keeps_its_books_beside_its_objects() {
    let world = small_world();
    let _ = world.git(["clone", "--quiet", "--bare", ".", "../bare.git"]).success();
    let bare = world.path("../bare.git");
    let _ = all_end_with(&world, &bare, 0);
    assert!(bare.join("agent-trace/trace.db").is_file());
}

#[test]
fn transcripts_are_given_to_a_bare_repository_by_name() {
    let world = small_world();
    let _ = world.git(["clone", "--quiet", "--bare", ".", "../bare.git"]).success();
    let transcripts = world.transcripts_dir();
    let bare = world.path("../bare.git");
    let _ = world.run_in(&bare, ["ingest", transcripts.to_str().unwrap()]).success();
    let answer = world.run_in(&bare, ["--json"]).success().json();
    let _ = world.run(["ingest"]).success();
    assert_eq!(answer["total_nano_usd"].as_i64(), Some(totals(&world).0));
    assert_eq!(answer["attributed_nano_usd"], world.run(["--json"]).success().json()["attributed_nano_usd"]);
}

#[test]
fn a_sha256_repository_is_read_like_any_other() {
    let world = World::without_repository();
    let _ = world.git(["init", "--quiet", "--initial-branch=main", "--object-format=sha256"]).success();
    world.write("notes.txt", "first line\n");
    world.commit("start");
    let session = world.claude("long ids");
    session.says("change it").edits("notes.txt", "first line", "another line").commits("edit").stops();
    let _ = all_end_with(&world, &world.path(""), 0);
    let answer = world.run(["--json"]).success().json();
    assert_eq!(answer["commits_with_session"], 1);
    assert_eq!(answer["recent_commits"][0]["commit"].as_str().unwrap().len(), 64);
}

/// Returns a clone of the world's repository that has the sessions by name.
fn cloned(world: &World, arguments: &[&str]) -> std::path::PathBuf {
    let clone = world.path("../clone");
    let url = format!("file://{}", world.path("").display());
    let mut git = world.command(Path::new("git"), &world.path(""));
    let output = git.args(["clone", "--quiet"]).args(arguments).arg(url).arg(&clone).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    clone
}

#[test]
fn a_shallow_clone_is_read_as_far_as_it_goes() {
    let world = small_world();
    world.write("more.txt", "more\n");
    world.commit("by hand");
    let clone = cloned(&world, &["--depth=1"]);
    let _ = all_end_with(&world, &clone, 0);
    let transcripts = world.transcripts_dir();
    let _ = world.run_in(&clone, ["ingest", transcripts.to_str().unwrap()]).success();
    let _ = world.run(["ingest"]).success();
    let answer = world.run_in(&clone, ["--json"]).success().json();
    assert_eq!(answer["total_nano_usd"].as_i64(), Some(totals(&world).0), "the money is all there");
    assert_eq!(answer["commits"], 1);
}

#[test]
fn a_partial_clone_is_read_without_fetching() {
    let world = small_world();
    let _ = world.git(["config", "uploadpack.allowFilter", "true"]).success();
    let clone = cloned(&world, &["--filter=blob:none", "--no-checkout"]);
    let objects = |clone: &Path| world.git_in(clone, ["count-objects", "-v"]).success().stdout;
    let before = objects(&clone);
    let transcripts = world.transcripts_dir();
    let _ = world.run_in(&clone, ["ingest", transcripts.to_str().unwrap()]).success();
    let _ = all_end_with(&world, &clone, 0);
    let _ = world.run(["ingest"]).success();
    let answer = world.run_in(&clone, ["--json"]).success().json();
    assert_eq!(answer["total_nano_usd"].as_i64(), Some(totals(&world).0));
    assert_eq!(answer["commits_with_session"], 1, "the printed id needs no content");
    assert_eq!(objects(&clone), before, "nothing was fetched");
}

#[test]
fn a_submodule_has_books_of_its_own() {
    let world = small_world();
    let clone = cloned(&world, &[]);
    let url = format!("file://{}", world.path("").display());
    let _ = world
        .git_in(&clone, ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "inner"])
        .success();
    let inner = clone.join("inner");
    let session = world.claude("inside").cwd(&inner);
    session.says("look").replies("seen");
    let _ = all_end_with(&world, &inner, 0);
    let _ = all_end_with(&world, &clone, 0);
    let calls = |folder: &Path| world.run_in(folder, ["--json"]).success().json()["calls"].as_i64();
    assert_eq!((calls(&inner), calls(&clone)), (Some(1), Some(0)));
    assert!(clone.join(".git/modules/inner/agent-trace/trace.db").is_file());
}

#[test]
fn a_commit_that_a_force_push_left_behind_keeps_its_money_in_the_books() {
    let world = small_world();
    let _ = world.run(["ingest"]).success();
    let before = totals(&world);
    let gone = world.git(["rev-parse", "HEAD"]).success().stdout.trim().to_owned();
    let _ = world.git(["reset", "--quiet", "--hard", "HEAD~1"]).success();
    world.write("notes.txt", "something else\n");
    world.commit("instead");
    let _ = all_end_with(&world, &world.path(""), 0);
    assert_eq!(totals(&world), before);
    // And when git has thrown the commit away.
    let _ = world.git(["reflog", "expire", "--expire=now", "--all"]).success();
    let _ = world.git(["gc", "--quiet", "--prune=now"]).success();
    let _ = world.git(["cat-file", "-e", &gone]).failure(1);
    let _ = all_end_with(&world, &world.path(""), 0);
    assert_eq!(totals(&world), before);
    // The order of reading does not matter: from nothing, the same money.
    fs::remove_file(database(&world)).unwrap();
    let _ = world.run(["ingest"]).success();
    assert_eq!(totals(&world), before);
}

#[test]
fn a_broken_configuration_or_head_is_an_error_that_names_the_repository() {
    let world = small_world();
    let config = world.read(".git/config");
    world.write(".git/config", "[core\nnonsense");
    let output = world.run(["log"]).failure(2);
    assert!(output.stderr.contains("the repository at `$WORLD/repo"), "{output}");
    world.write(".git/config", &config);
    world.write(".git/HEAD", "ref: refs/heads/not-there\n");
    let _ = world.run(["log"]).success();
    assert_eq!(totals(&world).1, 3, "the sessions are still there");
}

#[test]
fn missing_and_damaged_objects_leave_the_money_as_it_is() {
    let world = small_world();
    let _ = world.run(["ingest"]).success();
    let before = totals(&world);
    let tree = world.git(["rev-parse", "HEAD^{tree}"]).success().stdout.trim().to_owned();
    let object = world.path(&format!(".git/objects/{}/{}", &tree[..2], &tree[2..]));
    fs::remove_file(&object).unwrap();
    fs::write(&object, "junk").unwrap();
    fs::remove_file(database(&world)).unwrap();
    let _ = world.run(["ingest"]).success();
    assert_eq!(totals(&world), before);
    let first = books(&world);
    let _ = world.run(["ingest"]).success();
    assert_eq!(books(&world), first);
}
