//! Owners of lines through rebases that stop nowhere.

use crate::harness::{Scene, told};

/// A branch `side` of two commits with everybody's lines, and `trunk` gone on in the same file.
fn diverged(s: &Scene<'_>) {
    s.git("switch --quiet --create side");
    s.ann("a.rs", "o1 o2 a1 a2 o3 o4 o5 o6").commit("one");
    s.person("a.rs", "o1 o2 a1 a2 o3 h1 o4 o5 o6").bob("b.rs", "b1 b2").commit("two").check();
    s.git("switch --quiet trunk").person("a.rs", "h9 o1 o2 o3 o4 o5 o6").ann("c.rs", "a9").commit("meanwhile");
}

#[test]
fn of_a_branch_with_either_backend() {
    for backend in ["--merge", "--apply"] {
        told(|s| {
            diverged(s);
            s.git(&format!("rebase --quiet {backend} trunk side")).check_unsure("h1");
            s.git("switch --quiet trunk").git("merge --quiet --ff-only side").check_unsure("h1");
        });
    }
}

#[test]
fn by_an_agent() {
    told(|s| {
        diverged(s);
        s.ann_git("rebase --quiet trunk side").check().trailers("");
    });
}

#[test]
fn onto_another_base() {
    told(|s| {
        diverged(s);
        s.git("switch --quiet side").bob("e.rs", "b3 b4").person("d.rs", "h5").commit("three");
        s.git("rebase --quiet --onto trunk side~1 side").check();
    });
}

#[test]
fn with_work_put_aside_meanwhile() {
    told(|s| {
        diverged(s);
        s.git("switch --quiet side").ann("b.rs", "b1 b2 a5").git("rebase --quiet --autostash trunk").check();
        s.commit("pending").check();
    });
}

#[test]
fn that_forces_new_commits_and_that_finds_nothing_to_do() {
    told(|s| {
        diverged(s);
        s.git("switch --quiet side").git("rebase --quiet --force-rebase HEAD~2").check();
        s.git("rebase --quiet HEAD~2").check();
    });
}

#[test]
fn with_merges_in_it() {
    told(|s| {
        diverged(s);
        s.git("switch --quiet --create other side~1").bob("e.rs", "b7").commit("other");
        s.git("switch --quiet side").git("merge --quiet --no-edit other").check();
        s.git("rebase --quiet --rebase-merges trunk").check_unsure("a1 a2");
    });
}

#[test]
fn of_a_commit_that_is_upstream_already() {
    told(|s| {
        diverged(s);
        s.git("cherry-pick side~1").check_unsure("a1 a2").git("rebase --quiet trunk side").check();
    });
}

#[test]
fn of_a_branch_that_was_squashed_upstream() {
    told(|s| {
        diverged(s);
        s.git("merge --quiet --squash side").git("commit --quiet -m squashed").check_unsure("a1 a2 b1 b2 h1");
        s.git("rebase --quiet trunk side").check_unsure("h1");
        s.ann("b.rs", "b1 b2 a6").commit("more").check_unsure("h1");
    });
}

#[test]
fn that_is_given_up() {
    told(|s| {
        diverged(s);
        s.person("a.rs", "h9 o1 o2 h3 o3 o4 o5 o6").commit("in the way");
        s.git_stops("rebase --quiet trunk side").git("rebase --abort").git("switch --quiet side").check();
    });
}

#[test]
fn of_the_whole_history() {
    told(|s| {
        diverged(s);
        s.git("switch --quiet side").git("rebase --quiet --root --force-rebase").check();
    });
}

#[test]
fn of_commits_on_commits_with_exec() {
    told(|s| {
        diverged(s);
        s.git("switch --quiet side").git("rebase --quiet --exec true trunk").check();
    });
}

#[test]
fn of_a_file_that_grows_from_commit_to_commit() {
    told(|s| {
        s.git("switch --quiet --create side");
        let mut file = "o1 o2 o3 o4 o5 o6".to_owned();
        for number in 0..5 {
            file = format!("{file} a{number}");
            s.ann("a.rs", &file);
            file = format!("{file} h{number}");
            s.person("a.rs", &file).commit("more");
        }
        s.git("switch --quiet trunk").person("a.rs", "h9 o1 o2 o3 o4 o5 o6").commit("meanwhile");
        s.git("rebase --quiet trunk side").check();
    });
}
