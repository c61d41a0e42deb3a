//! A table as aligned text.

use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::style::HorizontalLine;
use tabled::settings::{Alignment, Padding, Style};

use super::document::{Cell, Column, ColumnKind, Table};
use super::fit::{self, GAP, Want};
use super::safe_text::safe_text;
use super::text_width::{Keep, cut, text_width};
use super::theme::{Role, Theme};
use super::zone::Zone;

/// The least a text can be cut to.
const LEAST_TEXT: usize = 24;
/// The least a name can be cut to.
const LEAST_NAME: usize = 10;
/// The least the name of a row can be cut to: that of a model with its date fits.
const LEAST_ID: usize = 26;

/// Returns the table in at most `room` columns of the terminal, where that is possible without cutting a number.
pub(super) fn render(table: &Table, zone: Zone, room: usize, theme: Theme) -> String {
    let decimals = table.decimals();
    let columns: Vec<Shown<'_>> =
        table.people_columns().into_iter().map(|index| shown(table, index, decimals, zone)).collect();
    if columns.is_empty() {
        return String::new();
    }
    let widths = fit::fit(&columns.iter().map(Shown::want).collect::<Vec<_>>(), room);
    let mut text = layout(&kept(&columns, &widths), table.rows.len(), theme);
    let left_out: Vec<&str> = columns
        .iter()
        .zip(&widths)
        .filter(|(_, width)| width.is_none())
        .map(|(column, _)| &*column.column.header)
        .collect();
    if !left_out.is_empty() {
        let remark = format!("(no room for: {})", left_out.join(", "));
        text.push_str(&theme.paint(Role::Muted, &cut(&remark, room, Keep::Begin)));
        text.push('\n');
    }
    text
}

/// A column as text.
struct Shown<'a> {
    column: &'a Column,
    header: String,
    cells: Vec<String>,
    roles: Vec<Role>,
}

fn shown(table: &Table, index: usize, decimals: u32, zone: Zone) -> Shown<'_> {
    let column = &table.columns[index];
    let cell = |row: &Vec<Cell>| row.get(index).map_or_else(String::new, |cell| cell.shown(decimals, zone));
    let cells = table.rows.iter().map(|row| safe_text(&cell(row))).collect();
    let role = |row: &Vec<Cell>| match row.get(index) {
        Some(Cell::Toned { role, .. }) => *role,
        _ => column.role,
    };
    let roles = table.rows.iter().map(role).collect();
    Shown { column, header: safe_text(&column.header), cells, roles }
}

impl Shown<'_> {
    fn want(&self) -> Want {
        let width = self.cells.iter().chain([&self.header]).map(|text| text_width(text)).max().unwrap_or(0);
        let floor = match self.column.kind {
            ColumnKind::Number => width,
            ColumnKind::Name if self.column.role == Role::Id => LEAST_ID,
            ColumnKind::Name => LEAST_NAME.max(text_width(&self.header)),
            ColumnKind::Text | ColumnKind::Path => LEAST_TEXT.max(text_width(&self.header)),
        };
        Want { width, least: floor.min(width), is_optional: self.column.is_optional }
    }
}

fn kept<'a>(columns: &'a [Shown<'a>], widths: &[Option<usize>]) -> Vec<(&'a Shown<'a>, usize)> {
    columns.iter().zip(widths).filter_map(|(column, width)| Some((column, (*width)?))).collect()
}

fn layout(columns: &[(&Shown<'_>, usize)], rows: usize, theme: Theme) -> String {
    let mut builder = Builder::with_capacity(rows + 1, columns.len());
    builder.push_record(
        columns.iter().map(|(column, width)| theme.paint(Role::Heading, &cut(&column.header, *width, Keep::Begin))),
    );
    for row in 0..rows {
        builder.push_record(columns.iter().map(|(column, width)| cell(column, row, *width, theme)));
    }
    let mut table = builder.build();
    table.with(Style::empty().horizontals([(1, HorizontalLine::new('─'))])).with(Padding::new(0, GAP, 0, 0));
    table.modify(Columns::last(), Padding::zero());
    for (index, (column, _)) in columns.iter().enumerate() {
        if column.column.kind == ColumnKind::Number {
            table.modify(Columns::one(index), Alignment::right());
        }
    }
    trimmed(&table.to_string())
}

fn cell(column: &Shown<'_>, row: usize, width: usize, theme: Theme) -> String {
    let keep = if column.column.kind == ColumnKind::Path { Keep::End } else { Keep::Begin };
    let text = column.cells.get(row).map_or("", String::as_str);
    let role = column.roles.get(row).copied().unwrap_or(column.column.role);
    theme.paint(role, &cut(text, width, keep))
}

/// Returns the lines without blanks at their ends, each with a line end.
fn trimmed(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NanoUsd;
    use proptest::prelude::*;

    fn table(subject: &str) -> Table {
        let columns = vec![
            Column::id("commit", "commit"),
            Column::money("cost $", "cost_usd"),
            Column::number("calls", "calls").optional(),
            Column::text("subject", "subject"),
        ];
        let row = |id: &str, cost, subject: &str| {
            vec![Cell::text(id), Cell::Money(cost), Cell::count(1_234), Cell::text(subject)]
        };
        let rows = vec![row("a1b2c3d4e5", Some(NanoUsd(4_120_000_000)), subject), row("0f0f0f0f0f", None, "short")];
        Table { columns, rows, data_rows: Vec::new() }
    }

    fn plain(table: &Table, room: usize) -> String {
        render(table, Zone::named("UTC"), room, Theme::Plain)
    }

    #[test]
    fn numbers_stand_right_and_unknown_is_a_dash() {
        let expected = "\
commit      cost $  calls  subject
───────────────────────────────────────────
a1b2c3d4e5    4.12  1,234  fix the redirect
0f0f0f0f0f       —  1,234  short
";
        assert_eq!(plain(&table("fix the redirect"), 100), expected);
    }

    #[test]
    fn a_narrow_table_cuts_text_then_says_what_it_left_out() {
        let text = plain(&table("fix the redirect after the login of a user"), 46);
        assert!(text.contains("fix the redi"), "{text}");
        assert!(text.contains('…'), "{text}");
        assert!(plain(&table("fix the redirect after the login of a user"), 38).contains("(no room for: calls)"));
    }

    #[test]
    fn colour_changes_no_column() {
        let coloured = render(&table("x"), Zone::named("UTC"), 100, Theme::Colour);
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string().replace(" \n", "\n"), plain(&table("x"), 100));
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_room(subject in any::<String>(), room in 50usize..160) {
            for line in plain(&table(&subject), room).lines() {
                prop_assert!(text_width(line) <= room, "{} in {room}", line);
            }
        }

        #[test]
        fn a_hostile_subject_adds_no_line(subject in any::<String>()) {
            prop_assert_eq!(plain(&table(&subject), 100).lines().count(), 4);
        }
    }
}
