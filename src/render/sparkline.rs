//! A row of numbers as a row of bars.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const NOTHING: char = '·';

/// Returns one character a number: the largest is the full bar, 0 is a dot.
pub(super) fn sparkline(numbers: &[u64]) -> String {
    let largest = u128::from(numbers.iter().copied().max().unwrap_or(0).max(1));
    let bar = |number: &u64| match number {
        0 => NOTHING,
        _ => {
            let step = (u128::from(*number) * BARS.len() as u128).div_ceil(largest).saturating_sub(1);
            BARS.get(usize::try_from(step).unwrap_or(0)).copied().unwrap_or(NOTHING)
        }
    };
    numbers.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_is_full_and_nothing_is_a_dot() {
        assert_eq!(sparkline(&[0, 1, 50, 100]), "·▁▄█");
        assert_eq!(sparkline(&[u64::MAX, 1]), "█▁");
        assert_eq!(sparkline(&[]), "");
    }
}
