//! The name Claude Code gives the folder of a project.

/// Longest name that is not cut.
const MAX_LENGTH: usize = 200;

/// Returns the name of the folder that holds the transcripts of the working folder `path`.
///
/// Over UTF-16 units every one outside `[a-zA-Z0-9]` is `-`; a name over 200
/// units is cut there and ends in a hash of the whole path. Different paths
/// share names (`/a-b` and `/a/b`), so a name only tells where to look first.
pub fn slug(path: &str) -> String {
    let mut name = plain(path);
    if name.len() > MAX_LENGTH {
        name.truncate(MAX_LENGTH);
        name.push('-');
        name.push_str(&base36(hash(path)));
    }
    name
}

/// Tells whether the folder `name` can be that of `root` or of a folder inside it.
pub(super) fn may_be_inside(name: &str, root: &str) -> bool {
    let root = plain(root);
    // The hash of a cut name tells nothing of a folder further up.
    let rest = name.strip_prefix(&root[..root.len().min(MAX_LENGTH)]);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-') || root.ends_with('-'))
}

fn plain(path: &str) -> String {
    let unit = |unit: u16| match u8::try_from(unit) {
        Ok(byte) if byte.is_ascii_alphanumeric() => byte as char,
        _ => '-',
    };
    path.encode_utf16().map(unit).collect()
}

/// JavaScript's `h = ((h << 5) - h + unit) | 0`, without its sign.
fn hash(path: &str) -> u32 {
    let step = |hash: i32, unit: u16| hash.wrapping_shl(5).wrapping_sub(hash).wrapping_add(i32::from(unit));
    path.encode_utf16().fold(0, step).unsigned_abs()
}

fn base36(mut number: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(number % 36, 36).unwrap_or('0'));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected names are what node gives for the formula of the client.
    #[test]
    fn names_are_those_of_the_client() {
        assert_eq!(slug("/home/dev/my.repo_1"), "-home-dev-my-repo-1");
        assert_eq!(slug("/home/dev/😀/Füße"), "-home-dev----F--e");
        assert_eq!(slug(r"C:\Users\dev\r"), "C--Users-dev-r");
    }

    #[test]
    fn a_name_over_200_units_is_cut_and_hashed() {
        let exactly = format!("/{}", "a".repeat(199));
        assert_eq!(slug(&exactly), exactly.replace('/', "-"));
        assert_eq!(slug(&format!("/{}", "a".repeat(200))), format!("-{}-b6ymvl", "a".repeat(199)));
        let deep = slug(&format!("/home/dev/😀{}", "/deep.folder".repeat(20)));
        assert_eq!((deep.len(), &deep[190..]), (207, "er-deep-fo-d84vyq"));
    }

    #[test]
    fn a_folder_inside_begins_with_the_name_of_the_root() {
        let long = format!("/{}", "deep/".repeat(60));
        for (path, root) in [("/r/a", "/r"), ("/r", "/r"), (&*format!("{long}x"), &*long), ("/r/a", "/r/")] {
            assert!(may_be_inside(&slug(path), root), "{path} in {root}");
        }
        assert!(!may_be_inside(&slug("/repo2"), "/repo"));
        assert!(!may_be_inside(&slug("/other"), "/repo"));
    }
}
