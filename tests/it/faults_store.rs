//! A database that cannot be used: the message says whose it is and the way out, and nothing is lost.

use crate::books::{books, database, fill, program, small_world, totals};
use crate::harness::World;
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

#[expect(clippy::disallowed_methods, reason = "the test plays another program")]
fn open(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

fn ingested() -> World {
    let world = small_world();
    let _ = world.run(["ingest"]).success();
    world
}

/// Returns what a command prints, with `variables` set.
fn run_with(world: &World, variables: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = world.command(program(), &world.path(""));
    let output = command.envs(variables.iter().copied()).args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_database_of_a_later_format_is_refused_with_the_way_out_and_left_alone() {
    let world = ingested();
    open(&database(&world))
        .execute_batch("PRAGMA user_version = 99; UPDATE migration SET by_version = '9.0.0'")
        .unwrap();
    let before = fs::read(database(&world)).unwrap();
    for arguments in [&["ingest"][..], &["log"], &["log", "--no-refresh"], &["problems"], &["sql", "select 1"], &[]] {
        let (code, stdout, stderr) = run_with(&world, &[], arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        let lines: Vec<&str> = stderr.lines().collect();
        assert_eq!(lines.len(), 3, "{stderr}");
        assert_eq!(
            lines[0],
            "error: this repository's data was last written by agent-trace 9.0.0, which changed its format"
        );
        let this = format!("  this is agent-trace {} at ", env!("CARGO_PKG_VERSION"));
        assert!(lines[1].starts_with(&this) && lines[1].ends_with(" (format 1, file has 99)"), "{stderr}");
        assert_eq!(lines[2], "hint: upgrade this copy; two versions on PATH are the usual cause. Nothing is lost");
    }
    assert_eq!(fs::read(database(&world)).unwrap(), before);
}

#[test]
fn an_older_program_refuses_what_this_one_writes_once_the_format_has_changed() {
    let world = ingested();
    let (code, _, stderr) = run_with(&world, &[("AGENT_TRACE_FORCE_FORMAT", "0")], &["ingest"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("(format 0, file has 1)"), "{stderr}");
    let (code, ..) = run_with(&world, &[("AGENT_TRACE_FORCE_FORMAT", "1")], &["ingest"]);
    assert_eq!(code, Some(0));
}

#[test]
fn what_an_earlier_version_wrote_is_brought_up_to_date_by_whoever_may_write() {
    let world = ingested();
    let expected = books(&world);
    let earlier = "DELETE FROM migration WHERE id = 6; DROP TABLE imported_lines; DROP TABLE line_record;
        UPDATE meta SET value = '1' WHERE key = 'derived_version';";
    open(&database(&world)).execute_batch(earlier).unwrap();
    let (code, _, stderr) = run_with(&world, &[], &["--no-refresh", "stats"]);
    assert_eq!(code, Some(2), "{stderr}");
    let hint =
        "no such table: line_record\nhint: an earlier agent-trace wrote it; bring it up to date: agent-trace ingest\n";
    assert!(stderr.ends_with(hint), "{stderr}");
    let _ = world.run(["ingest"]).success();
    assert_eq!(books(&world), expected);
}

#[test]
fn a_later_migration_of_the_same_format_is_no_reason_to_stop() {
    let world = ingested();
    let expected = books(&world);
    let later = "ALTER TABLE call ADD COLUMN mood TEXT; CREATE TABLE feeling (id INTEGER PRIMARY KEY) STRICT;
        INSERT INTO migration (id, by_version) VALUES (99, '0.9.0');";
    open(&database(&world)).execute_batch(later).unwrap();
    world.claude("later").says("one more").replies("yes");
    let _ = world.run(["ingest"]).success();
    assert_ne!(books(&world), expected);
    let (_, calls) = totals(&world);
    assert_eq!(calls, 4);
}

#[test]
fn junk_in_place_of_the_database_is_named_and_the_hint_works_as_it_stands() {
    let world = ingested();
    let expected = books(&world);
    let path = database(&world);
    fs::write(&path, "this was a database once ".repeat(400)).unwrap();
    for beside in ["trace.db-wal", "trace.db-shm"] {
        let _ = fs::remove_file(path.with_file_name(beside)); // They are there only while it is open.
    }
    let (code, _, stderr) = run_with(&world, &[], &["log"]);
    assert_eq!(code, Some(2));
    assert_eq!(stderr.lines().filter(|line| line.starts_with("error:")).count(), 1, "{stderr}");
    assert!(!stderr.contains("warning"), "{stderr}");
    if cfg!(windows) {
        return; // The hint is for a POSIX shell.
    }
    let hint = stderr.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap();
    let (_, pasted) = hint.split_once(": ").unwrap();
    let status = world.command(Path::new("/bin/sh"), &world.path("")).args(["-c", pasted]).output().unwrap().status;
    assert!(status.success(), "{pasted}");
    assert_eq!(books(&world), expected);
    assert!(path.with_extension("db.damaged").is_file());
}

#[test]
fn the_database_of_another_program_is_not_touched() {
    let world = small_world();
    fs::create_dir_all(database(&world).parent().unwrap()).unwrap();
    open(&database(&world)).execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)").unwrap();
    let before = fs::read(database(&world)).unwrap();
    for arguments in [&["ingest"][..], &["log"], &["log", "--no-refresh"]] {
        let (code, _, stderr) = run_with(&world, &[], arguments);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains("another program's database"), "{stderr}");
    }
    assert_eq!(fs::read(database(&world)).unwrap(), before);
}

#[test]
fn an_empty_file_is_a_database_that_was_not_begun() {
    let world = ingested();
    let expected = books(&world);
    fs::write(database(&world), "").unwrap();
    let (code, _, stderr) = run_with(&world, &[], &["log", "--no-refresh"]);
    assert_eq!(
        (code, stderr.as_str()),
        (Some(2), "error: nothing was read in this repository yet\nhint: agent-trace ingest\n")
    );
    let _ = world.run(["log"]).success();
    assert_eq!(books(&world), expected);
}

#[test]
fn a_database_cut_in_the_middle_is_called_damaged_and_never_half_answered() {
    let world = ingested();
    let bytes = fs::read(database(&world)).unwrap();
    fs::write(database(&world), &bytes[..bytes.len() / 2]).unwrap();
    let (code, stdout, stderr) = run_with(&world, &[], &["cost", "--json"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
    assert!(stderr.contains("is not an agent-trace database, or is damaged"), "{stderr}");
}

#[test]
fn a_locked_database_is_named_and_reports_go_on_from_what_was_read() {
    let world = ingested();
    let before = books(&world);
    let holder = open(&database(&world));
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    world.claude("late").says("one more").replies("yes");
    let hurry = [("AGENT_TRACE_BUSY_MS", "20")];
    let (code, _, stderr) = run_with(&world, &hurry, &["ingest"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.ends_with(
            "trace.db` is locked by another process\nhint: another agent-trace is writing; try again when it is done\n"
        ),
        "{stderr}"
    );
    let (code, stdout, stderr) = run_with(&world, &hurry, &["cost", "--by", "session"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.starts_with("warning: not up to date: ") && !stdout.is_empty(), "{stderr}");
    assert_eq!(books(&world), before);
    holder.execute_batch("ROLLBACK").unwrap();
    let _ = world.run(["ingest"]).success();
    assert_eq!(totals(&world).1, 4);
}

/// A file system of its own, which only root can have; gone when dropped.
#[cfg(target_os = "linux")]
struct Mount<'w> {
    world: &'w World,
    folder: PathBuf,
}

#[cfg(target_os = "linux")]
impl<'w> Mount<'w> {
    /// Mounts a memory disk of `kilobytes` over our folder in the repository; `None`, loudly, where that is not allowed.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn new(world: &'w World, kilobytes: u32) -> Option<Mount<'w>> {
        let folder = database(world).parent().unwrap().to_owned();
        fs::create_dir_all(&folder).unwrap();
        let size = format!("size={kilobytes}k");
        let is_done = mount(world, &["-t", "tmpfs", "-o", &size, "tmpfs", folder.to_str().unwrap()]);
        if !is_done {
            eprintln!("skipped: this user cannot mount a memory disk");
        }
        is_done.then_some(Mount { world, folder })
    }

    /// Mounts it again with other options.
    fn remount(&self, options: &str) {
        assert!(mount(self.world, &["-o", &format!("remount,{options}"), self.folder.to_str().unwrap()]), "{options}");
    }
}

#[cfg(target_os = "linux")]
fn mount(world: &World, arguments: &[&str]) -> bool {
    let output = world.command(Path::new("mount"), &world.path("")).args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}

#[cfg(target_os = "linux")]
impl Drop for Mount<'_> {
    fn drop(&mut self) {
        let mut command = self.world.command(Path::new("umount"), &self.world.path(""));
        let _ = command.arg("--lazy").arg(&self.folder).output(); // What is left lies in a temporary folder.
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_the_next_run_goes_on_when_there_is_space() {
    let world = small_world();
    fill(&world, 30, 100);
    let _ = world.run(["ingest"]).success();
    let expected = books(&world);
    fs::remove_dir_all(database(&world).parent().unwrap()).unwrap();
    let Some(disk) = Mount::new(&world, 64) else { return };
    for kilobytes in [64, 300, 700, 1200] {
        disk.remount(&format!("size={kilobytes}k"));
        let (code, _, stderr) = run_with(&world, &[], &["ingest"]);
        assert_eq!(code, Some(2), "{kilobytes} KB: {stderr}");
        assert!(stderr.starts_with("error: the disk is full while writing `"), "{kilobytes} KB: {stderr}");
        assert!(
            stderr.contains(".git/agent-trace/trace.db`\nhint: free some space and run `agent-trace ingest` again"),
            "{stderr}"
        );
    }
    disk.remount("size=64m");
    let _ = world.run(["ingest"]).success();
    assert_eq!(books(&world), expected);
}

#[cfg(unix)]
#[test]
fn a_limit_of_the_file_size_is_named_and_the_next_run_goes_on_without_it() {
    let world = small_world();
    fill(&world, 30, 100);
    let _ = world.run(["ingest"]).success();
    let expected = books(&world);
    for blocks in [8, 64, 1024] {
        fs::remove_dir_all(database(&world).parent().unwrap()).unwrap();
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" ingest");
        let mut shell = world.command(Path::new("/bin/sh"), &world.path(""));
        let output = shell.arg("-c").arg(&script).arg(program()).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{blocks} blocks: {stderr}");
        assert!(stderr.contains("trace.db` cannot be written: disk I/O error\nhint: look at quota"), "{stderr}");
        let _ = world.run(["ingest"]).success();
        assert_eq!(books(&world), expected, "{blocks} blocks");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_repository_that_cannot_be_written_answers_from_what_was_read() {
    let world = small_world();
    let Some(disk) = Mount::new(&world, 8 << 10) else { return };
    disk.remount("ro");
    let (code, _, stderr) = run_with(&world, &[], &["log"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("trace.db` cannot be written: Read-only file system"), "{stderr}");
    assert!(stderr.contains("hint: nothing was read before; make the folder writable"), "{stderr}");
    disk.remount("rw");
    let _ = world.run(["ingest"]).success();
    let expected = books(&world);
    disk.remount("ro");
    world.claude("late").says("one more").replies("yes");
    let (code, stdout, stderr) = run_with(&world, &[], &["cost"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.starts_with("warning: not up to date: `"), "{stderr}");
    assert!(stdout.contains("total"), "{stdout}");
    assert_eq!(books(&world), expected);
    let (code, _, stderr) = run_with(&world, &[], &["ingest"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("hint: use --no-refresh to answer from what was read before"), "{stderr}");
}

/// Where permissions bind (not for root): the same, by permission.
#[cfg(unix)]
#[test]
fn a_folder_without_write_permission_answers_from_what_was_read() {
    use std::os::unix::fs::PermissionsExt;
    let world = ingested();
    let expected = totals(&world);
    let folder = database(&world).parent().unwrap().to_owned();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let (code, _, stderr) = run_with(&world, &[], &["log"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(totals(&world), expected);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_file_where_our_folder_should_be_is_named() {
    let world = small_world();
    let folder: PathBuf = database(&world).parent().unwrap().to_owned();
    fs::write(&folder, "").unwrap();
    let (code, _, stderr) = run_with(&world, &[], &["ingest"]);
    assert_eq!(code, Some(2));
    assert!(stderr.starts_with("error: `") && stderr.contains("trace.db` cannot be written: "), "{stderr}");
}
