//! The program hooks call: [`agent_trace::capture`] and the scan it starts, and nothing else, so that it starts in a
//! millisecond.

use std::io::Write as _;
use std::process::ExitCode;

/// Silent, and successful whatever happens: a hook that fails or speaks is felt by git and by the agent.
fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).peekable();
    if arguments.peek().is_some_and(|first| first == "--version") {
        // For `agent-trace doctor`; no hook asks.
        let _ = writeln!(std::io::stdout(), "agent-trace-hook {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    if arguments.peek().is_some_and(|first| first == "scan") {
        agent_trace::scan::run_silently();
        return ExitCode::SUCCESS;
    }
    agent_trace::capture::run_silently(arguments);
    ExitCode::SUCCESS
}
