//! Why a request has no price.

use super::price_class::PriceClass;
use crate::model::ServiceTier;

/// The reason a request's cost is null. Such a request is listed, never counted as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum Unpriced {
    /// No row has this model.
    #[error("the price table does not know this model")]
    UnknownModel,
    /// The model has rows, none of them valid on the request's day.
    #[error("the model has no price for this day")]
    NoPriceForDay,
    /// The request used something this model's row has no price for.
    #[error("the model has no `{0}` price")]
    NoPriceForClass(PriceClass),
    /// `speed: fast` on a model without a fast multiplier.
    #[error("the model has no `fast_multiplier`")]
    NoPriceForFast,
    /// Priority or flex service on a model without such prices.
    #[error("the model has no `{}` prices", service_name(*.0))]
    NoPriceForService(ServiceTier),
    /// Written by the client itself (`<synthetic>`), so nobody billed it.
    #[error("the client made this message, it was never billed")]
    NotBillable,
    /// The amount does not fit nine billion dollars: the token counts are damaged.
    #[error("the token counts are too large to be true")]
    TooLarge,
}

impl Unpriced {
    /// Returns the stable name used in JSON and the store.
    pub fn name(self) -> &'static str {
        match self {
            Unpriced::UnknownModel => "unknown-model",
            Unpriced::NoPriceForDay => "no-price-for-day",
            Unpriced::NoPriceForClass(_) => "no-price-for-class",
            Unpriced::NoPriceForFast => "no-price-for-fast",
            Unpriced::NoPriceForService(_) => "no-price-for-service",
            Unpriced::NotBillable => "not-billable",
            Unpriced::TooLarge => "too-large",
        }
    }
}

pub(crate) fn service_name(service: ServiceTier) -> &'static str {
    match service {
        ServiceTier::Standard => "standard",
        ServiceTier::Batch => "batch",
        ServiceTier::Priority => "priority",
        ServiceTier::Flex => "flex",
    }
}
