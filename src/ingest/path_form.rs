//! Paths of this or another machine in one form that can be compared.

/// Returns an absolute path of either system in the form in which two
/// spellings of one folder are equal; `None` for a relative path.
///
/// No trailing separator, no `.`, `..` resolved by its text alone. Paths of
/// Windows (`C:\x`, `\\server\share`, `\\?\C:\x`) get `/` and lower case.
/// The root is the empty text, so that a folder is always `<parent>/<name>`.
pub(super) fn path_form(path: &str) -> Option<String> {
    let path = path.strip_prefix(r"\\?\").unwrap_or(path);
    if is_drive(path) {
        let path = path.replace('\\', "/").to_lowercase();
        Some(resolve(path[..2].to_owned(), &path[2..]))
    } else if is_network(path) {
        let path = path[2..].replace('\\', "/").to_lowercase();
        Some(resolve(r"\\".to_owned(), &path))
    } else {
        path.starts_with('/').then(|| resolve(String::new(), path))
    }
}

/// Tells whether the folder `inner` is `outer` or lies inside it; both as [`path_form`] gives them.
pub(super) fn is_inside(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `C:\` or `C:/`.
pub(super) fn is_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    let is_end = |byte: Option<&u8>| matches!(byte, None | Some(b'\\' | b'/'));
    bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && is_end(bytes.get(2))
}

/// `\\server\share`: merely to look at it can send a password over the network.
pub(super) fn is_network(path: &str) -> bool {
    path.starts_with(r"\\")
}

fn resolve(start: String, path: &str) -> String {
    let mut form = start.clone();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => form.truncate(form.rfind('/').unwrap_or(0).max(start.len())),
            name => {
                form.push('/');
                form.push_str(name);
            }
        }
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_folder_are_equal() {
        for path in ["/a/b", "/a/b/", "//a//b", "/a/./b", "/a/c/../b", "/../a/b"] {
            assert_eq!(path_form(path).as_deref(), Some("/a/b"), "{path}");
        }
        for path in [r"C:\Users\Dev", "c:/users/dev/", r"\\?\C:\Users\x\..\Dev"] {
            assert_eq!(path_form(path).as_deref(), Some("c:/users/dev"), "{path}");
        }
        assert_eq!(path_form(r"\\Server\Share\x"), path_form(r"\\server/share/x/"));
        assert_eq!(path_form("/"), Some(String::new()));
        assert_eq!(path_form(r"C:\"), Some("c:".to_owned()));
        for path in ["", "a/b", ".", "c:relative", "~"] {
            assert_eq!(path_form(path), None, "{path}");
        }
    }

    #[test]
    fn inside_goes_by_whole_names() {
        let is_inside = |inner, outer| super::is_inside(&path_form(inner).unwrap(), &path_form(outer).unwrap());
        assert!(is_inside("/repo", "/repo/"));
        assert!(is_inside("/repo/src", "/repo"));
        assert!(is_inside("/repo", "/"));
        assert!(is_inside(r"C:\Repo\Src", "c:/repo"));
        assert!(!is_inside("/repo-2", "/repo"));
        assert!(!is_inside("/repo/../other", "/repo"));
        assert!(!is_inside("/Repo", "/repo"));
        assert!(!is_inside(r"C:\repo", "/"));
    }
}
