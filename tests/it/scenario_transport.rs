//! Owners of lines in histories that were exported, mailed, bundled, cut short, fetched in part, or hashed otherwise.

#![cfg(unix)]

use crate::harness::{Scene, told, told_in};

/// Two commits of three typists.
fn history(s: &Scene<'_>) {
    s.ann("a.rs", "o1 a1 a2 o2 o3 o4 o5 o6").commit("one");
    s.person("a.rs", "o1 a1 a2 o2 o3 o4 h1 o5 o6").bob("b.rs", "b1 b2").commit("two").check();
}

#[test]
fn exported_and_imported() {
    told(|s| {
        history(s);
        s.sh("git fast-export --all | sed s/carl@example.com/karl@example.com/ >../stream");
        s.sh(
            "git checkout --quiet --detach && git fast-import --force --quiet <../stream && git checkout --quiet trunk",
        );
        s.check_unsure("h1");
    });
}

#[test]
fn filtered_by_a_file_that_goes() {
    told(|s| {
        history(s);
        s.with("FILTER_BRANCH_SQUELCH_WARNING", "1");
        s.with("GIT_COMMITTER_DATE", "2026-03-02T12:00:00Z");
        s.git("filter-branch --index-filter true --msg-filter cat -- trunk~1..trunk").check();
    });
}

#[test]
fn mailed() {
    for way in ["am --quiet ../mail", "am --quiet --3way ../mail"] {
        told(|s| {
            history(s);
            s.sh("git format-patch --stdout trunk~2 >../mail").git("switch --quiet --create other trunk~2");
            s.person("a.rs", "o1 o2 o3 o4 o5 o6 h9").commit("meanwhile").git(way).check_unsure("h1 b1 b2");
        });
    }
}

#[test]
fn mailed_to_an_agent() {
    told(|s| {
        history(s);
        s.sh("git format-patch --stdout trunk~2 >../mail").git("switch --quiet --create other trunk~2");
        s.ann_git("am --quiet ../mail").check_unsure("h1").trailers("");
    });
}

#[test]
fn applied_as_a_patch() {
    told(|s| {
        history(s);
        s.sh("git diff trunk~2 trunk >../patch").git("switch --quiet --create other trunk~2");
        s.git("apply --index ../patch").git("commit --quiet -m patched").check_unsure("a1 a2 b1 b2");
    });
}

#[test]
fn bundled() {
    told(|s| {
        history(s);
        s.git("bundle create --quiet ../all.bundle trunk").git("clone --quiet --branch trunk ../all.bundle ../clone");
        s.check_clone("../clone", "a1 a2 h1 b1 b2");
    });
}

#[test]
fn cloned_whole_shallow_and_in_part() {
    told(|s| {
        history(s);
        s.git("config uploadpack.allowFilter true");
        for (folder, options) in [("whole", ""), ("shallow", "--depth=1"), ("part", "--filter=blob:none")] {
            let url = "file://$(git rev-parse --path-format=absolute --git-common-dir)";
            s.sh(&format!("git clone --quiet --branch trunk {options} \"{url}\" ../{folder}"));
            s.check_clone(&format!("../{folder}"), "a1 a2 h1 b1 b2");
        }
    });
}

#[test]
fn cut_short_here() {
    told(|s| {
        history(s);
        s.sh("git rev-parse HEAD~1 >\"$(git rev-parse --git-common-dir)/shallow\"").check();
    });
}

#[test]
fn in_a_repository_of_sha256() {
    if crate::harness::World::without_repository().git_at_least(2, 29) {
        told_in(&["init", "--quiet", "--initial-branch=main", "--object-format=sha256"], |s| {
            history(s);
            s.git("commit --quiet --amend -m better").check();
            s.git("switch --quiet --create side HEAD~1").ann("c.rs", "a5").commit("aside");
            s.git("rebase --quiet trunk").check();
        });
    }
}

#[test]
fn restacked_by_plumbing() {
    told(|s| {
        history(s);
        s.sh("git reset --quiet --hard $(git commit-tree -p HEAD~2 -m both HEAD^{tree})").check_unsure("h1");
        s.ann("a.rs", "o1 a1 a2 a3 o2 o3 o4 h1 o5 o6").commit("on").check_unsure("h1");
    });
}
