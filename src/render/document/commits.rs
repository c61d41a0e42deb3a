//! Commits as a table.

use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::model::NanoUsd;
use crate::report::{CommitEntry, Grade, LandedCommit, LineCounts, Parts};

/// Returns the table of a list of commits; `is_wide` has a column for each class of lines.
pub(super) fn commits(rows: &[CommitEntry], is_wide: bool) -> Table {
    let count = |row: &CommitEntry, of: fn(&LineCounts) -> u64| match is_wide {
        true => Cell::Count(row.added_by.as_ref().map(of)),
        false => Cell::Blank,
    };
    let agents = |row: &CommitEntry| row.added_by.map(|counts| counts.agent).or(row.agent_lines);
    let all = |row: &CommitEntry| row.added_by.map(|counts| counts.lines()).or(row.added_lines);
    let data = |row: &CommitEntry, of: fn(&LineCounts) -> u64| Cell::Count(row.added_by.as_ref().map(of));
    let part = |of: fn(&Parts) -> NanoUsd| move |row: &CommitEntry| Cell::Money(row.parts.as_ref().map(of));
    Table::of(rows)
        .with(Column::data("row"), |_| Cell::text("commit"))
        .with(Column::id("commit", "short").for_people(), |row| Cell::text(&row.short))
        .with(Column::data("commit"), |row| Cell::text(&row.commit))
        .with(Column::number("date", "date").optional(), |row| Cell::At(Some(row.at)))
        .with(Column::name("author", "author").optional(), |row| Cell::text(&row.author))
        .with(Column::money("cost $", "cost_usd"), |row| Cell::Money(row.cost))
        .with(Column::data("direct_usd"), part(|parts| parts.direct))
        .with(Column::data("same_turn_usd"), part(|parts| parts.same_turn))
        .with(Column::data("exploration_usd"), part(|parts| parts.exploration))
        .with(Column::data("sessions"), |row| Cell::count(row.sessions.len() as u64))
        .with(Column::number("agent lines", "lines").for_people(), |row| match is_wide {
            true => Cell::Blank,
            false => share(agents(row), all(row)),
        })
        .with(Column::number("agents", "agent").for_people(), |row| match is_wide {
            true => Cell::Count(agents(row)),
            false => Cell::Blank,
        })
        .with(Column::number("people", "human").for_people().optional(), |row| count(row, |counts| counts.human))
        .with(Column::number("unknown", "unknown").for_people().optional(), |row| count(row, |counts| counts.unknown))
        .with(Column::data("agent_lines"), |row| Cell::Count(row.agent_lines))
        .with(Column::data("added_lines"), |row| Cell::Count(row.added_lines))
        .with(Column::data("added_by_agents"), |row| data(row, |counts| counts.agent))
        .with(Column::data("added_by_people"), |row| data(row, |counts| counts.human))
        .with(Column::data("added_by_unknown"), |row| data(row, |counts| counts.unknown))
        .with(Column::name("pr", "").for_people().optional(), |row| {
            row.pull.map_or(Cell::Blank, |number| Cell::Text(format!("#{number}")))
        })
        .with(Column::data("pull"), |row| row.pull.map_or(Cell::Blank, Cell::text))
        .with(Column::name("link", "grade").optional(), |row| Cell::maybe(row.grade.map(grade_name)))
        .with(Column::data("evidence"), |row| Cell::Text(row.evidence.join("; ")))
        .with(Column::text("subject", "subject"), |row| Cell::text(&row.subject))
        .build()
}

/// Returns the table of commits that took money of a session.
pub(super) fn landed(rows: &[LandedCommit]) -> Table {
    Table::of(rows)
        .with(Column::id("commit", "commit"), |row| Cell::text(&row.short))
        .with(Column::money("cost $", "cost_usd"), |row| Cell::Money(Some(row.cost)))
        .with(Column::number("lines", "landed_lines"), |row| Cell::count(row.landed_lines))
        .with(Column::name("link", "grade"), |row| Cell::text(grade_name(row.grade)))
        .with(Column::text("subject", "subject"), |row| Cell::text(&row.subject))
        .build()
}

/// Returns a share of lines; nothing if no lines were added.
pub(super) fn share(part: Option<u64>, whole: Option<u64>) -> Cell {
    Cell::Share { part, whole }
}

/// Returns the name of a grade.
pub(super) fn grade_name(grade: Grade) -> &'static str {
    match grade {
        Grade::Produced => "produced",
        Grade::Declared => "declared",
        Grade::Landed => "landed",
    }
}
