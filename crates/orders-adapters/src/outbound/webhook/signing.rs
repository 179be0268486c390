//! Signatures of messages: <https://www.standardwebhooks.com>, "Signature scheme", symmetric.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::{
    hmac::{self, HMAC_SHA256},
    rand,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use orders_domain::delivery::{KeyId, Sealed, endpoint::Message};

use crate::outbound::vault::{Vault, VaultError};

/// Before a secret, as its receiver is shown it.
const PREFIX: &str = "whsec_";

/// The length of a secret; the specification wants 24 to 64 bytes.
const SECRET_BYTES: usize = 24;

/// So many opened secrets are remembered.
const MOST_OPENED: usize = 512;

/// Why nothing is signed, so that nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    #[error("the secret cannot be read with this key")]
    Unreadable,
    #[error("there is no secret to sign with")]
    NoSecret,
}

/// Makes secrets, and signs with them.
pub struct Signer {
    vault: Vault,
    /// By the bytes as which they are stored.
    opened: Mutex<HashMap<Box<[u8]>, Arc<hmac::Key>>>,
}

impl Signer {
    pub fn new(vault: Vault) -> Self {
        Self { vault, opened: Mutex::default() }
    }

    pub fn key(&self) -> KeyId {
        self.vault.id()
    }

    /// A new secret, as it is shown and as it is stored.
    pub fn new_secret(&self) -> Result<(String, Sealed), VaultError> {
        let mut secret = [0; SECRET_BYTES];
        rand::fill(&mut secret).map_err(|_| VaultError::Sealing)?;
        Ok((format!("{PREFIX}{}", STANDARD.encode(secret)), self.vault.seal(&secret)?))
    }

    /// The value of `webhook-signature`: one signature a secret, or none at all.
    pub fn sign(&self, secrets: &[Sealed], message: &Message) -> Result<String, NotSigned> {
        let timestamp = message.at.timestamp().to_string();
        let mut signatures = Vec::with_capacity(secrets.len());
        for secret in secrets {
            let key = self.opened(secret)?;
            let mut context = hmac::Context::with_key(&key);
            for part in [message.id.as_bytes(), b".", timestamp.as_bytes(), b".", &message.body] {
                context.update(part);
            }
            signatures.push(format!("v1,{}", STANDARD.encode(context.sign())));
        }
        if signatures.is_empty() { Err(NotSigned::NoSecret) } else { Ok(signatures.join(" ")) }
    }

    fn opened(&self, sealed: &Sealed) -> Result<Arc<hmac::Key>, NotSigned> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = opened.get(sealed.bytes()) {
            return Ok(Arc::clone(key));
        }
        let secret = self.vault.open(sealed).map_err(|_| NotSigned::Unreadable)?;
        let key = Arc::new(hmac::Key::new(HMAC_SHA256, &secret));
        if opened.len() >= MOST_OPENED {
            opened.clear();
        }
        opened.insert(sealed.bytes().into(), Arc::clone(&key));
        Ok(key)
    }
}
