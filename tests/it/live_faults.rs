//! Live states where things go wrong: nothing is felt, nothing is guessed, nothing is kept that should not be.

#![cfg(unix)]

use crate::harness::World;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

fn world() -> World {
    let world = World::new();
    world.write("a.rs", "first line\nsecond line\n");
    world.write(".gitignore", "*.log\n");
    world.commit("start");
    world.install_hooks();
    world.advance(3_600);
    world
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn states(world: &World) -> Vec<PathBuf> {
    files(&world.path(".git/agent-trace/states"))
}

/// As if nobody had used the states for two hours.
fn grow_old(world: &World) {
    for path in states(world) {
        let file = fs::File::options().append(true).open(path).unwrap();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        file.set_times(fs::FileTimes::new().set_modified(long_ago)).unwrap();
    }
}

#[test]
fn a_folder_of_states_that_cannot_be_written_is_not_felt_and_nothing_is_guessed() {
    let world = world();
    fs::create_dir_all(world.path(".git/agent-trace")).unwrap();
    for name in ["states", "live"] {
        fs::write(world.path(".git/agent-trace").join(name), "a file is in the way").unwrap();
    }
    let live = world.live("s1");
    let edit = live.edits("a.rs", "first", "better");
    let call = live.bash("sed -i.bak 's/second/better/' a.rs && rm a.rs.bak");
    assert!(world.wrote(&edit, &[]).is_empty() && world.wrote(&call, &[]).is_empty());
}

#[test]
fn states_go_when_they_are_taken_in_and_old_but_not_before() {
    let world = world();
    let live = world.live("s1");
    let call = live.bash("sed -i.bak 's/second/better/' a.rs && rm a.rs.bak");
    grow_old(&world);
    assert_eq!(world.wrote(&call, &["better line"]), ["a.rs: better line"], "old, but not taken in");
    assert_eq!(states(&world).len(), 1, "the present state of a changed file is needed again");
    let _ = world.git(["commit", "--quiet", "--all", "--message", "x"]).success();
    live.bash("touch x.txt");
    grow_old(&world);
    let _ = world.run(["ingest"]).success();
    let left = states(&world);
    assert_eq!(left.len(), 1, "only that of the new file: {left:?}");
    assert_eq!(world.wrote(&call, &["better line"]), ["a.rs: better line"], "what was taken in stays");
}

#[test]
fn reading_again_after_a_crash_says_the_same_and_loses_nothing() {
    let world = world();
    let call = world.live("s1").bash("sed -i.bak 's/second/better/' a.rs && rm a.rs.bak");
    let told = world.wrote(&call, &["better line"]);
    let again = world.path(".git/agent-trace/spool/again.jsonl");
    fs::copy(world.path(".git/agent-trace/spool/main.jsonl"), &again).unwrap();
    assert_eq!(world.wrote(&call, &["better line"]), told);
    grow_old(&world);
    fs::rename(&again, again.with_file_name("once-more.jsonl")).unwrap();
    assert_eq!(world.wrote(&call, &["better line"]), told, "a state that is gone takes nothing back");
}

#[test]
fn no_line_of_code_is_kept_and_nothing_of_secrets_and_ignored_files() {
    const WORDS: [&str; 6] = ["zebrafinch", "quicksilverish", "marzipanned", "velvetmoth", "cobaltwhale", "gingerlynx"];
    let [edited, written, printed, secret, ignored, named] = WORDS;
    let world = world();
    let live = world.live("s1");
    live.edits("a.rs", "first", edited);
    live.writes("new.rs", &format!("let {written} = 1;\n"));
    live.bash(&format!("echo 'let {printed} = 1;' >> a.rs"));
    live.writes(".env", &format!("KEY={secret}\n"));
    live.writes("secrets/key.txt", &format!("{secret}\n"));
    live.writes("x.log", &format!("{ignored}\n"));
    live.bash(&format!("echo {secret} >> .env; echo {ignored} >> x.log; echo {secret} > secrets/more.txt"));
    let command = format!("mysql --password={named}.{named} < /dev/null; sleep 0; touch x.rs");
    let call = live.begins(&command);
    look(&world, &WORDS); // While it runs.
    live.ends(&call, &command);
    let _ = world.run(["ingest"]).success();
    look(&world, &WORDS);
    let all: String = files(&world.path(".git/agent-trace")).iter().map(|path| text(path)).collect();
    assert!(all.contains("new.rs"), "the search is blind");
    for path in [".env", "secrets/key.txt", "secrets/more.txt", "x.log"] {
        assert!(!spool(&world).contains(path), "{path} is in the spool");
    }
}

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

fn spool(world: &World) -> String {
    text(&world.path(".git/agent-trace/spool/main.jsonl"))
}

#[track_caller]
fn look(world: &World, words: &[&str]) {
    for path in files(&world.path(".git/agent-trace")) {
        let found = text(&path);
        words.iter().for_each(|word| assert!(!found.contains(word), "`{word}` is in {}", path.display()));
    }
}

#[test]
fn a_scan_without_a_beginning_is_not_complete() {
    let world = world();
    let agent = world.agent("s1");
    let response = serde_json::json!({"stdout": ""});
    agent.ends("t1", "sed -i s/a/b/ a.rs", response);
    for _ in 0..600 {
        if spool(&world).contains(r#""event":"scan""#) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(world.scan("t1")["scan"]["is-complete"], false);
}

#[test]
fn what_scans_leave_behind_is_gone_when_they_are() {
    let world = world();
    let live = world.live("s1");
    live.bash("sed -i.bak 's/second/better/' a.rs && rm a.rs.bak");
    live.bash("sh -c 'echo x > b.rs'");
    let mut left: Vec<String> = files(&world.path(".git/agent-trace/live/main"))
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    left.sort();
    assert_eq!(left, ["known", "lock"]);
}
