//! Rows that are neither user nor assistant: ends of turns, compactions, queue, totals.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::event::{Fact, QueueOp, ReportedUsage};
use super::super::json::{Count, Maybe};
use super::row::Row;
use crate::model::Usage;

/// Row types that are known to carry nothing this program uses.
const SILENT: [&str; 43] = [
    "agent-color",
    "agent-name",
    "agent-setting",
    "agent_metadata",
    "ai-title",
    "artifact",
    "atis-latch",
    "attribution-snapshot",
    "bridge-session",
    "content-replacement",
    "custom-title",
    "data-flow-incomplete",
    "data-flow-records",
    "derived-from",
    "dev-mods",
    "ended-by-model",
    "file-history-delta",
    "file-history-snapshot",
    "fork-context-ref",
    "frame-link",
    "history-suppression",
    "hybrid-organization",
    "isolation-latch",
    "last-prompt",
    "memory-mode",
    "mode",
    "observer-ref",
    "permission-mode",
    "progress",
    "queued_command",
    "relocated",
    "repl-mode",
    "session-owner",
    "session_meta",
    "started",
    "summary",
    "system",
    "tag",
    "thinking",
    "tools-used",
    "user-settings",
    "voice_call_talk",
    "worktree-state",
];

/// Returns the facts of a row of any other type.
pub(super) fn facts<'a>(row: &Row<'a>, kind: Cow<'a, str>) -> Vec<Fact<'a>> {
    match kind.as_ref() {
        "system" => vec![system(row)],
        "queue-operation" => queue(row).map_or_else(|| vec![Fact::Known], |op| vec![Fact::Queue(op)]),
        "attachment" if is_delivery(row) => vec![Fact::Queue(QueueOp::Deliver)],
        "attachment" => vec![Fact::Known],
        "pr-link" => vec![pull_request(row)],
        "cost-state" => reported(row),
        known if SILENT.contains(&known) || known.starts_with("artifact-") => vec![Fact::Known],
        _ => vec![Fact::Unknown { kind }],
    }
}

fn system<'a>(row: &Row<'a>) -> Fact<'a> {
    match row.subtype.as_deref() {
        Some("turn_duration") => Fact::TurnEnd { active_ms: row.duration_ms.valid() },
        Some("stop_hook_summary") => Fact::TurnEnd { active_ms: None },
        Some("compact_boundary") => Fact::Compaction { is_micro: false },
        Some("microcompact_boundary") => Fact::Compaction { is_micro: true },
        Some("api_error") => Fact::ApiRetry,
        _ => Fact::Known,
    }
}

fn queue(row: &Row<'_>) -> Option<QueueOp> {
    match row.operation.as_deref()? {
        "enqueue" => Some(QueueOp::Enqueue { is_human: row.content.as_deref().is_some_and(is_typed) }),
        "dequeue" => Some(QueueOp::Dequeue),
        "remove" => Some(QueueOp::Remove),
        "popAll" => Some(QueueOp::PopAll),
        _ => None,
    }
}

/// Later clients keep what was typed into a running turn as an attachment.
fn is_delivery(row: &Row<'_>) -> bool {
    let Some(attachment) = &row.attachment.0 else { return false };
    attachment.kind.as_deref() == Some("queued_command")
        && attachment.command_mode.as_deref().is_none_or(|mode| mode == "prompt")
        && attachment.prompt.as_deref().is_none_or(is_typed)
}

/// Commands and notifications share the queue with what a person typed.
fn is_typed(content: &str) -> bool {
    let content = content.trim_start();
    !(content.is_empty() || content.starts_with('/') || content.starts_with('<'))
}

fn pull_request<'a>(row: &Row<'a>) -> Fact<'a> {
    match row.pr_number.valid() {
        Some(number) => Fact::PullRequest { number, repository: row.pr_repository.0.clone() },
        None => Fact::Known,
    }
}

/// One model of `cost-state.modelUsage`.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ModelUsage {
    input_tokens: Count,
    output_tokens: Count,
    cache_read_input_tokens: Count,
    cache_creation_input_tokens: Count,
    #[serde(rename = "cacheCreationEphemeral5mInputTokens")]
    written_5m: Count,
    #[serde(rename = "cacheCreationEphemeral1hInputTokens")]
    written_1h: Count,
    web_search_requests: Count,
}

impl ModelUsage {
    fn usage(&self) -> Usage {
        let count = |count: Count| count.valid().unwrap_or(0);
        let (written_5m, written_1h) = (count(self.written_5m), count(self.written_1h));
        let uncovered = count(self.cache_creation_input_tokens).saturating_sub(written_5m + written_1h);
        Usage {
            input: count(self.input_tokens),
            output: count(self.output_tokens),
            cache_read: count(self.cache_read_input_tokens),
            cache_write_5m: written_5m + uncovered,
            cache_write_1h: written_1h,
            web_searches: count(self.web_search_requests),
        }
    }
}

fn reported<'a>(row: &Row<'a>) -> Vec<Fact<'a>> {
    let models = row
        .model_usage
        .and_then(|raw| serde_json::from_str::<BTreeMap<Cow<'a, str>, Maybe<ModelUsage>>>(raw.get()).ok());
    let known = models.into_iter().flatten().filter_map(|(model, usage)| Some((model, usage.0?.usage())));
    let facts: Vec<_> = known.map(|(model, usage)| Fact::ReportedUsage(ReportedUsage { model, usage })).collect();
    if facts.is_empty() { vec![Fact::Known] } else { facts }
}
