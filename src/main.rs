//! The agent-trace program.

fn main() -> std::process::ExitCode {
    agent_trace::command::run()
}
