//! Every transcript below the folders of the agents.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::found::FoundFile;
use super::problem::unreadable;
use super::roots::Roots;
use super::walk::{for_each_child, walk};
use super::worktrees::Worktrees;
use crate::model::Agent;
use crate::store::ProblemRow;

/// What was found below the folders of the agents.
#[derive(Debug, Default)]
pub struct Listing {
    /// Projects that have files, by agent and folder.
    pub projects: Vec<Project>,
    /// Folders and files that could not be looked at.
    pub problems: Vec<ProblemRow>,
}

/// The transcripts of one working folder, as the agent sorted them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Who wrote them.
    pub agent: Agent,
    /// `<root>/projects/<slug>` or `<root>/tmp/<project>`.
    pub folder: PathBuf,
    /// The files, sorted by the bytes of their paths.
    pub files: Vec<FoundFile>,
}

impl Project {
    /// Tells whether its name says that it may be of this repository, so that it is worth reading first.
    pub fn is_candidate(&self, worktrees: &Worktrees) -> bool {
        let name = self.folder.file_name().and_then(OsStr::to_str).unwrap_or_default();
        self.agent != Agent::ClaudeCode || worktrees.is_candidate(name)
    }
}

/// Lists the transcripts below `roots`; files are looked at but not opened.
///
/// Claude Code: `projects/*/**/*.jsonl` without the folders `tool-results`
/// and `memory`. Gemini CLI: `tmp/*/chats/**` with `.json` and `.jsonl`.
/// A link to a project's folder is followed, one further down is not. Files
/// that vanish meanwhile are left out; what cannot be read is a problem.
pub fn list(roots: &Roots) -> Listing {
    let mut listing = Listing::default();
    let claude: Vec<_> = roots.claude.iter().map(|root| root.join("projects")).collect();
    let gemini: Vec<_> = roots.gemini.iter().map(|root| root.join("tmp")).collect();
    list_agent(Agent::ClaudeCode, &claude, &mut listing);
    list_agent(Agent::GeminiCli, &gemini, &mut listing);
    listing
}

fn list_agent(agent: Agent, tops: &[PathBuf], listing: &mut Listing) {
    let mut folders = project_folders(tops, &mut listing.problems);
    folders.sort();
    for folder in folders {
        let mut files = files_of(agent, &folder, &mut listing.problems);
        if files.is_empty() {
            continue;
        }
        files.sort_unstable_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
        files.shrink_to_fit();
        listing.projects.push(Project { agent, folder, files });
    }
}

/// Returns the folders right below `tops`, each once however many links lead to it.
fn project_folders(tops: &[PathBuf], problems: &mut Vec<ProblemRow>) -> Vec<PathBuf> {
    let (mut folders, mut links) = (Vec::new(), Vec::new());
    let mut real_tops = HashSet::new();
    for top in tops {
        // A folder that cannot be resolved is missing, or reading it says why not.
        let real = top.canonicalize().unwrap_or_else(|_| top.clone());
        if !real_tops.insert(real) {
            continue;
        }
        for_each_child(top, problems, &mut |name, file_type, _| {
            if file_type.is_dir() {
                folders.push(top.join(name));
            } else if file_type.is_symlink() {
                links.push(top.join(name));
            }
        });
    }
    links.sort();
    let mut targets = HashSet::new();
    for link in links {
        let Ok(target) = link.canonicalize() else { continue };
        // A project that is listed anyway, or a folder that has a whole root inside it.
        let is_known = target.parent().is_some_and(|parent| real_tops.contains(parent))
            || real_tops.iter().any(|top| top.starts_with(&target));
        if target.is_dir() && !is_known && targets.insert(target) {
            folders.push(link);
        }
    }
    folders
}

fn files_of(agent: Agent, folder: &Path, problems: &mut Vec<ProblemRow>) -> Vec<FoundFile> {
    let (top, endings): (PathBuf, &[&str]) = match agent {
        Agent::GeminiCli => (folder.join("chats"), &["json", "jsonl"]),
        _ => (folder.to_owned(), &["jsonl"]),
    };
    let enters = |name: &OsStr| name != "tool-results" && name != "memory";
    let mut files = Vec::new();
    walk(&top, &enters, problems, &mut |path, problems| {
        if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
            push_file(path, &mut files, problems);
        }
    });
    files
}

/// Adds a regular file; leaves out what is none or is gone.
pub(super) fn push_file(path: PathBuf, files: &mut Vec<FoundFile>, problems: &mut Vec<ProblemRow>) {
    // The copy has no room to spare, unlike a path that was joined; there may be a million of them.
    match FoundFile::look(path.clone()) {
        Ok(file) => files.extend(file),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => problems.push(unreadable(&path, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::{Duration, Instant};

    fn write(root: &Path, path: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}\n").unwrap();
    }

    fn roots(claude: &[&Path], gemini: &[&Path]) -> Roots {
        let owned = |paths: &[&Path]| paths.iter().map(|path| path.to_path_buf()).collect();
        Roots { claude: owned(claude), gemini: owned(gemini) }
    }

    fn names(root: &Path, listing: &Listing) -> Vec<String> {
        let files = listing.projects.iter().flat_map(|project| &project.files);
        files.map(|file| file.path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/")).collect()
    }

    #[test]
    fn every_transcript_of_claude_is_listed_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let transcripts = [
            "projects/-a/agent-old.jsonl",
            "projects/-a/s1.jsonl",
            "projects/-a/s1/subagents/agent-x.jsonl",
            "projects/-a/s1/subagents/workflows/w/agent-y.jsonl",
            "projects/-b/s2.jsonl",
        ];
        let others = [
            "history.jsonl",
            "projects/loose.jsonl",
            "projects/-a/s1.ccr-tip.json",
            "projects/-a/s1/subagents/agent-x.meta.json",
            "projects/-a/s1/tool-results/x.jsonl",
            "projects/-a/memory/m.jsonl",
            "projects/-c/notes.txt",
        ];
        transcripts.iter().chain(&others).rev().for_each(|path| write(root.path(), path));
        let listing = list(&roots(&[root.path()], &[]));
        assert_eq!(names(root.path(), &listing), transcripts);
        assert_eq!((listing.projects.len(), listing.problems), (2, Vec::new()));
    }

    #[test]
    fn chats_of_gemini_are_listed_by_project() {
        let root = tempfile::tempdir().unwrap();
        let chats = ["tmp/p/chats/s.jsonl", "tmp/p/chats/s/sub.jsonl", "tmp/q/chats/old.json"];
        chats.iter().chain(&["tmp/p/logs.json", "tmp/bin/x", "projects.json"]).for_each(|p| write(root.path(), p));
        let listing = list(&roots(&[], &[root.path()]));
        assert_eq!(names(root.path(), &listing), chats);
        assert!(listing.projects.iter().all(|project| project.agent == Agent::GeminiCli));
        assert_eq!(listing.projects[0].folder, root.path().join("tmp/p"));
    }

    #[test]
    fn missing_folders_are_empty_and_broken_ones_problems() {
        let root = tempfile::tempdir().unwrap();
        let listing = list(&roots(&[&root.path().join("x")], &[&root.path().join("y")]));
        assert!(listing.projects.is_empty() && listing.problems.is_empty());
        fs::write(root.path().join("projects"), "").unwrap();
        assert_eq!(list(&roots(&[root.path()], &[])).problems.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_each_file_once() {
        use std::os::unix::fs::symlink;
        let base = tempfile::tempdir().unwrap();
        let root = base.path().join("claude");
        write(&root, "projects/-a/s.jsonl");
        write(base.path(), "elsewhere/t.jsonl");
        let projects = root.join("projects");
        symlink(&projects, projects.join("-loop")).unwrap();
        symlink(base.path(), projects.join("-up")).unwrap();
        symlink(projects.join("-a"), projects.join("-alias")).unwrap();
        symlink(base.path().join("elsewhere"), projects.join("-moved")).unwrap();
        symlink(base.path().join("elsewhere"), projects.join("-moved-too")).unwrap();
        symlink(&projects, projects.join("-a/deep-loop")).unwrap();
        symlink("nowhere", projects.join("-dangling")).unwrap();
        symlink("nowhere", projects.join("-a/dangling.jsonl")).unwrap();
        symlink(&root, base.path().join("second-root")).unwrap();
        let listing = list(&roots(&[&root, &base.path().join("second-root")], &[]));
        assert_eq!(names(&root, &listing), ["projects/-a/s.jsonl", "projects/-moved/t.jsonl"]);
        assert_eq!(listing.problems, []);
    }

    #[test]
    fn ten_thousand_tiny_files_are_listed_quickly_and_in_little_memory() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("projects/-a");
        fs::create_dir_all(&folder).unwrap();
        (0..10_000).for_each(|number| fs::write(folder.join(format!("{number}.jsonl")), "").unwrap());
        let start = Instant::now();
        let listing = list(&roots(&[root.path()], &[]));
        // A debug build on a busy machine takes 0.1 s.
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        let files = &listing.projects[0].files;
        assert_eq!(files.len(), 10_000);
        assert!(files.is_sorted_by_key(|file| file.path.as_os_str()));
        let bytes = files.iter().map(|file| size_of::<FoundFile>() + file.path.capacity()).sum::<usize>();
        assert!(bytes / files.len() < 200 && files.capacity() == files.len(), "{bytes}");
    }

    #[test]
    fn candidates_are_the_projects_named_after_the_repository() {
        let root = tempfile::tempdir().unwrap();
        ["projects/-gone-repo/s.jsonl", "projects/-gone-other/s.jsonl"].iter().for_each(|p| write(root.path(), p));
        let trees = Worktrees::new(&[PathBuf::from("/gone/repo")]);
        let listing = list(&roots(&[root.path()], &[]));
        let candidates: Vec<_> = listing.projects.iter().map(|project| project.is_candidate(&trees)).collect();
        assert_eq!(candidates, [false, true]);
    }
}
