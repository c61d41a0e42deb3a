//! Spans of time that can be read.

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// Returns a number of milliseconds as `30ms`, `0.3s`, `12s`, `8m 02s` or `1h 04m`.
pub fn duration(millis: u64) -> String {
    // Half up to what is shown, so that 59.6 s is a minute and not `60s`.
    let rounded = |unit: u64| millis.saturating_add(unit / 2) / unit;
    let (tenths, seconds, minutes) = (rounded(100), rounded(SECOND), rounded(MINUTE));
    match millis {
        0 => "0s".into(),
        1..100 => format!("{millis}ms"),
        _ if tenths < 100 => format!("{}.{}s", tenths / 10, tenths % 10),
        _ if seconds < 60 => format!("{seconds}s"),
        _ if seconds < HOUR / SECOND => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_shown_in_the_unit_that_fits() {
        let shown: Vec<String> =
            [0, 30, 300, 9_940, 9_960, 12_400, 59_499, 59_600, 482_000, 3_599_400, 3_599_600, 3_840_000, 446_700_000]
                .into_iter()
                .map(duration)
                .collect();
        let expected = [
            "0s", "30ms", "0.3s", "9.9s", "10s", "12s", "59s", "1m 00s", "8m 02s", "59m 59s", "1h 00m", "1h 04m",
            "124h 05m",
        ];
        assert_eq!(shown, expected);
        assert!(duration(u64::MAX).ends_with('m'));
    }
}
