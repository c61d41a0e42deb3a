//! What one commit changed, file by file, against its first parent.

use gix::ObjectId;
use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use super::blob::{Side, is_binary};
use super::error::ChangeError;
use super::line_changes::LineChanges;
use super::object_id::{to_commit_id, to_object_id};
use super::patch_key::{PatchKey, PatchSum, PatchText};
use super::path_text::path_text;
use super::renames::join_renames;
use super::repo::Repo;
use super::tree_changes::{Pair, tree_changes};
use crate::model::CommitId;

/// The changes of one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitChanges {
    /// The commit.
    pub id: CommitId,
    /// A merge claims no lines: what it brings in belongs to the merged commits.
    pub is_merge: bool,
    /// Changed files by path; empty for merges.
    pub files: Vec<FileChange>,
    /// The identity of the change. `None` for merges, empty commits and commits with content that is not here.
    pub patch_key: Option<PatchKey>,
}

/// The change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path, or the last one if the file was deleted; see [`path_text`] for paths that are not UTF-8.
    pub path: String,
    /// The path before, if it was another (git's default rename detection, 50 %).
    pub old_path: Option<String>,
    /// What happened to the content.
    pub content: FileContent,
    /// Name of the content after it, where it is a file that is not empty.
    pub blob: Option<CommitId>,
}

/// What is known about a changed content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// Text or a symbolic link; a change of mode or name alone has no lines.
    Lines(LineChanges),
    /// A submodule on either side; counted as git counts it, but never anybody's code.
    Submodule {
        /// As in `git diff --numstat`.
        added: u32,
        /// As in `git diff --numstat`.
        deleted: u32,
    },
    /// Lines that are not known.
    Opaque(OpaqueReason),
}

/// Why a content has no lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpaqueReason {
    /// A zero byte in its beginning.
    Binary,
    /// More than 16 MiB.
    TooLarge,
    /// Not in this repository (a partial clone).
    Missing,
    /// The object is damaged.
    Unreadable,
}

impl FileChange {
    /// Returns added and deleted lines as `git diff --numstat` counts them, or `None` where they are not known.
    pub fn line_counts(&self) -> Option<(u32, u32)> {
        match &self.content {
            FileContent::Lines(lines) => Some((lines.added, lines.deleted)),
            FileContent::Submodule { added, deleted } => Some((*added, *deleted)),
            FileContent::Opaque(_) => None,
        }
    }
}

impl Repo {
    /// Returns what a commit changed against its first parent, or against nothing if it has no parent.
    ///
    /// # Errors
    /// [`ChangeError`]; single contents that are missing or damaged are no error but [`FileContent::Opaque`].
    pub fn changes(&self, id: &CommitId) -> Result<CommitChanges, ChangeError> {
        changes_in(&self.local(), id)
    }
}

/// Returns the changes of a commit, read through the handle of this thread.
pub(super) fn changes_in(local: &gix::Repository, id: &CommitId) -> Result<CommitChanges, ChangeError> {
    let commit = tree_and_parents(local, id)?.ok_or(ChangeError::NotFound { commit: *id })?;
    if commit.parents.len() > 1 {
        return Ok(CommitChanges { id: *id, is_merge: true, files: Vec::new(), patch_key: None });
    }
    let before = match commit.parents.first() {
        Some(parent) => Some(parent_tree(local, id, parent)?),
        None => None,
    };
    changes_of_trees(local, id, before, commit.tree)
}

/// Returns what is different in another tree, under the name of a commit.
pub(super) fn changes_of_trees(
    local: &gix::Repository,
    id: &CommitId,
    before: Option<ObjectId>,
    after: ObjectId,
) -> Result<CommitChanges, ChangeError> {
    let pairs = tree_changes(local, before, after).map_err(|error| tree_error(*id, error))?;
    let mut pairs = join_renames(local, pairs);
    pairs.sort_by(|a, b| path(a).cmp(path(b)));
    let mut sum = PatchSum::default();
    let files = pairs.iter().map(|pair| file_change(local, pair, &mut sum)).collect();
    Ok(CommitChanges { id: *id, is_merge: false, files, patch_key: sum.key() })
}

pub(super) struct CommitTree {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
}

pub(super) fn tree_and_parents(local: &gix::Repository, id: &CommitId) -> Result<Option<CommitTree>, ChangeError> {
    let unreadable = |source: gix::Error| ChangeError::Unreadable { commit: *id, source: source.into() };
    let object = local.try_find_object(to_object_id(id)).map_err(unreadable)?;
    let Some(object) = object.filter(|object| object.kind == Kind::Commit) else {
        return Ok(None);
    };
    let commit = object.into_commit();
    let decoded = commit.decode().map_err(unreadable)?;
    Ok(Some(CommitTree { tree: decoded.tree(), parents: decoded.parents().collect() }))
}

pub(super) fn parent_tree(local: &gix::Repository, id: &CommitId, parent: &ObjectId) -> Result<ObjectId, ChangeError> {
    let parent = to_commit_id(parent).ok_or(ChangeError::NotFound { commit: *id })?;
    let found = tree_and_parents(local, &parent)?;
    found.map(|commit| commit.tree).ok_or(ChangeError::ParentMissing { commit: *id, parent })
}

pub(super) fn tree_error(commit: CommitId, error: gix::Error) -> ChangeError {
    match error.is_not_found() {
        true => ChangeError::TreeMissing { commit },
        false => ChangeError::Unreadable { commit, source: error.into() },
    }
}

pub(super) fn path(pair: &Pair) -> &[u8] {
    pair.new.as_ref().or(pair.old.as_ref()).map_or(&[], |side| &side.path)
}

fn file_change(local: &gix::Repository, pair: &Pair, sum: &mut PatchSum) -> FileChange {
    let mut patch = PatchText::of(pair);
    let content = content_change(local, pair, &mut patch);
    match content {
        FileContent::Opaque(OpaqueReason::Missing | OpaqueReason::Unreadable) => sum.add_unknown(),
        FileContent::Opaque(_) => {
            patch.blobs(pair);
            sum.add(&patch);
        }
        _ => sum.add(&patch),
    }
    let new_path = path(pair);
    let old_path = pair.old.as_ref().filter(|old| old.path != new_path).map(|old| path_text(&old.path));
    let is_empty = |id: &ObjectId| *id == local.empty_blob().id;
    let blob =
        pair.new.as_ref().filter(|new| new.is_file() && !is_empty(&new.id)).and_then(|new| to_commit_id(&new.id));
    FileChange { path: path_text(new_path), old_path, content, blob }
}

fn content_change(local: &gix::Repository, pair: &Pair, patch: &mut PatchText) -> FileContent {
    let (old, new) = match contents(local, pair) {
        Ok(contents) => contents,
        Err(reason) => return FileContent::Opaque(reason),
    };
    if is_binary(&old) || is_binary(&new) {
        return FileContent::Opaque(OpaqueReason::Binary);
    }
    let lines = LineChanges::between(&old, &new, patch);
    let is_submodule = |side: &Option<Side>| side.as_ref().is_some_and(|side| side.kind == EntryKind::Commit);
    match is_submodule(&pair.old) || is_submodule(&pair.new) {
        true => FileContent::Submodule { added: lines.added, deleted: lines.deleted },
        false => FileContent::Lines(lines),
    }
}

fn contents(local: &gix::Repository, pair: &Pair) -> Result<(Vec<u8>, Vec<u8>), OpaqueReason> {
    let read = |side: &Option<Side>| side.as_ref().map_or(Ok(Vec::new()), |side| side.read(local));
    if let (Some(old), Some(new)) = (&pair.old, &pair.new)
        && old.id == new.id
    {
        return unchanged_content(new.read(local));
    }
    Ok((read(&pair.old)?, read(&pair.new)?))
}

/// Only the name or the mode changed: no lines, whether or not the content is here. Git still says `-` for binaries.
fn unchanged_content(content: Result<Vec<u8>, OpaqueReason>) -> Result<(Vec<u8>, Vec<u8>), OpaqueReason> {
    match content {
        Ok(content) if is_binary(&content) => Err(OpaqueReason::Binary),
        _ => Ok((Vec::new(), Vec::new())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;
    use crate::model::LineHash;

    type Row = (Option<String>, String, Option<(u32, u32)>);

    /// `git show --numstat`, the oracle.
    fn numstat(test: &TestRepo, id: &CommitId) -> Vec<Row> {
        let arguments = ["show", "--numstat", "-z", "-M", "--format=", "--first-parent", "-m"];
        let output = test.command().args(arguments).arg(id.to_string()).output().unwrap().stdout;
        let mut fields = output.split(|&byte| byte == 0).filter(|field| !field.is_empty());
        let mut rows = Vec::new();
        while let Some(field) = fields.next() {
            let mut parts = field.splitn(3, |&byte| byte == b'\t');
            let mut count = || std::str::from_utf8(parts.next().unwrap()).unwrap().trim().parse().ok();
            let counts = count().zip(count());
            match parts.next().unwrap() {
                b"" => {
                    let (old, new) = (path_text(fields.next().unwrap()), path_text(fields.next().unwrap()));
                    rows.push((Some(old), new, counts));
                }
                path => rows.push((None, path_text(path), counts)),
            }
        }
        rows.sort();
        rows
    }

    fn rows(changes: &CommitChanges) -> Vec<Row> {
        let row = |file: &FileChange| (file.old_path.clone(), file.path.clone(), file.line_counts());
        let mut rows: Vec<_> = changes.files.iter().map(row).collect();
        rows.sort();
        rows
    }

    fn assert_like_git(test: &TestRepo) {
        let repo = test.repo();
        for id in test.git(&["rev-list", "--all", "--no-merges"]).lines() {
            let id = CommitId::parse(id).unwrap();
            let ours = rows(&repo.changes(&id).unwrap());
            assert_eq!(ours, numstat(test, &id), "{}", test.git(&["log", "-1", "--format=%s", &id.to_string()]));
        }
    }

    fn text(lines: std::ops::Range<u32>) -> String {
        lines.map(|n| format!("this is line number {n}\n")).collect()
    }

    #[test]
    fn line_counts_are_gits_in_every_corner() {
        let test = TestRepo::new();
        test.write("text", text(0..30));
        test.write("crlf", "a\r\nb\r\nc\r\n");
        test.write("no-newline", "first\nlast");
        test.write("Füße/日本 語.txt", text(0..9));
        test.write("binary", b"\0\x01\x02");
        test.write("empty", "");
        test.commit("everything is added");
        test.write("text", text(5..35).replace("number 20", "no. 20"));
        test.write("crlf", "a\nb\nc\n");
        test.write("no-newline", "first\nlast\n");
        test.write("binary", b"\0\x01\x03");
        test.write("Füße/日本 語.txt", text(1..10));
        test.commit("everything changes");
        test.write("no-newline", "first\nlast\nmore");
        test.write("crlf", "a\nb\r\nc\n");
        test.write("text", "");
        test.write("empty", "no longer\n");
        test.commit("line ends and emptiness");
        test.write("binary", "now text\n");
        test.write("crlf", b"now\0binary");
        test.commit("binary and text change places");
        test.git(&["rm", "-q", "-r", "."]);
        test.commit("everything is gone");
        test.commit("nothing happens");
        assert_like_git(&test);
    }

    #[test]
    fn renames_are_those_git_finds() {
        let test = TestRepo::new();
        for (path, content) in [
            ("a/same", text(0..20)),
            ("b/same-text-1", text(100..120)),
            ("b/same-text-2", text(100..120)),
            ("c/moved-and-edited.rs", text(200..240)),
            ("c/half", text(300..320)),
            ("c/too-different", text(400..420)),
            ("d/1", text(500..520)),
            ("d/2", text(500..524)),
            ("empty", String::new()),
            ("swap-a", text(600..620)),
            ("swap-b", text(700..720)),
        ] {
            test.write(path, content);
        }
        test.write("binary", [b"\0".as_slice(), text(800..900).as_bytes()].concat());
        test.commit("start");
        test.git(&["mv", "a", "moved"]);
        test.git(&["mv", "b", "also-moved"]);
        for (old, new, content) in [
            ("c/moved-and-edited.rs", "e/moved-and-edited.rs", text(205..245)),
            ("c/half", "half-new", text(310..330)),
            ("c/too-different", "something", text(412..432)),
            ("d/1", "f/1", text(499..521)),
            ("d/2", "f/3", text(500..526)),
            ("empty", "still-empty", String::new()),
        ] {
            std::fs::remove_file(test.path().join(old)).unwrap();
            test.write(new, content);
        }
        test.git(&["mv", "binary", "binary-moved"]);
        test.commit("moves of all sorts");
        test.write("binary-moved-2", [b"\0".as_slice(), text(800..890).as_bytes()].concat());
        test.git(&["rm", "-q", "binary-moved"]);
        test.write("swap-a", text(700..720));
        test.write("swap-b", text(600..620));
        test.commit("edited binary, swapped files");
        assert_like_git(&test);
    }

    #[cfg(unix)]
    #[test]
    fn links_modes_types_and_odd_paths_are_gits_too() {
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::fs::{PermissionsExt, symlink};
        let test = TestRepo::new();
        let odd = test.path().join(std::ffi::OsStr::from_bytes(b"odd\xff name"));
        std::fs::write(&odd, text(0..5)).unwrap();
        test.write("script", text(0..5));
        test.write("becomes-link", text(0..3));
        test.write("folder", "was a file\n");
        symlink("script", test.path().join("link")).unwrap();
        test.commit("start");
        std::fs::set_permissions(test.path().join("script"), std::fs::Permissions::from_mode(0o755)).unwrap();
        for path in ["link", "becomes-link", "folder"] {
            std::fs::remove_file(test.path().join(path)).unwrap();
        }
        symlink("elsewhere", test.path().join("link")).unwrap();
        symlink("script", test.path().join("becomes-link")).unwrap();
        test.write("folder/file", "in a folder\n");
        std::fs::write(&odd, text(1..5)).unwrap();
        test.commit("types change");
        test.git(&["mv", "link", "link-moved"]);
        test.commit("a link moves");
        assert_like_git(&test);
        let changes = test.repo().changes(&test.id("HEAD~1")).unwrap();
        assert!(changes.files.iter().any(|file| file.path == r#""odd\377 name""#));
    }

    #[test]
    fn submodules_are_counted_and_never_code() {
        let test = TestRepo::new();
        test.write("a", "a\n");
        test.commit("one");
        test.git(&["clone", "-q", ".", "../inner"]);
        test.git(&["submodule", "--quiet", "add", "../inner", "module"]);
        test.commit("submodule added");
        test.git(&["-C", "module", "commit", "-q", "--allow-empty", "-m", "inside"]);
        test.commit("submodule moved on");
        let changes = test.repo().changes(&test.id("HEAD")).unwrap();
        assert_eq!(changes.files[0].content, FileContent::Submodule { added: 1, deleted: 1 });
        test.git(&["rm", "-q", "-f", "module"]);
        test.write("module", "a file now\n");
        test.commit("submodule becomes a file");
        assert_like_git(&test);
    }

    #[test]
    fn hashes_are_of_the_lines_that_changed() {
        let test = TestRepo::new();
        test.write("a", "kept line\nold line\n}\n");
        test.commit("one");
        test.write("a", "kept line\n\tnew line\n{\n");
        let id = test.commit("two");
        let changes = test.repo().changes(&id).unwrap();
        let FileContent::Lines(lines) = &changes.files[0].content else { panic!("{changes:?}") };
        assert_eq!(lines.added_hashes, Vec::from_iter(LineHash::of(b"new line")));
        assert_eq!(lines.deleted_hashes, Vec::from_iter(LineHash::of(b"old line")));
    }

    #[test]
    fn merges_claim_nothing() {
        let test = TestRepo::new();
        test.commit("one");
        test.git(&["checkout", "-q", "-b", "side"]);
        test.write("b", "b\n");
        test.commit("side");
        test.git(&["checkout", "-q", "main"]);
        test.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
        let id = test.id("HEAD");
        let expected = CommitChanges { id, is_merge: true, files: vec![], patch_key: None };
        assert_eq!(test.repo().changes(&id).unwrap(), expected);
    }

    #[test]
    fn a_shallow_boundary_does_not_look_like_a_huge_commit() {
        let test = TestRepo::new();
        test.write("a", text(0..9));
        let parent = test.commit("one");
        let commit = test.commit("two");
        test.git(&["clone", "-q", "--depth=1", &test.url(), "../shallow"]);
        let shallow = Repo::discover(&test.sibling("shallow")).unwrap();
        let refused = shallow.changes(&commit);
        assert!(matches!(refused, Err(ChangeError::ParentMissing { parent: p, .. }) if p == parent), "{refused:?}");
        assert!(matches!(shallow.changes(&parent), Err(ChangeError::NotFound { .. })));
    }

    #[test]
    fn missing_blobs_hide_only_their_own_file() {
        let test = TestRepo::new();
        test.write("a", text(0..9));
        test.write("b", text(20..29));
        test.commit("one");
        test.write("a", text(1..9));
        test.git(&["mv", "b", "c"]);
        let two = test.commit("two");
        test.write("a", text(2..9));
        let three = test.commit("three");
        test.git(&["config", "uploadpack.allowFilter", "true"]);
        test.git(&["clone", "-q", "--filter=blob:none", &test.url(), "../partial"]);
        let partial = Repo::discover(&test.sibling("partial")).unwrap();
        let changes = partial.changes(&two).unwrap();
        let missing = FileContent::Opaque(OpaqueReason::Missing);
        assert_eq!(changes.files[0].content, missing);
        assert_eq!((changes.files[1].old_path.as_deref(), changes.files[1].line_counts()), (Some("b"), Some((0, 0))));
        assert_eq!(changes.patch_key, None);
        assert_eq!(partial.changes(&three).unwrap().files[0].content, missing);
        test.git(&["-C", "../partial", "log", "-p", "--all"]);
        let fetched = Repo::discover(&test.sibling("partial")).unwrap();
        assert_eq!(fetched.changes(&two).unwrap(), test.repo().changes(&two).unwrap());
    }

    #[test]
    fn a_clone_without_trees_says_which_commit_lacks_them() {
        let test = TestRepo::new();
        test.write("a/b", "1\n");
        let one = test.commit("one");
        test.git(&["config", "uploadpack.allowFilter", "true"]);
        test.git(&["clone", "-q", "--filter=tree:0", "--no-checkout", &test.url(), "../treeless"]);
        let refused = Repo::discover(&test.sibling("treeless")).unwrap().changes(&one);
        assert!(matches!(refused, Err(ChangeError::TreeMissing { commit }) if commit == one), "{refused:?}");
    }

    #[test]
    fn huge_files_are_not_compared() {
        let test = TestRepo::new();
        test.write("huge", "x".repeat(16 << 20) + "\n");
        test.write("small", "small\n");
        let id = test.commit("one");
        let files = test.repo().changes(&id).unwrap().files;
        assert_eq!(files[0].content, FileContent::Opaque(OpaqueReason::TooLarge));
        assert_eq!(files[1].line_counts(), Some((1, 0)));
    }

    #[test]
    fn a_damaged_blob_hides_only_its_own_file() {
        let test = TestRepo::new();
        test.write("a", "a\n");
        test.write("b", "b\n");
        let id = test.commit("one");
        let blob = test.git(&["rev-parse", "HEAD:a"]);
        let object = test.path().join(".git/objects").join(&blob[..2]).join(blob[2..].trim());
        std::fs::remove_file(&object).unwrap();
        std::fs::write(&object, "damaged").unwrap();
        let files = test.repo().changes(&id).unwrap().files;
        assert_eq!(files[0].content, FileContent::Opaque(OpaqueReason::Unreadable));
        assert_eq!(files[1].line_counts(), Some((1, 0)));
    }

    #[test]
    fn sha256_repositories_are_compared() {
        let Some(test) = TestRepo::with(&["--object-format=sha256"]) else {
            return; // git before 2.29.
        };
        test.write("a", text(0..20));
        test.commit("one");
        test.git(&["mv", "a", "b"]);
        test.write("b", text(1..21));
        test.commit("two");
        assert_like_git(&test);
    }
}
