//! The only table of status codes, and the only maker of problem+json (RFC 9457).

use std::time::Duration;

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use orders_domain::{Currency, InvalidInput, OrderId, Scope, Subject, Version, ports::PortError};

use crate::http::{
    accept::Media,
    faults::{Fault, Faults},
};

mod problem;
mod refusals;

pub use problem::Problem;

/// The media type of every error.
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error("{detail}")]
    Malformed { detail: String, faults: Vec<Fault> },
    #[error("{0}")]
    Unauthorized(&'static str),
    #[error("{0}")]
    InvalidToken(&'static str),
    #[error("the token lacks the scope {}", Scope::any_of(.0))]
    MissingScope(&'static [Scope]),
    #[error("the order does not exist or belongs to somebody else")]
    NotOwned,
    #[error("{0} does not exist")]
    NoRoute(String),
    #[error("order {order} has no version {}", .version.get())]
    NoVersion { order: OrderId, version: Version },
    #[error("{0}")]
    UnknownProduct(InvalidInput),
    #[error("{0}")]
    UnknownLocation(InvalidInput),
    #[error("{0}")]
    UnknownMarketplace(InvalidInput),
    #[error("{0} does not exist")]
    UnknownListing(Subject),
    #[error("{0} does not exist")]
    UnknownText(Subject),
    #[error("{0}")]
    NotShownHere(InvalidInput),
    #[error("{detail}")]
    NotSoldHere { detail: String, faults: Vec<Fault> },
    #[error("{0}")]
    AlwaysActive(String),
    #[error("{0}")]
    OwnPrices(String),
    #[error("{0}")]
    Priced(String),
    #[error("{0}")]
    UnknownWebhook(InvalidInput),
    #[error("the webhook is disabled for good")]
    WebhookDisabled,
    #[error("{0}")]
    UnknownDelivery(InvalidInput),
    #[error("{0}")]
    NotSending(&'static str),
    #[error("only {allow} can be done here")]
    MethodNotAllowed { allow: String },
    #[error("the body did not arrive within {} seconds", .0.as_secs())]
    BodyTooSlow(Duration),
    #[error("{detail}")]
    NotAllowed { detail: String, allowed: Option<Vec<&'static str>> },
    #[error("{detail}")]
    AmbiguousShipment { detail: String, shipments: Vec<i64> },
    #[error("{0}")]
    UnknownShipment(String),
    #[error("the order has no cancellation {0}")]
    UnknownCancellation(i64),
    #[error("there is not enough of what is wanted")]
    OutOfStock { faults: Vec<Fault> },
    #[error("the total is {total} {currency} in minor units now, and another one is expected")]
    PriceChanged { total: i64, currency: Currency },
    #[error("{0}")]
    NotOnHand(String),
    #[error("{detail}")]
    Taken { detail: &'static str, faults: Vec<Fault> },
    #[error("the products are a list that is fixed (CATALOGUE=static), and cannot be changed")]
    FixedCatalogue,
    #[error("the order has changed: no tag in If-Match is its present one")]
    PreconditionFailed,
    #[error("it has changed: no tag in If-Match is its present one")]
    ChangedSince,
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("{0}")]
    UnsupportedMediaType(String),
    #[error("pages of this origin may not ask this here")]
    ForeignPage,
    #[error("{0}")]
    Misdirected(String),
    #[error("nothing that is offered here is acceptable: {}", names(offered))]
    NotAcceptable { offered: &'static [Media] },
    #[error("{detail}")]
    Invalid { detail: String, faults: Vec<Fault> },
    #[error("the Idempotency-Key was used for another request")]
    KeyReused,
    #[error("too many clients follow events already")]
    TooManyStreams,
    #[error("too many requests")]
    TooManyRequests { retry_after: Duration },
    #[error("{detail}")]
    Unavailable {
        detail: &'static str,
        #[source]
        cause: Option<PortError>,
    },
    #[error("something went wrong on our side")]
    Internal(#[source] Option<PortError>),
}

fn names(offered: &[Media]) -> String {
    offered.iter().map(|media| media.name()).collect::<Vec<_>>().join(", ")
}

impl ApiError {
    /// A refusal for something of the wrong form that is not in the body.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::Malformed { detail: detail.into(), faults: Vec::new() }
    }

    /// A refusal for one thing of the right form that cannot be.
    pub fn invalid(pointer: &str, reason: impl std::fmt::Display) -> Self {
        let mut faults = Faults::default();
        faults.invalid(pointer, reason);
        faults.into_result().err().unwrap_or(Self::Internal(None))
    }

    /// The status, and the last part of the problem's type.
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Malformed { .. } => (StatusCode::BAD_REQUEST, "malformed"),
            Self::Unauthorized(_) => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::InvalidToken(_) => (StatusCode::UNAUTHORIZED, "invalid-token"),
            Self::MissingScope(_) => (StatusCode::FORBIDDEN, "insufficient-scope"),
            Self::NotOwned => (StatusCode::UNAUTHORIZED, "not-owned"),
            Self::NoRoute(_) => (StatusCode::NOT_FOUND, "no-route"),
            Self::NoVersion { .. } => (StatusCode::NOT_FOUND, "no-version"),
            Self::UnknownProduct(_) => (StatusCode::NOT_FOUND, "unknown-product"),
            Self::UnknownLocation(_) => (StatusCode::NOT_FOUND, "unknown-location"),
            Self::UnknownMarketplace(_) => (StatusCode::NOT_FOUND, "unknown-marketplace"),
            Self::UnknownListing(_) => (StatusCode::NOT_FOUND, "unknown-listing"),
            Self::UnknownText(_) => (StatusCode::NOT_FOUND, "unknown-text"),
            Self::NotShownHere(_) => (StatusCode::NOT_FOUND, "not-sold-here"),
            Self::NotSoldHere { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "not-sold-here"),
            Self::AlwaysActive(_) => (StatusCode::CONFLICT, "always-active"),
            Self::OwnPrices(_) => (StatusCode::CONFLICT, "own-prices"),
            Self::Priced(_) => (StatusCode::CONFLICT, "priced"),
            Self::UnknownWebhook(_) => (StatusCode::NOT_FOUND, "unknown-webhook"),
            Self::WebhookDisabled => (StatusCode::CONFLICT, "webhook-disabled"),
            Self::NotSending(_) => (StatusCode::CONFLICT, "not-sending"),
            Self::UnknownDelivery(_) => (StatusCode::NOT_FOUND, "unknown-delivery"),
            Self::OutOfStock { .. } => (StatusCode::CONFLICT, "out-of-stock"),
            Self::PriceChanged { .. } => (StatusCode::CONFLICT, "price-changed"),
            Self::NotOnHand(_) => (StatusCode::CONFLICT, "not-on-hand"),
            Self::Taken { .. } => (StatusCode::CONFLICT, "taken"),
            Self::FixedCatalogue => (StatusCode::CONFLICT, "fixed-catalogue"),
            Self::MethodNotAllowed { .. } => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Self::BodyTooSlow(_) => (StatusCode::REQUEST_TIMEOUT, "too-slow"),
            Self::NotAllowed { .. } => (StatusCode::CONFLICT, "not-allowed"),
            Self::AmbiguousShipment { .. } => (StatusCode::CONFLICT, "ambiguous-shipment"),
            Self::UnknownShipment(_) => (StatusCode::NOT_FOUND, "unknown-shipment"),
            Self::UnknownCancellation(_) => (StatusCode::NOT_FOUND, "unknown-cancellation"),
            Self::PreconditionFailed | Self::ChangedSince => (StatusCode::PRECONDITION_FAILED, "changed"),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            Self::ForeignPage => (StatusCode::BAD_REQUEST, "foreign-page"),
            Self::Misdirected(_) => (StatusCode::MISDIRECTED_REQUEST, "misdirected"),
            Self::NotAcceptable { .. } => (StatusCode::NOT_ACCEPTABLE, "not-acceptable"),
            Self::UnsupportedMediaType(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"),
            Self::Invalid { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused"),
            Self::TooManyRequests { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests"),
            Self::TooManyStreams => (StatusCode::SERVICE_UNAVAILABLE, "too-many-streams"),
            Self::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.kind().0
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::MethodNotAllowed { allow } => {
                response.insert_header((header::ALLOW, allow.as_str()));
            }
            Self::TooManyRequests { retry_after } => {
                // Rounded up: a second too early would be refused again.
                response.insert_header((header::RETRY_AFTER, retry_after.as_secs() + 1));
            }
            Self::InvalidToken(reason) => {
                let challenge =
                    format!(r#"Bearer realm="orders", error="invalid_token", error_description="{reason}""#);
                response.insert_header((header::WWW_AUTHENTICATE, challenge));
            }
            Self::MissingScope(scopes) => {
                // What is named there is all needed, so it is the one that is enough for more.
                let scope = scopes.first().map_or("", |scope| scope.as_str());
                let challenge =
                    format!(r#"Bearer realm="orders", error="insufficient_scope", scope="{scope}""#);
                response.insert_header((header::WWW_AUTHENTICATE, challenge));
            }
            Self::Unavailable { .. } | Self::TooManyStreams => {
                response.insert_header((header::RETRY_AFTER, HeaderValue::from_static("1")));
            }
            Self::ForeignPage => {
                response.insert_header((header::VARY, HeaderValue::from_static("Origin")));
            }
            Self::BodyTooSlow(_) | Self::TooLarge(_) => {
                // The rest of the body is not waited for.
                response.force_close();
            }
            _ => {}
        }
        let body = serde_json::to_vec(&self.problem()).unwrap_or_default();
        response.insert_header((header::CONTENT_TYPE, PROBLEM_JSON)).body(body)
    }
}
