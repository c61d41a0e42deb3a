//! The forms of `blame` that programs read: git's own, with our headers.

use std::collections::HashMap;

use super::blame::blank;
use crate::git::{Blame, BlamedGroup, BlamedLine};
use crate::model::NanoUsd;
use crate::report::{BlameLine, BlamePrompt};

/// Git's answer, with our headers as the last of every line.
pub(super) fn porcelain(blamed: &Blame, lines: &[BlameLine], prompts: &[BlamePrompt]) -> Vec<u8> {
    let prompts: HashMap<(&str, u64), &str> = prompts
        .iter()
        .filter_map(|prompt| Some(((prompt.session.as_str(), prompt.turn), prompt.prompt.as_deref()?)))
        .collect();
    let mut text = Vec::with_capacity(blamed.text.len() + lines.len() * 64);
    let mut at = 0;
    for (line, found) in blamed.lines.iter().zip(lines) {
        text.extend_from_slice(blamed.text.get(at..line.headers.end).unwrap_or_default());
        text.extend_from_slice(headers(found, found.cost).as_bytes());
        let turn = found.session.as_deref().zip(found.turn);
        if let Some(prompt) = turn.and_then(|turn| prompts.get(&turn)) {
            text.extend_from_slice(header("prompt", prompt).as_bytes());
        }
        at = line.headers.end;
    }
    text.extend_from_slice(blamed.text.get(at..).unwrap_or_default());
    text
}

/// Returns the lines of a group of git's, not yet decided; `texts` are the lines of the file.
pub(super) fn lines_of(group: &BlamedGroup, texts: &[&[u8]]) -> Vec<BlameLine> {
    let line = |more: u32| {
        let line = BlamedLine {
            commit: group.commit,
            path: group.path.clone(),
            original_line: group.original_line.saturating_add(more),
            line: group.line.saturating_add(more),
            ..BlamedLine::default()
        };
        let text = texts.get(line.line.saturating_sub(1) as usize).copied().unwrap_or_default();
        blank(&line, text)
    };
    (0..group.count).map(line).collect()
}

/// Git's group, divided where our headers change; what a part's lines cost is summed.
///
/// Ours stand before git's last headers, for `filename` ends a group.
pub(super) fn incremental(group: &BlamedGroup, lines: &[BlameLine]) -> Vec<u8> {
    let mut text = Vec::new();
    for part in lines.chunk_by(|one, next| headers(one, None) == headers(next, None)) {
        let Some(first) = part.first() else { continue };
        let is_first = first.line == group.line;
        let costs: Vec<NanoUsd> = part.iter().filter_map(|line| line.cost).collect();
        let cost = (!costs.is_empty()).then(|| costs.into_iter().sum());
        text.extend_from_slice(&group.id);
        text.extend_from_slice(format!(" {} {} {}\n", first.original_line, first.line, part.len()).as_bytes());
        text.extend_from_slice(if is_first { &group.facts } else { &[] });
        text.extend_from_slice(headers(first, cost).as_bytes());
        text.extend_from_slice(&group.place);
    }
    text
}

fn headers(line: &BlameLine, cost: Option<NanoUsd>) -> String {
    let known = [
        ("class", Some(line.class.name().to_owned())),
        ("grade", Some(line.grade.name().to_owned())),
        ("reason", Some(line.reason.name().to_owned())),
        ("name", line.agent.clone()),
        ("session", line.session.clone()),
        ("turn", line.turn.map(|turn| turn.to_string())),
        ("call", line.call.clone()),
        ("tool-call", line.tool_call.clone()),
        ("model", line.model.clone()),
        ("source", line.source.clone()),
        ("cost-nano-usd", cost.map(|cost| cost.0.to_string())),
    ];
    known.into_iter().filter_map(|(name, value)| Some(header(name, &value?))).collect()
}

/// A header is one line, whatever its value.
fn header(name: &str, value: &str) -> String {
    let is_control = |character: char| if character.is_control() { ' ' } else { character };
    let value: String = value.chars().map(is_control).collect();
    format!("agent-{name} {value}\n")
}
