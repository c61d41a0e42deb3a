//! Paths as git-ai writes them: between `"` if they have blanks, and without any escape.

/// Returns the path of a line of a note.
pub(super) fn read(line: &str) -> &str {
    let inner = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|path| !path.is_empty()).unwrap_or(line)
}

/// Returns the line for a path; `None` if the form has none for it.
pub(super) fn write(path: &str) -> Option<String> {
    if path.is_empty() || path.contains('"') || path.chars().any(char::is_control) {
        return None;
    }
    let is_plain = !path.contains(char::is_whitespace) && path != super::write::DIVIDER;
    Some(if is_plain { path.to_owned() } else { format!("\"{path}\"") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_has_no_form_is_not_written() {
        for path in ["", "a\"b", "a\nb", "a\tb"] {
            assert_eq!(write(path), None, "{path:?}");
        }
        assert_eq!(write("---").as_deref(), Some("\"---\""));
        assert_eq!((read("\""), read("\"\""), read("\"a b\"")), ("\"", "\"\"", "a b"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(path in ".{1,12}") {
            if let Some(line) = write(&path) {
                prop_assert_eq!(read(&line), path);
            }
        }
    }
}
