//! Which coding agent a fact came from.

use std::fmt;

/// A coding agent: its transcripts can be read, or its sessions are known from what they commit.
///
/// The codes are stored in databases: never renumber one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Agent {
    /// Anthropic's Claude Code.
    ClaudeCode,
    /// Google's Gemini CLI.
    GeminiCli,
    /// Sourcegraph's Amp.
    Amp,
    /// GitHub's Copilot CLI.
    CopilotCli,
    /// OpenAI's Codex CLI.
    Codex,
    /// Alibaba's Qwen Code.
    QwenCode,
    /// Cursor's agent.
    Cursor,
    /// OpenCode.
    OpenCode,
    /// Cline.
    Cline,
    /// Recorded by a newer version of this program; shown, never guessed.
    Unknown,
}

/// Agents, their stored numbers and names.
const KNOWN: [(Agent, i64, &str); 9] = [
    (Agent::ClaudeCode, 1, "claude-code"),
    (Agent::GeminiCli, 2, "gemini-cli"),
    (Agent::Amp, 3, "amp"),
    (Agent::CopilotCli, 4, "copilot-cli"),
    (Agent::Codex, 5, "codex"),
    (Agent::QwenCode, 6, "qwen-code"),
    (Agent::Cursor, 7, "cursor"),
    (Agent::OpenCode, 8, "opencode"),
    (Agent::Cline, 9, "cline"),
];

impl Agent {
    /// Returns the name used in reports, trailers and JSON.
    pub fn name(self) -> &'static str {
        KNOWN.iter().find(|(agent, ..)| *agent == self).map_or("unknown", |(_, _, name)| name)
    }

    /// Returns the agent of a name; other names are [`Agent::Unknown`].
    pub fn from_name(name: &str) -> Agent {
        KNOWN.iter().find(|(_, _, known)| *known == name).map_or(Agent::Unknown, |(agent, ..)| *agent)
    }

    /// Returns the number the store keeps.
    pub fn code(self) -> i64 {
        KNOWN.iter().find(|(agent, ..)| *agent == self).map_or(0, |(_, code, _)| *code)
    }

    /// Returns the agent of a stored number; unknown numbers are [`Agent::Unknown`].
    pub fn from_code(code: i64) -> Agent {
        KNOWN.iter().find(|(_, known, _)| *known == code).map_or(Agent::Unknown, |(agent, ..)| *agent)
    }
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
