//! Owners of lines that move: renamed, copied, moved about, deleted and back, with other ends and modes.

use crate::harness::{Scene, told};

const ALL: &str = "a1 a2 h1 h2 b1 b2";

/// A file of three typists.
fn file(s: &Scene<'_>) {
    s.ann("m.rs", "a1 a2").person("m.rs", "a1 a2 h1 h2").bob("m.rs", ALL).commit("one").check();
}

#[test]
fn rename() {
    told(|s| {
        file(s);
        s.git("mv m.rs n.rs").commit("renamed").check();
        s.ann("n.rs", "a3 a1 a2 h1 h2 b1 b2").commit("on").check();
    });
}

#[test]
fn rename_with_changes_in_the_same_commit() {
    told(|s| {
        file(s);
        s.git("mv m.rs n.rs").ann("n.rs", "a1 a2 h1 h2 b1 b2 a3").person("n.rs", "h3 a1 a2 h1 h2 b1 b2 a3");
        s.commit("renamed and changed").check();
    });
}

#[test]
fn rename_before_the_first_commit() {
    told(|s| {
        s.ann("m.rs", "a1 a2").person("m.rs", "a1 a2 h1").git("add m.rs").git("mv m.rs n.rs").commit("one").check();
    });
}

#[test]
fn rename_to_another_folder_by_an_agent() {
    told(|s| {
        file(s);
        s.person("sub/keep.rs", "h8").git("add sub/keep.rs").ann_git("mv m.rs sub/n.rs").ann_commits("moved").check();
    });
}

#[test]
fn rename_by_case_alone() {
    told(|s| {
        file(s);
        s.git("mv m.rs t.rs").git("mv t.rs M.rs").commit("louder").check();
    });
}

/// Without `-C` a copy is whose git says: of whoever made it.
#[test]
fn copy() {
    told(|s| {
        file(s);
        s.person("n.rs", ALL).commit("copied").check_with("--copies --copies", "");
        s.ann("n.rs", "a1 a2 a3 h1 h2 b1 b2").commit("on").check_with("--copies=5 --copies=5 --copies=5", "");
    });
}

#[test]
fn a_block_within_a_file() {
    told(|s| {
        file(s);
        s.person("m.rs", "h1 h2 b1 b2 a1 a2").commit("moved").check_with("--moves=5", "");
        s.check_unsure("a1 a2");
    });
}

#[test]
fn a_block_to_another_file() {
    told(|s| {
        file(s);
        s.person("m.rs", "h1 h2 b1 b2").person("n.rs", "a1 a2").commit("moved").check_with("--copies=5", "");
        s.check_unsure("a1 a2");
    });
}

#[test]
fn a_block_that_an_agent_moves() {
    told(|s| {
        file(s);
        s.bob("m.rs", "a1 a2 b1 b2").bob("n.rs", "b5 b6").commit("moved").check();
    });
}

#[test]
fn a_file_deleted_and_restored() {
    told(|s| {
        file(s);
        s.git("rm --quiet m.rs").commit("gone").check();
        s.git("checkout --quiet HEAD~1 -- m.rs").commit("back").check();
    });
}

#[test]
fn a_file_deleted_and_written_anew() {
    told(|s| {
        file(s);
        s.git("rm --quiet m.rs").commit("gone").ann("m.rs", "a8 a9").person("m.rs", "a8 h8 a9").commit("anew").check();
    });
}

#[test]
fn another_mode() {
    told(|s| {
        file(s);
        s.git("update-index --chmod=+x m.rs").git("commit --quiet -m mode").check();
        s.git("add --chmod=-x m.rs").ann("m.rs", "a1 a2 h1 h2 b1 b2 a3").git("commit --quiet -m both -- m.rs").check();
    });
}

#[test]
fn another_indent() {
    told(|s| {
        file(s);
        s.person("m.rs", ">a1 >a2 >h1 h2 >b1 b2").commit("indented").check_unsure("a1 a2 h1 b1");
        s.check_with("-w", "");
    });
}

#[test]
fn other_line_ends() {
    told(|s| {
        file(s);
        let windows = std::fs::read_to_string(s.folder().join("m.rs")).unwrap().replace('\n', "\r\n");
        s.person_text("m.rs", &windows).commit("windows").check_unsure("a1 a2 h1 h2 b1 b2");
        s.check_with("-w", "");
    });
}

#[test]
fn no_end_of_the_last_line() {
    told(|s| {
        file(s);
        let text = std::fs::read_to_string(s.folder().join("m.rs")).unwrap();
        s.person_text("m.rs", text.trim_end()).commit("no end").check_unsure("b2");
        s.ann_text("m.rs", &text).commit("end").check_unsure("b2");
    });
}

#[test]
fn names_that_are_hard_to_write() {
    told(|s| {
        s.ann("ä b.rs", "a1 a2").person("ä b.rs", "a1 h1 a2").bob("-x.rs", "b1").commit("one").check();
        s.git("mv -- -x.rs y.rs").commit("two").check();
    });
}
