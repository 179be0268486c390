//! Who is asking: the one place that knows how a request says it.
//!
//! Another mechanism replaces [`AuthScheme`] and the `Authenticator` behind it; handlers only ever
//! see the [`CurrentUser`].

use std::sync::Arc;

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
};
use futures_util::future::{Ready, ready};
use orders_domain::{Audience, UseCase, User, ports::Authenticator};

use crate::{http::error::ApiError, server::gate::AtRoute};

/// The header that names a user in header mode.
pub const USER_ID: HeaderName = HeaderName::from_static("user_id");

/// How a request says who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthScheme {
    /// The header `user_id` with a bare user id: for development, since anyone can send it.
    Header,
    /// A bearer token in `Authorization` (RFC 6750): fit for the open network.
    Bearer,
}

/// The longest token that is looked at, in bytes.
const TOKEN_MAX: usize = 8 * 1024;

/// How a request says who is asking, and who knows whether it is true.
#[derive(Clone)]
pub struct Auth {
    scheme: AuthScheme,
    authenticator: Arc<dyn Authenticator>,
    lists_are_open: bool,
}

impl Auth {
    /// Authentication by this scheme.
    #[must_use]
    pub fn new(scheme: AuthScheme, authenticator: Arc<dyn Authenticator>) -> Self {
        Self { scheme, authenticator, lists_are_open: true }
    }

    /// The same, but a list shows the asker's own orders also where a bare header says who asks.
    #[must_use]
    pub fn with_own_lists(self) -> Self {
        Self { lists_are_open: false, ..self }
    }

    /// What a 401 carries in `WWW-Authenticate` (RFC 9110, section 11.6.1).
    #[must_use]
    pub fn challenge(&self) -> HeaderValue {
        match self.scheme {
            AuthScheme::Header => HeaderValue::from_static(r#"UserId realm="orders", header="user_id""#),
            AuthScheme::Bearer => HeaderValue::from_static(r#"Bearer realm="orders""#),
        }
    }

    /// Whether whoever asks is believed.
    #[must_use]
    pub fn is_bare_header(&self) -> bool {
        self.scheme == AuthScheme::Header
    }

    /// Whether strangers may do this.
    #[must_use]
    pub fn opens(&self, use_case: UseCase) -> bool {
        self.lists_are_open && self.scheme == AuthScheme::Header && use_case.is_open_in_development()
    }

    /// The user who is asking.
    ///
    /// # Errors
    ///
    /// 401 without a credential, with several, or with one that stands for nobody.
    pub async fn resolve(&self, headers: &HeaderMap) -> Result<User, ApiError> {
        let (credential, stranger) = match self.scheme {
            AuthScheme::Header => {
                (user_id(headers)?, ApiError::Unauthorized("the header user_id names no user"))
            }
            AuthScheme::Bearer => (bearer(headers)?, ApiError::InvalidToken("the token is not valid here")),
        };
        let user = self.authenticator.authenticate(credential).await.map_err(|cause| {
            ApiError::Unavailable { detail: "who is asking cannot be found out now", cause: Some(cause) }
        })?;
        user.ok_or(stranger)
    }
}

fn user_id(headers: &HeaderMap) -> Result<&str, ApiError> {
    let mut values = headers.get_all(USER_ID);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value.to_str().unwrap_or_default()),
        (None, _) => Err(ApiError::Unauthorized("the header user_id is missing")),
        (Some(_), Some(_)) => Err(ApiError::Unauthorized("the header user_id is repeated")),
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    let value = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().unwrap_or_default(),
        (None, _) => return Err(ApiError::Unauthorized("the header Authorization is missing")),
        (Some(_), Some(_)) => return Err(ApiError::InvalidToken("the header Authorization is repeated")),
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            let token = token.trim_start_matches(' ');
            if token.len() > TOKEN_MAX {
                return Err(ApiError::InvalidToken("the token is longer than 8192 bytes"));
            }
            Ok(token)
        }
        _ => Err(ApiError::InvalidToken("the header Authorization is not Bearer and a token")),
    }
}

/// The user whom authentication has found, and what they want to do; only on routes that ask for
/// a user.
#[derive(Debug, Clone, Copy)]
pub struct CurrentUser {
    /// Who.
    pub user: User,
    /// What.
    pub use_case: UseCase,
}

impl CurrentUser {
    /// The user of this request.
    ///
    /// # Errors
    ///
    /// 401 on a route without authentication: closed is the safe side of a mistake.
    pub fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let found = request.extensions().get().and_then(|at: &AtRoute| at.asker);
        found.ok_or(ApiError::Unauthorized("nobody was authenticated"))
    }
}

impl FromRequest for CurrentUser {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// Whom a list is for: the user, or anyone where strangers may read it.
#[derive(Debug, Clone, Copy)]
pub struct ListedFor(pub Audience);

impl FromRequest for ListedFor {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let open = request.extensions().get::<Self>().copied();
        ready(match open {
            Some(reader) => Ok(reader),
            None => CurrentUser::of(request).map(|asker| Self(Audience::User(asker.user))),
        })
    }
}
