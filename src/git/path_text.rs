//! Git paths are bytes; reports and the store want text.

/// Returns a path of git as text, without losing anything.
///
/// UTF-8 paths stay as they are. A path that is not UTF-8, or that begins with
/// `"`, is written the way git quotes it: between `"`, with `\"`, `\\` and
/// three octal digits (`\377`) for every byte that is not printable ASCII. So
/// two different paths never have one text.
pub fn path_text(path: &[u8]) -> String {
    match std::str::from_utf8(path) {
        Ok(text) if !text.starts_with('"') => text.to_owned(),
        _ => quoted(path),
    }
}

fn quoted(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len() + 8);
    text.push('"');
    for &byte in path {
        match byte {
            b'"' | b'\\' => text.extend(['\\', byte as char]),
            b' '..=b'~' => text.push(byte as char),
            _ => text.push_str(&format!("\\{byte:03o}")),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn utf_8_paths_are_left_alone() {
        for path in ["src/lib.rs", "Füße/日本.txt", "a\\b", "a b", "a\nb"] {
            assert_eq!(path_text(path.as_bytes()), path);
        }
    }

    #[test]
    fn other_paths_are_quoted_like_git_does() {
        assert_eq!(path_text(b"a\xffb"), r#""a\377b""#);
        assert_eq!(path_text(b"\xff\\\""), r#""\377\\\"""#);
        assert_eq!(path_text(br#""a\377b""#), r#""\"a\\377b\"""#);
    }

    proptest! {
        #[test]
        fn different_paths_have_different_texts(a in prop::collection::vec(any::<u8>(), 0..6), b in prop::collection::vec(any::<u8>(), 0..6)) {
            prop_assert_eq!(a == b, path_text(&a) == path_text(&b));
        }
    }
}
