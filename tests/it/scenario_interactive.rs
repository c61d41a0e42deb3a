//! Owners of lines through everything an interactive rebase can do.

use crate::harness::{Scene, told};

/// Three commits: Ann's lines, then a person's beside them and Bob's in another file, then Ann's again.
fn three(s: &Scene<'_>) {
    s.ann("a.rs", "o1 a1 a2 o2 o3 o4 o5 o6").commit("one");
    s.person("a.rs", "o1 a1 a2 o2 o3 o4 h1 o5 o6").bob("b.rs", "b1 b2").commit("two");
    s.ann("c.rs", "a5 a6").commit("three").check();
}

#[test]
fn reword() {
    told(|s| {
        three(s);
        s.todo("1s/^pick/reword/").git("rebase --quiet --interactive HEAD~3").check();
        s.todo("s/^pick/reword/").git("rebase --quiet --interactive HEAD~3").check();
    });
}

#[test]
fn edit_and_amend_by_a_person() {
    told(|s| {
        three(s);
        s.todo("1s/^pick/edit/").git("rebase --quiet --interactive HEAD~3");
        s.person("a.rs", "o1 a1 h2 a2 o2 o3 o4 o5 o6").git("commit --quiet --all --amend --no-edit");
        s.git("rebase --continue").check();
    });
}

#[test]
fn edit_and_amend_by_an_agent() {
    told(|s| {
        three(s);
        s.todo("1s/^pick/edit/").git("rebase --quiet --interactive HEAD~3");
        s.ann("a.rs", "o1 a1 a3 a2 o2 o3 o4 o5 o6").git("commit --quiet --all --amend --no-edit");
        s.git("rebase --continue").check();
    });
}

#[test]
fn edit_and_commit_something_new() {
    told(|s| {
        three(s);
        s.todo("1s/^pick/edit/").git("rebase --quiet --interactive HEAD~3");
        s.bob("d.rs", "b8 b9").person("e.rs", "h8").commit("between").git("rebase --continue").check();
    });
}

#[test]
fn split() {
    told(|s| {
        three(s);
        s.todo("2s/^pick/edit/").git("rebase --quiet --interactive HEAD~3").git("reset --quiet HEAD~1");
        s.git("add a.rs").git("commit --quiet -m left").git("add b.rs").git("commit --quiet -m right");
        s.git("rebase --continue").check_unsure("h1");
    });
}

#[test]
fn squash() {
    told(|s| {
        three(s);
        s.todo("2,3s/^pick/squash/").git("rebase --quiet --interactive HEAD~3").check();
    });
}

#[test]
fn fixup() {
    told(|s| {
        three(s);
        s.todo("2s/^pick/fixup/").git("rebase --quiet --interactive HEAD~3").check();
        s.todo("2s/^pick/fixup -C/").git("rebase --quiet --interactive HEAD~2").check();
    });
}

#[test]
fn drop() {
    told(|s| {
        three(s);
        s.todo("1d").git("rebase --quiet --interactive HEAD~3").check();
        s.todo("1s/^pick/drop/").git("rebase --quiet --interactive HEAD~2").check();
    });
}

#[test]
fn reorder() {
    told(|s| {
        three(s);
        s.todo("1{h;d};2G").git("rebase --quiet --interactive HEAD~3").check();
    });
}

#[test]
fn break_and_go_on() {
    told(|s| {
        three(s);
        s.todo("1a break").git("rebase --quiet --interactive HEAD~3");
        s.person("d.rs", "h5").commit("at the break").git("rebase --continue").check_unsure("h5");
    });
}

#[test]
fn autosquash_of_fixups() {
    told(|s| {
        three(s);
        s.ann("a.rs", "o1 a1 a2 a3 o2 o3 o4 h1 o5 o6").git("commit --quiet --all --fixup=HEAD~2").check();
        s.person("b.rs", "b1 h6 b2").git("commit --quiet --all --fixup=HEAD~2").check();
        s.with("GIT_SEQUENCE_EDITOR", "true")
            .git("rebase --quiet --interactive --autosquash HEAD~5")
            .check_unsure("h1 h6");
    });
}

#[test]
fn by_an_agent() {
    told(|s| {
        three(s);
        s.todo("2,3s/^pick/squash/").ann_git("rebase --quiet --interactive HEAD~3").check().trailers("");
    });
}

#[test]
fn given_up_half_way() {
    told(|s| {
        three(s);
        s.todo("2s/^pick/edit/").git("rebase --quiet --interactive HEAD~3").git("rebase --abort").check();
        s.person("a.rs", "o1 a1 a2 o2 h5 o3 o4 h1 o5 o6").commit("on").check();
    });
}
