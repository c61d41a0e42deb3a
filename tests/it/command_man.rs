//! `agent-trace completions` and `agent-trace man`.

use crate::harness::World;

#[test]
fn every_shell_gets_completions_that_know_the_commands() {
    let world = World::without_repository();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = world.run(["completions", shell]).success().stdout;
        for word in ["ingest", "cost", "show", "completions"] {
            assert!(text.contains(word), "{shell} does not complete `{word}`");
        }
    }
    let _ = world.run(["completions", "tcsh"]).failure(2);
}

#[test]
fn the_manual_page_is_roff() {
    let world = World::without_repository();
    let page = world.run(["man"]).success().stdout;
    assert!(page.starts_with(".ie ") || page.starts_with(".TH "), "{}", &page[..80.min(page.len())]);
    for section in [".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH SUBCOMMANDS"] {
        assert!(page.contains(section), "no {section}");
    }
}

#[test]
fn help_is_there_for_every_command() {
    let world = World::without_repository();
    for command in ["ingest", "cost", "log", "show", "sessions", "problems", "prices", "sql", "completions", "man"] {
        let text = world.run([command, "--help"]).success().stdout;
        assert!(text.contains("Example"), "{command} shows no example");
    }
}
