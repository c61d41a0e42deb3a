//! Which agents' marks stand in the environment of a process, and the session ids among them.
//!
//! Source: the agents' own documents and programs; the order is that of how exclusive a mark is. Amp sets Claude's
//! mark too, forks of the Gemini CLI set Gemini's.

use crate::model::SessionId;

/// An agent that left its mark in the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marker {
    /// Its name, as in trailers.
    pub(super) agent: &'static str,
    /// The session, where the agent tells it.
    pub(super) session: Option<SessionId>,
}

/// What is known of an agent's marks.
pub(super) struct Known {
    /// Its name, as in trailers.
    pub(super) agent: &'static str,
    /// Variables that hold the session.
    sessions: &'static [&'static str],
    /// Variables that are set in its tools' environment.
    marks: &'static [&'static str],
    /// How its programs are called, as words in a command line.
    pub(super) programs: &'static [&'static str],
    /// What `AI_AGENT` begins with.
    ai_agent: &'static str,
}

/// Every agent, in the order in which marks count.
pub(super) const KNOWN: [Known; 9] = [
    Known {
        agent: "amp",
        sessions: &["AMP_CURRENT_THREAD_ID", "AGENT_THREAD_ID"],
        marks: &["AMP_CURRENT_THREAD_ID"],
        programs: &["amp"],
        ai_agent: "amp",
    },
    Known {
        agent: "copilot-cli",
        sessions: &["COPILOT_AGENT_SESSION_ID"],
        marks: &["COPILOT_CLI", "COPILOT_AGENT_SESSION_ID", "COPILOT_AGENT_JOB_ID"],
        programs: &["copilot"],
        ai_agent: "copilot",
    },
    Known {
        agent: "codex",
        sessions: &["CODEX_THREAD_ID"],
        marks: &["CODEX_THREAD_ID", "CODEX_SANDBOX", "CODEX_CI"],
        programs: &["codex"],
        ai_agent: "codex",
    },
    Known {
        agent: "claude-code",
        sessions: &["CLAUDE_CODE_SESSION_ID"],
        marks: &["CLAUDE_CODE_SESSION_ID", "CLAUDECODE"],
        programs: &["claude", "claude-code"],
        ai_agent: "claude-code",
    },
    Known {
        agent: "qwen-code",
        sessions: &["QWEN_CODE_SESSION_ID"],
        marks: &["QWEN_CODE", "QWEN_CODE_SESSION_ID"],
        programs: &["qwen"],
        ai_agent: "qwen",
    },
    Known {
        agent: "gemini-cli",
        sessions: &["GEMINI_SESSION_ID"],
        marks: &["GEMINI_CLI"],
        programs: &["gemini"],
        ai_agent: "gemini",
    },
    // CURSOR_TRACE_ID stands in every terminal of old versions, also a person's.
    Known { agent: "cursor", sessions: &[], marks: &["CURSOR_AGENT"], programs: &["cursor-agent"], ai_agent: "cursor" },
    Known { agent: "opencode", sessions: &[], marks: &["OPENCODE"], programs: &["opencode"], ai_agent: "opencode" },
    Known {
        agent: "cline",
        sessions: &["CLINE_TASK_ID"],
        marks: &["CLINE_ACTIVE"],
        programs: &["cline"],
        ai_agent: "cline",
    },
];

/// Returns the agents whose marks the environment holds, in the order in which they count.
pub(super) fn markers(variable: &dyn Fn(&str) -> Option<String>) -> Vec<Marker> {
    let set = |name: &&'static str| variable(name).is_some_and(|value| !value.is_empty() && value != "0");
    let present = KNOWN.iter().filter(|known| known.marks.iter().chain(known.sessions).any(set));
    let mut found: Vec<Marker> =
        present.map(|known| Marker { agent: known.agent, session: session(known, variable) }).collect();
    // `AGENT_THREAD_ID` alone is somebody else's: Amp always says where it is.
    found.retain(|marker| marker.agent != "amp" || set(&"AMP_CURRENT_THREAD_ID"));
    found
}

fn session(known: &Known, variable: &dyn Fn(&str) -> Option<String>) -> Option<SessionId> {
    known.sessions.iter().filter_map(|name| variable(name)).find_map(|value| SessionId::parse(&value).ok())
}

/// Returns the agent that `AI_AGENT` names.
pub(super) fn named(variable: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
    let value = variable("AI_AGENT")?;
    KNOWN.iter().find(|known| value.starts_with(known.ai_agent)).map(|known| known.agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Vec<(&'static str, Option<String>)> {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let found = markers(&variable);
        found.into_iter().map(|marker| (marker.agent, marker.session.map(|id| id.to_string()))).collect()
    }

    #[test]
    fn every_agent_is_known_by_its_marks() {
        assert_eq!(of(&[("CLAUDE_CODE_SESSION_ID", "s1"), ("CLAUDECODE", "1")]), [("claude-code", Some("s1".into()))]);
        assert_eq!(of(&[("CLAUDECODE", "1")]), [("claude-code", None)]);
        assert_eq!(of(&[("CODEX_THREAD_ID", "t1")]), [("codex", Some("t1".into()))]);
        assert_eq!(of(&[("COPILOT_AGENT_SESSION_ID", "c1")]), [("copilot-cli", Some("c1".into()))]);
        assert_eq!(of(&[("GEMINI_CLI", "1")]), [("gemini-cli", None)]);
        assert_eq!(of(&[("CURSOR_AGENT", "1")]), [("cursor", None)]);
        assert_eq!(of(&[("OPENCODE", "1")]), [("opencode", None)]);
    }

    #[test]
    fn amp_counts_before_the_mark_it_borrows_from_claude() {
        let amp = ("amp", Some("T-1".to_owned()));
        assert_eq!(of(&[("AMP_CURRENT_THREAD_ID", "T-1"), ("CLAUDECODE", "1")]), [amp, ("claude-code", None)]);
    }

    #[test]
    fn a_persons_terminal_has_no_mark() {
        assert_eq!(
            of(&[("CURSOR_TRACE_ID", "x"), ("TERM", "xterm"), ("CLAUDECODE", ""), ("AGENT_THREAD_ID", "T-1")]),
            []
        );
    }

    #[test]
    fn a_hostile_session_id_is_none() {
        assert_eq!(of(&[("CLAUDE_CODE_SESSION_ID", "../../x")]), [("claude-code", None)]);
    }
}
