//! Whole numbers that can be read.

/// Returns the number with a comma between groups of three digits.
pub fn grouped(number: u64) -> String {
    group_digits(&number.to_string())
}

/// Puts commas into a row of digits.
pub(super) fn group_digits(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn groups_have_three_digits() {
        let shown: Vec<String> = [0, 999, 1_000, 158_340_276].into_iter().map(grouped).collect();
        assert_eq!(shown, ["0", "999", "1,000", "158,340,276"]);
    }

    proptest! {
        #[test]
        fn without_commas_it_is_the_number(number in any::<u64>()) {
            prop_assert_eq!(grouped(number).replace(',', ""), number.to_string());
        }
    }
}
