//! Owners of lines where git stops and somebody has to decide.

use crate::harness::{Scene, told};

/// `side` and `trunk` each changed the same place: Ann there, a person here.
fn at_odds(s: &Scene<'_>) {
    s.git("switch --quiet --create side");
    s.ann("a.rs", "o1 o2 a1 a2 o5 o6").bob("b.rs", "b1").commit("theirs");
    s.ann("c.rs", "a7").commit("after");
    s.git("switch --quiet trunk").person("a.rs", "o1 o2 h1 h2 o5 o6").commit("ours").check();
}

#[test]
fn a_rebase_that_a_person_resolves_with_both() {
    told(|s| {
        at_odds(s);
        s.git_stops("rebase --quiet trunk side").person("a.rs", "o1 o2 h1 h2 a1 a2 o5 o6");
        s.git("add a.rs").git("rebase --continue").check();
    });
}

#[test]
fn a_rebase_that_a_person_resolves_with_lines_of_their_own() {
    told(|s| {
        at_odds(s);
        s.git_stops("rebase --quiet trunk side").person("a.rs", "o1 o2 h1 h3 a2 o5 o6");
        s.git("add a.rs").git("rebase --continue").check();
    });
}

#[test]
fn a_rebase_that_an_agent_resolves_with_lines_of_its_own() {
    told(|s| {
        at_odds(s);
        s.git_stops("rebase --quiet trunk side").bob("a.rs", "o1 o2 h1 b5 a2 o5 o6");
        s.git("add a.rs").git("rebase --continue").check();
    });
}

#[test]
fn a_rebase_that_an_agent_runs_and_resolves() {
    told(|s| {
        at_odds(s);
        s.ann_git_stops("rebase --quiet trunk side").ann("a.rs", "o1 o2 h1 a5 a2 o5 o6");
        s.ann_git("add a.rs").ann_git("rebase --continue").check().trailers("");
    });
}

#[test]
fn a_rebase_that_takes_one_side() {
    told(|s| {
        at_odds(s);
        s.git("rebase --quiet -X theirs trunk side").check();
    });
    told(|s| {
        at_odds(s);
        s.git("rebase --quiet -X ours trunk side").check();
    });
}

#[test]
fn a_rebase_that_skips_the_commit() {
    told(|s| {
        at_odds(s);
        s.git_stops("rebase --quiet trunk side").git("rebase --skip").check();
    });
}

#[test]
fn a_cherry_pick_that_a_person_and_that_an_agent_resolves() {
    told(|s| {
        at_odds(s);
        s.git_stops("cherry-pick side~1").person("a.rs", "o1 o2 h1 h3 a2 o5 o6").git("add a.rs");
        s.git("cherry-pick --continue").check_unsure("a2 b1 h3");
    });
    told(|s| {
        at_odds(s);
        s.git_stops("cherry-pick side~1").bob("a.rs", "o1 o2 h1 b5 a2 o5 o6").git("add a.rs");
        s.git("cherry-pick --continue").check_unsure("a2 b1");
    });
}

#[test]
fn a_cherry_pick_of_many_that_is_given_up_or_skipped() {
    told(|s| {
        at_odds(s);
        s.git_stops("cherry-pick side~2..side").git("cherry-pick --skip").check();
    });
    told(|s| {
        at_odds(s);
        s.git_stops("cherry-pick side~2..side").git("cherry-pick --abort").check();
    });
}

#[test]
fn a_revert_that_a_person_resolves() {
    told(|s| {
        s.ann("a.rs", "o1 o2 a1 a2 o5 o6").commit("one").person("a.rs", "o1 o2 a1 h2 o5 o6").commit("two");
        s.git_stops("revert --no-edit HEAD~1").person("a.rs", "o1 o2 h3 h2 o5 o6").git("add a.rs");
        s.git("revert --continue").check_unsure("h3");
    });
}

#[test]
fn a_merge_that_a_person_resolves() {
    told(|s| {
        at_odds(s);
        s.git_stops("merge --quiet side").person("a.rs", "o1 o2 h1 h3 a2 o5 o6").git("add a.rs");
        s.git("commit --quiet --no-edit").check_unsure("h3").trailers("");
    });
}

#[test]
fn a_merge_that_an_agent_resolves() {
    told(|s| {
        at_odds(s);
        s.git_stops("merge --quiet side").bob("a.rs", "o1 o2 h1 b5 a2 o5 o6").git("add a.rs");
        s.bob_git("commit --quiet --no-edit").check_unsure("b5").trailers("bob");
    });
}

#[test]
fn a_merge_that_takes_one_side() {
    for side in ["ours", "theirs"] {
        told(|s| {
            at_odds(s);
            s.git(&format!("merge --quiet --no-edit -X {side} side")).check();
        });
    }
}

#[test]
fn a_stash_that_does_not_fit_any_more() {
    told(|s| {
        s.ann("a.rs", "o1 o2 a1 o4 o5 o6").git("stash push --quiet");
        s.person("a.rs", "o1 o2 h1 o4 o5 o6").commit("meanwhile").git_stops("stash pop --quiet");
        s.person("a.rs", "o1 o2 h1 a1 o4 o5 o6").git("add a.rs").git("stash drop --quiet").commit("both").check();
    });
}

#[test]
fn the_same_conflict_again_resolved_by_what_git_remembers() {
    told(|s| {
        s.git("config rerere.enabled true");
        at_odds(s);
        s.git_stops("merge side").person("a.rs", "o1 o2 h1 h3 a2 o5 o6").git("add a.rs");
        s.git("commit --quiet --no-edit").git("reset --quiet --hard HEAD~1");
        s.git_stops("merge side").git("add a.rs").git("commit --quiet --no-edit").check_unsure("h3");
    });
}
