//! Whether a transcript belongs to this repository.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::cwd_scan::for_each_cwd;
use super::found::FoundFile;
use super::gemini_project;
use super::listing::Project;
use super::worktrees::Worktrees;
use crate::model::Agent;

/// What a file's folders say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// A row was written inside a work tree of this repository.
    Ours,
    /// Every row that names a folder was written elsewhere.
    Foreign,
    /// No row names a folder. Not ours; it may tell when it grows.
    NoFolder,
}

/// Reads a Claude Code file until a row's own `cwd` lies inside a work tree.
///
/// One pass at the speed of a search, in fixed memory, whatever the bytes.
/// May begin at any line: a file that has grown needs only its new end read,
/// if its beginning is known to be foreign.
///
/// # Errors
/// Those of `input`.
pub fn file_belongs(input: impl Read, worktrees: &Worktrees) -> io::Result<Verdict> {
    let mut verdict = Verdict::NoFolder;
    let mut last_foreign = Vec::new();
    for_each_cwd(input, &mut |raw, is_outermost| {
        if verdict == Verdict::Foreign && raw == last_foreign {
            return ControlFlow::Continue(());
        }
        let is_inside = unescape(raw).is_some_and(|cwd| worktrees.contains(&cwd));
        if !is_inside {
            last_foreign.clear();
            last_foreign.extend_from_slice(raw);
        }
        if (is_inside || verdict == Verdict::NoFolder) && is_outermost() {
            verdict = if is_inside { Verdict::Ours } else { Verdict::Foreign };
        }
        if verdict == Verdict::Ours { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(verdict)
}

fn unescape(raw: &[u8]) -> Option<Cow<'_, str>> {
    if !raw.contains(&b'\\') {
        return std::str::from_utf8(raw).ok().map(Cow::Borrowed);
    }
    let quoted = [b"\"", raw, b"\""].concat();
    serde_json::from_slice::<String>(&quoted).ok().map(Cow::Owned)
}

/// Judges files and remembers what several of them share. Shared between threads.
#[derive(Debug)]
pub struct Membership<'w> {
    worktrees: &'w Worktrees,
    /// Verdicts on sessions that were asked for by their subagents, and on projects of Gemini CLI.
    shared: Mutex<HashMap<PathBuf, Verdict>>,
}

impl<'w> Membership<'w> {
    /// Judges by these work trees.
    pub fn new(worktrees: &'w Worktrees) -> Membership<'w> {
        Membership { worktrees, shared: Mutex::default() }
    }

    /// Returns whether `file` of `project` belongs to this repository.
    ///
    /// A session is one unit: a subagent's file is ours if it says so or if
    /// its session's file does; if neither names a folder, nobody knows.
    ///
    /// # Errors
    /// Those of reading `file`.
    pub fn of_file(&self, project: &Project, file: &FoundFile) -> io::Result<Verdict> {
        match project.agent {
            Agent::GeminiCli => self.of_chat(&project.folder, &file.path),
            _ => self.of_claude(file),
        }
    }

    fn of_claude(&self, file: &FoundFile) -> io::Result<Verdict> {
        let own = file_belongs(File::open(&file.path)?, self.worktrees)?;
        let Some(parent) = file.parent_session().filter(|_| own != Verdict::Ours) else { return Ok(own) };
        Ok(match self.of_parent(&parent)? {
            Verdict::Ours => Verdict::Ours,
            Verdict::Foreign => Verdict::Foreign,
            Verdict::NoFolder => own,
        })
    }

    fn of_parent(&self, path: &Path) -> io::Result<Verdict> {
        self.remembered(path, &|| match File::open(path) {
            Ok(file) => file_belongs(file, self.worktrees),
            // The session's own file may be deleted before those of its subagents.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Verdict::NoFolder),
            Err(error) => Err(error),
        })
    }

    fn of_chat(&self, folder: &Path, path: &Path) -> io::Result<Verdict> {
        let of_folder = self.remembered(folder, &|| Ok(gemini_project::of_folder(folder, self.worktrees)))?;
        match of_folder {
            Verdict::NoFolder => gemini_project::of_chat(File::open(path)?, self.worktrees),
            known => Ok(known),
        }
    }

    fn remembered(&self, path: &Path, ask: &dyn Fn() -> io::Result<Verdict>) -> io::Result<Verdict> {
        let shared = || self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(verdict) = shared().get(path) {
            return Ok(*verdict);
        }
        // Not under the lock: two threads may read one file, but none waits for another's disk.
        let verdict = ask()?;
        shared().insert(path.to_owned(), verdict);
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;

    fn ours() -> Worktrees {
        Worktrees::new(&[PathBuf::from("/gone/repo")])
    }

    fn judge(text: &str) -> Verdict {
        file_belongs(text.as_bytes(), &ours()).unwrap()
    }

    #[test]
    fn one_row_inside_is_enough() {
        assert_eq!(judge("{\"cwd\":\"/gone/other\"}\n{\"cwd\": \"/gone/repo/sub\"}\n"), Verdict::Ours);
        assert_eq!(judge("not json\n{\"cwd\" : \"\\/gone\\/r\\u0065po\"}"), Verdict::Ours);
        assert_eq!(judge("{\"cwd\":\"/gone/repo-2\"}\n{\"cwd\":\"/gone/repo-2\"}"), Verdict::Foreign);
        assert_eq!(judge("{\"type\":\"summary\"}\n"), Verdict::NoFolder);
        assert_eq!(judge(""), Verdict::NoFolder);
    }

    #[test]
    fn a_folder_quoted_by_a_tool_decides_nothing() {
        let tool = r#"{"message":{"content":[{"input":{"cwd":"/gone/repo"}}]},"cwd":"/gone/other"}"#;
        assert_eq!(judge(tool), Verdict::Foreign);
        assert_eq!(judge(r#"{"toolUseResult":{"cwd":"/gone/repo"}}"#), Verdict::NoFolder);
        assert_eq!(judge(r#"{"toolUseResult":{"cwd":"/gone/other"}}"#), Verdict::NoFolder);
        assert_eq!(judge(&format!("{tool}\n{{\"cwd\":\"/gone/repo\"}}")), Verdict::Ours);
        let same = r#"{"input":{"cwd":"/gone/other"},"x":1}"#;
        assert_eq!(judge(&format!("{same}\n{{\"cwd\":\"/gone/other\"}}")), Verdict::Foreign);
    }

    #[test]
    fn a_path_with_backslashes_is_unescaped() {
        let trees = Worktrees::new(&[PathBuf::from(r"C:\Users\dev\r")]);
        let row = br#"{"cwd":"c:\\Users\\dev\\r\\src"}"#;
        assert_eq!(file_belongs(row.as_slice(), &trees).unwrap(), Verdict::Ours);
    }

    fn claude(folder: &Path) -> Project {
        Project { agent: Agent::ClaudeCode, folder: folder.to_owned(), files: Vec::new() }
    }

    fn of_file(folder: &Path, path: &str) -> Verdict {
        let file = FoundFile::look(folder.join(path)).unwrap().unwrap();
        Membership::new(&ours()).of_file(&claude(folder), &file).unwrap()
    }

    #[test]
    fn a_subagent_without_a_folder_goes_with_its_session() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let [ours, foreign, none] = ["{\"cwd\":\"/gone/repo\"}", "{\"cwd\":\"/gone/other\"}", "{}"];
        for (session, text) in [("a", ours), ("b", foreign), ("c", none)] {
            write(&format!("{session}.jsonl"), text);
        }
        for session in ["a", "b", "c", "deleted"] {
            write(&format!("{session}/subagents/agent-none.jsonl"), none);
            write(&format!("{session}/subagents/w/agent-foreign.jsonl"), foreign);
            write(&format!("{session}/subagents/agent-ours.jsonl"), ours);
        }
        let of = |session: &str| {
            ["agent-none", "w/agent-foreign", "agent-ours"]
                .map(|name| of_file(folder.path(), &format!("{session}/subagents/{name}.jsonl")))
        };
        assert_eq!(of("a"), [Verdict::Ours; 3]);
        assert_eq!(of("b"), [Verdict::Foreign, Verdict::Foreign, Verdict::Ours]);
        for unknown in ["c", "deleted"] {
            assert_eq!(of(unknown), [Verdict::NoFolder, Verdict::Foreign, Verdict::Ours], "{unknown}");
        }
    }

    #[test]
    fn a_chat_is_judged_by_its_project_and_then_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chat.json");
        fs::write(&path, format!("{{\"projectHash\":\"{}\"}}", crate::git::sha256_hex(b"/gone/repo"))).unwrap();
        let file = FoundFile::look(path).unwrap().unwrap();
        let trees = ours();
        let membership = Membership::new(&trees);
        let mut project = Project { agent: Agent::GeminiCli, folder: folder.path().to_owned(), files: Vec::new() };
        assert_eq!(membership.of_file(&project, &file).unwrap(), Verdict::Ours);
        project.folder = PathBuf::from("/x/tmp").join("0".repeat(64));
        assert_eq!(membership.of_file(&project, &file).unwrap(), Verdict::Foreign);
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_verdict(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            file_belongs(bytes.as_slice(), &ours()).unwrap();
        }
    }
}
