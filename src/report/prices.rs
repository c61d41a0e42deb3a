//! `agent-trace prices`: the table, one price explained, the table checked.

use serde::Serialize;

use super::books::PriceTable;
use super::imbalance::{self, Imbalance};
use super::wire;
use crate::model::{NanoUsd, Timestamp};

/// The price table. `agent-trace/prices-list/1`.
///
/// Unit prices are integers in pico-USD (10⁻¹² dollars) a token; a million of them are one dollar a million tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PricesListReport {
    /// Version, date and files.
    pub prices: PriceTable,
    /// The rows, by model and first day.
    pub rows: Vec<PriceEntry>,
}

/// One row of the table. `null` is "the provider has no such price", or for days "no bound".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PriceEntry {
    /// The model's id.
    pub model: String,
    /// Who bills it.
    pub provider: Option<String>,
    /// First UTC day of these prices.
    pub valid_from: Option<String>,
    /// Last UTC day of these prices.
    pub valid_to: Option<String>,
    /// A prompt token outside any cache.
    pub input_pico_usd: Option<u64>,
    /// An output token.
    pub output_pico_usd: Option<u64>,
    /// A token read from a cache.
    pub cache_read_pico_usd: Option<u64>,
    /// A token written to the 5-minute cache.
    pub cache_write_5m_pico_usd: Option<u64>,
    /// A token written to the 1-hour cache.
    pub cache_write_1h_pico_usd: Option<u64>,
    /// Prompt tokens above which a request takes higher prices (`prices explain` shows them).
    pub tier_threshold: Option<u64>,
    /// One web search.
    pub web_search_pico_usd: Option<u64>,
    /// The file the row is from.
    pub source: String,
    /// What a reader should know about the row.
    pub note: Option<String>,
}

/// How a model is priced on a day. `agent-trace/prices-explain/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PricesExplainReport {
    /// Version, date and files.
    pub prices: PriceTable,
    /// The model as asked for.
    pub model: String,
    /// The row's model; `null` if none fits.
    pub resolved: Option<String>,
    /// Why nothing fits: `unknown-model`, `no-price-for-day`, …
    pub reason: Option<String>,
    /// The instant whose prices are shown.
    #[serde(serialize_with = "wire::text")]
    pub at: Timestamp,
    /// File and line of the row.
    pub source: Option<String>,
    /// Where the row's numbers come from, and its note.
    pub note: Option<String>,
    /// Whether the prompt is above the model's threshold.
    pub above_tier: Option<bool>,
    /// The factors that were applied, in words: `fast x6`, `us x1.1`.
    pub factors: Vec<String>,
    /// One line for each class.
    pub lines: Vec<PriceLine>,
    /// The sum; `null` without a price.
    #[serde(rename = "total_nano_usd", serialize_with = "wire::nano_or_null")]
    pub total: Option<NanoUsd>,
}

/// One class of an explained price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceLine {
    /// `input`, `output`, `cache_read`, …
    pub class: String,
    /// How many tokens or searches.
    pub units: u64,
    /// The price of one, before factors.
    pub unit_pico_usd: u64,
    /// The amount after factors; the lines sum to the total.
    #[serde(rename = "amount_nano_usd", serialize_with = "wire::nano")]
    pub amount: NanoUsd,
}

impl PricesExplainReport {
    /// Checks that the lines sum to the total.
    ///
    /// # Errors
    /// [`Imbalance`] if they do not.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        let lines = self.lines.iter().map(|line| Some(line.amount));
        imbalance::check(|| "price".into(), lines, self.total.unwrap_or_default())
    }
}

/// What looks wrong in the table. `agent-trace/prices-check/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PricesCheckReport {
    /// Version, date and files.
    pub prices: PriceTable,
    /// Rows checked.
    pub rows_checked: u64,
    /// The remarks.
    pub findings: Vec<PriceFinding>,
}

impl PricesCheckReport {
    /// Tells whether a finding makes prices wrong.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == PriceSeverity::Error)
    }
}

/// One remark on one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceFinding {
    /// How bad it is.
    pub severity: PriceSeverity,
    /// The file of the row.
    pub file: String,
    /// The line in it, from 1.
    pub line: u64,
    /// The model of the row.
    pub model: String,
    /// The remark.
    pub message: String,
}

/// How bad a remark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceSeverity {
    /// Unusual; may well be true.
    Warning,
    /// Prices from this row are wrong or ambiguous.
    Error,
}
