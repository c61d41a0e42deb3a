//! Texts of records, validated before they are anything else.

use crate::model::SessionId;

/// Names of tools and models are not longer, in bytes.
const MAX_NAME: usize = 250;

/// Paths are not longer, in bytes.
const MAX_PATH: usize = 4096;

/// Returns a name of a tool or a model: printable, on one line, not empty.
pub(super) fn name(text: &str) -> Option<String> {
    let text = text.trim();
    let is_name = !text.is_empty() && text.len() <= MAX_NAME && !text.chars().any(char::is_control);
    is_name.then(|| text.to_owned())
}

/// Returns the id of a session; the day that the Entire CLI once put before it is left out.
pub(super) fn session(text: &str) -> Option<SessionId> {
    let bare = match text.split_at_checked(11) {
        Some((day, rest)) if is_day(day) && rest.len() == 36 => rest,
        _ => text,
    };
    SessionId::parse(bare).ok()
}

/// `2026-01-22-`.
fn is_day(text: &str) -> bool {
    text.bytes()
        .enumerate()
        .all(|(at, byte)| if matches!(at, 4 | 7 | 10) { byte == b'-' } else { byte.is_ascii_digit() })
}

/// Returns a path inside a repository, with `/` between its parts.
pub(super) fn path(text: &str) -> Option<String> {
    let text = text.strip_prefix("./").unwrap_or(text);
    let is_inside = text.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let has_drive = text.as_bytes().get(1) == Some(&b':');
    (is_inside && !has_drive && text.len() <= MAX_PATH && !text.contains('\0')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_act_as_something_else_is_refused() {
        for text in ["", " ", "a\u{1b}[2J", "a\nb", &"x".repeat(251)] {
            assert_eq!(name(text), None, "{text:?}");
        }
        for text in ["", "/etc/passwd", "../x", "a/../b", "a//b", "C:\\x", "a\0b", "./", "a/."] {
            assert_eq!(path(text), None, "{text:?}");
        }
        assert_eq!(path("./src/a b.rs").as_deref(), Some("src/a b.rs"));
        assert_eq!(session("../x"), None);
    }

    #[test]
    fn a_day_before_a_session_is_left_out() {
        let id = "2e84f1a4-6092-4d1a-978b-5bd65b3dc1d4";
        assert_eq!(session(&format!("2026-01-22-{id}")).unwrap().as_str(), id);
        assert_eq!(session(id).unwrap().as_str(), id);
        assert_eq!(session("2026-01-22-short").unwrap().as_str(), "2026-01-22-short");
    }
}
