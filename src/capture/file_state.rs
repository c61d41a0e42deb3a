//! What a file is after a tool wrote it: path in the work tree and the name git would give its bytes.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::file_stat::FileStat;
use super::known_files::{KnownFile, add_known};
use super::live_folder::LiveFolder;
use super::place::Place;
use super::private_path::is_private;
use super::record::FileBlob;
use super::states::{MAX_STATE_BYTES, States};
use crate::git::blob_id;

/// Returns the state of a file, and keeps it together with the one before if the client tells it; `None` if the file
/// is not in the work tree, private, not a file, or too large.
pub(super) fn file_state(place: &Place, folder: &Path, file: &str, before: Option<&str>) -> Option<FileBlob> {
    let path = folder.join(file);
    let relative = relative(place.top.as_deref()?, &path)?;
    let stat = FileStat::of(&path).filter(|stat| stat.size <= MAX_STATE_BYTES)?;
    if is_private(place, &relative) {
        return None;
    }
    let bytes = fs::read(&path).ok()?;
    let blob = blob_id(&bytes, place.is_sha256())?;
    let states = States::of(&place.common_dir);
    // The name alone is of use where the state cannot be kept.
    if let Some(state) = states.keep(place, &bytes) {
        let _ = add_known(&LiveFolder::of(place), &relative, &KnownFile { stat, state });
    }
    let before = before.and_then(|text| states.keep(place, text.as_bytes()));
    Some(FileBlob { path: relative, blob, before, doubt: None })
}

/// The path below `top`, as it is written or with symbolic links resolved.
fn relative(top: &Path, path: &Path) -> Option<String> {
    let below = |top: &Path, path: &Path| path.strip_prefix(top).ok().map(Path::to_owned);
    let real = || -> Option<PathBuf> {
        let folder = fs::canonicalize(path.parent()?).ok()?;
        below(&fs::canonicalize(top).ok()?, &folder.join(path.file_name()?))
    };
    let found = below(top, path).filter(|found| is_plain(found)).or_else(real)?;
    let parts: Option<Vec<&str>> = found.components().map(|part| part.as_os_str().to_str()).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("/"))
}

fn is_plain(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_work_tree_have_a_state() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place {
            git_dir: folder.path().join(".git"),
            common_dir: folder.path().join(".git"),
            top: Some(folder.path().into()),
        };
        fs::create_dir_all(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/a.rs"), "hello\n").unwrap();
        let state = |file: &str| file_state(&place, &folder.path().join("src"), file, None).map(|state| state.path);
        assert_eq!(state("a.rs"), Some("src/a.rs".into()));
        assert_eq!(state("../src/a.rs"), Some("src/a.rs".into()));
        assert_eq!(state("/etc/hostname"), None);
        assert_eq!(state("../src"), None);
        assert_eq!(state("missing.rs"), None);
    }
}
