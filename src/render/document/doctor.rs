//! `agent-trace doctor` as a page.

use super::block::Document;
use super::books::list;
use super::cell::Cell;
use super::column::Column;
use super::table::Table;
use crate::render::theme::Role;
use crate::report::{DoctorReport, Finding};

/// Returns the page. Remedies stand below the table, whole: they are there to be pasted.
pub(super) fn document(report: &DoctorReport) -> Document {
    let remedy = |finding: &Finding| Some(format!("{}: {}", finding.check, finding.remedy.as_deref()?));
    let verdict = if report.healthy { "recording works" } else { "recording does not work here" };
    Document::new("UTC")
        .with_table(table(&report.findings))
        .with_all(list("what to do", report.findings.iter().filter_map(remedy).collect(), Role::Warning))
        .with_all(list("", vec![verdict.to_owned()], Role::Plain))
}

fn table(findings: &[Finding]) -> Table {
    Table::of(findings)
        .with(Column::id("check", "check"), |finding| Cell::text(&finding.check))
        .with(Column::name("result", "severity"), |finding| Cell::text(finding.severity.words()))
        .with(Column::text("what came out", "message"), |finding| Cell::text(&finding.message))
        .with(Column::data("remedy"), |finding| Cell::maybe(finding.remedy.as_deref()))
        .build()
}
