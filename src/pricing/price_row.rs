//! One model's prices during one span of days.

use super::multiplier::Multiplier;
use super::price_class::PriceClass;
use super::price_day::PriceDay;
use super::unit_price::UnitPrice;
use crate::model::ServiceTier;

/// A row of the price table. Missing prices are `None`, never 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// The model's id.
    pub model: Box<str>,
    /// Who bills it; empty when the file does not say.
    pub provider: Box<str>,
    /// First UTC day of these prices; `None` = since ever.
    pub valid_from: Option<PriceDay>,
    /// Last UTC day of these prices; `None` = until further notice.
    pub valid_to: Option<PriceDay>,
    /// Prices by token class, in the order of [`PriceClass::TOKENS`].
    pub base: [Option<UnitPrice>; 5],
    /// Prompt tokens above which a request takes the `above` prices.
    pub tier_threshold: Option<u64>,
    /// Prices of requests above the threshold, in the order of [`PriceClass::TOKENS`].
    pub above: [Option<UnitPrice>; 5],
    /// Price of one web search.
    pub web_search: Option<UnitPrice>,
    /// Factor of `speed: fast`.
    pub fast: Option<Multiplier>,
    /// Factor of `inference_geo: us`.
    pub us: Option<Multiplier>,
    /// Factor of Bedrock and Vertex profiles bound to a region.
    pub regional: Option<Multiplier>,
    /// Batch prices.
    pub batch: ServicePrices,
    /// Priority prices.
    pub priority: ServicePrices,
    /// Flex prices.
    pub flex: ServicePrices,
    /// The day the provider switches the model off; informational.
    pub retires: Option<PriceDay>,
    /// Where the numbers come from.
    pub source: Box<str>,
    /// What a reader should know about the row.
    pub note: Box<str>,
    /// 0 for the embedded table, then one more for each file laid over it.
    pub layer: u16,
    /// Line in its file, from 1.
    pub line: u32,
}

/// Input and output price of a service tier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ServicePrices {
    /// Price of a prompt token outside any cache.
    pub input: Option<UnitPrice>,
    /// Price of an output token.
    pub output: Option<UnitPrice>,
}

const HALF: (UnitPrice, UnitPrice) = (UnitPrice(1), UnitPrice(2));

impl PriceRow {
    /// Tells whether these prices hold on `day`.
    pub fn covers(&self, day: PriceDay) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    /// Tells whether a prompt of this size takes the `above` prices: strictly more than the threshold.
    pub fn is_above_tier(&self, prompt_tokens: u64) -> bool {
        self.tier_threshold.is_some_and(|threshold| prompt_tokens > threshold)
    }

    /// Returns the price of one unit before multipliers; `None` when it is unknown.
    ///
    /// A missing price above the threshold grows like the input price does. Cache tokens in another
    /// service tier follow that tier's input price. Batch is half price unless the row says otherwise;
    /// priority and flex need their own prices.
    pub fn unit_price(&self, class: PriceClass, above_tier: bool, service: ServiceTier) -> Option<UnitPrice> {
        if class == PriceClass::WebSearch {
            return self.web_search;
        }
        let list = if above_tier { self.above_price(class) } else { self.base_price(class) }?;
        match service {
            ServiceTier::Standard => Some(list),
            _ => {
                let (numerator, denominator) = self.service_ratio(class, service)?;
                list.scaled(numerator, denominator)
            }
        }
    }

    /// Tells whether the row has what a service tier needs.
    pub fn has_service(&self, service: ServiceTier) -> bool {
        self.service_ratio(PriceClass::Input, service).is_some()
    }

    /// Returns the price below the threshold.
    ///
    /// OpenAI and Google bill a prompt token at the input price unless they publish a cache price, so that
    /// is what their rows' missing cache prices mean. Elsewhere a missing price is unknown.
    pub(crate) fn base_price(&self, class: PriceClass) -> Option<UnitPrice> {
        self.own_price(class).or_else(|| self.own_price(PriceClass::Input).filter(|_| self.is_billed_as_input(class)))
    }

    /// Returns the price in the row itself.
    pub(crate) fn own_price(&self, class: PriceClass) -> Option<UnitPrice> {
        self.base.get(class.index()).copied().flatten()
    }

    /// Returns the price above the threshold in the row itself.
    pub(crate) fn own_above_price(&self, class: PriceClass) -> Option<UnitPrice> {
        self.above.get(class.index()).copied().flatten()
    }

    /// Returns the prices of a service tier in the row itself.
    pub(crate) fn own_service(&self, service: ServiceTier) -> ServicePrices {
        match service {
            ServiceTier::Standard => {
                ServicePrices { input: self.own_price(PriceClass::Input), output: self.own_price(PriceClass::Output) }
            }
            ServiceTier::Batch => self.batch,
            ServiceTier::Priority => self.priority,
            ServiceTier::Flex => self.flex,
        }
    }

    fn is_billed_as_input(&self, class: PriceClass) -> bool {
        let published_write = [PriceClass::CacheWrite5m, PriceClass::CacheWrite1h]
            .into_iter()
            .any(|write| self.own_price(write).is_some());
        let bills_plainly = matches!(&*self.provider, "openai" | "google");
        match class {
            PriceClass::CacheRead => bills_plainly,
            PriceClass::CacheWrite5m | PriceClass::CacheWrite1h => bills_plainly && !published_write,
            PriceClass::Input | PriceClass::Output | PriceClass::WebSearch => false,
        }
    }

    fn above_price(&self, class: PriceClass) -> Option<UnitPrice> {
        let derived = || {
            let grown = self.own_above_price(PriceClass::Input)?;
            self.base_price(class)?.scaled(grown, self.own_price(PriceClass::Input)?)
        };
        match class {
            PriceClass::Output => self.own_above_price(class),
            _ => self.own_above_price(class).or_else(derived),
        }
    }

    fn service_ratio(&self, class: PriceClass, service: ServiceTier) -> Option<(UnitPrice, UnitPrice)> {
        let (own, list) = (self.own_service(service), self.own_service(ServiceTier::Standard));
        let ratio = match class {
            PriceClass::Output => own.output.zip(list.output),
            _ => own.input.zip(list.input),
        };
        match service {
            ServiceTier::Batch => ratio.or(Some(HALF)),
            _ => ratio,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::price_file;

    fn row(columns: &str, values: &str) -> PriceRow {
        let text = format!("model,input,output,{columns}\nm,1,5,{values}\n");
        price_file::parse(&text, "test", 0).unwrap().rows.remove(0)
    }

    fn price(row: &PriceRow, class: PriceClass, above: bool, service: ServiceTier) -> Option<String> {
        row.unit_price(class, above, service).map(|price| price.to_string())
    }

    #[test]
    fn the_first_and_the_last_day_belong_to_the_row() {
        let row = row("valid_from,valid_to", "2026-01-10,2026-01-20");
        let covers = |text| row.covers(PriceDay::parse(text).unwrap());
        assert!(!covers("2026-01-09"));
        assert!(covers("2026-01-10"));
        assert!(covers("2026-01-20"));
        assert!(!covers("2026-01-21"));
    }

    #[test]
    fn a_missing_cache_price_is_unknown_unless_the_provider_bills_plain_input() {
        for (provider, read, write) in [
            ("anthropic", None, None),
            ("", None, None),
            ("openai", Some("1"), Some("1")),
            ("google", Some("1"), Some("1")),
        ] {
            let row = row("provider", provider);
            assert_eq!(price(&row, PriceClass::CacheRead, false, ServiceTier::Standard).as_deref(), read, "{provider}");
            assert_eq!(
                price(&row, PriceClass::CacheWrite5m, false, ServiceTier::Standard).as_deref(),
                write,
                "{provider}"
            );
            assert_eq!(
                price(&row, PriceClass::CacheWrite1h, false, ServiceTier::Standard).as_deref(),
                write,
                "{provider}"
            );
        }
    }

    #[test]
    fn a_published_write_price_makes_the_other_one_unknown() {
        let row = row("provider,cache_write_5m", "openai,1.25");
        assert_eq!(price(&row, PriceClass::CacheWrite5m, false, ServiceTier::Standard).as_deref(), Some("1.25"));
        assert_eq!(price(&row, PriceClass::CacheWrite1h, false, ServiceTier::Standard), None);
    }

    #[test]
    fn a_missing_price_above_the_tier_grows_like_the_input() {
        let row = row("cache_read,cache_write_1h,tier_threshold,above_input,above_output", "0.1,2,200000,3,7.5");
        // input grows 1 -> 3, so 2 -> 6 and 0.1 -> 0.3; output has its own price.
        assert_eq!(price(&row, PriceClass::CacheWrite1h, true, ServiceTier::Standard).as_deref(), Some("6"));
        assert_eq!(price(&row, PriceClass::CacheRead, true, ServiceTier::Standard).as_deref(), Some("0.3"));
        assert_eq!(price(&row, PriceClass::Output, true, ServiceTier::Standard).as_deref(), Some("7.5"));
        assert_eq!(price(&row, PriceClass::CacheWrite5m, true, ServiceTier::Standard), None);
    }

    #[test]
    fn batch_is_half_and_the_other_services_need_a_price() {
        let plain = row("cache_read", "0.1");
        assert_eq!(price(&plain, PriceClass::CacheRead, false, ServiceTier::Batch).as_deref(), Some("0.05"));
        assert_eq!(price(&plain, PriceClass::Input, false, ServiceTier::Priority), None);
        assert!(!plain.has_service(ServiceTier::Flex));
        let own = row("cache_read,batch_input,batch_output,priority_input,priority_output", "0.1,0.4,2.5,2,20");
        assert_eq!(price(&own, PriceClass::Input, false, ServiceTier::Batch).as_deref(), Some("0.4"));
        // The cache read follows the input: 0.1 x 0.4 / 1 and 0.1 x 2 / 1.
        assert_eq!(price(&own, PriceClass::CacheRead, false, ServiceTier::Batch).as_deref(), Some("0.04"));
        assert_eq!(price(&own, PriceClass::CacheRead, false, ServiceTier::Priority).as_deref(), Some("0.2"));
        assert_eq!(price(&own, PriceClass::Output, false, ServiceTier::Priority).as_deref(), Some("20"));
    }
}
