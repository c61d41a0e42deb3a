//! The store: one SQLite file a repository, and the only place with SQL.
//!
//! Facts are merged by natural keys, so any order of reading gives the same
//! rows; derived tables are opinions about them and can always be rebuilt.
//!
//! Must not know: git, transcripts' formats, prices, or how anything is shown.

mod batch;
mod capture;
mod command_scans;
mod commits;
mod derived;
mod error;
mod evidence;
mod facts;
mod file_changes;
mod imported;
mod landed_pulls;
mod ledger;
mod line_facts;
mod line_records;
mod merge;
mod migrate;
mod names;
mod notes;
mod open;
mod problems;
mod pulls;
mod query;
mod rows;
mod sources;
mod spend;

pub use batch::Batch;
pub use capture::{
    CaptureBatch, CaptureEvidence, CapturedBy, CapturedCommit, FileState, Moment, Rewrite, SessionMoment, SpoolState,
    ToolMoment,
};
pub use command_scans::{CommandScan, DoubtfulFile};
pub use commits::{CommitRow, CommitScan, FileRow};
pub use derived::{Derived, DerivedState, LandedRow, LedgerRow, LinkRow, SessionRows, ShareRow, TurnRow};
pub use error::StoreError;
pub use facts::{
    CallFact, CapturedFact, CommitFact, CommitFileFact, EditFact, Facts, MarkFact, ReportedFact, RunFact, SessionFacts,
    SightingFact, ToolFact,
};
pub use file_changes::{ChangeSource, FileChangeFact, FileChangeRow};
pub use imported::{Imported, ImportedRow};
pub use landed_pulls::LandedPullRow;
pub use ledger::{Column, Values};
pub use line_facts::{CommitKey, LandedFact, LineCandidate, Sighted, WriterFact};
pub use line_records::{LineCommit, LineCommitRows, LineFileRows, LinePart, LineRecord};
pub use names::Names;
pub use notes::{NoteCommitRow, NoteLinesRow, NoteLinkRow, NoteMoveRow, NoteRewriteRow, NoteShareRow};
pub use open::{Reader, Writer};
pub use problems::{ProblemRow, UnknownRow};
pub use pulls::{PullRow, PullSync};
pub use query::{Cell, QueryResult};
pub use rows::{
    AgentRunRow, CallKind, CallRow, EditRow, MarkKind, MarkRow, Place, PullRequestRow, ReportedRow, SOURCE_AGENT_FILE,
    SOURCE_FINAL_REPLY, SOURCE_MAIN, SOURCE_PROGRESS, SessionRow, SightingRow, SpawnRow, ToolRow, modifiers,
    modifiers_of,
};
pub use sources::{FileResult, FileStamp, SourceRow};
