//! Whose turn it is when something fails.

use super::exit_code::ExitCode;

/// Who can do something about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The user: a wrong name, option or file.
    User,
    /// The surroundings: no repository, no permission, full disk, another version's data.
    Environment,
    /// The reader of our output has gone (`| head`): nothing is wrong.
    Closed,
    /// Us.
    Bug,
}

impl Kind {
    /// Returns how the program ends.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Kind::User | Kind::Environment => ExitCode::Failed,
            Kind::Closed => ExitCode::Ok,
            Kind::Bug => ExitCode::Bug,
        }
    }
}
