//! Decimal text as an integer, without a detour through floating point.

/// Why a text is not a decimal this program reads exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Something else than digits with at most one point.
    #[error("not a plain decimal number such as `3` or `0.25`")]
    NotDecimal,
    /// More digits after the point than the unit can hold.
    #[error("more than {0} digits after the point")]
    TooPrecise(u32),
    /// Beyond any price (a million dollars).
    #[error("larger than 1000000")]
    TooLarge,
}

/// The largest whole part a price file may name.
const MAX_WHOLE: u64 = 1_000_000;

/// Returns the number times 10^`places`, exactly.
///
/// # Errors
/// [`DecimalError`] when the text is no plain decimal, too precise or absurdly large.
pub(crate) fn parse(text: &str, places: u32) -> Result<u64, DecimalError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let ends_in_point = text.contains('.') && fraction.is_empty();
    if whole.is_empty() || ends_in_point || !digits(whole) || !digits(fraction) {
        return Err(DecimalError::NotDecimal);
    }
    let fraction = fraction.trim_end_matches('0');
    let fraction_places = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
    let missing_places = places.checked_sub(fraction_places).ok_or(DecimalError::TooPrecise(places))?;
    let whole = number(whole).filter(|&whole| whole <= MAX_WHOLE).ok_or(DecimalError::TooLarge)?;
    let fraction = number(fraction).unwrap_or(0) * 10u64.pow(missing_places);
    let value = whole * 10u64.pow(places) + fraction;
    if value > MAX_WHOLE * 10u64.pow(places) { Err(DecimalError::TooLarge) } else { Ok(value) }
}

/// Returns `value` / 10^`places` as text without superfluous zeros.
pub(crate) fn to_text(value: u64, places: u32) -> String {
    let scale = 10u64.pow(places);
    let fraction = format!("{:0width$}", value % scale, width = places as usize);
    match fraction.trim_end_matches('0') {
        "" => (value / scale).to_string(),
        fraction => format!("{}.{fraction}", value / scale),
    }
}

fn number(digits: &str) -> Option<u64> {
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prices_as_people_write_them_are_exact() {
        assert_eq!(parse("0.000001", 6), Ok(1));
        assert_eq!(parse("18.75", 6), Ok(18_750_000));
        assert_eq!(parse("2.0", 6), Ok(2_000_000));
        assert_eq!(parse("0", 6), Ok(0));
        assert_eq!(parse("0.2500000000", 6), Ok(250_000));
        assert_eq!(parse("1000000", 12), Ok(1_000_000_000_000_000_000));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", ".", ".5", "5.", "-1", "+1", "1e3", "1,5", "1.2.3", " 1", "$1", "NaN", "１"] {
            assert_eq!(parse(text, 6), Err(DecimalError::NotDecimal), "{text}");
        }
        assert_eq!(parse("0.0000001", 6), Err(DecimalError::TooPrecise(6)));
        assert_eq!(parse("1000000.5", 6), Err(DecimalError::TooLarge));
        assert_eq!(parse("99999999999999999999999", 6), Err(DecimalError::TooLarge));
    }

    proptest! {
        #[test]
        fn every_decimal_survives_the_way_to_text_and_back(whole in 0..MAX_WHOLE, places in 0u32..=6, fraction in 0u64..1_000_000) {
            let value = whole * 10u64.pow(places) + fraction % 10u64.pow(places);
            prop_assert_eq!(parse(&to_text(value, places), places), Ok(value));
        }
    }
}
