//! The processes above this one.

/// A process above this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// The words of its command line.
    pub(super) command: Vec<String>,
    /// For how long it has run, milliseconds; `None` where the system does not tell.
    pub(super) age_ms: Option<i64>,
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
    let Some((mut next, own_start)) = parent_and_start("self") else { return found };
    while next > 0 && found.len() < MAX_ANCESTORS {
        let line = std::fs::read(format!("/proc/{next}/cmdline")).unwrap_or_default();
        let words = line.split(|byte| *byte == 0).filter(|word| !word.is_empty()).take(3);
        let command = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        let known = parent_and_start(&next.to_string());
        // This process has just begun, and both starts are told by one clock: no other one is needed.
        let age_ms = known.map(|(_, start)| own_start.saturating_sub(start).saturating_mul(TICK_MS));
        found.push(Process { pid: next, command, age_ms });
        next = known.map_or(0, |(parent, _)| parent);
    }
    found
}

/// Linux tells times of processes in hundredths of a second, whatever its own clock does.
#[cfg(target_os = "linux")]
const TICK_MS: i64 = 10;

/// Fields 4 and 22 of `stat`; the second, a name in parentheses, may hold anything.
#[cfg(target_os = "linux")]
fn parent_and_start(pid: &str) -> Option<(u32, i64)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(1);
    Some((fields.next()?.parse().ok()?, fields.nth(17)?.parse().ok()?))
}

/// Returns the processes above this one, the nearest first; none where the system does not tell.
#[cfg(all(unix, not(target_os = "linux")))]
#[expect(clippy::disallowed_methods, reason = "the one child process a hook may start")]
pub(super) fn ancestors() -> Vec<Process> {
    let output = std::process::Command::new("ps").args(["-A", "-o", "pid=,ppid=,etime=,command="]).output();
    let table = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    climb(&table, std::process::id())
}

/// Returns the processes above this one; Windows does not tell without a call that is not safe.
#[cfg(not(unix))]
pub(super) fn ancestors() -> Vec<Process> {
    Vec::new()
}

/// Follows parents through the output of `ps -o pid=,ppid=,etime=,command=`.
#[cfg(any(test, all(unix, not(target_os = "linux"))))]
fn climb(table: &str, start: u32) -> Vec<Process> {
    let rows: std::collections::HashMap<u32, (u32, Process)> = table.lines().filter_map(row).collect();
    let mut found: Vec<Process> = Vec::new();
    let mut next = rows.get(&start).map(|(parent, _)| *parent);
    while let Some((parent, process)) = next.and_then(|pid| rows.get(&pid)) {
        if found.len() >= MAX_ANCESTORS {
            break;
        }
        found.push(process.clone());
        next = Some(*parent);
    }
    found
}

#[cfg(any(test, all(unix, not(target_os = "linux"))))]
fn row(line: &str) -> Option<(u32, (u32, Process))> {
    let mut words = line.split_ascii_whitespace();
    let (pid, parent) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let age_ms = elapsed_ms(words.next()?);
    Some((pid, (parent, Process { pid, command: words.take(3).map(str::to_owned).collect(), age_ms })))
}

/// `[[days-]hours:]minutes:seconds`.
#[cfg(any(test, all(unix, not(target_os = "linux"))))]
fn elapsed_ms(text: &str) -> Option<i64> {
    let (days, clock) = text.split_once('-').unwrap_or(("0", text));
    let days: i64 = days.parse().ok()?;
    let parts: Option<Vec<i64>> = clock.split(':').map(|part| part.parse().ok()).collect();
    let seconds = parts?.iter().fold(0_i64, |sum, part| sum.saturating_mul(60).saturating_add(*part));
    Some(days.saturating_mul(86_400).saturating_add(seconds).saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(command: &[&str]) -> Process {
        Process { pid: 1, command: command.iter().map(|word| (*word).to_owned()).collect(), age_ms: None }
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
        let table = "  1     0 3-01:00:00 /sbin/init\n 10  1 02:00:01 claude --x\n 20 10 00:01 /bin/sh -c git commit\n 30 20 00:01 git commit\n 5 6 1:0 a\n 6 5 1:0 b\n";
        let pids: Vec<u32> = climb(table, 30).iter().map(|process| process.pid).collect();
        assert_eq!(pids, [20, 10, 1]);
        let ages: Vec<Option<i64>> = climb(table, 30).iter().map(|process| process.age_ms).collect();
        assert_eq!(ages, [Some(1_000), Some(7_201_000), Some(262_800_000)]);
        assert_eq!(climb(table, 5).len(), MAX_ANCESTORS);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_process_that_runs_the_tests_has_a_parent() {
        assert!(
            ancestors()
                .first()
                .is_some_and(|parent| parent.pid > 0 && !parent.command.is_empty() && parent.age_ms >= Some(0))
        );
    }
}
