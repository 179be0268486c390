//! The routes of orders, of their parcels and of what happened.

use orders_domain::UseCase::{Advance, Cancel, Follow, List, Place, Reach, Ship, Show, Track};

use super::{
    Endpoint,
    endpoint::route,
    failures::{
        AMBIGUOUS, CHANGED, INVALID_CONTACT, INVALID_LIST, INVALID_ORDER, INVALID_PARCEL, INVALID_SHIPMENT,
        INVALID_STATUS, MALFORMED, NO_CANCELLATION, NO_SHIPMENT, NO_VERSION, NOT_ALLOWED, NOT_SHIPPED,
        OUT_OF_STOCK, TOO_LARGE, TOO_SLOW,
    },
};
use crate::{
    events,
    http::accept::Media::{Csv, EventStream, Json, NdJson},
    orders,
    server::gate::{Access::User, Rule},
    shipments,
};

/// What is asked for most first: routes are tried in their order.
pub static ORDERS: [Endpoint; 17] = [
    Endpoint::new(
        Rule::new("GET /orders", User(List))
            .reading_query()
            .offering(&[Json, NdJson, Csv])
            .knowing_who_asks_with("email"),
        |rule| route(rule, orders::list),
        &[INVALID_LIST],
    ),
    Endpoint::new(
        Rule::new("POST /orders", User(Place)).reading_query().reading_body(),
        |rule| route(rule, orders::place),
        &[OUT_OF_STOCK, INVALID_ORDER],
    ),
    Endpoint::new(
        Rule::new("GET /orders/{id}", User(Show)).reading_query(),
        |rule| route(rule, orders::show),
        &[NO_VERSION, CHANGED],
    ),
    Endpoint::new(
        Rule::new("GET /orders/{id}/events", User(Show)).reading_query(),
        |rule| route(rule, events::timeline),
        &[INVALID_LIST],
    ),
    Endpoint::new(
        Rule::new("PATCH /orders/{id}/tracking", User(Track)).reading_query().reading_body(),
        |rule| route(rule, orders::track),
        &[AMBIGUOUS, CHANGED, INVALID_SHIPMENT],
    ),
    Endpoint::new(
        Rule::new("PATCH /orders/{id}/status", User(Advance)).reading_query().reading_body(),
        |rule| route(rule, orders::advance),
        &[NOT_ALLOWED, CHANGED, INVALID_STATUS],
    ),
    Endpoint::new(
        Rule::new("PATCH /orders/{id}/cancel", User(Cancel)).reading_query(),
        |rule| route(rule, orders::cancel),
        &[NOT_ALLOWED, CHANGED, MALFORMED, TOO_SLOW, TOO_LARGE],
    ),
    Endpoint::new(
        Rule::new("GET /orders/{id}/shipments", User(Show)),
        |rule| route(rule, shipments::list),
        &[CHANGED],
    ),
    Endpoint::new(
        Rule::new("POST /orders/{id}/shipments", User(Ship)).reading_query().reading_body(),
        |rule| route(rule, shipments::create),
        &[NOT_SHIPPED, CHANGED, INVALID_PARCEL],
    ),
    Endpoint::new(
        Rule::new("GET /orders/{id}/shipments/{number}", User(Show)),
        |rule| route(rule, shipments::show),
        &[NO_SHIPMENT, CHANGED],
    ),
    Endpoint::new(
        Rule::new("PATCH /orders/{id}/shipments/{number}", User(Ship)).reading_query().reading_body(),
        |rule| route(rule, shipments::change),
        &[NO_SHIPMENT, NOT_SHIPPED, CHANGED, INVALID_SHIPMENT],
    ),
    Endpoint::new(
        Rule::new("POST /orders/{id}/plan", User(Ship)).reading_query(),
        |rule| route(rule, shipments::plan),
        &[NOT_SHIPPED, CHANGED, MALFORMED, TOO_SLOW, TOO_LARGE],
    ),
    Endpoint::new(
        Rule::new("GET /orders/{id}/cancellations", User(Show)),
        |rule| route(rule, shipments::cancellations),
        &[CHANGED],
    ),
    Endpoint::new(
        Rule::new("POST /orders/{id}/cancellations", User(Cancel)).reading_query().reading_body(),
        |rule| route(rule, shipments::cancel),
        &[NOT_SHIPPED, CHANGED, INVALID_PARCEL],
    ),
    Endpoint::new(
        Rule::new("GET /orders/{id}/cancellations/{number}", User(Show)),
        |rule| route(rule, shipments::cancellation),
        &[NO_CANCELLATION, CHANGED],
    ),
    Endpoint::new(
        Rule::new("PATCH /orders/{id}/contact", User(Reach)).reading_query().reading_body(),
        |rule| route(rule, orders::reach),
        &[NOT_ALLOWED, CHANGED, INVALID_CONTACT],
    ),
    Endpoint::new(
        Rule::new("GET /events", User(Follow)).reading_query().offering(&[Json, NdJson, EventStream]),
        |rule| route(rule, events::list),
        &[INVALID_LIST],
    ),
];
