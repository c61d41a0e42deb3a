//! Owners of lines through `commit --amend`.

use crate::harness::{Scene, told};

/// A commit of a person with lines of both.
fn both(s: &Scene<'_>) {
    s.ann("a.rs", "o1 a1 a2 o2 o3 o4 o5 o6").person("a.rs", "o1 a1 a2 h1 o2 o3 o4 o5 o6").commit("both").check();
}

#[test]
fn without_a_change_by_message_and_by_author() {
    told(|s| {
        both(s);
        s.git("commit --quiet --amend --no-edit").check();
        s.git("commit --quiet --amend -m better").check();
        s.git("commit --quiet --amend --no-edit --author Eve<eve@example.com>").check();
        s.git("commit --quiet --amend --no-edit --reset-author").check().trailers("");
    });
}

#[test]
fn lines_that_are_added_by_an_amend_are_their_typists() {
    told(|s| {
        both(s);
        s.person("a.rs", "h2 o1 a1 a2 h1 o2 o3 o4 o5 o6").git("commit --quiet --all --amend --no-edit").check();
        s.ann("a.rs", "h2 o1 a1 a3 a2 h1 o2 o3 o4 o5 o6 a4").git("commit --quiet --all --amend --no-edit").check();
        s.bob("a.rs", "h2 o1 a1 a3 b1 a2 h1 o2 o3 o4 o5 o6 a4").git("commit --quiet --all --amend --no-edit").check();
    });
}

#[test]
fn lines_that_an_amend_takes_out_leave_the_rest_as_it_is() {
    told(|s| {
        both(s);
        s.person("a.rs", "o1 a2 h1 o2 o3 o4 o5 o6").git("commit --quiet --all --amend --no-edit").check();
        s.person("a.rs", "o1 a2 o3 o4 o5 o6").git("commit --quiet --all --amend --no-edit").check();
        s.ann("a.rs", "o1 a5 o3 o4 o5 o6").git("commit --quiet --all --amend --no-edit").check();
    });
}

#[test]
fn an_amend_by_the_agent_itself() {
    told(|s| {
        s.ann("a.rs", "o1 a1 o2 o3 o4 o5 o6").ann_commits("one").check().trailers("ann");
        s.ann("a.rs", "o1 a1 a2 o2 o3 o4 o5 o6").ann_git("commit --quiet --all --amend --no-edit").check();
        s.bob("a.rs", "o1 a1 a2 o2 o3 o4 b1 o5 o6").bob_git("commit --quiet --all --amend -m two").check();
        s.trailers("bob");
    });
}

#[test]
fn what_an_amend_leaves_out_stays_pending() {
    told(|s| {
        s.ann("a.rs", "o1 a1 o2 o3 o4 o5 o6").ann("b.rs", "a11 a12").git("add a.rs");
        s.git("commit --quiet -m part").check();
        s.ann("a.rs", "o1 a1 a2 o2 o3 o4 o5 o6 a3").stages("a.rs", "o1 a1 a2 o2 o3 o4 o5 o6");
        s.git("commit --quiet --amend --no-edit").check();
        s.person("b.rs", "a11 h1 a12").commit("rest").check();
    });
}

#[test]
fn round_after_round() {
    told(|s| {
        both(s);
        let mut file = "o1 a1 a2 h1 o2 o3 o4 o5 o6".to_owned();
        for round in 0..4 {
            file = format!("h2{round} {file} a2{round}");
            let (head, _) = file.rsplit_once(' ').unwrap();
            s.person("a.rs", head).ann("a.rs", &file).git("commit --quiet --all --amend --no-edit").check();
        }
    });
}
