//! `agent-trace ci install` and `ci uninstall` as pages.

use super::block::{Block, Document};
use super::books::list;
use super::cell::Cell;
use super::install::{steps, table};
use crate::render::theme::Role;
use crate::report::{CiReport, ForgeKind};

/// Returns the page after writing workflows.
pub(super) fn installed(report: &CiReport) -> Document {
    let forge = |forge: ForgeKind| match forge {
        ForgeKind::GitHub => "GitHub",
        ForgeKind::GitLab => "GitLab",
        ForgeKind::Gitea => "Gitea or Forgejo",
    };
    Document::new("UTC")
        .with_facts([
            ("forge", report.forge.map_or(Cell::Blank, |kind| Cell::text(forge(kind)))),
            ("forks", report.forks.map_or(Cell::Blank, |way| Cell::text(way.name()))),
            ("builds", Cell::maybe(report.reference.as_deref())),
        ])
        .with_all(steps(&report.steps, report.dry_run, nothing(report, "already installed: nothing to change")))
        .with_all(kept(report))
        .with_all(list("what to do next", report.next.clone(), Role::Plain))
        .with_data(table(&report.steps))
}

/// Returns the page after taking them away.
pub(super) fn uninstalled(report: &CiReport) -> Document {
    Document::new("UTC")
        .with_all(steps(&report.steps, report.dry_run, nothing(report, "no workflow of agent-trace is here")))
        .with_all(kept(report))
        .with_data(table(&report.steps))
}

fn nothing<'t>(report: &CiReport, usual: &'t str) -> &'t str {
    if report.kept.is_empty() { usual } else { "nothing was done" }
}

fn kept(report: &CiReport) -> Vec<Block> {
    list("changed by somebody, so left as they are (--force)", report.kept.clone(), Role::Warning).into_iter().collect()
}
