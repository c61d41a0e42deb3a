//! Days, weeks and months of the reader's zone.

use chrono::{Datelike, TimeZone, Utc};
use chrono_tz::Tz;

use crate::report::CostBy;

/// Returns a sortable number of the period that a quarter of an hour lies in.
///
/// Every zone's offset is a multiple of a quarter of an hour since 1972, so no
/// quarter is cut by midnight.
pub(super) fn number(quarter: i64, by: CostBy, zone: Tz) -> Option<i64> {
    let date = Utc.timestamp_opt(quarter.checked_mul(900)?, 0).single()?.with_timezone(&zone).date_naive();
    Some(match by {
        CostBy::Week => i64::from(date.iso_week().year()) * 100 + i64::from(date.iso_week().week()),
        CostBy::Month => i64::from(date.year()) * 100 + i64::from(date.month()),
        _ => (i64::from(date.year()) * 100 + i64::from(date.month())) * 100 + i64::from(date.day()),
    })
}

/// Returns the text of such a number: `2026-01-23`, `2026-W04`, `2026-01`.
pub(super) fn text(number: i64, by: CostBy) -> String {
    match by {
        CostBy::Week => format!("{:04}-W{:02}", number / 100, number % 100),
        CostBy::Month => format!("{:04}-{:02}", number / 100, number % 100),
        _ => format!("{:04}-{:02}-{:02}", number / 10_000, number / 100 % 100, number % 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_is_the_readers_midnight() {
        let quarter = 1_769_140_453_205 / 900_000; // 2026-01-23T03:54Z
        let day = |zone: Tz| text(number(quarter, CostBy::Day, zone).unwrap(), CostBy::Day);
        assert_eq!(day(Tz::UTC), "2026-01-23");
        assert_eq!(day(Tz::America__New_York), "2026-01-22");
        assert_eq!(text(number(quarter, CostBy::Week, Tz::UTC).unwrap(), CostBy::Week), "2026-W04");
        assert_eq!(text(number(quarter, CostBy::Month, Tz::UTC).unwrap(), CostBy::Month), "2026-01");
    }
}
