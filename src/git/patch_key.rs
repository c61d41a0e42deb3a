//! One number for what a commit changes, wherever it stands in history.

use super::blob::Side;
use super::tree_changes::Pair;

/// Equal for two commits whose patches `git patch-id --stable` calls equal.
///
/// Computed as git does: paths, changed lines and three lines of context, all
/// white space taken out, files in any order, line numbers ignored. Context is
/// in it on purpose: without it unrelated small commits (`+}`) would be one.
/// So a cherry-pick keeps its key unless the neighbouring lines differ there.
/// Unlike git's: similarity percentages do not matter, and binary files count
/// by their blob ids. 63 bits, as every key in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatchKey(pub i64);

/// The patch of one file, white space already out.
#[derive(Debug, Default)]
pub(super) struct PatchText(Vec<u8>);

impl PatchText {
    /// Begins a file: its paths, and its modes where git's patch shows them.
    pub(super) fn of(pair: &Pair) -> PatchText {
        let mut text = PatchText::default();
        let mode = |side: &Option<Side>| side.as_ref().map_or(0, |side| side.kind as u32);
        for side in [&pair.old, &pair.new] {
            text.line(b'/', side.as_ref().map_or(b"", |side| &side.path));
        }
        if mode(&pair.old) != mode(&pair.new) {
            text.line(b'm', format!("{:o}/{:o}", mode(&pair.old), mode(&pair.new)).as_bytes());
        }
        text
    }

    /// Adds a line with its mark (`+`, `-` or space).
    pub(super) fn line(&mut self, mark: u8, line: &[u8]) {
        self.0.push(mark);
        self.0.extend(line.iter().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')));
        self.0.push(b'\n');
    }

    /// Adds both blob ids, for content without lines.
    pub(super) fn blobs(&mut self, pair: &Pair) {
        for side in [&pair.old, &pair.new].into_iter().flatten() {
            self.line(b'b', side.id.as_bytes());
        }
    }

    fn hash(&self) -> u64 {
        let mut first = [0u8; 8];
        first.copy_from_slice(&blake3::hash(&self.0).as_bytes()[..8]);
        u64::from_le_bytes(first)
    }
}

/// Sums files into the key of their commit.
#[derive(Debug, Default)]
pub(super) struct PatchSum {
    sum: u64,
    files: usize,
    is_incomplete: bool,
}

impl PatchSum {
    pub(super) fn add(&mut self, text: &PatchText) {
        self.sum = self.sum.wrapping_add(text.hash());
        self.files += 1;
    }

    /// Notes a file whose change is unknown: the commit has no key then, not a wrong one.
    pub(super) fn add_unknown(&mut self) {
        self.is_incomplete = true;
    }

    pub(super) fn key(&self) -> Option<PatchKey> {
        let is_known = self.files > 0 && !self.is_incomplete;
        is_known.then_some(PatchKey((self.sum & i64::MAX as u64) as i64))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::git::test_repo::TestRepo;
    use crate::model::CommitId;

    fn key(test: &TestRepo, revision: &str) -> Option<PatchKey> {
        test.repo().changes(&test.id(revision)).unwrap().patch_key
    }

    fn text(lines: std::ops::Range<u32>) -> String {
        lines.map(|n| format!("this is line number {n}\n")).collect()
    }

    /// main: start, then a change far away; topic: start, then an edit of `a` and a new file.
    fn topic() -> TestRepo {
        let test = TestRepo::new();
        test.write("a", text(0..40));
        test.commit("start");
        test.git(&["checkout", "-q", "-b", "topic"]);
        test.write("a", text(0..40).replace("number 30\n", "thirty\n"));
        test.write("new", "new file\n");
        test.commit("topic");
        test.git(&["checkout", "-q", "main"]);
        test.write("a", format!("one more line\n{}", text(0..40)));
        test.commit("far away");
        test
    }

    #[test]
    fn a_cherry_pick_and_a_rebase_keep_the_key() {
        let test = topic();
        let original = key(&test, "topic");
        assert!(original.is_some());
        test.git(&["cherry-pick", "topic"]);
        assert_eq!(key(&test, "HEAD"), original);
        test.git(&["reset", "-q", "--hard", "HEAD~1"]);
        test.git(&["checkout", "-q", "topic"]);
        test.git(&["rebase", "-q", "main"]);
        assert_eq!(key(&test, "HEAD"), original);
        assert_ne!(key(&test, "main"), original);
    }

    #[test]
    fn white_space_does_not_matter_words_do() {
        let test = TestRepo::new();
        test.commit("start");
        let key_of = |branch: &str, content: &str| {
            test.git(&["checkout", "-q", "-b", branch, "main"]);
            test.write("a", content);
            test.commit(branch);
            key(&test, branch).unwrap()
        };
        let plain = key_of("plain", "    let a = 1;\n");
        assert_eq!(key_of("formatted", "let  a=1;\r\n"), plain);
        assert_ne!(key_of("other", "let b = 1;\n"), plain);
    }

    #[test]
    fn an_empty_commit_has_no_key() {
        let test = TestRepo::new();
        test.commit("empty");
        assert_eq!(key(&test, "HEAD"), None);
    }

    /// Two commits have one key exactly when `git patch-id --stable` gives them one id.
    #[test]
    fn keys_divide_commits_as_git_patch_id_does() {
        let test = topic();
        test.git(&["cherry-pick", "topic"]);
        test.git(&["revert", "--no-edit", "HEAD"]);
        test.git(&["revert", "--no-edit", "HEAD"]);
        for n in [10, 14, 18, 25] {
            // The same added lines in other places: the context tells them apart.
            let marked = text(0..40).replace(&format!("number {n}\n"), &format!("number {n}\n}}\n{{\n"));
            test.git(&["checkout", "-q", "-b", &format!("at-{n}"), "main~3"]);
            test.write("a", format!("one more line\n{marked}"));
            test.commit("braces");
        }
        test.git(&["checkout", "-q", "-b", "near", "main~3"]);
        test.write("a", format!("one more line\n{}", text(0..40).replace("number 29", "no. 29")));
        test.commit("the neighbour changes");
        test.write(
            "a",
            format!("one more line\n{}", text(0..40).replace("number 29", "no. 29").replace("number 30\n", "thirty\n")),
        );
        test.write("new", "new file\n");
        test.commit("topic with another neighbour");
        test.git(&["mv", "new", "moved"]);
        test.commit("renamed");
        let all = test.git(&["rev-list", "--all", "--no-merges"]);
        let repo = test.repo();
        let mut by_git: HashMap<String, Vec<CommitId>> = HashMap::new();
        let mut by_us: HashMap<Option<PatchKey>, Vec<CommitId>> = HashMap::new();
        for id in all.lines().map(|id| CommitId::parse(id).unwrap()) {
            by_git.entry(git_patch_id(&test, &id)).or_default().push(id);
            by_us.entry(repo.changes(&id).unwrap().patch_key).or_default().push(id);
        }
        let groups = |groups: Vec<Vec<CommitId>>| {
            let mut groups = groups;
            groups.iter_mut().for_each(|group| group.sort());
            groups.sort();
            groups
        };
        let (by_git, by_us) = (groups(by_git.into_values().collect()), groups(by_us.into_values().collect()));
        assert!(by_git.len() > 6 && by_git.iter().any(|group| group.len() > 2), "{by_git:?}");
        assert_eq!(by_us, by_git);
    }

    fn git_patch_id(test: &TestRepo, id: &CommitId) -> String {
        use std::process::Stdio;
        let mut show = test.command();
        let mut show = show.args(["show", "-M", &id.to_string()]).stdout(Stdio::piped()).spawn().unwrap();
        let mut patch_id = test.command();
        let output = patch_id.args(["patch-id", "--stable"]).stdin(show.stdout.take().unwrap()).output().unwrap();
        assert!(show.wait().unwrap().success());
        String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
    }
}
