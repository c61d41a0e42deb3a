//! The law of the books.

use crate::model::NanoUsd;

/// Parts that do not sum to their whole. A report with one is a bug and does not print.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: the parts sum to {parts}, the whole is {whole}")]
pub struct Imbalance {
    /// Which sum.
    pub what: String,
    /// What the parts sum to.
    pub parts: i128,
    /// What they should sum to.
    pub whole: i128,
}

/// Checks one sum exactly; unknown amounts add nothing.
pub(super) fn check(
    what: impl FnOnce() -> String,
    parts: impl IntoIterator<Item = Option<NanoUsd>>,
    whole: NanoUsd,
) -> Result<(), Imbalance> {
    let parts: i128 = parts.into_iter().flatten().map(|part| i128::from(part.0)).sum();
    let whole = i128::from(whole.0);
    if parts == whole { Ok(()) } else { Err(Imbalance { what: what(), parts, whole }) }
}

/// Checks one sum of lines.
pub(super) fn check_lines(
    what: impl FnOnce() -> String,
    parts: impl IntoIterator<Item = u64>,
    whole: u64,
) -> Result<(), Imbalance> {
    let parts: i128 = parts.into_iter().map(i128::from).sum();
    let whole = i128::from(whole);
    if parts == whole { Ok(()) } else { Err(Imbalance { what: what(), parts, whole }) }
}
