//! Messages to webhooks that are no event.

use std::io::Write;

use chrono::{DateTime, Utc};
use orders_domain::{TraceContext, WebhookId, delivery::endpoint::Message};
use uuid::Uuid;

use crate::{
    events::EventsSource,
    http::writing::{any_text, moment, plain_text},
};

/// A message of the type `webhook.test` from this source, with an id of its own, asked for in this trace.
pub fn test(
    source: &EventsSource,
    webhook: WebhookId,
    at: DateTime<Utc>,
    trace: Option<TraceContext>,
) -> Message {
    let id = format!("test_{}", Uuid::now_v7().simple());
    let mut body = Vec::new();
    plain_text(&mut body, "{\"specversion\":\"1.0\",\"id\":\"", &id);
    any_text(&mut body, ",\"source\":", source.as_str());
    let _ = write!(body, ",\"type\":\"webhook.test\",\"subject\":\"webhooks/{webhook}\"");
    let time = moment(at);
    plain_text(&mut body, ",\"time\":\"", &time);
    plain_text(&mut body, ",\"timestamp\":\"", &time);
    let _ = write!(body, ",\"datacontenttype\":\"application/json\",\"data\":{{\"webhookId\":{webhook}}}}}");
    Message { id, at, body, trace }
}
