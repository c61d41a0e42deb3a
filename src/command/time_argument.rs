//! Times as people type them: a day, an instant, or how long ago.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use crate::error::Error;
use crate::model::Timestamp;

/// Returns the instant of `2026-01-23`, `2026-01-23T10:00`, an RFC 3339 time, `7d` or `12h`.
///
/// Days and times without an offset are the zone's own.
pub(super) fn parse(text: &str, zone: Tz, now: Timestamp) -> Result<Timestamp, Error> {
    let found = ago(text, now).or_else(|| instant(text)).or_else(|| local(text, zone));
    found.ok_or_else(|| {
        Error::user(format!("`{text}` is not a time"))
            .with_hint("write 2026-01-23, 2026-01-23T10:00, 2026-01-23T10:00:00Z, 7d or 12h")
    })
}

fn ago(text: &str, now: Timestamp) -> Option<Timestamp> {
    let unit = match text.chars().last()? {
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        'w' => 7 * 86_400_000,
        _ => return None,
    };
    let count: i64 = text[..text.len() - 1].parse().ok().filter(|count| (0..=100_000).contains(count))?;
    Some(Timestamp(now.0 - count * unit))
}

fn instant(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| Timestamp(time.timestamp_millis()))
}

fn local(text: &str, zone: Tz) -> Option<Timestamp> {
    let forms = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"];
    let time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    let time = time.or_else(day)?;
    zone.from_local_datetime(&time).earliest().map(|time| Timestamp(time.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let now = Timestamp(1_769_140_453_205);
        let read = |text: &str, zone: Tz| parse(text, zone, now).map(|at| at.0).ok();
        assert_eq!(read("2026-01-23", Tz::UTC), Some(1_769_126_400_000));
        assert_eq!(read("2026-01-23", Tz::Europe__Paris), Some(1_769_122_800_000));
        assert_eq!(read("2026-01-23T01:00", Tz::UTC), Some(1_769_130_000_000));
        assert_eq!(read("2026-01-23T01:00:00+01:00", Tz::UTC), Some(1_769_126_400_000));
        assert_eq!(read("2d", Tz::UTC), Some(now.0 - 172_800_000));
        for text in ["", "yesterday", "2026-02-30", "-1d", "é", "99999999d"] {
            assert_eq!(read(text, Tz::UTC), None, "{text}");
        }
    }
}
