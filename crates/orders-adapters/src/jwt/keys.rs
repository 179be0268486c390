//! A provider's public keys, as it publishes them (RFC 7517).

use jsonwebtoken::{
    DecodingKey,
    jwk::{CommonParameters, Jwk, KeyOperations, PublicKeyUse},
};
use serde_json::Value;

use super::TokenAlgorithm;

/// More keys than any provider has; what comes after is not looked at.
const MOST: usize = 100;

/// A public key, and the only algorithm that it may be used with.
#[derive(Clone)]
pub(super) struct Key {
    pub kid: Option<String>,
    pub algorithm: TokenAlgorithm,
    pub public: DecodingKey,
}

/// The keys that sign access tokens.
#[derive(Default)]
pub(super) struct KeySet(Vec<Key>);

impl KeySet {
    /// The usable keys of a key set; `None` if it is none. Keys for other purposes, of other kinds
    /// and malformed ones are passed over: one bad key must not lock everybody out.
    pub fn parse(json: &[u8], allowed: &[TokenAlgorithm]) -> Option<Self> {
        let document: Value = serde_json::from_slice(json).ok()?;
        let keys = document.get("keys")?.as_array()?;
        Some(Self(keys.iter().take(MOST).filter_map(|key| usable(key, allowed)).collect()))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The keys that a token's header can mean: with a key id those of this name, else the only
    /// one that fits.
    pub fn candidates(&self, kid: Option<&str>, algorithm: TokenAlgorithm) -> Vec<Key> {
        let fits = |key: &&Key| key.algorithm == algorithm && (kid.is_none() || key.kid.as_deref() == kid);
        let found: Vec<_> = self.0.iter().filter(fits).cloned().collect();
        if kid.is_none() && found.len() > 1 { Vec::new() } else { found }
    }
}

fn usable(key: &Value, allowed: &[TokenAlgorithm]) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(key.clone()).ok()?;
    let signs = jwk.common.public_key_use.is_none_or(|purpose| purpose == PublicKeyUse::Signature);
    let verifies = jwk.common.key_operations.is_none_or(|all| all.contains(&KeyOperations::Verify));
    let algorithm = TokenAlgorithm::of_key(&jwk.algorithm, jwk.common.key_algorithm)?;
    if !signs || !verifies || !allowed.contains(&algorithm) {
        return None;
    }
    let key =
        DecodingKey::from_jwk(&Jwk { common: CommonParameters::default(), algorithm: jwk.algorithm }).ok()?;
    Some(Key { kid: jwk.common.key_id, algorithm, public: key })
}
