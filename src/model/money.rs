//! Money as an integer, so that parts always sum to the whole.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// An amount in nano-USD (10⁻⁹ dollars).
///
/// Nothing is rounded before rendering; see [`NanoUsd::to_text`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NanoUsd(pub i64);

impl NanoUsd {
    /// No money.
    pub const ZERO: NanoUsd = NanoUsd(0);

    /// Returns the amount with `decimals` (0 to 9) digits after the point, rounded half away from zero.
    pub fn to_text(self, decimals: u32) -> String {
        let decimals = decimals.min(9);
        let unit = 10i128.pow(9 - decimals);
        let magnitude = (i128::from(self.0).abs() + unit / 2) / unit;
        let scale = 10i128.pow(decimals);
        let sign = if self.0 < 0 && magnitude != 0 { "-" } else { "" };
        match decimals {
            0 => format!("{sign}{magnitude}"),
            _ => format!("{sign}{}.{:0width$}", magnitude / scale, magnitude % scale, width = decimals as usize),
        }
    }

    /// Splits the amount by weights so that the parts sum to it exactly.
    ///
    /// Largest remainder; ties go to the earlier part. Weights that are all
    /// zero give everything to the first part. No weights give no parts.
    pub fn split(self, weights: &[u64]) -> Vec<NanoUsd> {
        let total: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
        if total == 0 {
            let whole = |index| if index == 0 { self } else { NanoUsd::ZERO };
            return (0..weights.len()).map(whole).collect();
        }
        let amount = i128::from(self.0);
        let exact = |&weight: &u64| (amount * i128::from(weight)).div_euclid(total);
        let rest = |&weight: &u64| (amount * i128::from(weight)).rem_euclid(total);
        let mut parts: Vec<i128> = weights.iter().map(exact).collect();
        let mut order: Vec<usize> = (0..weights.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(rest(&weights[index])));
        let missing = amount - parts.iter().sum::<i128>();
        for &index in order.iter().take(missing as usize) {
            parts[index] += 1;
        }
        parts.into_iter().map(|part| NanoUsd(part as i64)).collect()
    }
}

impl fmt::Display for NanoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(2))
    }
}

impl Add for NanoUsd {
    type Output = NanoUsd;
    fn add(self, other: NanoUsd) -> NanoUsd {
        NanoUsd(self.0.saturating_add(other.0))
    }
}

impl Sub for NanoUsd {
    type Output = NanoUsd;
    fn sub(self, other: NanoUsd) -> NanoUsd {
        NanoUsd(self.0.saturating_sub(other.0))
    }
}

impl Neg for NanoUsd {
    type Output = NanoUsd;
    fn neg(self) -> NanoUsd {
        NanoUsd(self.0.saturating_neg())
    }
}

impl AddAssign for NanoUsd {
    fn add_assign(&mut self, other: NanoUsd) {
        *self = *self + other;
    }
}

impl Sum for NanoUsd {
    fn sum<I: Iterator<Item = NanoUsd>>(amounts: I) -> NanoUsd {
        amounts.fold(NanoUsd::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_rounds_half_away_from_zero() {
        assert_eq!(NanoUsd(151_854_249_000).to_text(6), "151.854249");
        assert_eq!(NanoUsd(5_000_000).to_text(2), "0.01");
        assert_eq!(NanoUsd(4_999_999).to_text(2), "0.00");
        assert_eq!(NanoUsd(-5_000_000).to_text(2), "-0.01");
        assert_eq!(NanoUsd(-1).to_text(2), "0.00");
        assert_eq!(NanoUsd(1).to_text(9), "0.000000001");
        assert_eq!(NanoUsd(1_500_000_000).to_text(0), "2");
        assert_eq!(NanoUsd(i64::MIN).to_text(2), "-9223372036.85");
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole(amount in any::<i64>(), weights in prop::collection::vec(0u64..1_000_000, 1..20)) {
            let parts = NanoUsd(amount).split(&weights);
            let sum: i128 = parts.iter().map(|part| i128::from(part.0)).sum();
            prop_assert_eq!(sum, i128::from(amount));
        }

        #[test]
        fn a_part_differs_from_its_exact_share_by_less_than_one(amount in 0i64..1_000_000_000_000, weights in prop::collection::vec(1u64..1_000, 1..20)) {
            let total: u64 = weights.iter().sum();
            for (part, weight) in NanoUsd(amount).split(&weights).iter().zip(&weights) {
                let exact = amount as f64 * *weight as f64 / total as f64;
                prop_assert!((part.0 as f64 - exact).abs() < 1.01);
            }
        }
    }
}
