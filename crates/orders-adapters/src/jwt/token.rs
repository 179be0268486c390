//! A token's three parts, and whether a key has signed them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::crypto;
use serde_json::{Map, Value};

use super::{Refused, TokenAlgorithm, keys::Key};

/// No key that the token can mean has signed it.
pub(super) const WRONG_SIGNATURE: Refused = Refused("the signature is wrong");

/// A token that has the form of one; nothing that it says is true yet.
#[derive(Debug)]
pub(super) struct Token<'a> {
    signed: &'a str,
    payload: &'a str,
    signature: &'a str,
    kid: Option<String>,
    algorithm: TokenAlgorithm,
    is_for_access: bool,
}

impl<'a> Token<'a> {
    /// Takes a token apart. Of its header only `alg`, `kid`, `typ` and `crit` are looked at: where a
    /// key might be (`jku`, `x5u`) or what it is (`jwk`, `x5c`) is not for the token to say.
    pub fn parse(token: &'a str, allowed: &[TokenAlgorithm]) -> Result<Self, Refused> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Refused("not three parts"))?;
        let (header, payload) = signed.split_once('.').ok_or(Refused("not three parts"))?;
        if payload.contains('.') {
            return Err(Refused("not three parts"));
        }
        let header = object(header).ok_or(Refused("the header is no JSON object"))?;
        if header.contains_key("crit") {
            return Err(Refused("the header has critical extensions"));
        }
        let algorithm = header.get("alg").and_then(Value::as_str).and_then(|alg| alg.parse().ok());
        let algorithm = algorithm.ok_or(Refused("the algorithm is none that could be allowed"))?;
        if !allowed.contains(&algorithm) {
            return Err(Refused("the algorithm is not allowed"));
        }
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(Refused("the key id is no text")),
        };
        let is_for_access = match header.get("typ").map(Value::as_str) {
            None => false,
            Some(Some(typ)) if typ.eq_ignore_ascii_case("JWT") => false,
            Some(Some(typ)) if is_at_jwt(typ) => true,
            Some(_) => return Err(Refused("the type is not that of an access token")),
        };
        Ok(Self { signed, payload, signature, kid, algorithm, is_for_access })
    }

    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    pub fn algorithm(&self) -> TokenAlgorithm {
        self.algorithm
    }

    /// Whether the header says that it is an access token and nothing else (RFC 9068).
    pub fn is_for_access(&self) -> bool {
        self.is_for_access
    }

    /// What it claims, if one of these keys has signed it.
    pub fn claims(&self, keys: &[Key]) -> Result<Map<String, Value>, Refused> {
        if keys.is_empty() {
            return Err(Refused("the key is not known"));
        }
        let signed_by = |key: &Key| {
            key.algorithm == self.algorithm
                && crypto::verify(
                    self.signature,
                    self.signed.as_bytes(),
                    &key.public,
                    key.algorithm.of_library(),
                )
                .unwrap_or(false)
        };
        if !keys.iter().any(signed_by) {
            return Err(WRONG_SIGNATURE);
        }
        object(self.payload).ok_or(Refused("the claims are no JSON object"))
    }
}

fn is_at_jwt(typ: &str) -> bool {
    typ.eq_ignore_ascii_case("at+jwt") || typ.eq_ignore_ascii_case("application/at+jwt")
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let json = URL_SAFE_NO_PAD.decode(part).ok()?;
    match serde_json::from_slice(&json) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}
