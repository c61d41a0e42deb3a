//! Paths without the name of the person whose machine they are from.

/// Returns a path with its home folder written as `~`.
pub fn without_home(path: &str) -> String {
    let unix = ["/Users/", "/home/"].iter().find_map(|root| path.strip_prefix(root));
    let windows = || path.get(1..).and_then(|rest| rest.strip_prefix(":\\Users\\"));
    let Some(rest) = unix.or_else(windows) else { return path.to_owned() };
    match rest.find(['/', '\\']) {
        Some(end) => format!("~{}", &rest[end..]),
        None => "~".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_leave_paths() {
        assert_eq!(without_home("/Users/ann/work/a.rs"), "~/work/a.rs");
        assert_eq!(without_home("/home/ann/a.rs"), "~/a.rs");
        assert_eq!(without_home(r"C:\Users\ann\a.rs"), r"~\a.rs");
        assert_eq!(without_home("/srv/a.rs"), "/srv/a.rs");
        assert_eq!(without_home("a.rs"), "a.rs");
        assert_eq!(without_home("/home/ann"), "~");
        assert_eq!(without_home("é:\\Users\\x"), "é:\\Users\\x");
    }
}
