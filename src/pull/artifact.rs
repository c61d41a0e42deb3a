//! A report that came as a file, from a job that anybody may have changed.
//!
//! It is ours if writing it again gives the same, which leaves no room for fields we do not know. Its sums have to be
//! right, its ids have to be ids. Names and subjects stay what they are: whoever shows them makes them harmless.

use serde_json::Value;

use crate::model::{CommitId, NanoUsd};
use crate::notes::SessionMark;
use crate::report::{Imbalance, PullReport, PullUsage, Report};

/// Larger ones are not read: ten thousand commits with long subjects are smaller.
pub const MAX_REPORT_BYTES: u64 = 4 << 20;

/// Why a file is no report.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// More bytes than any report has.
    #[error("it has more than {} MiB", MAX_REPORT_BYTES >> 20)]
    TooLarge,
    /// No JSON, or other fields than those of a report.
    #[error("it is no JSON of `agent-trace pr report --json`")]
    Malformed(#[source] serde_json::Error),
    /// Another report, or of another version.
    #[error("its schema is not `{SCHEMA}`")]
    Schema,
    /// It would be written in another way.
    #[error("it has fields or spellings that this version does not write")]
    Unknown,
    /// A sum that is wrong.
    #[error("its sums are wrong")]
    Imbalance(#[source] Imbalance),
    /// A value that no report has.
    #[error("it has {0} that no report has")]
    Value(&'static str),
}

const SCHEMA: &str = "agent-trace/pull/1";

/// Reads a report.
///
/// # Errors
/// [`ArtifactError`] with the first thing that is wrong.
pub fn read_report(bytes: &[u8]) -> Result<PullReport, ArtifactError> {
    if bytes.len() as u64 > MAX_REPORT_BYTES {
        return Err(ArtifactError::TooLarge);
    }
    let said: Value = serde_json::from_slice(bytes).map_err(ArtifactError::Malformed)?;
    let mut fields = said.clone();
    let schema = fields.as_object_mut().and_then(|fields| fields.remove("schema"));
    if schema.as_ref().and_then(Value::as_str) != Some(SCHEMA) {
        return Err(ArtifactError::Schema);
    }
    let report: PullReport = serde_json::from_value(fields).map_err(ArtifactError::Malformed)?;
    let again = serde_json::to_value(Report::Pull(Box::new(report.clone()))).map_err(ArtifactError::Malformed)?;
    if again != said {
        return Err(ArtifactError::Unknown);
    }
    checked(&report)?;
    Ok(report)
}

fn checked(report: &PullReport) -> Result<(), ArtifactError> {
    use ArtifactError::Value;
    report.balanced().map_err(ArtifactError::Imbalance)?;
    let rule = |is_kept: bool, what: &'static str| if is_kept { Ok(()) } else { Err(Value(what)) };
    rule(ids(report).all(is_id), "an id")?;
    rule(usages(report).all(is_amount), "an amount")?;
    rule(report.median.is_none_or(|median| is_money(median.cost)), "an amount")?;
    rule(report.sessions.iter().all(|row| SessionMark::parse(&row.session).is_some()), "a name of a session")?;
    rule(report.prices.len() <= 100 && report.prices.iter().all(|day| is_day(day)), "a day of prices")?;
    rule(report.billing.len() <= 10, "a kind of payment")?;
    let coverage = &report.coverage;
    let untraced = coverage.commits.checked_sub(coverage.traced);
    rule(untraced == Some(coverage.untraced.len() as u64), "a coverage")?;
    rule(coverage.traced <= report.commits.iter().filter(|row| row.is_traced).count() as u64, "a coverage")?;
    let lines = report.commits.iter().map(|row| row.lines).chain([report.lines]);
    let mut known = lines.filter_map(|lines| Some((lines.agent?, lines.added?)));
    rule(known.all(|(agent, added)| agent <= added && added <= MOST), "a number of lines")
}

fn ids(report: &PullReport) -> impl Iterator<Item = &str> {
    let ends = [&report.base, &report.head].into_iter().chain(report.merge_base.as_ref());
    let rows = report.commits.iter().map(|row| &row.commit);
    ends.chain(rows).chain(&report.coverage.untraced).chain(&report.coverage.missing_notes).map(String::as_str)
}

fn is_id(text: &str) -> bool {
    CommitId::parse(text).is_ok_and(|id| id.to_string() == text)
}

fn usages(report: &PullReport) -> impl Iterator<Item = &PullUsage> {
    let rows = report.models.iter().map(|row| &row.usage).chain(report.commits.iter().map(|row| &row.usage));
    rows.chain(report.sessions.iter().map(|row| &row.usage)).chain([&report.total])
}

/// A million dollars, a million billion tokens: more is made up.
const MOST: u64 = 1_000_000_000_000_000;

fn is_amount(usage: &PullUsage) -> bool {
    let tokens = &usage.tokens;
    let counts = [tokens.input, tokens.output, tokens.cache_read, tokens.cache_write_5m, tokens.cache_write_1h];
    let counts = counts.into_iter().chain([usage.requests, usage.unpriced_requests]);
    usage.cost.is_none_or(is_money) && counts.into_iter().all(|count| count <= MOST)
}

fn is_money(amount: NanoUsd) -> bool {
    u64::try_from(amount.0).is_ok_and(|nano| nano <= MOST)
}

/// `2026-11-21`
fn is_day(text: &str) -> bool {
    let form = |(index, byte): (usize, u8)| if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pull::report::tests::sample;
    use proptest::prelude::*;

    fn file() -> Value {
        serde_json::to_value(Report::Pull(Box::new(sample()))).unwrap()
    }

    fn read(value: &Value) -> Result<PullReport, ArtifactError> {
        read_report(&serde_json::to_vec(value).unwrap())
    }

    #[test]
    fn what_was_written_is_read_as_it_was() {
        assert_eq!(read(&file()).unwrap(), sample());
        assert!(sample().total.cost.is_some() && !sample().sessions.is_empty(), "there is something in it");
    }

    #[test]
    fn every_field_that_is_changed_added_or_taken_away_is_noticed_or_is_a_free_text() {
        let refused = |path: &str, value: Value| {
            let mut file = file();
            *file.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
            read(&file).err().map(|error| error.to_string())
        };
        for (path, value) in [
            ("/schema", "agent-trace/pull/2".into()),
            ("/head", "HEAD".into()),
            ("/head", "A".repeat(40).into()),
            ("/commits/0/commit", "</code><img src=x>".into()),
            ("/coverage/untraced", serde_json::json!(["@org/team"])),
            ("/coverage/commits", (-1).into()),
            ("/coverage/traced", 99.into()),
            ("/total/cost_nano_usd", 1.5.into()),
            ("/total/cost_nano_usd", 7.into()),
            ("/total/tokens/input", u64::MAX.into()),
            ("/total/requests", "1".into()),
            ("/lines/agent", 1_000_000.into()),
            ("/sessions/0/session", "@everyone".into()),
            ("/sessions/0/first", "yesterday".into()),
            ("/prices", serde_json::json!(["2026-11-21 [x](y)"])),
            ("/budget", serde_json::json!({"limit_nano_usd": 1, "verdict": "fine"})),
            ("/models/0", serde_json::json!({"model": "m"})),
        ] {
            assert!(refused(path, value.clone()).is_some(), "{path} = {value}");
        }
        let mut more = file();
        more["note"] = "x".into();
        assert!(matches!(read(&more), Err(ArtifactError::Unknown)));
        let mut nested = file();
        nested["commits"][0]["html"] = "x".into();
        assert!(matches!(read(&nested), Err(ArtifactError::Unknown)));
        for name in ["head", "commits", "total", "coverage"] {
            let mut less = file();
            less.as_object_mut().unwrap().remove(name);
            assert!(matches!(read(&less), Err(ArtifactError::Malformed(_))), "{name}");
        }
        let subject = "| @org <img> --> \u{202e}";
        assert_eq!(refused("/commits/0/subject", subject.into()), None, "whoever shows it makes it harmless");
    }

    #[test]
    fn amounts_of_one_sign_that_cancel_are_no_sums() {
        let mut file = file();
        let amount = file["total"]["cost_nano_usd"].as_i64().unwrap();
        let mut other = file["models"][0].clone();
        file["models"][0]["cost_nano_usd"] = (amount + 5).into();
        other["cost_nano_usd"] = (-5).into();
        file["models"].as_array_mut().unwrap().push(other);
        assert!(matches!(read(&file), Err(ArtifactError::Value("an amount"))));
    }

    #[test]
    fn what_is_too_large_or_no_json_is_not_read() {
        let large = vec![b' '; MAX_REPORT_BYTES as usize + 1];
        assert!(matches!(read_report(&large), Err(ArtifactError::TooLarge)));
        for text in ["", "[]", "null", "{\"schema\":[]}", &"[".repeat(100_000)] {
            assert!(read_report(text.as_bytes()).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read_report(&bytes).is_err());
        }
    }
}
