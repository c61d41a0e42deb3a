//! `agent-trace status` as a page.

use super::block::Document;
use super::books::counted;
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::render::grouping::grouped;
use crate::report::{GitStatus, HookStatus, ProgramStatus, SettingsStatus, SpoolStatus, StatusReport};

/// Returns the page.
pub(super) fn document(report: &StatusReport) -> Document {
    let off = if report.switched_off { Cell::text("by AGENT_TRACE=0 in this environment") } else { Cell::Blank };
    Document::new("UTC")
        .with_facts([
            ("switched off", off),
            ("hooks of git", Cell::text(report.form.map_or("not installed", |form| form.words()))),
            ("hooks folder", Cell::text(&report.hooks_dir)),
            ("core.hooksPath", Cell::maybe(report.hooks_path.as_deref())),
            ("waiting to be read", Cell::Text(spool(&report.spool))),
            ("last event", Cell::maybe(report.spool.last_event.as_deref())),
            ("last event at", report.spool.last_at.map_or(Cell::Blank, |at| Cell::At(Some(at)))),
            ("notes", Cell::text(report.notes.as_deref().unwrap_or("none yet"))),
        ])
        .with_table(hooks(&report.hooks))
        .with_table(settings(&report.settings))
        .with_table(programs(&report.programs))
        .with_table(gits(&report.gits))
}

fn spool(spool: &SpoolStatus) -> String {
    match spool.bytes {
        0 => "nothing".to_owned(),
        bytes => format!("{} bytes in {}", grouped(bytes), counted(spool.files, "file")),
    }
}

fn hooks(rows: &[HookStatus]) -> Table {
    Table::of(rows)
        .with(Column::id("hook of git", "hook"), |row| Cell::text(&row.hook))
        .with(Column::name("state", "state"), |row| Cell::text(row.state.words()))
        .with(Column::name("runs first", "runs_first"), |row| Cell::maybe(row.runs_first.as_deref()))
        .build()
}

fn settings(rows: &[SettingsStatus]) -> Table {
    Table::of(rows)
        .with(Column::id("Claude Code", "scope"), |row| Cell::text(row.scope.name()))
        .with(Column::name("state", "state"), |row| Cell::text(row.state.words()))
        .with(Column::number("events", "").for_people(), |row| Cell::Share {
            part: row.events,
            whole: Some(row.of_events),
        })
        .with(Column::data("events"), |row| Cell::Count(row.events))
        .with(Column::data("of_events"), |row| Cell::count(row.of_events))
        .with(Column::path("file", "path"), |row| Cell::text(&row.path))
        .build()
}

fn programs(rows: &[ProgramStatus]) -> Table {
    Table::of(rows)
        .with(Column::id("program", "name"), |row| Cell::text(&row.name))
        .with(Column::name("version", "version"), |row| Cell::text(row.version.as_deref().unwrap_or("—")))
        .with(Column::path("file", "path"), |row| Cell::text(&row.path))
        .build()
}

fn gits(rows: &[GitStatus]) -> Table {
    let reads = |row: &GitStatus| Cell::text(if row.reads_config_hooks { "yes" } else { "no" });
    Table::of(rows)
        .with(Column::id("git", "version"), |row| Cell::text(row.version.as_deref().unwrap_or("—")))
        .with(Column::name("hooks in configuration", "reads_config_hooks"), reads)
        .with(Column::path("file", "path"), |row| Cell::text(&row.path))
        .build()
}
