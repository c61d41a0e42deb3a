//! A price explained line by line.

use super::multiplier::Multiplier;
use super::price_class::PriceClass;
use super::price_row::PriceRow;
use super::unit_price::UnitPrice;
use super::unpriced::Unpriced;
use crate::model::NanoUsd;

/// What one request cost, or why that is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quote<'book> {
    /// The price and how it came about.
    Priced(Box<Priced<'book>>),
    /// No price; the request is listed with this reason.
    Unpriced {
        /// The model's name as recorded.
        model: String,
        /// Why.
        reason: Unpriced,
    },
}

/// A price and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced<'book> {
    /// The cost of the request.
    pub total: NanoUsd,
    /// One line for each class the request used; their amounts sum to `total`.
    pub lines: Vec<QuoteLine>,
    /// The row the prices are from.
    pub row: &'book PriceRow,
    /// The file the row is from.
    pub source: &'book str,
    /// Whether the prompt was above the row's tier threshold.
    pub above_tier: bool,
    /// Factor for fast answers; 1 for standard ones.
    pub speed_factor: Multiplier,
    /// Factor for the place of inference; 1 without a surcharge.
    pub geo_factor: Multiplier,
}

/// One class of a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuoteLine {
    /// What was used.
    pub class: PriceClass,
    /// How much of it: tokens, or searches.
    pub units: u64,
    /// The price of one unit in this context and service tier, before the factors.
    pub unit_price: UnitPrice,
    /// The exact amount after the factors, in 10⁻²⁰ USD.
    pub exact: i128,
    /// The amount as shown: rounded down, and up where that is needed for the lines to sum to the total.
    pub amount: NanoUsd,
}

/// Exact units (10⁻²⁰ USD) in a nano-USD.
pub(crate) const EXACT_PER_NANO: i128 = 100_000_000_000;

/// Rounds half up to nano-USD, the only rounding of a request.
pub(crate) fn round_to_nano(exact: i128) -> Result<NanoUsd, Unpriced> {
    let nano = exact.checked_add(EXACT_PER_NANO / 2).ok_or(Unpriced::TooLarge)?.div_euclid(EXACT_PER_NANO);
    i64::try_from(nano).map(NanoUsd).map_err(|_| Unpriced::TooLarge)
}

/// Gives every line its amount: rounded down, the rest to the largest remainders, earlier lines first.
pub(crate) fn distribute(lines: &mut [QuoteLine], total: NanoUsd) {
    let mut rest = i128::from(total.0);
    for line in lines.iter_mut() {
        let floor = line.exact.div_euclid(EXACT_PER_NANO);
        line.amount = NanoUsd(i64::try_from(floor).unwrap_or(i64::MAX));
        rest -= floor;
    }
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(lines.get(index).map(|line| line.exact.rem_euclid(EXACT_PER_NANO))));
    for index in order.into_iter().take(usize::try_from(rest).unwrap_or(0)) {
        if let Some(line) = lines.get_mut(index) {
            line.amount += NanoUsd(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_nano_dollar_rounds_up() {
        assert_eq!(round_to_nano(EXACT_PER_NANO / 2 - 1), Ok(NanoUsd(0)));
        assert_eq!(round_to_nano(EXACT_PER_NANO / 2), Ok(NanoUsd(1)));
        assert_eq!(round_to_nano(i128::MAX), Err(Unpriced::TooLarge));
    }
}
