//! What a commit message says of itself, before git cleans it.

/// Tells whether the message has text of its own.
///
/// Nothing may be added to an empty one: closing the editor without a word is how a commit is given up. Lines that
/// begin with `#` may be comments.
pub(super) fn has_text(message: &[u8]) -> bool {
    lines(message).take_while(|line| !is_scissors(line)).any(|line| {
        let line = line.trim_ascii();
        !line.is_empty() && line[0] != b'#' && !is_signature(line)
    })
}

/// Tells whether somebody wrote anything in the editor that git opened on `template`.
///
/// Which character begins a comment is configured; git's own comments stand last, so the last line shows it.
pub(super) fn is_written(message: &[u8], template: &[u8]) -> bool {
    let last = until_scissors(message).into_iter().rfind(|line| !line.is_empty());
    let mark = last.and_then(<[u8]>::first).copied().filter(|byte| !byte.is_ascii_alphanumeric());
    let text = |message| -> Vec<&[u8]> {
        let lines = until_scissors(message).into_iter().filter(|line| !is_scissors(line));
        let is_text =
            |line: &&[u8]| !line.is_empty() && line[0] != b'#' && Some(line[0]) != mark && !is_signature(line);
        lines.filter(is_text).collect()
    };
    let written = text(message);
    !written.is_empty() && written != text(template)
}

/// The lines without white space around them, the one with the scissors as the last.
fn until_scissors(message: &[u8]) -> Vec<&[u8]> {
    let mut is_cut = false;
    let all = lines(message).take_while(|line| !std::mem::replace(&mut is_cut, is_scissors(line)));
    all.map(<[u8]>::trim_ascii).collect()
}

/// A line that a template or `commit -s` puts there before anybody has written a word.
fn is_signature(line: &[u8]) -> bool {
    let key = line.split(|byte| *byte == b':').next().unwrap_or_default().to_ascii_lowercase();
    is_trailer(line) && (key.ends_with(b"-by") || key == b"agent-session" || key == b"change-id")
}

/// Tells whether git wrote the message for a commit that is undone or done again.
///
/// A single `git revert` leaves no other sign while its hooks run (measured: git 2.47).
pub(super) fn is_revert(message: &[u8]) -> bool {
    let first = lines(message).next().unwrap_or_default();
    let is_subject = [b"Revert \"".as_slice(), b"Reapply \""].iter().any(|start| first.starts_with(start));
    is_subject && lines(message).any(|line| line.starts_with(b"This reverts commit "))
}

/// Tells whether a line has the form of a trailer: `Key: value`.
pub(super) fn is_trailer(line: &[u8]) -> bool {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return false };
    let (key, rest) = line.split_at(colon);
    let is_key = !key.is_empty() && key.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    is_key && rest.get(1).is_some_and(u8::is_ascii_whitespace)
}

/// Tells whether everything from this line on is cut away.
pub(super) fn is_scissors(line: &[u8]) -> bool {
    line.windows(2).any(|two| two == b">8") && line.windows(8).any(|dashes| dashes == b"--------")
}

/// Returns the lines without their ends.
pub(super) fn lines(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    message.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_template_has_no_text() {
        for message in [
            "",
            "\n\n",
            "# Please enter\n#\n",
            "\n# x\nSigned-off-by: A <a@b>\n",
            "\n# ------------------------ >8 ------------------------\ndiff --git\n",
        ] {
            assert!(!has_text(message.as_bytes()), "{message:?}");
        }
        assert!(has_text(b"fix\n# comment\n"));
        assert!(has_text(b"fix: a thing\n"), "a subject may look like a trailer");
    }

    #[test]
    fn comments_of_any_kind_and_the_template_are_nothing_written() {
        let template = b"Subject:\n\nWhy:\n";
        for message in [
            "\n; Please enter\n;\n; On branch main\n",
            "\n// Please enter\n//\n",
            "Subject:\n\nWhy:\n# Please enter\n",
            "\n; ------------------------ >8 ------------------------\ndiff --git\n",
            "",
        ] {
            assert!(!is_written(message.as_bytes(), template), "{message:?}");
        }
        for message in ["fix\n; Please enter\n", "fix\n\n- a\n- b\n", "Subject: fix\n\nWhy:\n", "fix"] {
            assert!(is_written(message.as_bytes(), template), "{message:?}");
        }
    }

    #[test]
    fn messages_that_git_writes_for_reverts_are_known() {
        assert!(is_revert(b"Revert \"add x\"\n\nThis reverts commit 0123456789.\n"));
        assert!(is_revert(b"Reapply \"add x\"\n\nThis reverts commit 0123456789.\n"));
        assert!(!is_revert(b"Revert \"add x\" was wrong, explain\n"));
    }
}
