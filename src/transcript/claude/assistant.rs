//! Assistant rows: one block of one response, with the response's usage so far.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::super::edit::{Edit, EditSource, hashes_of_replacement, hashes_of_text};
use super::super::event::{Call, CallSource, Fact, ToolUse};
use super::super::json::OneOrMany;
use super::super::sighting::makes_commits;
use super::row::{Block, Message, Row, ToolInput};
use crate::model::{LineHash, NanoUsd};

/// The model name of rows that the client made up (rule 6).
const SYNTHETIC: &str = "<synthetic>";

/// Returns the fact of an assistant row.
pub(super) fn response<'a>(row: &Row<'a>, source: CallSource) -> Fact<'a> {
    let Some(message) = &row.message.0 else {
        return Fact::Response { call: None, tools: Vec::new(), is_api_error: row.is_api_error_message.0 };
    };
    let is_made_up = row.is_api_error_message.0 || message.model.as_deref() == Some(SYNTHETIC);
    let call = if is_made_up { None } else { call(row, message, source) };
    Fact::Response { call, tools: tools(message), is_api_error: row.is_api_error_message.0 }
}

fn call<'a>(row: &Row<'a>, message: &Message<'a>, source: CallSource) -> Option<Call<'a>> {
    let usage = message.usage.0.as_ref()?;
    let id = [&message.id.0, &row.request_id.0, &row.uuid.0].into_iter().find_map(Clone::clone)?;
    Some(Call {
        id,
        request_id: row.request_id.0.clone(),
        model: message.model.0.clone(),
        usage: usage.tokens(),
        is_complete: message.stop_reason.0.is_some(),
        speed: usage.speed(),
        geo: usage.geo(),
        tier: usage.tier(),
        recorded_cost: row.cost_usd.and_then(dollars),
        source,
        iterations: usage.iterations(),
    })
}

/// Reads a JSON number of dollars without going through floating point.
fn dollars(raw: &RawValue) -> Option<NanoUsd> {
    let text = raw.get();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 6 || !is_plain(whole) || !is_plain(fraction) {
        return None;
    }
    let nano: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    Some(NanoUsd(whole.parse::<i64>().ok()? * 1_000_000_000 + nano.parse::<i64>().ok()?))
}

fn tools<'a>(message: &Message<'a>) -> Vec<ToolUse<'a>> {
    let OneOrMany::Blocks(blocks) = &message.content else { return Vec::new() };
    blocks.iter().filter(|block| block.kind.as_deref() == Some("tool_use")).filter_map(tool).collect()
}

fn tool<'a>(block: &Block<'a>) -> Option<ToolUse<'a>> {
    let (id, name) = (block.id.0.clone()?, block.name.0.clone()?);
    let input =
        || block.input.and_then(|raw| serde_json::from_str::<ToolInput<'a>>(raw.get()).ok()).unwrap_or_default();
    let mut tool = ToolUse { id, name, edit: None, makes_commits: false, agent_type: None };
    match tool.name.as_ref() {
        "Edit" | "Write" | "MultiEdit" | "NotebookEdit" => tool.edit = requested_edit(input()),
        "Bash" | "PowerShell" => {
            tool.makes_commits = input().command.as_deref().is_some_and(makes_commits);
        }
        "Task" | "Agent" => tool.agent_type = input().subagent_type.0,
        _ => {}
    }
    Some(tool)
}

fn requested_edit(input: ToolInput<'_>) -> Option<Edit<'_>> {
    let added = requested_lines(&input);
    let path: Cow<'_, str> = input.file_path.0.or(input.notebook_path.0)?;
    Some(Edit { path, added, source: EditSource::Request, change: None })
}

fn requested_lines(input: &ToolInput<'_>) -> Vec<LineHash> {
    let text = |text: &super::super::json::Text<'_>| text.as_deref().map(str::to_owned).unwrap_or_default();
    if let Some(content) = input.content.as_deref().or(input.new_source.as_deref()) {
        return hashes_of_text(content);
    }
    let mut added = hashes_of_replacement(&text(&input.old_string), &text(&input.new_string));
    for edit in &input.edits.0 {
        added.extend(hashes_of_replacement(&text(&edit.old_string), &text(&edit.new_string)));
    }
    added
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_dollars_are_read_to_the_nano() {
        let read = |json: &str| dollars(&serde_json::from_str::<Box<RawValue>>(json).unwrap()).map(|cost| cost.0);
        assert_eq!(read("0.0123"), Some(12_300_000));
        assert_eq!(read("12"), Some(12_000_000_000));
        assert_eq!(read("0.00000000019"), Some(0));
        for json in ["-1", "1e3", "null", "\"1\"", "99999999"] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
