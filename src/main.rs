//! The agent-trace program.

fn main() {}
