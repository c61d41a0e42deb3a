//! How long we wait for a forge, and when a request is made again. Pure: answers in, pauses out.

use std::time::Duration;

use chrono::DateTime;
use http::HeaderMap;

/// The limits of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// All pauses of a run together.
    pub pauses: Duration,
    /// One request from the first byte sent to the last byte read.
    pub request: Duration,
    /// The pause before the second try; it doubles with every further one.
    pub first_pause: Duration,
    /// Between two writes; GitHub asks for a second.
    pub between_writes: Duration,
    /// How often a request that may be repeated is made.
    pub tries: u32,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            pauses: Duration::from_secs(60),
            request: Duration::from_secs(30),
            first_pause: Duration::from_secs(1),
            between_writes: Duration::from_secs(1),
            tries: 4,
        }
    }
}

impl Patience {
    /// Returns the pause after a try, counted from 1, that the server failed; `None` after the last.
    pub(super) fn pause_after(&self, tried: u32) -> Option<Duration> {
        (tried < self.tries).then(|| self.first_pause * 2u32.pow(tried.saturating_sub(1).min(6)))
    }
}

/// Returns how long the forge asks us to stay away; `None` if an answer has nothing to do with its limits.
///
/// GitHub says 403 or 429, with `retry-after`, or with the end of the hour in `x-ratelimit-reset`, or with nothing, which
/// means a minute. The forge's own clock is in `date`: ours may be wrong.
pub(super) fn asked_pause(status: u16, headers: &HeaderMap, message: &str) -> Option<Duration> {
    let after = seconds_after(headers);
    let is_used_up =
        ["x-ratelimit-remaining", "ratelimit-remaining"].iter().any(|name| text(headers, name) == Some("0"));
    let is_limit = match status {
        429 => true,
        403 => after.is_some() || is_used_up || names_a_limit(message),
        _ => false,
    };
    is_limit.then(|| after.or_else(|| is_used_up.then(|| until_reset(headers)).flatten()).unwrap_or(MINUTE))
}

/// Returns how long an answer asks us to stay away that is known to be about limits.
pub(super) fn pause_of(headers: &HeaderMap) -> Duration {
    seconds_after(headers).or_else(|| until_reset(headers)).unwrap_or(MINUTE)
}

/// Returns what the forge's clock says, UTC milliseconds.
pub(super) fn clock(headers: &HeaderMap) -> Option<i64> {
    now(headers).map(|seconds| seconds * 1_000)
}

const MINUTE: Duration = Duration::from_secs(60);

fn names_a_limit(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("rate limit") || message.contains("abuse detection")
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// `retry-after` in seconds or as a date.
fn seconds_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, "retry-after")?;
    let seconds = value.parse().ok().or_else(|| Some(epoch(value)? - now(headers)?));
    seconds.map(not_negative)
}

fn until_reset(headers: &HeaderMap) -> Option<Duration> {
    let names = ["x-ratelimit-reset", "ratelimit-reset"];
    let reset: i64 = names.iter().find_map(|name| text(headers, name)?.parse().ok())?;
    Some(not_negative(reset - now(headers)? + 1))
}

fn now(headers: &HeaderMap) -> Option<i64> {
    epoch(text(headers, "date")?)
}

fn epoch(date: &str) -> Option<i64> {
    DateTime::parse_from_rfc2822(date).ok().map(|date| date.timestamp())
}

fn not_negative(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    fn seconds(status: u16, pairs: &[(&'static str, &'static str)], message: &str) -> Option<u64> {
        asked_pause(status, &headers(pairs), message).map(|pause| pause.as_secs())
    }

    #[test]
    fn a_limit_says_itself_how_long() {
        assert_eq!(seconds(429, &[("retry-after", "7")], ""), Some(7));
        assert_eq!(seconds(403, &[("retry-after", "30")], ""), Some(30));
        assert_eq!(seconds(429, &[], ""), Some(60));
        assert_eq!(seconds(403, &[], "You have exceeded a secondary rate limit."), Some(60));
        let date = ("date", "Thu, 01 Jan 2026 00:00:00 GMT");
        let reset = ("x-ratelimit-reset", "1767225609");
        assert_eq!(seconds(403, &[("x-ratelimit-remaining", "0"), reset, date], ""), Some(10));
        assert_eq!(seconds(403, &[("x-ratelimit-remaining", "0"), reset], ""), Some(60), "no clock, no reset");
        assert_eq!(seconds(429, &[("retry-after", "Thu, 01 Jan 2026 00:00:05 GMT"), date], ""), Some(5));
        assert_eq!(seconds(429, &[("retry-after", "-3")], ""), Some(0));
    }

    #[test]
    fn a_refusal_is_not_a_limit() {
        assert_eq!(seconds(403, &[("x-ratelimit-remaining", "4999")], "Resource not accessible by integration"), None);
        assert_eq!(seconds(404, &[("retry-after", "7")], ""), None);
        assert_eq!(seconds(200, &[("x-ratelimit-remaining", "0")], ""), None);
    }

    #[test]
    fn tries_have_an_end() {
        let patience = Patience::default();
        let pauses: Vec<_> =
            (1..).map_while(|tried| patience.pause_after(tried)).map(|pause| pause.as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4]);
    }
}
