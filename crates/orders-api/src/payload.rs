//! Reading a request's body, once the asker may send one.

use std::time::Duration;

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::header::{self, HeaderMap},
    web::{Bytes, BytesMut},
};
use futures_util::{
    StreamExt,
    future::{Ready, ready},
};

use crate::error::ApiError;

/// The largest body, in bytes.
pub const LIMIT: usize = 64 * 1024;

/// How long a body may take from the end of the head on.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A body that nobody has read yet, so that whoever may not send it learns nothing from it.
pub struct UnreadBody {
    headers: HeaderMap,
    payload: Payload,
}

impl FromRequest for UnreadBody {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut headers = HeaderMap::with_capacity(3);
        for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LENGTH] {
            for value in request.headers().get_all(&name) {
                headers.append(name.clone(), value.clone());
            }
        }
        ready(Ok(Self { headers, payload: payload.take() }))
    }
}

impl UnreadBody {
    /// The bytes of a JSON body.
    ///
    /// # Errors
    ///
    /// 400 without a body, 415 for another media type, 413 past [`LIMIT`], 408 past [`PATIENCE`].
    pub async fn json_bytes(mut self) -> Result<Bytes, ApiError> {
        let length = self.length();
        if length == Some(0) || matches!(self.payload, Payload::None) {
            return Err(missing());
        }
        self.check_media_type()?;
        if length.is_some_and(|length| length > LIMIT) {
            return Err(ApiError::TooLarge(LIMIT));
        }
        match tokio::time::timeout(PATIENCE, self.collect(length.unwrap_or_default())).await {
            Ok(body) => body.and_then(|body| if body.is_empty() { Err(missing()) } else { Ok(body) }),
            Err(_) => Err(ApiError::BodyTooSlow(PATIENCE)),
        }
    }

    fn length(&self) -> Option<usize> {
        self.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    fn check_media_type(&self) -> Result<(), ApiError> {
        if let Some(encoding) = self.headers.get(header::CONTENT_ENCODING) {
            return Err(ApiError::UnsupportedMediaType(format!(
                "a body with the Content-Encoding {encoding:?} is not taken"
            )));
        }
        let mut types = self.headers.get_all(header::CONTENT_TYPE);
        let (Some(media_type), None) = (types.next(), types.next()) else {
            return Err(ApiError::UnsupportedMediaType("the body needs one Content-Type".to_owned()));
        };
        let essence = media_type.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        if essence.trim_ascii().eq_ignore_ascii_case(b"application/json") {
            Ok(())
        } else {
            Err(ApiError::UnsupportedMediaType(format!(
                "the Content-Type {media_type:?} is not application/json"
            )))
        }
    }

    async fn collect(&mut self, length: usize) -> Result<Bytes, ApiError> {
        let mut body = BytesMut::new();
        while let Some(chunk) = self.payload.next().await {
            let chunk = chunk.map_err(|error| broken(&error))?;
            if chunk.len() == length {
                // All of it in one piece, which needs no copy.
                return Ok(chunk);
            }
            if body.len() + chunk.len() > LIMIT {
                return Err(ApiError::TooLarge(LIMIT));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

fn missing() -> ApiError {
    ApiError::malformed("the body is missing")
}

fn broken(error: &PayloadError) -> ApiError {
    ApiError::malformed(format!("the body did not arrive whole: {error}"))
}
