//! Names of sessions and slices in notes: hashes, so that no raw id leaves the machine.

use std::fmt;

macro_rules! hex_name {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $digits:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Returns the name if `text` is a well-formed one.
            pub fn parse(text: &str) -> Option<$name> {
                let digits = text.strip_prefix($prefix)?;
                let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                (digits.len() == $digits && digits.bytes().all(is_hex)).then(|| $name(text.into()))
            }

            /// Returns the name made of the first digits of a lower-case SHA-256.
            pub fn of_digest(hex: &str) -> Option<$name> {
                $name::parse(&format!("{}{}", $prefix, hex.get(..$digits)?))
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

hex_name!(
    /// A session: `s_` and the first 14 digits of SHA-256 of `<tool>:<conversation id>`, as git-ai names it.
    SessionMark,
    "s_",
    14
);
hex_name!(
    /// A stretch of a session's usage: the first 16 digits of SHA-256 of the session's mark and the id of the commit
    /// at which the work first landed.
    SliceId,
    "",
    16
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_digits_of_the_right_number_are_names() {
        assert!(SessionMark::parse("s_0123456789abcd").is_some());
        assert!(SliceId::parse("0123456789abcdef").is_some());
        for text in ["", "s_", "s_0123456789abc", "s_0123456789abcde", "s_0123456789abcG", "s_0123456789ABCD", "x"] {
            assert_eq!(SessionMark::parse(text), None, "{text}");
        }
        assert_eq!(
            SliceId::of_digest("00112233445566778899").map(|id| id.to_string()).as_deref(),
            Some("0011223344556677")
        );
        assert_eq!(SliceId::of_digest("short"), None);
    }
}
