//! What `.gitattributes` says of files: git is asked, for all of them at once.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use super::error::GitError;
use super::program::command;

const GENERATED: &str = "linguist-generated";

/// Returns what `linguist-generated` says of paths, as seen from a folder; one of which nothing is said is not there.
///
/// # Errors
/// [`GitError::GitProgram`] with git's message.
pub fn generated_files(start: &Path, paths: &[&str]) -> Result<HashMap<String, bool>, GitError> {
    let failed = |message: String| GitError::GitProgram { arguments: "check-attr".into(), message };
    let mut git = command(Path::new("git"));
    git.arg("-C").arg(start).args(["check-attr", "-z", "--stdin", GENERATED]).env("LC_ALL", "C");
    git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = git.spawn().map_err(|error| failed(error.to_string()))?;
    let input: Vec<u8> = paths.iter().flat_map(|path| path.bytes().chain([0])).collect();
    let stdin = child.stdin.take();
    // Git answers while it reads: who writes must not be who waits.
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
        child.wait_with_output()
    });
    let output = output.map_err(|error| failed(error.to_string()))?;
    match output.status.success() {
        true => Ok(answers(&output.stdout)),
        false => Err(failed(String::from_utf8_lossy(&output.stderr).trim().trim_start_matches("fatal: ").to_owned())),
    }
}

/// Reads triples of path, attribute and value.
fn answers(text: &[u8]) -> HashMap<String, bool> {
    let words: Vec<&[u8]> = text.split(|byte| *byte == 0).collect();
    let answer = |triple: &[&[u8]]| {
        let [path, _, value] = triple else { return None };
        let is_generated = match *value {
            b"unspecified" => return None,
            b"unset" | b"false" => false,
            _ => true,
        };
        Some((String::from_utf8_lossy(path).into_owned(), is_generated))
    };
    words.chunks_exact(3).filter_map(answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn attributes_are_those_git_sees() {
        let test = TestRepo::new();
        let text = "*.gen linguist-generated\nno.gen -linguist-generated\nyes.txt linguist-generated=true\n\
            off.txt linguist-generated=false\n";
        test.write(".gitattributes", text);
        let paths = ["a.gen", "sub/ü b.gen", "no.gen", "yes.txt", "off.txt", "plain.txt"];
        let found = generated_files(test.path(), &paths).unwrap();
        assert_eq!(
            paths.map(|path| found.get(path).copied()),
            [Some(true), Some(true), Some(false), Some(true), Some(false), None]
        );
        assert!(generated_files(test.path(), &[]).unwrap().is_empty());
    }

    #[test]
    fn many_paths_do_not_block() {
        let test = TestRepo::new();
        let names: Vec<String> = (0..20_000).map(|number| format!("folder/of/files/number-{number}.gen")).collect();
        test.write(".gitattributes", "*.gen linguist-generated\n");
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(generated_files(test.path(), &names).unwrap().len(), 20_000);
    }
}
