//! The page of a comment on a pull request.

use super::block::Document;
use super::cell::Cell;
use super::notes::row_of;
use crate::report::{CommentAction, CommentReport};

/// Returns the page.
pub(super) fn document(report: &CommentReport) -> Document {
    let facts = [
        ("pull request", report.pull.map_or_else(|| Cell::text("-"), Cell::count)),
        ("comment", Cell::text(words(report.action))),
        ("address", Cell::maybe(report.url.as_deref())),
        ("taken away", Cell::count(report.retired)),
        ("problem", Cell::maybe(report.problem.as_deref())),
    ];
    Document::new("UTC").with_facts(facts.clone()).with_data(row_of(&facts))
}

fn words(action: CommentAction) -> &'static str {
    match action {
        CommentAction::Created => "created",
        CommentAction::Updated => "updated",
        CommentAction::Unchanged => "says that already",
        CommentAction::Outdated => "is of a later commit",
        CommentAction::AlreadyThere => "is there already",
        CommentAction::Off => "off",
        CommentAction::Forbidden => "not allowed",
        CommentAction::DryRun => "not sent",
    }
}
