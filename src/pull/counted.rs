//! Counters of notes as amounts and tokens.

use crate::model::NanoUsd;
use crate::notes::{Counter, Counters};
use crate::report::{Missing, PullUsage, TokenCounts};

/// Returns the priced money of counters.
pub fn nano(counters: &Counters) -> NanoUsd {
    NanoUsd(i64::try_from(counters.get(Counter::MicroUsd)).unwrap_or(i64::MAX).saturating_mul(1_000))
}

/// Returns the tokens of counters.
pub fn tokens(counters: &Counters) -> TokenCounts {
    TokenCounts {
        input: counters.get(Counter::Input),
        output: counters.get(Counter::Output),
        cache_read: counters.get(Counter::CacheRead),
        cache_write_5m: counters.get(Counter::CacheWrite5m),
        cache_write_1h: counters.get(Counter::CacheWrite1h),
    }
}

/// Returns counters as a row shows them; `missing` says why there is no usage at all.
pub(super) fn usage(counters: Option<Counters>, missing: Missing) -> PullUsage {
    let Some(counters) = counters else { return PullUsage { cost_missing: Some(missing), ..PullUsage::default() } };
    let is_unpriced = counters.is_unpriced();
    PullUsage {
        cost: (!is_unpriced).then(|| nano(&counters)),
        cost_missing: is_unpriced.then_some(Missing::Unpriced),
        requests: counters.get(Counter::Requests),
        unpriced_requests: counters.get(Counter::Unpriced),
        tokens: tokens(&counters),
    }
}
