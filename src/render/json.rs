//! Reports as JSON.

use super::safe_text::is_harmful;
use crate::report::Report;

/// Returns the report as JSON with one line end; keys stand in the order of the structs.
pub(super) fn render(report: &Report, is_pretty: bool) -> serde_json::Result<String> {
    let text = if is_pretty { serde_json::to_string_pretty(report) } else { serde_json::to_string(report) };
    text.map(|text| escaped(&text) + "\n")
}

/// Writes what a terminal obeys as JSON escapes. JSON itself escapes only the first 32 characters; outside of strings
/// there is nothing harmful but the line ends of indented JSON.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && is_harmful(character) {
            let mut units = [0u16; 2];
            escaped.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            escaped.push(character);
        }
    }
    escaped
}
