//! The sidecar `agent-<id>.meta.json` of a subagent's file.

use serde::Deserialize;

use super::super::event::AgentRun;
use super::super::json::Text;

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Meta<'a> {
    #[serde(borrow)]
    agent_type: Text<'a>,
    #[serde(borrow)]
    tool_use_id: Text<'a>,
    #[serde(borrow)]
    parent_agent_id: Text<'a>,
}

/// Returns what a sidecar tells of the run `id`, or `None` if it is not JSON.
pub(in crate::transcript) fn agent_meta<'a>(id: &'a str, bytes: &'a [u8]) -> Option<AgentRun<'a>> {
    let meta: Meta<'a> = serde_json::from_slice(bytes).ok()?;
    Some(AgentRun {
        id: Some(id.into()),
        tool_use: meta.tool_use_id.0,
        agent_type: meta.agent_type.0,
        parent: meta.parent_agent_id.0,
        ..AgentRun::default()
    })
}
