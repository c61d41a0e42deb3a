//! Where hooks find the program they start.

use std::path::Path;

/// The path of `agent-trace-hook` as it stands in a script: absolute with `/`, or empty to look on `PATH` only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HookProgram {
    path: String,
}

impl HookProgram {
    /// Name of the program's file without the system's suffix.
    pub const NAME: &str = "agent-trace-hook";

    /// Returns the program at a path. A path that a script cannot hold (not UTF-8, control characters) is left out.
    pub fn at(path: &Path) -> HookProgram {
        let text = path.to_str().filter(|text| !text.chars().any(char::is_control)).unwrap_or_default();
        HookProgram { path: with_slashes(text) }
    }

    /// Returns the path; empty if there is none.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the path as a word of a POSIX shell.
    pub fn quoted(&self) -> String {
        quoted(&self.path)
    }
}

/// Returns any text as one word of a POSIX shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Reads a word back that [`quoted`] wrote at the beginning of `text`; also returns what follows it.
pub(super) fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut word = String::new();
    loop {
        let end = rest.find('\'')?;
        word.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix(r"\''") {
            Some(more) => {
                word.push('\'');
                rest = more;
            }
            None => return Some((word, rest)),
        }
    }
}

/// The shell of Git for Windows takes `/`, and nothing needs to be escaped then.
#[cfg(windows)]
fn with_slashes(text: &str) -> String {
    text.strip_prefix(r"\\?\").unwrap_or(text).replace('\\', "/")
}

#[cfg(not(windows))]
fn with_slashes(text: &str) -> String {
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_word_comes_back(word in "[a-z'\\\\ $\"]{0,12}", rest in "[a-z ;]{0,5}") {
            let text = format!("{}{rest}", quoted(&word));
            prop_assert_eq!(unquoted(&text), Some((word, rest.as_str())));
        }
    }

    #[test]
    fn a_path_that_would_break_a_script_is_left_out() {
        assert_eq!(HookProgram::at(Path::new("/opt/a\nb")).path(), "");
        assert_eq!(HookProgram::at(Path::new("/opt/it's")).quoted(), r"'/opt/it'\''s'");
    }
}
