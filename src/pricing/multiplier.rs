//! A factor on prices, such as 1.1 for inference in one country.

use std::fmt;

use super::decimal::{self, DecimalError};

/// A factor in ten-thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Multiplier(pub u64);

const PLACES: u32 = 4;
const MAX: Multiplier = Multiplier(100 * Multiplier::SCALE);

impl Multiplier {
    /// The number that stands for a factor of 1.
    pub const SCALE: u64 = 10_000;
    /// Leaves a price as it is.
    pub const ONE: Multiplier = Multiplier(Multiplier::SCALE);

    /// Reads a factor between 0.0001 and 100.
    ///
    /// # Errors
    /// [`DecimalError`] when the text is not an exact decimal of at most four places in that range.
    pub fn parse(text: &str) -> Result<Multiplier, DecimalError> {
        match decimal::parse(text, PLACES).map(Multiplier)? {
            Multiplier(0) => Err(DecimalError::NotDecimal),
            factor if factor > MAX => Err(DecimalError::TooLarge),
            factor => Ok(factor),
        }
    }
}

impl fmt::Display for Multiplier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal::to_text(self.0, PLACES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_exact_and_bounded() {
        assert_eq!(Multiplier::parse("1.1"), Ok(Multiplier(11_000)));
        assert_eq!(Multiplier::parse("2.0"), Ok(Multiplier(20_000)));
        assert_eq!(Multiplier(11_000).to_string(), "1.1");
        for text in ["0", "0.0000", "100.1", "-1", "1.00001"] {
            assert!(Multiplier::parse(text).is_err(), "{text}");
        }
    }
}
