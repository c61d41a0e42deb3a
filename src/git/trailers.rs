//! What a commit message claims about the agents behind it.
//!
//! Squash merges paste whole messages together, so trailers stand anywhere in
//! the body and not only in git's last paragraph. Quoted, fenced and indented
//! text is somebody else's message and claims nothing. All claims are weak
//! evidence: anybody can type them.

use super::known_agents::agent_of_co_author;
use crate::model::SessionId;

/// One thing a commit message (or its author field) says about an agent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Claim {
    /// `Agent-Session: <agent>/<id>`, our own trailer.
    Session {
        /// The agent before the slash, lower case.
        agent_name: String,
        /// The session after it.
        session: SessionId,
    },
    /// The trailer of another tool; what its id means is that tool's matter.
    Foreign {
        /// Which tool's.
        key: ForeignKey,
        /// The id, taken out of its URL where the tool writes one.
        value: SessionId,
    },
    /// The agent is known (`Co-authored-by`, `Generated with`, author address), the session is not.
    AgentOnly {
        /// The agent's name as in reports.
        agent_name: &'static str,
    },
}

/// Trailers of other tools that hold an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ForeignKey {
    /// `Copilot-Session`: a local session id.
    CopilotSession,
    /// `Agent-Logs-Url`: a session of Copilot's cloud agent.
    AgentLogsUrl,
    /// `Amp-Thread-ID`: `T-…`.
    AmpThreadId,
    /// `Claude-Session`: `session_…` of a cloud session, not the id of a transcript.
    ClaudeSession,
    /// `Entire-Checkpoint`: a checkpoint of the Entire CLI.
    EntireCheckpoint,
}

impl ForeignKey {
    /// Returns the key as it stands in messages.
    pub fn name(self) -> &'static str {
        match self {
            ForeignKey::CopilotSession => "Copilot-Session",
            ForeignKey::AgentLogsUrl => "Agent-Logs-Url",
            ForeignKey::AmpThreadId => "Amp-Thread-ID",
            ForeignKey::ClaudeSession => "Claude-Session",
            ForeignKey::EntireCheckpoint => "Entire-Checkpoint",
        }
    }

    fn of_name(name: &str) -> Option<ForeignKey> {
        use ForeignKey::*;
        let all = [CopilotSession, AgentLogsUrl, AmpThreadId, ClaudeSession, EntireCheckpoint];
        all.into_iter().find(|key| key.name().eq_ignore_ascii_case(name))
    }

    /// Returns the id inside a value; the rest of a URL must be the one the tool writes.
    fn id_in(self, value: &str) -> Option<&str> {
        match self {
            ForeignKey::CopilotSession | ForeignKey::EntireCheckpoint => Some(value),
            ForeignKey::AgentLogsUrl => value.strip_prefix("https://")?.rsplit_once("/sessions/").map(|(_, id)| id),
            ForeignKey::AmpThreadId => {
                let id = value.strip_prefix("https://ampcode.com/threads/").unwrap_or(value);
                id.starts_with("T-").then_some(id)
            }
            ForeignKey::ClaudeSession => {
                let hosts = ["https://claude.ai/code/", "https://claude.com/code/"];
                let id = hosts.iter().find_map(|host| value.strip_prefix(host)).unwrap_or(value);
                id.starts_with("session_").then_some(id)
            }
        }
    }
}

/// The claims of one message, in order and without repetition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// What is claimed.
    pub claims: Vec<Claim>,
    /// Trailers with a known key whose value is not a well-formed id, and claims beyond the first hundred.
    pub rejected: u32,
}

/// No honest message names more; a hostile one could name millions.
const MAX_CLAIMS: usize = 100;

/// Returns what a commit message claims. Total: any bytes in.
pub fn parse_claims(message: &[u8]) -> Claims {
    let mut found = Claims::default();
    let text = String::from_utf8_lossy(message);
    for line in spoken_lines(&text) {
        match claim_of_line(line) {
            Some(Ok(claim)) => found.add(claim),
            Some(Err(BadValue)) => found.rejected = found.rejected.saturating_add(1),
            None => {}
        }
    }
    found
}

impl Claims {
    /// Adds a claim unless it is there already.
    pub(super) fn add(&mut self, claim: Claim) {
        if self.claims.contains(&claim) {
            return;
        }
        match self.claims.len() < MAX_CLAIMS {
            true => self.claims.push(claim),
            false => self.rejected = self.rejected.saturating_add(1),
        }
    }
}

/// The lines after the subject that the author wrote in their own voice.
fn spoken_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut fence: Option<&str> = None;
    let body = text.lines().skip_while(|line| line.trim().is_empty()).skip(1);
    body.filter_map(move |line| {
        let content = line.trim_start_matches(' ');
        let is_code = line.len() - content.len() > 3 || content.starts_with('\t');
        match fence {
            Some(open) => {
                if !is_code && closes(open, content) {
                    fence = None;
                }
                return None;
            }
            None if is_code => return None,
            None => fence = opening_fence(content),
        }
        (fence.is_none() && !content.starts_with('>')).then_some(content.trim_end())
    })
}

/// CommonMark's fence: three or more backticks or tildes; no backtick after backticks.
fn opening_fence(content: &str) -> Option<&str> {
    let mark = content.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let (fence, info) = content.split_at(content.len() - content.trim_start_matches(mark).len());
    (fence.len() >= 3 && !(mark == '`' && info.contains('`'))).then_some(fence)
}

fn closes(open: &str, content: &str) -> bool {
    content.starts_with(open) && content.trim_end().trim_start_matches(&open[..1]).is_empty()
}

struct BadValue;

fn claim_of_line(line: &str) -> Option<Result<Claim, BadValue>> {
    if is_generated_with_claude(line) {
        return Some(Ok(Claim::AgentOnly { agent_name: "claude-code" }));
    }
    let (key, value) = line.split_once(':')?;
    let (key, value) = (key.trim_end(), value.trim());
    if key.eq_ignore_ascii_case("Agent-Session") {
        return Some(own_session(value).ok_or(BadValue));
    }
    if key.eq_ignore_ascii_case("Co-authored-by") {
        let (name, rest) = value.rsplit_once('<')?;
        let agent_name = agent_of_co_author(name.trim(), rest.strip_suffix('>')?)?;
        return Some(Ok(Claim::AgentOnly { agent_name }));
    }
    let key = ForeignKey::of_name(key)?;
    let value = key.id_in(value).and_then(|id| SessionId::parse(id).ok());
    Some(value.map(|value| Claim::Foreign { key, value }).ok_or(BadValue))
}

fn own_session(value: &str) -> Option<Claim> {
    let (agent, id) = value.split_once('/')?;
    let is_name = (1..=40).contains(&agent.len())
        && agent.starts_with(|c: char| c.is_ascii_alphanumeric())
        && agent.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let session = SessionId::parse(id).ok()?;
    is_name.then(|| Claim::Session { agent_name: agent.to_ascii_lowercase(), session })
}

fn is_generated_with_claude(line: &str) -> bool {
    let line = line.strip_prefix("🤖 ").unwrap_or(line);
    line.strip_prefix("Generated with [Claude Code](https://claude.")
        .is_some_and(|rest| rest.starts_with("com/") || rest.starts_with("ai/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn session(agent: &str, id: &str) -> Claim {
        Claim::Session { agent_name: agent.into(), session: SessionId::parse(id).unwrap() }
    }

    fn foreign(key: ForeignKey, id: &str) -> Claim {
        Claim::Foreign { key, value: SessionId::parse(id).unwrap() }
    }

    const CLAUDE: Claim = Claim::AgentOnly { agent_name: "claude-code" };

    #[test]
    fn every_known_trailer_is_read() {
        let message = "Subject\n\nBody\n\nAgent-Session: Claude-Code/5f1c\ncopilot-session: 0a-1b\n\
            Amp-Thread-ID: https://ampcode.com/threads/T-77\nClaude-Session: https://claude.ai/code/session_01Ab\n\
            Agent-Logs-Url: https://github.com/o/r/tasks/1/sessions/9-9\nEntire-Checkpoint: deadbeef0123\n\
            Co-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\nCo-authored-by: A Person <a@example.com>\n";
        let found = parse_claims(message.as_bytes());
        assert_eq!(
            found.claims,
            [
                session("claude-code", "5f1c"),
                foreign(ForeignKey::CopilotSession, "0a-1b"),
                foreign(ForeignKey::AmpThreadId, "T-77"),
                foreign(ForeignKey::ClaudeSession, "session_01Ab"),
                foreign(ForeignKey::AgentLogsUrl, "9-9"),
                foreign(ForeignKey::EntireCheckpoint, "deadbeef0123"),
                CLAUDE,
            ]
        );
        assert_eq!(found.rejected, 0);
    }

    #[test]
    fn trailers_count_anywhere_in_the_body_and_glued_to_the_subject() {
        let squash = "One (#1)\n\n* part a\n\nAgent-Session: claude-code/a\n\n* part b\n\n  Agent-Session: claude-code/b\n\n\
            ---------\n\nlast words\n";
        assert_eq!(parse_claims(squash.as_bytes()).claims, [session("claude-code", "a"), session("claude-code", "b")]);
        let glued = "Subject\nEntire-Checkpoint: abc\n";
        assert_eq!(parse_claims(glued.as_bytes()).claims, [foreign(ForeignKey::EntireCheckpoint, "abc")]);
        let crlf = "Subject\r\n\r\nAgent-Session: claude-code/a\r\n";
        assert_eq!(parse_claims(crlf.as_bytes()).claims, [session("claude-code", "a")]);
    }

    #[test]
    fn what_others_said_claims_nothing() {
        for body in [
            "> Agent-Session: claude-code/a",
            " > Agent-Session: claude-code/a",
            "    Agent-Session: claude-code/a",
            "\tAgent-Session: claude-code/a",
            "```\nAgent-Session: claude-code/a\n```",
            "~~~~ text\n```\n~~~\nAgent-Session: claude-code/a\n~~~~~",
            "```\nnever closed\n\nAgent-Session: claude-code/a",
            "see Agent-Session: claude-code/a",
            "> 🤖 Generated with [Claude Code](https://claude.com/claude-code)",
        ] {
            let found = parse_claims(format!("Subject\n\n{body}\n").as_bytes());
            assert_eq!(found, Claims::default(), "{body}");
        }
        assert_eq!(parse_claims(b"Agent-Session: claude-code/a\n"), Claims::default(), "a subject is not a trailer");
    }

    #[test]
    fn text_after_a_fence_counts_again() {
        let message = "S\n\n```rust\ncode\n```\nAgent-Session: claude-code/a\n\n`` ` ``\nand ```inline``` code\nAgent-Session: x/b";
        assert_eq!(parse_claims(message.as_bytes()).claims, [session("claude-code", "a"), session("x", "b")]);
    }

    #[test]
    fn older_clients_sign_in_the_body() {
        for line in [
            "🤖 Generated with [Claude Code](https://claude.ai/code)",
            "Generated with [Claude Code](https://claude.com/claude-code)",
        ] {
            assert_eq!(parse_claims(format!("S\n\n{line}\n").as_bytes()).claims, [CLAUDE]);
        }
        let elsewhere = "S\n\nGenerated with [Claude Code](https://claude.evil/)\n";
        assert_eq!(parse_claims(elsewhere.as_bytes()), Claims::default());
    }

    #[test]
    fn hostile_values_are_dropped_and_counted() {
        let values = ["claude-code/../../x", "claude-code/", "/a", "claude-code", "-rf/a", "a b/c", "x/\u{1b}[2J", ""];
        for value in values {
            let found = parse_claims(format!("S\n\nAgent-Session: {value}\n").as_bytes());
            assert_eq!((found.claims.len(), found.rejected), (0, 1), "{value}");
        }
        for line in ["Claude-Session: https://evil.example/session_1", "Amp-Thread-ID: 1", "Copilot-Session: a/b"] {
            assert_eq!(parse_claims(format!("S\n\n{line}\n").as_bytes()).rejected, 1, "{line}");
        }
    }

    #[test]
    fn claims_are_unique_and_bounded() {
        let many: String = (0..500).map(|n| format!("Agent-Session: a/{}\n", n % 250)).collect();
        let found = parse_claims(format!("S\n\n{many}").as_bytes());
        assert_eq!((found.claims.len(), found.rejected), (100, 300));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(message in prop::collection::vec(any::<u8>(), 0..400)) {
            parse_claims(&message);
        }

        #[test]
        fn any_arrangement_of_marks_is_read(parts in prop::collection::vec(prop::sample::select(vec![
            "\n", "```", "~~~", "> ", "    ", "Agent-Session: ", "a/b", "é", "\r\n", ":", "Co-authored-by: ", "<", ">",
        ]), 0..40)) {
            let found = parse_claims(parts.concat().as_bytes());
            prop_assert!(found.claims.len() <= MAX_CLAIMS);
        }
    }
}
