//! Which page shows which report.

use super::block::Document;
use super::{
    backfill, blame, ci, comment, cost, doctor, exchange, ingest, install, log, notes, overview, prices, problems, prs,
    pull, query, sessions, settle, show_commit, show_session, show_turn, stats, status, sync, why,
};
use crate::report::Report;

impl Document {
    /// Returns the page of a report.
    pub(in crate::render) fn of(report: &Report) -> Document {
        match report {
            Report::Cost(report) => cost::document(report),
            Report::Blame(report) => blame::document(report),
            Report::Why(report) => why::document(report),
            Report::Stats(report) => stats::document(report),
            Report::Log(report) => log::document(report),
            Report::ShowCommit(report) => show_commit::document(report),
            Report::ShowSession(report) => show_session::document(report),
            Report::ShowTurn(report) => show_turn::document(report),
            Report::Sessions(report) => sessions::document(report),
            Report::Overview(report) => overview::document(report),
            Report::Problems(report) => problems::document(report),
            Report::Prs(report) => prs::document(report),
            Report::Pull(report) => pull::document(report),
            Report::PricesList(report) => prices::list_page(report),
            Report::PricesExplain(report) => prices::explain(report),
            Report::PricesCheck(report) => prices::check(report),
            Report::Query(report) => query::document(report),
            Report::Ingest(report) => ingest::document(report),
            Report::Backfill(report) => backfill::document(report),
            Report::Install(report) => install::installed(report),
            Report::Uninstall(report) => install::uninstalled(report),
            Report::CiInstall(report) => ci::installed(report),
            Report::CiUninstall(report) => ci::uninstalled(report),
            Report::Status(report) => status::document(report),
            Report::Doctor(report) => doctor::document(report),
            Report::NotesShow(report) => notes::show(report),
            Report::NotesSync(report) => notes::sync(report),
            Report::NotesVerify(report) => notes::verify(report),
            Report::NotesPrune(report) => notes::prune(report),
            Report::NotesSwitch(report) => notes::switch(report),
            Report::Settle(report) => settle::document(report),
            Report::Import(report) => exchange::imported(report),
            Report::Export(report) => exchange::exported(report),
            Report::PullComment(report) => comment::document(report),
            Report::Sync(report) => sync::document(report),
        }
    }
}
