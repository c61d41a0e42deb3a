//! Reading JSON with comments, positions kept.

use std::ops::Range;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// What Claude Code and its schema's editors accept: JSON, comments, and a comma at the end of a list.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_loose_object_property_names: false,
    allow_trailing_commas: true,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Returns the object a file consists of.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn root(text: &str) -> Result<Object<'_>, String> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| error.to_string())?;
    match parsed.value {
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err("it is not an object".to_owned()),
        None => Err("it is empty".to_owned()),
    }
}

/// Returns the property of a name.
///
/// # Errors
/// The name stands twice: which one counts depends on the reader.
pub(super) fn property<'o, 't>(object: &'o Object<'t>, name: &str) -> Result<Option<&'o ObjectProp<'t>>, String> {
    let mut found = object.properties.iter().filter(|property| property.name.as_str() == name);
    let first = found.next();
    if found.next().is_some() { Err(format!("`{name}` stands in it twice")) } else { Ok(first) }
}

/// Returns where something stands.
pub(super) fn place(node: &impl Ranged) -> Range<usize> {
    node.start()..node.end()
}

/// Blanks, comments and a comma between two values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Between {
    /// Where the comma is.
    pub(super) comma: Option<usize>,
    /// The end of the last comment, without its line feed.
    pub(super) comment_end: Option<usize>,
}

/// Looks at the text between two values.
pub(super) fn between(text: &str, range: Range<usize>) -> Between {
    let (mut at, mut found) = (range.start, Between::default());
    while at < range.end {
        let rest = &text[at..range.end];
        let end = if rest.starts_with("//") {
            rest.find(['\n', '\r']).map_or(range.end, |length| at + length)
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(range.end, |length| at + length + 2)
        } else {
            if rest.starts_with(',') {
                found.comma = Some(at);
            }
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        found.comment_end = Some(end);
        at = end;
    }
    found
}
