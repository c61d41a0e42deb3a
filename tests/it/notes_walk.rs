//! Days of work in which anything may happen to commits: after every step the notes of the commits that can be
//! reached add up to the store's shares.
//!
//! `NOTES_WALKS=100 cargo test --test it notes_walk` walks more ways than the few that are always walked.

use crate::harness::{Claude, World};
use crate::notes_law::{lawful_here, world};
use std::cell::Cell;
use std::io::Write;

const STEPS: usize = 14;
const WALKS: u64 = 4;

/// Who decides what happens next; the same way for the same seed.
struct Fate {
    state: Cell<u64>,
    files: Cell<usize>,
}

impl Fate {
    fn below(&self, limit: u64) -> u64 {
        // SplitMix64.
        self.state.set(self.state.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut number = self.state.get();
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % limit
    }

    fn new_file(&self) -> (String, String) {
        let number = self.files.get() + 1;
        self.files.set(number);
        let text =
            format!("pub fn number_{number}() -> usize {{\n    {number} * 7 + {number}\n}}\n// end of {number}\n");
        (format!("src/f{number}.rs"), text)
    }
}

/// Runs git; what it refuses (a conflict, nothing to do) is undone.
fn git<const N: usize>(world: &World, args: [&str; N]) {
    if world.git(args).code != Some(0) {
        for abort in [["rebase", "--abort"], ["cherry-pick", "--abort"], ["merge", "--abort"]] {
            let _ = world.git(abort);
        }
        let _ = world.git(["reset", "--quiet", "--hard"]);
    }
}

fn exists(world: &World, revision: &str) -> bool {
    world.git(["rev-parse", "--verify", "--quiet", revision]).code == Some(0)
}

fn is_plain(world: &World, commits: usize) -> bool {
    (0..commits)
        .all(|back| exists(world, &format!("HEAD~{back}^1^{{commit}}")) && !exists(world, &format!("HEAD~{back}^2")))
        && exists(world, &format!("HEAD~{}", commits + 1))
}

fn step(world: &World, fate: &Fate, sessions: &[Claude<'_>]) -> &'static str {
    let session = &sessions[fate.below(sessions.len() as u64) as usize];
    match fate.below(14) {
        0..=2 => {
            let (path, text) = fate.new_file();
            session.says("go on").writes(&path, &text).commits(&path).stops();
            "an agent commits"
        }
        3 => {
            let ((one, first), (two, second)) = (fate.new_file(), fate.new_file());
            session.says("both").writes(&one, &first).writes(&two, &second).commits("both").stops();
            "an agent commits two files"
        }
        4 => {
            let (path, text) = fate.new_file();
            session.says("leave it").writes(&path, &text).replies("done").stops();
            world.commit("by hand");
            "a person commits an agent's work"
        }
        5 => {
            git(world, ["commit", "--quiet", "--amend", "--message", "other words"]);
            "other words"
        }
        6 if is_plain(world, 1) => {
            let (path, text) = fate.new_file();
            session.says("more").writes(&path, &text).stops();
            git(world, ["add", "--all"]);
            git(world, ["commit", "--quiet", "--amend", "--no-edit"]);
            "more in the same commit"
        }
        7 if is_plain(world, 2) => {
            git(world, ["reset", "--quiet", "--soft", "HEAD~2"]);
            git(world, ["commit", "--quiet", "--message", "squashed"]);
            "two become one"
        }
        8 if is_plain(world, 1) => {
            git(world, ["reset", "--quiet", "--mixed", "HEAD~1"]);
            git(world, ["add", "src/*[02468].rs"]);
            git(world, ["commit", "--quiet", "--allow-empty", "--message", "half"]);
            world.commit("other half");
            "one becomes two"
        }
        9 if exists(world, "topic") => {
            git(world, ["checkout", "--quiet", "topic"]);
            git(world, ["rebase", "--quiet", "main"]);
            "rebase"
        }
        10 if exists(world, "topic") => {
            git(world, ["checkout", "--quiet", "main"]);
            git(world, ["cherry-pick", "--allow-empty", "topic"]);
            "cherry-pick"
        }
        11 if exists(world, "topic") => {
            git(world, ["checkout", "--quiet", "main"]);
            git(world, ["merge", "--quiet", "--squash", "topic"]);
            git(world, ["commit", "--quiet", "--message", "topic (#1)"]);
            "squash merge"
        }
        12 if exists(world, "topic") => {
            git(world, ["checkout", "--quiet", "main"]);
            git(world, ["branch", "--quiet", "-D", "topic"]);
            "the branch goes"
        }
        13 if exists(world, "topic") => {
            git(world, ["checkout", "--quiet", "main"]);
            git(world, ["merge", "--quiet", "--no-ff", "--no-edit", "topic"]);
            "merge"
        }
        _ => {
            let branch = if exists(world, "topic") { "topic" } else { "main" };
            git(world, ["checkout", "--quiet", branch]);
            git(world, ["checkout", "--quiet", "-B", "topic"]);
            "on a branch"
        }
    }
}

/// Tells the way that led to a failure.
struct Way {
    seed: u64,
    steps: Vec<&'static str>,
}

impl Drop for Way {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = writeln!(std::io::stderr(), "seed {}: {}", self.seed, self.steps.join(", "));
        }
    }
}

#[test]
fn the_law_holds_on_every_way() {
    let walks = std::env::var("NOTES_WALKS").ok().and_then(|text| text.parse().ok()).unwrap_or(WALKS);
    for seed in 0..walks {
        let fate = Fate { state: Cell::new(seed), files: Cell::new(0) };
        let world = world();
        if seed % 2 == 1 {
            world.install_hooks();
        }
        let sessions = [world.claude("one"), world.claude("two")];
        let mut way = Way { seed, steps: Vec::new() };
        for _ in 0..STEPS {
            way.steps.push(step(&world, &fate, &sessions));
            let _ = lawful_here(&world);
        }
    }
}
