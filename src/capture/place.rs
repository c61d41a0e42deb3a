//! Where a hook runs: the git directory of the work tree and the one all work trees share, found by reading files.
//!
//! Starting `git rev-parse` would cost as much as the rest of the hook, opening the repository with gix more.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The repository around a folder, as far as a hook needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Git directory of this work tree: where `HEAD` and the state of a rebase are.
    pub git_dir: PathBuf,
    /// Git directory that all work trees share.
    pub common_dir: PathBuf,
    /// Root of the work tree; `None` in a bare repository.
    pub top: Option<PathBuf>,
}

/// Bytes that hold the last line of a reflog.
const MAX_MOVE: u64 = 8 * 1024;

/// Deeper folders are looked for no further.
const MAX_DEPTH: usize = 256;

impl Place {
    /// Finds the repository around `folder`. `git_dir` is what git exported as `GIT_DIR`, if it did.
    pub fn find(folder: &Path, git_dir: Option<&Path>) -> Option<Place> {
        match git_dir {
            Some(dir) => Place::of_git_dir(folder.join(dir), Some(folder.to_owned())),
            None => folder.ancestors().take(MAX_DEPTH).find_map(Place::at),
        }
    }

    fn at(folder: &Path) -> Option<Place> {
        let dot_git = folder.join(".git");
        if dot_git.is_dir() {
            return Place::of_git_dir(dot_git, Some(folder.to_owned()));
        }
        if let Some(dir) = fs::read(&dot_git).ok().as_deref().and_then(link) {
            return Place::of_git_dir(folder.join(dir), Some(folder.to_owned()));
        }
        let is_bare = folder.join("objects").is_dir() && folder.join("refs").is_dir() && folder.join("HEAD").is_file();
        if is_bare { Place::of_git_dir(folder.to_owned(), None) } else { None }
    }

    fn of_git_dir(git_dir: PathBuf, top: Option<PathBuf>) -> Option<Place> {
        if !git_dir.join("HEAD").exists() {
            return None;
        }
        let common = fs::read_to_string(git_dir.join("commondir")).ok();
        let common_dir =
            common.map_or_else(|| git_dir.clone(), |text| git_dir.join(text.trim_end_matches(['\r', '\n'])));
        Some(Place { git_dir, common_dir, top })
    }

    /// Returns the name of the work tree: `main`, or that of its folder below `worktrees`.
    pub fn worktree(&self) -> String {
        let is_linked = self.git_dir != self.common_dir;
        let name = self.git_dir.file_name().filter(|_| is_linked).map(|name| name.to_string_lossy());
        match name {
            Some(name) if is_plain(&name) && name != "main" => name.into_owned(),
            Some(name) => format!("w{:016x}", xxhash_rust::xxh3::xxh3_64(name.as_bytes())),
            None => "main".to_owned(),
        }
    }

    /// Returns the id of the commit that is checked out, in hexadecimal digits; `None` if the files do not tell.
    pub fn head(&self) -> Option<String> {
        let head = fs::read_to_string(self.git_dir.join("HEAD")).ok()?;
        let head = head.trim_end();
        match head.strip_prefix("ref: ") {
            Some(name) => self.resolve(name),
            None => is_id(head).then(|| head.to_owned()),
        }
    }

    /// Returns the file in which git will write the id of the next commit that is checked out.
    pub(super) fn head_file(&self) -> Option<PathBuf> {
        let head = self.git_dir.join("HEAD");
        let text = fs::read_to_string(&head).ok()?;
        match text.trim_end().strip_prefix("ref: ") {
            Some(name) if is_inside(name) => Some(self.common_dir.join(name)),
            Some(_) => None,
            None => Some(head),
        }
    }

    /// Returns what git says of the last move of `HEAD` here; `None` where no such log is kept.
    pub(super) fn last_move(&self) -> Option<String> {
        let text = self.moves()?;
        text.trim_end().rsplit('\n').next()?.rsplit_once('\t').map(|(_, said)| said.to_owned())
    }

    /// Returns the commit to which `HEAD` moved last from the commit `before`.
    pub(super) fn moved_from(&self, before: &str) -> Option<String> {
        let text = self.moves()?;
        let new = text.lines().rev().find_map(|line| line.strip_prefix(before)?.split_ascii_whitespace().next())?;
        is_id(new).then(|| new.to_owned())
    }

    /// Tells whether `HEAD` moved from a commit (`None`: from none) to where it is by commits alone, as its log says.
    pub fn was_only_committed_since(&self, before: Option<&str>) -> bool {
        let Some(text) = self.moves() else { return false };
        for line in text.lines().rev() {
            let Some((ids, said)) = line.split_once('\t') else { return false };
            // A merge brings what others wrote.
            if !said.starts_with("commit") || said.starts_with("commit (merge)") {
                return false;
            }
            let old = ids.split(' ').next().unwrap_or_default();
            if before.is_none_or(|before| before == old) {
                return before.is_some() || old.bytes().all(|byte| byte == b'0');
            }
        }
        false
    }

    /// Returns the roots of the repository's other work trees, links resolved.
    pub fn other_tops(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.common_dir.join("worktrees")).into_iter().flatten().flatten();
        let linked = entries.filter_map(|entry| link_text(&entry.path().join("gitdir")));
        let tops = linked.chain([self.common_dir.clone()]);
        let own = self.top.as_ref().and_then(|top| top.canonicalize().ok());
        let real = |dot_git: PathBuf| dot_git.canonicalize().ok()?.parent().map(Path::to_owned);
        let mut found: Vec<PathBuf> = tops.filter_map(real).filter(|top| Some(top) != own.as_ref()).collect();
        found.retain(|top| top.join(".git").exists());
        found
    }

    /// The end of the log of `HEAD`.
    fn moves(&self) -> Option<String> {
        let mut file = fs::File::open(self.git_dir.join("logs").join("HEAD")).ok()?;
        let start = file.metadata().ok()?.len().saturating_sub(MAX_MOVE);
        file.seek(SeekFrom::Start(start)).ok()?;
        let mut bytes = Vec::new();
        file.take(2 * MAX_MOVE).read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn resolve(&self, name: &str) -> Option<String> {
        let loose = fs::read_to_string(self.common_dir.join(name)).ok().filter(|_| is_inside(name));
        match loose.map(|text| text.trim_end().to_owned()) {
            Some(id) => is_id(&id).then_some(id),
            None => self.packed(name),
        }
    }

    fn packed(&self, name: &str) -> Option<String> {
        let packed = fs::read_to_string(self.common_dir.join("packed-refs")).ok()?;
        let id = packed.lines().find_map(|line| line.strip_suffix(name)?.strip_suffix(' '))?;
        is_id(id).then(|| id.to_owned())
    }

    /// Tells whether objects of this repository have SHA-256 names.
    pub fn is_sha256(&self) -> bool {
        let config = fs::read_to_string(self.common_dir.join("config")).unwrap_or_default().to_ascii_lowercase();
        config
            .lines()
            .filter_map(|line| line.split_once('='))
            .any(|(key, value)| key.trim() == "objectformat" && value.trim() == "sha256")
    }

    /// Returns where hooks and `ingest` keep what they know.
    pub fn data_dir(&self) -> PathBuf {
        self.common_dir.join("agent-trace")
    }
}

/// The path in a file of one line.
fn link_text(file: &Path) -> Option<PathBuf> {
    native_path(fs::read(file).ok()?.trim_ascii_end())
}

/// The path behind `gitdir: `.
fn link(text: &[u8]) -> Option<PathBuf> {
    native_path(text.strip_prefix(b"gitdir: ")?.trim_ascii_end())
}

/// A path is any bytes here.
#[cfg(unix)]
fn native_path(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

/// Git writes paths as UTF-8 here.
#[cfg(not(unix))]
fn native_path(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

/// Tells whether the name of a ref stays within its folder.
fn is_inside(name: &str) -> bool {
    name.starts_with("refs/") && !name.split('/').any(|part| part == "..")
}

fn is_plain(name: &str) -> bool {
    let is_short = (1..=100).contains(&name.len());
    is_short && !name.starts_with(['.', '-']) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join(".git");
        fs::create_dir_all(git.join("refs/heads")).unwrap();
        fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        (folder, git)
    }

    #[test]
    fn a_folder_below_the_top_finds_its_repository() {
        let (folder, git) = repository();
        let below = folder.path().join("src/deep");
        fs::create_dir_all(&below).unwrap();
        let place = Place::find(&below, None).unwrap();
        assert_eq!((place.git_dir.as_path(), place.common_dir.as_path()), (git.as_path(), git.as_path()));
        assert_eq!((place.top.as_deref(), place.worktree().as_str()), (Some(folder.path()), "main"));
        assert_eq!(Place::find(Path::new("/"), None), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_linked_tree_of_a_repository_whose_path_is_no_text_is_not_taken_for_the_one_around_it() {
        use std::os::unix::ffi::OsStrExt as _;
        let (folder, _) = repository();
        let odd = folder.path().join(std::ffi::OsStr::from_bytes(b"\xff/.git"));
        let admin = odd.join("worktrees/tree");
        fs::create_dir_all(&admin).unwrap();
        fs::write(admin.join("HEAD"), "ref: refs/heads/tree\n").unwrap();
        fs::write(admin.join("commondir"), "../..\n").unwrap();
        let tree = folder.path().join("tree");
        fs::create_dir_all(&tree).unwrap();
        fs::write(tree.join(".git"), [b"gitdir: ", admin.as_os_str().as_bytes(), b"\n"].concat()).unwrap();
        let place = Place::find(&tree, None).unwrap();
        assert_eq!((place.git_dir, place.top), (admin, Some(tree)));
    }

    #[test]
    fn loose_packed_and_detached_heads_are_read() {
        let (folder, git) = repository();
        let place = Place::find(folder.path(), None).unwrap();
        assert_eq!(place.head(), None, "a branch without a commit");
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        fs::write(
            git.join("packed-refs"),
            format!("# pack-refs\n{one} refs/heads/other/main\n{two} refs/heads/main\n"),
        )
        .unwrap();
        assert_eq!(place.head(), Some(two.clone()));
        fs::write(git.join("refs/heads/main"), format!("{one}\n")).unwrap();
        assert_eq!(place.head(), Some(one));
        fs::write(git.join("HEAD"), format!("{two}\n")).unwrap();
        assert_eq!(place.head(), Some(two));
        fs::write(git.join("HEAD"), "ref: refs/../../secret\n").unwrap();
        assert_eq!(place.head(), None);
    }

    #[test]
    fn a_hostile_name_of_a_worktree_is_no_file_name() {
        let place = |name: &str| Place {
            git_dir: Path::new("/r/.git/worktrees").join(name),
            common_dir: "/r/.git".into(),
            top: None,
        };
        assert_eq!(place("fix-1").worktree(), "fix-1");
        for name in ["main", ".hidden", "a b", "ä"] {
            let file = place(name).worktree();
            assert!(file.starts_with('w') && file.len() == 17 && is_plain(&file), "{name} became {file}");
        }
    }
}
