//! Instants in the reader's zone.

use chrono_tz::Tz;

use crate::model::Timestamp;

/// A time zone by its IANA name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zone(Tz);

impl Zone {
    /// Returns the zone of a name; unknown names are UTC.
    pub(super) fn named(name: &str) -> Zone {
        Zone(name.parse().unwrap_or(Tz::UTC))
    }

    /// Returns `2026-01-23 04:54` in this zone.
    pub(super) fn minute(self, at: Timestamp) -> String {
        self.written(at, "%Y-%m-%d %H:%M")
    }

    /// Returns an instant in this zone, in a form of `strftime`.
    pub(super) fn written(self, at: Timestamp, form: &'static str) -> String {
        match at.to_utc() {
            Some(time) => time.with_timezone(&self.0).format(form).to_string(),
            None => at.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_shown_in_the_zone() {
        let at = Timestamp::parse("2026-01-23T23:54:13.205Z").unwrap();
        assert_eq!(Zone::named("Europe/Berlin").minute(at), "2026-01-24 00:54");
        assert_eq!(Zone::named("nowhere").minute(at), "2026-01-23 23:54");
        assert_eq!(Zone::named("UTC").minute(Timestamp(i64::MAX)), format!("{}ms", i64::MAX));
    }
}
