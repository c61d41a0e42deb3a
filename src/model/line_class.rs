//! Whose a line is, how sure that is and what it rests on. The codes are stored: never renumber one.

use serde::Serialize;

/// Whose a line is. Unknown is not human.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineClass {
    /// An agent wrote it.
    Agent,
    /// A person wrote it.
    Human,
    /// There is no evidence.
    #[default]
    Unknown,
}

impl LineClass {
    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            LineClass::Agent => "agent",
            LineClass::Human => "human",
            LineClass::Unknown => "unknown",
        }
    }
}

/// How sure the class of a line is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineGrade {
    /// The states of the file are known without a gap from the commit's parent to the commit.
    Exact,
    /// An edit wrote this very line, and it landed in this commit.
    Matched,
    /// It follows from what is around it.
    Inferred,
    /// The commit is one session's, but the line is not among its edits.
    Declared,
    /// Nothing is known.
    #[default]
    None,
}

impl LineGrade {
    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            LineGrade::Exact => "exact",
            LineGrade::Matched => "matched",
            LineGrade::Inferred => "inferred",
            LineGrade::Declared => "declared",
            LineGrade::None => "none",
        }
    }
}

/// What the class of a line rests on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineReason {
    /// The states of the file are known, and a tool call put the line there.
    State,
    /// The states of the file are known, and no tool call wrote the line.
    OutsideStates,
    /// A tool call wrote this line.
    Edit,
    /// A tool call wrote this line; the commit is a copy of the one in which it landed.
    EditOfCopy,
    /// Too short to be evidence; the lines around it were added with it and have one owner.
    Between,
    /// A hook saw the commit being made, and no session is in it.
    NoSession,
    /// A hook saw the commit being made, and its sessions changed files by edits only, of which this is none.
    NotInEdits,
    /// A session of the commit ran commands, which may have written it.
    Command,
    /// A session of the commit is known by name only: its transcript was not read.
    NotRead,
    /// A session wrote this very line into this file, but not for this commit.
    OtherEdit,
    /// Too short to be evidence.
    Trivial,
    /// No hook saw the commit being made, and no edit wrote the line.
    #[default]
    NoEvidence,
    /// The line is in no commit yet.
    Uncommitted,
    /// A merge claims no lines.
    Merge,
    /// The commit, or what it changed, is not known here.
    NoContent,
    /// A note of the commit says so.
    Note,
    /// One of several equal lines beside each other, of which not all are of one writer.
    Ambiguous,
    /// The commit took this very line out elsewhere, or changed its indent: it is whose it was.
    Moved,
    /// Another tool's record says so.
    Declared,
}

impl LineReason {
    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            LineReason::State => "state",
            LineReason::OutsideStates => "outside_states",
            LineReason::Edit => "edit",
            LineReason::EditOfCopy => "edit_of_copy",
            LineReason::Between => "between",
            LineReason::NoSession => "no_session",
            LineReason::NotInEdits => "not_in_edits",
            LineReason::Command => "command",
            LineReason::NotRead => "not_read",
            LineReason::OtherEdit => "other_edit",
            LineReason::Trivial => "trivial",
            LineReason::NoEvidence => "no_evidence",
            LineReason::Uncommitted => "uncommitted",
            LineReason::Merge => "merge",
            LineReason::NoContent => "no_content",
            LineReason::Note => "note",
            LineReason::Ambiguous => "ambiguous",
            LineReason::Moved => "moved",
            LineReason::Declared => "declared",
        }
    }
}

impl LineClass {
    const CODES: [LineClass; 3] = [LineClass::Unknown, LineClass::Agent, LineClass::Human];

    /// Returns the stored number.
    pub fn code(self) -> i64 {
        code(&LineClass::CODES, self)
    }

    /// Returns the class of a stored number; one of a later version is unknown.
    pub fn from_code(code: i64) -> LineClass {
        from_code(&LineClass::CODES, code)
    }
}

impl LineGrade {
    const CODES: [LineGrade; 5] =
        [LineGrade::None, LineGrade::Declared, LineGrade::Inferred, LineGrade::Matched, LineGrade::Exact];

    /// Returns the stored number; the larger, the surer.
    pub fn code(self) -> i64 {
        code(&LineGrade::CODES, self)
    }

    /// Returns the grade of a stored number; one of a later version is none.
    pub fn from_code(code: i64) -> LineGrade {
        from_code(&LineGrade::CODES, code)
    }
}

impl LineReason {
    const CODES: [LineReason; 19] = [
        LineReason::NoEvidence,
        LineReason::Edit,
        LineReason::EditOfCopy,
        LineReason::Between,
        LineReason::NoSession,
        LineReason::NotInEdits,
        LineReason::Command,
        LineReason::NotRead,
        LineReason::OtherEdit,
        LineReason::Trivial,
        LineReason::Uncommitted,
        LineReason::Merge,
        LineReason::NoContent,
        LineReason::State,
        LineReason::OutsideStates,
        LineReason::Note,
        LineReason::Ambiguous,
        LineReason::Moved,
        LineReason::Declared,
    ];

    /// Returns the stored number.
    pub fn code(self) -> i64 {
        code(&LineReason::CODES, self)
    }

    /// Returns the reason of a stored number; one of a later version is no evidence.
    pub fn from_code(code: i64) -> LineReason {
        from_code(&LineReason::CODES, code)
    }
}

fn code<T: PartialEq>(all: &[T], one: T) -> i64 {
    all.iter().position(|known| *known == one).map_or(0, |index| index as i64)
}

fn from_code<T: Copy + Default>(all: &[T], code: i64) -> T {
    usize::try_from(code).ok().and_then(|index| all.get(index).copied()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip_and_unknown_ones_say_nothing() {
        assert!(LineClass::CODES.iter().all(|class| LineClass::from_code(class.code()) == *class));
        assert!(LineGrade::CODES.iter().all(|grade| LineGrade::from_code(grade.code()) == *grade));
        assert!(LineReason::CODES.iter().all(|reason| LineReason::from_code(reason.code()) == *reason));
        assert_eq!(LineClass::from_code(99), LineClass::Unknown);
        assert_eq!((LineGrade::from_code(-1), LineReason::from_code(99)), (LineGrade::None, LineReason::NoEvidence));
    }
}
