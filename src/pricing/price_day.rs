//! Calendar days in UTC, the unit in which prices change.

use std::fmt;

use chrono::{Days, NaiveDate};

use crate::model::Timestamp;

/// Days since 1970-01-01 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PriceDay(pub i64);

const MILLIS_PER_DAY: i64 = 86_400_000;

impl PriceDay {
    /// Returns the UTC day of an instant.
    pub fn of(at: Timestamp) -> PriceDay {
        PriceDay(at.0.div_euclid(MILLIS_PER_DAY))
    }

    /// Reads `2026-11-21`; `None` for anything else, also for days that do not exist.
    pub fn parse(text: &str) -> Option<PriceDay> {
        let is_iso = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| is_iso)?;
        Some(PriceDay(date.signed_duration_since(NaiveDate::default()).num_days()))
    }
}

impl fmt::Display for PriceDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = u64::try_from(self.0).ok().map(Days::new);
        match days.and_then(|days| NaiveDate::default().checked_add_days(days)) {
            Some(date) => write!(f, "{}", date.format("%Y-%m-%d")),
            None => write!(f, "day {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_utc() {
        let day = PriceDay::parse("2026-02-09");
        let at = |text| Timestamp::parse(text).map(PriceDay::of);
        assert!(day.is_some());
        assert_eq!(at("2026-02-09T00:00:00.000Z"), day);
        assert_eq!(at("2026-02-09T23:59:59.999Z"), day);
        assert_ne!(at("2026-02-10T00:00:00.000Z"), day);
        assert_eq!(at("2026-02-10T00:30:00+01:00"), day);
    }

    #[test]
    fn text_survives_and_nonsense_does_not() {
        assert_eq!(PriceDay::parse("2026-11-21").map(|day| day.to_string()).as_deref(), Some("2026-11-21"));
        for text in ["", "2026-02-30", "2026-2-3", "21.11.2026", "2026-11-21T00:00", " 2026-11-2"] {
            assert_eq!(PriceDay::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_before_1970_and_after_the_calendar_do_not_fail() {
        assert_eq!(PriceDay::of(Timestamp(-1)), PriceDay(-1));
        assert_eq!(PriceDay::of(Timestamp(i64::MAX)).to_string(), "day 106751991167");
    }
}
