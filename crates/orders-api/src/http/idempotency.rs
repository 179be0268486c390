//! The header `Idempotency-Key` (IETF draft "The Idempotency-Key HTTP Header Field").

use actix_web::http::{
    Method,
    header::{HeaderMap, HeaderName},
};
use orders_domain::{Fingerprint, IdempotencyKey};
use sha2::{Digest, Sha256, Sha512_256};
use utoipa::IntoParams;

use crate::http::error::ApiError;

/// The header with the client's key.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Marks an answer that was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The header, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the schema of what `key` reads")]
pub struct KeyHeader {
    /// Sent again with the same request within 24 hours, the first answer is given again.
    #[param(
        rename = "Idempotency-Key",
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$"
    )]
    key: Option<String>,
}

/// The key of a request, if it has one.
///
/// # Errors
///
/// 400 for a repeated key, or one of the wrong form.
pub fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, ApiError> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(ApiError::malformed("the header Idempotency-Key is repeated")),
        (Some(value), None) => Ok(Some(String::from_utf8_lossy(value.as_bytes()).parse()?)),
    }
}

/// What a request asks for: the same key must come with the same.
#[must_use]
pub fn fingerprint(method: &Method, path: &str, body: &[u8]) -> Fingerprint {
    // Another function than below, so that no body stands for another request.
    let mut hash = Sha512_256::new();
    hash.update(method.as_str());
    hash.update(" ");
    hash.update(path);
    hash.update("\n");
    hash.update(body);
    Fingerprint(hash.finalize().into())
}

/// What a request asks for that is known by its body alone.
#[must_use]
pub fn fingerprint_of_body(body: &[u8]) -> Fingerprint {
    Fingerprint(Sha256::digest(body).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_body_stands_for_another_request() {
        let cancelling = fingerprint(&Method::PATCH, "/orders/7/cancel", b"");
        assert_ne!(fingerprint_of_body(b"PATCH /orders/7/cancel\n"), cancelling);
        assert_ne!(fingerprint(&Method::PATCH, "/orders/8/cancel", b""), cancelling);
    }
}
