//! Owners of lines through what a forge does: squash and rebase merges on the server, the branch deleted.

#![cfg(unix)]

use crate::harness::{Scene, told};

/// A server, and a branch `topic` of three typists on it.
fn pull_request(s: &Scene<'_>) {
    s.sh("git init --quiet --bare --initial-branch=trunk ../server.git");
    s.git("remote add origin ../server.git").git("push --quiet origin trunk");
    s.git("switch --quiet --create topic");
    s.ann("a.rs", "o1 a1 a2 o2 o3 o4 o5 o6").ann_commits("one");
    s.person("a.rs", "o1 a1 a2 o2 o3 o4 h1 o5 o6").bob("b.rs", "b1 b2").commit("two").check();
    s.git("push --quiet origin topic");
}

/// What the forge runs; it has no hooks and its own name.
const FORGE: &str = "export GIT_COMMITTER_NAME=Forge GIT_COMMITTER_EMAIL=noreply@forge.example; cd ../server.git";

/// The server makes one commit of the branch, as forges word it.
fn squash(s: &Scene<'_>) {
    s.sh(&format!(
        "{FORGE}; body=$(git log --reverse --format='* %s%n%n%b' trunk..topic);
         new=$(git commit-tree topic^{{tree}} -p trunk -m 'Topic (#7)' -m \"$body\"); git update-ref refs/heads/trunk $new"
    ));
}

/// The server makes every commit of the branch again.
fn rebase(s: &Scene<'_>) {
    s.sh(&format!(
        "{FORGE}; git worktree add --quiet ../forge trunk && cd ../forge && git cherry-pick trunk..topic >../out 2>&1 &&
         cd ../server.git && git worktree remove ../forge"
    ));
}

/// Others went on meanwhile.
fn others(s: &Scene<'_>) {
    s.sh(&format!(
        "{FORGE}; git worktree add --quiet ../forge trunk && cd ../forge && echo 'let o9 = made_of_o9();' >z.rs &&
         git add z.rs && git commit --quiet -m others && cd ../server.git && git worktree remove ../forge"
    ));
}

/// The branch is deleted everywhere, and `trunk` fetched.
fn lands(s: &Scene<'_>) {
    s.sh("git -C ../server.git branch --quiet -D topic");
    s.git("switch --quiet trunk").git("pull --quiet --ff-only --prune origin trunk");
    s.git("branch --quiet -D topic").git("fetch --quiet --prune origin");
}

#[test]
fn a_squash_merge() {
    told(|s| {
        pull_request(s);
        squash(s);
        lands(s);
        s.check_unsure("h1");
    });
}

#[test]
fn a_squash_merge_of_a_branch_that_stays() {
    told(|s| {
        pull_request(s);
        squash(s);
        s.git("switch --quiet trunk").git("pull --quiet --ff-only origin trunk").check_unsure("a1 a2 h1 b1 b2");
    });
}

#[test]
fn a_rebase_merge() {
    told(|s| {
        pull_request(s);
        others(s);
        rebase(s);
        lands(s);
        s.check_unsure("h1");
    });
}

#[test]
fn a_merge_commit() {
    told(|s| {
        pull_request(s);
        others(s);
        s.sh(&format!(
            "{FORGE}; git worktree add --quiet ../forge trunk && cd ../forge && git merge --quiet --no-edit topic &&
             cd ../server.git && git worktree remove ../forge"
        ));
        lands(s);
        s.check();
    });
}

#[test]
fn a_pull_that_rebases() {
    told(|s| {
        pull_request(s);
        others(s);
        s.git("pull --quiet --rebase origin trunk").check();
        s.ann("b.rs", "b1 a5 b2").git("pull --quiet --rebase --autostash origin trunk").commit("on").check();
    });
}

#[test]
fn a_pull_that_merges() {
    told(|s| {
        pull_request(s);
        others(s);
        s.git("pull --quiet --no-rebase --no-edit origin trunk").check();
    });
}

#[test]
fn work_that_goes_on_after_the_squash() {
    told(|s| {
        pull_request(s);
        squash(s);
        lands(s);
        s.ann("a.rs", "o1 a1 a3 a2 o2 o3 o4 h1 o5 o6").person("b.rs", "b1 h5 b2").commit("on").check_unsure("h1");
    });
}

#[test]
fn a_squash_whose_body_says_nothing() {
    told(|s| {
        pull_request(s);
        s.sh(&format!(
            "{FORGE}; git update-ref refs/heads/trunk $(git commit-tree topic^{{tree}} -p trunk -m 'Topic (#7)')"
        ));
        lands(s);
        s.check_unsure("h1");
    });
}

#[test]
fn a_force_push_of_a_rewritten_branch() {
    told(|s| {
        pull_request(s);
        s.git("commit --quiet --amend -m better").git("push --quiet --force origin topic").check();
        squash(s);
        lands(s);
        s.check_unsure("h1");
    });
}
