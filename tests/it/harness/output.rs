//! What a program said, in a form that one snapshot can show.

use std::fmt;

/// The end of one run of a program, with the world's folder written as `$WORLD`.
#[must_use = "look at the output, or assert the exit code with .success() or .failure(code)"]
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// Everything on standard output.
    pub(crate) stdout: String,
    /// Everything on standard error.
    pub(crate) stderr: String,
    /// The exit code; `None` after a signal.
    pub(crate) code: Option<i32>,
}

impl Output {
    /// Returns the output of a finished process, `root` replaced by `$WORLD`.
    pub(crate) fn of(output: &std::process::Output, root: &str) -> Output {
        let clean = |bytes: &[u8]| hide_root(&String::from_utf8_lossy(bytes), root);
        Output { stdout: clean(&output.stdout), stderr: clean(&output.stderr), code: output.status.code() }
    }

    /// Returns the output if the exit code is 0.
    #[track_caller]
    pub(crate) fn success(self) -> Output {
        assert_eq!(self.code, Some(0), "expected success, got\n{self}");
        self
    }

    /// Returns the output if the exit code is `code`.
    #[track_caller]
    pub(crate) fn failure(self, code: i32) -> Output {
        assert_eq!(self.code, Some(code), "expected exit code {code}, got\n{self}");
        self
    }

    /// Returns standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in\n{self}"))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_block(f, &self.stdout)?;
        if !self.stderr.is_empty() {
            writeln!(f, "--- stderr ---")?;
            write_block(f, &self.stderr)?;
        }
        match self.code {
            Some(code) => writeln!(f, "[exit: {code}]"),
            None => writeln!(f, "[exit: signal]"),
        }
    }
}

fn write_block(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(text)?;
    if text.is_empty() || text.ends_with('\n') { Ok(()) } else { writeln!(f) }
}

/// Replaces `root` in all the spellings a program prints: as is, with `/`, and escaped as in JSON.
fn hide_root(text: &str, root: &str) -> String {
    let spellings = [root.replace('\\', "\\\\"), root.to_owned(), root.replace('\\', "/")];
    spellings.iter().fold(text.to_owned(), |text, spelling| text.replace(spelling.as_str(), "$WORLD"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_shows_the_whole_behaviour() {
        let output = Output { stdout: "one".into(), stderr: "two\n".into(), code: Some(2) };
        assert_eq!(output.to_string(), "one\n--- stderr ---\ntwo\n[exit: 2]\n");
        let silent = Output { stdout: String::new(), stderr: String::new(), code: None };
        assert_eq!(silent.to_string(), "[exit: signal]\n");
    }

    #[test]
    fn the_root_is_hidden_in_every_spelling() {
        let text = r#"C:\t\w {"a":"C:\\t\\w\\x"} C:/t/w/y"#;
        assert_eq!(hide_root(text, r"C:\t\w"), r#"$WORLD {"a":"$WORLD\\x"} $WORLD/y"#);
    }

    #[test]
    #[should_panic(expected = "expected success")]
    fn a_failed_run_is_no_success() {
        let _ = Output { stdout: String::new(), stderr: String::new(), code: Some(1) }.success();
    }

    #[test]
    fn standard_output_is_read_as_json() {
        let output = Output { stdout: r#"{"total": 3}"#.into(), stderr: String::new(), code: Some(1) };
        assert_eq!(output.failure(1).json()["total"], 3);
    }
}
