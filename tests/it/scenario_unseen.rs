//! Lines that no hook saw being made stay nobody's, whichever way they come into a commit that hooks see.

use crate::harness::{Scene, told};

/// A branch `other` with a file and a line of somebody without hooks.
fn other(s: &Scene<'_>) {
    s.git("switch --quiet --create other").person("z.rs", "o7 o8").person("a.rs", "o1 o9 o2 o3 o4 o5 o6");
    s.git("add --all").with("AGENT_TRACE", "0").git("commit --quiet -m theirs").git("switch --quiet trunk").check();
}

#[test]
fn by_a_squash() {
    told(|s| {
        other(s);
        s.git("merge --quiet --squash other").git("commit --quiet -m squashed").check();
    });
}

#[test]
fn by_a_squash_that_is_squashed_again() {
    told(|s| {
        other(s);
        s.git("merge --quiet --squash other").git("commit --quiet -m squashed");
        s.person("b.rs", "h1").commit("mine").ann("b.rs", "h1 a1 a2").commit("more").check();
        s.todo("2,3s/^pick/squash/").git("rebase --quiet --interactive HEAD~3").check_unsure("h1");
    });
}

#[test]
fn by_a_cherry_pick_with_and_without_help() {
    told(|s| {
        other(s);
        s.git("cherry-pick other").check();
    });
    told(|s| {
        other(s);
        s.person("a.rs", "o1 h1 o2 o3 o4 o5 o6").commit("in the way").git_stops("cherry-pick other");
        s.person("a.rs", "o1 h1 o9 o2 o3 o4 o5 o6").git("add a.rs").git("cherry-pick --continue").check();
    });
}

#[test]
fn by_a_merge_a_rebase_and_a_patch() {
    told(|s| {
        other(s);
        s.person("b.rs", "h1").commit("mine").git("merge --quiet --no-edit other").check();
    });
    told(|s| {
        other(s);
        s.person("b.rs", "h1").commit("mine").git("rebase --quiet trunk other").check();
    });
}

#[test]
fn by_taking_a_removal_back() {
    told(|s| {
        s.person("a.rs", "o1 h1 o6").commit("shorter").git("revert --no-edit HEAD").check();
        s.git("revert --no-commit HEAD~1").git_tries("h", "revert --quit");
        s.git("reset --quiet --hard").check();
    });
}

#[test]
fn by_moving_them() {
    told(|s| {
        s.person("a.rs", "o4 o5 o6 o1 o2 o3").commit("moved").check();
        s.person("a.rs", "o4 o5 >o6").person("b.rs", "o1 o2 o3").commit("moved on").check();
    });
}
