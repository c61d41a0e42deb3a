//! How much of a tool call's time was waiting for a person, as far as its name and its length tell.

/// Tools that do nothing but ask a person.
const ASKS: [&str; 3] = ["AskUserQuestion", "ExitPlanMode", "ask_user"];

/// Tools that read or write files: done in a fraction of a second (the median is 0.03 to 0.11 s).
const FILE_TOOLS: [&str; 17] = [
    "Read",
    "Edit",
    "Write",
    "MultiEdit",
    "Grep",
    "Glob",
    "LS",
    "NotebookEdit",
    "NotebookRead",
    "read_file",
    "read_many_files",
    "write_file",
    "replace",
    "glob",
    "grep_search",
    "search_file_content",
    "list_directory",
];

/// A file tool that took longer than this stood at a permission prompt.
const LONGEST_FILE_TOOL_MS: i64 = 5_000;

/// Returns how many of a tool call's `wall_ms` were waiting for a person; `None` if nothing tells.
///
/// The whole of a question, and the whole of a slow file tool: of 18,125 s in
/// file tools, 98.7 % lay in the 120 of 990 calls over five seconds. A slow
/// shell command may have waited or worked: nothing tells.
pub fn tool_wait(tool: &str, wall_ms: i64) -> Option<i64> {
    let is_wait = ASKS.contains(&tool) || (wall_ms > LONGEST_FILE_TOOL_MS && FILE_TOOLS.contains(&tool));
    (is_wait && wall_ms > 0).then_some(wall_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_all_wait_and_file_tools_only_when_slow() {
        assert_eq!(tool_wait("AskUserQuestion", 3), Some(3));
        assert_eq!(tool_wait("ExitPlanMode", 480_000), Some(480_000));
        assert_eq!(tool_wait("Edit", 5_000), None);
        assert_eq!(tool_wait("Edit", 5_001), Some(5_001));
        assert_eq!(tool_wait("write_file", 60_000), Some(60_000));
        assert_eq!(tool_wait("Bash", 600_000), None);
        assert_eq!(tool_wait("AskUserQuestion", 0), None);
    }
}
