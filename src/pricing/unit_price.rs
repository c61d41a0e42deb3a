//! The price of one token or one search.

use std::fmt;

use super::decimal::{self, DecimalError};

/// Pico-USD (10⁻¹² dollars) a token or a search.
///
/// One dollar a million tokens is 1,000,000 pico-USD a token, so six digits after the point are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnitPrice(pub u64);

const PLACES_PER_MILLION: u32 = 6;
const PLACES_PER_SEARCH: u32 = 12;

impl UnitPrice {
    /// Reads a price in USD per million tokens.
    ///
    /// # Errors
    /// [`DecimalError`] when the text is not an exact decimal of at most six places.
    pub fn parse_per_million(text: &str) -> Result<UnitPrice, DecimalError> {
        decimal::parse(text, PLACES_PER_MILLION).map(UnitPrice)
    }

    /// Reads a price in USD per search.
    ///
    /// # Errors
    /// [`DecimalError`] when the text is not an exact decimal of at most twelve places.
    pub fn parse_per_search(text: &str) -> Result<UnitPrice, DecimalError> {
        decimal::parse(text, PLACES_PER_SEARCH).map(UnitPrice)
    }

    /// Returns the price in USD per million units, without superfluous zeros.
    pub fn per_million_text(self) -> String {
        decimal::to_text(self.0, PLACES_PER_MILLION)
    }

    /// Returns the price in USD per unit, without superfluous zeros.
    pub fn per_unit_text(self) -> String {
        decimal::to_text(self.0, PLACES_PER_SEARCH)
    }

    /// Returns this price times `numerator` / `denominator`, half up to one pico-USD; `None` without a denominator.
    ///
    /// Only derived prices need it; those of the embedded table all come out whole, which a test holds.
    pub(crate) fn scaled(self, numerator: UnitPrice, denominator: UnitPrice) -> Option<UnitPrice> {
        let divisor = u128::from(denominator.0);
        let product = u128::from(self.0) * u128::from(numerator.0);
        let rounded = (product + divisor / 2).checked_div(divisor)?;
        u64::try_from(rounded).ok().map(UnitPrice)
    }
}

impl fmt::Display for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.per_million_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dollar_a_million_is_a_million_pico_a_token() {
        assert_eq!(UnitPrice::parse_per_million("1"), Ok(UnitPrice(1_000_000)));
        assert_eq!(UnitPrice::parse_per_search("0.01"), Ok(UnitPrice(10_000_000_000)));
        assert_eq!(UnitPrice(125_000).to_string(), "0.125");
        assert_eq!(UnitPrice(14_000_000_000).per_unit_text(), "0.014");
    }

    #[test]
    fn scaling_rounds_half_up_and_needs_a_denominator() {
        assert_eq!(UnitPrice(5).scaled(UnitPrice(1), UnitPrice(2)), Some(UnitPrice(3)));
        assert_eq!(UnitPrice(300).scaled(UnitPrice(6), UnitPrice(3)), Some(UnitPrice(600)));
        assert_eq!(UnitPrice(300).scaled(UnitPrice(6), UnitPrice(0)), None);
        assert_eq!(UnitPrice(u64::MAX).scaled(UnitPrice(2), UnitPrice(1)), None);
    }
}
