//! What a request asks of the price table.

use crate::model::{InferenceGeo, ServiceTier, Speed, Timestamp, Usage};

/// How a request was served, as far as that changes its price.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Terms {
    /// Standard or fast.
    pub speed: Speed,
    /// Where it ran.
    pub geo: InferenceGeo,
    /// Which queue it was in.
    pub service: ServiceTier,
}

/// One request to be priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// The model's name as recorded, with whatever prefixes.
    pub model: &'a str,
    /// When it was made: the price of that UTC day applies.
    pub at: Timestamp,
    /// What it consumed.
    pub usage: Usage,
    /// How it was served.
    pub terms: Terms,
}
