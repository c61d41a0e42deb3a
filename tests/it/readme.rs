//! The README keeps its word: every console block is run in the demo and says what the README says.
//!
//! A line `…` stands for any lines at that place; everything else is compared exactly. `SNAPSHOTS=overwrite` writes
//! what was really said, keeping the places of the `…`.

use crate::demo;
use crate::harness::World;
use agent_trace::cli::Cli;
use clap::Parser;
use snapbox::data::DataFormat;
use snapbox::{Data, IntoData};
use std::path::{Path, PathBuf};

const README: &str = include_str!("../../README.md");
const CUT: &str = "…";

#[test]
fn every_console_block_says_what_the_demo_says() {
    let world = demo::world();
    let real = console_blocks_replaced(README, &mut |command| run(&world, command));
    if std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite") {
        std::fs::write(root().join("README.md"), real).unwrap();
    } else {
        snapbox::assert_data_eq!(README, real.raw());
    }
}

#[test]
fn the_picture_is_the_overview_of_the_demo() {
    let world = demo::world();
    let said = world.run_in(&demo::repository(&world), ["--color", "always"]).success().stdout;
    let picture = Data::read_from(&root().join("docs/overview.term.svg"), Some(DataFormat::TermSvg));
    snapbox::assert_data_eq!(said, picture.raw());
    assert!(README.contains("](docs/overview.term.svg)"), "the README shows it");
}

#[test]
fn headings_go_down_one_step_at_a_time() {
    let levels: Vec<usize> = outside_blocks(README)
        .filter(|line| line.starts_with('#'))
        .map(|line| line.bytes().take_while(|byte| *byte == b'#').count())
        .collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "one title");
    assert_eq!(levels.first(), Some(&1), "the title comes first");
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}

#[test]
fn the_two_commands_of_the_set_up_are_the_ones_that_are_tested() {
    let set_up = blocks(README, "sh").remove(0);
    assert_eq!(set_up, "cargo install --locked --path . && fixtures/demo/run.sh\ncargo test --locked\n");
}

#[test]
fn commands_of_other_blocks_are_commands_of_the_program() {
    let text = blocks(README, "sh").concat();
    let ours: Vec<&str> = text.lines().filter(|line| line.starts_with("agent-trace")).collect();
    assert!(!ours.is_empty());
    for line in ours {
        let command = line.split([';', '>', '|', '#']).next().unwrap();
        assert!(Cli::try_parse_from(words(command)).is_ok(), "{line}");
    }
}

#[test]
fn links_lead_to_files_that_exist() {
    for document in ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
            assert!(root().join(target).exists(), "{document} links to `{target}`");
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Returns what a command of the README prints on standard output.
fn run(world: &World, command: &str) -> String {
    let mut words = words(command).into_iter();
    let program = match words.next().as_deref() {
        Some("agent-trace") => Path::new(env!("CARGO_BIN_EXE_agent-trace")),
        other => panic!("the README runs {other:?}"),
    };
    let output = world.command(program, &demo::repository(world)).args(words).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Splits at blanks outside of single quotes.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('\'').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

/// Returns the text with the output of every `console` block replaced by what `run` says.
fn console_blocks_replaced(text: &str, run: &mut dyn FnMut(&str) -> String) -> String {
    let mut real = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        real.push_str(&format!("{line}\n"));
        if line != "```console" {
            continue;
        }
        while let Some(command) = lines.next_if(|line| *line != "```") {
            let prompt = command.strip_prefix("$ ").unwrap_or_else(|| panic!("{command:?} begins with no `$ `"));
            let mut shown = Vec::new();
            while let Some(line) = lines.next_if(|line| *line != "```" && !line.starts_with("$ ")) {
                shown.push(line);
            }
            real.push_str(&format!("{command}\n{}", cut_as(&shown, &run(prompt))));
            if lines.peek().is_some_and(|line| *line != "```") {
                real.push('\n');
            }
        }
    }
    real
}

/// Cuts `said` where `shown` has its `…`.
fn cut_as(shown: &[&str], said: &str) -> String {
    let shown: Vec<&str> = match shown {
        // The blank line before the next command.
        [rest @ .., ""] => rest.to_vec(),
        all => all.to_vec(),
    };
    let said: Vec<&str> = said.lines().collect();
    let kept = match shown.iter().position(|line| *line == CUT) {
        None => said,
        Some(cut) => {
            let tail = shown.len() - cut - 1;
            assert!(cut + tail < said.len(), "`{CUT}` cuts nothing: {shown:?}");
            [&said[..cut], &[CUT], &said[said.len() - tail..]].concat()
        }
    };
    kept.iter().map(|line| format!("{line}\n")).collect()
}

/// Returns the blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}");
    let mut blocks: Vec<String> = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        match line {
            "```" => is_inside = false,
            line if line == fence => {
                is_inside = true;
                blocks.push(String::new());
            }
            line if is_inside => blocks.last_mut().unwrap().extend([line, "\n"]),
            _ => {}
        }
    }
    blocks
}

fn outside_blocks(text: &str) -> impl Iterator<Item = &str> {
    let mut is_inside = false;
    text.lines().filter(move |line| {
        is_inside ^= line.starts_with("```");
        !is_inside
    })
}

mod tests {
    use super::*;

    #[test]
    fn another_word_in_a_block_is_a_difference() {
        let text = "a\n```console\n$ agent-trace x\none\ntwo\n\n$ agent-trace y\none\n…\nfour\n```\n";
        let said = |text: &'static str| console_blocks_replaced(text, &mut |_| "one\ntwo\nthree\nfour\n".to_owned());
        let real = said(text);
        assert_ne!(real, text, "the first block lacks two lines");
        assert_eq!(real, text.replace("one\ntwo\n\n", "one\ntwo\nthree\nfour\n\n"));
        assert!(said("```console\n$ agent-trace y\nother\n…\n```\n").contains("one\n…\n```"));
    }

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(words("agent-trace sql 'select 1'"), ["agent-trace", "sql", "select 1"]);
    }
}
