//! One value of a table, not yet text.

use crate::model::{NanoUsd, Timestamp};
use crate::render::amount;
use crate::render::duration::duration;
use crate::render::grouping::{group_digits, grouped};
use crate::render::theme::Role;
use crate::render::zone::Zone;
use crate::report::Value;

/// What people see where something is unknown. Never `0`.
const UNKNOWN: &str = "—";

/// A value; what is `None` is unknown.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::render) enum Cell {
    /// Nothing belongs here.
    Blank,
    /// Text of a stranger.
    Text(String),
    /// Text of a stranger in a colour of its own.
    Toned {
        /// The text.
        text: String,
        /// Its colour.
        role: Role,
    },
    /// The lines of a tree, then text of a stranger.
    Branch {
        /// `├─ ` and the like.
        lines: String,
        /// What is shown after them.
        text: String,
    },
    /// An amount.
    Money(Option<NanoUsd>),
    /// A whole number.
    Count(Option<u64>),
    /// A part of a whole.
    Share {
        /// The part.
        part: Option<u64>,
        /// The whole.
        whole: Option<u64>,
    },
    /// Milliseconds.
    Duration(Option<u64>),
    /// An instant.
    At(Option<Timestamp>),
    /// Pico-USD a unit, shown in dollars a million units.
    UnitPrice(Option<u64>),
    /// A value of the user's own query.
    Value(Value),
}

impl Cell {
    /// Returns a text that may be missing where missing means "none".
    pub(in crate::render) fn maybe(text: Option<&str>) -> Cell {
        text.map_or(Cell::Blank, |text| Cell::Text(text.to_owned()))
    }

    /// Returns a text from any value.
    pub(in crate::render) fn text(text: impl ToString) -> Cell {
        Cell::Text(text.to_string())
    }

    /// Returns a known number.
    pub(in crate::render) fn count(number: u64) -> Cell {
        Cell::Count(Some(number))
    }

    /// Returns the text for people, not yet made safe; `decimals` are those of the table's amounts.
    pub(in crate::render) fn shown(&self, decimals: u32, zone: Zone) -> String {
        let or_unknown = |text: Option<String>| text.unwrap_or_else(|| UNKNOWN.to_owned());
        match self {
            Cell::Blank => String::new(),
            Cell::Text(text) | Cell::Toned { text, .. } => text.clone(),
            Cell::Branch { lines, text } => format!("{lines}{text}"),
            Cell::Money(amount) => or_unknown(amount.map(|amount| amount::fixed(amount, decimals))),
            Cell::Count(number) => or_unknown(number.map(grouped)),
            Cell::Share { part, whole } => or_unknown(part.zip(*whole).map(|(part, whole)| format!("{part}/{whole}"))),
            Cell::Duration(millis) => or_unknown(millis.map(duration)),
            Cell::At(at) => or_unknown(at.map(|at| zone.minute(at))),
            Cell::UnitPrice(price) => price.map_or_else(String::new, dollars_per_million),
            Cell::Value(Value::Null) => UNKNOWN.to_owned(),
            Cell::Value(Value::Integer(number)) => number.to_string(),
            Cell::Value(Value::Real(number)) => number.to_string(),
            Cell::Value(Value::Text(text)) => text.clone(),
        }
    }

    /// Returns the amount, if it is one.
    pub(in crate::render) fn amount(&self) -> Option<NanoUsd> {
        match self {
            Cell::Money(amount) => *amount,
            _ => None,
        }
    }
}

/// Returns pico-USD a unit as USD a million units, at least two decimals, without superfluous zeros.
fn dollars_per_million(pico: u64) -> String {
    let (whole, rest) = (pico / 1_000_000, pico % 1_000_000);
    let digits = format!("{rest:06}");
    let digits = digits.trim_end_matches('0');
    format!("{}.{digits:0<2}", group_digits(&whole.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_never_zero() {
        let utc = Zone::named("UTC");
        for cell in [Cell::Money(None), Cell::Count(None), Cell::Duration(None), Cell::At(None)] {
            assert_eq!(cell.shown(2, utc), "—", "{cell:?}");
        }
        assert_eq!(Cell::Share { part: Some(1), whole: None }.shown(2, utc), "—");
        assert_eq!(Cell::Money(Some(NanoUsd::ZERO)).shown(2, utc), "0.00");
    }

    #[test]
    fn unit_prices_are_exact() {
        let shown: Vec<String> =
            [0, 300_000, 3_000_000, 18_750_000, 1_250].into_iter().map(dollars_per_million).collect();
        assert_eq!(shown, ["0.00", "0.30", "3.00", "18.75", "0.00125"]);
    }
}
