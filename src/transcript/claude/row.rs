//! The shapes of a row, as far as this program reads them.
//!
//! Everything else (`originalFile`, `fullOutput`, images: two thirds of the
//! bytes) is skipped by the parser without being built.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::json::{Count, Flag, List, Maybe, OneOrMany, Text};
use super::usage::UsageRow;

/// One object of a transcript.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(in crate::transcript) struct Row<'a> {
    #[serde(borrow, rename = "type")]
    pub(in crate::transcript) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) subtype: Text<'a>,
    #[serde(borrow)]
    pub(super) uuid: Text<'a>,
    #[serde(borrow)]
    pub(super) session_id: Text<'a>,
    #[serde(borrow)]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow)]
    pub(super) cwd: Text<'a>,
    #[serde(borrow)]
    pub(super) git_branch: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) agent_id: Text<'a>,
    #[serde(borrow)]
    pub(super) session_kind: Text<'a>,
    #[serde(borrow)]
    pub(super) forked_from: Maybe<ForkedFrom<'a>>,
    pub(super) is_sidechain: Flag,
    pub(super) is_meta: Flag,
    pub(super) is_compact_summary: Flag,
    pub(super) is_api_error_message: Flag,
    #[serde(borrow)]
    pub(super) plan_content: Text<'a>,
    #[serde(borrow)]
    pub(super) request_id: Text<'a>,
    #[serde(borrow)]
    pub(in crate::transcript) message: Maybe<Message<'a>>,
    #[serde(borrow)]
    pub(super) tool_use_result: Maybe<ToolUseResult<'a>>,
    #[serde(rename = "parentToolUseID", borrow)]
    pub(super) parent_tool_use_id: Text<'a>,
    #[serde(borrow)]
    pub(super) data: Maybe<Progress<'a>>,
    #[serde(borrow)]
    pub(super) operation: Text<'a>,
    /// Text of a queued input.
    #[serde(borrow)]
    pub(super) content: Text<'a>,
    #[serde(borrow)]
    pub(super) attachment: Maybe<Attachment<'a>>,
    pub(super) duration_ms: Count,
    pub(super) pr_number: Count,
    #[serde(borrow)]
    pub(super) pr_repository: Text<'a>,
    /// `costUSD` of clients before 2026.
    #[serde(rename = "costUSD")]
    pub(super) cost_usd: Option<&'a RawValue>,
    /// `modelUsage` of a `cost-state` row.
    #[serde(borrow)]
    pub(super) model_usage: Option<&'a RawValue>,
}

/// `attachment` of an attachment row.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Attachment<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) prompt: Text<'a>,
    #[serde(borrow)]
    pub(super) command_mode: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ForkedFrom<'a> {
    #[serde(borrow)]
    pub(super) message_uuid: Text<'a>,
}

/// `message` of user and assistant rows.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::transcript) struct Message<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) model: Text<'a>,
    #[serde(borrow)]
    pub(super) stop_reason: Text<'a>,
    #[serde(borrow)]
    pub(super) usage: Maybe<UsageRow<'a>>,
    #[serde(borrow)]
    pub(in crate::transcript) content: OneOrMany<'a, Block<'a>>,
}

/// One block of a message.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::transcript) struct Block<'a> {
    #[serde(borrow, rename = "type")]
    pub(in crate::transcript) kind: Text<'a>,
    #[serde(borrow)]
    pub(in crate::transcript) text: Text<'a>,
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) input: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) tool_use_id: Text<'a>,
    pub(super) is_error: Flag,
    #[serde(borrow)]
    pub(super) content: Option<&'a RawValue>,
}

/// Arguments of the tools that matter.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ToolInput<'a> {
    #[serde(borrow)]
    pub(super) file_path: Text<'a>,
    #[serde(borrow)]
    pub(super) notebook_path: Text<'a>,
    #[serde(borrow)]
    pub(super) old_string: Text<'a>,
    #[serde(borrow)]
    pub(super) new_string: Text<'a>,
    #[serde(borrow)]
    pub(super) new_source: Text<'a>,
    #[serde(borrow)]
    pub(super) content: Text<'a>,
    #[serde(borrow)]
    pub(super) edits: List<Replacement<'a>>,
    #[serde(borrow)]
    pub(super) command: Text<'a>,
    #[serde(borrow)]
    pub(super) subagent_type: Text<'a>,
}

/// One replacement of a MultiEdit.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Replacement<'a> {
    #[serde(borrow)]
    pub(super) old_string: Text<'a>,
    #[serde(borrow)]
    pub(super) new_string: Text<'a>,
}

/// `toolUseResult` when it is an object.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ToolUseResult<'a> {
    #[serde(borrow)]
    pub(super) file_path: Text<'a>,
    /// Old and new text of an Edit.
    #[serde(borrow)]
    pub(super) old_string: Text<'a>,
    #[serde(borrow)]
    pub(super) new_string: Text<'a>,
    pub(super) user_modified: Flag,
    pub(super) replace_all: Flag,
    #[serde(borrow)]
    pub(super) structured_patch: List<Hunk<'a>>,
    /// `create` or `update` of a Write.
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    /// Text of a Write, blocks of a subagent.
    #[serde(borrow)]
    pub(super) content: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) stdout: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) git_operation: Maybe<GitOperation<'a>>,
    #[serde(borrow)]
    pub(super) bash_edit_diff: Maybe<BashEditDiff<'a>>,
    #[serde(borrow)]
    pub(super) agent_id: Text<'a>,
    #[serde(borrow)]
    pub(super) agent_type: Text<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    pub(super) is_async: Flag,
    #[serde(borrow)]
    pub(super) resolved_model: Text<'a>,
    #[serde(borrow)]
    pub(super) usage: Maybe<UsageRow<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Hunk<'a> {
    #[serde(rename = "oldStart")]
    pub(super) old_start: Count,
    #[serde(rename = "newStart")]
    pub(super) new_start: Count,
    #[serde(borrow)]
    pub(super) lines: List<Text<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct GitOperation<'a> {
    #[serde(borrow)]
    pub(super) commit: Maybe<OperationCommit<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct OperationCommit<'a> {
    #[serde(borrow)]
    pub(super) sha: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct BashEditDiff<'a> {
    #[serde(borrow)]
    pub(super) files: List<BashEditFile<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct BashEditFile<'a> {
    #[serde(borrow)]
    pub(super) file_path: Text<'a>,
    #[serde(borrow)]
    pub(super) hunks: List<Hunk<'a>>,
}

/// `data` of a progress row.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Progress<'a> {
    #[serde(borrow)]
    pub(super) agent_id: Text<'a>,
    #[serde(borrow)]
    pub(super) message: Maybe<Box<Row<'a>>>,
}

/// A row whose tool replaced a whole file, read a second time: `originalFile`
/// is the bulk of all transcripts and matters for these few only.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct UpdateRow<'a> {
    #[serde(borrow)]
    pub(super) tool_use_result: Maybe<Update<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Update<'a> {
    #[serde(borrow)]
    pub(super) original_file: Text<'a>,
    #[serde(borrow)]
    pub(super) content: Text<'a>,
}
