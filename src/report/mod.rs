//! What the program answers: plain serde structs, the JSON contract and the renderers' only input.
//!
//! - Every answer is a variant of [`Report`]; its JSON begins with `schema`, for example `agent-trace/cost/1`.
//!   The number grows only when a field changes its meaning or goes away; new fields keep it.
//! - Money is an integer in nano-USD, in fields that end in `_nano_usd`. There is no decimal twin: two spellings of
//!   one number can disagree. Durations are integers in `_ms`, instants RFC 3339 in UTC; `timezone` says in which
//!   zone days were cut.
//! - What is unknown is `null`, never 0, and a `…_missing` field beside it says why.
//! - Parts sum to the whole: [`Report::balanced`]. A report that fails it does not print.
//!
//! Must not know: databases, frames, how anything is shown.

mod backfill;
mod blame;
mod books;
mod bucket;
mod ci;
mod comment;
mod cost;
mod cost_key;
mod coverage;
mod doctor;
mod entry;
mod exchange;
mod imbalance;
mod ingest;
mod install;
mod line_counts;
mod log;
mod missing;
mod node;
mod notes;
mod overview;
mod prices;
mod problems;
mod prs;
mod pull;
mod pull_outcome;
mod pull_state;
mod query;
mod schema;
mod scope;
mod sessions;
mod settle;
mod show_commit;
mod show_session;
mod show_turn;
mod stats;
mod status;
mod sync;
mod tokens;
mod why;
mod wire;

pub use crate::model::{LineClass, LineGrade, LineReason};
pub use backfill::{BackfillLines, BackfillReport};
pub use blame::{BlameColumns, BlameDate, BlameLine, BlamePrompt, BlameReport, BlameTotals, DeclaredSource};
pub use books::{Auxiliary, AuxiliaryKind, Books, Incomplete, Payment, PriceTable, UnpricedModel};
pub use bucket::{Bucket, BucketCost, Leftover, LeftoverKind, Parts};
pub use ci::{CiReport, ForkWay};
pub use comment::{CommentAction, CommentBehavior, CommentReport, ForgeKind};
pub use cost::{Absent, CostBy, CostReport, CostRow, LineShare};
pub use cost_key::CostKey;
pub use coverage::{Coverage, CoverageKind};
pub use doctor::{DoctorReport, Finding, FindingSeverity};
pub use entry::{CommitEntry, Grade, SessionEntry};
pub use exchange::{ExportReport, ImportProblem, ImportReport};
pub use imbalance::Imbalance;
pub use ingest::{CommitCounts, FileCounts, IngestReport, KindCount};
pub use install::{HookForm, InstallReport, InstallStep, ManualHook, SettingsScope, StepKind};
pub use line_counts::LineCounts;
pub use log::LogReport;
pub use missing::Missing;
pub use node::{Node, NodeKind};
pub use notes::{
    NoteClaim, NoteFile, NoteFinding, NoteFindingKind, NoteLineage, NoteUsage, NotesPruneReport, NotesShowReport,
    NotesSwitchReport, NotesSyncReport, NotesSyncResult, NotesVerifyReport,
};
pub use overview::{DayCost, Hint, ModelCost, OverviewReport};
pub use prices::{
    PriceEntry, PriceFinding, PriceLine, PriceSeverity, PricesCheckReport, PricesExplainReport, PricesListReport,
};
pub use problems::{ProblemEntry, ProblemsReport};
pub use prs::{DEFINITIONS, Definition, PrGroup, PrRow, PrsBy, PrsReport, PrsScope, PrsSource};
pub use pull::{
    BudgetVerdict, PullBudget, PullCommitRow, PullCoverage, PullLines, PullMedian, PullModel, PullReport, PullSession,
    PullSince, PullUsage,
};
pub use pull_outcome::{PullOutcome, PullRate, PullTime};
pub use pull_state::{PullChecks, PullSource, PullState};
pub use query::{QueryReport, Value};
pub use schema::Report;
pub use scope::{NotListed, Scope};
pub use sessions::SessionsReport;
pub use settle::{LandingEvidence, LandingKind, OpenReason, SettleLanding, SettleOpen, SettlePush, SettleReport};
pub use show_commit::{CallShare, CommitSession, DeclaredParty, Evidence, FileLines, ShowCommitReport};
pub use show_session::{LandedCommit, ShowSessionReport};
pub use show_turn::ShowTurnReport;
pub use stats::{ExcludedLines, Exclusion, ReasonLines, StatsBy, StatsOf, StatsReport, StatsRest, StatsRow};
pub use status::{
    GitStatus, HookStanding, HookStatus, ProgramStatus, SettingsStanding, SettingsStatus, SpoolStatus, StatusReport,
};
pub use sync::SyncReport;
pub use tokens::TokenCounts;
pub use why::{
    WhyCall, WhyCommit, WhyLanded, WhyLink, WhyPullRequest, WhyReport, WhyShare, WhyTool, WhyTurn, reason_words,
};
