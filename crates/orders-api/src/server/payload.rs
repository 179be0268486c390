//! Reading a request's body, once the asker may send one.

use std::{cell::RefCell, fmt, pin::pin, rc::Rc, task::Poll, time::Duration};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::{Payload, ServiceRequest},
    http::header,
    web::{Bytes, BytesMut},
};
use futures_util::{
    StreamExt,
    future::{Ready, poll_fn, ready},
};

use crate::{http::error::ApiError, server::gate::AtRoute};

/// The largest body, in bytes.
pub const LIMIT: usize = 64 * 1024;

/// How long a body may take from the end of the head on.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The body of a request as it comes in, where the gate and the handler both find it.
#[derive(Clone, Default)]
pub struct Incoming(Rc<RefCell<Option<Payload>>>);

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("is_unread", &self.is_unread()).finish()
    }
}

impl Incoming {
    /// Takes the body out of the request, if it has one.
    pub fn of(request: &mut ServiceRequest) -> Option<Self> {
        match request.take_payload() {
            Payload::None => None,
            payload => Some(Self(Rc::new(RefCell::new(Some(payload))))),
        }
    }

    fn take(&self) -> Option<Payload> {
        self.0.borrow_mut().take()
    }

    /// Whether nobody has read it. The connection cannot be used again then, for what comes next on it
    /// is the body; whether some of it has come already must not decide, or timing would.
    pub fn is_unread(&self) -> bool {
        self.0.borrow().is_some()
    }
}

/// A body that nobody has read yet, so that whoever may not send it learns nothing from it.
pub struct UnreadBody {
    request: HttpRequest,
    incoming: Incoming,
}

impl FromRequest for UnreadBody {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let incoming =
            request.extensions().get().and_then(|at: &AtRoute| at.incoming.clone()).unwrap_or_default();
        ready(Ok(Self { request: request.clone(), incoming }))
    }
}

impl UnreadBody {
    /// The bytes of a JSON body.
    ///
    /// # Errors
    ///
    /// 400 without a body, 415 for another media type, 413 past [`LIMIT`], 408 past [`PATIENCE`].
    pub async fn json_bytes(self) -> Result<Bytes, ApiError> {
        let length = self.length();
        if length == Some(0) || self.incoming.0.borrow().is_none() {
            return Err(missing());
        }
        self.check_media_type()?;
        if length.is_some_and(|length| length > LIMIT) {
            return Err(ApiError::TooLarge(LIMIT));
        }
        let payload = self.incoming.take().ok_or_else(missing)?;
        let body = read(payload, length.unwrap_or_default()).await?;
        if body.is_empty() { Err(missing()) } else { Ok(body) }
    }

    /// The bytes of a body that need not be there and may be anything.
    ///
    /// # Errors
    ///
    /// 413 past [`LIMIT`], 408 past [`PATIENCE`], 400 for one that does not arrive whole.
    pub async fn any_bytes(self) -> Result<Bytes, ApiError> {
        let length = self.length();
        if length.is_some_and(|length| length > LIMIT) {
            return Err(ApiError::TooLarge(LIMIT));
        }
        match self.incoming.take() {
            Some(payload) => read(payload, length.unwrap_or_default()).await,
            None => Ok(Bytes::new()),
        }
    }

    fn length(&self) -> Option<usize> {
        self.request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    fn check_media_type(&self) -> Result<(), ApiError> {
        let headers = self.request.headers();
        if let Some(encoding) = headers.get(header::CONTENT_ENCODING) {
            return Err(ApiError::UnsupportedMediaType(format!(
                "a body with the Content-Encoding {encoding:?} is not taken"
            )));
        }
        let mut types = headers.get_all(header::CONTENT_TYPE);
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
}

/// All of it, within [`PATIENCE`]. Most bodies have come with the head: for them no clock is set.
async fn read(payload: Payload, length: usize) -> Result<Bytes, ApiError> {
    let mut body = pin!(collect(payload, length));
    match poll_fn(|context| Poll::Ready(body.as_mut().poll(context))).await {
        Poll::Ready(body) => body,
        Poll::Pending => {
            let late = |_| Err(ApiError::BodyTooSlow(PATIENCE));
            tokio::time::timeout(PATIENCE, body).await.unwrap_or_else(late)
        }
    }
}

async fn collect(mut payload: Payload, length: usize) -> Result<Bytes, ApiError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| broken())?;
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

fn missing() -> ApiError {
    ApiError::malformed("the body is missing")
}

fn broken() -> ApiError {
    ApiError::malformed("the body did not arrive whole")
}
