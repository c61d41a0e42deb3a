//! Owners of lines that wait: stashed, reset, staged in part, carried to another branch.

use crate::harness::{Scene, told};

const BOTH: &str = "o1 a1 o2 h1 o3 b1 o4 o5 o6";

/// Lines of everybody, not committed.
fn pending(s: &Scene<'_>) {
    s.ann("a.rs", "o1 a1 o2 o3 o4 o5 o6").person("a.rs", "o1 a1 o2 h1 o3 o4 o5 o6").bob("a.rs", BOTH);
}

#[test]
fn stash_and_pop() {
    told(|s| {
        pending(s);
        s.git("stash push --quiet").check().git("stash pop --quiet").commit("one").check_unsure("a1");
    });
}

#[test]
fn stash_of_files_git_did_not_know() {
    told(|s| {
        pending(s);
        s.ann("new.rs", "a5").git("stash push --quiet --include-untracked").person("c.rs", "h7").commit("meanwhile");
        s.git("stash pop --quiet").commit("one").check();
    });
}

#[test]
fn stash_and_apply_twice() {
    told(|s| {
        pending(s);
        s.git("stash push --quiet").git("switch --quiet --create other").git("stash apply --quiet").commit("one");
        s.check_unsure("a1").git("switch --quiet trunk").git("stash apply --quiet").commit("again").check_unsure("a1");
        s.git("stash drop --quiet").check_unsure("a1");
    });
}

#[test]
fn stash_branch() {
    told(|s| {
        pending(s);
        s.git("stash push --quiet").person("a.rs", "o1 o2 o3 h9").commit("meanwhile").check();
        s.git("stash branch saved").commit("one").check_unsure("a1");
    });
}

#[test]
fn stash_of_some_files() {
    told(|s| {
        pending(s);
        s.ann("b.rs", "a7 a8").git("add b.rs").git("stash push --quiet -- a.rs").commit("the other").check();
        s.git("stash pop --quiet").commit("the rest").check_unsure("a1");
    });
}

#[test]
fn stash_of_what_is_not_staged() {
    told(|s| {
        pending(s);
        s.stages("a.rs", "o1 a1 o2 o3 o4 o5 o6").git("stash push --quiet --keep-index").commit("staged").check();
        s.git("stash pop --quiet").commit("rest").check();
    });
}

#[test]
fn checkout_that_merges() {
    told(|s| {
        s.git("switch --quiet --create other").person("a.rs", "o1 o2 o3 o4 o5 o6 h9").commit("other");
        s.git("switch --quiet trunk");
        pending(s);
        s.git("checkout --quiet --merge other").commit("carried").check_unsure("a1 b1");
    });
}

#[test]
fn switch_with_pending_lines() {
    told(|s| {
        pending(s);
        s.git("switch --quiet --create other").commit("there").check_unsure("a1");
    });
}

#[test]
fn reset_soft_and_commit_again() {
    told(|s| {
        pending(s);
        s.commit("one").ann("b.rs", "a7").person("c.rs", "h7").commit("two").check_unsure("a1");
        s.git("reset --quiet --soft HEAD~2").git("commit --quiet -m again").check();
    });
}

#[test]
fn reset_mixed_and_commit_again_with_more() {
    told(|s| {
        pending(s);
        s.commit("one").git("reset --quiet --mixed HEAD~1").check();
        s.person("a.rs", &format!("{BOTH} h8"))
            .ann("a.rs", &format!("{BOTH} h8 a8"))
            .commit("again")
            .check_unsure("b1");
    });
}

#[test]
fn reset_hard_throws_lines_away_and_what_is_typed_anew_is_new() {
    told(|s| {
        pending(s);
        s.commit("one").git("reset --quiet --hard HEAD~1").check();
        s.bob("a.rs", "o1 o2 o3 o4 o5 o6 b5").person("a.rs", "h5 o1 o2 o3 o4 o5 o6 b5").commit("new").check();
    });
}

#[test]
fn reset_hard_and_back_again() {
    told(|s| {
        pending(s);
        s.commit("one").git("reset --quiet --hard HEAD~1").git("reset --quiet --hard HEAD@{1}").check_unsure("a1");
    });
}

#[test]
fn staged_line_by_line() {
    told(|s| {
        pending(s);
        s.stages("a.rs", "o1 a1 o2 o3 o4 o5 o6").git("commit --quiet -m first").check();
        s.stages("a.rs", "o1 a1 o2 h1 o3 o4 o5 o6").git("commit --quiet -m second").check();
        s.git("commit --quiet --all -m third").check();
    });
}

#[test]
fn some_paths_first() {
    told(|s| {
        pending(s);
        s.ann("b.rs", "a7").person("c.rs", "h7").git("add b.rs c.rs");
        s.git("commit --quiet -m paths -- b.rs").check();
        s.git("commit --quiet -m more -- c.rs").check().git("commit --quiet --all -m rest").check_unsure("a1");
    });
}

#[test]
fn a_work_tree_that_moves() {
    told(|s| {
        if s.folder() == s.world.path("") {
            s.git("worktree add --quiet ../linked -b tree").goes_to("../linked");
            s.person("a.rs", "o1 h1 o2 o3 o4 o5 o6");
        } else {
            pending(s);
        }
        s.git("worktree move . ../moved")
            .goes_to("../moved")
            .git("add --all")
            .git("commit --quiet -m moved")
            .check_unsure("a1 h1 b1");
    });
}

#[test]
fn lines_that_wait_while_others_are_committed_for_days() {
    told(|s| {
        pending(s);
        s.pass(3 * 86_400).person("b.rs", "h5").git("add b.rs").git("commit --quiet -m other").check();
        s.pass(3 * 86_400).commit("late").check_unsure("a1");
    });
}

#[test]
fn lines_discarded_by_checkout_and_restore() {
    told(|s| {
        pending(s);
        s.git("checkout --quiet -- a.rs").person("a.rs", "o1 o2 h6 o3 o4 o5 o6").commit("mine").check();
        s.ann("a.rs", "o1 o2 h6 o3 o4 a6 o5 o6").git("restore a.rs");
        s.bob("a.rs", "o1 o2 h6 o3 o4 b6 o5 o6").commit("bobs").check();
    });
}
