//! Dates in git's forms, in the reader's zone.

use super::zone::Zone;
use crate::model::Timestamp;
use crate::report::BlameDate;

/// Returns an instant as git writes it with `--date=…-local`.
pub(super) fn git_date(at: Timestamp, form: BlameDate, zone: Zone) -> String {
    match form {
        BlameDate::Minute => zone.minute(at),
        BlameDate::Short => zone.written(at, "%Y-%m-%d"),
        BlameDate::Iso => zone.written(at, "%Y-%m-%d %H:%M:%S %z"),
        BlameDate::IsoStrict => zone.written(at, "%Y-%m-%dT%H:%M:%S%:z"),
        BlameDate::Rfc => zone.written(at, "%a, %-d %b %Y %H:%M:%S %z"),
        BlameDate::Default => zone.written(at, "%a %b %-d %H:%M:%S %Y %z"),
        BlameDate::Unix => seconds(at).to_string(),
        BlameDate::Raw => zone.written(at, "%s %z"),
        BlameDate::Relative(now) => age(seconds(now) - seconds(at)),
    }
}

fn seconds(at: Timestamp) -> i64 {
    at.0.div_euclid(1000)
}

/// Returns how long ago something was, in git's words and with its rounding.
fn age(seconds: i64) -> String {
    let rounded = |amount: i64, unit: i64| (amount + unit / 2) / unit;
    let minutes = rounded(seconds, 60);
    let hours = rounded(minutes, 60);
    let days = rounded(hours, 24);
    match () {
        () if seconds < 0 => "in the future".into(),
        () if seconds < 90 => ago(seconds, "second"),
        () if minutes < 90 => ago(minutes, "minute"),
        () if hours < 36 => ago(hours, "hour"),
        () if days < 14 => ago(days, "day"),
        () if days < 70 => ago(rounded(days, 7), "week"),
        () if days < 365 => ago(rounded(days, 30), "month"),
        () if days < 5 * 365 => years_and_months(rounded(days * 24, 730)),
        () => ago(rounded(days, 365), "year"),
    }
}

fn years_and_months(months: i64) -> String {
    match (months / 12, months % 12) {
        (years, 0) => ago(years, "year"),
        (years, months) => format!("{}, {}", counted(years, "year"), ago(months, "month")),
    }
}

fn ago(count: i64, unit: &str) -> String {
    format!("{} ago", counted(count, unit))
}

fn counted(count: i64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_the_words_of_git() {
        const DAY: i64 = 86_400;
        let ages = [1, 89, 90, 5_369, 5_400, 35 * 3_600, 36 * 3_600, 13 * DAY, 14 * DAY, 69 * DAY, 70 * DAY, 400 * DAY];
        let words = [
            "1 second ago",
            "89 seconds ago",
            "2 minutes ago",
            "89 minutes ago",
            "2 hours ago",
            "35 hours ago",
            "2 days ago",
            "13 days ago",
            "2 weeks ago",
            "10 weeks ago",
            "2 months ago",
            "1 year, 1 month ago",
        ];
        assert_eq!(ages.map(age), words);
        assert_eq!((age(-1).as_str(), age(2_000 * DAY).as_str()), ("in the future", "5 years ago"));
    }
}
