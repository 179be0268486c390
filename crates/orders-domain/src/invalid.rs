//! A value that cannot be.

use thiserror::Error;

/// What cannot be, and why: together a message in lower case, without a full stop, that names the
/// value. Values of somebody else's are in it as [`crate::quoted::Quoted`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what} {reason}")]
pub struct InvalidInput {
    /// What it was to be: `quantity`.
    pub what: &'static str,
    /// What is wrong with it: `0 is not from 1 to 100000`.
    pub reason: String,
}

impl InvalidInput {
    /// This is wrong with that.
    #[must_use]
    pub fn new(what: &'static str, reason: impl Into<String>) -> Self {
        Self { what, reason: reason.into() }
    }
}

/// Whether a text is 1 to `max` visible ASCII characters, as names in headers are.
pub(crate) fn is_visible_ascii(text: &[u8], max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.iter().all(u8::is_ascii_graphic)
}

/// Several things with commas between them, for messages that list what is known.
pub(crate) fn list<T: std::fmt::Display>(all: &[T]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
