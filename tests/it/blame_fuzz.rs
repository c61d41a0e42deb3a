//! Random work of two agents and a person, random operations of git: no line is ever given to the wrong one.
//!
//! Every line is a word that says who typed it, so the model is the file itself. `FUZZ_STEPS` asks for more than the
//! usual number of steps, `FUZZ_SEED` for other ones; a failure says both and what was done.

use crate::harness::{Counts, Place, Scene, World};
use std::env;

/// Steps of one test, unless told otherwise.
const STEPS: usize = 48;

/// Steps of one world: a longer history makes every question dearer and finds no more.
const STEPS_OF_WORLD: usize = 48;

/// Lines are asked for after so many steps.
const ASK_EVERY: usize = 12;

/// What may happen besides edits and commits of the person.
#[derive(Clone, Copy)]
struct Rules {
    /// Agents commit and rebase too.
    agents_use_git: bool,
    /// Lines that say nothing, and lines that many type.
    common_lines: bool,
    /// History is rewritten.
    rewrites: bool,
}

#[test]
fn agents_type_and_a_person_commits() {
    fuzz(1_000, Rules { agents_use_git: false, common_lines: false, rewrites: false });
}

#[test]
fn agents_type_and_a_person_rewrites_history() {
    fuzz(2_000, Rules { agents_use_git: false, common_lines: false, rewrites: true });
}

#[test]
fn everybody_does_everything() {
    fuzz(3_000, Rules { agents_use_git: true, common_lines: false, rewrites: true });
}

#[test]
fn lines_that_everybody_types_are_among_them() {
    fuzz(4_000, Rules { agents_use_git: true, common_lines: true, rewrites: true });
}

fn number(variable: &str) -> Option<usize> {
    env::var(variable).ok().and_then(|text| text.parse().ok())
}

#[expect(clippy::print_stderr, reason = "how much is unknown is part of the answer")]
fn fuzz(seed: usize, rules: Rules) {
    let seed = seed + number("FUZZ_SEED").unwrap_or(0);
    let steps = number("FUZZ_STEPS").map_or(STEPS, |steps| steps / 4);
    let worlds = (0..steps.div_ceil(STEPS_OF_WORLD)).map(|world| fuzz_world(seed + world, rules, STEPS_OF_WORLD));
    let counts = worlds.fold(Counts::default(), Counts::plus);
    eprintln!("seed {seed}: {steps} steps, {counts:?}");
    assert!(counts.known > 0, "nothing was asked");
}

/// Returns whose the lines were at the end.
fn fuzz_world(seed: usize, rules: Rules, steps: usize) -> Counts {
    let world = World::without_repository();
    let place = if seed.is_multiple_of(2) { Place::Main } else { Place::Linked };
    let scene = Scene::new(&world, None, place, &["init", "--quiet", "--initial-branch=main"]);
    let mut fuzzer = Fuzzer { scene: &scene, chance: Chance(seed as u64), rules, words: 0, branches: 0 };
    let mut counts = Counts::default();
    for step in 1..=steps {
        fuzzer.step();
        if step % ASK_EVERY == 0 || step == steps {
            let mut wrong = Vec::new();
            counts = scene.count(&mut wrong);
            let told = || format!("{}\n{}", scene.story(), scene.history());
            assert!(wrong.is_empty(), "seed {seed}, step {step}: {wrong:#?}\n{}", told());
        }
    }
    scene.money();
    counts
}

/// Numbers that are the same for the same seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn of<'t>(&mut self, things: &[&'t str]) -> &'t str {
        things[self.below(things.len())]
    }
}

struct Fuzzer<'s> {
    scene: &'s Scene<'s>,
    chance: Chance,
    rules: Rules,
    words: usize,
    branches: usize,
}

impl Fuzzer<'_> {
    fn step(&mut self) {
        let kinds = if self.rules.rewrites { 20 } else { 13 };
        match self.chance.below(kinds) {
            0..=6 => self.types(),
            7..=9 => self.commits("commit --quiet --all --allow-empty -m work"),
            10 => self.commits_some(),
            11 => self.renames(),
            12 => self.branches(),
            13 => self.commits("commit --quiet --all --amend --no-edit --allow-empty"),
            14 => self.joins("merge --quiet --no-edit -X", "merge --abort"),
            15 => self.joins("rebase --quiet -X", "rebase --abort"),
            16 => self.joins("cherry-pick -X", "cherry-pick --abort"),
            17 => self.reverts(),
            18 => self.puts_aside(),
            _ => self.squashes(),
        }
    }

    fn git(&mut self, line: &str) -> bool {
        let typist = if self.rules.agents_use_git { self.chance.of(&["h", "h", "h", "a", "b"]) } else { "h" };
        self.scene.git_tries(typist, line)
    }

    fn commits(&mut self, line: &str) {
        let _ = self.scene.git_tries("h", "add --all") && self.git(line);
    }

    /// Everything is committed, so that git need not refuse.
    fn settles(&mut self) {
        self.commits("commit --quiet --all --allow-empty -m settled");
    }

    fn commits_some(&mut self) {
        if let Some(path) = self.path() {
            let _ = self.scene.git_tries("h", &format!("add -- {path}")) && self.git("commit --quiet -m some");
        }
    }

    /// A file of the work tree.
    fn path(&mut self) -> Option<String> {
        let mut paths: Vec<String> = std::fs::read_dir(self.scene.folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".rs"))
            .collect();
        paths.sort();
        let at = self.chance.below(paths.len());
        paths.get(at).cloned()
    }

    fn types(&mut self) {
        let path = if self.chance.below(8) == 0 { None } else { self.path() };
        let path = path.unwrap_or_else(|| format!("f{}.rs", self.chance.below(6)));
        let text = std::fs::read_to_string(self.scene.folder().join(&path)).unwrap_or_default();
        let typist = self.chance.of(&["a", "b", "h"]);
        let changed = self.changed(text.lines().map(str::to_owned).collect(), typist);
        if changed.is_empty() {
            return;
        }
        let changed = changed.join("\n") + "\n";
        match typist {
            "a" => self.scene.ann_text(&path, &changed),
            "b" => self.scene.bob_text(&path, &changed),
            _ => self.scene.person_text(&path, &changed),
        };
    }

    /// Lines go, lines come, or both in one place.
    fn changed(&mut self, mut lines: Vec<String>, typist: &str) -> Vec<String> {
        let at = self.chance.below(lines.len() + 1);
        let (gone, new) = match self.chance.below(4) {
            0 => (1 + self.chance.below(2), 0),
            1 => (1 + self.chance.below(2), 1 + self.chance.below(3)),
            _ => (0, 1 + self.chance.below(4)),
        };
        let words: Vec<String> = (0..new).map(|_| self.word(typist)).collect();
        let end = (at + gone).min(lines.len());
        let _ = lines.splice(at..end, words.iter().flat_map(|word| Scene::lines(word))).count();
        lines
    }

    fn word(&mut self, typist: &str) -> String {
        self.words += 1;
        match self.chance.below(10) {
            0 | 1 if self.rules.common_lines => format!("}}~{typist}"),
            2 if self.rules.common_lines => format!("_~{typist}"),
            3 if self.rules.common_lines => format!("d{}~{typist}", self.chance.below(3)),
            _ => format!("{typist}{}", self.words),
        }
    }

    fn renames(&mut self) {
        if let Some(path) = self.path() {
            self.words += 1;
            let _ = self.scene.git_tries("h", &format!("mv -- {path} r{}.rs", self.words));
        }
    }

    /// A new branch, or another that there is.
    fn branches(&mut self) {
        self.settles();
        if self.branches < 4 && self.chance.below(2) == 0 {
            self.branches += 1;
            let _ = self.git(&format!("switch --quiet --create branch{}", self.branches));
        } else {
            let branch = self.branch();
            let _ = self.git(&format!("switch --quiet {branch}"));
        }
    }

    fn branch(&mut self) -> String {
        match self.chance.below(self.branches + 1) {
            0 => "trunk".to_owned(),
            number => format!("branch{number}"),
        }
    }

    /// Another branch is brought here; where git stops, it is given up.
    fn joins(&mut self, line: &str, back: &str) {
        self.settles();
        let (branch, side) = (self.branch(), self.chance.of(&["ours", "theirs"]));
        if !self.git(&format!("{line} {side} {branch}")) {
            let _ = self.scene.git_tries("h", back);
        }
    }

    fn reverts(&mut self) {
        self.settles();
        let back = self.chance.below(3);
        if !self.git(&format!("revert --no-edit HEAD~{back}")) {
            let _ = self.scene.git_tries("h", "revert --abort");
        }
    }

    fn puts_aside(&mut self) {
        let _ = self.scene.git_tries("h", "stash push --quiet --include-untracked");
        self.types();
        self.settles();
        if !self.git("stash pop --quiet") {
            let _ = self.scene.git_tries("h", "reset --quiet --hard");
            let _ = self.scene.git_tries("h", "stash drop --quiet");
        }
    }

    /// Not with `merge --squash`: where a person does it, no hook tells that the lines came from elsewhere.
    fn squashes(&mut self) {
        self.settles();
        let back = 1 + self.chance.below(3);
        match self.chance.below(2) {
            0 => {
                let _ = self.git(&format!("reset --quiet --soft HEAD~{back}")) && self.git("commit --quiet -m again");
            }
            _ => {
                let _ = self.scene.todo("2,$s/^pick/squash/");
                if !self.git(&format!("rebase --quiet --interactive HEAD~{back}")) {
                    let _ = self.scene.git_tries("h", "rebase --abort");
                }
            }
        }
    }
}
