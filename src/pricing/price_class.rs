//! The things that have a price of their own.

use std::fmt;

use crate::model::Usage;

/// One kind of billed unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PriceClass {
    /// Prompt tokens outside any cache.
    Input,
    /// Tokens the model wrote.
    Output,
    /// Prompt tokens read from a cache.
    CacheRead,
    /// Prompt tokens written to the 5-minute cache.
    CacheWrite5m,
    /// Prompt tokens written to the 1-hour cache.
    CacheWrite1h,
    /// Searches the server made; a count, not tokens.
    WebSearch,
}

impl PriceClass {
    /// The classes counted in tokens, in the order reports show them.
    pub const TOKENS: [PriceClass; 5] = [
        PriceClass::Input,
        PriceClass::Output,
        PriceClass::CacheRead,
        PriceClass::CacheWrite5m,
        PriceClass::CacheWrite1h,
    ];

    /// Every class, in the order reports show them.
    pub const ALL: [PriceClass; 6] = [
        PriceClass::Input,
        PriceClass::Output,
        PriceClass::CacheRead,
        PriceClass::CacheWrite5m,
        PriceClass::CacheWrite1h,
        PriceClass::WebSearch,
    ];

    /// Returns the name, which is also the column of the price file.
    pub fn name(self) -> &'static str {
        match self {
            PriceClass::Input => "input",
            PriceClass::Output => "output",
            PriceClass::CacheRead => "cache_read",
            PriceClass::CacheWrite5m => "cache_write_5m",
            PriceClass::CacheWrite1h => "cache_write_1h",
            PriceClass::WebSearch => "web_search",
        }
    }

    /// Returns how many units of this class a request consumed.
    pub fn units(self, usage: &Usage) -> u64 {
        match self {
            PriceClass::Input => usage.input,
            PriceClass::Output => usage.output,
            PriceClass::CacheRead => usage.cache_read,
            PriceClass::CacheWrite5m => usage.cache_write_5m,
            PriceClass::CacheWrite1h => usage.cache_write_1h,
            PriceClass::WebSearch => usage.web_searches,
        }
    }

    /// Returns the position in [`PriceClass::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for PriceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_stands_at_its_own_index() {
        for (index, class) in PriceClass::ALL.into_iter().enumerate() {
            assert_eq!(class.index(), index);
        }
        assert_eq!(PriceClass::ALL[..5], PriceClass::TOKENS);
    }
}
