//! What a slice consumed, as whole numbers that only grow.

use super::field::MAX_NUMBER;

/// One counter of a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Counter {
    /// Prompt tokens outside any cache.
    Input,
    /// Output tokens.
    Output,
    /// Tokens read from a cache.
    CacheRead,
    /// Tokens written to the 5-minute cache.
    CacheWrite5m,
    /// Tokens written to the 1-hour cache.
    CacheWrite1h,
    /// Billed requests.
    Requests,
    /// Micro-USD at the prices of `pv`; requests without a price add nothing.
    MicroUsd,
    /// Web searches.
    WebSearches,
    /// Requests without a price.
    Unpriced,
}

impl Counter {
    /// Every counter, in the order of a line.
    pub const ALL: [Counter; 9] = [
        Counter::Input,
        Counter::Output,
        Counter::CacheRead,
        Counter::CacheWrite5m,
        Counter::CacheWrite1h,
        Counter::Requests,
        Counter::MicroUsd,
        Counter::WebSearches,
        Counter::Unpriced,
    ];

    /// Returns the key in a line.
    pub fn key(self) -> &'static str {
        match self {
            Counter::Input => "i",
            Counter::Output => "o",
            Counter::CacheRead => "cr",
            Counter::CacheWrite5m => "cw5",
            Counter::CacheWrite1h => "cw1h",
            Counter::Requests => "req",
            Counter::MicroUsd => "us",
            Counter::WebSearches => "ws",
            Counter::Unpriced => "un",
        }
    }

    /// Tells whether a line leaves the counter out where it is zero.
    pub(super) fn is_optional(self) -> bool {
        matches!(self, Counter::WebSearches | Counter::Unpriced)
    }
}

/// A number for every [`Counter`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Counters([u64; Counter::ALL.len()]);

impl Counters {
    /// Returns a counter.
    pub fn get(&self, counter: Counter) -> u64 {
        self.0[counter as usize]
    }

    /// Sets a counter; what is larger than 2⁵³ − 1 becomes that.
    pub fn set(&mut self, counter: Counter, value: u64) {
        self.0[counter as usize] = value.min(MAX_NUMBER);
    }

    /// Returns the counters made of those of both, one by one.
    pub fn with(self, other: Counters, join: impl Fn(u64, u64) -> u64) -> Counters {
        let mut joined = Counters::default();
        for counter in Counter::ALL {
            joined.set(counter, join(self.get(counter), other.get(counter)));
        }
        joined
    }

    /// Returns the larger of each.
    pub fn max(self, other: Counters) -> Counters {
        self.with(other, u64::max)
    }

    /// Returns the sum of each.
    pub fn plus(self, other: Counters) -> Counters {
        self.with(other, u64::saturating_add)
    }

    /// Returns what each has more than in `other`.
    pub fn minus(self, other: Counters) -> Counters {
        self.with(other, u64::saturating_sub)
    }

    /// Tells whether no counter is larger than in `other`.
    pub fn is_within(&self, other: &Counters) -> bool {
        Counter::ALL.iter().all(|counter| self.get(*counter) <= other.get(*counter))
    }

    /// Tells whether nothing was counted.
    pub fn is_zero(&self) -> bool {
        *self == Counters::default()
    }

    /// Tells whether money is not known: there are requests, and none of them has a price.
    pub fn is_unpriced(&self) -> bool {
        let unpriced = self.get(Counter::Unpriced);
        unpriced > 0 && unpriced >= self.get(Counter::Requests) && self.get(Counter::MicroUsd) == 0
    }
}
