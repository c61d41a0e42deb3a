//! What can go wrong with an answer.

use crate::report::Imbalance;
use crate::store::StoreError;

/// An answer that cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A frame; a bug of this program.
    #[error("a frame could not be made: {0}")]
    Frame(#[from] polars::error::PolarsError),
    /// Parts that do not sum to their whole; a bug of this program, and nothing is printed.
    #[error(transparent)]
    Imbalance(#[from] Imbalance),
}
