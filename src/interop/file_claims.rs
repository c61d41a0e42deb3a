//! What a record says of the lines of one file.

use super::contributor::Contributor;
use super::line_set::LineSet;

/// Lines and whose they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineClaim {
    /// The lines, as numbered in the commit.
    pub lines: LineSet,
    /// Whose they are.
    pub by: Contributor,
}

/// The claims on one file, in the order of the record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileClaims(pub Vec<LineClaim>);

impl FileClaims {
    /// Returns whose a line is; of two claims, the later one counts.
    pub fn of(&self, line: u32) -> Option<&Contributor> {
        self.0.iter().rev().find(|claim| claim.lines.contains(line)).map(|claim| &claim.by)
    }
}
