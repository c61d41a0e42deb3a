//! The main table as CSV (RFC 4180): a header, CRLF, exact numbers.

use super::document::{Cell, Document, Table};
use super::safe_text::is_harmful;
use crate::report::Value;

/// Returns the main table of the document.
pub(super) fn render(document: &Document) -> String {
    let Some(table) = document.data() else { return String::new() };
    let shown = table.data_columns();
    let header = shown.iter().map(|index| field(&table.columns[*index].key));
    let mut csv = record(header);
    for row in table.rows.iter().chain(&table.data_rows) {
        csv.push_str(&record(shown.iter().map(|index| row.get(*index).map_or_else(String::new, exact))));
    }
    csv
}

fn record(fields: impl Iterator<Item = String>) -> String {
    fields.collect::<Vec<_>>().join(",") + "\r\n"
}

/// Returns the exact value: money in dollars with nine decimals, durations in milliseconds, instants in UTC.
fn exact(cell: &Cell) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Text(text) | Cell::Toned { text, .. } | Cell::Branch { text, .. } => field(text),
        Cell::Money(amount) => amount.map_or_else(String::new, |amount| amount.to_text(9)),
        Cell::Count(number) | Cell::Duration(number) => number.map_or_else(String::new, |number| number.to_string()),
        Cell::Share { part, whole } => match (part, whole) {
            (Some(part), Some(whole)) => field(&format!("{part}/{whole}")),
            _ => String::new(),
        },
        Cell::At(at) => at.map_or_else(String::new, |at| at.to_string()),
        Cell::UnitPrice(price) => price.map_or_else(String::new, |price| price.to_string()),
        Cell::Value(Value::Null) => String::new(),
        Cell::Value(Value::Integer(number)) => number.to_string(),
        Cell::Value(Value::Real(number)) => number.to_string(),
        Cell::Value(Value::Text(text)) => field(text),
    }
}

/// Quotes a text where it must be, and keeps spreadsheets from running it as a formula.
fn field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mut safe = String::from(if is_formula { "'" } else { "" });
    safe.extend(text.chars().flat_map(shown));
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

/// Line ends and tabs are data; other control characters are written out.
fn shown(character: char) -> Vec<char> {
    match character {
        '\n' | '\r' | '\t' => vec![character],
        _ if is_harmful(character) => format!("\\u{{{:x}}}", u32::from(character)).chars().collect(),
        _ => vec![character],
    }
}

impl Table {
    /// Returns the columns that CSV has.
    fn data_columns(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|index| self.columns[*index].is_data()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Column;
    use super::*;
    use crate::model::NanoUsd;
    use proptest::prelude::*;

    /// RFC 4180, strictly.
    fn parse(csv: &str) -> Vec<Vec<String>> {
        let (mut records, mut fields, mut text) = (Vec::new(), Vec::new(), String::new());
        let mut characters = csv.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '"' => loop {
                    match characters.next() {
                        Some('"') if characters.peek() == Some(&'"') => text.extend(characters.next()),
                        Some('"') | None => break,
                        Some(inner) => text.push(inner),
                    }
                },
                ',' => fields.push(std::mem::take(&mut text)),
                '\r' => {
                    assert_eq!(characters.next(), Some('\n'), "a bare CR outside quotes");
                    fields.push(std::mem::take(&mut text));
                    records.push(std::mem::take(&mut fields));
                }
                _ => text.push(character),
            }
        }
        assert!(fields.is_empty() && text.is_empty(), "the last record has no end");
        records
    }

    fn table(cells: &[String]) -> Document {
        let columns = (0..cells.len()).map(|index| Column::text("", format!("column{index}"))).collect();
        let row = cells.iter().cloned().map(Cell::Text).collect();
        Document::new("UTC").with_table(Table { columns, rows: vec![row], data_rows: Vec::new() })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(cells in prop::collection::vec("[a-z,\"\n\r =+@'-]{0,12}", 1..6)) {
            let records = parse(&render(&table(&cells)));
            prop_assert_eq!(records.len(), 2);
            for (read, written) in records[1].iter().zip(&cells) {
                let is_formula = written.starts_with(['=', '+', '-', '@', '\r']);
                let expected = if is_formula { format!("'{written}") } else { written.clone() };
                prop_assert_eq!(read, &expected);
            }
        }

        #[test]
        fn any_text_is_one_field(text in any::<String>()) {
            let records = parse(&render(&table(&[text, "end".into()])));
            prop_assert_eq!(records[1].len(), 2);
            prop_assert_eq!(&records[1][1], "end");
        }
    }

    #[test]
    fn formulas_of_strangers_do_not_run() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)"] {
            assert!(field(text).starts_with('\''), "{text}");
        }
        assert_eq!(exact(&Cell::Money(Some(NanoUsd(-1)))), "-0.000000001", "our own numbers are no formulas");
        assert_eq!(exact(&Cell::Money(None)), "", "unknown is empty, not 0");
    }
}
