//! `completions` and `man`: generated from the command line itself.

use clap::CommandFactory;

use super::context::Context;
use crate::cli::Cli;
use crate::error::{Error, ExitCode};

/// Prints completions for a shell.
pub(super) fn completions(context: &Context<'_>, shell: clap_complete::Shell) -> Result<ExitCode, Error> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "agent-trace", &mut text);
    context.ui.print(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::Ok)
}

/// Prints the manual page.
pub(super) fn page(context: &Context<'_>) -> Result<ExitCode, Error> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut text)?;
    context.ui.print(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::Ok)
}
