//! Lines that a user has to add, where the files of hooks are not ours to write.

use std::path::{Path, PathBuf};

use super::hook::Hook;
use super::hook_program::{HookProgram, quoted};

/// One line for one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManualLine {
    /// The hook.
    pub hook: Hook,
    /// The file it belongs in.
    pub path: PathBuf,
    /// The line, for a POSIX shell.
    pub line: String,
}

/// Returns the lines for some hooks in a folder that is not ours.
pub(super) fn manual_lines(hooks: &[Hook], hooks_dir: &Path, program: &HookProgram) -> Vec<ManualLine> {
    let folder = folder_to_edit(hooks_dir);
    let line = |hook: &Hook| ManualLine { hook: *hook, path: folder.join(hook.name()), line: line(*hook, program) };
    hooks.iter().map(line).collect()
}

/// husky 9 generates `.husky/_` anew; what people edit is the folder above.
pub(super) fn folder_to_edit(hooks_dir: &Path) -> &Path {
    let is_generated = hooks_dir.file_name().is_some_and(|name| name == "_");
    hooks_dir.parent().filter(|_| is_generated).unwrap_or(hooks_dir)
}

fn line(hook: Hook, program: &HookProgram) -> String {
    let name = hook.name();
    let file = if program.path().is_empty() { HookProgram::NAME.to_owned() } else { quoted(program.path()) };
    format!("if command -v {file} >/dev/null 2>&1; then {file} git {name} \"$@\" >/dev/null 2>&1 || :; fi")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_folder_is_not_what_people_edit() {
        let lines = manual_lines(&[Hook::PostCommit], Path::new("/r/.husky/_"), &HookProgram::default());
        assert_eq!(lines[0].path, Path::new("/r/.husky/post-commit"));
        let lines = manual_lines(&[Hook::PostCommit], Path::new("/r/hooks"), &HookProgram::at(Path::new("/a b/x")));
        assert_eq!(lines[0].path, Path::new("/r/hooks/post-commit"));
        assert!(lines[0].line.contains("'/a b/x' git post-commit \"$@\""), "{}", lines[0].line);
    }
}
