//! Which events of Claude Code are captured.
//!
//! Never `WorktreeCreate` and `WorktreeRemove`: a hook there replaces Claude Code's own work instead of seeing it.

/// An event and what its hook is registered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaudeEvent {
    /// Its name.
    pub name: &'static str,
    /// The tools it is asked for; `None` where there are none to choose.
    pub matcher: Option<&'static str>,
    /// Seconds after which Claude Code gives up.
    pub timeout: u32,
}

const SHELLS: Option<&str> = Some("Bash|PowerShell");
const WRITERS: Option<&str> = Some("Bash|PowerShell|Edit|Write|MultiEdit|NotebookEdit");

/// Every event, in the order in which they are registered.
pub const EVENTS: [ClaudeEvent; 15] = [
    event("SessionStart", None),
    // All hooks of this event share 1.5 seconds unless one names more.
    ClaudeEvent { name: "SessionEnd", matcher: None, timeout: 30 },
    event("UserPromptSubmit", None),
    event("PreToolUse", SHELLS),
    event("PostToolUse", WRITERS),
    event("PostToolUseFailure", WRITERS),
    event("PermissionRequest", None),
    event("PermissionDenied", None),
    event("SubagentStart", None),
    event("SubagentStop", None),
    event("Stop", None),
    event("StopFailure", None),
    event("PreCompact", None),
    event("PostCompact", None),
    event("CwdChanged", None),
];

const fn event(name: &'static str, matcher: Option<&'static str>) -> ClaudeEvent {
    ClaudeEvent { name, matcher, timeout: 10 }
}
