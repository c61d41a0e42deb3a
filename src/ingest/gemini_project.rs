//! Whose project a folder of Gemini CLI is.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use memchr::memmem;
use serde_json::Value;

use super::membership::Verdict;
use super::worktrees::Worktrees;

/// Where a chat names its project.
const HEAD: u64 = 64 << 10;

/// A marker or list longer than this is not the client's.
const MAX_LIST: u64 = 16 << 20;

/// Judges `<root>/tmp/<project>` by its name (a hash of the project's path, before 2026), by its
/// `.project_root` and by `<root>/projects.json`.
///
/// A session that was started in a sub-folder is found only since 2026: a hash cannot be taken back.
pub(super) fn of_folder(folder: &Path, worktrees: &Worktrees) -> Verdict {
    let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { return Verdict::NoFolder };
    if is_hash(name) {
        return verdict(worktrees.has_hash(name));
    }
    if let Some(root) = read_text(&folder.join(".project_root")) {
        return verdict(worktrees.contains(root.trim()));
    }
    let list = folder.parent().and_then(Path::parent).and_then(|root| read_text(&root.join("projects.json")));
    let list = list.and_then(|text| serde_json::from_str::<Value>(&text).ok()).unwrap_or_default();
    let projects = list["projects"].as_object().into_iter().flatten();
    let mut paths = projects.filter(|(_, id)| id.as_str() == Some(name)).map(|(path, _)| path).peekable();
    match paths.peek() {
        Some(_) => verdict(paths.any(|path| worktrees.contains(path))),
        None => Verdict::NoFolder,
    }
}

/// Judges a chat by the `projectHash` at its beginning.
pub(super) fn of_chat(input: impl Read, worktrees: &Worktrees) -> io::Result<Verdict> {
    let mut head = Vec::new();
    input.take(HEAD).read_to_end(&mut head)?;
    let hash = memmem::find(&head, b"\"projectHash\"").and_then(|at| {
        let value = head[at + 13..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
        std::str::from_utf8(value.get(..64)?).ok().filter(|hash| is_hash(hash))
    });
    Ok(hash.map_or(Verdict::NoFolder, |hash| verdict(worktrees.has_hash(hash))))
}

fn verdict(is_ours: bool) -> Verdict {
    if is_ours { Verdict::Ours } else { Verdict::Foreign }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn read_text(path: &Path) -> Option<String> {
    let mut text = String::new();
    fs::File::open(path).ok()?.take(MAX_LIST).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::sha256_hex;
    use std::path::PathBuf;

    fn ours() -> Worktrees {
        Worktrees::new(&[PathBuf::from("/gone/repo")])
    }

    fn project(root: &Path, name: &str) -> PathBuf {
        let folder = root.join("tmp").join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_hash_names_the_project() {
        let folder = |path: &str| PathBuf::from("/x/tmp").join(sha256_hex(path.as_bytes()));
        assert_eq!(of_folder(&folder("/gone/repo"), &ours()), Verdict::Ours);
        assert_eq!(of_folder(&folder("/gone/other"), &ours()), Verdict::Foreign);
    }

    #[test]
    fn a_marker_names_the_project_even_in_a_sub_folder() {
        let root = tempfile::tempdir().unwrap();
        for (path, expected) in [("/gone/repo/sub\n", Verdict::Ours), ("/gone/repo-2", Verdict::Foreign)] {
            let folder = project(root.path(), "repo");
            fs::write(folder.join(".project_root"), path).unwrap();
            assert_eq!(of_folder(&folder, &ours()), expected, "{path}");
        }
    }

    #[test]
    fn the_list_of_projects_names_it_too() {
        let root = tempfile::tempdir().unwrap();
        let list = r#"{"projects":{"/gone/repo":"repo","/gone/other":"other","/gone/repo-1":"repo-1"}}"#;
        fs::write(root.path().join("projects.json"), list).unwrap();
        let of = |name| of_folder(&project(root.path(), name), &ours());
        assert_eq!(of("repo"), Verdict::Ours);
        assert_eq!((of("other"), of("repo-1")), (Verdict::Foreign, Verdict::Foreign));
        assert_eq!(of("unlisted"), Verdict::NoFolder);
        fs::write(root.path().join("projects.json"), "[").unwrap();
        assert_eq!(of("repo"), Verdict::NoFolder);
    }

    #[test]
    fn a_chat_tells_its_own_hash() {
        let chat = |path: &str| format!("{{\n \"projectHash\" : \"{}\"", sha256_hex(path.as_bytes()));
        let of = |text: String| of_chat(text.as_bytes(), &ours()).unwrap();
        assert_eq!(of(chat("/gone/repo")), Verdict::Ours);
        assert_eq!(of(chat("/gone/other")), Verdict::Foreign);
        assert_eq!(of("{\"projectHash\":\"short\"}".to_owned()), Verdict::NoFolder);
    }
}
