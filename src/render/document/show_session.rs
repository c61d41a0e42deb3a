//! `agent-trace show <session>` as a page.

use super::block::{Block, Document};
use super::books::{self, Place};
use super::cell::Cell;
use super::commits::landed;
use super::tree::tree;
use crate::report::{LandedCommit, Node, NotListed, ShowSessionReport};

/// Returns the page.
pub(super) fn document(report: &ShowSessionReport) -> Document {
    let session = &report.session;
    let agent = format!("{} {}", session.agent, report.agent_version.as_deref().unwrap_or_default());
    Document::new(&report.timezone)
        .with_heading(format!("session {}", session.session))
        .with_facts([
            ("agent", Cell::text(agent.trim())),
            ("models", Cell::Text(report.models.join(", "))),
            ("branch", Cell::maybe(session.branch.as_deref())),
            ("started", Cell::At(session.started)),
            ("ended", Cell::At(session.ended)),
            ("active", Cell::Duration(session.active_ms)),
            ("waiting", Cell::Duration(session.wait_ms)),
            ("in tools", Cell::Duration(session.tool_ms)),
            ("turns", Cell::count(session.turns)),
            ("calls", Cell::count(session.calls)),
            ("tokens", Cell::count(session.tokens.total())),
            ("money", Cell::Text(books::buckets(&report.buckets))),
        ])
        .with_all(went_to(&report.commits))
        .with_all(happened(&report.tree))
        .with_all(books::bottom(&report.books, NotListed::default(), "rows", Place::BesideRows))
        .with_data(tree(&report.tree))
}

/// Returns the commits under their title, if there are any.
pub(super) fn went_to(commits: &[LandedCommit]) -> Vec<Block> {
    match commits {
        [] => Vec::new(),
        _ => vec![Block::Heading("commits".into()), Block::Table(landed(commits))],
    }
}

/// Returns the tree under its title, if there is any.
pub(super) fn happened(nodes: &[Node]) -> Vec<Block> {
    match nodes {
        [] => Vec::new(),
        _ => vec![Block::Heading("what happened".into()), Block::Table(tree(nodes))],
    }
}
