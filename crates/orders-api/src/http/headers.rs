//! Headers whose text is put together.

use actix_web::http::header::HeaderValue;

use crate::http::error::ApiError;

/// A header's value.
///
/// # Errors
///
/// 500 for what cannot stand in a header, which no text of ours has.
pub fn value(text: String) -> Result<HeaderValue, ApiError> {
    HeaderValue::try_from(text).map_err(|_| ApiError::Internal(None))
}
