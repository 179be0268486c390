//! The route table, and nothing else: whatever is known of a route is said in its line here, and the gate, the
//! metrics, `Allow` and the document have it from there.

use orders_domain::UseCase::{
    Advance, Cancel, Follow, KeepProducts, KeepStock, KeepWebhooks, List, Place, Reach, SeeStock, Ship, Show,
    Track,
};

use crate::{
    docs, events, health,
    http::accept::Media::{Csv, EventStream, Json, NdJson},
    locations, orders, products,
    server::{
        gate::{
            Access::{Anyone, Open, User},
            Rule,
        },
        metrics,
    },
    shipments, stock, webhooks,
};
use endpoint::route;
pub use endpoint::{Endpoint, mount, no_route};
use failures::{
    AMBIGUOUS, CHANGED, CHANGED_SINCE, FIXED, INVALID_CONTACT, INVALID_LIST, INVALID_LOCATION, INVALID_ORDER,
    INVALID_PARCEL, INVALID_PRODUCT, INVALID_REPLAY, INVALID_SHIPMENT, INVALID_STATUS, INVALID_STOCK,
    INVALID_WEBHOOK, MALFORMED, NO_CANCELLATION, NO_LOCATION, NO_SHIPMENT, NO_VERSION, NO_WEBHOOK,
    NOT_ALLOWED, NOT_FOUND, NOT_ON_HAND, NOT_SENDING, NOT_SHIPPED, OUT_OF_STOCK, TAKEN, TOO_LARGE, TOO_SLOW,
    UNAVAILABLE, WEBHOOK_DISABLED,
};

mod endpoint;
pub mod failures;

/// The API, what is asked for most first: routes are tried in their order. Those of one path stand together.
pub static API: [Endpoint; 43] = [
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
    Endpoint::new(
        Rule::new("GET /products", Anyone).reading_query(),
        |rule| route(rule, products::list),
        &[INVALID_LIST],
    ),
    Endpoint::new(
        Rule::new("POST /products", User(KeepProducts)).reading_query().reading_body(),
        |rule| route(rule, products::create),
        &[TAKEN, INVALID_PRODUCT],
    ),
    Endpoint::new(Rule::new("GET /products/{id}", Anyone), |rule| route(rule, products::show), &[NOT_FOUND]),
    Endpoint::new(
        Rule::new("PATCH /products/{id}", User(KeepProducts)).reading_query().reading_body(),
        |rule| route(rule, products::change),
        &[NOT_FOUND, TAKEN, CHANGED_SINCE, INVALID_PRODUCT],
    ),
    Endpoint::new(
        Rule::new("GET /products/{id}/stock", User(SeeStock)),
        |rule| route(rule, stock::levels),
        &[NOT_FOUND],
    ),
    Endpoint::new(
        Rule::new("GET /products/{id}/stock/{location}", User(SeeStock)),
        |rule| route(rule, stock::level),
        &[NO_LOCATION],
    ),
    Endpoint::new(
        Rule::new("PUT /products/{id}/stock/{location}", User(KeepStock)).reading_query().reading_body(),
        |rule| route(rule, stock::count),
        &[NO_LOCATION, FIXED, CHANGED_SINCE, INVALID_STOCK],
    ),
    Endpoint::new(
        Rule::new("GET /products/{id}/movements", User(SeeStock)).reading_query().offering(&[Json, NdJson]),
        |rule| route(rule, stock::movements),
        &[NOT_FOUND, INVALID_LIST],
    ),
    Endpoint::new(
        Rule::new("POST /products/{id}/movements", User(KeepStock)).reading_query().reading_body(),
        |rule| route(rule, stock::deliver),
        &[NOT_FOUND, NOT_ON_HAND, INVALID_STOCK],
    ),
    Endpoint::new(
        Rule::new("POST /stock/transfers", User(KeepStock)).reading_query().reading_body(),
        |rule| route(rule, stock::transfer),
        &[NOT_ON_HAND, INVALID_STOCK],
    ),
    Endpoint::new(Rule::new("GET /locations", User(SeeStock)), |rule| route(rule, locations::list), &[]),
    Endpoint::new(
        Rule::new("POST /locations", User(KeepStock)).reading_query().reading_body(),
        |rule| route(rule, locations::create),
        &[TAKEN, INVALID_LOCATION],
    ),
    Endpoint::new(
        Rule::new("PATCH /locations/{code}", User(KeepStock)).reading_query().reading_body(),
        |rule| route(rule, locations::change),
        &[NO_LOCATION, FIXED, CHANGED_SINCE, INVALID_LOCATION],
    ),
    Endpoint::new(
        Rule::new("GET /webhooks", User(KeepWebhooks)).reading_query(),
        |rule| route(rule, webhooks::list),
        &[INVALID_LIST],
    ),
    Endpoint::new(
        Rule::new("POST /webhooks", User(KeepWebhooks)).reading_query().reading_body(),
        |rule| route(rule, webhooks::create),
        &[NOT_SENDING, INVALID_WEBHOOK],
    ),
    Endpoint::new(
        Rule::new("GET /webhooks/{id}", User(KeepWebhooks)),
        |rule| route(rule, webhooks::show),
        &[NO_WEBHOOK],
    ),
    Endpoint::new(
        Rule::new("PATCH /webhooks/{id}", User(KeepWebhooks)).reading_query().reading_body(),
        |rule| route(rule, webhooks::change),
        &[NO_WEBHOOK, WEBHOOK_DISABLED, CHANGED_SINCE, INVALID_WEBHOOK],
    ),
    Endpoint::new(
        Rule::new("DELETE /webhooks/{id}", User(KeepWebhooks)).reading_query(),
        |rule| route(rule, webhooks::disable),
        &[NO_WEBHOOK, CHANGED_SINCE],
    ),
    Endpoint::new(
        Rule::new("POST /webhooks/{id}/secret", User(KeepWebhooks)).reading_query(),
        |rule| route(rule, webhooks::rotate),
        &[NO_WEBHOOK, WEBHOOK_DISABLED, CHANGED_SINCE, MALFORMED, TOO_SLOW, TOO_LARGE],
    ),
    Endpoint::new(
        Rule::new("POST /webhooks/{id}/test", User(KeepWebhooks)).reading_query(),
        |rule| route(rule, webhooks::test),
        &[NO_WEBHOOK, WEBHOOK_DISABLED, MALFORMED, TOO_SLOW, TOO_LARGE],
    ),
    Endpoint::new(
        Rule::new("GET /webhooks/{id}/deliveries", User(KeepWebhooks)).reading_query(),
        |rule| route(rule, webhooks::deliveries),
        &[NO_WEBHOOK, INVALID_LIST],
    ),
    Endpoint::new(
        Rule::new("POST /webhooks/{id}/deliveries/{event}/retry", User(KeepWebhooks)).reading_query(),
        |rule| route(rule, webhooks::retry),
        &[NO_WEBHOOK, WEBHOOK_DISABLED, MALFORMED, TOO_SLOW, TOO_LARGE],
    ),
    Endpoint::new(
        Rule::new("POST /webhooks/{id}/replay", User(KeepWebhooks)).reading_query().reading_body(),
        |rule| route(rule, webhooks::replay),
        &[NO_WEBHOOK, WEBHOOK_DISABLED, INVALID_REPLAY],
    ),
    Endpoint::new(
        Rule::new("GET /deliveries", User(KeepWebhooks)).reading_query(),
        |rule| route(rule, webhooks::log),
        &[NO_WEBHOOK, INVALID_LIST],
    ),
    Endpoint::new(Rule::new("GET /openapi.json", Open), |rule| route(rule, docs::openapi), &[]),
    Endpoint::new(Rule::new("GET /asyncapi.json", Open), |rule| route(rule, docs::asyncapi), &[]),
];

/// Whether the process is well: also where it serves nothing else.
pub static HEALTH: [Endpoint; 2] = [
    Endpoint::new(Rule::new("GET /health/live", Open), |rule| route(rule, health::live), &[]),
    Endpoint::new(Rule::new("GET /health/ready", Open), |rule| route(rule, health::ready), &[UNAVAILABLE]),
];

/// The page to try the API from, and the way to it.
pub static PAGE: [Endpoint; 3] = [
    Endpoint::new(Rule::new("GET /", Open), |rule| route(rule, docs::to_page), &[]),
    Endpoint::new(Rule::new("GET /docs", Open), |rule| route(rule, docs::to_page), &[]),
    Endpoint::new(Rule::new("GET /docs/{file}*", Open), |rule| route(rule, docs::page), &[]),
];

/// The numbers, which may have a port of their own.
pub static METRICS: [Endpoint; 1] =
    [Endpoint::new(Rule::new("GET /metrics", Open), |rule| route(rule, metrics::show), &[])];

impl Endpoint {
    /// The line of a method and a path, as the document names them.
    pub fn find(method: &str, path: &str) -> Option<&'static Self> {
        API.iter()
            .chain(&HEALTH)
            .chain(&METRICS)
            .find(|endpoint| (endpoint.rule.method(), endpoint.rule.path()) == (method, path))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_route_has_one_line_beside_those_of_its_path() {
        for table in [&API[..], &HEALTH, &PAGE, &METRICS] {
            let mut seen = HashSet::new();
            for of_one_path in table.chunk_by(|one, next| one.rule.path() == next.rule.path()) {
                assert!(seen.insert(of_one_path[0].rule.path()), "{}", of_one_path[0].rule.path());
                let mut methods = HashSet::new();
                for endpoint in of_one_path {
                    let method = endpoint.rule.method();
                    assert!(
                        ["GET", "POST", "PATCH", "PUT", "DELETE"].contains(&method) && methods.insert(method),
                        "{method}"
                    );
                }
            }
        }
    }
}
