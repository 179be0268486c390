//! Idempotency keys: how a client that heard no answer asks again without having it done twice.
//!
//! After the IETF draft "The Idempotency-Key HTTP Header Field".

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    invalid::{InvalidInput, is_visible_ascii},
    quoted::Quoted,
};

/// A key that a client chose for one request: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(Box<str>);

impl IdempotencyKey {
    /// The longest key, in characters.
    pub const MAX_CHARS: usize = 255;

    /// How long a key is kept after what it made.
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
        if is_visible_ascii(text.as_bytes(), Self::MAX_CHARS) {
            Ok(Self(text.into()))
        } else {
            let reason = format!("{} is not 1 to {} visible ASCII characters", Quoted(text), Self::MAX_CHARS);
            Err(InvalidInput::new("idempotency key", reason))
        }
    }
}

/// A digest of the request's method, path and body bytes: the same key must come with the same request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// A key together with the request that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// What the client calls this request.
    pub key: IdempotencyKey,
    /// What it asks for.
    pub fingerprint: Fingerprint,
}

/// What a key that was used before stands for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// Nothing any more: it was too long ago.
    Free,
    /// The same request, which is answered as it was then.
    Again,
    /// Another request.
    Reused,
}

impl Idempotency {
    /// What the key stands for at `now`, given when it was used first and for what. The only place
    /// that decides it.
    #[must_use]
    pub fn judge(&self, used_at: DateTime<Utc>, used_for: &[u8], now: DateTime<Utc>) -> KeyUse {
        if now - used_at >= IdempotencyKey::KEPT {
            KeyUse::Free
        } else if used_for == self.fingerprint.0 {
            KeyUse::Again
        } else {
            KeyUse::Reused
        }
    }
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
