//! The time, read in one place.
//!
//! Must not know: anything but the model.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::Timestamp;

/// Sets the time for tests: RFC 3339, for example `2026-11-21T09:00:00Z`.
pub const VARIABLE: &str = "AGENT_TRACE_NOW";

/// Returns the present instant, or the one in [`VARIABLE`]; a value there that is no instant is ignored.
pub fn now() -> Timestamp {
    now_from(std::env::var(VARIABLE).ok().as_deref())
}

fn now_from(variable: Option<&str>) -> Timestamp {
    variable.and_then(Timestamp::parse).unwrap_or_else(system)
}

/// Returns the system's own time, whatever the variable says: the one to compare with times of files.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
pub fn system_time() -> SystemTime {
    SystemTime::now()
}

fn system() -> Timestamp {
    let millis = |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    Timestamp(match system_time().duration_since(UNIX_EPOCH) {
        Ok(after) => millis(after),
        Err(before) => -millis(before.duration()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_sets_the_time() {
        assert_eq!(now_from(Some("2026-01-23T03:54:13.205Z")), Timestamp(1_769_140_453_205));
    }

    #[test]
    fn nonsense_in_the_variable_is_ignored() {
        let year_2024 = Timestamp(1_704_067_200_000);
        assert!(now_from(Some("tomorrow")) > year_2024);
        assert!(now_from(None) > year_2024);
    }
}
