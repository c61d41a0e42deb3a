//! Which file of the repository a path from another machine means.
//!
//! A transcript holds absolute paths of the machine it was made on. A path
//! means the longest repository path that is its suffix, if what is left is a
//! folder that sessions really worked in: `README.md` of some other project
//! ends like ours, but its folder does not hold ours.

use std::collections::{HashMap, HashSet};

use crate::model::without_home;
use crate::store::Facts;

/// Repository paths by name id of the path as written.
#[derive(Debug, Default)]
pub(super) struct Paths {
    known: HashMap<i64, i64>,
}

/// A folder that no session worked in still is a copy of the repository if
/// this many different files below it look like ours.
const ENOUGH_FILES: usize = 3;

impl Paths {
    /// Resolves every edited path.
    pub(super) fn resolve(facts: &Facts) -> Paths {
        let tree = Tree::new(facts);
        let written: HashSet<i64> = facts.edits.iter().map(|edit| edit.path).collect();
        let mut matches = Vec::new();
        for id in written {
            let Some(text) = facts.names.get(id) else { continue };
            if let Some((root, path, depth)) = tree.longest_suffix(text) {
                matches.push(Match { id, root, path, depth });
            }
        }
        let roots = believable_roots(facts, &matches);
        let known = matches.into_iter().filter(|found| roots.contains(&found.root)).map(|found| (found.id, found.path));
        Paths { known: known.collect() }
    }

    /// Returns what every path means that means anything: name ids as written and in the repository.
    pub(super) fn all(&self) -> Vec<(i64, i64)> {
        self.known.iter().map(|(written, path)| (*written, *path)).collect()
    }

    /// Returns the name id of the repository path.
    pub(super) fn get(&self, written: i64) -> Option<i64> {
        self.known.get(&written).copied()
    }
}

struct Match {
    id: i64,
    root: String,
    path: i64,
    depth: usize,
}

/// Paths of the repository by their last component.
struct Tree<'f> {
    by_name: HashMap<&'f str, Vec<(&'f str, i64)>>,
}

impl<'f> Tree<'f> {
    fn new(facts: &'f Facts) -> Tree<'f> {
        let mut by_name: HashMap<&str, Vec<(&str, i64)>> = HashMap::new();
        let ids = facts.files.iter().flat_map(|file| std::iter::once(file.path).chain(file.old_path));
        for id in ids.collect::<HashSet<i64>>() {
            let Some(text) = facts.names.get(id) else { continue };
            by_name.entry(last(text)).or_default().push((text, id));
        }
        Tree { by_name }
    }

    /// Returns the folder that is left, the repository path and its depth.
    fn longest_suffix(&self, written: &str) -> Option<(String, i64, usize)> {
        let written = written.replace('\\', "/");
        let candidates = self.by_name.get(last(&written))?;
        let fits = |path: &&(&str, i64)| {
            let rest = written.strip_suffix(path.0);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        let (path, id) = candidates.iter().filter(fits).max_by_key(|(path, _)| path.len())?;
        let root = written[..written.len() - path.len()].trim_end_matches('/').to_owned();
        Some((root, *id, path.matches('/').count()))
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Folders that hold the repository: those that sessions worked in or below,
/// and those with enough files that look like ours.
fn believable_roots(facts: &Facts, matches: &[Match]) -> HashSet<String> {
    let folders: HashSet<String> = facts
        .folders
        .values()
        .flatten()
        .filter_map(|id| facts.names.get(*id))
        .map(|folder| without_home(folder).replace('\\', "/").trim_end_matches('/').to_owned())
        .collect();
    let mut files: HashMap<&str, HashSet<i64>> = HashMap::new();
    for found in matches.iter().filter(|found| found.depth > 0) {
        files.entry(&found.root).or_default().insert(found.path);
    }
    let is_worked_in = |root: &str| folders.iter().any(|folder| is_inside(folder, root));
    let has_files = |root: &str| files.get(root).is_some_and(|paths| paths.len() >= ENOUGH_FILES);
    let roots: HashSet<&str> = matches.iter().map(|found| found.root.as_str()).collect();
    let believed = roots.into_iter().filter(|root| root.is_empty() || is_worked_in(root) || has_files(root));
    believed.map(str::to_owned).collect()
}

/// Tells whether `folder` is `root` or below it.
fn is_inside(folder: &str, root: &str) -> bool {
    folder.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
