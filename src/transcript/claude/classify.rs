//! What a `type: user` line really is (`analysis` §2.1; the first match wins).

use super::super::event::LineClass;
use super::super::json::OneOrMany;
use super::row::{Block, Row};

/// Returns the class of a user row; `is_subagent` is known from its file or its envelope.
pub(super) fn classify(row: &Row<'_>, is_subagent: bool) -> LineClass {
    if is_subagent || row.is_sidechain.0 {
        return LineClass::Subagent;
    }
    let body = Body::of(row);
    if row.is_compact_summary.0 || body.text.starts_with("This session is being continued from a previous") {
        return LineClass::CompactSummary;
    }
    if body.has_result {
        return body.class_beside_result();
    }
    if body.text.starts_with("[Request interrupted") {
        return LineClass::Interrupt;
    }
    if row.is_meta.0 {
        return LineClass::Meta;
    }
    if let Some(class) = class_of_tag(&body.text) {
        return class;
    }
    if body.text.starts_with("Operation stopped by hook:") {
        return LineClass::Blocked;
    }
    if !body.has_image && row.plan_content.0.is_none() && without_context(&body.text).is_empty() {
        return LineClass::ContextOnly;
    }
    if row.plan_content.0.is_some() { LineClass::PlanHandoff } else { LineClass::Prompt }
}

/// Returns the text a person typed in a row, without the editor's context.
pub(in crate::transcript) fn prompt_text(row: &Row<'_>) -> String {
    without_context(&Body::of(row).text).to_owned()
}

/// The parts of a message that decide its class.
struct Body {
    text: String,
    has_result: bool,
    has_image: bool,
}

impl Body {
    fn of(row: &Row<'_>) -> Body {
        let mut body = Body { text: String::new(), has_result: false, has_image: false };
        match row.message.0.as_ref().map(|message| &message.content) {
            Some(OneOrMany::Text(text)) => body.text = text.trim_start().to_owned(),
            Some(OneOrMany::Blocks(blocks)) => blocks.iter().for_each(|block| body.add(block)),
            _ => {}
        }
        body
    }

    fn add(&mut self, block: &Block<'_>) {
        match block.kind.as_deref() {
            Some("tool_result") => self.has_result = true,
            Some("image" | "document") => self.has_image = true,
            Some("text") => {
                let text = block.text.as_deref().unwrap_or_default();
                if !self.text.is_empty() {
                    self.text.push('\n');
                }
                self.text.push_str(if self.text.is_empty() { text.trim_start() } else { text });
            }
            _ => {}
        }
    }

    fn class_beside_result(&self) -> LineClass {
        match self.text.as_str() {
            "" => LineClass::ToolResult,
            text if text.starts_with("[Request interrupted") => LineClass::Interrupt,
            text if without_context(text).is_empty() => LineClass::ToolResult,
            _ => LineClass::Steer,
        }
    }
}

fn class_of_tag(text: &str) -> Option<LineClass> {
    const TAGS: [(&str, LineClass); 11] = [
        ("<local-command-stdout>", LineClass::LocalOutput),
        ("<local-command-stderr>", LineClass::LocalOutput),
        ("<local-command-caveat>", LineClass::LocalOutput),
        ("<bash-stdout>", LineClass::LocalOutput),
        ("<bash-stderr>", LineClass::LocalOutput),
        ("<bash-input>", LineClass::BashInput),
        ("<task-notification>", LineClass::BackgroundWake),
        ("<agent-notification>", LineClass::BackgroundWake),
        ("<teammate-message", LineClass::Teammate),
        ("<command-name>", LineClass::Command),
        ("<command-message>", LineClass::Command),
    ];
    TAGS.iter().find(|(tag, _)| text.starts_with(tag)).map(|(_, class)| *class)
}

/// Strips what editors and the client put around a prompt.
fn without_context(text: &str) -> &str {
    let mut rest = text.trim();
    while let Some(after) = after_context_tag(rest) {
        rest = after.trim_start();
    }
    rest
}

fn after_context_tag(text: &str) -> Option<&str> {
    let name = text.strip_prefix('<')?.split(['>', ' ', '\n']).next()?;
    if name != "system-reminder" && !name.starts_with("ide_") {
        return None;
    }
    let close = format!("</{name}>");
    text.find(&close).map(|start| &text[start + close.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(json: &str) -> LineClass {
        classify(&serde_json::from_str(json).unwrap(), false)
    }

    fn class_of_text(text: &str) -> LineClass {
        class(&serde_json::json!({ "message": { "content": text } }).to_string())
    }

    #[test]
    fn texts_of_the_client_are_told_from_prompts() {
        let cases = [
            ("fix the bug", LineClass::Prompt),
            ("<b>bold</b> please", LineClass::Prompt),
            ("[Request interrupted by user for tool use]", LineClass::Interrupt),
            ("<command-name>/model</command-name>", LineClass::Command),
            ("<command-message>init is running</command-message>", LineClass::Command),
            ("<bash-input>ls</bash-input>", LineClass::BashInput),
            ("<bash-stdout>x</bash-stdout>", LineClass::LocalOutput),
            ("<local-command-caveat>Caveat</local-command-caveat>", LineClass::LocalOutput),
            ("<task-notification>\n<task-id>b</task-id>", LineClass::BackgroundWake),
            ("<teammate-message from=\"x\">hello", LineClass::Teammate),
            ("Operation stopped by hook: no", LineClass::Blocked),
            ("<ide_opened_file>a.rs</ide_opened_file>", LineClass::ContextOnly),
            ("<ide_selection>x</ide_selection>\nexplain", LineClass::Prompt),
            ("<system-reminder>x</system-reminder>", LineClass::ContextOnly),
            ("", LineClass::ContextOnly),
            ("This session is being continued from a previous conversation", LineClass::CompactSummary),
        ];
        for (text, expected) in cases {
            assert_eq!(class_of_text(text), expected, "{text}");
        }
    }

    #[test]
    fn flags_and_blocks_decide_where_text_does_not() {
        assert_eq!(class(r#"{"isMeta":true,"message":{"content":"Caveat"}}"#), LineClass::Meta);
        assert_eq!(class(r#"{"isSidechain":true,"message":{"content":"x"}}"#), LineClass::Subagent);
        assert_eq!(class(r#"{"message":{"content":[{"type":"image"}]}}"#), LineClass::Prompt);
        assert_eq!(class(r#"{"planContent":"p","message":{"content":"Implement"}}"#), LineClass::PlanHandoff);
        let result = r#"{"type":"tool_result","tool_use_id":"t"}"#;
        let with_text =
            |text: &str| format!(r#"{{"message":{{"content":[{result},{{"type":"text","text":"{text}"}}]}}}}"#);
        assert_eq!(class(&format!(r#"{{"message":{{"content":[{result}]}}}}"#)), LineClass::ToolResult);
        assert_eq!(class(&with_text("but use tabs")), LineClass::Steer);
        assert_eq!(class(&with_text("[Request interrupted by user]")), LineClass::Interrupt);
    }
}
