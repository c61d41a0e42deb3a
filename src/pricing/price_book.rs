//! All prices: the embedded table and the files laid over it.

use std::cmp::Reverse;

use super::check::{self, Finding, Severity};
use super::model_name::ModelName;
use super::model_prices::ModelPrices;
use super::price_file::{self, PriceFile, PriceFileError, PriceFileFault};
use super::price_row::PriceRow;
use super::quote::Quote;
use super::terms::Request;
use super::unpriced::Unpriced;
use crate::model::NanoUsd;

const EMBEDDED: &str = include_str!("prices.csv");
const EMBEDDED_NAME: &str = "embedded table";

/// Raised when the arithmetic changes, so that the fingerprint shows it even if no price does.
const RULES_VERSION: u32 = 1;

/// The price table in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceBook {
    version: String,
    date: String,
    /// File names by layer.
    sources: Vec<String>,
    /// By model, then later files first, then by first day.
    rows: Vec<PriceRow>,
}

impl PriceBook {
    /// Returns the table this program was built with.
    pub fn embedded() -> PriceBook {
        // A table that did not read would leave every model unknown, never mispriced; a test holds that it reads.
        let PriceFile { version, date, mut rows } = price_file::parse(EMBEDDED, EMBEDDED_NAME, 0).unwrap_or_default();
        sort(&mut rows);
        PriceBook { version, date, sources: vec![EMBEDDED_NAME.to_owned()], rows }
    }

    /// Lays a price file over this book: on the days its rows cover, they win for exactly their models.
    ///
    /// `file` is the name errors and quotes show. Columns are those of the embedded table; `model`, `input`
    /// and `output` are mandatory. A row without provider takes the one the model has in this book. Prices
    /// the file leaves out stay unknown: they are not mixed with the list prices below.
    ///
    /// # Errors
    /// [`PriceFileError`] for text that cannot be read and for rows that contradict each other.
    pub fn with_overrides(mut self, text: &str, file: &str) -> Result<PriceBook, PriceFileError> {
        let layer = u16::try_from(self.sources.len()).unwrap_or(u16::MAX);
        let mut added = price_file::parse(text, file, layer)?.rows;
        for row in &mut added {
            if row.provider.is_empty() {
                row.provider =
                    self.rows_of(|id| id.cmp(&row.model)).first().map_or("".into(), |known| known.provider.clone());
            }
        }
        refuse_contradictions(&added, file)?;
        self.rows.append(&mut added);
        self.sources.push(file.to_owned());
        sort(&mut self.rows);
        Ok(self)
    }

    /// Returns the version of the embedded table.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the date of the embedded table (`2026-11-21`).
    pub fn date(&self) -> &str {
        &self.date
    }

    /// Returns the names of the files in use, the embedded table first.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// Returns a number that changes with every price, date, id and rule; what costs were computed with.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&RULES_VERSION.to_le_bytes());
        for row in &self.rows {
            hasher.update(canonical(row).as_bytes());
        }
        let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// Returns every row, by model; of one model the rows that win first.
    pub fn rows(&self) -> impl Iterator<Item = &PriceRow> {
        self.rows.iter()
    }

    /// Returns every model with its rows, by id.
    pub fn models(&self) -> impl Iterator<Item = ModelPrices<'_>> {
        self.rows.chunk_by(|a, b| a.model == b.model).map(|rows| ModelPrices::new(self, rows, false))
    }

    /// Returns what looks wrong in the rows.
    pub fn check(&self) -> Vec<Finding> {
        let finding = |(row, kind): (&PriceRow, check::FindingKind)| Finding {
            severity: kind.severity(),
            source: self.source_of(row).to_owned(),
            line: row.line,
            model: row.model.to_string(),
            kind,
        };
        check::check(&self.rows).into_iter().map(finding).collect()
    }

    /// Finds a model's prices by the name a client recorded. Allocates nothing.
    ///
    /// # Errors
    /// [`Unpriced::NotBillable`] for the client's own messages, [`Unpriced::UnknownModel`] for the rest.
    pub fn resolve(&self, model: &str) -> Result<ModelPrices<'_>, Unpriced> {
        let name = ModelName::parse(model);
        if name.is_synthetic() {
            return Err(Unpriced::NotBillable);
        }
        for candidate in name.candidates() {
            let rows = self.rows_of(|id| candidate.order_of(id));
            if !rows.is_empty() {
                return Ok(ModelPrices::new(self, rows, candidate.bare && name.is_regional()));
            }
        }
        Err(Unpriced::UnknownModel)
    }

    /// Returns the cost of one request. To price many, [`PriceBook::resolve`] each model once.
    ///
    /// # Errors
    /// [`Unpriced`] says why the cost is unknown.
    pub fn cost(&self, request: &Request<'_>) -> Result<NanoUsd, Unpriced> {
        self.resolve(request.model)?.cost(request.at, &request.usage, request.terms)
    }

    /// Explains the price of one request.
    pub fn price(&self, request: &Request<'_>) -> Quote<'_> {
        let prices = self.resolve(request.model);
        match prices.and_then(|prices| prices.quote(request.at, &request.usage, request.terms)) {
            Ok(priced) => Quote::Priced(Box::new(priced)),
            Err(reason) => Quote::Unpriced { model: request.model.to_owned(), reason },
        }
    }

    /// Returns the file a row is from.
    pub(crate) fn source_of(&self, row: &PriceRow) -> &str {
        self.sources.get(usize::from(row.layer)).map_or("", String::as_str)
    }

    fn rows_of(&self, order: impl Fn(&str) -> std::cmp::Ordering) -> &[PriceRow] {
        let start = self.rows.partition_point(|row| order(&row.model).is_lt());
        let rest = self.rows.get(start..).unwrap_or_default();
        let length = rest.iter().take_while(|row| order(&row.model).is_eq()).count();
        rest.get(..length).unwrap_or_default()
    }
}

fn sort(rows: &mut [PriceRow]) {
    rows.sort_by(|a, b| (&a.model, Reverse(a.layer), a.valid_from).cmp(&(&b.model, Reverse(b.layer), b.valid_from)));
}

fn refuse_contradictions(rows: &[PriceRow], file: &str) -> Result<(), PriceFileError> {
    let worst = check::check(rows).into_iter().find(|(_, kind)| kind.severity() == Severity::Error);
    match worst {
        None => Ok(()),
        Some((row, kind)) => Err(PriceFileError {
            file: file.to_owned(),
            line: row.line,
            column: None,
            fault: PriceFileFault::Contradiction { model: row.model.to_string(), kind },
        }),
    }
}

/// Returns what a row says about money, as text that is the same on every machine.
fn canonical(row: &PriceRow) -> String {
    // Taken apart by name, so that a new field must be thought of here.
    let PriceRow {
        model,
        provider,
        valid_from,
        valid_to,
        base,
        tier_threshold,
        above,
        web_search,
        fast,
        us,
        regional,
        batch,
        priority,
        flex,
        retires: _,
        source: _,
        note: _,
        layer,
        line: _,
    } = row;
    let days = [valid_from, valid_to].map(|day| day.map(|day| day.0));
    let services = [batch, priority, flex].map(|prices| [prices.input, prices.output]);
    let prices = base.iter().chain(above).chain([web_search]).chain(services.as_flattened());
    let prices: Vec<Option<u64>> = prices.map(|price| price.map(|price| price.0)).collect();
    let factors = [fast, us, regional].map(|factor| factor.map(|factor| factor.0));
    format!("{model:?} {provider:?} {layer} {days:?} {tier_threshold:?} {prices:?} {factors:?}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{InferenceGeo, ServiceTier, Speed, Timestamp, Usage};
    use crate::pricing::check::FindingKind;
    use crate::pricing::{PriceClass, PriceDay, Terms, UnitPrice};
    use proptest::prelude::*;

    const NOON: &str = "2026-11-21T12:00:00.000Z";

    fn request(model: &str, usage: Usage) -> Request<'_> {
        Request { model, at: Timestamp::parse(NOON).unwrap(), usage, terms: Terms::default() }
    }

    fn a_million_in_and_out(book: &PriceBook, model: &str) -> Result<String, Unpriced> {
        let usage = Usage { input: 1_000, output: 1_000, ..Usage::default() };
        book.cost(&request(model, usage)).map(|cost| cost.to_text(6))
    }

    #[test]
    fn the_embedded_table_reads_and_has_no_error() {
        let read = price_file::parse(EMBEDDED, EMBEDDED_NAME, 0);
        assert!(read.is_ok(), "{read:?}");
        let book = PriceBook::embedded();
        assert_eq!((book.version(), book.date()), ("1", "2026-11-21"));
        assert!(PriceDay::parse(book.date()).is_some());
        assert!(book.models().count() >= 134, "{}", book.models().count());
        let findings = book.check();
        assert!(findings.iter().all(|finding| finding.severity == Severity::Warning), "{findings:#?}");
    }

    #[test]
    fn the_embedded_table_s_oddities_are_these_and_no_others() {
        let book = PriceBook::embedded();
        let odd: Vec<String> =
            book.check().into_iter().map(|finding| format!("{}: {}", finding.model, finding.kind)).collect();
        let steep = |class| format!("claude-haiku-5-5: `{class}` is more than 3 times dearer above the tier");
        // The first is the price at launch; the tier of 5 times from 100k tokens on is as published.
        let mut expected = vec!["claude-3-5-haiku-latest: another price than `claude-3-5-haiku-20241022`".to_owned()];
        expected.extend(PriceClass::TOKENS.map(steep));
        assert_eq!(odd, expected);
    }

    #[test]
    fn every_derived_price_of_the_embedded_table_is_exact() {
        let book = PriceBook::embedded();
        let mut derived = 0;
        for row in book.rows() {
            for class in PriceClass::TOKENS {
                for service in [ServiceTier::Batch, ServiceTier::Priority, ServiceTier::Flex] {
                    for above in [false, row.tier_threshold.is_some()] {
                        let list = row.unit_price(class, above, ServiceTier::Standard);
                        let Some((list, price)) = list.zip(row.unit_price(class, above, service)) else { continue };
                        let side = |prices: crate::pricing::ServicePrices| match class {
                            PriceClass::Output => prices.output,
                            _ => prices.input,
                        };
                        let half = (UnitPrice(1), UnitPrice(2));
                        let ratio = side(row.own_service(service)).zip(side(row.own_service(ServiceTier::Standard)));
                        let (numerator, denominator) = ratio.unwrap_or(half);
                        let exact = u128::from(list.0) * u128::from(numerator.0);
                        assert_eq!(
                            u128::from(price.0) * u128::from(denominator.0),
                            exact,
                            "{} {class} {service:?}",
                            row.model
                        );
                        derived += 1;
                    }
                }
                if row.tier_threshold.is_some() && row.own_above_price(class).is_none() {
                    let above = row.unit_price(class, true, ServiceTier::Standard);
                    let grown = row.own_above_price(PriceClass::Input).zip(row.own_price(PriceClass::Input));
                    if let Some((above, base)) = above.zip(row.base_price(class)) {
                        let (up, down) = grown.unwrap();
                        assert_eq!(
                            u128::from(above.0) * u128::from(down.0),
                            u128::from(base.0) * u128::from(up.0),
                            "{}",
                            row.model
                        );
                        derived += 1;
                    }
                }
            }
        }
        assert!(derived > 500, "{derived}");
    }

    #[test]
    fn a_decorated_name_finds_its_row_and_a_similar_one_does_not() {
        let book = PriceBook::embedded();
        for (name, id) in [
            ("claude-opus-4-5-20251101", "claude-opus-4-5-20251101"),
            ("us.anthropic.claude-opus-4-5-20251101-v1:0", "claude-opus-4-5-20251101"),
            ("claude-sonnet-4@20250514", "claude-sonnet-4-20250514"),
            ("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet-20241022"),
            ("claude-opus-4-6[1m]", "claude-opus-4-6"),
            // A date the table does not know: the model without it.
            ("claude-opus-4-6-20260401", "claude-opus-4-6"),
            ("anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
            ("gpt-5.4-2026-03-05", "gpt-5.4-2026-03-05"),
            ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        ] {
            assert_eq!(book.resolve(name).map(|prices| prices.id()), Ok(id), "{name}");
        }
        for name in [
            "",
            "claude",
            "claude-sonnet-4",
            "claude-opus-4-55",
            "opus",
            "claude-opus-4-5-",
            "gpt-5.4-turbo",
            "Claude-Opus-4-5",
            "@",
            "<>",
        ] {
            assert_eq!(book.resolve(name).map(|prices| prices.id()), Err(Unpriced::UnknownModel), "{name}");
        }
    }

    #[test]
    fn messages_of_the_client_are_not_billable() {
        let book = PriceBook::embedded();
        assert_eq!(book.cost(&request("<synthetic>", Usage::default())), Err(Unpriced::NotBillable));
    }

    #[test]
    fn an_unknown_model_is_named_and_has_no_price() {
        let book = PriceBook::embedded();
        let quote = book.price(&request("gpt-17", Usage::default()));
        assert_eq!(quote, Quote::Unpriced { model: "gpt-17".into(), reason: Unpriced::UnknownModel });
    }

    #[test]
    fn published_prices_of_the_table_come_out() {
        let book = PriceBook::embedded();
        // 1000 in and 1000 out: a thousandth of input + output price per million.
        for (model, dollars) in [
            ("claude-haiku-4-5-20251001", "0.006000"),
            ("claude-sonnet-4-5-20250929", "0.018000"),
            ("claude-opus-4-5-20251101", "0.030000"),
            ("claude-opus-4-6", "0.030000"),
            ("gemini-2.5-pro", "0.011250"),
        ] {
            assert_eq!(a_million_in_and_out(&book, model).as_deref(), Ok(dollars), "{model}");
        }
        let fast = Terms { speed: Speed::Fast, geo: InferenceGeo::Us, service: ServiceTier::Standard };
        let usage = Usage { input: 1_000, output: 1_000, ..Usage::default() };
        let request = Request { terms: fast, ..request("claude-opus-5-5", usage) };
        // (4 + 20) x 2 x 1.1 = 52.8 USD per million
        assert_eq!(book.cost(&request).map(|cost| cost.to_text(6)).as_deref(), Ok("0.052800"));
    }

    #[test]
    fn an_override_wins_on_its_days_only() {
        let text = "model,input,output,valid_from\nclaude-opus-4-6,1,1,2026-11-01\n";
        let book = PriceBook::embedded().with_overrides(text, "mine.csv").unwrap();
        assert_eq!(a_million_in_and_out(&book, "claude-opus-4-6").as_deref(), Ok("0.002000"));
        let october = Timestamp::parse("2026-10-31T23:59:59.999Z").unwrap();
        let usage = Usage { input: 1_000, output: 1_000, ..Usage::default() };
        let before = book.cost(&Request { at: october, ..request("claude-opus-4-6", usage) });
        assert_eq!(before.map(|cost| cost.to_text(6)).as_deref(), Ok("0.030000"));
        assert_eq!(book.sources(), ["embedded table", "mine.csv"]);
        let later = book.with_overrides("model,input,output\nclaude-opus-4-6,2,2\n", "later.csv").unwrap();
        assert_eq!(a_million_in_and_out(&later, "claude-opus-4-6").as_deref(), Ok("0.004000"));
    }

    #[test]
    fn an_override_takes_over_the_provider_but_no_price() {
        let text = "model,input,output\nclaude-opus-4-6,1,1\ngpt-4.1,1,1\nnew,1,1\n";
        let book = PriceBook::embedded().with_overrides(text, "mine.csv").unwrap();
        let cached = Usage { cache_read: 1_000, ..Usage::default() };
        let cost = |model| book.cost(&request(model, cached)).map(|cost| cost.0);
        assert_eq!(cost("claude-opus-4-6"), Err(Unpriced::NoPriceForClass(PriceClass::CacheRead)));
        assert_eq!(cost("gpt-4.1"), Ok(1_000_000));
        assert_eq!(cost("new"), Err(Unpriced::NoPriceForClass(PriceClass::CacheRead)));
    }

    #[test]
    fn an_override_that_contradicts_itself_is_refused() {
        let refuse = |text: &str| PriceBook::embedded().with_overrides(text, "mine.csv").unwrap_err().to_string();
        assert_eq!(
            refuse("model,input,output\nm,1,2\nm,1,2\n"),
            "mine.csv:3: model `m`: its dates overlap those of line 2"
        );
        assert_eq!(
            refuse("model,input,output,cache_read\nm,1,2,3\n"),
            "mine.csv:2: model `m`: reading the cache costs more than plain input"
        );
    }

    #[test]
    fn an_override_that_misses_the_dated_model_is_remarked_on() {
        let text = "model,input,output\nclaude-opus-4-5,1,2\n";
        let book = PriceBook::embedded().with_overrides(text, "mine.csv").unwrap();
        let dated = FindingKind::DatedNotOverridden { dated: "claude-opus-4-5-20251101".into() };
        let findings = book.check();
        let finding = findings.iter().find(|finding| finding.kind == dated);
        assert_eq!(finding.map(|finding| (finding.source.as_str(), finding.line)), Some(("mine.csv", 2)));
    }

    #[test]
    fn the_fingerprint_follows_prices_and_not_notes() {
        let book = |row: &str| {
            let text = format!("model,input,output,cache_read,valid_to,note\n{row}\n");
            PriceBook::embedded().with_overrides(&text, "x").unwrap().fingerprint()
        };
        let base = book("m,1,2,,,a");
        assert_eq!(base, book("m,1,2,,,b"));
        for other in ["n,1,2,,,a", "m,1.000001,2,,,a", "m,1,3,,,a", "m,1,2,0,,a", "m,1,2,,2026-01-01,a"] {
            assert_ne!(base, book(other), "{other}");
        }
        assert_ne!(base, PriceBook::embedded().fingerprint());
        assert_eq!(PriceBook::embedded().fingerprint(), PriceBook::embedded().fingerprint());
    }

    fn any_model() -> impl Strategy<Value = String> {
        let ids: Vec<String> = PriceBook::embedded().models().map(|prices| prices.id().to_owned()).collect();
        prop::sample::select(ids)
    }

    fn any_usage(max: u64) -> impl Strategy<Value = Usage> {
        prop::array::uniform4(0..max).prop_map(|[input, output, cache_read, cache_write_5m]| Usage {
            input,
            output,
            cache_read,
            cache_write_5m,
            ..Usage::default()
        })
    }

    proptest! {
        #[test]
        fn below_the_tier_a_request_costs_what_its_classes_cost(model in any_model(), usage in any_usage(30)) {
            // Multiples of 1000 tokens are whole nano-USD, so that no rounding comes between.
            let kilo = |tokens: u64| tokens * 1_000;
            let book = PriceBook::embedded();
            let parts = [
                Usage { input: kilo(usage.input), ..Usage::default() },
                Usage { output: kilo(usage.output), ..Usage::default() },
                Usage { cache_read: kilo(usage.cache_read), ..Usage::default() },
                Usage { cache_write_5m: kilo(usage.cache_write_5m), ..Usage::default() },
            ];
            let whole = Usage {
                input: kilo(usage.input), output: kilo(usage.output), cache_read: kilo(usage.cache_read),
                cache_write_5m: kilo(usage.cache_write_5m), ..Usage::default()
            };
            prop_assume!(whole.prompt_tokens() <= 100_000);
            let sum: Result<Vec<NanoUsd>, Unpriced> = parts.into_iter().map(|part| book.cost(&request(&model, part))).collect();
            prop_assert_eq!(book.cost(&request(&model, whole)), sum.map(|parts| parts.into_iter().sum()));
        }

        #[test]
        fn more_tokens_never_cost_less(model in any_model(), usage in any_usage(400_000), more in any_usage(400_000)) {
            let book = PriceBook::embedded();
            let larger = Usage {
                input: usage.input + more.input,
                output: usage.output + more.output,
                cache_read: usage.cache_read + more.cache_read,
                cache_write_5m: usage.cache_write_5m + more.cache_write_5m,
                ..usage
            };
            let (less, more) = (book.cost(&request(&model, usage)), book.cost(&request(&model, larger)));
            prop_assert!(less.is_ok() && more.is_ok(), "{model}: {less:?} {more:?}");
            prop_assert!(less <= more, "{model}: {less:?} {more:?}");
        }

        #[test]
        fn an_override_never_changes_another_model(mine in any_model(), other in any_model(), usage in any_usage(400_000)) {
            prop_assume!(mine != other);
            let text = format!("model,input,output\n{mine},77,770\n");
            let (before, after) = (PriceBook::embedded(), PriceBook::embedded().with_overrides(&text, "mine.csv").unwrap());
            prop_assert_eq!(before.cost(&request(&other, usage)), after.cost(&request(&other, usage)));
            let input = Usage { input: 1_000, ..Usage::default() };
            prop_assert_eq!(after.cost(&request(&mine, input)), Ok(NanoUsd(77_000_000)));
        }

        #[test]
        fn the_lines_of_a_quote_sum_to_its_total(model in any_model(), usage in any_usage(1_000_000), us in any::<bool>()) {
            let book = PriceBook::embedded();
            let geo = if us { InferenceGeo::Us } else { InferenceGeo::Global };
            let request = Request { terms: Terms { geo, ..Terms::default() }, ..request(&model, usage) };
            let Quote::Priced(priced) = book.price(&request) else { return Err(TestCaseError::fail("unpriced")) };
            prop_assert_eq!(priced.lines.iter().map(|line| line.amount).sum::<NanoUsd>(), priced.total);
            prop_assert_eq!(Ok(priced.total), book.cost(&request));
        }

        #[test]
        fn any_name_and_any_numbers_are_priced_or_refused(model in any::<String>(), numbers in any::<[u64; 6]>(), at in any::<i64>()) {
            let [input, output, cache_read, cache_write_5m, cache_write_1h, web_searches] = numbers;
            let usage = Usage { input, output, cache_read, cache_write_5m, cache_write_1h, web_searches };
            let book = PriceBook::embedded();
            for model in [model.as_str(), "claude-opus-5-5"] {
                let terms = Terms { speed: Speed::Fast, geo: InferenceGeo::Us, service: ServiceTier::Batch };
                let _ = book.price(&Request { model, at: Timestamp(at), usage, terms });
            }
        }
    }
}
