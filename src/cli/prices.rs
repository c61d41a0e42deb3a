//! Arguments of `prices`.
//!
//! Must not know: what a command does.

use clap::{Args, Subcommand, ValueEnum};

/// What to do with the price table.
#[derive(Debug, Clone, Subcommand)]
pub enum PricesAction {
    /// Show the table
    List {
        /// Only models whose name contains this
        model: Option<String>,
    },
    /// Show how a request is priced, class by class
    Explain(ExplainArgs),
    /// Look for what is wrong in the table; exit code 1 if something is
    Check,
}

/// A request to be priced.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The model as recorded
    pub model: String,
    /// Prompt tokens outside any cache
    #[arg(long, default_value_t = 1_000_000)]
    pub input: u64,
    /// Output tokens
    #[arg(long, default_value_t = 0)]
    pub output: u64,
    /// Tokens read from a cache
    #[arg(long, default_value_t = 0)]
    pub cache_read: u64,
    /// Tokens written to the 5-minute cache
    #[arg(long, default_value_t = 0)]
    pub cache_write_5m: u64,
    /// Tokens written to the 1-hour cache
    #[arg(long, default_value_t = 0)]
    pub cache_write_1h: u64,
    /// Web searches
    #[arg(long, default_value_t = 0)]
    pub web_searches: u64,
    /// The day whose prices apply [default: today]
    #[arg(long, value_name = "DAY")]
    pub on: Option<String>,
    /// The fast mode
    #[arg(long)]
    pub fast: bool,
    /// Inference in the US only
    #[arg(long)]
    pub us: bool,
    /// The provider's service tier
    #[arg(long, value_name = "TIER", default_value = "standard")]
    pub service: ServiceName,
}

/// Names of service tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ServiceName {
    /// List price
    Standard,
    /// Answers within a day
    Batch,
    /// Faster, dearer
    Priority,
    /// Slower, cheaper
    Flex,
}
