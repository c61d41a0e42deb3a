//! Whether a command names a file.

use std::path::Path;

use crate::capture::{ScanJob, named_path};

/// The words of a command as paths.
pub(super) struct Names {
    /// Files, folders, and folders of patterns, from the top; empty: the top itself.
    paths: Vec<String>,
    /// Ends of paths, where the command may have changed folders.
    ends: Vec<String>,
}

impl Names {
    pub(super) fn of(job: &ScanJob, top: &Path) -> Names {
        let words = || job.words.iter().filter(|word| !word.starts_with('-')).map(|word| literal(word));
        let paths = words().filter_map(|word| named_path(top, &job.folder, word)).collect();
        let is_path = |word: &&str| job.moves && word.contains(['.', '/']) && !word.trim_matches(['.', '/']).is_empty();
        let ends = words().filter(is_path).map(|word| word.trim_start_matches("./").trim_matches('/').to_owned());
        Names { paths, ends: ends.collect() }
    }

    #[cfg(test)]
    pub(super) fn of_paths(paths: &[&str]) -> Names {
        Names { paths: paths.iter().map(|path| (*path).to_owned()).collect(), ends: Vec::new() }
    }

    /// Tells whether the command names a file or a folder it lies in.
    pub(super) fn has(&self, path: &str) -> bool {
        let is_within = |name: &String| is_below(path, name);
        self.paths.iter().any(is_within) || self.ends.iter().any(|end| path == end || ends_with(path, end))
    }
}

fn is_below(path: &str, name: &str) -> bool {
    name.is_empty() || path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn ends_with(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|start| start.ends_with('/'))
}

/// The folder before a pattern (`src/*.rs`), or the word itself.
fn literal(word: &str) -> &str {
    match word.find(['*', '?']) {
        Some(at) => word[..at].rfind('/').map_or(".", |end| &word[..end]),
        None => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Effect, Phase};

    fn names(words: &[&str], moves: bool) -> Names {
        let job = ScanJob {
            phase: Phase::After,
            tool_use: "t1".into(),
            session: "s1".into(),
            agent: "claude-code".into(),
            run: None,
            folder: "/r/sub".into(),
            effect: Effect::Anything,
            brings: false,
            goes_on: false,
            moves,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            at: 0,
            end: 0,
            ran_ms: None,
        };
        Names::of(&job, Path::new("/r"))
    }

    #[test]
    fn files_folders_and_patterns_are_names() {
        assert!(names(&["a.rs"], false).has("sub/a.rs") && !names(&["a.rs"], false).has("a.rs"));
        assert!(names(&["../src"], false).has("src/deep/a.rs") && !names(&["../src"], false).has("srcs/a.rs"));
        assert!(names(&["*.rs"], false).has("sub/a.rs") && !names(&["*.rs"], false).has("a.rs"));
        assert!(names(&["."], false).has("sub/a.rs") && names(&["/r/x/a.rs"], false).has("x/a.rs"));
        assert!(!names(&["-a.rs", "/etc/a.rs", "x"], false).has("sub/a.rs"));
    }

    #[test]
    fn after_a_change_of_folders_the_end_of_a_path_is_a_name() {
        assert!(names(&["x/a.rs"], true).has("deep/x/a.rs"));
        assert!(!names(&["x/a.rs"], false).has("deep/x/a.rs") && !names(&["a.rs"], true).has("deep/ba.rs"));
    }
}
