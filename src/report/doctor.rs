//! `agent-trace doctor`: whether recording works.

use serde::Serialize;

/// What was checked and found. `agent-trace/doctor/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DoctorReport {
    /// Whether nothing is broken; warnings are not.
    pub healthy: bool,
    /// What was checked, in the order it was.
    pub findings: Vec<Finding>,
}

/// One check and what came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: FindingSeverity,
    /// What was checked: `trial-commit`, `hooks`, `git`, …
    pub check: String,
    /// What came out.
    pub message: String,
    /// What to do about it; `null` if nothing is to be done.
    pub remedy: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingSeverity {
    /// As it should be.
    Good,
    /// Recording works, but not everywhere or not for long.
    Warning,
    /// Recording does not work.
    Error,
}

impl FindingSeverity {
    /// Returns what people read.
    pub fn words(self) -> &'static str {
        match self {
            FindingSeverity::Good => "good",
            FindingSeverity::Warning => "warning",
            FindingSeverity::Error => "broken",
        }
    }
}
