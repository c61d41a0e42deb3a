//! Lines by whose they are.

use serde::Serialize;

use crate::model::LineClass;

/// So many lines of each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LineCounts {
    /// Lines of agents.
    pub agent: u64,
    /// Lines of people.
    pub human: u64,
    /// Lines of which nothing is known.
    pub unknown: u64,
}

impl LineCounts {
    /// Adds lines of a class.
    pub fn add(&mut self, class: LineClass, lines: u64) {
        match class {
            LineClass::Agent => self.agent += lines,
            LineClass::Human => self.human += lines,
            LineClass::Unknown => self.unknown += lines,
        }
    }

    /// Adds other lines.
    pub fn add_all(&mut self, other: LineCounts) {
        self.agent += other.agent;
        self.human += other.human;
        self.unknown += other.unknown;
    }

    /// Returns how many lines are of a class.
    pub fn of(&self, class: LineClass) -> u64 {
        match class {
            LineClass::Agent => self.agent,
            LineClass::Human => self.human,
            LineClass::Unknown => self.unknown,
        }
    }

    /// Returns every class with its lines.
    pub fn by_class(&self) -> [(LineClass, u64); 3] {
        [LineClass::Agent, LineClass::Human, LineClass::Unknown].map(|class| (class, self.of(class)))
    }

    /// Returns how many lines there are.
    pub fn lines(&self) -> u64 {
        self.agent + self.human + self.unknown
    }
}
