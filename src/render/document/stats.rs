//! `agent-trace stats` as a page.

use super::block::{Block, Document};
use super::books::{counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::render::grouping::grouped;
use crate::render::theme::Role;
use crate::report::{
    ExcludedLines, Exclusion, LineClass, LineCounts, LineGrade, ReasonLines, StatsBy, StatsOf, StatsReport, StatsRow,
    reason_words,
};

/// Returns the page.
pub(super) fn document(report: &StatsReport) -> Document {
    Document::new("UTC").with_table(table(report)).with_all(bottom(report))
}

fn table(report: &StatsReport) -> Table {
    let is_by_class = report.by == StatsBy::Class;
    let of_class = |row: &StatsRow, count: fn(&LineCounts) -> u64| match is_by_class {
        true => Cell::Blank,
        false => Cell::count(count(&row.counts)),
    };
    let of_all = |row: &StatsRow| match is_by_class {
        true => percent(row.lines, report.totals.lines()),
        false => percent(row.counts.agent, row.lines),
    };
    let name = match report.by {
        StatsBy::Directory | StatsBy::File => Column::path(report.by.name(), "label"),
        _ => Column::id(report.by.name(), "label"),
    };
    let mut table = Table::of(&report.rows)
        .with(Column::data("row"), |_| Cell::text(report.by.name()))
        .with(name.for_people(), |row| Cell::text(label(report, row)))
        .with(Column::data("key"), |row| Cell::maybe(row.key.as_deref()))
        .with(Column::data("label"), |row| Cell::text(&row.label))
        .with(Column::number("lines", "lines"), |row| Cell::count(row.lines))
        .with(Column::number("agents", "agent").for_people(), |row| of_class(row, |counts| counts.agent))
        .with(Column::number("people", "human").for_people(), |row| of_class(row, |counts| counts.human))
        .with(Column::number("unknown", "unknown").for_people(), |row| of_class(row, |counts| counts.unknown))
        .with(Column::data("agent"), |row| Cell::count(row.counts.agent))
        .with(Column::data("human"), |row| Cell::count(row.counts.human))
        .with(Column::data("unknown"), |row| Cell::count(row.counts.unknown))
        .with(Column::number(if is_by_class { "of all" } else { "agents %" }, "share").for_people(), of_all)
        .build();
    push_rest(&mut table, report);
    table
}

/// A column of CSV sums to all lines.
fn push_rest(table: &mut Table, report: &StatsReport) {
    let counts = report.not_listed.counts;
    if report.not_listed.rows > 0 {
        table.push_data_row(vec![
            ("row", Cell::text("not listed")),
            ("lines", Cell::count(counts.lines())),
            ("agent", Cell::count(counts.agent)),
            ("human", Cell::count(counts.human)),
            ("unknown", Cell::count(counts.unknown)),
        ]);
    }
    for part in &report.excluded {
        let (name, lines) = (Cell::text(exclusion_name(part.reason)), Cell::count(part.lines));
        table.push_data_row(vec![("row", Cell::text("excluded")), ("label", name), ("lines", lines)]);
    }
}

fn label(report: &StatsReport, row: &StatsRow) -> String {
    match (report.by, row.label.as_str()) {
        (StatsBy::Class, "agent") => "agents".into(),
        (StatsBy::Class, "human") => "people".into(),
        (_, label) => label.to_owned(),
    }
}

/// `65 %`, rounded down: 100 % are all.
fn percent(part: u64, whole: u64) -> Cell {
    let percent = (u128::from(part) * 100).checked_div(u128::from(whole));
    percent.map_or(Cell::Blank, |percent| Cell::Text(format!("{percent} %")))
}

fn bottom(report: &StatsReport) -> Vec<Block> {
    let mut facts = Vec::new();
    if report.not_listed.rows > 0 {
        let rest = report.not_listed;
        facts.push(format!("{} in {} more rows", counted(rest.counts.lines(), "line"), grouped(rest.rows)));
    }
    facts.push(total(report));
    facts.extend(report.excluded.iter().map(excluded));
    if report.uncounted_files > 0 {
        let files = counted(report.uncounted_files, "file");
        facts.push(format!("not counted: {files} without lines here (binary, or not in this clone)"));
    }
    let of_class = |class: LineClass| -> Vec<String> {
        report.reasons.iter().filter(|part| part.class == class).map(reason).collect()
    };
    [
        list("", facts, Role::Plain),
        list("agents", of_class(LineClass::Agent), Role::Muted),
        list("people", of_class(LineClass::Human), Role::Muted),
        list("unknown", of_class(LineClass::Unknown), Role::Muted),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn total(report: &StatsReport) -> String {
    let LineCounts { agent, human, unknown } = report.totals;
    let (commits, files) = (counted(report.commits, "commit"), counted(report.files, "file"));
    let lines = counted(report.totals.lines(), "line");
    let (agent, human, unknown) = (grouped(agent), grouped(human), grouped(unknown));
    let place = match report.of {
        StatsOf::Commits => format!("added by {commits} in {files}"),
        StatsOf::Files => format!("in {files}, from {commits}"),
    };
    format!("{lines} {place}: {agent} by agents, {human} by people, {unknown} unknown")
}

fn excluded(part: &ExcludedLines) -> String {
    let (lines, files) = (counted(part.lines, "line"), counted(part.files, "file"));
    match part.reason {
        Exclusion::IgnoredRevision => {
            format!("excluded: {lines} of {} that blame is to ignore", counted(part.commits, "commit"))
        }
        Exclusion::Generated => format!("excluded: {lines} of {files} generated by a program"),
        Exclusion::LockFile => format!("excluded: {lines} of {} of package managers", counted(part.files, "lock file")),
    }
}

fn exclusion_name(reason: Exclusion) -> &'static str {
    match reason {
        Exclusion::IgnoredRevision => "ignored_revision",
        Exclusion::Generated => "generated",
        Exclusion::LockFile => "lock_file",
    }
}

fn reason(part: &ReasonLines) -> String {
    let words = reason_words(part.reason);
    let more = match (part.class, part.grade) {
        (LineClass::Unknown, LineGrade::Declared) => "; the commit is linked with one session",
        _ => "",
    };
    format!("{}: {words}{more}", counted(part.lines, "line"))
}
