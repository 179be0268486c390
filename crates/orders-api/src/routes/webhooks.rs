//! The routes of where events are sent.

use orders_domain::UseCase::KeepWebhooks;

use super::{
    Endpoint,
    endpoint::route,
    failures::{
        CHANGED_SINCE, INVALID_LIST, INVALID_REPLAY, INVALID_WEBHOOK, MALFORMED, NO_WEBHOOK, NOT_SENDING,
        TOO_LARGE, TOO_SLOW, WEBHOOK_DISABLED,
    },
};
use crate::{
    server::gate::{Access::User, Rule},
    webhooks,
};

/// Webhooks, and what was sent to them.
pub static WEBHOOKS: [Endpoint; 11] = [
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
];
