//! A forge's git: a bare repository with `refs/pull/N/head`, and what its merge buttons do, done by git itself.

use super::output::Output;
use super::world::World;
use std::path::{Path, PathBuf};

/// The bare repository that everybody pushes to.
#[derive(Debug)]
pub(crate) struct Server<'w> {
    world: &'w World,
    folder: PathBuf,
}

/// Who makes commits on the server.
const FORGE: [(&str, &str); 2] = [("GIT_COMMITTER_NAME", "GitHub"), ("GIT_COMMITTER_EMAIL", "noreply@forge.example")];

impl<'w> Server<'w> {
    /// Makes a server of what the world's repository has, and its `origin` of the server.
    pub(crate) fn of(world: &'w World) -> Server<'w> {
        let server = Server { world, folder: world.path("").with_file_name("server.git") };
        let path = server.folder.to_str().unwrap();
        let _ = world.git(["clone", "--quiet", "--bare", ".", path]).success();
        for key in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant", "http.receivepack"] {
            let _ = world.git_in(&server.folder, ["config", key, "true"]).success();
        }
        let _ = world.git(["remote", "add", "origin", &server.url()]).success();
        let _ = world.git(["fetch", "--quiet", "origin"]).success();
        let _ = world.git(["remote", "set-head", "origin", "main"]).success();
        server
    }

    /// The address that makes git use a real transport.
    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.folder.display())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns what a revision is on the server.
    pub(crate) fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", revision]).stdout.trim().to_owned()
    }

    pub(crate) fn git(&self, args: &[&str]) -> Output {
        self.world.git_list(&self.folder, args, &FORGE).success()
    }

    /// Opens a pull request of a branch, or notices that the branch was pushed to.
    pub(crate) fn sees(&self, number: u64, branch: &str) {
        let _ = self.git(&["update-ref", &format!("refs/pull/{number}/head"), &format!("refs/heads/{branch}")]);
    }

    /// Opens a pull request of a branch in another repository.
    pub(crate) fn sees_fork(&self, number: u64, fork: &Path, branch: &str) {
        let refspec = format!("+refs/heads/{branch}:refs/pull/{number}/head");
        let _ = self.git(&["fetch", "--quiet", fork.to_str().unwrap(), &refspec]);
    }

    /// Deletes a branch; the pull request keeps its last commit.
    pub(crate) fn deletes(&self, branch: &str) {
        let _ = self.git(&["update-ref", "-d", &format!("refs/heads/{branch}")]);
    }

    /// Works on a branch in a clone that is gone afterwards, and pushes it.
    fn on<T>(&self, branch: &str, work: impl FnOnce(&dyn Fn(&[&str]) -> Output) -> T) -> T {
        let folder = self.folder.with_file_name("forge");
        let list = |folder: &Path, args: &[&str]| self.world.git_list(folder, args, &FORGE).success();
        let clone = ["clone", "--quiet", "--branch", branch, self.folder.to_str().unwrap(), folder.to_str().unwrap()];
        let _ = list(&self.folder, &clone);
        let _ = list(&folder, &["fetch", "--quiet", "origin", "+refs/pull/*:refs/pull/*"]);
        let done = work(&|args| list(&folder, args));
        let _ = list(&folder, &["push", "--quiet", "origin", branch]);
        std::fs::remove_dir_all(&folder).unwrap();
        done
    }

    /// One commit of all of the pull request's.
    pub(crate) fn squashes(&self, number: u64, title: &str) -> String {
        self.on("main", |git| {
            let _ = git(&["merge", "--quiet", "--squash", &format!("refs/pull/{number}/head")]);
            let _ = git(&["commit", "--quiet", "--message", title]);
            git(&["rev-parse", "HEAD"]).stdout.trim().to_owned()
        })
    }

    /// Each of the pull request's commits again.
    pub(crate) fn rebases(&self, number: u64) {
        self.on("main", |git| {
            let _ = git(&["checkout", "--quiet", "--detach", &format!("refs/pull/{number}/head")]);
            let _ = git(&["rebase", "--quiet", "--force-rebase", "main"]);
            let _ = git(&["checkout", "--quiet", "-B", "main", "HEAD"]);
        });
    }

    /// A merge commit; forges make one even where none is needed.
    pub(crate) fn merges(&self, number: u64) {
        let title = format!("Merge pull request #{number} from ada/sails");
        let head = format!("refs/pull/{number}/head");
        let _ = self.on("main", |git| git(&["merge", "--quiet", "--no-ff", "-m", &title, &head]));
    }

    /// "Update branch": main is merged into the pull request's branch.
    pub(crate) fn updates(&self, number: u64, branch: &str) {
        let _ = self.on(branch, |git| git(&["merge", "--quiet", "--no-edit", "origin/main"]));
        self.sees(number, branch);
    }

    /// An importer lands all of the pull request's commits as one, with changes of its own.
    pub(crate) fn imports(&self, number: u64, title: &str, path: &str, text: &str) {
        let forge = self.folder.with_file_name("forge");
        let body = format!("Pull Request resolved: https://forge.example/sea/ships/pull/{number}");
        let _ = self.on("main", |git| {
            let _ = git(&["merge", "--quiet", "--squash", &format!("refs/pull/{number}/head")]);
            super::world::write_with_folders(&forge.join(path), text.as_bytes());
            let _ = git(&["add", "--all"]);
            git(&["commit", "--quiet", "--message", title, "--message", &body])
        });
    }

    /// Somebody else's work lands.
    pub(crate) fn goes_on(&self, title: &str, path: &str, text: &str) {
        let forge = self.folder.with_file_name("forge");
        let _ = self.on("main", |git| {
            super::world::write_with_folders(&forge.join(path), text.as_bytes());
            let _ = git(&["add", "--all"]);
            git(&["commit", "--quiet", "--message", title])
        });
    }
}
