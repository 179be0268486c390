//! Texts that people write and others read: short, in one line, and what they seem to be.

use crate::{invalid::InvalidInput, quoted::Quoted};

/// Trims Unicode white space and takes what is left, if something of it can be seen, it is not too long and
/// free of control characters (general category Cc) and of characters that turn the direction of what
/// follows (UAX #9, 2.1 to 2.4).
///
/// # Errors
///
/// [`InvalidInput`] about `what` otherwise.
pub(crate) fn line<'a>(what: &'static str, raw: &'a str, max_chars: usize) -> Result<&'a str, InvalidInput> {
    checked(what, raw, max_chars, |text| format!("{} ", Quoted(text)))
}

/// The same, of what is personal: what is wrong is said without it.
///
/// # Errors
///
/// As [`line`].
pub(crate) fn private_line<'a>(
    what: &'static str,
    raw: &'a str,
    max_chars: usize,
) -> Result<&'a str, InvalidInput> {
    checked(what, raw, max_chars, |_| String::new())
}

fn checked<'a>(
    what: &'static str,
    raw: &'a str,
    max_chars: usize,
    shown: impl Fn(&str) -> String,
) -> Result<&'a str, InvalidInput> {
    let text = raw.trim();
    let reason = if text.is_empty() {
        "is empty".to_owned()
    } else if text.chars().any(char::is_control) {
        format!("{}has a control character", shown(text))
    } else if text.chars().any(turns_direction) {
        format!("{}has a character that turns the direction of the text", shown(text))
    } else if text.chars().all(is_invisible) {
        format!("{}has nothing that can be seen", shown(text))
    } else if text.chars().count() > max_chars {
        format!("has {} characters, but at most {max_chars} are allowed", text.chars().count())
    } else {
        return Ok(text);
    };
    Err(InvalidInput::new(what, reason))
}

/// A kind of text as [`line`] takes it, with a name and a length of its own.
macro_rules! short_text {
    ($(#[$doc:meta])* $name:ident, $field:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The longest text, in characters.
            pub const MAX_CHARS: usize = $max;

            /// Trims Unicode white space and takes what is left, if something of it can be seen, it
            /// is not too long and free of control characters (general category Cc) and of
            /// characters that turn the direction of what follows (UAX #9, 2.1 to 2.4).
            ///
            /// # Errors
            ///
            /// [`InvalidInput`](crate::invalid::InvalidInput) otherwise.
            pub fn parse(raw: &str) -> Result<Self, $crate::invalid::InvalidInput> {
                $crate::text::line($field, raw, Self::MAX_CHARS).map(|text| Self(text.into()))
            }

            /// The trimmed text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

/// A kind of text about a person, as [`private_line`] takes it: it is shown by nothing but
/// `as_str`.
macro_rules! private_text {
    ($(#[$doc:meta])* $name:ident, $field:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The longest text, in characters.
            pub const MAX_CHARS: usize = $max;

            /// Trims Unicode white space and takes what is left, by the rules of other texts.
            ///
            /// # Errors
            ///
            /// [`InvalidInput`](crate::invalid::InvalidInput) otherwise, which does not repeat it.
            pub fn parse(raw: &str) -> Result<Self, $crate::invalid::InvalidInput> {
                $crate::text::private_line($field, raw, Self::MAX_CHARS).map(|text| Self(text.into()))
            }

            /// The trimmed text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        /// Nothing of it.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

pub(crate) use {private_text, short_text};

/// The explicit embeddings, overrides and isolates of UAX #9, which make a text read otherwise than
/// it is.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether nothing is seen of a character: white space, what Unicode 16 calls default ignorable
/// (`DerivedCoreProperties.txt`), and the empty Braille pattern.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fff8}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}
