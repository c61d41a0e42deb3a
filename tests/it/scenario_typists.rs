//! Whose lines are whose when people and agents type side by side, at the same time, and over one another.

use crate::harness::{Scene, told};

#[test]
fn a_persons_lines_beside_above_and_between_an_agents() {
    told(|s| {
        s.ann("m.rs", "a1 a2 a3 a4 a5 a6").pass(6);
        s.person("m.rs", "h1 a1 a2 h2 h3 a3 a4 h4 a5 a6 h5 h6 h7").commit("one").check();
    });
    for lines in [1, 2, 3, 10] {
        told(|s| {
            let many = |from: usize| (0..lines).map(|n| format!("h{from}{n}")).collect::<Vec<_>>().join(" ");
            s.ann("m.rs", "a1 a2").pass(6).person("m.rs", &format!("a1 {} a2 {}", many(1), many(2)));
            s.commit("one").check();
        });
    }
}

#[test]
fn an_agents_lines_between_a_persons() {
    told(|s| {
        s.person("m.rs", "h1 h2 h3").ann("m.rs", "h1 a1 h2 a2 a3 h3 a4").commit("one").check_unsure("h2 h3");
        s.person("m.rs", "h1 a1 h2 a2 h4 a3 h3 a4")
            .ann("m.rs", "h1 a1 h2 a2 h4 a5 a3 h3 a4")
            .commit("two")
            .check_unsure("h2 h3");
    });
}

#[test]
fn trivial_lines_between() {
    told(|s| {
        s.ann("m.rs", "a1 >a2 } _ a3 >a4 }").person("m.rs", "a1 >a2 } _ a3 >h1 >a4 } _ h2 }").commit("one").check();
        s.bob("m.rs", "a1 >a2 } _ b1 >b2 } _ a3 >h1 >a4 } _ h2 }").commit("two").check();
    });
}

#[test]
fn a_person_within_seconds_of_a_command() {
    told(|s| {
        s.ann("m.rs", "a1 a2").ann_git("status --short").person("m.rs", "a1 h1 a2").commit("one").check();
        s.ann_git("log -1 --format=%s").person("m.rs", "a1 h1 h2 a2").commit("two").check();
    });
}

#[test]
fn a_command_that_writes() {
    told(|s| {
        s.person("m.rs", "h1 h2").commit("mine").check();
        s.ann_runs("sed -i 1ix1 m.rs", "m.rs", "x1 h1 h2").commit("command").check();
        s.ann("m.rs", "x1 h1 a1 h2").ann_runs("./generate > g.rs", "g.rs", "x2 x3").person("n.rs", "h4");
        s.commit("more").check();
    });
}

#[test]
fn a_formatter_that_an_agent_runs() {
    told(|s| {
        s.person("m.rs", "h1 h2").ann("m.rs", "h1 a1 h2").commit("one").check();
        s.ann_runs("cargo fmt", "m.rs", ">h1 >a1 h2").commit("formatted").check_with("-w", "");
    });
}

#[test]
fn two_agents_in_one_file() {
    told(|s| {
        s.ann("m.rs", "a1 a2").bob("m.rs", "a1 b1 a2").ann("m.rs", "a1 b1 a3 a2").bob("m.rs", "b2 a1 b1 a3 a2");
        s.person("m.rs", "b2 a1 b1 a3 h1 a2").commit("one").check();
    });
}

#[test]
fn an_agent_that_changes_lines_of_a_person_and_the_other_way_round() {
    told(|s| {
        s.person("m.rs", "h1 h2 h3").commit("mine").ann("m.rs", "h1 a2 h3").commit("theirs").check();
        s.person("m.rs", "h1 h4 h3").commit("mine again").check();
        s.ann("m.rs", "h1 a2 h3").person("m.rs", "h1 a2 h5").commit("both at once").check();
    });
}

#[test]
fn an_agent_that_only_removes_lines() {
    told(|s| {
        s.person("m.rs", "h1 h2 h3 h4").commit("mine").ann("m.rs", "h1 h4").commit("shorter").check();
    });
}

#[test]
fn an_agent_that_only_looks() {
    told(|s| {
        s.ann_git("log -1 --format=%s").person("m.rs", "h1 h2").commit("mine").check();
    });
}

#[test]
fn an_agent_that_writes_a_whole_file_again() {
    told(|s| {
        s.person("m.rs", "h1 h2").commit("mine").ann("m.rs", "a1 h1 a2 h2 a3").commit("again").check();
        s.removes("m.rs").ann("m.rs", "a1 h1 a2 h2 a4").commit("written anew").check();
    });
}

#[test]
fn a_burst_of_commits() {
    told(|s| {
        burst(s, 24);
        s.check();
    });
}

/// Every commit has lines of one typist, in turn.
fn burst(s: &Scene<'_>, commits: usize) {
    let mut file = String::new();
    for number in 0..commits {
        let typist = ["a", "h", "b"][number % 3];
        file = format!("{file} {typist}{number}");
        match typist {
            "a" => s.ann("m.rs", &file),
            "h" => s.person("m.rs", &file),
            _ => s.bob("m.rs", &file),
        };
        s.git("add m.rs").git("commit --quiet -m burst");
    }
}

#[test]
fn commits_by_the_agents_themselves() {
    told(|s| {
        s.ann("m.rs", "a1 a2").ann_commits("one").check().trailers("ann");
        s.bob("m.rs", "a1 b1 a2").bob_commits("two").check().trailers("bob");
        s.person("m.rs", "a1 b1 a2 h1").commit("three").check().trailers("");
        s.person("m.rs", "a1 b1 a2 h1 h2").ann("m.rs", "a1 b1 a2 h1 h2 a3").ann_commits("four").check();
    });
}

#[test]
fn an_agent_that_commits_what_a_person_typed() {
    told(|s| {
        s.person("m.rs", "h1 h2").ann_commits("mine, made by ann").check().trailers("ann");
    });
}

#[test]
fn a_person_who_commits_what_two_agents_typed_in_other_files() {
    told(|s| {
        s.ann("m.rs", "a1 a2").bob("n.rs", "b1 b2").person("p.rs", "h1 h2").commit("all").check().trailers("");
    });
}
