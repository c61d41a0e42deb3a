//! Pages as GitHub-flavoured Markdown, for comments and notes.

use super::amount;
use super::amount::dollars;
use super::document::{Block, Cell, ColumnKind, Document, Fact, Sum, Table};
use super::markdown_text::markdown_text;
use super::zone::Zone;

/// Returns the page.
pub(super) fn render(document: &Document) -> String {
    let zone = Zone::named(&document.timezone);
    let blocks = document.blocks.iter().map(|block| self::block(block, zone)).filter(|text| !text.is_empty());
    let text = blocks.collect::<Vec<_>>().join("\n");
    if text.is_empty() { "\n".into() } else { text }
}

fn block(block: &Block, zone: Zone) -> String {
    match block {
        Block::Heading(text) => format!("### {}\n", markdown_text(text)),
        Block::Facts(facts) => facts.iter().map(|fact| self::fact(fact, zone)).collect(),
        Block::Table(table) => self::table(table, zone),
        Block::Sums(sums) => sums.iter().map(sum).collect(),
        Block::List { title, items, .. } => list(title, items),
    }
}

fn fact(fact: &Fact, zone: Zone) -> String {
    let decimals = amount::decimals_for(fact.value.amount());
    format!("- {}: {}\n", markdown_text(&fact.name), markdown_text(&fact.value.shown(decimals, zone)))
}

fn sum(sum: &Sum) -> String {
    let amount = sum.amount.map_or_else(|| "—".to_owned(), dollars);
    let detail = if sum.detail.is_empty() { String::new() } else { format!(" {}", markdown_text(&sum.detail)) };
    format!("- **{}** {}{detail}\n", markdown_text(&sum.name), markdown_text(&amount))
}

fn list(title: &str, items: &[String]) -> String {
    let title = if title.is_empty() { String::new() } else { format!("{}:\n\n", markdown_text(title)) };
    title + &items.iter().map(|item| format!("- {}\n", markdown_text(item))).collect::<String>()
}

fn table(table: &Table, zone: Zone) -> String {
    let columns = table.people_columns();
    if columns.is_empty() {
        return String::new();
    }
    let decimals = table.decimals();
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let header = columns.iter().map(|index| markdown_text(&table.columns[*index].header)).collect();
    let rule = columns.iter().map(|index| rule(table.columns[*index].kind).to_owned()).collect();
    let mut text = line(header) + &line(rule);
    for row in &table.rows {
        text.push_str(&line(columns.iter().map(|index| cell(row.get(*index), decimals, zone)).collect()));
    }
    text
}

fn rule(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Number => "---:",
        ColumnKind::Text | ColumnKind::Path | ColumnKind::Name => "---",
    }
}

fn cell(cell: Option<&Cell>, decimals: u32, zone: Zone) -> String {
    match cell {
        None => String::new(),
        // Markdown drops blanks at the begin of a cell; these lines are ours.
        Some(Cell::Branch { lines, text }) => lines.replace(' ', "&nbsp;") + &markdown_text(text),
        Some(cell) => markdown_text(&cell.shown(decimals, zone)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Column;
    use super::super::markdown_text::tests::unescaped_pipes;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_line_of_a_table_has_its_cells(cells in prop::collection::vec(any::<String>(), 1..5), header in any::<String>()) {
            let columns: Vec<Column> = cells.iter().map(|_| Column::text(header.as_str(), "key")).collect();
            let count = columns.len();
            let rows = vec![cells.into_iter().map(Cell::Text).collect()];
            let text = render(&Document::new("UTC").with_table(Table { columns, rows, data_rows: Vec::new() }));
            prop_assert_eq!(text.lines().count(), 3);
            for line in text.lines() {
                prop_assert_eq!(unescaped_pipes(line), count + 1, "{}", line);
            }
        }
    }
}
