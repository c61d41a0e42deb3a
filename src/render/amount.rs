//! Money that can be read.
//!
//! Two decimals from one dollar on, four below; what is not 0 never looks like 0.

use super::grouping::group_digits;
use crate::model::NanoUsd;

const ONE_DOLLAR: u64 = 1_000_000_000;
const CENTS: u32 = 2;
const SMALL: u32 = 4;

/// Returns an amount for a sentence: `$4.12`, `$0.0312`, `<$0.0001`.
pub fn dollars(amount: NanoUsd) -> String {
    let decimals = decimals_for([amount]);
    let text = fixed(amount, decimals);
    match text.strip_prefix('<') {
        Some(bound) => format!("<${bound}"),
        None if amount.0 < 0 => format!("-${}", text.trim_start_matches('-')),
        None => format!("${text}"),
    }
}

/// Returns the number of decimals that amounts shown below each other share: that of the largest.
pub(super) fn decimals_for(amounts: impl IntoIterator<Item = NanoUsd>) -> u32 {
    let largest = amounts.into_iter().map(|amount| amount.0.unsigned_abs()).max().unwrap_or(0);
    if largest == 0 || largest >= ONE_DOLLAR { CENTS } else { SMALL }
}

/// Returns the amount with this many decimals; too small for them, but not 0, is `<0.01`.
pub(super) fn fixed(amount: NanoUsd, decimals: u32) -> String {
    let smallest = 10i64.pow(9 - decimals.min(9));
    if amount.0 != 0 && amount.0.unsigned_abs() < smallest.unsigned_abs() {
        return format!("<{}", NanoUsd(smallest).to_text(decimals));
    }
    let text = amount.to_text(decimals);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    match digits.split_once('.') {
        Some((whole, rest)) => format!("{sign}{}.{rest}", group_digits(whole)),
        None => format!("{sign}{}", group_digits(digits)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_have_as_many_decimals_as_they_need() {
        let shown: Vec<String> = [
            0,
            1,
            99_999,
            100_000,
            31_249_999,
            999_900_000,
            1_000_000_000,
            4_115_000_000,
            1_234_567_891_000,
            -2_500_000_000,
        ]
        .into_iter()
        .map(|nano| dollars(NanoUsd(nano)))
        .collect();
        let expected =
            ["$0.00", "<$0.0001", "<$0.0001", "$0.0001", "$0.0312", "$0.9999", "$1.00", "$4.12", "$1,234.57", "-$2.50"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn amounts_below_each_other_share_their_decimals() {
        let column = [NanoUsd(4_120_000_000), NanoUsd(410_000_000), NanoUsd(1_000)];
        let decimals = decimals_for(column);
        assert_eq!(column.map(|amount| fixed(amount, decimals)), ["4.12", "0.41", "<0.01"]);
    }

    proptest! {
        #[test]
        fn money_never_looks_like_none(nano in 1i64..i64::MAX) {
            prop_assert!(dollars(NanoUsd(nano)).chars().any(|digit| ('1'..='9').contains(&digit)));
        }
    }
}
