//! Token sums of a row.

use serde::{Deserialize, Serialize};

use crate::model::Usage;

/// Tokens by price class. Classes never overlap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCounts {
    /// Prompt tokens neither read from nor written to a cache.
    pub input: u64,
    /// Tokens the model wrote; a placeholder for incomplete calls.
    pub output: u64,
    /// Prompt tokens read from a cache.
    pub cache_read: u64,
    /// Prompt tokens written to the 5-minute cache.
    pub cache_write_5m: u64,
    /// Prompt tokens written to the 1-hour cache.
    pub cache_write_1h: u64,
}

impl TokenCounts {
    /// Returns the tokens written to either cache.
    pub fn cache_write(&self) -> u64 {
        self.cache_write_5m.saturating_add(self.cache_write_1h)
    }

    /// Returns all tokens.
    pub fn total(&self) -> u64 {
        [self.input, self.output, self.cache_read, self.cache_write_5m, self.cache_write_1h]
            .iter()
            .fold(0, |sum, tokens| sum.saturating_add(*tokens))
    }
}

impl From<Usage> for TokenCounts {
    fn from(usage: Usage) -> TokenCounts {
        TokenCounts {
            input: usage.input,
            output: usage.output,
            cache_read: usage.cache_read,
            cache_write_5m: usage.cache_write_5m,
            cache_write_1h: usage.cache_write_1h,
        }
    }
}
