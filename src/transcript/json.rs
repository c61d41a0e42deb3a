//! Serde types that accept anything where a transcript may hold anything.
//!
//! A field of the wrong type is a missing field, never an error for the row
//! (rule 15: `null` anywhere).

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Implements the visits that mean "not what was looked for".
macro_rules! ignore_scalars {
    ($value:expr; $($visit:ident($ty:ty)),*) => {
        $(fn $visit<E>(self, _: $ty) -> Result<Self::Value, E> { Ok($value) })*
        fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok($value) }
        fn visit_none<E>(self) -> Result<Self::Value, E> { Ok($value) }
    };
}

macro_rules! ignore_seq {
    ($value:expr) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok($value)
        }
    };
}

macro_rules! ignore_map {
    ($value:expr) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok($value)
        }
    };
}

/// A string, if there is one.
#[derive(Debug, Default, Clone)]
pub(super) struct Text<'a>(pub(super) Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    pub(super) fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }
    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }
    fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text))))
    }
    ignore_scalars!(Text(None); visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64));
    ignore_seq!(Text(None));
    ignore_map!(Text(None));
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

/// `true`, or anything else.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Flag(pub(super) bool);

struct FlagVisitor;

impl<'de> Visitor<'de> for FlagVisitor {
    type Value = Flag;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Flag, E> {
        Ok(Flag(value))
    }
    ignore_scalars!(Flag(false); visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64));
    ignore_seq!(Flag(false));
    ignore_map!(Flag(false));
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FlagVisitor)
    }
}

/// More tokens than any request can have; above it a number is junk.
const MAX_COUNT: u64 = 1_000_000_000_000;

/// A count as written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// Missing or `null`.
    #[default]
    Absent,
    /// A whole number from 0 to 10¹².
    Valid(u64),
    /// A number that cannot be a count, or no number: it is not known, which is not 0.
    Invalid,
}

impl Count {
    pub(super) fn valid(self) -> Option<u64> {
        match self {
            Count::Valid(count) => Some(count),
            Count::Absent | Count::Invalid => None,
        }
    }

    fn from_u64(value: u64) -> Count {
        if value <= MAX_COUNT { Count::Valid(value) } else { Count::Invalid }
    }
}

struct CountVisitor;

impl<'de> Visitor<'de> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_u64<E>(self, value: u64) -> Result<Count, E> {
        Ok(Count::from_u64(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Count, E> {
        Ok(u64::try_from(value).map_or(Count::Invalid, Count::from_u64))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Count, E> {
        let is_whole = value >= 0.0 && value <= MAX_COUNT as f64 && value.fract() == 0.0;
        Ok(if is_whole { Count::Valid(value as u64) } else { Count::Invalid })
    }
    fn visit_unit<E>(self) -> Result<Count, E> {
        Ok(Count::Absent)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Count, E> {
        Ok(Count::Invalid)
    }
    fn visit_str<E>(self, _: &str) -> Result<Count, E> {
        Ok(Count::Invalid)
    }
    ignore_seq!(Count::Invalid);
    ignore_map!(Count::Invalid);
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

/// An object of a known shape, if there is an object.
#[derive(Debug, Clone)]
pub(super) struct Maybe<T>(pub(super) Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Maybe(None)
    }
}

struct MaybeVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for MaybeVisitor<T> {
    type Value = Maybe<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Maybe<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some).map(Maybe)
    }
    ignore_scalars!(Maybe(None); visit_bool(bool), visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64));
    ignore_seq!(Maybe(None));
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MaybeVisitor(PhantomData))
    }
}

/// The elements of an array; anything else is empty.
#[derive(Debug, Clone)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        List(Vec::new())
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(List(elements))
    }
    ignore_scalars!(List(Vec::new()); visit_bool(bool), visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64));
    ignore_map!(List(Vec::new()));
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

/// A string or a list of blocks.
#[derive(Debug, Clone, Default)]
pub(super) enum OneOrMany<'a, T> {
    /// One string.
    Text(Cow<'a, str>),
    /// Blocks.
    Blocks(Vec<T>),
    /// Neither.
    #[default]
    Nothing,
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<'de, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(OneOrMany::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(OneOrMany::Text(Cow::Owned(text.to_owned())))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        ListVisitor(PhantomData).visit_seq(seq).map(|list| OneOrMany::Blocks(list.0))
    }
    ignore_scalars!(OneOrMany::Nothing; visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64));
    ignore_map!(OneOrMany::Nothing);
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Sample<'a> {
        #[serde(borrow)]
        text: Text<'a>,
        flag: Flag,
        count: Count,
        #[serde(borrow)]
        inner: Maybe<Box<Sample<'a>>>,
        list: List<Count>,
    }

    #[test]
    fn every_field_accepts_every_json_value() {
        for value in ["null", "true", "1", "-1", "1.5", "\"s\"", "\"\\n\"", "[]", "[1,{}]", "{}", "{\"a\":[]}"] {
            let json = format!(
                r#"{{"text":{value},"flag":{value},"count":{value},"inner":{value},"list":{value},"other":{value}}}"#
            );
            assert!(serde_json::from_str::<Sample<'_>>(&json).is_ok(), "{json}");
        }
    }

    #[test]
    fn counts_are_whole_and_bounded() {
        let count = |json: &str| serde_json::from_str::<Count>(json).unwrap();
        assert_eq!(count("12"), Count::Valid(12));
        assert_eq!(count("12.0"), Count::Valid(12));
        assert_eq!(count("-1"), Count::Invalid);
        assert_eq!(count("1e30"), Count::Invalid);
        assert_eq!(count("18446744073709551615"), Count::Invalid);
        assert_eq!(count("\"12\""), Count::Invalid);
        assert_eq!(count("[12]"), Count::Invalid);
        assert_eq!(count("null"), Count::Absent);
    }

    #[test]
    fn nested_objects_and_escapes_are_read() {
        let json = r#"{"inner":{"text":"a\"b","flag":true,"list":[1,"x",3]}}"#;
        let inner = serde_json::from_str::<Sample<'_>>(json).unwrap().inner.0.unwrap();
        assert_eq!(inner.text.as_deref(), Some("a\"b"));
        assert!(inner.flag.0);
        assert_eq!(inner.list.0, [Count::Valid(1), Count::Invalid, Count::Valid(3)]);
    }
}
