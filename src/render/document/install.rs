//! `agent-trace install-hooks` and `uninstall-hooks` as pages.

use super::block::{Block, Document};
use super::books::{counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::render::theme::Role;
use crate::report::{InstallReport, InstallStep};

/// Returns the page after installing.
pub(super) fn installed(report: &InstallReport) -> Document {
    let is_all_manual = report.steps.is_empty() && !report.manual.is_empty();
    let nothing = if is_all_manual { "nothing could be installed" } else { "already installed: nothing to change" };
    Document::new("UTC")
        .with_facts([
            ("hooks of git", report.form.map_or(Cell::Blank, |form| Cell::text(form.words()))),
            ("hooks folder", Cell::maybe(report.hooks_dir.as_deref())),
            ("program", Cell::maybe(report.program.as_deref())),
        ])
        .with_all(steps(&report.steps, report.dry_run, nothing))
        .with_all(manual(report))
        .with_all(list("to know", report.warnings.clone(), Role::Warning))
        .with_data(table(&report.steps))
}

/// Returns the page after taking hooks out.
pub(super) fn uninstalled(report: &InstallReport) -> Document {
    Document::new("UTC")
        .with_all(steps(&report.steps, report.dry_run, "nothing of agent-trace is installed"))
        .with_all(list("to know", report.warnings.clone(), Role::Warning))
        .with_data(table(&report.steps))
}

/// The steps as a table, or that there are none.
pub(super) fn steps(steps: &[InstallStep], is_dry_run: bool, nothing: &str) -> Vec<Block> {
    if steps.is_empty() {
        return list("", vec![nothing.to_owned()], Role::Plain).into_iter().collect();
    }
    let count = counted(steps.len() as u64, "step");
    let done = if is_dry_run { format!("{count} planned, nothing was done") } else { format!("{count} done") };
    let mut blocks = vec![Block::Table(table(steps))];
    blocks.extend(list("", vec![done], Role::Muted));
    blocks
}

/// The same as data.
pub(super) fn table(steps: &[InstallStep]) -> Table {
    Table::of(steps)
        .with(Column::name("step", "step"), |step| Cell::text(step.step.words()))
        .with(Column::path("file", "path"), |step| Cell::text(&step.path))
        .with(Column::path("new name", "to"), |step| Cell::maybe(step.to.as_deref()))
        .build()
}

fn manual(report: &InstallReport) -> Vec<Block> {
    let line = |manual: &crate::report::ManualHook| format!("{}: {}", manual.path, manual.line);
    let title = "the folder of hooks is not this clone's own; add these lines to its files";
    list(title, report.manual.iter().map(line).collect(), Role::Plain).into_iter().collect()
}
