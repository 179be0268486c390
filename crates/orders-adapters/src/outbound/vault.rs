//! The key of the shop, and what is sealed with it.

mod file;

use std::{fmt, path::PathBuf};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, MAX_TAG_LEN, NONCE_LEN, Nonce, RandomizedNonceKey},
    digest::{self, SHA256},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use orders_domain::delivery::{KeyId, Sealed};

/// What the key is given as.
pub const SETTING: &str = "SECRETS_KEY";

/// What makes a digest of the key its id and nothing else.
const ID_CONTEXT: &[u8] = b"orders secrets key id v1";

/// What is sealed as a secret opens as nothing else.
const SECRET_CONTEXT: &[u8] = b"orders webhook secret v1";

/// Why there is no key, or nothing is sealed or opened with it. It never says the key, nor what was sealed.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum VaultError {
    #[error(
        "{SETTING} is not {} bytes in base64 (`openssl rand -base64 {}`)",
        Vault::KEY_BYTES,
        Vault::KEY_BYTES
    )]
    Setting,
    #[error("cannot {doing} {}", path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    #[error(
        "{} is damaged: it does not hold {} bytes in base64; restore it from a backup, for nothing else opens \
         what was sealed with it",
        .0.display(), Vault::KEY_BYTES
    )]
    Damaged(PathBuf),
    #[error("this was sealed with another key")]
    OtherKey,
    #[error("what was sealed is damaged")]
    Changed,
    #[error("no random bytes can be had")]
    Sealing,
}

/// Seals secrets and opens them, with AES-256-GCM (NIST SP 800-38D) and a nonce by chance for each.
pub struct Vault {
    key: RandomizedNonceKey,
    id: KeyId,
}

impl Vault {
    /// The length of a key.
    pub const KEY_BYTES: usize = 32;

    /// The key that somebody gives as a setting: [`Self::KEY_BYTES`] bytes in base64 of the standard alphabet.
    ///
    /// # Errors
    ///
    /// [`VaultError::Setting`] when it is anything else.
    pub fn from_base64(text: &str) -> Result<Self, VaultError> {
        decoded(text).and_then(|key| Self::of_bytes(&key)).ok_or(VaultError::Setting)
    }

    fn of_bytes(bytes: &[u8; Self::KEY_BYTES]) -> Option<Self> {
        let mut context = digest::Context::new(&SHA256);
        context.update(ID_CONTEXT);
        context.update(bytes);
        let id = KeyId(*context.finish().as_ref().first_chunk()?);
        Some(Self { key: RandomizedNonceKey::new(&AES_256_GCM, bytes).ok()?, id })
    }

    /// By what the key is known.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Seals a secret.
    ///
    /// # Errors
    ///
    /// [`VaultError::Sealing`] without random bytes.
    pub fn seal(&self, secret: &[u8]) -> Result<Sealed, VaultError> {
        let mut text = Vec::with_capacity(secret.len() + MAX_TAG_LEN);
        text.extend_from_slice(secret);
        let nonce = self.key.seal_in_place_append_tag(Aad::from(SECRET_CONTEXT), &mut text);
        let nonce = nonce.map_err(|_| VaultError::Sealing)?;
        Ok(Sealed::new(self.id, &[nonce.as_ref().as_slice(), &text].concat()))
    }

    /// Opens what was sealed.
    ///
    /// # Errors
    ///
    /// [`VaultError::OtherKey`], and [`VaultError::Changed`] when it is not what was sealed.
    pub fn open(&self, sealed: &Sealed) -> Result<Vec<u8>, VaultError> {
        if sealed.key() != self.id {
            return Err(VaultError::OtherKey);
        }
        let (nonce, text) = sealed.sealed().split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Changed)?;
        let mut text = text.to_vec();
        let nonce = Nonce::from(nonce);
        let opened = self.key.open_in_place(nonce, Aad::from(SECRET_CONTEXT), &mut text);
        let length = opened.map_err(|_| VaultError::Changed)?.len();
        text.truncate(length);
        Ok(text)
    }
}

/// The id of the key only.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("id", &self.id).finish_non_exhaustive()
    }
}

fn decoded(text: &str) -> Option<[u8; Vault::KEY_BYTES]> {
    STANDARD.decode(text.trim_ascii()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests;
