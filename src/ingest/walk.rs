//! All files below a folder, without recursion and without following links to folders.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::problem::unreadable;
use crate::store::ProblemRow;

/// Gives every file and link below `top` to `each`, in no order.
///
/// `enters` tells by its name whether a folder is looked into. Links to
/// folders are given like files, so there is no way to walk in a circle.
/// Folders that cannot be read are problems; those that vanish are not.
pub(super) fn walk(
    top: &Path,
    enters: &dyn Fn(&OsStr) -> bool,
    problems: &mut Vec<ProblemRow>,
    each: &mut dyn FnMut(PathBuf, &mut Vec<ProblemRow>),
) {
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for_each_child(&folder, problems, &mut |name, file_type, problems| {
            let path = folder.join(name);
            if !file_type.is_dir() {
                each(path, problems);
            } else if enters(name) {
                folders.push(path);
            }
        });
    }
}

/// Gives the name and type of everything in one folder to `each`, in no order.
pub(super) fn for_each_child(
    folder: &Path,
    problems: &mut Vec<ProblemRow>,
    each: &mut dyn FnMut(&OsStr, fs::FileType, &mut Vec<ProblemRow>),
) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => return problems.push(unreadable(folder, &error)),
    };
    for entry in entries {
        match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
            Ok((name, file_type)) => each(&name, file_type, problems),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            // An error of the folder itself comes back for ever on some systems.
            Err(error) => return problems.push(unreadable(folder, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(top: &Path, problems: &mut Vec<ProblemRow>) -> Vec<String> {
        let mut names = Vec::new();
        walk(top, &|name| name != "closed", problems, &mut |path, _| {
            names.push(path.strip_prefix(top).unwrap().to_str().unwrap().replace('\\', "/"));
        });
        names.sort();
        names
    }

    #[test]
    fn files_of_all_depths_are_given_and_closed_folders_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["a/b/c", "closed", "d"] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
            fs::write(folder.path().join(path).join("f"), "").unwrap();
        }
        let mut problems = Vec::new();
        assert_eq!(names(folder.path(), &mut problems), ["a/b/c/f", "d/f"]);
        assert_eq!(problems, []);
    }

    #[test]
    fn a_missing_folder_is_empty_and_a_file_in_its_place_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        let mut problems = Vec::new();
        assert_eq!(names(&folder.path().join("missing"), &mut problems), Vec::<String>::new());
        assert_eq!(problems, []);
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        names(&file, &mut problems);
        assert_eq!((problems.len(), problems[0].kind.as_str()), (1, "unreadable"));
        assert_eq!(problems[0].path, file.to_str().unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_without_permission_is_a_problem_and_its_neighbour_is_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        fs::create_dir(&secret).unwrap();
        fs::write(folder.path().join("open"), "").unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
        let is_root = fs::read_dir(&secret).is_ok();
        let mut problems = Vec::new();
        assert_eq!(names(folder.path(), &mut problems), ["open"]);
        assert_eq!(problems.len(), usize::from(!is_root));
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o700)).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_circle_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/up")).unwrap();
        assert_eq!(names(folder.path(), &mut Vec::new()), ["a/up"]);
    }
}
