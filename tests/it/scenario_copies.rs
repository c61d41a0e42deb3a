//! Owners of lines through cherry-pick and revert: copies carry owners and cost nothing again.

use crate::harness::{Scene, told};

/// A branch `side` of three commits with everybody's lines; `trunk` is checked out and has gone on.
fn side(s: &Scene<'_>) {
    s.git("switch --quiet --create side");
    s.ann("a.rs", "o1 o2 a1 a2 o3 o4 o5 o6").commit("one");
    s.person("a.rs", "o1 o2 a1 a2 o3 o4 h1 o5 o6").bob("b.rs", "b1 b2").commit("two");
    s.ann("b.rs", "b1 a5 b2").commit("three").check();
    s.git("switch --quiet trunk").person("a.rs", "h9 o1 o2 o3 o4 o5 o6").commit("meanwhile");
}

#[test]
fn one_commit() {
    told(|s| {
        side(s);
        s.git("cherry-pick side~2")
            .check_unsure("a1 a2")
            .git("cherry-pick -x side~1")
            .check_unsure("a1 a2 h1")
            .trailers("");
    });
}

#[test]
fn a_range() {
    told(|s| {
        side(s);
        s.git("cherry-pick side~3..side").check_unsure("a1 a2 h1");
        s.git("branch --quiet -D side").check_unsure("h1");
    });
}

#[test]
fn by_an_agent() {
    told(|s| {
        side(s);
        s.ann_git("cherry-pick side~3..side").check_unsure("a1 a2 h1").trailers("");
    });
}

#[test]
fn without_a_commit() {
    told(|s| {
        side(s);
        s.git("cherry-pick --no-commit side~2").git("commit --quiet -m taken").check_unsure("a1 a2");
        s.git("cherry-pick --no-commit side~1 side")
            .person("b.rs", "b1 a5 b2 h7")
            .commit("more")
            .check_unsure("a1 a2 b1 a5 b2");
    });
}

#[test]
fn of_what_is_there_already() {
    told(|s| {
        side(s);
        s.git("cherry-pick side~2").git_stops("cherry-pick side~2").git("cherry-pick --skip").check_unsure("a1 a2");
        s.git("cherry-pick --allow-empty --keep-redundant-commits side~2").check_unsure("a1 a2");
    });
}

#[test]
fn of_a_merge() {
    told(|s| {
        side(s);
        s.git("switch --quiet --create other trunk~1").git("merge --quiet --no-edit --no-ff side");
        s.git("switch --quiet trunk").git("cherry-pick -m 1 other").check_unsure("a1 a2 h1 b1 a5 b2");
    });
}

#[test]
fn revert_and_revert_of_the_revert() {
    told(|s| {
        s.ann("a.rs", "o1 a1 a2 o2 o3 o4 o5 o6").commit("one");
        s.person("a.rs", "o1 a1 a2 o2 o3 o4 h1 o5 o6").commit("two").check();
        s.git("revert --no-edit HEAD").check().trailers("");
        s.git("revert --no-edit HEAD~2").check();
        s.git("revert --no-edit HEAD").check().git("revert --no-edit HEAD~2").check_unsure("h1");
    });
}

#[test]
fn revert_of_a_deletion() {
    told(|s| {
        s.ann("a.rs", "o1 a1 a2 o2 o3 o4 o5 o6").commit("one").person("a.rs", "o1 a2 o2 o3").commit("two").check();
        s.git("revert --no-edit HEAD").check_unsure("a1");
    });
}

#[test]
fn revert_of_many_at_once() {
    told(|s| {
        side(s);
        s.git("switch --quiet side").git("revert --no-commit HEAD~2..HEAD").git("commit --quiet -m back").check();
    });
}

#[test]
fn revert_by_an_agent() {
    told(|s| {
        side(s);
        s.git("switch --quiet side").bob_git("revert --no-edit HEAD").check();
    });
}
