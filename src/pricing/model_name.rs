//! From the name a client recorded to the ids a price row may have.
//!
//! Only known decorations come off; nothing is matched by likeness. A wrong price is worse than none.

/// A recorded model name taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelName<'a> {
    raw: &'a str,
    stem: &'a str,
    at_date: Option<&'a str>,
    regional: bool,
}

/// An id to look up: `stem`, or `stem-suffix`. In two parts so that a lookup allocates nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate<'a> {
    stem: &'a str,
    suffix: Option<&'a str>,
    /// Whether the decorations were taken off (and with them a regional prefix, if any).
    pub(crate) bare: bool,
}

const PATHS: [&str; 8] =
    ["publishers/", "models/", "bedrock/", "vertex_ai/", "anthropic/", "openai/", "google/", "gemini/"];
/// Geographies of Bedrock inference profiles that carry the regional surcharge where one is published.
const REGIONS: [&str; 6] = ["us.", "us-gov.", "eu.", "apac.", "jp.", "au."];
const SYNTHETIC: &str = "<synthetic>";

impl<'a> ModelName<'a> {
    /// Takes a name apart; any text is a name.
    pub fn parse(raw: &'a str) -> ModelName<'a> {
        let raw = raw.trim();
        let name = without_paths(raw);
        let (name, regional) = without_region(name);
        let name = name.strip_prefix("anthropic.").unwrap_or(name);
        let name = name.strip_suffix("[1m]").unwrap_or(name);
        let (name, at) = name.split_once('@').map_or((name, None), |(name, at)| (name, Some(at)));
        let at_date = at.filter(|at| is_date(at));
        ModelName { raw, stem: without_version(name), at_date, regional }
    }

    /// Tells whether the name is of a Bedrock or Vertex profile bound to a region (`us.`, `eu.`, `apac.`…; not `global.`).
    pub fn is_regional(&self) -> bool {
        self.regional
    }

    /// Tells whether the client made the message itself: nothing was billed.
    pub fn is_synthetic(&self) -> bool {
        self.raw == SYNTHETIC
    }

    /// Returns the ids to look up, best first: as recorded, bare with its date, bare, bare without its date.
    pub(crate) fn candidates(self) -> impl Iterator<Item = Candidate<'a>> {
        let as_recorded = Some(Candidate { stem: self.raw, suffix: None, bare: false });
        // Vertex writes `name@20250514` for what the provider calls `name-20250514`.
        let with_date = self.at_date.map(|date| Candidate { stem: self.stem, suffix: Some(date), bare: true });
        let bare = Some(Candidate { stem: self.stem, suffix: None, bare: true });
        let undated = without_date(self.stem).map(|stem| Candidate { stem, suffix: None, bare: true });
        [as_recorded, with_date, bare, undated].into_iter().flatten()
    }
}

impl Candidate<'_> {
    /// Compares a price row's id with this one, for a search in sorted rows.
    pub(crate) fn order_of(&self, id: &str) -> std::cmp::Ordering {
        match self.suffix {
            None => id.cmp(self.stem),
            Some(suffix) => id.bytes().cmp(self.stem.bytes().chain(*b"-").chain(suffix.bytes())),
        }
    }
}

fn without_paths(name: &str) -> &str {
    // `arn:aws:bedrock:<region>:<account>:inference-profile/<name>`
    let mut name = if name.starts_with("arn:") { name.rsplit('/').next().unwrap_or(name) } else { name };
    while let Some(rest) = PATHS.iter().find_map(|path| name.strip_prefix(path)) {
        name = rest;
    }
    name
}

fn without_region(name: &str) -> (&str, bool) {
    match REGIONS.iter().find_map(|region| name.strip_prefix(region)) {
        Some(rest) => (rest, true),
        None => (name.strip_prefix("global.").unwrap_or(name), false),
    }
}

/// Strips `-v1` or `-v1:0`.
fn without_version(name: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((stem, version)) = name.rsplit_once("-v") else { return name };
    let (major, minor) = version.split_once(':').unwrap_or((version, "0"));
    if is_number(major) && is_number(minor) { stem } else { name }
}

/// Strips `-20251101` or `-2025-11-01`; `None` when the name has no date.
pub(crate) fn without_date(name: &str) -> Option<&str> {
    [9, 11].into_iter().find_map(|length| {
        let (stem, tail) = name.split_at_checked(name.len().checked_sub(length)?)?;
        let date = tail.strip_prefix('-')?;
        (!stem.is_empty() && is_date(date)).then_some(stem)
    })
}

fn is_date(text: &str) -> bool {
    let parts = match text.as_bytes() {
        [year @ .., m1, m2, d1, d2] if year.len() == 4 => Some((year, [*m1, *m2], [*d1, *d2])),
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => Some((year, [*m1, *m2], [*d1, *d2])),
        _ => None,
    };
    parts.is_some_and(|(year, month, day)| {
        year.starts_with(b"20")
            && year.iter().all(u8::is_ascii_digit)
            && (*b"01"..=*b"12").contains(&month)
            && (*b"01"..=*b"31").contains(&day)
            && [month, day].as_flattened().iter().all(u8::is_ascii_digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bare(raw: &str) -> Vec<String> {
        let text = |candidate: Candidate<'_>| match candidate.suffix {
            Some(suffix) => format!("{}-{suffix}", candidate.stem),
            None => candidate.stem.to_owned(),
        };
        ModelName::parse(raw).candidates().filter(|candidate| candidate.bare).map(text).collect()
    }

    #[test]
    fn every_known_decoration_comes_off() {
        let expected = ["claude-opus-4-5-20251101", "claude-opus-4-5"];
        for raw in [
            "claude-opus-4-5-20251101",
            "anthropic.claude-opus-4-5-20251101-v1:0",
            "us.anthropic.claude-opus-4-5-20251101-v1:0",
            "eu.anthropic.claude-opus-4-5-20251101-v1",
            "apac.anthropic.claude-opus-4-5-20251101-v1:0",
            "global.anthropic.claude-opus-4-5-20251101-v1:0",
            "anthropic/claude-opus-4-5-20251101",
            "vertex_ai/claude-opus-4-5-20251101",
            "bedrock/us.anthropic.claude-opus-4-5-20251101-v1:0",
            "claude-opus-4-5-20251101[1m]",
            "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-5-20251101-v1:0",
        ] {
            assert_eq!(bare(raw), expected, "{raw}");
        }
        assert_eq!(bare("models/gemini-2.5-pro"), ["gemini-2.5-pro"]);
        assert_eq!(bare("publishers/anthropic/models/claude-opus-4-6"), ["claude-opus-4-6"]);
    }

    #[test]
    fn a_date_behind_an_at_sign_is_the_date_of_the_id() {
        assert_eq!(bare("claude-sonnet-4@20250514"), ["claude-sonnet-4-20250514", "claude-sonnet-4"]);
        assert_eq!(bare("claude-3-5-sonnet-v2@20241022"), ["claude-3-5-sonnet-20241022", "claude-3-5-sonnet"]);
        assert_eq!(bare("claude-opus-4-6@default"), ["claude-opus-4-6"]);
    }

    #[test]
    fn only_dates_come_off_the_end() {
        assert_eq!(without_date("gpt-5.4-2026-03-05"), Some("gpt-5.4"));
        assert_eq!(without_date("claude-opus-4-6-20260205"), Some("claude-opus-4-6"));
        for name in
            ["claude-opus-4-6", "gemini-2.5-flash-preview-09-2025", "gpt-5-20261301", "x-99999999", "-20260205", "ü"]
        {
            assert_eq!(without_date(name), None, "{name}");
        }
    }

    #[test]
    fn a_region_is_remembered_and_global_is_none() {
        for (raw, regional) in [
            ("us.anthropic.claude-opus-4-6-v1", true),
            ("eu.anthropic.claude-opus-4-6-v1", true),
            ("apac.anthropic.claude-opus-4-6-v1", true),
            ("bedrock/jp.anthropic.claude-opus-4-6-v1", true),
            ("global.anthropic.claude-opus-4-6-v1", false),
            ("anthropic.claude-opus-4-6-v1", false),
            ("claude-opus-4-6", false),
        ] {
            assert_eq!(ModelName::parse(raw).is_regional(), regional, "{raw}");
        }
    }

    #[test]
    fn the_client_s_own_messages_are_recognised() {
        assert!(ModelName::parse("<synthetic>").is_synthetic());
        assert!(!ModelName::parse("synthetic").is_synthetic());
    }

    proptest! {
        #[test]
        fn any_text_is_a_name(raw in any::<String>()) {
            prop_assert!(ModelName::parse(&raw).candidates().count() >= 2);
        }

        #[test]
        fn a_candidate_orders_like_its_text(id in "[a-c0-2-]{0,6}", stem in "[a-c0-2-]{0,4}", suffix in proptest::option::of("[0-2]{1,2}")) {
            let text = suffix.as_ref().map_or(stem.clone(), |suffix| format!("{stem}-{suffix}"));
            let candidate = Candidate { stem: &stem, suffix: suffix.as_deref(), bare: true };
            prop_assert_eq!(candidate.order_of(&id), id.as_str().cmp(text.as_str()));
        }
    }
}
