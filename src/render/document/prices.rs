//! `agent-trace prices` as pages.

use super::block::{Block, Document, Sum};
use super::books::{self, counted, list};
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::render::theme::Role;
use crate::report::{
    PriceEntry, PriceFinding, PriceLine, PriceSeverity, PricesCheckReport, PricesExplainReport, PricesListReport,
};

fn list_table(rows: &[PriceEntry]) -> Table {
    let price = |of: fn(&PriceEntry) -> Option<u64>| move |row: &PriceEntry| Cell::UnitPrice(of(row));
    Table::of(rows)
        .with(Column::id("model", "model"), |row| Cell::text(&row.model))
        .with(Column::data("provider"), |row| Cell::maybe(row.provider.as_deref()))
        .with(Column::name("from", "valid_from").optional(), |row| Cell::maybe(row.valid_from.as_deref()))
        .with(Column::name("to", "valid_to").optional(), |row| Cell::maybe(row.valid_to.as_deref()))
        .with(Column::number("input", "input_pico_usd"), price(|row| row.input_pico_usd))
        .with(Column::number("output", "output_pico_usd"), price(|row| row.output_pico_usd))
        .with(Column::number("cache read", "cache_read_pico_usd"), price(|row| row.cache_read_pico_usd))
        .with(Column::number("write 5m", "cache_write_5m_pico_usd"), price(|row| row.cache_write_5m_pico_usd))
        .with(Column::number("write 1h", "cache_write_1h_pico_usd"), price(|row| row.cache_write_1h_pico_usd))
        .with(Column::data("web_search_pico_usd"), price(|row| row.web_search_pico_usd))
        .with(Column::number("tier tok", "tier_threshold").optional(), |row| {
            row.tier_threshold.map_or(Cell::Blank, Cell::count)
        })
        .with(Column::data("source"), |row| Cell::text(&row.source))
        .with(Column::data("note"), |row| Cell::maybe(row.note.as_deref()))
        .build()
}

/// Returns the page of the table.
pub(super) fn list_page(report: &PricesListReport) -> Document {
    let unit = "USD per million tokens; an empty cell is a price the provider does not have".to_owned();
    Document::new("UTC").with_table(list_table(&report.rows)).with_all(list(
        "",
        vec![unit, books::prices(&report.prices)],
        Role::Muted,
    ))
}

/// Returns the page of one price.
pub(super) fn explain(report: &PricesExplainReport) -> Document {
    let total = Sum { name: "total".into(), amount: report.total, detail: report.reason.clone().unwrap_or_default() };
    let above = report.above_tier.map(|above| if above { "above the threshold" } else { "below the threshold" });
    Document::new("UTC")
        .with_heading(format!("{} on {}", report.model, report.at))
        .with_facts([
            ("row", Cell::maybe(report.resolved.as_deref())),
            ("from", Cell::maybe(report.source.as_deref())),
            ("note", Cell::maybe(report.note.as_deref())),
            ("tier", Cell::maybe(above)),
            ("factors", if report.factors.is_empty() { Cell::Blank } else { Cell::Text(report.factors.join(", ")) }),
        ])
        .with_table(lines(&report.lines))
        .with(Block::Sums(vec![total]))
        .with_all(list("", vec![books::prices(&report.prices)], Role::Muted))
}

fn lines(lines: &[PriceLine]) -> Table {
    Table::of(lines)
        .with(Column::id("class", "class"), |line| Cell::text(&line.class))
        .with(Column::number("units", "units"), |line| Cell::count(line.units))
        .with(Column::number("$ per million", "unit_pico_usd"), |line| Cell::UnitPrice(Some(line.unit_pico_usd)))
        .with(Column::money("amount $", "amount_usd"), |line| Cell::Money(Some(line.amount)))
        .build()
}

/// Returns the page of the remarks.
pub(super) fn check(report: &PricesCheckReport) -> Document {
    let errors = report.findings.iter().filter(|finding| finding.severity == PriceSeverity::Error).count() as u64;
    let warnings = (report.findings.len() as u64).saturating_sub(errors);
    let rows = counted(report.rows_checked, "row");
    let summary = format!("{rows} checked: {}, {}", counted(errors, "error"), counted(warnings, "warning"));
    Document::new("UTC").with_table(findings(&report.findings)).with_all(list(
        "",
        vec![summary, books::prices(&report.prices)],
        Role::Muted,
    ))
}

fn findings(findings: &[PriceFinding]) -> Table {
    let severity = |finding: &PriceFinding| match finding.severity {
        PriceSeverity::Warning => Cell::text("warning"),
        PriceSeverity::Error => Cell::text("error"),
    };
    Table::of(findings)
        .with(Column::name("severity", "severity"), severity)
        .with(Column::path("file", "file"), |finding| Cell::text(&finding.file))
        .with(Column::number("line", "line"), |finding| Cell::count(finding.line))
        .with(Column::id("model", "model"), |finding| Cell::text(&finding.model))
        .with(Column::text("remark", "message"), |finding| Cell::text(&finding.message))
        .build()
}
