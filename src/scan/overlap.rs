//! What else happened in a work tree while a command ran, by the order of the spool: no clock is asked.

use std::collections::BTreeMap;

use crate::capture::{Effect, Event, Record};

/// What else happened.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Overlap {
    /// Another command that may write ran at the same time.
    pub(super) has_command: bool,
    /// States of files that edits left meanwhile.
    pub(super) edits: BTreeMap<String, String>,
}

/// Looks for it in the end of a spool.
pub(super) fn overlap(tail: &[Record], tool_use: &str) -> Overlap {
    let is_ours = |record: &Record| record.tool_use.as_deref() == Some(tool_use);
    let start = tail.iter().position(|record| is_ours(record) && record.event == Event::ToolStart).unwrap_or(0);
    let end = tail.iter().position(|record| is_ours(record) && is_end(record)).unwrap_or(tail.len());
    let mut found = Overlap::default();
    for (at, record) in tail.iter().enumerate().filter(|(at, record)| !is_ours(record) && *at < end) {
        if record.event == Event::ToolStart && writes(record) {
            let ended = tail[at..].iter().position(|later| later.tool_use == record.tool_use && is_end(later));
            found.has_command |= ended.is_none_or(|ended| at + ended > start);
        }
        if record.event == Event::ToolEnd && at > start {
            found.edits.extend(record.files.iter().map(|file| (file.path.clone(), file.blob.clone())));
        }
    }
    found
}

fn is_end(record: &Record) -> bool {
    matches!(record.event, Event::ToolEnd | Event::ToolFailure | Event::PermissionDenied)
}

/// Records of an earlier version do not say what a command can do.
fn writes(record: &Record) -> bool {
    let is_shell = matches!(record.tool.as_deref(), Some("Bash" | "PowerShell"));
    is_shell && record.effect != Some(Effect::Reads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::FileBlob;

    fn record(event: Event, id: &str, effect: Effect) -> Record {
        let (tool, tool_use) = (Some("Bash".to_owned()), Some(id.to_owned()));
        Record { tool, tool_use, effect: Some(effect), ..Record::new(1, event) }
    }

    fn has_command(calls: &[(Event, &str, Effect)]) -> bool {
        let tail: Vec<Record> = calls.iter().map(|(event, id, effect)| record(*event, id, *effect)).collect();
        overlap(&tail, "t1").has_command
    }

    #[test]
    fn only_commands_that_write_and_run_at_the_same_time_overlap() {
        use Effect::{Anything, Reads};
        use Event::{ToolEnd, ToolStart};
        let ours = [(ToolStart, "t1", Anything), (ToolEnd, "t1", Anything)];
        assert!(!has_command(&[(ToolStart, "t0", Anything), (ToolEnd, "t0", Anything), ours[0], ours[1]]));
        assert!(has_command(&[(ToolStart, "t0", Anything), ours[0], (ToolEnd, "t0", Anything), ours[1]]));
        assert!(has_command(&[(ToolStart, "t0", Anything), ours[0], ours[1]]));
        assert!(has_command(&[ours[0], (ToolStart, "t2", Anything), (ToolEnd, "t2", Anything), ours[1]]));
        assert!(!has_command(&[ours[0], (ToolStart, "t2", Reads), ours[1]]));
        assert!(!has_command(&[ours[0], ours[1], (ToolStart, "t2", Anything)]));
    }

    #[test]
    fn edits_in_between_are_told_with_what_they_left() {
        let edit = |path: &str| Record {
            tool: Some("Edit".into()),
            tool_use: Some("e1".into()),
            files: vec![FileBlob { path: path.into(), blob: "b1".into(), before: None, doubt: None }],
            ..Record::new(1, Event::ToolEnd)
        };
        let ours = |event: Event| record(event, "t1", Effect::Anything);
        let tail = [edit("early"), ours(Event::ToolStart), edit("between"), ours(Event::ToolEnd), edit("after")];
        assert_eq!(overlap(&tail, "t1").edits.into_keys().collect::<Vec<_>>(), ["between"]);
    }
}
