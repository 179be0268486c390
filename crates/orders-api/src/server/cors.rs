//! Which pages of others may read answers, and what of them.

use actix_cors::Cors;
use actix_web::{
    http::header::{self, HeaderName},
    middleware::Condition,
};

use super::{asking, edge};
use crate::{events, http::idempotency};

/// What lets the pages of these origins read answers.
pub fn of(origins: &[String]) -> Condition<Cors> {
    let exposed = [
        header::ETAG,
        header::LINK,
        header::LOCATION,
        header::RETRY_AFTER,
        edge::X_REQUEST_ID,
        idempotency::REPLAYED,
        asking::DRY_RUN,
        events::PREFERENCE_APPLIED,
    ];
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"])
        .allow_any_header()
        .expose_headers(exposed.iter().map(HeaderName::as_str))
        .max_age(600);
    let cors = origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin));
    Condition::new(!origins.is_empty(), cors)
}
