//! Idempotency keys: how a client that heard no answer asks again without ordering twice.
//!
//! After the IETF draft "The Idempotency-Key HTTP Header Field".

use std::str::FromStr;

use chrono::TimeDelta;

use crate::{invalid::InvalidInput, quoted::Quoted};

/// A key that a client chose for one creation: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(Box<str>);

impl IdempotencyKey {
    /// The longest key, in characters.
    pub const MAX_CHARS: usize = 255;

    /// How long a key is kept after the order it made.
    pub const KEPT: TimeDelta = TimeDelta::hours(24);

    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && (1..=Self::MAX_CHARS).contains(&text.len()) {
            Ok(Self(text.into()))
        } else {
            let reason = format!("{} is not 1 to {} visible ASCII characters", Quoted(text), Self::MAX_CHARS);
            Err(InvalidInput::new("idempotency key", reason))
        }
    }
}

/// A digest of the request's body bytes: the same key must come with the same body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// A key together with the body that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// What the client calls this creation.
    pub key: IdempotencyKey,
    /// What it asked for.
    pub fingerprint: Fingerprint,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_1_to_255_visible_ascii_characters() {
        for good in ["a", "8e03978e-40d5-43e8-bc93-6894a57f9324", "!~", &"k".repeat(255)] {
            assert!(good.parse::<IdempotencyKey>().is_ok(), "{good:?} was refused");
        }
        for bad in ["", " ", "a b", "\u{7f}", "é", "a\tb", &"k".repeat(256)] {
            assert!(bad.parse::<IdempotencyKey>().is_err(), "{bad:?} was taken");
        }
    }
}
