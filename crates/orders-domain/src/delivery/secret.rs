//! What webhooks are signed with.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::invalid::InvalidInput;

/// By what a key is known that nobody is to know: a shop has one, and all its secrets are sealed with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId(pub [u8; Self::BYTES]);

impl KeyId {
    /// Its length.
    pub const BYTES: usize = 8;
}

/// A secret as it is stored: nobody reads it without the key of the shop.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    key: KeyId,
    /// The key's id, and what was sealed.
    bytes: Box<[u8]>,
}

impl Sealed {
    /// What was sealed with this key.
    #[must_use]
    pub fn new(key: KeyId, sealed: &[u8]) -> Self {
        Self { key, bytes: [&key.0, sealed].concat().into() }
    }

    /// What is stored so.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when it is too short to be anything.
    pub fn restore(bytes: &[u8]) -> Result<Self, InvalidInput> {
        let key = bytes.first_chunk().copied().map(KeyId);
        let key = key.ok_or_else(|| InvalidInput::new("a sealed secret", "is too short"))?;
        Ok(Self { key, bytes: bytes.into() })
    }

    /// With which key it was sealed.
    #[must_use]
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// What was sealed, without the key's id.
    #[must_use]
    pub fn sealed(&self) -> &[u8] {
        &self.bytes[KeyId::BYTES..]
    }

    /// The bytes that are stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Nothing of it.
impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(..)")
    }
}

/// The secret that signs, and the one before for as long as it signs too: never more than two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningSecrets {
    /// The newest.
    pub current: Sealed,
    /// The one before, and until when it signs.
    pub previous: Option<(Sealed, DateTime<Utc>)>,
}

impl SigningSecrets {
    /// How long the one before still signs.
    pub const OVERLAP: chrono::TimeDelta = chrono::TimeDelta::hours(24);

    /// The first one.
    #[must_use]
    pub fn first(current: Sealed) -> Self {
        Self { current, previous: None }
    }

    /// The same with a new one, made now. What signed before the newest until now signs no more.
    #[must_use]
    pub fn rotated(self, new: Sealed, now: DateTime<Utc>) -> Self {
        Self { current: new, previous: Some((self.current, now + Self::OVERLAP)) }
    }

    /// Those that sign now, the newest first.
    pub fn signing(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Sealed> {
        let previous = self.previous.as_ref().filter(|(_, until)| *until > now);
        std::iter::once(&self.current).chain(previous.map(|(sealed, _)| sealed))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn after_a_rotation_both_sign_for_a_day_and_never_three() {
        let sealed = |byte: u8| Sealed::new(KeyId([0; 8]), &[byte]);
        let now = DateTime::UNIX_EPOCH;
        let secrets = SigningSecrets::first(sealed(1)).rotated(sealed(2), now);
        let at = |secrets: &SigningSecrets, hours| {
            secrets.signing(now + TimeDelta::hours(hours)).map(|one| one.sealed()[0]).collect::<Vec<_>>()
        };
        assert_eq!((at(&secrets, 0), at(&secrets, 23), at(&secrets, 24)), (vec![2, 1], vec![2, 1], vec![2]));
        let again = secrets.rotated(sealed(3), now);
        assert_eq!(at(&again, 0), [3, 2]);
    }

    #[test]
    fn a_secret_is_not_shown_by_accident() {
        let sealed = Sealed::new(KeyId(*b"12345678"), b"secret");
        assert_eq!(format!("{sealed:?}"), "Sealed(..)");
        assert_eq!(Sealed::restore(sealed.bytes()), Ok(sealed.clone()));
        assert_eq!((sealed.key(), sealed.sealed()), (KeyId(*b"12345678"), b"secret".as_slice()));
        assert!(Sealed::restore(b"1234567").is_err());
    }
}
