//! What one request consumed, in the classes that have their own price.

/// Tokens and searches of one request. Classes never overlap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Usage {
    /// Prompt tokens neither read from nor written to a cache.
    pub input: u64,
    /// Tokens the model wrote, thinking included.
    pub output: u64,
    /// Prompt tokens read from a cache.
    pub cache_read: u64,
    /// Prompt tokens written to the 5-minute cache, and writes of unknown kind.
    pub cache_write_5m: u64,
    /// Prompt tokens written to the 1-hour cache.
    pub cache_write_1h: u64,
    /// Web searches the server made.
    pub web_searches: u64,
}

impl Usage {
    /// Returns the whole prompt: what the context tier is compared with.
    pub fn prompt_tokens(&self) -> u64 {
        [self.input, self.cache_read, self.cache_write_5m, self.cache_write_1h]
            .iter()
            .fold(0u64, |sum, &tokens| sum.saturating_add(tokens))
    }

    /// Returns all tokens.
    pub fn total_tokens(&self) -> u64 {
        self.prompt_tokens().saturating_add(self.output)
    }

    /// Tells whether nothing was consumed.
    pub fn is_zero(&self) -> bool {
        *self == Usage::default()
    }
}

/// `usage.speed`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Speed {
    /// The list price applies.
    #[default]
    Standard,
    /// The model's fast multiplier applies.
    Fast,
}

/// `usage.service_tier`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServiceTier {
    /// List price.
    #[default]
    Standard,
    /// Half price, or the model's own batch price.
    Batch,
    /// The model's priority price.
    Priority,
    /// The model's flex price.
    Flex,
}

/// Where inference ran, as far as it changes the price.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InferenceGeo {
    /// No surcharge.
    #[default]
    Global,
    /// `inference_geo: us`: the model's US multiplier.
    Us,
    /// A Bedrock or Vertex regional profile (+10 % where published).
    Regional,
}
