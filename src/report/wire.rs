//! How values of the model are written in JSON.

use std::fmt::Display;

use serde::Serializer;

use crate::model::NanoUsd;

/// Writes an amount as an integer number of nano-USD.
pub(super) fn nano<S: Serializer>(amount: &NanoUsd, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(amount.0)
}

/// Writes an amount as an integer number of nano-USD, or `null`.
pub(super) fn nano_or_null<S: Serializer>(amount: &Option<NanoUsd>, to: S) -> Result<S::Ok, S::Error> {
    match amount {
        Some(amount) => to.serialize_some(&amount.0),
        None => to.serialize_none(),
    }
}

/// Writes the text of a value.
pub(super) fn text<S: Serializer, T: Display>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// Writes the text of a value, or `null`.
pub(super) fn text_or_null<S: Serializer, T: Display>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => to.collect_str(value),
        None => to.serialize_none(),
    }
}
