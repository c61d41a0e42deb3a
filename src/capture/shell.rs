//! What a shell command can do to the files of a work tree, as far as its text tells without running it.
//!
//! A recogniser, not a shell: whatever is not plainly harmless can write anything.

use serde::{Deserialize, Serialize};

use super::shell_words::{Simple, simple_commands};

/// What a command can do to files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing: it only reads.
    Reads,
    /// It writes the files that it names and no others (`sed -i`, `cp`, a redirection).
    Named,
    /// It builds or tests: no file of the project but what it names, and lock files.
    Checks,
    /// Git brings contents that were there before (`git stash pop`, `git checkout`).
    Brings,
    /// Anything.
    Anything,
    /// What a later version knows.
    #[serde(other)]
    Unknown,
}

/// Files that builds write and nobody types.
pub(super) const LOCKS: [&str; 9] = [
    "Cargo.lock",
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "go.sum",
    "go.mod",
    "poetry.lock",
    "uv.lock",
    "Gemfile.lock",
];

/// Tells whether builds write a file.
pub fn is_lock(path: &str) -> bool {
    LOCKS.contains(&path.rsplit('/').next().unwrap_or(path))
}

/// A command as its text shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shell {
    /// What it can do.
    pub(super) effect: Effect,
    /// Git brings contents into the work tree somewhere in it, whatever else it does.
    pub(super) brings: bool,
    /// It may go on after it has returned.
    pub(super) goes_on: bool,
    /// It may change folders first, so that its words are paths from elsewhere.
    pub(super) moves: bool,
    /// All its words, and their parts, that may be paths.
    pub(super) words: Vec<String>,
}

impl Shell {
    /// Returns what a command's text tells.
    pub(super) fn of(text: &str) -> Shell {
        let read = simple_commands(text);
        let parts: Vec<Part> = read.commands.iter().map(part).collect();
        let is_all =
            |allowed: &[Part]| !read.is_odd && !parts.is_empty() && parts.iter().all(|it| allowed.contains(it));
        let effect = match () {
            () if is_all(&[Part::Reads]) => Effect::Reads,
            () if is_all(&[Part::Reads, Part::Brings]) => Effect::Brings,
            () if is_all(&[Part::Reads, Part::Named]) => Effect::Named,
            () if is_all(&[Part::Reads, Part::Checks, Part::Named]) => Effect::Checks,
            () => Effect::Anything,
        };
        let runs = |names: &[&str]| read.commands.iter().any(|it| it.words.iter().any(|word| names.contains(&&**word)));
        Shell {
            effect,
            brings: parts.contains(&Part::Brings),
            goes_on: read.has_background || runs(&["nohup", "setsid", "disown", "daemon", "screen", "tmux"]),
            moves: runs(&["cd", "pushd", "-C"]),
            words: read.words,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Reads,
    Named,
    Checks,
    Brings,
    Anything,
}

/// Programs that only read, whatever they are given.
const READERS: [&str; 39] = [
    "ls",
    "cat",
    "head",
    "tail",
    "wc",
    "grep",
    "egrep",
    "fgrep",
    "pwd",
    "echo",
    "printf",
    "which",
    "type",
    "stat",
    "du",
    "df",
    "date",
    "whoami",
    "id",
    "uname",
    "printenv",
    "tree",
    "cut",
    "tr",
    "nl",
    "cmp",
    "diff",
    "basename",
    "dirname",
    "realpath",
    "readlink",
    "sleep",
    "true",
    "false",
    "test",
    "[",
    "cd",
    "jq",
    "sha256sum",
];

/// Programs that write only what they are told to.
const TOLD: [&str; 14] =
    ["sed", "perl", "cp", "mv", "rm", "touch", "tee", "mkdir", "rmdir", "chmod", "ln", "truncate", "sort", "unlink"];

/// Commands of git that leave the files of the work tree alone.
const GIT_READS: [&str; 27] = [
    "status",
    "log",
    "diff",
    "show",
    "rev-parse",
    "ls-files",
    "ls-tree",
    "cat-file",
    "blame",
    "branch",
    "remote",
    "describe",
    "shortlog",
    "reflog",
    "grep",
    "tag",
    "fetch",
    "add",
    "rev-list",
    "merge-base",
    "name-rev",
    "for-each-ref",
    "diff-tree",
    "check-ignore",
    "count-objects",
    "ls-remote",
    "whatchanged",
];

/// Commands of git that bring contents which were there before.
const GIT_BRINGS: [&str; 14] = [
    "checkout",
    "switch",
    "restore",
    "reset",
    "merge",
    "rebase",
    "cherry-pick",
    "revert",
    "stash",
    "pull",
    "am",
    "clean",
    "worktree",
    "read-tree",
];

fn part(command: &Simple) -> Part {
    let Some(program) = command.words.first() else {
        return if command.writes { Part::Named } else { Part::Reads };
    };
    let arguments: Vec<&str> = command.words[1..].iter().map(String::as_str).collect();
    let part = match program.rsplit('/').next().unwrap_or(program) {
        _ if command.has_assignment => Part::Anything,
        "git" => git(&arguments),
        "gh" => gh(&arguments),
        "rg" if !has(&arguments, &["--pre"]) => Part::Reads,
        "find" if !has(&arguments, &["-delete", "-exec", "-ok", "-fprint", "-fls"]) => Part::Reads,
        "sed" if is_printing(&arguments) => Part::Reads,
        "cargo" | "go" | "npm" | "pnpm" | "yarn" | "pytest" | "tsc" | "make" => checks(program, &arguments),
        program if READERS.contains(&program) => Part::Reads,
        program if TOLD.contains(&program) && !is_vague(&arguments) => Part::Named,
        _ => Part::Anything,
    };
    if part == Part::Reads && command.writes { Part::Named } else { part }
}

fn has(arguments: &[&str], starts: &[&str]) -> bool {
    arguments.iter().any(|argument| starts.iter().any(|start| argument.starts_with(start)))
}

/// A script may run programs (`perl -e 'system(…)'`), and what a variable stands for only the shell knows.
fn is_vague(arguments: &[&str]) -> bool {
    let words = ["system", "exec", "qx", "`", "open", "unlink", "rename", "$", "{", "~"];
    arguments.iter().any(|argument| words.iter().any(|word| argument.contains(word)))
}

/// `sed -n 10,20p file`.
fn is_printing(arguments: &[&str]) -> bool {
    let is_range = |script: &str| {
        script.strip_suffix('p').is_some_and(|lines| lines.bytes().all(|b| b.is_ascii_digit() || b",$".contains(&b)))
    };
    arguments.first() == Some(&"-n")
        && arguments.get(1).is_some_and(|script| is_range(script))
        && !arguments.iter().skip(2).any(|argument| argument.starts_with('-'))
}

fn git(arguments: &[&str]) -> Part {
    let mut rest = arguments.iter();
    let verb = loop {
        match rest.next() {
            Some(&"-C") => drop(rest.next()),
            Some(&"--no-pager" | &"-P" | &"--no-optional-locks") => {}
            Some(verb) if !verb.starts_with('-') => break *verb,
            Some(_) => return Part::Anything, // `-c` may name a program.
            None => return Part::Reads,
        }
    };
    let arguments: Vec<&str> = rest.copied().collect();
    let first = arguments.first().copied();
    match verb {
        "stash" if matches!(first, Some("list" | "show")) => Part::Reads,
        "worktree" if first == Some("list") => Part::Reads,
        "config" if has(&arguments, &["--get", "--list", "-l"]) => Part::Reads,
        "reset" if has(&arguments, &["--soft"]) => Part::Reads,
        // A new branch on the same commit.
        "checkout" | "switch" if matches!(arguments[..], ["-b" | "-B" | "-c" | "-C" | "--create", _]) => Part::Reads,
        verb if GIT_BRINGS.contains(&verb) => Part::Brings,
        verb if GIT_READS.contains(&verb) && !has(&arguments, &["--output", "-O", "--open", "--ext", "--upload"]) => {
            Part::Reads
        }
        _ => Part::Anything,
    }
}

fn gh(arguments: &[&str]) -> Part {
    let is_reading = |verb: &&str| ["list", "view", "status", "checks", "diff"].contains(verb);
    match arguments {
        ["pr" | "issue" | "run" | "repo" | "release", verb, ..] if is_reading(verb) => Part::Reads,
        _ => Part::Anything,
    }
}

/// Builds and tests write where git ignores it, unless they are told to mend what they find.
fn checks(program: &str, arguments: &[&str]) -> Part {
    let mends = has(arguments, &["--fix", "--write", "-u", "--update", "--snapshot", "--inline", "--rewrite"]);
    let is_check = match (program, arguments.first().copied().unwrap_or_default()) {
        ("cargo", verb) => ["build", "check", "test", "clippy", "bench", "doc", "nextest"].contains(&verb),
        ("go", verb) => ["build", "test", "vet", "list"].contains(&verb),
        ("npm" | "pnpm" | "yarn", verb) => ["test", "t"].contains(&verb),
        ("pytest", _) => true,
        ("tsc", _) => arguments.contains(&"--noEmit"),
        _ => false,
    };
    if is_check && !mends { Part::Checks } else { Part::Anything }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn all(effect: Effect, commands: &[&str]) {
        commands.iter().for_each(|command| assert_eq!(Shell::of(command).effect, effect, "{command}"));
    }

    #[test]
    fn commands_that_only_read_are_known() {
        all(
            Effect::Reads,
            &[
                "ls -la src",
                "cat a.rs | head -20",
                "rg 'fn main' src 2>/dev/null",
                "git status --short",
                "git -C sub log --oneline -5",
                "cd src && grep -rn 'a > b' . 2>&1",
                "sed -n '10,20p' a.rs",
                "git add -A",
                "find . -name '*.rs' | wc -l",
                "git diff HEAD~1 -- 'a b.rs'",
                "gh pr view 12",
                "git stash list",
                "# note\nls",
            ],
        );
    }

    #[test]
    fn whatever_can_write_is_no_reader() {
        for command in [
            "",
            "ls > out.txt",
            "cat a.rs | tee b.rs",
            "echo x >> a.rs",
            "sed -i s/a/b/ a.rs",
            "rg x --pre=./run",
            "find . -delete",
            "find . -exec rm {} +",
            "ls $(rm a.rs)",
            "ls `rm a.rs`",
            "cat <(rm a.rs)",
            "git commit -m x",
            "git diff --output=a.rs",
            "git -c core.pager=./x log",
            "FOO=1 ls",
            "python x.py",
            "ls & rm a.rs",
            "xargs rm",
            "env rm a",
            "git checkout .",
            "sed -n 'w b.rs' a.rs",
            "awk '{print > \"x\"}' a",
            "cargo fmt",
            "eval ls",
            "if true; then rm a; fi",
            "ls 'unfinished",
            "sort -o a.rs b",
            "cat <<EOF > a.rs\nls\nEOF",
            "gh pr checkout 1",
            "for f in *; do rm $f; done",
            "ls\nrm a.rs",
            "source ./x",
            "git \\\n checkout .",
            "{ rm a; }",
            "! rm a",
        ] {
            assert_ne!(Shell::of(command).effect, Effect::Reads, "{command}");
        }
    }

    #[test]
    fn what_is_told_which_files_to_write_writes_no_others() {
        all(
            Effect::Named,
            &[
                "sed -i 's/a/b/' src/a.rs",
                "cp a.rs b.rs && cat b.rs",
                "echo x > a.txt",
                "cat > a.rs <<'EOF'\nrm x\n$(y)\nEOF",
                "mkdir -p src && touch src/a.rs",
                "printf x | tee a.txt",
                "perl -pi -e 's/a/b/' a.rs",
            ],
        );
        all(
            Effect::Anything,
            &["perl -e 'system(\"x\")'", "python gen.py", "cat > a.rs <<EOF\n$(gen)\nEOF", "cargo fmt"],
        );
    }

    #[test]
    fn builds_and_what_git_brings_are_known() {
        all(Effect::Checks, &["cargo test --lib 2>&1 | tail -5", "cd x && pytest -q", "go build ./...", "npm test"]);
        all(Effect::Anything, &["cargo clippy --fix", "SNAPSHOTS=overwrite cargo test", "npm run format", "make"]);
        all(Effect::Brings, &["git stash pop", "git checkout main && git status", "git pull --rebase"]);
        let mixed = Shell::of("git checkout x && sed -i s/a/b/ a.rs");
        assert_eq!((mixed.effect, mixed.brings), (Effect::Anything, true));
    }

    #[test]
    fn what_goes_on_and_what_changes_folders_is_known() {
        assert!(Shell::of("npm run dev &").goes_on && Shell::of("nohup ./x").goes_on);
        assert!(!Shell::of("a && b 2>&1").goes_on);
        assert!(Shell::of("cd src && sed -i s/a/b/ a.rs").moves);
    }
}
