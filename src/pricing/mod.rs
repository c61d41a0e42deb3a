//! What a request costs: the dated price table and the arithmetic over it.
//!
//! The table (`prices.csv`) is compiled in; a user's file of the same columns is laid over it. All
//! arithmetic is in integers: a price is a whole number of pico-USD a token, a request is rounded once,
//! half up, to nano-USD. What cannot be priced has a reason ([`Unpriced`]) and never costs 0.
//!
//! ```text
//! prices.csv, user file ─ price_file ─▶ PriceRow ─ PriceBook ─ resolve(model) ─▶ ModelPrices ─ cost ─▶ NanoUsd
//!                                          └─ check ─▶ Finding                        └─ quote ─▶ Quote
//! ```
//!
//! Must not know: transcripts, sessions, databases, the network, the clock.

mod check;
mod csv_line;
mod decimal;
mod model_name;
mod model_prices;
mod multiplier;
mod price_book;
mod price_class;
mod price_day;
mod price_file;
mod price_row;
mod quote;
mod terms;
mod unit_price;
mod unpriced;

pub use check::{Finding, FindingKind, Severity};
pub use decimal::DecimalError;
pub use model_name::ModelName;
pub use model_prices::ModelPrices;
pub use multiplier::Multiplier;
pub use price_book::PriceBook;
pub use price_class::PriceClass;
pub use price_day::PriceDay;
pub use price_file::{PriceFileError, PriceFileFault};
pub use price_row::{PriceRow, ServicePrices};
pub use quote::{Priced, Quote, QuoteLine};
pub use terms::{Request, Terms};
pub use unit_price::UnitPrice;
pub use unpriced::Unpriced;
