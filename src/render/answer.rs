//! From a report to its text.

use super::document::Document;
use super::format::Format;
use super::theme::Theme;
use super::{csv, json, markdown, text};
use crate::report::{Imbalance, Report};

/// How an answer is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The format.
    pub format: Format,
    /// Columns of the terminal; tables are made to fit.
    pub width: usize,
    /// With or without colour; only [`Format::Table`] has any.
    pub theme: Theme,
    /// Whether JSON is indented.
    pub is_pretty: bool,
}

/// Why a report cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Its parts do not sum to the whole: a wrong number is worse than none.
    #[error("the report does not balance")]
    Unbalanced(#[from] Imbalance),
    /// It cannot be written as JSON.
    #[error("the report cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// Returns the text of a report; it ends with exactly one line end.
///
/// # Errors
/// [`RenderError::Unbalanced`] for a report that breaks a conservation law.
pub fn render(report: &Report, options: &Options) -> Result<String, RenderError> {
    report.balanced()?;
    Ok(match options.format {
        Format::Json => json::render(report, options.is_pretty)?,
        Format::Table => text::render(&Document::of(report), options.width, options.theme),
        Format::Csv => csv::render(&Document::of(report)),
        Format::Markdown => markdown::render(&Document::of(report)),
    })
}
