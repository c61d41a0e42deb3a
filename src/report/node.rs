//! The tree of a session: turns, calls, tools, subagents, waits.

use serde::Serialize;

use super::imbalance::{self, Imbalance};
use super::missing::Missing;
use super::tokens::TokenCounts;
use super::wire;
use crate::model::{NanoUsd, Timestamp};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// From one input to the agent's stop.
    Turn,
    /// One billed response.
    Call,
    /// One tool call.
    Tool,
    /// A subagent's run.
    Subagent,
    /// Waiting for a person.
    Wait,
    /// Calls outside every turn.
    Overhead,
    /// Something that happened: compaction, interruption, error.
    Event,
}

/// One node of a session's tree, in the order things happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its id; `null` for waits and groups.
    pub id: Option<String>,
    /// For people: `turn 3 (prompt)`, `claude-opus-4-5`, `Edit`, `Task reviewer`, `waiting`.
    pub label: String,
    /// When it began.
    #[serde(serialize_with = "wire::text_or_null")]
    pub at: Option<Timestamp>,
    /// How long it took.
    pub duration_ms: Option<u64>,
    /// How much of that was waiting for a person.
    pub wait_ms: Option<u64>,
    /// How it ended where that is known: `ok`, `error`, `interrupted`, `incomplete`, `running`.
    pub status: Option<String>,
    /// Tokens of this node alone.
    pub tokens: Option<TokenCounts>,
    /// The price of this node alone; turns, tools and waits have none.
    #[serde(rename = "own_nano_usd", serialize_with = "wire::nano_or_null")]
    pub own: Option<NanoUsd>,
    /// The price of this node and everything below; `null` if all of it is unpriced or nothing is billed.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is none.
    pub cost_missing: Option<Missing>,
    /// Where the money of a call went, in words: `direct a1b2c3d4e5`, `pending`.
    pub went_to: Option<String>,
    /// What lies inside.
    pub children: Vec<Node>,
}

impl Node {
    /// Returns a node of which only kind and name are known.
    pub fn new(kind: NodeKind, label: impl Into<String>) -> Node {
        Node {
            kind,
            id: None,
            label: label.into(),
            at: None,
            duration_ms: None,
            wait_ms: None,
            status: None,
            tokens: None,
            own: None,
            cost: None,
            cost_missing: None,
            went_to: None,
            children: Vec::new(),
        }
    }

    /// Sets `cost` of this node and all below from `own`, from the leaves up.
    #[must_use]
    pub fn summed(mut self) -> Node {
        self.children = self.children.into_iter().map(Node::summed).collect();
        let known = self.children.iter().map(|child| child.cost).chain([self.own]).flatten();
        self.cost = known.reduce(|sum, cost| sum + cost);
        self
    }

    /// Checks that every node costs what itself and its children cost.
    pub(super) fn balanced(&self) -> Result<(), Imbalance> {
        let parts = self.children.iter().map(|child| child.cost).chain([self.own]);
        imbalance::check(|| format!("node `{}`", self.label), parts, self.cost.unwrap_or_default())?;
        self.children.iter().try_for_each(Node::balanced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(cost: i64) -> Node {
        Node { own: Some(NanoUsd(cost)), ..Node::new(NodeKind::Call, "call") }
    }

    #[test]
    fn sums_grow_from_the_leaves_and_unknown_stays_unknown() {
        let subagent = Node { children: vec![call(3), call(4)], ..Node::new(NodeKind::Subagent, "reviewer") };
        let silent = Node { children: vec![Node::new(NodeKind::Wait, "waiting")], ..Node::new(NodeKind::Tool, "Edit") };
        let turn = Node { children: vec![call(5), subagent, silent], ..Node::new(NodeKind::Turn, "turn 1") }.summed();
        assert_eq!(turn.cost, Some(NanoUsd(12)));
        assert_eq!(turn.children[2].cost, None);
        assert_eq!(turn.balanced(), Ok(()));
    }

    #[test]
    fn a_wrong_sum_deep_in_the_tree_is_noticed() {
        let inner = Node { children: vec![call(3)], ..Node::new(NodeKind::Subagent, "reviewer") };
        let mut turn = Node { children: vec![inner], ..Node::new(NodeKind::Turn, "turn 1") }.summed();
        turn.children[0].children[0].own = Some(NanoUsd(2));
        assert_eq!(turn.balanced().unwrap_err().what, "node `call`");
    }
}
