//! Names of agents: ours, and those of others.

/// What git-ai and the Entire CLI call agents that this program calls otherwise.
const OTHERWISE: [(&str, &str); 6] = [
    ("claude", "claude-code"),
    ("gemini", "gemini-cli"),
    ("github-copilot", "copilot-cli"),
    ("copilot", "copilot-cli"),
    ("qwen", "qwen-code"),
    ("codex-cli", "codex"),
];

/// Returns what this program calls another's tool; names it does not know stay as they are, in lower case with `-` for
/// blanks.
pub fn agent_of_tool(tool: &str) -> String {
    let word = tool.trim().to_ascii_lowercase().replace([' ', '_'], "-");
    OTHERWISE.iter().find(|(theirs, _)| *theirs == word).map_or(word, |(_, ours)| (*ours).to_owned())
}

/// Returns what git-ai calls an agent.
pub fn tool_of_agent(agent: &str) -> &str {
    match agent {
        "claude-code" => "claude",
        "gemini-cli" => "gemini",
        "copilot-cli" => "github-copilot",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for agent in ["claude-code", "gemini-cli", "copilot-cli", "codex", "cursor", "amp"] {
            assert_eq!(agent_of_tool(tool_of_agent(agent)), agent);
        }
        assert_eq!(agent_of_tool("Claude Code"), "claude-code");
    }
}
