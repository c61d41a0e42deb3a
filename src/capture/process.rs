//! The processes above this one.

/// A process above this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// The words of its command line.
    pub(super) command: Vec<String>,
}

/// More is no real tree.
const MAX_ANCESTORS: usize = 64;

impl Process {
    /// Tells whether it runs one of these programs, itself or through an interpreter (`node /bin/claude`).
    pub(super) fn runs(&self, programs: &[&str]) -> bool {
        self.command.iter().take(2).any(|word| programs.contains(&program_of(word)))
    }
}

/// The name of a program without folder and extension.
fn program_of(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    [".exe", ".js", ".mjs", ".cjs"].iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name)
}

/// Returns the processes above this one, the nearest first; none where the system does not tell.
#[cfg(target_os = "linux")]
pub(super) fn ancestors() -> Vec<Process> {
    let mut found = Vec::new();
    let mut next = parent_of("self");
    while let Some(pid) = next.filter(|pid| *pid > 0 && found.len() < MAX_ANCESTORS) {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words = line.split(|byte| *byte == 0).filter(|word| !word.is_empty()).take(3);
        let command = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        found.push(Process { pid, command });
        next = parent_of(&pid.to_string());
    }
    found
}

/// The fourth field of `stat`; the second, a name in parentheses, may hold anything.
#[cfg(target_os = "linux")]
fn parent_of(pid: &str) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// Returns the processes above this one, the nearest first; none where the system does not tell.
#[cfg(all(unix, not(target_os = "linux")))]
#[expect(clippy::disallowed_methods, reason = "the one child process a hook may start")]
pub(super) fn ancestors() -> Vec<Process> {
    let output = std::process::Command::new("ps").args(["-A", "-o", "pid=,ppid=,command="]).output();
    let table = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    climb(&table, std::process::id())
}

/// Returns the processes above this one; Windows does not tell without a call that is not safe.
#[cfg(not(unix))]
pub(super) fn ancestors() -> Vec<Process> {
    Vec::new()
}

/// Follows parents through the output of `ps -o pid=,ppid=,command=`.
#[cfg(any(test, all(unix, not(target_os = "linux"))))]
fn climb(table: &str, start: u32) -> Vec<Process> {
    let rows: std::collections::HashMap<u32, (u32, Vec<String>)> = table.lines().filter_map(row).collect();
    let mut found: Vec<Process> = Vec::new();
    let mut next = rows.get(&start).map(|(parent, _)| *parent);
    while let Some((pid, (parent, command))) = next.and_then(|pid| Some((pid, rows.get(&pid)?))) {
        if found.len() >= MAX_ANCESTORS {
            break;
        }
        found.push(Process { pid, command: command.clone() });
        next = Some(*parent);
    }
    found
}

#[cfg(any(test, all(unix, not(target_os = "linux"))))]
fn row(line: &str) -> Option<(u32, (u32, Vec<String>))> {
    let mut words = line.split_ascii_whitespace();
    let (pid, parent) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((pid, (parent, words.take(3).map(str::to_owned).collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(command: &[&str]) -> Process {
        Process { pid: 1, command: command.iter().map(|word| (*word).to_owned()).collect() }
    }

    #[test]
    fn programs_are_known_directly_and_behind_an_interpreter() {
        assert!(process(&["claude"]).runs(&["claude"]));
        assert!(process(&["node", "/usr/lib/node_modules/.bin/claude.js", "-p"]).runs(&["claude"]));
        assert!(process(&["C:\\bin\\codex.exe"]).runs(&["codex"]));
        assert!(!process(&["vim", "notes", "claude"]).runs(&["claude"]), "a file of that name");
    }

    #[test]
    fn parents_are_followed_and_a_circle_ends() {
        let table = "  1     0 /sbin/init\n 10  1 claude --x\n 20 10 /bin/sh -c git commit\n 30 20 git commit\n 5 6 a\n 6 5 b\n";
        let pids: Vec<u32> = climb(table, 30).iter().map(|process| process.pid).collect();
        assert_eq!(pids, [20, 10, 1]);
        assert_eq!(climb(table, 5).len(), MAX_ANCESTORS);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_process_that_runs_the_tests_has_a_parent() {
        assert!(ancestors().first().is_some_and(|parent| parent.pid > 0 && !parent.command.is_empty()));
    }
}
