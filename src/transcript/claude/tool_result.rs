//! What tools gave back: edits as they were really made, commits, subagents.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::super::edit::{Change, Edit, EditSource, hashes_of_patch, hashes_of_replacement, hashes_of_text};
use super::super::event::{AgentRun, Call, CallSource, Sighting, ToolResult};
use super::super::json::{List, OneOrMany};
use super::super::sighting::{sighting_of_operation, sightings_in};
use super::patch::{change_of_edit, change_of_patch};
use super::row::{Block, Hunk, ToolUseResult, UpdateRow};
use crate::model::LineHash;

/// Returns the results a user row carries.
///
/// `toolUseResult` belongs to the row; a row with several results (never seen)
/// gives it to none of them.
///
/// `raw` is the row's own text, for what is read only if it must be.
pub(super) fn results<'a>(blocks: &[Block<'a>], detail: Option<&ToolUseResult<'a>>, raw: &[u8]) -> Vec<ToolResult<'a>> {
    let results = blocks.iter().filter(|block| block.tool_use_id.0.is_some());
    let detail = if results.clone().count() == 1 { detail } else { None };
    results.filter_map(|block| result(block, detail, raw)).collect()
}

fn result<'a>(block: &Block<'a>, detail: Option<&ToolUseResult<'a>>, raw: &[u8]) -> Option<ToolResult<'a>> {
    let id = block.tool_use_id.0.clone()?;
    let sightings = sightings(block, detail);
    let edits = detail.map(|detail| edits(detail, raw)).unwrap_or_default();
    let agent_run = detail.and_then(|detail| agent_run(&id, detail));
    Some(ToolResult { id, is_error: block.is_error.0, edits, sightings, agent_run })
}

fn edits<'a>(detail: &ToolUseResult<'a>, raw: &[u8]) -> Vec<Edit<'a>> {
    let shell = detail.bash_edit_diff.0.iter().flat_map(|diff| &diff.files.0).filter_map(|file| {
        let path = file.file_path.0.clone()?;
        let change = change_of_patch(&file.hunks);
        Some(Edit { path, added: patch_lines(&file.hunks), source: EditSource::Shell, change })
    });
    written(detail, raw).into_iter().chain(shell).collect()
}

fn written<'a>(detail: &ToolUseResult<'a>, raw: &[u8]) -> Option<Edit<'a>> {
    let path = detail.file_path.0.clone()?;
    let (added, change) = match (detail.kind.as_deref(), &detail.old_string.0, &detail.new_string.0) {
        (Some("create"), ..) => created(&text(detail.content)),
        (Some("update"), ..) => updated(raw),
        (_, Some(old), Some(new)) if !detail.user_modified.0 => {
            let patch = &detail.structured_patch;
            let change = if detail.replace_all.0 { change_of_patch(patch) } else { change_of_edit(old, new, patch) };
            (replaced(old, new, detail), change)
        }
        _ if detail.structured_patch.0.is_empty() => return None,
        _ => (patch_lines(&detail.structured_patch), change_of_patch(&detail.structured_patch)),
    };
    Some(Edit { path, added, source: EditSource::Patch, change })
}

fn created(content: &str) -> (Vec<LineHash>, Option<Change>) {
    (hashes_of_text(content), Some(Change::whole(Some(""), content)))
}

/// Lines of a whole file that were not in the one before.
fn updated(raw: &[u8]) -> (Vec<LineHash>, Option<Change>) {
    let mut rows = serde_json::Deserializer::from_slice(raw).into_iter::<UpdateRow<'_>>();
    let update = rows.next().and_then(Result::ok).and_then(|row| row.tool_use_result.0).unwrap_or_default();
    let text = |text: &super::super::json::Text<'_>| text.as_deref().map(str::to_owned).unwrap_or_default();
    let (before, after) = (text(&update.original_file), text(&update.content));
    (hashes_of_replacement(&before, &after), Some(Change::whole(Some(&before), &after)))
}

/// Lines of a replacement, from its texts rather than from the patch.
///
/// Clients up to 2.1 write tabs as blanks into `structuredPatch`, so its lines
/// are not the file's. The patch still tells how often `replace_all` replaced.
fn replaced(old: &str, new: &str, detail: &ToolUseResult<'_>) -> Vec<LineHash> {
    let once = hashes_of_replacement(old, new);
    if !detail.replace_all.0 || once.is_empty() {
        return once;
    }
    let times = (patch_lines(&detail.structured_patch).len() / once.len()).max(1);
    once.repeat(times)
}

fn patch_lines(hunks: &List<Hunk<'_>>) -> Vec<LineHash> {
    hashes_of_patch(hunks.0.iter().flat_map(|hunk| &hunk.lines.0).filter_map(|line| line.as_deref()))
}

fn text(raw: Option<&RawValue>) -> Cow<'_, str> {
    let content = raw.and_then(|raw| serde_json::from_str::<OneOrMany<'_, Block<'_>>>(raw.get()).ok());
    match content.unwrap_or_default() {
        OneOrMany::Text(text) => text,
        OneOrMany::Blocks(blocks) => {
            let texts: Vec<_> = blocks.iter().filter_map(|block| block.text.as_deref()).collect();
            Cow::Owned(texts.join("\n"))
        }
        OneOrMany::Nothing => Cow::Borrowed(""),
    }
}

fn sightings(block: &Block<'_>, detail: Option<&ToolUseResult<'_>>) -> Vec<Sighting> {
    let operation = detail
        .and_then(|detail| detail.git_operation.0.as_ref()?.commit.0.as_ref()?.sha.as_deref())
        .and_then(sighting_of_operation);
    let raw = detail.and_then(|detail| detail.stdout).or(block.content);
    let printed = raw.filter(|raw| may_name_a_commit(raw)).map(|raw| sightings_in(&text(Some(raw))));
    operation.into_iter().chain(printed.unwrap_or_default()).collect()
}

/// A cheap look at the raw JSON before megabytes are unescaped.
fn may_name_a_commit(raw: &RawValue) -> bool {
    let bytes = raw.get().as_bytes();
    memchr::memchr_iter(b'[', bytes).any(|start| {
        let line = &bytes[start..bytes.len().min(start + 300)];
        let close = memchr::memchr(b']', line);
        close.is_some_and(|close| close > 5 && line[close - 4..close].iter().all(u8::is_ascii_hexdigit))
    })
}

fn agent_run<'a>(tool_use: &Cow<'a, str>, detail: &ToolUseResult<'a>) -> Option<AgentRun<'a>> {
    let is_agent = detail.agent_id.0.is_some() || (detail.usage.0.is_some() && detail.status.0.is_some());
    is_agent.then(|| AgentRun {
        id: detail.agent_id.0.clone(),
        tool_use: Some(tool_use.clone()),
        agent_type: detail.agent_type.0.clone(),
        parent: None,
        is_async: detail.is_async.0 || detail.status.as_deref() == Some("async_launched"),
        final_reply: final_reply(tool_use, detail).map(Box::new),
    })
}

/// The run's last request stands only here in clients without agent files (rule 1).
fn final_reply<'a>(tool_use: &Cow<'a, str>, detail: &ToolUseResult<'a>) -> Option<Call<'a>> {
    let row = detail.usage.0.as_ref()?;
    let usage = row.tokens().filter(|usage| !usage.is_zero())?;
    Some(Call {
        id: Cow::Owned(format!("final-reply:{tool_use}")),
        request_id: None,
        model: detail.resolved_model.0.clone(),
        usage: Some(usage),
        is_complete: true,
        speed: row.speed(),
        geo: row.geo(),
        tier: row.tier(),
        recorded_cost: None,
        source: CallSource::FinalReply,
        iterations: row.iterations(),
    })
}
