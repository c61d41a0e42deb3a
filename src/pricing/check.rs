//! What looks wrong in a price table.

use std::fmt;

use super::model_name;
use super::multiplier::Multiplier;
use super::price_class::PriceClass;
use super::price_row::PriceRow;
use super::unit_price::UnitPrice;
use super::unpriced::service_name;
use crate::model::ServiceTier;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Unusual; may well be true.
    Warning,
    /// Prices from this row are wrong or ambiguous; a user's file with it is refused.
    Error,
}

/// One remark on one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The file of the row.
    pub source: String,
    /// The line of the row in its file, from 1.
    pub line: u32,
    /// The model of the row.
    pub model: String,
    /// The remark.
    pub kind: FindingKind,
}

/// What is remarkable about a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindingKind {
    /// Two rows of one file give the model a price for the same day.
    #[error("its dates overlap those of line {other_line}")]
    OverlappingDates {
        /// The other row.
        other_line: u32,
    },
    /// The row ends before it begins.
    #[error("`valid_to` is before `valid_from`")]
    DatesReversed,
    /// A cached token costs more than a fresh one.
    #[error("reading the cache costs more than plain input")]
    CacheReadDearer,
    /// A cached token costs as much as a fresh one.
    #[error("reading the cache is not cheaper than plain input")]
    CacheReadNotCheaper,
    /// The longer cache costs less than the shorter one.
    #[error("a 1-hour cache write is cheaper than a 5-minute one")]
    LongWriteCheaper,
    /// Prices above a threshold that is not there.
    #[error("prices above the tier, but no `tier_threshold`")]
    TierWithoutThreshold,
    /// A threshold without the prices above it.
    #[error("`tier_threshold` without both `above_input` and `above_output`")]
    ThresholdWithoutPrices,
    /// A class that gets a price only above the threshold.
    #[error("`{class}` has a price above the tier but none below")]
    AboveWithoutBase {
        /// The class.
        class: PriceClass,
    },
    /// A class that gets cheaper above the threshold.
    #[error("`{class}` is cheaper above the tier")]
    CheaperAboveTier {
        /// The class.
        class: PriceClass,
    },
    /// A jump at the threshold of more than three times.
    #[error("`{class}` is more than 3 times dearer above the tier")]
    SteepTier {
        /// The class.
        class: PriceClass,
    },
    /// One of two prices of a service tier.
    #[error("`{0}` needs an input and an output price")]
    HalfServicePrice(&'static str),
    /// A cache write that costs less than plain input, or more than four times as much.
    #[error("`{class}` is not between 1 and 4 times the input price")]
    UnusualWrite {
        /// The class.
        class: PriceClass,
    },
    /// A 1-hour write that is not twice the input, as this provider's always are.
    #[error("a 1-hour cache write is not 2 times the input price")]
    UnusualLongWrite,
    /// A cache read below a fiftieth of the input price.
    #[error("reading the cache costs less than a fiftieth of plain input")]
    UnusualRead,
    /// Output cheaper than input.
    #[error("output is cheaper than input")]
    OutputCheaper,
    /// A factor that lowers the price or more than multiplies it by ten.
    #[error("`{column}` {factor} is not between 1 and 10")]
    UnusualFactor {
        /// The column.
        column: &'static str,
        /// The factor.
        factor: Multiplier,
    },
    /// Requests that use this class cannot be priced with this row.
    #[error("no `{class}` price: requests that use it stay unpriced")]
    NoPrice {
        /// The class.
        class: PriceClass,
    },
    /// `-latest` has another price than the dated model of the same name.
    #[error("another price than `{dated}`")]
    LatestDiffers {
        /// The dated model.
        dated: String,
    },
    /// A user's row does not reach the dated id, which has a row of its own.
    #[error("`{dated}` has a row of its own and keeps its price")]
    DatedNotOverridden {
        /// The dated model.
        dated: String,
    },
}

impl FindingKind {
    /// Returns how bad this is.
    pub fn severity(&self) -> Severity {
        match self {
            FindingKind::OverlappingDates { .. }
            | FindingKind::DatesReversed
            | FindingKind::CacheReadDearer
            | FindingKind::LongWriteCheaper
            | FindingKind::TierWithoutThreshold
            | FindingKind::ThresholdWithoutPrices
            | FindingKind::AboveWithoutBase { .. }
            | FindingKind::HalfServicePrice(_) => Severity::Error,
            FindingKind::CacheReadNotCheaper
            | FindingKind::CheaperAboveTier { .. }
            | FindingKind::SteepTier { .. }
            | FindingKind::UnusualWrite { .. }
            | FindingKind::UnusualLongWrite
            | FindingKind::UnusualRead
            | FindingKind::OutputCheaper
            | FindingKind::UnusualFactor { .. }
            | FindingKind::NoPrice { .. }
            | FindingKind::LatestDiffers { .. }
            | FindingKind::DatedNotOverridden { .. } => Severity::Warning,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: model `{}`: {}", self.source, self.line, self.model, self.kind)
    }
}

/// Returns the remarks on `rows`, in their order.
pub(crate) fn check(rows: &[PriceRow]) -> Vec<(&PriceRow, FindingKind)> {
    let mut found = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let earlier = rows.get(..index).unwrap_or_default();
        let kinds = [dates(row, earlier), caches(row), tiers(row), services(row), factors(row), relatives(row, rows)];
        found.extend(kinds.into_iter().flatten().map(|kind| (row, kind)));
    }
    found
}

fn dates(row: &PriceRow, earlier: &[PriceRow]) -> Vec<FindingKind> {
    let reversed = row.valid_from.zip(row.valid_to).is_some_and(|(from, to)| to < from);
    let starts_in_time = |a: &PriceRow, b: &PriceRow| a.valid_from.zip(b.valid_to).is_none_or(|(from, to)| from <= to);
    let overlapping = |other: &&PriceRow| {
        other.model == row.model && other.layer == row.layer && starts_in_time(row, other) && starts_in_time(other, row)
    };
    let mut kinds: Vec<FindingKind> = reversed.then_some(FindingKind::DatesReversed).into_iter().collect();
    kinds.extend(
        earlier.iter().filter(overlapping).map(|other| FindingKind::OverlappingDates { other_line: other.line }),
    );
    kinds
}

fn caches(row: &PriceRow) -> Vec<FindingKind> {
    let own = |class| row.own_price(class);
    let mut kinds = Vec::new();
    if let Some((input, read)) = own(PriceClass::Input).zip(own(PriceClass::CacheRead)) {
        let is_free = input == UnitPrice(0);
        push(&mut kinds, read > input, FindingKind::CacheReadDearer);
        push(&mut kinds, read == input && !is_free, FindingKind::CacheReadNotCheaper);
        push(&mut kinds, times(read, 50) < times(input, 1), FindingKind::UnusualRead);
    }
    if let Some((short, long)) = own(PriceClass::CacheWrite5m).zip(own(PriceClass::CacheWrite1h)) {
        push(&mut kinds, long < short, FindingKind::LongWriteCheaper);
    }
    for class in [PriceClass::CacheWrite5m, PriceClass::CacheWrite1h] {
        if let Some((input, write)) = own(PriceClass::Input).zip(own(class)) {
            let unusual = write < input || times(write, 1) > times(input, 4);
            push(&mut kinds, unusual, FindingKind::UnusualWrite { class });
            let long = &*row.provider == "anthropic" && class == PriceClass::CacheWrite1h;
            push(&mut kinds, long && times(write, 1) != times(input, 2), FindingKind::UnusualLongWrite);
        }
    }
    let is_cheaper = own(PriceClass::Input).zip(own(PriceClass::Output)).is_some_and(|(input, output)| output < input);
    push(&mut kinds, is_cheaper, FindingKind::OutputCheaper);
    // Only a provider that has both caches can leave a request unpriced by a missing one.
    let needs = PriceClass::TOKENS.into_iter().filter(|_| matches!(&*row.provider, "anthropic" | ""));
    kinds.extend(needs.filter(|&class| row.base_price(class).is_none()).map(|class| FindingKind::NoPrice { class }));
    kinds
}

fn tiers(row: &PriceRow) -> Vec<FindingKind> {
    let above = |class| row.own_above_price(class);
    let has_above = PriceClass::TOKENS.into_iter().any(|class| above(class).is_some());
    let has_both = above(PriceClass::Input).is_some() && above(PriceClass::Output).is_some();
    let mut kinds = Vec::new();
    push(&mut kinds, has_above && row.tier_threshold.is_none(), FindingKind::TierWithoutThreshold);
    push(&mut kinds, row.tier_threshold.is_some() && !has_both, FindingKind::ThresholdWithoutPrices);
    for class in PriceClass::TOKENS {
        match (row.own_price(class), above(class)) {
            (None, Some(_)) => kinds.push(FindingKind::AboveWithoutBase { class }),
            (Some(base), Some(above)) => {
                push(&mut kinds, above < base, FindingKind::CheaperAboveTier { class });
                push(&mut kinds, times(above, 1) > times(base, 3), FindingKind::SteepTier { class });
            }
            (_, None) => {}
        }
    }
    kinds
}

fn services(row: &PriceRow) -> Vec<FindingKind> {
    let is_half = |service: &ServiceTier| {
        let prices = row.own_service(*service);
        prices.input.is_some() != prices.output.is_some()
    };
    let services = [ServiceTier::Batch, ServiceTier::Priority, ServiceTier::Flex].into_iter().filter(is_half);
    services.map(|service| FindingKind::HalfServicePrice(service_name(service))).collect()
}

fn factors(row: &PriceRow) -> Vec<FindingKind> {
    let factors = [("fast_multiplier", row.fast), ("us_multiplier", row.us), ("regional_multiplier", row.regional)];
    let ten = Multiplier(10 * Multiplier::SCALE);
    let unusual = |&(_, factor): &(_, Multiplier)| factor < Multiplier::ONE || factor > ten;
    let present = factors.into_iter().filter_map(|(column, factor)| factor.map(|factor| (column, factor)));
    present.filter(unusual).map(|(column, factor)| FindingKind::UnusualFactor { column, factor }).collect()
}

fn relatives(row: &PriceRow, rows: &[PriceRow]) -> Vec<FindingKind> {
    let mut kinds = Vec::new();
    let stem = row.model.strip_suffix("-latest");
    for other in rows {
        let undated = model_name::without_date(&other.model);
        if stem.is_some() && undated == stem && other.base != row.base {
            kinds.push(FindingKind::LatestDiffers { dated: other.model.to_string() });
        }
        let is_covered = || rows.iter().any(|rival| rival.layer == row.layer && rival.model == other.model);
        if undated == Some(&row.model) && other.layer < row.layer && !is_covered() {
            kinds.push(FindingKind::DatedNotOverridden { dated: other.model.to_string() });
        }
    }
    kinds
}

fn times(price: UnitPrice, factor: u64) -> u128 {
    u128::from(price.0) * u128::from(factor)
}

fn push(kinds: &mut Vec<FindingKind>, condition: bool, kind: FindingKind) {
    if condition {
        kinds.push(kind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::price_file;

    fn kinds(text: &str) -> Vec<FindingKind> {
        let rows = price_file::parse(text, "test", 0).unwrap().rows;
        check(&rows).into_iter().map(|(_, kind)| kind).collect()
    }

    #[test]
    fn a_sound_row_has_no_finding() {
        assert_eq!(
            kinds(
                "model,provider,input,output,cache_read,cache_write_5m,cache_write_1h,tier_threshold,above_input,above_output\n\
                 m,anthropic,1,5,0.1,1.25,2,200000,2,7.5\n"
            ),
            []
        );
    }

    #[test]
    fn dates_may_touch_but_not_overlap() {
        let table = |second: &str| {
            format!(
                "model,provider,input,output,valid_from,valid_to\nm,openai,1,2,2026-01-01,2026-01-31\nm,openai,1,2,{second}\n"
            )
        };
        assert_eq!(kinds(&table("2026-02-01,")), []);
        for overlapping in [",", "2026-01-31,", ",2026-01-01", "2026-01-10,2026-01-11"] {
            assert_eq!(kinds(&table(overlapping)), [FindingKind::OverlappingDates { other_line: 2 }], "{overlapping}");
        }
        assert_eq!(kinds(&table("2026-03-02,2026-03-01")), [FindingKind::DatesReversed]);
    }

    #[test]
    fn cache_prices_out_of_order_are_found() {
        let row = |row: &str| {
            kinds(&format!("model,provider,input,output,cache_read,cache_write_5m,cache_write_1h\nm,{row}\n"))
        };
        assert_eq!(row("openai,1,5,2,,"), [FindingKind::CacheReadDearer]);
        assert_eq!(row("openai,1,5,1,,"), [FindingKind::CacheReadNotCheaper]);
        assert_eq!(row("openai,1,5,0.019,,"), [FindingKind::UnusualRead]);
        assert_eq!(row("openai,1,5,0.1,2,1"), [FindingKind::LongWriteCheaper]);
        assert_eq!(row("openai,1,5,0.1,0.9,"), [FindingKind::UnusualWrite { class: PriceClass::CacheWrite5m }]);
        assert_eq!(row("anthropic,1,5,0.1,1.25,3"), [FindingKind::UnusualLongWrite]);
        assert_eq!(row("openai,5,1,0.5,,"), [FindingKind::OutputCheaper]);
        assert_eq!(row("anthropic,1,5,0.1,1.25,"), [FindingKind::NoPrice { class: PriceClass::CacheWrite1h }]);
        assert_eq!(row("openai,0,0,0,,"), []);
    }

    #[test]
    fn tiers_services_and_factors_are_checked() {
        let row = |columns: &str, values: &str| {
            kinds(&format!("model,provider,input,output,{columns}\nm,openai,1,5,{values}\n"))
        };
        assert_eq!(row("above_input,above_output", "2,10"), [FindingKind::TierWithoutThreshold]);
        assert_eq!(row("tier_threshold", "200000"), [FindingKind::ThresholdWithoutPrices]);
        let tier = "tier_threshold,above_input,above_output,above_cache_read";
        let (input, read) = (PriceClass::Input, PriceClass::CacheRead);
        assert_eq!(row(tier, "9,0.5,10,"), [FindingKind::CheaperAboveTier { class: input }]);
        assert_eq!(row(tier, "9,4,10,"), [FindingKind::SteepTier { class: input }]);
        assert_eq!(row(tier, "9,2,10,0.2"), [FindingKind::AboveWithoutBase { class: read }]);
        assert_eq!(row("flex_input", "1"), [FindingKind::HalfServicePrice("flex")]);
        let factor = Multiplier(9_000);
        assert_eq!(row("us_multiplier", "0.9"), [FindingKind::UnusualFactor { column: "us_multiplier", factor }]);
    }

    #[test]
    fn latest_is_compared_with_its_dated_model() {
        let table = "model,provider,input,output\nm-20260101,openai,1,5\nm-latest,openai,2,5\n";
        assert_eq!(kinds(table), [FindingKind::LatestDiffers { dated: "m-20260101".into() }]);
    }
}
