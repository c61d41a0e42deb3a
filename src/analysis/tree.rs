//! A session as a tree: turns, requests, tools, subagents, waits.

use std::collections::{HashMap, HashSet};

use super::directory::Directory;
use super::error::AnalysisError;
use crate::derive::{Bucket, TurnEnd, TurnKind, tool_wait};
use crate::model::{NanoUsd, Timestamp};
use crate::report::{Missing, Node, NodeKind};
use crate::store::{CallKind, Reader, Values};

/// Everything a session's tree is made of.
pub(super) struct Tree {
    turns: Vec<Values>,
    calls: Vec<Values>,
    tools_of: HashMap<i64, Vec<Values>>,
    runs_of_tool: HashMap<i64, Vec<Started>>,
    run_types: HashMap<i64, Option<i64>>,
    went_to: HashMap<i64, Vec<String>>,
    pending_since: i64,
}

/// A subagent run that a tool call started or resumed.
#[derive(Debug, Clone, Copy)]
struct Started {
    run: i64,
    /// When another tool call resumed it: what it did from then on is that one's.
    until: Option<i64>,
}

const TURNS: &str = "SELECT key, number, kind, end, started_at, ended_at, active_ms, waiting_ms,
    waiting_is_inferred FROM turn
  WHERE session = ?1 ORDER BY number";

const CALLS: &str = "SELECT ledger.call, ledger.turn, call.id, ledger.kind, ledger.at, ledger.model, ledger.cost,
    ledger.is_complete, ledger.bucket, call.agent_run,
    ledger.input, ledger.output, ledger.cache_read, ledger.cache_write_5m, ledger.cache_write_1h, call.parent
  FROM ledger LEFT JOIN call ON call.key = ledger.call WHERE ledger.session = ?1
  ORDER BY ledger.at, call.head_at, call.ordinal, ledger.call";

const TOOLS: &str = "SELECT key, id, name, call, asked_at, answered_at, is_error, to_at - from_at FROM tool_call
  LEFT JOIN permission_wait ON permission_wait.tool_call = tool_call.key
  WHERE tool_call.session = ?1 AND call IS NOT NULL ORDER BY asked_at, key";

const RUNS: &str = "SELECT agent_run.key, agent_run.agent_type, agent_spawn.tool_call,
    lead(tool_call.asked_at) OVER (PARTITION BY agent_run.key ORDER BY tool_call.asked_at, tool_call.key)
  FROM agent_run
  LEFT JOIN agent_spawn ON agent_spawn.agent_run = agent_run.key
  LEFT JOIN tool_call ON tool_call.key = agent_spawn.tool_call
  WHERE agent_run.session = ?1
  ORDER BY agent_run.id, agent_spawn.tool_call";

const SHARES: &str = "SELECT share.call, git_commit.id FROM share JOIN git_commit ON git_commit.key = share.git_commit
  WHERE share.session = ?1 ORDER BY git_commit.position";

impl Tree {
    pub(super) fn read(reader: &Reader, session: i64, pending_since: i64) -> Result<Tree, AnalysisError> {
        let mut tree = Tree {
            turns: reader.rows(TURNS, &[session])?,
            calls: reader.rows(CALLS, &[session])?,
            tools_of: HashMap::new(),
            runs_of_tool: HashMap::new(),
            run_types: HashMap::new(),
            went_to: HashMap::new(),
            pending_since,
        };
        for tool in reader.rows(TOOLS, &[session])? {
            tree.tools_of.entry(tool.number(3).unwrap_or(0)).or_default().push(tool);
        }
        for run in reader.rows(RUNS, &[session])? {
            let Some(key) = run.number(0) else { continue };
            tree.run_types.insert(key, run.number(1));
            if let Some(tool) = run.number(2) {
                tree.runs_of_tool.entry(tool).or_default().push(Started { run: key, until: run.number(3) });
            }
        }
        for share in reader.rows(SHARES, &[session])? {
            let commit = crate::model::CommitId::from_bytes(share.bytes(1)).map(|id| id.short());
            tree.went_to.entry(share.number(0).unwrap_or(0)).or_default().extend(commit);
        }
        Ok(tree)
    }

    /// Returns every turn, and what lies outside of turns.
    pub(super) fn nodes(&self, directory: &Directory) -> Vec<Node> {
        let mut nodes: Vec<Node> = self.turns.iter().map(|turn| self.turn(turn, directory)).collect();
        let outside: Vec<&Values> = self.calls.iter().filter(|call| call.number(1).is_none()).collect();
        if !outside.is_empty() {
            let mut node = Node::new(NodeKind::Overhead, "outside of turns");
            node.children = self.lane(&outside, None, directory, &mut HashSet::new());
            nodes.push(node);
        }
        nodes.into_iter().map(Node::summed).map(explained).collect()
    }

    /// Returns one turn.
    pub(super) fn turn_node(&self, number: i64, directory: &Directory) -> Option<(Values, Node)> {
        let turn = self.turns.iter().find(|turn| turn.number(1) == Some(number))?;
        Some((turn.clone(), explained(self.turn(turn, directory).summed())))
    }

    fn turn(&self, turn: &Values, directory: &Directory) -> Node {
        let kind = TurnKind::name_of(turn.number(2).unwrap_or(-1));
        let mut node = Node::new(NodeKind::Turn, format!("turn {} ({kind})", turn.number(1).unwrap_or(0)));
        node.id = turn.number(1).map(|number| number.to_string());
        node.at = turn.number(4).map(Timestamp);
        node.duration_ms = duration(turn.number(4), turn.number(5));
        node.wait_ms = turn.number(7).map(|ms| ms.max(0) as u64);
        node.status = Some(TurnEnd::name_of(turn.number(3).unwrap_or(-1)).to_owned());
        let calls: Vec<&Values> =
            self.calls.iter().filter(|call| call.number(1).is_some() && call.number(1) == turn.number(0)).collect();
        node.children = self.lane(&calls, None, directory, &mut HashSet::new());
        if let Some(wait) = node.wait_ms.filter(|wait| *wait > 0) {
            let is_inferred = turn.number(8) == Some(1);
            let label = if is_inferred { "waiting for a person (inferred)" } else { "waiting for a person" };
            let mut waiting = Node::new(NodeKind::Wait, label);
            waiting.duration_ms = Some(wait);
            waiting.wait_ms = Some(wait);
            node.children.push(waiting);
        }
        node
    }

    /// Returns the requests of one lane; what no tool call claims stands at its end.
    fn lane(&self, calls: &[&Values], run: Option<i64>, directory: &Directory, placed: &mut HashSet<i64>) -> Vec<Node> {
        let is_here = |call: &&&Values| call.number(9) == run && call.number(3) != Some(CallKind::FinalReply.code());
        let own: Vec<&Values> = calls.iter().filter(is_here).copied().collect();
        let mut nodes = Vec::new();
        for call in own {
            if placed.insert(call.number(0).unwrap_or(0)) {
                nodes.push(self.call(call, calls, directory, placed));
            }
        }
        if run.is_none() {
            let rest: Vec<&Values> =
                calls.iter().filter(|call| !placed.contains(&call.number(0).unwrap_or(0))).copied().collect();
            for call in rest {
                if placed.insert(call.number(0).unwrap_or(0)) {
                    nodes.push(self.call(call, calls, directory, placed));
                }
            }
        }
        nodes
    }

    fn call(&self, call: &Values, lane: &[&Values], directory: &Directory, placed: &mut HashSet<i64>) -> Node {
        let key = call.number(0).unwrap_or(0);
        let model = directory.text(call.number(5)).unwrap_or_else(|| "(no model recorded)".into());
        let label = match CallKind::from_code(call.number(3).unwrap_or(0)) {
            CallKind::Request => model,
            CallKind::Iteration => format!("{model} (compaction or advisor)"),
            CallKind::FinalReply => format!("{model} (final reply)"),
            CallKind::Auxiliary => format!("{model} (auxiliary)"),
        };
        let mut node = Node::new(NodeKind::Call, label);
        node.id = call.text(2).map(str::to_owned);
        node.at = call.number(4).map(Timestamp);
        node.status = (call.number(7) == Some(0)).then(|| "incomplete".to_owned());
        node.tokens = Some(super::books::tokens(call, 10));
        node.own = call.number(6).map(NanoUsd);
        node.cost_missing = node.own.is_none().then_some(Missing::Unpriced);
        node.went_to = self.destination(call);
        for tool in self.tools_of.get(&key).into_iter().flatten() {
            node.children.push(self.tool(tool, lane, directory, placed));
        }
        node
    }

    fn destination(&self, call: &Values) -> Option<String> {
        let bucket = call.number(8).and_then(Bucket::from_code)?;
        let commits = call.number(0).and_then(|key| self.went_to.get(&key)).map(|ids| ids.join(", "));
        let is_recent = call.number(4).unwrap_or(0) >= self.pending_since;
        let word = match bucket {
            Bucket::Direct => "direct",
            Bucket::SameTurn => "same turn",
            Bucket::Exploration => "exploration",
            Bucket::Unlanded if is_recent => "pending",
            Bucket::Unlanded => "discarded",
            Bucket::Tail => "tail",
            Bucket::NoCommit => "no commit",
            Bucket::Overhead => "overhead",
            Bucket::Auxiliary => "auxiliary",
        };
        Some(commits.map_or_else(|| word.to_owned(), |commits| format!("{word} {commits}")))
    }

    fn tool(&self, tool: &Values, lane: &[&Values], directory: &Directory, placed: &mut HashSet<i64>) -> Node {
        let name = directory.text(tool.number(2)).unwrap_or_else(|| "(tool)".into());
        let wall = duration(tool.number(4), tool.number(5));
        let wait = tool.number(7).or_else(|| wall.and_then(|wall| tool_wait(&name, i64::try_from(wall).ok()?)));
        let mut node = Node::new(NodeKind::Tool, name);
        node.id = tool.text(1).map(str::to_owned);
        node.at = tool.number(4).map(Timestamp);
        node.duration_ms = wall;
        node.wait_ms = wait.map(|wait| wait.max(0) as u64);
        node.status = match tool.number(6) {
            None => Some("no result".to_owned()),
            Some(0) => Some("ok".to_owned()),
            Some(_) => Some("error".to_owned()),
        };
        let key = tool.number(0).unwrap_or(0);
        for Started { run, until } in self.runs_of_tool.get(&key).into_iter().flatten() {
            let of_type = self.run_types.get(run).copied().flatten();
            let own: Vec<&Values> =
                lane.iter().filter(|call| until.is_none_or(|until| call.number(4) < Some(until))).copied().collect();
            let mut subagent =
                Node::new(NodeKind::Subagent, directory.text(of_type).unwrap_or_else(|| "subagent".into()));
            subagent.children = self.lane(&own, Some(*run), directory, placed);
            if !subagent.children.is_empty() {
                node.children.push(subagent);
            }
        }
        for reply in lane.iter().filter(|call| call.number(3) == Some(2) && call.number(15) == Some(key)) {
            if placed.insert(reply.number(0).unwrap_or(0)) {
                node.children.push(self.call(reply, lane, directory, placed));
            }
        }
        node
    }
}

fn duration(from: Option<i64>, to: Option<i64>) -> Option<u64> {
    from.zip(to).map(|(from, to)| (to - from).max(0) as u64)
}

/// A node without a cost says why.
fn explained(mut node: Node) -> Node {
    node.children = node.children.into_iter().map(explained).collect();
    if node.cost.is_none() && node.cost_missing.is_none() {
        let is_unpriced = node.children.iter().any(|child| child.cost_missing == Some(Missing::Unpriced));
        node.cost_missing = Some(if is_unpriced { Missing::Unpriced } else { Missing::NotApplicable });
    }
    if node.cost.is_some() {
        node.cost_missing = None;
    }
    node
}
