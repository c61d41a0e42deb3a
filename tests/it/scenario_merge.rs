//! Owners of lines through merges of every kind.

use crate::harness::{Scene, told};

/// Branches `one` and `two` and a `trunk`, each with somebody's lines at its own place of the same file.
fn three_branches(s: &Scene<'_>) {
    s.git("switch --quiet --create one").ann("a.rs", "o1 a1 a2 o2 o3 o4 o5 o6").person("b.rs", "h5").commit("one");
    s.git("switch --quiet --create two trunk").bob("a.rs", "o1 o2 o3 b1 o4 o5 o6").commit("two");
    s.git("switch --quiet trunk").person("a.rs", "o1 o2 o3 o4 o5 h1 o6").ann("c.rs", "a7").commit("three").check();
}

#[test]
fn a_true_merge() {
    told(|s| {
        three_branches(s);
        s.git("merge --quiet --no-edit one").check().trailers("");
        s.git("merge --quiet --no-edit two").check();
    });
}

#[test]
fn a_true_merge_by_an_agent() {
    told(|s| {
        three_branches(s);
        s.bob_git("merge --quiet --no-edit one").check().trailers("bob");
    });
}

#[test]
fn an_octopus() {
    told(|s| {
        three_branches(s);
        s.git("merge --quiet --no-edit one two").check();
    });
}

#[test]
fn a_merge_that_keeps_ours() {
    told(|s| {
        three_branches(s);
        s.git("merge --quiet --no-edit --strategy ours one").check();
        s.ann("a.rs", "o1 a3 o2 o3 o4 o5 h1 o6").commit("on").check();
    });
}

#[test]
fn a_fast_forward() {
    told(|s| {
        s.git("switch --quiet --create one").ann("a.rs", "o1 a1 o2 o3 o4 o5 o6").person("b.rs", "h5").commit("one");
        s.git("switch --quiet trunk").ann_git("merge --quiet --ff-only one").check().trailers("");
    });
}

#[test]
fn a_merge_where_a_fast_forward_would_do() {
    told(|s| {
        s.git("switch --quiet --create one").ann("a.rs", "o1 a1 o2 o3 o4 o5 o6").person("b.rs", "h5").commit("one");
        s.git("switch --quiet trunk").git("merge --quiet --no-ff --no-edit one").check();
    });
}

#[test]
fn a_squash() {
    told(|s| {
        three_branches(s);
        s.git("merge --quiet --squash one").git("commit --quiet -m squashed").check_unsure("h5");
        s.git("branch --quiet -D one").check_unsure("h5");
    });
}

#[test]
fn a_squash_of_two_agents_and_a_person() {
    told(|s| {
        three_branches(s);
        s.git("switch --quiet one")
            .bob("d.rs", "b7 b8")
            .bob_commits("four")
            .ann("d.rs", "b7 a9 b8")
            .ann_commits("five");
        s.git("switch --quiet trunk")
            .git("merge --quiet --squash one")
            .git("commit --quiet --no-edit")
            .check_unsure("a1 a2 b7 a9 b8 h5");
        s.git("branch --quiet -D one").check_unsure("h5");
    });
}

#[test]
fn a_squash_by_an_agent_with_more_in_it() {
    told(|s| {
        three_branches(s);
        s.git("merge --quiet --squash one")
            .ann("b.rs", "h5 a6")
            .ann_commits("squashed")
            .check_unsure("a1 a2 h5")
            .trailers("ann");
    });
}

#[test]
fn a_merge_that_is_not_committed_at_once() {
    told(|s| {
        three_branches(s);
        s.git("merge --quiet --no-commit --no-ff one")
            .person("d.rs", "h7")
            .ann("e.rs", "a8")
            .commit("merged")
            .check_unsure("h7 a8");
    });
}

#[test]
fn a_branch_that_merges_trunk_again_and_again() {
    told(|s| {
        three_branches(s);
        s.git("switch --quiet one").git("merge --quiet --no-edit trunk").ann("b.rs", "h5 a11").commit("on").check();
        s.git("switch --quiet trunk").person("c.rs", "a7 h11").commit("on").check();
        s.git("switch --quiet one").git("merge --quiet --no-edit trunk").check();
        s.git("switch --quiet trunk").git("merge --quiet one").check();
    });
}

#[test]
fn a_merge_of_unrelated_histories() {
    told(|s| {
        s.git("switch --quiet --orphan other").ann("z.rs", "a1 a2").person("y.rs", "h1").commit("another").check();
        s.git("switch --quiet trunk").git("merge --quiet --no-edit --allow-unrelated-histories other").check();
    });
}
