//! The prices of one model: what a caller looks up once and then uses for every request.

use super::multiplier::Multiplier;
use super::price_book::PriceBook;
use super::price_class::PriceClass;
use super::price_day::PriceDay;
use super::price_row::PriceRow;
use super::quote::{self, Priced, QuoteLine};
use super::terms::Terms;
use super::unit_price::UnitPrice;
use super::unpriced::Unpriced;
use crate::model::{InferenceGeo, NanoUsd, Speed, Timestamp, Usage};

/// The rows of one model, found by [`PriceBook::resolve`]. Cheap to copy and to ask.
#[derive(Debug, Clone, Copy)]
pub struct ModelPrices<'book> {
    book: &'book PriceBook,
    rows: &'book [PriceRow],
    regional: bool,
}

/// One class of a request: units, unit price, exact amount in 10⁻²⁰ USD.
#[derive(Clone, Copy)]
struct Charge {
    class: PriceClass,
    units: u64,
    unit_price: UnitPrice,
    exact: i128,
}

/// The row and the factors that apply to a request.
struct Tariff<'book> {
    row: &'book PriceRow,
    above_tier: bool,
    speed_factor: Multiplier,
    geo_factor: Multiplier,
}

impl<'book> ModelPrices<'book> {
    /// `rows` are of one model, those of later files first.
    pub(crate) fn new(book: &'book PriceBook, rows: &'book [PriceRow], regional: bool) -> ModelPrices<'book> {
        ModelPrices { book, rows, regional }
    }

    /// Returns the id the price table has for the model.
    pub fn id(&self) -> &'book str {
        self.rows.first().map_or("", |row| &row.model)
    }

    /// Returns the rows, those that win first.
    pub fn rows(&self) -> &'book [PriceRow] {
        self.rows
    }

    /// Returns the cost of a request in nano-USD, rounded once. Allocates nothing.
    ///
    /// # Errors
    /// [`Unpriced`] says why the cost is unknown.
    pub fn cost(&self, at: Timestamp, usage: &Usage, terms: Terms) -> Result<NanoUsd, Unpriced> {
        let charges = self.tariff(at, usage, terms)?.charges(usage, terms)?;
        quote::round_to_nano(total(&charges)?)
    }

    /// Returns the cost of a request with every step of the way to it.
    ///
    /// # Errors
    /// [`Unpriced`] says why the cost is unknown.
    pub fn quote(&self, at: Timestamp, usage: &Usage, terms: Terms) -> Result<Priced<'book>, Unpriced> {
        let tariff = self.tariff(at, usage, terms)?;
        let charges = tariff.charges(usage, terms)?;
        let total = quote::round_to_nano(total(&charges)?)?;
        let mut lines: Vec<QuoteLine> = charges.into_iter().flatten().map(Charge::into_line).collect();
        quote::distribute(&mut lines, total);
        Ok(Priced {
            total,
            lines,
            row: tariff.row,
            source: self.book.source_of(tariff.row),
            above_tier: tariff.above_tier,
            speed_factor: tariff.speed_factor,
            geo_factor: tariff.geo_factor,
        })
    }

    fn tariff(&self, at: Timestamp, usage: &Usage, terms: Terms) -> Result<Tariff<'book>, Unpriced> {
        let day = PriceDay::of(at);
        let row = self.rows.iter().find(|row| row.covers(day)).ok_or(Unpriced::NoPriceForDay)?;
        if !row.has_service(terms.service) {
            return Err(Unpriced::NoPriceForService(terms.service));
        }
        let speed_factor = match terms.speed {
            Speed::Standard => Multiplier::ONE,
            Speed::Fast => row.fast.ok_or(Unpriced::NoPriceForFast)?,
        };
        // Without a published surcharge the place does not change the price.
        let geo_factor = match terms.geo {
            InferenceGeo::Us => row.us,
            InferenceGeo::Regional => row.regional,
            InferenceGeo::Global => row.regional.filter(|_| self.regional),
        };
        let above_tier = row.is_above_tier(usage.prompt_tokens());
        Ok(Tariff { row, above_tier, speed_factor, geo_factor: geo_factor.unwrap_or(Multiplier::ONE) })
    }
}

impl Tariff<'_> {
    fn charges(&self, usage: &Usage, terms: Terms) -> Result<[Option<Charge>; 6], Unpriced> {
        let mut charges = [None; 6];
        for (charge, class) in charges.iter_mut().zip(PriceClass::ALL) {
            let units = class.units(usage);
            if units == 0 {
                continue;
            }
            let price = self.row.unit_price(class, self.above_tier, terms.service);
            let unit_price = price.ok_or(Unpriced::NoPriceForClass(class))?;
            let exact = i128::from(units)
                .checked_mul(i128::from(unit_price.0))
                .and_then(|pico| pico.checked_mul(self.factor(class)))
                .ok_or(Unpriced::TooLarge)?;
            *charge = Some(Charge { class, units, unit_price, exact });
        }
        Ok(charges)
    }

    /// Returns speed times place in 10⁻⁸; a search costs the same everywhere.
    fn factor(&self, class: PriceClass) -> i128 {
        let (speed, geo) = match class {
            PriceClass::WebSearch => (Multiplier::ONE, Multiplier::ONE),
            _ => (self.speed_factor, self.geo_factor),
        };
        i128::from(speed.0) * i128::from(geo.0)
    }
}

impl Charge {
    fn into_line(self) -> QuoteLine {
        let Charge { class, units, unit_price, exact } = self;
        QuoteLine { class, units, unit_price, exact, amount: NanoUsd::ZERO }
    }
}

fn total(charges: &[Option<Charge>]) -> Result<i128, Unpriced> {
    let mut exact = charges.iter().flatten().map(|charge| charge.exact);
    exact.try_fold(0i128, i128::checked_add).ok_or(Unpriced::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServiceTier;
    use crate::pricing::multiplier::Multiplier;

    const TABLE: &str = "\
model,provider,input,output,cache_read,cache_write_5m,cache_write_1h,web_search,tier_threshold,above_input,above_output,fast_multiplier,us_multiplier,regional_multiplier,priority_input,priority_output,valid_from,valid_to
sonnet,anthropic,3,15,0.3,3.75,6,0.01,200000,6,22.5,2,1.1,1.1,6,30,2025-01-01,2026-06-30
sonnet,anthropic,2,10,0.2,2.5,4,0.01,,,,,,,,,2026-07-01,
plain,anthropic,1,5,,,,,,,,,,,,,,
";

    fn book() -> PriceBook {
        PriceBook::embedded().with_overrides(TABLE, "test.csv").unwrap()
    }

    fn at(day: &str) -> Timestamp {
        Timestamp::parse(&format!("{day}T12:00:00.000Z")).unwrap()
    }

    fn usage(input: u64, output: u64, cache_read: u64, cache_write_5m: u64, cache_write_1h: u64) -> Usage {
        Usage { input, output, cache_read, cache_write_5m, cache_write_1h, web_searches: 0 }
    }

    fn cost(model: &str, usage: &Usage, terms: Terms) -> Result<i64, Unpriced> {
        let book = book();
        let prices = book.resolve(model)?;
        let cost = prices.cost(at("2026-01-01"), usage, terms);
        let quote = prices.quote(at("2026-01-01"), usage, terms);
        assert_eq!(cost, quote.map(|quote| quote.total), "the cheap way and the explained one agree");
        cost.map(|cost| cost.0)
    }

    #[test]
    fn every_class_has_its_own_price() {
        // 1000 x 3 + 100 x 15 + 10000 x 0.3 + 2000 x 3.75 + 500 x 6 USD per million
        // = 3000 + 1500 + 3000 + 7500 + 3000 = 18000 micro-USD
        let all = usage(1_000, 100, 10_000, 2_000, 500);
        assert_eq!(cost("sonnet", &all, Terms::default()), Ok(18_000_000));
    }

    #[test]
    fn a_request_is_rounded_once_and_half_up() {
        let half = "model,input,output,cache_read\nm,0.0005,0.0002,0.0001\n";
        let book = PriceBook::embedded().with_overrides(half, "x").unwrap();
        let cost = |usage| book.resolve("m").unwrap().cost(at("2026-01-01"), &usage, Terms::default()).unwrap().0;
        // 500 pico -> 1 nano; 400 pico -> 0; 500 + 2 x 200 + 5 x 100 = 1400 pico -> 1 nano, where rounding each class gives 1 + 0 + 1.
        assert_eq!(cost(usage(1, 0, 0, 0, 0)), 1);
        assert_eq!(cost(usage(0, 2, 0, 0, 0)), 0);
        assert_eq!(cost(usage(1, 2, 5, 0, 0)), 1);
    }

    #[test]
    fn the_tier_compares_the_whole_prompt_and_moves_every_token() {
        // 1000 + 150000 + 49000 = 200000 is the threshold itself: base prices.
        // 1000 x 3 + 100 x 15 + 150000 x 0.3 + 49000 x 3.75 = 3000 + 1500 + 45000 + 183750 = 233250 micro-USD
        assert_eq!(cost("sonnet", &usage(1_000, 100, 150_000, 49_000, 0), Terms::default()), Ok(233_250_000));
        // One token more: 1001 x 6 + 100 x 22.5 + 150000 x 0.6 + 49000 x 7.5 = 6006 + 2250 + 90000 + 367500 = 465756
        assert_eq!(cost("sonnet", &usage(1_001, 100, 150_000, 49_000, 0), Terms::default()), Ok(465_756_000));
        // Output does not count towards the threshold: 1 x 3 + 300000 x 15 = 4500003
        assert_eq!(cost("sonnet", &usage(1, 300_000, 0, 0, 0), Terms::default()), Ok(4_500_003_000));
    }

    #[test]
    fn speed_and_place_multiply_and_searches_do_not() {
        let mut thousand = usage(1_000, 0, 0, 0, 0);
        let fast = Terms { speed: Speed::Fast, ..Terms::default() };
        let us = Terms { geo: InferenceGeo::Us, ..Terms::default() };
        // 3000 micro-USD x 2, x 1.1, x 2.2
        assert_eq!(cost("sonnet", &thousand, fast), Ok(6_000_000));
        assert_eq!(cost("sonnet", &thousand, us), Ok(3_300_000));
        assert_eq!(cost("sonnet", &thousand, Terms { geo: InferenceGeo::Us, ..fast }), Ok(6_600_000));
        // two searches: 2 x 0.01 USD on top, untouched by the factors
        thousand.web_searches = 2;
        assert_eq!(cost("sonnet", &thousand, Terms { geo: InferenceGeo::Us, ..fast }), Ok(26_600_000));
    }

    #[test]
    fn a_regional_profile_pays_the_surcharge_where_one_is_published() {
        let thousand = usage(1_000, 0, 0, 0, 0);
        assert_eq!(cost("us.anthropic.sonnet-v1:0", &thousand, Terms::default()), Ok(3_300_000));
        assert_eq!(cost("eu.anthropic.sonnet-v1:0", &thousand, Terms::default()), Ok(3_300_000));
        assert_eq!(cost("global.anthropic.sonnet-v1:0", &thousand, Terms::default()), Ok(3_000_000));
        assert_eq!(cost("sonnet", &thousand, Terms { geo: InferenceGeo::Regional, ..Terms::default() }), Ok(3_300_000));
        assert_eq!(cost("eu.anthropic.plain-v1:0", &thousand, Terms::default()), Ok(1_000_000));
    }

    #[test]
    fn service_tiers_take_their_own_prices_and_batch_takes_half() {
        let both = usage(1_000, 100, 1_000, 0, 0);
        let with = |service| Terms { service, ..Terms::default() };
        // standard 3000 + 1500 + 300 = 4800; batch 2400; priority 6000 + 3000 + 600 = 9600
        assert_eq!(cost("sonnet", &both, with(ServiceTier::Standard)), Ok(4_800_000));
        assert_eq!(cost("sonnet", &both, with(ServiceTier::Batch)), Ok(2_400_000));
        assert_eq!(cost("sonnet", &both, with(ServiceTier::Priority)), Ok(9_600_000));
        assert_eq!(cost("sonnet", &both, with(ServiceTier::Flex)), Err(Unpriced::NoPriceForService(ServiceTier::Flex)));
    }

    #[test]
    fn a_request_takes_the_price_of_its_utc_day() {
        let book = book();
        let prices = book.resolve("sonnet").unwrap();
        let cost = |time: &str| {
            let at = Timestamp::parse(time).unwrap();
            prices.cost(at, &usage(1_000, 0, 0, 0, 0), Terms::default()).map(|cost| cost.0)
        };
        assert_eq!(cost("2026-06-30T23:59:59.999Z"), Ok(3_000_000));
        assert_eq!(cost("2026-07-01T00:00:00.000Z"), Ok(2_000_000));
        assert_eq!(cost("2026-07-01T01:00:00+02:00"), Ok(3_000_000));
        assert_eq!(cost("2024-12-31T23:59:59.999Z"), Err(Unpriced::NoPriceForDay));
    }

    #[test]
    fn an_unknown_price_is_a_reason_and_never_zero() {
        let class = |class| Err(Unpriced::NoPriceForClass(class));
        assert_eq!(cost("plain", &usage(1, 1, 1, 0, 0), Terms::default()), class(PriceClass::CacheRead));
        assert_eq!(cost("plain", &usage(1, 1, 0, 1, 0), Terms::default()), class(PriceClass::CacheWrite5m));
        assert_eq!(cost("plain", &usage(1, 1, 0, 0, 1), Terms::default()), class(PriceClass::CacheWrite1h));
        let search = Usage { web_searches: 1, ..Usage::default() };
        assert_eq!(cost("plain", &search, Terms::default()), class(PriceClass::WebSearch));
        let fast = Terms { speed: Speed::Fast, ..Terms::default() };
        assert_eq!(cost("plain", &usage(1, 0, 0, 0, 0), fast), Err(Unpriced::NoPriceForFast));
        assert_eq!(cost("plain", &usage(1, 1, 0, 0, 0), Terms::default()), Ok(6_000));
    }

    #[test]
    fn absurd_token_counts_are_reported_and_do_not_overflow() {
        let fast = Terms { speed: Speed::Fast, geo: InferenceGeo::Us, ..Terms::default() };
        let absurd = usage(u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX);
        assert_eq!(cost("sonnet", &absurd, Terms::default()), Err(Unpriced::TooLarge));
        assert_eq!(cost("sonnet", &Usage { web_searches: u64::MAX, ..absurd }, fast), Err(Unpriced::TooLarge));
        // 10^12 tokens at 15 USD a million are 15 million dollars: large, but an amount.
        assert_eq!(cost("sonnet", &usage(0, 1_000_000_000_000, 0, 0, 0), Terms::default()), Ok(15_000_000_000_000_000));
    }

    #[test]
    fn a_quote_explains_its_total() {
        let book = book();
        let request = Usage { web_searches: 1, ..usage(1, 0, 250_000, 0, 3) };
        let terms = Terms { speed: Speed::Fast, ..Terms::default() };
        let quote = book.resolve("sonnet").unwrap().quote(at("2026-01-01"), &request, terms).unwrap();
        assert!(quote.above_tier);
        assert_eq!((quote.source, quote.row.line, quote.speed_factor), ("test.csv", 2, Multiplier(20_000)));
        let line = |class, units, unit_price, nano| (class, units, UnitPrice(unit_price), NanoUsd(nano));
        let lines: Vec<_> =
            quote.lines.iter().map(|line| (line.class, line.units, line.unit_price, line.amount)).collect();
        assert_eq!(
            lines,
            [
                // 1 x 6 x 2 = 12 micro-USD; 250000 x 0.6 x 2; 3 x 12 (grown like the input) x 2; 0.01 USD
                line(PriceClass::Input, 1, 6_000_000, 12_000),
                line(PriceClass::CacheRead, 250_000, 600_000, 300_000_000),
                line(PriceClass::CacheWrite1h, 3, 12_000_000, 72_000),
                line(PriceClass::WebSearch, 1, 10_000_000_000, 10_000_000),
            ]
        );
        assert_eq!(quote.total, NanoUsd(310_084_000));
    }
}
