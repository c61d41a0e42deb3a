//! `usage` of a response: token classes, modifiers, iterations (rules 7, 9 and 10).

use std::borrow::Cow;

use serde::Deserialize;

use super::super::json::{Count, List, Maybe, Text};
use crate::model::{InferenceGeo, ServiceTier, Speed, Usage};

/// `message.usage` as written.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::transcript) struct UsageRow<'a> {
    input_tokens: Count,
    output_tokens: Count,
    cache_read_input_tokens: Count,
    cache_creation_input_tokens: Count,
    cache_creation: Maybe<CacheCreation>,
    server_tool_use: Maybe<ServerToolUse>,
    #[serde(borrow)]
    service_tier: Text<'a>,
    #[serde(borrow)]
    speed: Text<'a>,
    #[serde(borrow)]
    inference_geo: Text<'a>,
    #[serde(borrow)]
    iterations: List<Iteration<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CacheCreation {
    ephemeral_5m_input_tokens: Count,
    ephemeral_1h_input_tokens: Count,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ServerToolUse {
    web_search_requests: Count,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Iteration<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    input_tokens: Count,
    output_tokens: Count,
    cache_read_input_tokens: Count,
    cache_creation_input_tokens: Count,
    cache_creation: Maybe<CacheCreation>,
}

/// The iterations that the top-level numbers leave out.
const BILLED_APART: [&str; 2] = ["compaction", "advisor_message"];

impl<'a> UsageRow<'a> {
    /// Returns the tokens, or `None` if a number cannot be a count.
    pub(super) fn tokens(&self) -> Option<Usage> {
        let searches = self.server_tool_use.0.as_ref().map_or(Count::Absent, |used| used.web_search_requests);
        let counts = [
            self.input_tokens,
            self.output_tokens,
            self.cache_read_input_tokens,
            self.cache_creation_input_tokens,
            searches,
        ];
        let usage = tokens(counts, self.cache_creation.0.as_ref())?;
        let says_nothing = counts.iter().all(|count| *count == Count::Absent) && usage.is_zero();
        (!says_nothing).then_some(usage)
    }

    pub(super) fn speed(&self) -> Speed {
        if self.speed.as_deref() == Some("fast") { Speed::Fast } else { Speed::Standard }
    }

    pub(super) fn geo(&self) -> InferenceGeo {
        if self.inference_geo.as_deref() == Some("us") { InferenceGeo::Us } else { InferenceGeo::Global }
    }

    pub(super) fn tier(&self) -> ServiceTier {
        match self.service_tier.as_deref() {
            Some("batch") => ServiceTier::Batch,
            Some("priority") => ServiceTier::Priority,
            Some("flex") => ServiceTier::Flex,
            _ => ServiceTier::Standard,
        }
    }

    /// Returns the sub-requests that are billed beside the top-level numbers.
    pub(super) fn iterations(&self) -> Vec<(Option<Cow<'a, str>>, Usage)> {
        let is_apart = |one: &&Iteration<'a>| one.kind.as_deref().is_some_and(|kind| BILLED_APART.contains(&kind));
        self.iterations.0.iter().filter(is_apart).filter_map(Iteration::billed).collect()
    }
}

impl<'a> Iteration<'a> {
    fn billed(&self) -> Option<(Option<Cow<'a, str>>, Usage)> {
        let counts = [
            self.input_tokens,
            self.output_tokens,
            self.cache_read_input_tokens,
            self.cache_creation_input_tokens,
            Count::Absent,
        ];
        let usage = tokens(counts, self.cache_creation.0.as_ref())?;
        (!usage.is_zero()).then(|| (self.model.0.clone(), usage))
    }
}

/// Builds the classes from input, output, cache read, cache write and searches.
fn tokens(counts: [Count; 5], split: Option<&CacheCreation>) -> Option<Usage> {
    let split_5m = split.map_or(Count::Absent, |split| split.ephemeral_5m_input_tokens);
    let split_1h = split.map_or(Count::Absent, |split| split.ephemeral_1h_input_tokens);
    if counts.iter().chain([&split_5m, &split_1h]).any(|count| *count == Count::Invalid) {
        return None;
    }
    let [input, output, cache_read, cache_write, web_searches] = counts.map(|count| count.valid().unwrap_or(0));
    let (written_5m, written_1h) = (split_5m.valid().unwrap_or(0), split_1h.valid().unwrap_or(0));
    let uncovered = cache_write.saturating_sub(written_5m + written_1h);
    Some(Usage {
        input,
        output,
        cache_read,
        cache_write_5m: written_5m + uncovered,
        cache_write_1h: written_1h,
        web_searches,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(json: &str) -> Option<Usage> {
        serde_json::from_str::<UsageRow<'_>>(json).unwrap().tokens()
    }

    #[test]
    fn cache_writes_that_the_split_does_not_cover_are_five_minute_ones() {
        let written = |json: &str| usage(json).map(|usage| (usage.cache_write_5m, usage.cache_write_1h));
        assert_eq!(written(r#"{"cache_creation_input_tokens":10}"#), Some((10, 0)));
        let split = |five: u64, hour: u64| {
            format!(
                r#"{{"cache_creation_input_tokens":10,"cache_creation":{{"ephemeral_5m_input_tokens":{five},"ephemeral_1h_input_tokens":{hour}}}}}"#
            )
        };
        assert_eq!(written(&split(0, 0)), Some((10, 0)));
        assert_eq!(written(&split(0, 10)), Some((0, 10)));
        assert_eq!(written(&split(3, 4)), Some((6, 4)));
    }

    #[test]
    fn absurd_numbers_make_the_usage_unknown() {
        assert_eq!(usage(r#"{"input_tokens":-1,"output_tokens":1}"#), None);
        assert_eq!(usage(r#"{"input_tokens":1e30}"#), None);
        assert_eq!(usage("{}"), None);
        assert_eq!(usage(r#"{"input_tokens":0}"#), Some(Usage::default()));
    }

    #[test]
    fn compactions_and_advice_are_billed_apart_messages_are_not() {
        let json = r#"{"input_tokens":1,"iterations":[{"type":"message","input_tokens":1},
            {"type":"compaction","input_tokens":7,"output_tokens":2},{"type":"advisor_message","model":"m","input_tokens":3}]}"#;
        let row: UsageRow<'_> = serde_json::from_str(json).unwrap();
        let billed: Vec<_> =
            row.iterations().into_iter().map(|(model, usage)| (model.map(Cow::into_owned), usage.input)).collect();
        assert_eq!(billed, [(None, 7), (Some("m".to_owned()), 3)]);
    }
}
