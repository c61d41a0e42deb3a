//! Reports as JSON.

use crate::report::Report;

/// Returns the report as JSON with one line end; keys stand in the order of the structs.
pub(super) fn render(report: &Report, is_pretty: bool) -> serde_json::Result<String> {
    let text = if is_pretty { serde_json::to_string_pretty(report) } else { serde_json::to_string(report) };
    text.map(|text| text + "\n")
}
