//! Whether git ignores a path, from the files that say so: without a child process and without the index.

use std::fs;
use std::path::{Path, PathBuf};

use gix::glob::pattern::{Case, Mode};
use gix::glob::wildmatch;

/// More is nobody's list of patterns.
const MAX_BYTES: u64 = 1 << 20;

/// Tells whether patterns ignore a path (from the top of the work tree, with `/`), tracked or not.
pub fn is_ignored_by_patterns(top: &Path, common_dir: &Path, path: &str) -> bool {
    let mut lists: Vec<List> = user_lists().into_iter().filter_map(|file| List::read(&file, "")).collect();
    lists.extend(List::read(&common_dir.join("info").join("exclude"), ""));
    lists.extend(List::read(&top.join(".gitignore"), ""));
    for (end, _) in path.match_indices('/') {
        if is_excluded(&lists, &path[..end], true) {
            return true; // What lies below an ignored folder cannot be taken back.
        }
        lists.extend(List::read(&top.join(&path[..end]).join(".gitignore"), &path[..end]));
    }
    is_excluded(&lists, path, false)
}

/// The last pattern that fits decides.
fn is_excluded(lists: &[List], path: &str, is_folder: bool) -> bool {
    lists.iter().rev().find_map(|list| list.decides(path, is_folder)).unwrap_or(false)
}

/// The patterns of one file.
struct List {
    /// Folder of the file, from the top; empty for the top itself.
    base: String,
    patterns: Vec<gix::glob::Pattern>,
}

impl List {
    fn read(file: &Path, base: &str) -> Option<List> {
        let is_readable = fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() <= MAX_BYTES);
        let text = fs::read(file).ok().filter(|_| is_readable)?;
        let text = text.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(&text);
        let patterns = text.split(|byte| *byte == b'\n').filter_map(pattern).collect();
        Some(List { base: base.to_owned(), patterns })
    }

    fn decides(&self, path: &str, is_folder: bool) -> Option<bool> {
        let below = match self.base.as_str() {
            "" => path,
            base => path.strip_prefix(base)?.strip_prefix('/')?,
        };
        let name = below.rfind('/').map(|at| at + 1);
        let fits = |pattern: &&gix::glob::Pattern| {
            let mode = wildmatch::Mode::NO_MATCH_SLASH_LITERAL;
            pattern.matches_repo_relative_path(below.into(), name, Some(is_folder), Case::Sensitive, mode)
        };
        let found = self.patterns.iter().rev().find(fits)?;
        Some(!found.mode.contains(Mode::NEGATIVE))
    }
}

fn pattern(line: &[u8]) -> Option<gix::glob::Pattern> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.starts_with(b"#") {
        return None;
    }
    let end = line.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
    let is_escaped = end > 0 && line[end - 1] == b'\\';
    gix::glob::Pattern::from_bytes(&line[..(end + usize::from(is_escaped)).min(line.len())])
}

/// The user's own lists: the one that is configured, or where git looks for it.
fn user_lists() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = variable("HOME");
    let configured = match variable("GIT_CONFIG_GLOBAL") {
        Some(file) => vec![file],
        None => home.iter().flat_map(|home| [home.join(".config/git/config"), home.join(".gitconfig")]).collect(),
    };
    let named =
        configured.iter().filter_map(|file| fs::read_to_string(file).ok()).find_map(|text| excludes_file(&text));
    let tilde = |path: &str| match path.strip_prefix("~/") {
        Some(below) => home.as_ref().map(|home| home.join(below)),
        None => Some(PathBuf::from(path)),
    };
    let folder = variable("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|home| home.join(".config")));
    match named {
        Some(path) => tilde(&path).into_iter().collect(),
        None => folder.into_iter().map(|folder| folder.join("git").join("ignore")).collect(),
    }
}

/// The value of `core.excludesFile`, as far as it stands there plainly.
fn excludes_file(config: &str) -> Option<String> {
    let value = |line: &str| {
        let (key, value) = line.split_once('=')?;
        key.trim().eq_ignore_ascii_case("excludesfile").then(|| value.trim().trim_matches('"').to_owned())
    };
    config.lines().filter_map(value).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn what_git_ignores_is_ignored() {
        let test = TestRepo::new();
        let lists = [
            (".gitignore", "# no *.rs\n*.log\n!keep.log\n/target\nbuild/\nlogs/**/x\n\\#odd\nspace\\ \n*.tmp  \n"),
            ("src/.gitignore", "/made.rs\n!*.tmp\ndeep/*\n!deep/kept\n"),
            (".git/info/exclude", "private-*\n"),
        ];
        for (file, text) in lists {
            fs::create_dir_all(test.path().join(file).parent().unwrap()).unwrap();
            fs::write(test.path().join(file), text).unwrap();
        }
        let paths = [
            "a.rs",
            "a.log",
            "keep.log",
            "src/b.log",
            "target",
            "target/x/y.rs",
            "src/target",
            "build/a",
            "src/build/a",
            "build",
            "logs/a/b/x",
            "logs/x",
            "#odd",
            "x.tmp",
            "src/x.tmp",
            "src/made.rs",
            "made.rs",
            "src/deep/a",
            "src/deep/kept",
            "src/private-1",
            "private-2/x",
            "target/keep.log",
        ];
        let ignored = |path: &&&str| is_ignored_by_patterns(test.path(), &test.path().join(".git"), path);
        let ours: Vec<&&str> = paths.iter().filter(ignored).collect();
        let theirs: Vec<&&str> =
            paths.iter().filter(|path| crate::git::is_ignored(test.path(), Path::new(path))).collect();
        assert_eq!(ours, theirs);
        assert!(ours.len() > 10, "{ours:?}");
    }

    #[test]
    fn the_users_own_file_is_read_from_the_configuration() {
        assert_eq!(excludes_file("[core]\n\texcludesFile = \"~/x y\"\n"), Some("~/x y".into()));
        assert_eq!(excludes_file("[core]\n\teditor = vi\n"), None);
    }
}
