//! Which workflows are written, and which are taken away.

use std::path::{Path, PathBuf};

use super::action::{Action, Plan};
use super::workflow::{Blanks, Runner, Whose, Workflow, is_same, whose};

/// The folders that hold workflows, as they are now.
#[derive(Debug, Clone, Default)]
pub struct WorkflowFiles {
    /// Files with one of our names that exist, and what is in them.
    found: Vec<(PathBuf, Vec<u8>)>,
    folders: Vec<PathBuf>,
}

/// Where each runner looks; of Gitea's and Forgejo's folders only the first that exists counts.
const FOLDERS: [&str; 4] = [".github/workflows", ".gitlab", ".forgejo/workflows", ".gitea/workflows"];

impl WorkflowFiles {
    /// Reads what is in a work tree.
    pub fn read(work_dir: &Path) -> WorkflowFiles {
        let path = |folder: &str| folder.split('/').fold(work_dir.to_owned(), |path, part| path.join(part));
        let folders: Vec<PathBuf> = FOLDERS.into_iter().map(path).collect();
        let files = folders.iter().flat_map(|folder| Workflow::ALL.map(|workflow| folder.join(workflow.file_name())));
        let found = files.filter_map(|file| Some((file.clone(), std::fs::read(file).ok()?))).collect();
        WorkflowFiles { found, folders: folders.into_iter().filter(|folder| folder.is_dir()).collect() }
    }

    fn text(&self, path: &Path) -> Option<&[u8]> {
        self.found.iter().find(|(found, _)| found == path).map(|(_, text)| text.as_slice())
    }

    /// Returns the folder of a runner. A new one for Gitea would hide workflows in the one it reads now.
    fn folder(&self, work_dir: &Path, runner: Runner) -> PathBuf {
        let all = match runner {
            Runner::GitHub => [".github"].as_slice(),
            Runner::GitLab => return work_dir.join(".gitlab"),
            Runner::Gitea => &[".forgejo", ".gitea", ".github"],
        };
        let usual = if runner == Runner::GitHub { ".github" } else { ".gitea" };
        let mut all = all.iter().map(|name| work_dir.join(name).join("workflows"));
        all.find(|folder| self.folders.contains(folder)).unwrap_or_else(|| work_dir.join(usual).join("workflows"))
    }
}

/// What is to be done to workflows, and which files stay as they are because somebody changed them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkflowPlan {
    /// The steps.
    pub plan: Plan,
    /// Files that are in the way.
    pub kept: Vec<PathBuf>,
}

/// Plans to write workflows and to take away those of ours that are not wanted any more. A file that somebody changed
/// stays, unless that is forced.
pub fn install_workflows(
    work_dir: &Path,
    runner: Runner,
    wanted: &[Workflow],
    blanks: &Blanks,
    files: &WorkflowFiles,
    is_forced: bool,
) -> WorkflowPlan {
    let folder = files.folder(work_dir, runner);
    let mut plan = WorkflowPlan::default();
    for workflow in Workflow::ALL {
        let path = folder.join(workflow.file_name());
        let text = workflow.text(runner, blanks).filter(|_| wanted.contains(&workflow));
        match (text, files.text(&path)) {
            (Some(text), Some(found)) if is_same(found, &text) => {}
            (Some(_), Some(found)) if whose(found) != Whose::Ours && !is_forced => plan.kept.push(path),
            (Some(text), _) => {
                let content = text.into_bytes();
                plan.plan.actions.push(Action::Write { path, content, is_executable: false });
            }
            (None, Some(found)) => remove(&mut plan, path, found, is_forced),
            (None, None) => {}
        }
    }
    remove_folders(&mut plan, files);
    plan
}

/// Plans to take every workflow of ours away; one that somebody changed stays, unless that is forced.
pub fn uninstall_workflows(files: &WorkflowFiles, is_forced: bool) -> WorkflowPlan {
    let mut plan = WorkflowPlan::default();
    for (path, text) in &files.found {
        remove(&mut plan, path.clone(), text, is_forced);
    }
    remove_folders(&mut plan, files);
    plan
}

/// Folders out of which something was taken go too, if nothing else is in them.
fn remove_folders(plan: &mut WorkflowPlan, files: &WorkflowFiles) {
    let removed: Vec<&Path> = plan.plan.actions.iter().filter_map(folder_of).collect();
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in files.folders.iter().filter(|folder| removed.contains(&folder.as_path())) {
        let is_below = folder.file_name().is_some_and(|name| name == "workflows");
        folders.push(folder.clone());
        folders.extend(folder.parent().filter(|_| is_below).map(Path::to_owned));
    }
    plan.plan.actions.extend(folders.into_iter().map(|path| Action::RemoveFolder { path }));
}

fn folder_of(action: &Action) -> Option<&Path> {
    match action {
        Action::Remove { path } => path.parent(),
        _ => None,
    }
}

fn remove(plan: &mut WorkflowPlan, path: PathBuf, text: &[u8], is_forced: bool) {
    match whose(text) {
        Whose::Foreign => {}
        Whose::Changed if !is_forced => plan.kept.push(path),
        Whose::Ours | Whose::Changed => plan.plan.actions.push(Action::Remove { path }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::apply;
    use proptest::prelude::*;

    fn blanks(reference: &str) -> Blanks {
        Blanks { source: "https://h.example/a".into(), reference: reference.into(), branch: "main".into() }
    }

    fn install(root: &Path, runner: Runner, wanted: &[Workflow], reference: &str, is_forced: bool) -> WorkflowPlan {
        let plan = install_workflows(root, runner, wanted, &blanks(reference), &WorkflowFiles::read(root), is_forced);
        apply(&plan.plan).unwrap();
        plan
    }

    fn uninstall(root: &Path) -> WorkflowPlan {
        let plan = uninstall_workflows(&WorkflowFiles::read(root), false);
        apply(&plan.plan).unwrap();
        plan
    }

    fn names(root: &Path) -> Vec<String> {
        let mut all = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                if path.is_dir() { folders.push(path) } else { all.push(name) }
            }
        }
        all.sort();
        all
    }

    #[test]
    fn twice_is_once_an_update_is_written_and_what_is_not_wanted_goes() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let both = [Workflow::Comment, Workflow::Settle];
        assert_eq!(install(root, Runner::GitHub, &both, "v1", false).plan.actions.len(), 2);
        assert_eq!(install(root, Runner::GitHub, &both, "v1", false), WorkflowPlan::default());
        assert_eq!(install(root, Runner::GitHub, &both, "v2", false).plan.actions.len(), 2);
        let _ = install(root, Runner::GitHub, &[Workflow::Comment, Workflow::Forks], "v2", false);
        assert_eq!(names(root), [".github/workflows/agent-trace-forks.yml", ".github/workflows/agent-trace.yml"]);
    }

    #[test]
    fn what_somebody_changed_or_wrote_stays_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let (root, file) = (folder.path(), folder.path().join(".github/workflows/agent-trace.yml"));
        let _ = install(root, Runner::GitHub, &[Workflow::Comment], "v1", false);
        let mine = std::fs::read_to_string(&file).unwrap().replace("timeout-minutes: 20", "timeout-minutes: 5");
        for text in [mine.as_str(), "name: another\n"] {
            std::fs::write(&file, text).unwrap();
            let plan = install(root, Runner::GitHub, &[Workflow::Comment], "v2", false);
            assert_eq!((plan.plan.actions.len(), plan.kept.as_slice()), (0, [file.clone()].as_slice()));
            let _ = uninstall(root);
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
        assert_eq!(install(root, Runner::GitHub, &[Workflow::Comment], "v2", true).kept, Vec::<PathBuf>::new());
        assert!(std::fs::read_to_string(&file).unwrap().contains("v2"));
    }

    #[test]
    fn gitea_gets_them_where_it_looks_already() {
        for (there, expected) in [
            (None, ".gitea/workflows/agent-trace.yml"),
            (Some(".github/workflows"), ".github/workflows/agent-trace.yml"),
            (Some(".forgejo/workflows"), ".forgejo/workflows/agent-trace.yml"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            there.into_iter().for_each(|there| std::fs::create_dir_all(folder.path().join(there)).unwrap());
            let _ = install(folder.path(), Runner::Gitea, &[Workflow::Comment], "v1", false);
            assert_eq!(names(folder.path()), [expected]);
        }
    }

    #[test]
    fn when_nothing_is_wanted_any_more_no_folder_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let _ = install(folder.path(), Runner::GitHub, &[Workflow::Forks], "v1", false);
        let _ = install(folder.path(), Runner::GitHub, &[], "v1", false);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    fn any_runner() -> impl Strategy<Value = Runner> {
        prop_oneof![Just(Runner::GitHub), Just(Runner::GitLab), Just(Runner::Gitea)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn uninstalling_leaves_what_was_there(
            runs in prop::collection::vec((any_runner(), prop::sample::subsequence(Workflow::ALL.to_vec(), 0..=5)), 1..4),
            others in prop::sample::subsequence(vec![".github/workflows/ci.yml", ".gitlab-ci.yml", ".gitea/workflows/x.yml"], 0..=3),
        ) {
            let folder = tempfile::tempdir().unwrap();
            for other in &others {
                let path = folder.path().join(other);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, "mine\n").unwrap();
            }
            let before = names(folder.path());
            for (runner, wanted) in runs {
                let _ = install(folder.path(), runner, &wanted, "v1", false);
            }
            let _ = uninstall(folder.path());
            prop_assert_eq!(names(folder.path()), before);
            if others.is_empty() {
                prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "an empty folder is left");
            }
        }
    }
}
