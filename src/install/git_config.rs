//! One line in a configuration of git, put in and taken out without touching another byte.
//!
//! `git config --add` and `--unset` would do, but `--unset` leaves or takes section headers as it likes.
//! Whether the file ended with a line feed before is told by whether our lines do.

const SECTION: &str = "[include]";

/// Tells whether a configuration has our line.
pub(super) fn has_include(config: &[u8], path: &str) -> bool {
    find(config, line(path).as_bytes()).is_some()
}

/// Returns the configuration with our line at its end.
pub(super) fn with_include(config: &[u8], path: &str) -> Vec<u8> {
    let is_ended = config.is_empty() || config.ends_with(b"\n");
    let lines = format!("{SECTION}\n{}", line(path));
    let added = if is_ended { format!("{lines}\n") } else { format!("\n{lines}") };
    [config, added.as_bytes()].concat()
}

/// Returns the configuration without our line; `None` if it is not there.
pub(super) fn without_include(config: &[u8], path: &str) -> Option<Vec<u8>> {
    let line = line(path);
    let block = format!("{SECTION}\n{line}");
    let Some(start) = find(config, block.as_bytes()) else {
        let start = find(config, line.as_bytes())?;
        return Some(cut(config, start, line_end(config, start + line.len())));
    };
    let end = line_end(config, start + block.len());
    if is_section_over(&config[end..]) {
        let is_unended = start + block.len() == config.len();
        return Some(cut(config, start.saturating_sub(usize::from(is_unended)), end));
    }
    // Somebody added to our section: only our line goes.
    let start = start + SECTION.len() + 1;
    Some(cut(config, start, end))
}

fn line(path: &str) -> String {
    let quoted = path.replace('\\', "\\\\").replace('"', "\\\"");
    let is_plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    if is_plain { format!("\tpath = {path}") } else { format!("\tpath = \"{quoted}\"") }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(text, part).find(|start| {
        let end = start + part.len();
        let is_begun = *start == 0 || text[start - 1] == b'\n';
        is_begun && text.get(end).is_none_or(|next| matches!(next, b'\n' | b'\r'))
    })
}

/// The byte behind the line feed that ends the line `from` is on.
fn line_end(text: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &text[from..]).map_or(text.len(), |feed| from + feed + 1)
}

/// Tells whether no further entry of the section follows.
fn is_section_over(rest: &[u8]) -> bool {
    rest.iter().find(|byte| !byte.is_ascii_whitespace()).is_none_or(|byte| *byte == b'[')
}

fn cut(text: &[u8], start: usize, end: usize) -> Vec<u8> {
    [&text[..start], &text[end..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PATH: &str = "agent-trace/gitconfig";

    #[test]
    fn what_others_add_later_stays() {
        let ours = with_include(b"[core]\n\tbare = false\n", PATH);
        let more = [&ours[..], b"[user]\n\tname = x\n"].concat();
        assert_eq!(without_include(&more, PATH).unwrap(), b"[core]\n\tbare = false\n[user]\n\tname = x\n");
        let same = [&ours[..], b"\tpath = other\n"].concat();
        assert_eq!(without_include(&same, PATH).unwrap(), b"[core]\n\tbare = false\n[include]\n\tpath = other\n");
    }

    #[test]
    fn a_longer_path_is_another() {
        assert!(!has_include(b"[include]\n\tpath = agent-trace/gitconfig-mine\n", PATH));
        assert_eq!(without_include(b"", PATH), None);
    }

    proptest! {
        #[test]
        fn taking_out_what_was_put_in_gives_every_byte_back(config in "(\\[[a-z]{1,4}\\]\n|\tkey = [a-z]{0,3}\n|#[a-z ]{0,4}\n|\r\n|\n){0,6}(\tlast = x)?") {
            let ours = with_include(config.as_bytes(), PATH);
            prop_assert!(has_include(&ours, PATH));
            prop_assert_eq!(without_include(&ours, PATH).unwrap(), config.as_bytes());
        }
    }
}
