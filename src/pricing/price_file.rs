//! Price files: CSV text to rows, for the embedded table and for a user's own.

use super::check::FindingKind;
use super::csv_line;
use super::decimal::DecimalError;
use super::multiplier::Multiplier;
use super::price_class::PriceClass;
use super::price_day::PriceDay;
use super::price_row::{PriceRow, ServicePrices};
use super::unit_price::UnitPrice;

/// A price file that cannot be used, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {}{fault}", in_column(.column.as_deref()))]
pub struct PriceFileError {
    /// The name of the file as the caller gave it.
    pub file: String,
    /// The line, from 1; 0 when the whole file is meant.
    pub line: u32,
    /// The column the fault is in, where it is in one.
    pub column: Option<String>,
    /// What is wrong.
    pub fault: PriceFileFault,
}

/// What is wrong with a price file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceFileFault {
    /// Nothing but comments.
    #[error("the file has no header line")]
    NoHeader,
    /// A heading this program does not know.
    #[error("unknown column")]
    UnknownColumn,
    /// The same heading twice.
    #[error("the column appears twice")]
    DuplicateColumn,
    /// A mandatory column is not in the header.
    #[error("the mandatory column is missing")]
    MissingColumn,
    /// A mandatory cell is empty.
    #[error("the mandatory value is missing")]
    MissingValue,
    /// More cells than headings.
    #[error("{found} values under {expected} columns")]
    TooManyValues {
        /// Cells in the line.
        found: usize,
        /// Columns in the header.
        expected: usize,
    },
    /// A quote without its partner.
    #[error("a quoted value does not end")]
    BrokenQuote,
    /// A price or factor that is not exact decimal text.
    #[error("`{value}` is {fault}")]
    BadNumber {
        /// The cell.
        value: String,
        /// What is wrong with it.
        fault: DecimalError,
    },
    /// Not a count of tokens.
    #[error("`{value}` is not a whole number of tokens")]
    BadCount {
        /// The cell.
        value: String,
    },
    /// Not a day.
    #[error("`{value}` is not a day")]
    BadDay {
        /// The cell.
        value: String,
    },
    /// Readable, but prices from it would be wrong or ambiguous.
    #[error("model `{model}`: {kind}")]
    Contradiction {
        /// The model of the row.
        model: String,
        /// What contradicts what.
        kind: FindingKind,
    },
}

impl PriceFileError {
    /// Returns what the user can do about it, as one sentence without a full stop.
    pub fn hint(&self) -> String {
        match &self.fault {
            PriceFileFault::NoHeader => format!("begin the file with `{}`", MANDATORY.join(",")),
            PriceFileFault::UnknownColumn => format!("use comma-separated columns out of {}", COLUMNS.join(", ")),
            PriceFileFault::DuplicateColumn => "remove one of the two columns".into(),
            PriceFileFault::MissingColumn => format!("the columns {} must be there", MANDATORY.join(", ")),
            PriceFileFault::MissingValue => "fill the cell or remove the line".into(),
            PriceFileFault::TooManyValues { .. } => "put values that contain a comma in double quotes".into(),
            PriceFileFault::BrokenQuote => "close the quote on its line, and write a quote inside a value twice".into(),
            PriceFileFault::BadNumber { .. } => {
                "write tokens in USD per million and searches in USD each, with a point and no currency sign".into()
            }
            PriceFileFault::BadCount { .. } => "write the tokens out, for example 200000".into(),
            PriceFileFault::BadDay { .. } => "write the day as 2026-11-21".into(),
            PriceFileFault::Contradiction { .. } => "correct this line or the one it contradicts".into(),
        }
    }
}

/// A price file as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PriceFile {
    /// `# version: …`, if the file has it.
    pub(crate) version: String,
    /// `# date: …`, if the file has it.
    pub(crate) date: String,
    /// The rows in the file's order.
    pub(crate) rows: Vec<PriceRow>,
}

const MANDATORY: [&str; 3] = ["model", "input", "output"];

const COLUMNS: [&str; 28] = [
    "model",
    "provider",
    "valid_from",
    "valid_to",
    "input",
    "output",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "web_search",
    "tier_threshold",
    "above_input",
    "above_output",
    "above_cache_read",
    "above_cache_write_5m",
    "above_cache_write_1h",
    "fast_multiplier",
    "us_multiplier",
    "regional_multiplier",
    "batch_input",
    "batch_output",
    "priority_input",
    "priority_output",
    "flex_input",
    "flex_output",
    "retires",
    "source",
    "note",
];

/// Reads a price file; `layer` goes into its rows.
pub(crate) fn parse(text: &str, file: &str, layer: u16) -> Result<PriceFile, PriceFileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut result = PriceFile::default();
    let mut header: Option<Vec<String>> = None;
    for (line, content) in (1u32..).zip(text.lines()) {
        let fail = |(column, fault)| PriceFileError { file: file.to_owned(), line, column, fault };
        if let Some(comment) = content.strip_prefix('#') {
            read_comment(comment, &mut result);
        } else if content.trim().is_empty() {
            continue;
        } else if let Some(header) = &header {
            result.rows.push(read_row(content, header, layer, line).map_err(fail)?);
        } else {
            header = Some(read_header(content).map_err(fail)?);
        }
    }
    let no_header = || PriceFileError { file: file.to_owned(), line: 0, column: None, fault: PriceFileFault::NoHeader };
    header.map(|_| result).ok_or_else(no_header)
}

type Fault = (Option<String>, PriceFileFault);

fn read_comment(comment: &str, result: &mut PriceFile) {
    if let Some((key, value)) = comment.split_once(':') {
        match key.trim() {
            "version" => result.version = value.trim().to_owned(),
            "date" => result.date = value.trim().to_owned(),
            _ => {}
        }
    }
}

fn read_header(line: &str) -> Result<Vec<String>, Fault> {
    let names = csv_line::split(line).ok_or((None, PriceFileFault::BrokenQuote))?;
    for (index, name) in names.iter().enumerate() {
        let fault = |fault| Err((Some(name.clone()), fault));
        if !COLUMNS.contains(&name.as_str()) {
            return fault(PriceFileFault::UnknownColumn);
        }
        if names.iter().take(index).any(|earlier| earlier == name) {
            return fault(PriceFileFault::DuplicateColumn);
        }
    }
    match MANDATORY.into_iter().find(|&column| !names.iter().any(|name| name == column)) {
        Some(column) => Err((Some(column.to_owned()), PriceFileFault::MissingColumn)),
        None => Ok(names),
    }
}

fn read_row(line: &str, header: &[String], layer: u16, number: u32) -> Result<PriceRow, Fault> {
    let values = csv_line::split(line).ok_or((None, PriceFileFault::BrokenQuote))?;
    if values.len() > header.len() {
        return Err((None, PriceFileFault::TooManyValues { found: values.len(), expected: header.len() }));
    }
    let cells = Cells { header, values: &values };
    let class_prices = |prefix: &str| -> Result<[Option<UnitPrice>; 5], Fault> {
        let mut prices = [None; 5];
        for (price, class) in prices.iter_mut().zip(PriceClass::TOKENS) {
            *price = cells.price(&format!("{prefix}{class}"))?;
        }
        Ok(prices)
    };
    cells.mandatory("input")?;
    cells.mandatory("output")?;
    Ok(PriceRow {
        model: cells.mandatory("model")?.into(),
        provider: cells.text("provider").into(),
        valid_from: cells.day("valid_from")?,
        valid_to: cells.day("valid_to")?,
        base: class_prices("")?,
        tier_threshold: cells.count("tier_threshold")?,
        above: class_prices("above_")?,
        web_search: cells.number("web_search", UnitPrice::parse_per_search)?,
        fast: cells.number("fast_multiplier", Multiplier::parse)?,
        us: cells.number("us_multiplier", Multiplier::parse)?,
        regional: cells.number("regional_multiplier", Multiplier::parse)?,
        batch: cells.service("batch")?,
        priority: cells.service("priority")?,
        flex: cells.service("flex")?,
        retires: cells.day("retires")?,
        source: cells.text("source").into(),
        note: cells.text("note").into(),
        layer,
        line: number,
    })
}

struct Cells<'a> {
    header: &'a [String],
    values: &'a [String],
}

impl<'a> Cells<'a> {
    fn text(&self, column: &str) -> &'a str {
        let index = self.header.iter().position(|name| name == column);
        index.and_then(|index| self.values.get(index)).map_or("", String::as_str)
    }

    fn mandatory(&self, column: &str) -> Result<&'a str, Fault> {
        let missing = || (Some(column.to_owned()), PriceFileFault::MissingValue);
        Some(self.text(column)).filter(|text| !text.is_empty()).ok_or_else(missing)
    }

    fn read<T>(
        &self,
        column: &str,
        parse: impl Fn(&str) -> Option<T>,
        fault: impl Fn(String) -> PriceFileFault,
    ) -> Result<Option<T>, Fault> {
        match self.text(column) {
            "" => Ok(None),
            text => parse(text).map(Some).ok_or_else(|| (Some(column.to_owned()), fault(text.to_owned()))),
        }
    }

    fn number<T>(&self, column: &str, parse: impl Fn(&str) -> Result<T, DecimalError>) -> Result<Option<T>, Fault> {
        let bad =
            |text: &str, fault| (Some(column.to_owned()), PriceFileFault::BadNumber { value: text.to_owned(), fault });
        match self.text(column) {
            "" => Ok(None),
            text => parse(text).map(Some).map_err(|fault| bad(text, fault)),
        }
    }

    fn price(&self, column: &str) -> Result<Option<UnitPrice>, Fault> {
        self.number(column, UnitPrice::parse_per_million)
    }

    fn day(&self, column: &str) -> Result<Option<PriceDay>, Fault> {
        self.read(column, PriceDay::parse, |value| PriceFileFault::BadDay { value })
    }

    fn count(&self, column: &str) -> Result<Option<u64>, Fault> {
        self.read(column, |text| text.parse().ok(), |value| PriceFileFault::BadCount { value })
    }

    fn service(&self, name: &str) -> Result<ServicePrices, Fault> {
        Ok(ServicePrices {
            input: self.price(&format!("{name}_input"))?,
            output: self.price(&format!("{name}_output"))?,
        })
    }
}

fn in_column(column: Option<&str>) -> String {
    column.map(|column| format!("column `{column}`: ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(text: &str) -> String {
        let error = parse(text, "my.csv", 1).unwrap_err();
        assert!(!error.hint().is_empty());
        error.to_string()
    }

    #[test]
    fn three_columns_in_any_order_are_enough() {
        let file = parse("\u{feff}# version: 7\r\n\r\noutput,model,input\r\n5,\"my-model\",0.25\r\n", "x", 3).unwrap();
        let row = &file.rows[0];
        assert_eq!((&*row.model, row.layer, row.line, file.version.as_str()), ("my-model", 3, 4, "7"));
        assert_eq!(row.own_price(PriceClass::Input), Some(UnitPrice(250_000)));
        assert_eq!(row.own_price(PriceClass::Output), Some(UnitPrice(5_000_000)));
        assert_eq!(row.own_price(PriceClass::CacheRead), None);
    }

    #[test]
    fn every_error_names_file_line_and_column() {
        assert_eq!(message("# nothing"), "my.csv:0: the file has no header line");
        assert_eq!(message("model,input,outptu"), "my.csv:1: column `outptu`: unknown column");
        assert_eq!(message("model,input"), "my.csv:1: column `output`: the mandatory column is missing");
        assert_eq!(message("model,input,input"), "my.csv:1: column `input`: the column appears twice");
        let row = |row: &str| message(&format!("model,input,output,valid_to,tier_threshold\n{row}"));
        assert_eq!(row("m,,2"), "my.csv:2: column `input`: the mandatory value is missing");
        assert_eq!(row(",1,2"), "my.csv:2: column `model`: the mandatory value is missing");
        assert_eq!(row("m,1,2,,,9"), "my.csv:2: 6 values under 5 columns");
        assert_eq!(row("m,1,\"2"), "my.csv:2: a quoted value does not end");
        assert_eq!(row("m,1,2,31.12.2026"), "my.csv:2: column `valid_to`: `31.12.2026` is not a day");
        assert_eq!(row("m,1,2,,200k"), "my.csv:2: column `tier_threshold`: `200k` is not a whole number of tokens");
        assert_eq!(row("m,$1,2"), "my.csv:2: column `input`: `$1` is not a plain decimal number such as `3` or `0.25`");
        assert_eq!(
            row("m,1,0.0000001"),
            "my.csv:2: column `output`: `0.0000001` is more than 6 digits after the point"
        );
    }

    #[test]
    fn a_price_of_zero_is_a_price_and_an_empty_cell_is_not() {
        let file = parse("model,input,output,cache_read\nlocal,0,0,0\n", "x", 0).unwrap();
        assert_eq!(file.rows[0].own_price(PriceClass::CacheRead), Some(UnitPrice(0)));
        assert_eq!(file.rows[0].own_price(PriceClass::CacheWrite5m), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z,0-9.\"#\n ]{0,200}") {
            let _ = parse(&format!("model,input,output\n{text}"), "x", 0);
            let _ = parse(&text, "x", 0);
        }
    }
}
