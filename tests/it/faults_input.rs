//! Input that nobody should write and somebody does: what can be read is read, the rest is counted, nothing stops.

use crate::books::{books, database, problems, program, small_world, totals};
use crate::harness::{Spoil, World};
use agent_trace::ingest::{FoundFile, Input, TranscriptOutcome, read_transcripts};
use agent_trace::model::Timestamp;
use agent_trace::store::Writer;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Returns bytes without any order, the same in every run.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// An assistant's row with any usage.
fn response(session: &str, id: &str, usage: &Value) -> Value {
    json!({
        "type": "assistant", "uuid": format!("row-of-{id}"), "sessionId": session, "timestamp": "2026-03-02T10:00:00.000Z",
        "message": {"id": id, "model": "claude-sonnet-4-5-20250929", "role": "assistant", "content": [], "usage": usage},
    })
}

#[test]
fn files_of_random_bytes_are_one_problem_each_and_their_neighbours_are_read() {
    let world = small_world();
    let folder = world.claude("small").transcript().parent().unwrap().to_owned();
    for (seed, length) in [1, 2, 3, 100, 5_000, 300_000].into_iter().enumerate() {
        fs::write(folder.join(format!("noise{seed}.jsonl")), noise(length, seed as u64 + 1)).unwrap();
    }
    fs::write(folder.join("empty.jsonl"), "").unwrap();
    let _ = world.run(["ingest"]).success();
    let alone = totals(&world);
    assert_eq!(alone.1, 3);
    let _ = world.run(["ingest", folder.to_str().unwrap()]).success();
    assert_eq!(totals(&world), alone);
    assert_eq!(problems(&world, "unknown-format"), 6);
}

#[test]
fn random_bytes_inside_a_transcript_cost_only_their_own_lines() {
    let world = World::new();
    let session = world.claude("holes");
    for seed in 1..20 {
        session.says("next").replies("done");
        let hole: Vec<u8> = noise(1_000, seed).into_iter().filter(|byte| *byte != b'\n').collect();
        session.bytes(&hole).bytes(b"\n");
    }
    let _ = world.run(["ingest"]).success();
    assert_eq!(totals(&world).1, 19);
    assert_eq!(problems(&world, "bad-json"), 19);
}

#[test]
fn a_spoiled_transcript_keeps_its_calls() {
    for spoil in Spoil::ALL {
        let world = World::new();
        let session = world.claude("spoiled");
        session.says("one").replies("two").says("three").replies("four").stops();
        let text = fs::read_to_string(session.transcript()).unwrap();
        fs::write(session.transcript(), spoil.apply(&text)).unwrap();
        let _ = world.run(["ingest"]).success();
        assert_eq!(totals(&world).1, 2, "{spoil:?}");
    }
}

#[test]
fn a_line_of_64_mib_is_read_and_so_is_the_next_one() {
    let world = World::new();
    let session = world.claude("long");
    session.says("before").replies("yes");
    let text = "x".repeat(64 << 20);
    let usage = json!({"input_tokens": 1, "output_tokens": 1});
    let mut row = response(&session.session_id(), "msg_long", &usage);
    row["message"]["content"] = json!([{"type": "text", "text": text}]);
    session.row(row).says("after").replies("yes");
    let _ = world.run(["ingest"]).success();
    assert_eq!((totals(&world).1, problems(&world, "bad-json")), (3, 0));
}

#[test]
fn a_line_over_the_limit_is_a_problem_and_the_next_one_is_read() {
    let world = World::new();
    let session = world.claude("endless");
    session.says("before").replies("yes");
    let mut file = fs::OpenOptions::new().append(true).open(session.transcript()).unwrap();
    let length = file.metadata().unwrap().len();
    file.set_len(length + (257 << 20)).unwrap(); // A hole: NULs that take no space.
    file.write_all(b"\n").unwrap();
    drop(file);
    session.says("after").replies("yes");
    let _ = world.run(["ingest"]).success();
    assert_eq!((totals(&world).1, problems(&world, "line-too-long")), (2, 1));
}

#[test]
fn deep_nesting_is_no_danger_wherever_it_stands() {
    const DEEP: usize = 100_000;
    let world = World::new();
    let session = world.claude("deep");
    session.says("before").replies("yes");
    let id = session.session_id();
    let (open, close) = ("[".repeat(DEEP), "]".repeat(DEEP));
    for field in ["unheard", "type", "message", "timestamp", "toolUseResult", "data", "snapshot"] {
        let row = format!(r#"{{"sessionId":"{id}","uuid":"u-{field}","{field}":{open}{close},"type":"user"}}"#);
        session.bytes(row.as_bytes()).bytes(b"\n");
    }
    let usage = format!(
        r#"{{"type":"assistant","sessionId":"{id}","uuid":"u-x","message":{{"id":"msg_x","usage":{open}{close}}}}}"#
    );
    session.bytes(usage.as_bytes()).bytes(b"\n");
    session.bytes(open.as_bytes()).bytes(b"\n").bytes("{\"a\":".repeat(DEEP).as_bytes()).bytes(b"\n");
    session.says("after").replies("yes");
    let _ = world.run(["ingest"]).success();
    let answer = world.run(["sql", "select count(*) from calls where cost_nano_usd > 0", "--json"]).success().json();
    assert_eq!(answer["rows"], json!([[2]]));
    assert!(problems(&world, "bad-json") >= 2);
}

#[test]
fn ten_thousand_tiny_files_are_read_in_one_go() {
    let world = World::new();
    let session = world.claude("tiny");
    session.says("one").replies("two");
    let (path, id) = (session.transcript(), session.session_id());
    let cwd = world.path("");
    for number in 0..10_000 {
        let (session, message) = (format!("{number:08x}{}", &id[8..]), format!("msg_tiny{number}"));
        let mut row = response(&session, &message, &json!({"input_tokens": 1, "output_tokens": 1}));
        row["cwd"] = json!(cwd);
        fs::write(path.with_file_name(format!("{session}.jsonl")), format!("{row}\n")).unwrap();
    }
    let _ = world.run(["ingest"]).success();
    assert_eq!(totals(&world).1, 10_001);
    let again = world.run(["ingest", "--json"]).success().json();
    assert_eq!((&again["files"]["unchanged"], &again["files"]["read"]), (&json!(10_001), &json!(0)));
}

#[test]
fn ids_that_look_like_paths_are_problems_and_never_paths() {
    let world = World::new();
    let session = world.claude("honest");
    session.says("before").replies("yes");
    let before: Vec<PathBuf> = everything_below(&world.path(".."));
    let hostile = ["../../x", "/etc/passwd", "..", "a\u{0}b", "a\u{1b}[2Jb", "a\nb", "-rf", "", "a/b", "C:\\x", "💥"];
    let usage = json!({"input_tokens": 1, "output_tokens": 1});
    for id in hostile {
        session.row(response(id, "msg_of_nobody", &usage)).row(response(&session.session_id(), id, &usage));
    }
    session.says("after").replies("yes");
    let _ = world.run(["ingest"]).success();
    assert!(problems(&world, "bad-id") >= hostile.len() as i64, "{}", world.run(["problems"]));
    let _ = world.run(["show", "../../x"]).failure(2);
    let _ = world.run(["cost", "--session", "a\u{1b}[2Jb"]).failure(2);
    let ours = database(&world).parent().unwrap().to_owned();
    let new: Vec<PathBuf> = everything_below(&world.path(".."))
        .into_iter()
        .filter(|path| !before.contains(path) && !path.starts_with(&ours))
        .collect();
    assert_eq!(new, Vec::<PathBuf>::new());
    assert_clean(&world);
}

fn everything_below(folder: &Path) -> Vec<PathBuf> {
    let folder = folder.canonicalize().unwrap();
    let mut found = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.push(path);
        }
    }
    found
}

#[test]
fn times_of_1970_and_2100_are_not_believed_and_the_money_is_counted() {
    let world = World::new();
    let session = world.claude("clock");
    session.says("before").replies("yes");
    let usage = json!({"input_tokens": 1000, "output_tokens": 1000});
    for (number, time) in
        ["1970-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z", "0000-00-00", "+999999-01-01T00:00:00Z", ""]
            .into_iter()
            .enumerate()
    {
        let mut row = response(&session.session_id(), &format!("msg_time{number}"), &usage);
        row["timestamp"] = json!(time);
        session.row(row);
    }
    let _ = world.run(["ingest"]).success();
    assert!(problems(&world, "odd-time") >= 2);
    let rows = world.run(["sql", "select at, cost_nano_usd from calls where message_id like 'msg_time%'", "--json"]);
    assert_eq!(
        rows.success().json()["rows"],
        json!([[null, 18_000_000], [null, 18_000_000], [null, 18_000_000], [null, 18_000_000], [null, 18_000_000]])
    );
    for by in ["day", "week", "month"] {
        let text = world.run(["cost", "--by", by]).success().stdout;
        assert!(!text.contains("1970") && !text.contains("2100"), "{text}");
    }
}

#[test]
fn numbers_that_cannot_be_counts_have_no_cost_and_a_reason() {
    let world = World::new();
    let session = world.claude("numbers");
    session.says("before").replies("yes");
    let before = totals_after_ingest(&world).0;
    let absurd = [json!(-5), json!(1e30), json!(1.5), json!(u64::MAX), json!(i64::MAX), json!("many"), json!(9e15)];
    for (number, count) in absurd.iter().enumerate() {
        let usage = json!({"input_tokens": count, "output_tokens": 3});
        session.row(response(&session.session_id(), &format!("msg_number{number}"), &usage));
    }
    let (total, calls) = totals_after_ingest(&world);
    assert_eq!((total, calls), (before, 1 + absurd.len() as i64));
    assert_eq!(problems(&world, "bad-number"), absurd.len() as i64);
    let answer = world.run(["cost", "--by", "model", "--json"]).success().json();
    assert_eq!(answer["unpriced"][0]["reason"], "usage-unknown");
    assert_eq!(answer["unpriced"][0]["calls"], json!(absurd.len()));
    let nulls = world.run(["sql", "select count(*) from calls where cost_nano_usd is null", "--json"]).success().json();
    assert_eq!(nulls["rows"], json!([[absurd.len()]]));
}

/// Ingests and returns the totals.
fn totals_after_ingest(world: &World) -> (i64, i64) {
    let _ = world.run(["ingest"]).success();
    totals(world)
}

/// Reads one file as it was `found`, whatever has become of it.
fn read_as_found(world: &World, found: FoundFile) -> TranscriptOutcome {
    let mut writer = Writer::open(&database(world)).unwrap();
    let known = writer.source(&found.name()).unwrap();
    let now = Timestamp(world.now() * 1_000);
    read_transcripts(&mut writer, vec![Input { file: found, known }], now, &|_| {}).unwrap()
}

#[test]
fn what_is_appended_after_the_listing_waits_for_the_next_reading() {
    let world = World::new();
    let session = world.claude("grows");
    session.says("one").replies("two");
    let found = FoundFile::look(session.transcript()).unwrap().unwrap();
    session.says("three").replies("four");
    let outcome = read_as_found(&world, found.clone());
    assert_eq!((outcome.bytes_read, outcome.problems.len()), (found.stamp.size as u64, 0));
    assert_eq!(totals_after_ingest(&world).1, 2);
}

#[test]
fn a_file_that_is_gone_or_shorter_after_the_listing_loses_nothing_that_was_read() {
    let world = World::new();
    let session = world.claude("shrinks");
    session.says("one").replies("two").says("three").replies("four");
    let before = totals_after_ingest(&world);
    let text = fs::read_to_string(session.transcript()).unwrap();
    session.says("five").replies("six");
    let found = FoundFile::look(session.transcript()).unwrap().unwrap();
    fs::write(session.transcript(), &text[..text.len() / 2]).unwrap();
    let _ = read_as_found(&world, found.clone());
    assert_eq!(totals(&world).1, before.1);
    session.says("seven").replies("eight");
    let found = FoundFile::look(session.transcript()).unwrap().unwrap();
    fs::remove_file(session.transcript()).unwrap();
    let outcome = read_as_found(&world, found);
    assert_eq!(outcome.problems.get("unreadable"), Some(&1));
    assert_eq!(totals_after_ingest(&world), before);
}

#[test]
fn a_file_replaced_by_any_other_is_read_anew_and_what_was_read_stays() {
    let world = World::new();
    let first = world.claude("first");
    first.says("one").replies("two").says("three").replies("four");
    let path = first.transcript();
    assert_eq!(totals_after_ingest(&world).1, 2);
    let text = fs::read_to_string(&path).unwrap();
    // In place, of the same size: another message id in the same bytes.
    let same_size = text.replace("msg_first", "msg_fir5t");
    assert_eq!(same_size.len(), text.len());
    fs::write(&path, &same_size).unwrap();
    assert_eq!(totals_after_ingest(&world).1, 4, "same size");
    let lines: Vec<&str> = text.lines().collect();
    fs::write(&path, format!("{}\n", lines[..2].join("\n").replace("msg_first", "msg_short"))).unwrap();
    assert_eq!(totals_after_ingest(&world).1, 5, "shorter");
    let longer = text.replace("msg_first", "msg_long1")
        + &text.replace("msg_first", "msg_long2").replace("uid\":\"", "uid\":\"2-");
    fs::remove_file(&path).unwrap();
    fs::write(&path, longer).unwrap();
    assert_eq!(totals_after_ingest(&world).1, 9, "longer");
    fs::write(&path, "").unwrap();
    assert_eq!(totals_after_ingest(&world).1, 9, "emptied");
}

#[test]
fn what_is_no_file_is_passed_by() {
    let world = small_world();
    let folder = world.claude("small").transcript().parent().unwrap().to_owned();
    fs::create_dir(folder.join("folder.jsonl")).unwrap();
    fs::write(folder.join("folder.jsonl/inner.txt"), "").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", folder.join("broken.jsonl")).unwrap();
        std::os::unix::fs::symlink("circle.jsonl", folder.join("circle.jsonl")).unwrap();
        let fifo = world.command(Path::new("mkfifo"), &folder).arg("pipe.jsonl").output().unwrap();
        assert!(fifo.status.success());
    }
    let output = world.run(["ingest"]).success();
    assert_eq!(totals(&world).1, 3, "{output}");
    let _ = world.run(["ingest", folder.to_str().unwrap()]).success();
    assert_eq!(totals(&world).1, 3);
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_a_problem_until_it_has_it() {
    use std::os::unix::fs::PermissionsExt;
    let world = small_world();
    let secret = world.claude("secret");
    secret.says("one").replies("two");
    fs::set_permissions(secret.transcript(), fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = fs::File::open(secret.transcript()).is_ok();
    let calls = totals_after_ingest(&world).1;
    assert_eq!((calls, problems(&world, "unreadable")), if is_root { (4, 0) } else { (3, 1) });
    fs::set_permissions(secret.transcript(), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(totals_after_ingest(&world).1, 4);
    assert_eq!(problems(&world, "unreadable"), 0);
}

#[test]
fn a_place_that_could_not_be_read_is_forgotten_when_it_can() {
    let world = small_world();
    let projects = world.transcripts_dir();
    let aside = projects.with_file_name("aside");
    fs::rename(&projects, &aside).unwrap();
    fs::write(&projects, "a file where a folder should be").unwrap();
    let _ = world.run(["ingest"]).success();
    assert_eq!(problems(&world, "unreadable"), 1);
    fs::remove_file(&projects).unwrap();
    fs::rename(&aside, &projects).unwrap();
    let _ = world.run(["ingest"]).success();
    assert_eq!((totals(&world).1, problems(&world, "unreadable")), (3, 0));
}

/// Every kind of text that a stranger may put into a report.
const HOSTILE: &str =
    "\u{1b}[2J\u{1b}]0;title\u{7}\u{202e}live\u{2066}\r\n<script>alert(1)</script> | [x](http://x) `` ** \u{9b}31m";

/// Asserts that no report gives a terminal anything to obey.
#[track_caller]
fn assert_clean(world: &World) {
    let reports: [&[&str]; 8] = [
        &[],
        &["log"],
        &["sessions"],
        &["cost", "--by", "commit"],
        &["cost", "--by", "model"],
        &["cost", "--by", "branch"],
        &["cost", "--by", "file"],
        &["problems"],
    ];
    for report in reports {
        for format in ["table", "markdown"] {
            let output =
                world.command(program(), &world.path("")).args(report).args(["--format", format]).output().unwrap();
            assert!(output.status.success(), "{report:?}: {}", String::from_utf8_lossy(&output.stderr));
            for stream in [output.stdout, output.stderr] {
                let text = String::from_utf8(stream).unwrap();
                let harmful = |c: &char| {
                    (c.is_control() && *c != '\n')
                        || ('\u{202a}'..='\u{202e}').contains(c)
                        || ('\u{2066}'..='\u{2069}').contains(c)
                };
                assert_eq!(text.chars().find(harmful), None, "{report:?} as {format}:\n{text:?}");
            }
        }
    }
}

#[test]
fn names_of_strangers_are_shown_and_not_obeyed() {
    let world = World::new();
    world.write("notes.txt", "first line of the notes\n");
    world.commit("start");
    let session = world.claude("hostile").model(&format!("claude-{HOSTILE}"));
    session.says("go").edits("notes.txt", "first line of", "another line in").commits(HOSTILE);
    let mut row = response(&session.session_id(), "msg_branch", &json!({"input_tokens": 1, "output_tokens": 1}));
    row["gitBranch"] = json!(HOSTILE);
    row["type"] = json!("assistant");
    session.row(row).row(json!({"type": HOSTILE, "sessionId": session.session_id(), "uuid": "u-odd"}));
    session.says("end").replies("bye").stops();
    let _ = world.run(["ingest"]).success();
    assert_clean(&world);
    let markdown = world.run(["log", "--format", "markdown"]).success().stdout;
    assert!(!markdown.contains("<script>") && !markdown.contains("[x](http"), "{markdown}");
    let show = world.run(["show", "HEAD"]).success().stdout;
    assert!(!show.contains('\u{1b}') && !show.contains('\u{202e}'), "{show:?}");
    let _ = books(&world);
}
