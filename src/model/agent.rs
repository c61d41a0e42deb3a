//! Which coding agent a fact came from.

use std::fmt;

/// A coding agent whose transcripts can be read.
///
/// The codes are stored in databases: never renumber one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Agent {
    /// Anthropic's Claude Code.
    ClaudeCode,
    /// Google's Gemini CLI.
    GeminiCli,
    /// Recorded by a newer version of this program; shown, never guessed.
    Unknown,
}

impl Agent {
    /// Returns the name used in reports, trailers and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Agent::ClaudeCode => "claude-code",
            Agent::GeminiCli => "gemini-cli",
            Agent::Unknown => "unknown",
        }
    }

    /// Returns the number the store keeps.
    pub fn code(self) -> i64 {
        match self {
            Agent::Unknown => 0,
            Agent::ClaudeCode => 1,
            Agent::GeminiCli => 2,
        }
    }

    /// Returns the agent of a stored number; unknown numbers are [`Agent::Unknown`].
    pub fn from_code(code: i64) -> Agent {
        match code {
            1 => Agent::ClaudeCode,
            2 => Agent::GeminiCli,
            _ => Agent::Unknown,
        }
    }
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
