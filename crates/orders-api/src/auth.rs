//! Who is asking: the one place that knows how a request says it.
//!
//! Another mechanism replaces [`AuthScheme`] and the `Authenticator` behind it; handlers only ever
//! see the [`CurrentUser`].

use std::sync::Arc;

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::{Payload, ServiceRequest},
    http::header::{HeaderName, HeaderValue},
};
use futures_util::future::{Ready, ready};
use orders_domain::{User, UserId, ports::Authenticator};

use crate::error::ApiError;

/// The header that names a user in header mode.
pub const USER_ID: HeaderName = HeaderName::from_static("user_id");

/// How a request says who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthScheme {
    /// The header `user_id` with a bare user id: for development, since anyone can send it.
    Header,
}

/// How a request says who is asking, and who knows whether it is true.
#[derive(Clone)]
pub struct Auth {
    scheme: AuthScheme,
    authenticator: Arc<dyn Authenticator>,
}

impl Auth {
    /// Authentication by this scheme.
    #[must_use]
    pub fn new(scheme: AuthScheme, authenticator: Arc<dyn Authenticator>) -> Self {
        Self { scheme, authenticator }
    }

    /// What a 401 carries in `WWW-Authenticate` (RFC 9110, section 11.6.1).
    #[must_use]
    pub fn challenge(&self) -> HeaderValue {
        match self.scheme {
            AuthScheme::Header => HeaderValue::from_static(r#"UserId realm="orders", header="user_id""#),
        }
    }

    /// The user who is asking.
    ///
    /// # Errors
    ///
    /// 401 without a credential, with several, or with one that stands for nobody.
    pub async fn resolve(&self, request: &ServiceRequest) -> Result<User, ApiError> {
        let AuthScheme::Header = self.scheme;
        let mut values = request.headers().get_all(USER_ID);
        let credential = match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().unwrap_or_default(),
            (None, _) => return Err(ApiError::Unauthorized("the header user_id is missing")),
            (Some(_), Some(_)) => return Err(ApiError::Unauthorized("the header user_id is repeated")),
        };
        let user = self.authenticator.authenticate(credential).await?;
        user.ok_or(ApiError::Unauthorized("the header user_id names no user"))
    }
}

/// The user whom authentication has found; only on routes that ask for one.
#[derive(Debug, Clone, Copy)]
pub struct CurrentUser(pub User);

impl CurrentUser {
    /// The user of this request.
    ///
    /// # Errors
    ///
    /// 401 on a route without authentication: closed is the safe side of a mistake.
    pub fn of(request: &HttpRequest) -> Result<UserId, ApiError> {
        let found = request.extensions().get::<Self>().map(|CurrentUser(user)| user.id());
        found.ok_or(ApiError::Unauthorized("nobody was authenticated"))
    }
}

impl FromRequest for CurrentUser {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).map(|id| Self(User::new(id))))
    }
}
