//! Names that stand in notes instead of ids.

use crate::git::sha256_hex;
use crate::interop::tool_of_agent;
use crate::model::{Agent, CommitId};
use crate::notes::{SessionMark, SliceId};

/// Returns the name of a session that git-ai gives it too, so that both tools' notes can be joined.
pub fn session_mark(agent: Agent, session: &str) -> Option<SessionMark> {
    let tool = tool_of_agent(agent.name());
    SessionMark::of_digest(&sha256_hex(format!("{tool}:{session}").as_bytes()))
}

/// Returns the name of what a session's work at a commit is, wherever the commit goes.
pub fn slice_id(session: &SessionMark, origin: &CommitId) -> Option<SliceId> {
    SliceId::of_digest(&sha256_hex(format!("{session}{origin}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A session of git-ai's own notes: `{"tool":"claude","id":…}` under the key `s_…` is made like this.
    #[test]
    fn names_are_digests_of_tool_and_id() {
        let mark = session_mark(Agent::ClaudeCode, "c3235b29-0000-4000-8000-000000000000").unwrap();
        let digest = sha256_hex(b"claude:c3235b29-0000-4000-8000-000000000000");
        assert_eq!(mark.as_str(), format!("s_{}", &digest[..14]));
        assert_ne!(session_mark(Agent::GeminiCli, "a"), session_mark(Agent::ClaudeCode, "a"));
        let (one, two) = (CommitId::Sha1([1; 20]), CommitId::Sha1([2; 20]));
        assert_ne!(slice_id(&mark, &one), slice_id(&mark, &two));
    }
}
