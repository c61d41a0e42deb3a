//! How sure a rate is that was seen in few cases.

use crate::report::{Missing, PullRate};

/// The normal quantile of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Returns a rate with the Wilson score interval, which never leaves 0..1 and is sensible for one case too.
pub(super) fn rate(count: u64, of: u64, missing: Missing) -> PullRate {
    if of == 0 {
        return PullRate { count, of, missing: Some(missing), ..PullRate::default() };
    }
    let (k, n) = (count as f64, of as f64);
    let (share, z2) = (k / n, Z * Z);
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let (low, high) = ((middle - half).max(0.0), (middle + half).min(1.0));
    PullRate { count, of, rate: Some(share), low: Some(low), high: Some(high), missing: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn interval(count: u64, of: u64) -> (f64, f64) {
        let rate = rate(count, of, Missing::NotApplicable);
        let round = |value: f64| (value * 10_000.0).round() / 10_000.0;
        (round(rate.low.unwrap()), round(rate.high.unwrap()))
    }

    /// As statistical tables have them (Newcombe 1998, method 3, and R's `prop.test(correct = FALSE)`).
    #[test]
    fn the_interval_is_that_of_the_tables() {
        assert_eq!(interval(81, 263), (0.2553, 0.3662));
        assert_eq!(interval(15, 148), (0.0624, 0.1605));
        assert_eq!(interval(0, 20), (0.0, 0.1611));
        assert_eq!(interval(1, 29), (0.0061, 0.1718));
        assert_eq!(interval(8, 10), (0.4902, 0.9433));
    }

    #[test]
    fn nothing_has_no_rate() {
        let none = rate(0, 0, Missing::NotSynced);
        assert_eq!((none.rate, none.low, none.missing), (None, None, Some(Missing::NotSynced)));
    }

    proptest! {
        #[test]
        fn the_rate_lies_in_its_interval(of in 1u64..10_000, part in 0.0f64..=1.0) {
            let found = rate((of as f64 * part) as u64, of, Missing::NotSynced);
            let (low, share, high) = (found.low.unwrap(), found.rate.unwrap(), found.high.unwrap());
            prop_assert!(0.0 <= low && low <= share + 1e-9 && share <= high + 1e-9 && high <= 1.0);
        }
    }
}
