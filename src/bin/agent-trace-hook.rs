//! The program hooks call: [`agent_trace::capture`] and nothing else, so that it starts in a millisecond.

use std::process::ExitCode;

/// Silent, and successful whatever happens: a hook that fails or speaks is felt by git and by the agent.
fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    agent_trace::capture::run_silently(arguments);
    ExitCode::SUCCESS
}
