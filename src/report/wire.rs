//! How values of the model are written in JSON, and read from the one report that is read.

use std::fmt::Display;

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};

use crate::model::{NanoUsd, Timestamp};

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

/// Reads what [`nano`] wrote.
pub(super) fn read_nano<'de, D: Deserializer<'de>>(from: D) -> Result<NanoUsd, D::Error> {
    i64::deserialize(from).map(NanoUsd)
}

/// Reads what [`nano_or_null`] wrote.
pub(super) fn read_nano_or_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NanoUsd>, D::Error> {
    Ok(Option::<i64>::deserialize(from)?.map(NanoUsd))
}

/// Reads an instant that [`text_or_null`] wrote.
pub(super) fn read_time_or_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let read = |text: String| Timestamp::parse(&text).ok_or_else(|| D::Error::custom("no instant"));
    Option::<String>::deserialize(from)?.map(read).transpose()
}
