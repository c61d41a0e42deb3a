//! What differs between commit and work tree, from git's own mouth: it alone knows its index, its ignored files and its
//! file-system monitor. No lock is taken and nothing is fetched.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::program::command;

/// Git has so long for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file that differs from the commit that is checked out, or from the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Path from the top of the work tree.
    pub path: String,
    /// Name of the content in the commit, in hexadecimal digits; `None` if it is not there.
    pub committed: Option<String>,
    /// An ordinary file is there now.
    pub is_there: bool,
}

/// A file that differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedFile {
    /// Path from the top.
    pub path: String,
    /// Name of the old content; `None` if it was not there.
    pub old: Option<String>,
    /// Name of the new content; `None` if it is not there.
    pub new: Option<String>,
}

/// Returns the changed and the new files of a work tree; `None` if git fails or says more than `max_bytes`.
///
/// Neither ignored files nor submodules; links are not followed.
pub fn changed_files(top: &Path, max_bytes: u64) -> Option<Vec<ChangedFile>> {
    let arguments = [
        "status",
        "--porcelain=v2",
        "-z",
        "--no-renames",
        "--untracked-files=all",
        "--ignore-submodules=all",
        "--no-ahead-behind",
    ];
    let answer = ask(top, &arguments, b"", max_bytes)?;
    Some(answer.split(|byte| *byte == 0).filter_map(changed_file).collect())
}

/// Returns what differs between two commits, or was added up to the second if there is no first.
pub fn moved_files(top: &Path, old: Option<&str>, new: &str, max_bytes: u64) -> Option<Vec<MovedFile>> {
    let empty = empty_tree(new);
    let arguments = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old.unwrap_or(empty), new, "--"];
    let answer = ask(top, &arguments, b"", max_bytes)?;
    let mut words = answer.split(|byte| *byte == 0);
    let mut found = Vec::new();
    while let (Some(fields), Some(path)) = (words.next(), words.next()) {
        found.extend(moved_file(fields, path));
    }
    Some(found)
}

/// Returns contents by name, in order; `None` for what is not here or too large.
pub fn contents(top: &Path, names: &[String], max_bytes: u64) -> Option<Vec<Option<Vec<u8>>>> {
    let is_id = |name: &&String| name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let names: Vec<&String> = names.iter().filter(is_id).collect();
    let asked: String = names.iter().map(|name| format!("{name}\n")).collect();
    let answer = ask(top, &["cat-file", "--batch"], asked.as_bytes(), max_bytes)?;
    let mut rest = answer.as_slice();
    Some(names.iter().map(|_| content(&mut rest)).collect())
}

/// The tree without files, which every repository has.
fn empty_tree(like: &str) -> &'static str {
    match like.len() {
        64 => "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
        _ => "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    }
}

/// Runs git with an input that fits into a pipe, or is read while it answers.
fn ask(top: &Path, arguments: &[&str], input: &[u8], max_bytes: u64) -> Option<Vec<u8>> {
    let mut git = command(Path::new("git"));
    git.arg("-C").arg(top).args(arguments);
    git.envs([("GIT_OPTIONAL_LOCKS", "0"), ("GIT_NO_LAZY_FETCH", "1"), ("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C")]);
    for place in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE"] {
        git.env_remove(place);
    }
    git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = git.spawn().ok()?;
    let answer = converse(&mut child, input.to_vec(), max_bytes);
    if answer.is_none() {
        let _ = child.kill();
    }
    let status = child.wait().ok()?;
    answer.filter(|_| status.success())
}

/// Writes and reads at once, and waits no longer than is reasonable.
fn converse(child: &mut Child, input: Vec<u8>, max_bytes: u64) -> Option<Vec<u8>> {
    let (mut stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
    std::thread::spawn(move || stdin.write_all(&input));
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut answer = Vec::new();
        let is_read = stdout.take(max_bytes + 1).read_to_end(&mut answer).is_ok();
        tell.send((is_read, answer))
    });
    let (is_read, answer) = told.recv_timeout(PATIENCE).ok()?;
    (is_read && answer.len() as u64 <= max_bytes).then_some(answer)
}

/// `1 XY sub mH mI mW hH hI path`, `u XY sub m1 m2 m3 mW h1 h2 h3 path`, `? path`.
fn changed_file(line: &[u8]) -> Option<ChangedFile> {
    let line = std::str::from_utf8(line).ok()?;
    let (kind, rest) = line.split_once(' ')?;
    let (mode, committed, path) = match kind {
        "1" => {
            let mut words = rest.splitn(8, ' ');
            (words.nth(4)?, Some(words.next()?), words.nth(1)?)
        }
        "u" => {
            let mut words = rest.splitn(10, ' ');
            (words.nth(5)?, Some(words.nth(1)?), words.nth(1)?)
        }
        "?" => ("100644", None, rest),
        _ => return None,
    };
    let committed = committed.filter(|name| !is_nothing(name)).map(str::to_owned);
    let is_file = mode.starts_with("100");
    let is_gone = mode == "000000";
    (is_file || is_gone).then(|| ChangedFile { path: path.to_owned(), committed, is_there: is_file })
}

/// `:mode mode old new status`.
fn moved_file(fields: &[u8], path: &[u8]) -> Option<MovedFile> {
    let (fields, path) = (std::str::from_utf8(fields).ok()?, std::str::from_utf8(path).ok()?);
    let words: Vec<&str> = fields.strip_prefix(':')?.split(' ').collect();
    let [old_mode, new_mode, old, new, _] = words[..] else { return None };
    let name = |mode: &str, name: &str| (mode.starts_with("100") && !is_nothing(name)).then(|| name.to_owned());
    Some(MovedFile { path: path.to_owned(), old: name(old_mode, old), new: name(new_mode, new) })
}

fn is_nothing(name: &str) -> bool {
    name.bytes().all(|byte| byte == b'0')
}

/// `<name> <type> <size>`, the bytes, a line feed; or `<name> missing`.
fn content(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = memchr::memchr(b'\n', rest)?;
    let head = std::str::from_utf8(&rest[..end]).ok()?.to_owned();
    *rest = &rest[end + 1..];
    let mut words = head.split(' ').skip(1);
    let kind = words.next()?;
    let size: usize = words.next()?.parse().ok()?;
    let (bytes, after) = rest.split_at_checked(size)?;
    let bytes = bytes.to_vec();
    *rest = after.get(1..).unwrap_or_default();
    (kind == "blob").then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::blob_id;
    use crate::git::test_repo::TestRepo;

    fn name(text: &str) -> Option<String> {
        blob_id(text.as_bytes(), false)
    }

    #[test]
    fn changed_new_and_deleted_files_are_found_and_ignored_ones_are_not() {
        let test = TestRepo::new();
        for (path, text) in [("a.rs", "one\n"), ("b c.rs", "two\n"), ("gone.rs", "three\n"), ("same.rs", "four\n")] {
            std::fs::write(test.path().join(path), text).unwrap();
        }
        std::fs::write(test.path().join(".gitignore"), "*.log\n").unwrap();
        test.git(&["add", "--all"]);
        test.commit("start");
        std::fs::write(test.path().join("b c.rs"), "changed\n").unwrap();
        std::fs::create_dir_all(test.path().join("new")).unwrap();
        std::fs::write(test.path().join("new/\u{e4} x.rs"), "new\n").unwrap();
        std::fs::write(test.path().join("x.log"), "new\n").unwrap();
        std::fs::remove_file(test.path().join("gone.rs")).unwrap();
        let found = changed_files(test.path(), 1 << 20).unwrap();
        let file = |path: &str, committed: Option<&str>, is_there: bool| ChangedFile {
            path: path.to_owned(),
            committed: committed.and_then(name),
            is_there,
        };
        let expected = [
            file("b c.rs", Some("two\n"), true),
            file("gone.rs", Some("three\n"), false),
            file("new/\u{e4} x.rs", None, true),
        ];
        assert_eq!(found, expected);
        assert_eq!(changed_files(test.path(), 10), None, "too much");
    }

    #[test]
    fn files_between_commits_and_their_contents_are_found() {
        let test = TestRepo::new();
        std::fs::write(test.path().join("a.rs"), "one\n").unwrap();
        test.git(&["add", "--all"]);
        let first = test.commit("first").to_string();
        std::fs::write(test.path().join("a.rs"), "two\n").unwrap();
        std::fs::write(test.path().join("b.rs"), "").unwrap();
        test.git(&["add", "--all"]);
        let second = test.commit("second").to_string();
        let file = |path: &str, old: Option<&str>, new: Option<&str>| MovedFile {
            path: path.to_owned(),
            old: old.and_then(name),
            new: new.and_then(name),
        };
        let moved = moved_files(test.path(), Some(&first), &second, 1 << 20).unwrap();
        assert_eq!(moved, [file("a.rs", Some("one\n"), Some("two\n")), file("b.rs", None, Some(""))]);
        let added = moved_files(test.path(), None, &first, 1 << 20).unwrap();
        assert_eq!(added, [file("a.rs", None, Some("one\n"))]);
        let asked = ["one\n", "absent\n", "", "two\n"].map(|text| name(text).unwrap());
        let texts = contents(test.path(), &asked, 1 << 20).unwrap();
        let bytes = |text: &str| Some(text.as_bytes().to_vec());
        assert_eq!(texts, [bytes("one\n"), None, bytes(""), bytes("two\n")]);
    }
}
