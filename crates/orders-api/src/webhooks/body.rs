//! Webhooks and what was sent to them, as JSON.

use orders_domain::{
    Webhook,
    delivery::{Attempt, Delivery, Excerpt, WebhookState},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::writing::moment;

/// An address to which events are sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
pub struct WebhookBody<'a> {
    /// Its number.
    #[schema(minimum = 1, example = 1)]
    id: i64,
    /// Where events go.
    #[schema(example = "https://hooks.example/orders")]
    url: &'a str,
    /// Which events: types, or with a star all of a kind.
    #[schema(example = json!(["order.*"]))]
    types: Vec<&'a str>,
    /// `active`; `paused`, when events wait; or `disabled`.
    #[schema(pattern = "^(active|paused|disabled)$")]
    state: &'static str,
    /// Why it is disabled: `deleted`, `gone` (the receiver answered 410) or `failing` (everything failed for five days).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, pattern = "^(deleted|gone|failing)$")]
    reason: Option<&'static str>,
    /// What it signs with: in the answer that made it, and in no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
}

impl<'a> WebhookBody<'a> {
    /// Of a webhook, with its secret for whoever had that made.
    pub fn of(webhook: &'a Webhook, secret: Option<String>) -> Self {
        let details = &webhook.details;
        let reason = match details.state {
            WebhookState::Disabled(reason) => Some(reason.as_str()),
            WebhookState::Active | WebhookState::Paused => None,
        };
        Self {
            id: webhook.id.get(),
            url: details.url.as_str(),
            types: details.types.iter().collect(),
            state: details.state.as_str(),
            reason,
            secret,
            created_at: moment(webhook.created_at),
        }
    }
}

/// An event on its way, or arrived.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
pub struct DeliveryBody<'a> {
    /// The event's id.
    #[schema(example = "1042")]
    event: String,
    /// To whom: `webhook:7`, `mail`, or `fulfilment` where that failed.
    #[schema(example = "webhook:7")]
    consumer: String,
    /// `pending`, `done`, `dead` (tried in vain as often as anything is) or `skipped`.
    #[schema(pattern = "^(pending|done|dead|skipped)$")]
    state: &'static str,
    /// When it is tried next; null if it is not, or waits for an earlier one of the same order.
    #[schema(required = true, format = DateTime)]
    next_at: Option<String>,
    /// Each try, in their order.
    attempts: Vec<AttemptBody<'a>>,
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
struct AttemptBody<'a> {
    /// When it began.
    #[schema(format = DateTime)]
    at: String,
    /// The status that was answered, of HTTP or SMTP; null without an answer.
    #[schema(required = true, example = 200)]
    status: Option<u16>,
    /// How long it took, in milliseconds.
    #[schema(minimum = 0, example = 12)]
    ms: i64,
    /// The first KiB of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    body: Option<&'a str>,
    /// Why there is no answer that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    error: Option<&'a str>,
}

impl<'a> From<&'a Attempt> for AttemptBody<'a> {
    fn from(attempt: &'a Attempt) -> Self {
        Self {
            at: moment(attempt.at),
            status: attempt.status,
            ms: attempt.millis(),
            body: attempt.body.as_ref().map(Excerpt::as_str),
            error: attempt.error.as_deref(),
        }
    }
}

impl<'a> From<&'a Delivery> for DeliveryBody<'a> {
    fn from(delivery: &'a Delivery) -> Self {
        Self {
            event: delivery.event.to_string(),
            consumer: delivery.consumer.to_string(),
            state: delivery.state.as_str(),
            next_at: delivery.next_at.map(moment),
            attempts: delivery.attempts.iter().map(AttemptBody::from).collect(),
        }
    }
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookTest)]
pub struct TestBody<'a> {
    /// The status that was answered; null without an answer, and in a dry run.
    #[schema(required = true, example = 200)]
    status: Option<u16>,
    /// How long it took, in milliseconds.
    #[schema(minimum = 0, example = 12)]
    ms: i64,
    /// The first KiB of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    body: Option<&'a str>,
    /// Why there is no answer that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    error: Option<&'a str>,
}

impl<'a> TestBody<'a> {
    /// Of a try; of none in a dry run.
    pub fn of(attempt: Option<&'a Attempt>) -> Self {
        Self {
            status: attempt.and_then(|attempt| attempt.status),
            ms: attempt.map_or(0, Attempt::millis),
            body: attempt.and_then(|attempt| attempt.body.as_ref()).map(Excerpt::as_str),
            error: attempt.map_or(Some("a dry run: nothing was sent"), |attempt| attempt.error.as_deref()),
        }
    }
}
