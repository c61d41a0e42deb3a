//! Who others say wrote lines.

use crate::model::SessionId;

/// Whose lines are, as a record has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Contributor {
    /// An agent.
    Agent(AgentClaim),
    /// A person.
    Human,
    /// Several together, or the record does not say.
    Unclear(AgentClaim),
}

impl Contributor {
    /// Returns what is said of the agent, if one had a part.
    pub fn agent(&self) -> Option<&AgentClaim> {
        match self {
            Contributor::Agent(claim) | Contributor::Unclear(claim) => Some(claim),
            Contributor::Human => None,
        }
    }
}

/// What a record says of an agent; nothing of it need be known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgentClaim {
    /// The agent, as this program names it if it knows it.
    pub agent: Option<String>,
    /// The session or conversation.
    pub session: Option<SessionId>,
    /// The model.
    pub model: Option<String>,
}
