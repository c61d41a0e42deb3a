//! How the program ends.

/// The exit codes; scripts may rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ExitCode {
    /// Done, also if the reader of our output left early.
    Ok = 0,
    /// The answer is no: a command that checks something found something.
    Negative = 1,
    /// A wrong command line or input, or surroundings that do not allow it (no repository, full disk).
    Failed = 2,
    /// A pull request costs more than its budget, and `--fail-over` was given.
    OverBudget = 3,
    /// Fewer commits of a pull request have a trace than `--min-coverage` asks for.
    LowCoverage = 4,
    /// A bug in this program (`EX_SOFTWARE` of sysexits.h).
    Bug = 70,
}

impl ExitCode {
    /// Returns the number.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> std::process::ExitCode {
        std::process::ExitCode::from(code.code())
    }
}
