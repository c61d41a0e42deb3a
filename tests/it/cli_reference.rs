//! `docs/cli.md` is the help of every command, made from the program itself.

use agent_trace::cli::Cli;
use clap::{Command, CommandFactory};
use snapbox::Data;
use std::path::Path;

/// The columns of the README's pictures.
const WIDTH: usize = 100;
const HEAD: &str = "# Command line

<!-- Made by `SNAPSHOTS=overwrite cargo test`; do not edit. -->

What `--help` says, command by command; the options of every command stand under the first only.
";

#[test]
fn the_reference_is_the_help_of_every_command() {
    let mut program = Cli::command().term_width(WIDTH);
    program.build();
    let mut reference = HEAD.to_owned();
    describe(&mut program, &mut reference);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    snapbox::assert_data_eq!(reference, Data::read_from(&kept, None).raw());
}

#[test]
fn every_command_and_option_says_what_it_is() {
    let mut program = Cli::command();
    program.build();
    let mut silent = Vec::new();
    find_silent(&program, &mut silent);
    assert_eq!(silent, Vec::<String>::new());
}

fn describe(command: &mut Command, reference: &mut String) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    reference.push_str(&format!("\n## `{name}`\n\n```text\n{}\n```\n", help.join("\n")));
    for child in command.get_subcommands_mut().filter(|child| child.get_name() != "help") {
        let mut child = child.clone().mut_args(|argument| {
            let is_told = argument.is_global_set() || ["help", "version"].contains(&argument.get_id().as_str());
            let is_hidden = is_told || argument.is_hide_set();
            argument.hide(is_hidden)
        });
        describe(&mut child, reference);
    }
}

fn find_silent(command: &Command, silent: &mut Vec<String>) {
    if command.get_about().is_none() {
        silent.push(command.get_name().to_owned());
    }
    let arguments = command.get_arguments().filter(|argument| argument.get_help().is_none());
    silent.extend(arguments.map(|argument| format!("{} {}", command.get_name(), argument.get_id())));
    command.get_subcommands().for_each(|child| find_silent(child, silent));
}
