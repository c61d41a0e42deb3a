//! Every answer, with the name and version of its JSON.

use serde::Serialize;

use super::backfill::BackfillReport;
use super::blame::BlameReport;
use super::ci::CiReport;
use super::comment::CommentReport;
use super::cost::CostReport;
use super::doctor::DoctorReport;
use super::exchange::{ExportReport, ImportReport};
use super::imbalance::Imbalance;
use super::ingest::IngestReport;
use super::install::InstallReport;
use super::log::LogReport;
use super::notes::{NotesPruneReport, NotesShowReport, NotesSwitchReport, NotesSyncReport, NotesVerifyReport};
use super::overview::OverviewReport;
use super::prices::{PricesCheckReport, PricesExplainReport, PricesListReport};
use super::problems::ProblemsReport;
use super::prs::PrsReport;
use super::pull::PullReport;
use super::query::QueryReport;
use super::sessions::SessionsReport;
use super::settle::SettleReport;
use super::show_commit::ShowCommitReport;
use super::show_session::ShowSessionReport;
use super::show_turn::ShowTurnReport;
use super::stats::StatsReport;
use super::status::StatusReport;
use super::sync::SyncReport;
use super::why::WhyReport;

/// What a command answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "schema")]
pub enum Report {
    /// `agent-trace cost`.
    #[serde(rename = "agent-trace/cost/1")]
    Cost(Box<CostReport>),
    /// `agent-trace log`.
    #[serde(rename = "agent-trace/log/1")]
    Log(Box<LogReport>),
    /// `agent-trace show <commit>`.
    #[serde(rename = "agent-trace/show-commit/1")]
    ShowCommit(Box<ShowCommitReport>),
    /// `agent-trace show <session>`.
    #[serde(rename = "agent-trace/show-session/1")]
    ShowSession(Box<ShowSessionReport>),
    /// `agent-trace show <turn>`.
    #[serde(rename = "agent-trace/show-turn/1")]
    ShowTurn(Box<ShowTurnReport>),
    /// `agent-trace blame`.
    #[serde(rename = "agent-trace/blame/1")]
    Blame(Box<BlameReport>),
    /// `agent-trace stats`.
    #[serde(rename = "agent-trace/stats/1")]
    Stats(Box<StatsReport>),
    /// `agent-trace why`.
    #[serde(rename = "agent-trace/why/1")]
    Why(Box<WhyReport>),
    /// `agent-trace sessions`.
    #[serde(rename = "agent-trace/sessions/1")]
    Sessions(Box<SessionsReport>),
    /// `agent-trace`.
    #[serde(rename = "agent-trace/overview/1")]
    Overview(Box<OverviewReport>),
    /// `agent-trace pr report`.
    #[serde(rename = "agent-trace/pull/1")]
    Pull(Box<PullReport>),
    /// `agent-trace prs`.
    #[serde(rename = "agent-trace/prs/1")]
    Prs(Box<PrsReport>),
    /// `agent-trace problems`.
    #[serde(rename = "agent-trace/problems/1")]
    Problems(ProblemsReport),
    /// `agent-trace prices list`.
    #[serde(rename = "agent-trace/prices-list/1")]
    PricesList(PricesListReport),
    /// `agent-trace prices explain`.
    #[serde(rename = "agent-trace/prices-explain/1")]
    PricesExplain(Box<PricesExplainReport>),
    /// `agent-trace prices check`.
    #[serde(rename = "agent-trace/prices-check/1")]
    PricesCheck(PricesCheckReport),
    /// `agent-trace sql`.
    #[serde(rename = "agent-trace/query/1")]
    Query(QueryReport),
    /// `agent-trace ingest`.
    #[serde(rename = "agent-trace/ingest/1")]
    Ingest(Box<IngestReport>),
    /// `agent-trace backfill`.
    #[serde(rename = "agent-trace/backfill/1")]
    Backfill(BackfillReport),
    /// `agent-trace install-hooks`.
    #[serde(rename = "agent-trace/install/1")]
    Install(Box<InstallReport>),
    /// `agent-trace uninstall-hooks`.
    #[serde(rename = "agent-trace/uninstall/1")]
    Uninstall(Box<InstallReport>),
    /// `agent-trace ci install`.
    #[serde(rename = "agent-trace/ci-install/1")]
    CiInstall(Box<CiReport>),
    /// `agent-trace ci uninstall`.
    #[serde(rename = "agent-trace/ci-uninstall/1")]
    CiUninstall(Box<CiReport>),
    /// `agent-trace status`.
    #[serde(rename = "agent-trace/status/1")]
    Status(Box<StatusReport>),
    /// `agent-trace doctor`.
    #[serde(rename = "agent-trace/doctor/1")]
    Doctor(DoctorReport),
    /// `agent-trace notes show`.
    #[serde(rename = "agent-trace/notes-show/1")]
    NotesShow(Box<NotesShowReport>),
    /// `agent-trace notes push`, `fetch` and `merge`.
    #[serde(rename = "agent-trace/notes-sync/1")]
    NotesSync(NotesSyncReport),
    /// `agent-trace notes verify`.
    #[serde(rename = "agent-trace/notes-verify/1")]
    NotesVerify(Box<NotesVerifyReport>),
    /// `agent-trace notes prune`.
    #[serde(rename = "agent-trace/notes-prune/1")]
    NotesPrune(NotesPruneReport),
    /// `agent-trace notes on` and `off`.
    #[serde(rename = "agent-trace/notes-switch/1")]
    NotesSwitch(NotesSwitchReport),
    /// `agent-trace settle`.
    #[serde(rename = "agent-trace/settle/1")]
    Settle(Box<SettleReport>),
    /// `agent-trace import`.
    #[serde(rename = "agent-trace/import/1")]
    Import(Box<ImportReport>),
    /// `agent-trace export --write`.
    #[serde(rename = "agent-trace/export/1")]
    Export(ExportReport),
    /// `agent-trace pr comment`.
    #[serde(rename = "agent-trace/pull-comment/1")]
    PullComment(Box<CommentReport>),
    /// `agent-trace sync`.
    #[serde(rename = "agent-trace/sync/1")]
    Sync(Box<SyncReport>),
}

impl Report {
    /// Checks every sum of the report; reports without money always pass.
    ///
    /// # Errors
    /// [`Imbalance`] with the first sum that fails.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        match self {
            Report::Cost(report) => report.balanced(),
            Report::Log(report) => report.balanced(),
            Report::Blame(report) => report.balanced(),
            Report::Why(report) => report.balanced(),
            Report::Stats(report) => report.balanced(),
            Report::ShowCommit(report) => report.balanced(),
            Report::ShowSession(report) => report.balanced(),
            Report::ShowTurn(report) => report.balanced(),
            Report::Sessions(report) => report.balanced(),
            Report::Overview(report) => report.balanced(),
            Report::PricesExplain(report) => report.balanced(),
            Report::NotesShow(report) => report.balanced(),
            Report::Settle(report) => report.balanced(),
            Report::Pull(report) => report.balanced(),
            Report::Prs(report) => report.balanced(),
            Report::Problems(_)
            | Report::PricesList(_)
            | Report::PricesCheck(_)
            | Report::Query(_)
            | Report::Ingest(_)
            | Report::Backfill(_)
            | Report::Install(_)
            | Report::Uninstall(_)
            | Report::CiInstall(_)
            | Report::CiUninstall(_)
            | Report::Status(_)
            | Report::Doctor(_)
            | Report::NotesSync(_)
            | Report::NotesVerify(_)
            | Report::NotesPrune(_)
            | Report::NotesSwitch(_)
            | Report::Import(_)
            | Report::Export(_)
            | Report::PullComment(_)
            | Report::Sync(_) => Ok(()),
        }
    }
}
