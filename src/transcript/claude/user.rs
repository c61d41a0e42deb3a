//! User rows: prompts, commands, tool results and everything else written as `type: user`.

use std::borrow::Cow;

use super::super::event::{AgentRun, Fact, LineClass};
use super::super::json::OneOrMany;
use super::classify::classify;
use super::row::Row;
use super::tool_result::results;

/// Returns the facts of a user row.
pub(super) fn line<'a>(row: &Row<'a>, is_subagent: bool, raw: &[u8]) -> Vec<Fact<'a>> {
    let class = classify(row, is_subagent);
    let blocks = match row.message.0.as_ref().map(|message| &message.content) {
        Some(OneOrMany::Blocks(blocks)) => blocks.as_slice(),
        _ => &[],
    };
    let fact = Fact::UserLine { class, results: results(blocks, row.tool_use_result.0.as_ref(), raw) };
    let woken = (class == LineClass::BackgroundWake).then(|| notification(row)).flatten();
    std::iter::once(fact).chain(woken.map(Fact::AgentRun)).collect()
}

/// A notification names the run and, in later clients, the call that started it.
fn notification<'a>(row: &Row<'a>) -> Option<AgentRun<'a>> {
    let message = row.message.0.as_ref()?;
    let OneOrMany::Text(text) = &message.content else { return None };
    let id = tag(text, "task-id")?;
    let tool_use = tag(text, "tool-use-id")?;
    Some(AgentRun {
        id: Some(Cow::Owned(id)),
        tool_use: Some(Cow::Owned(tool_use)),
        is_async: true,
        ..AgentRun::default()
    })
}

fn tag(text: &str, name: &str) -> Option<String> {
    let after = text.split_once(&format!("<{name}>"))?.1;
    after.split_once("</").map(|(value, _)| value.trim().to_owned())
}
