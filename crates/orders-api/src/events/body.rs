//! An event as JSON: a `CloudEvent` 1.0 that is a payload of Standard Webhooks as well.

use std::io::Write;

use chrono::{DateTime, Utc};
use orders_domain::{Actor, Event, Order, What};
use utoipa::ToSchema;

use super::source::EventsSource;
use crate::{
    http::writing::{any_text, moment, number, plain_text},
    orders::response::order_json,
};

mod about;
mod facts;
mod happening;

use about::about;
use facts::member;
use happening::happening;

/// Something that happened: a `CloudEvent` 1.0.
#[derive(Debug, ToSchema)]
#[schema(as = Event, example = json!({
    "specversion": "1.0", "id": "1042", "source": "/orders", "type": "order.shipped", "subject": "orders/7",
    "time": "2026-11-25T10:00:00.000Z", "timestamp": "2026-11-25T10:00:00.000Z",
    "sequence": "0000000000000001042", "datacontenttype": "application/json",
    "data": {"orderId": 7, "marketplace": "default", "version": 3, "from": "processing", "to": "shipped", "actor": {"kind": "user", "id": "1"}},
}))]
#[expect(dead_code, reason = "the schema of what `event_json` writes")]
pub struct EventBody {
    /// The version of `CloudEvents`.
    specversion: String,
    /// Its number, which ascends in the order in which events can be read.
    id: String,
    /// Where it comes from.
    source: String,
    /// What kind of thing happened.
    #[schema(rename = "type")]
    kind: String,
    /// To what it happened.
    subject: String,
    /// When, in UTC.
    time: DateTime<Utc>,
    /// The same.
    timestamp: DateTime<Utc>,
    /// The id as 19 digits, so that texts sort as numbers do.
    sequence: String,
    /// The trace of the request that caused it, where that was a part of one (extension of `CloudEvents` for distributed
    /// tracing).
    #[schema(required = false, nullable = false, pattern = "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
    traceparent: Option<String>,
    /// What `data` is.
    datacontenttype: String,
    /// What happened.
    data: EventDataBody,
}

/// What an event says; which members there are goes by its type.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = EventData)]
#[expect(dead_code, reason = "the schema of what `event_json` writes")]
struct EventDataBody {
    /// Which order.
    #[schema(required = false, nullable = false)]
    order_id: Option<i64>,
    /// Which product.
    #[schema(required = false, nullable = false)]
    product_id: Option<i64>,
    /// Which place, by its code.
    #[schema(required = false, nullable = false)]
    location: Option<String>,
    /// In which marketplace, by its code; of orders where they were placed.
    #[schema(required = false, nullable = false)]
    marketplace: Option<String>,
    /// In which language a product is called so.
    #[schema(required = false, nullable = false)]
    locale: Option<String>,
    /// Which webhook.
    #[schema(required = false, nullable = false)]
    webhook_id: Option<i64>,
    /// Which event is sent once more.
    #[schema(required = false, nullable = false)]
    event: Option<String>,
    /// After which event all are sent once more.
    #[schema(required = false)]
    after: Option<String>,
    /// Up to which event they are.
    #[schema(required = false)]
    until: Option<String>,
    /// Whether what was not sent to a webhook is left out.
    #[schema(required = false, nullable = false)]
    skipped: Option<bool>,
    /// The version that it made.
    version: i64,
    /// Of orders the status before, of stock the pieces on hand before, of products and places what was
    /// changed, as it was.
    #[schema(required = false, value_type = Value)]
    from: Option<String>,
    /// The same as it is since.
    #[schema(required = false, value_type = Value)]
    to: Option<String>,
    /// How many pieces moved.
    #[schema(required = false, nullable = false)]
    quantity: Option<i64>,
    /// The code of the place to which they went.
    #[schema(required = false, nullable = false)]
    target: Option<String>,
    /// How many pieces may be reserved beyond those on hand.
    #[schema(required = false, nullable = false)]
    backorder_limit: Option<i64>,
    /// How many pieces are reserved that cannot be there.
    #[schema(required = false, nullable = false)]
    short: Option<i64>,
    /// Orders that hold pieces of what is short.
    #[schema(required = false, nullable = false)]
    orders: Option<Vec<i64>>,
    /// What was ordered.
    #[schema(required = false, nullable = false)]
    lines: Option<Vec<EventLineBody>>,
    /// Which shipment or cancellation of the order.
    #[schema(required = false, nullable = false)]
    number: Option<i64>,
    /// The status of a shipment that was made.
    #[schema(required = false, nullable = false)]
    status: Option<String>,
    /// Why pieces are cancelled, or nothing is sent to a webhook any more.
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
    /// The shipments that were planned.
    #[schema(required = false, nullable = false)]
    shipments: Option<Vec<EventShipmentBody>>,
    /// What cannot be sent from anywhere now.
    #[schema(required = false, nullable = false)]
    unplaced: Option<Vec<EventLineBody>>,
    /// The order's status before, where it moved.
    #[schema(required = false, nullable = false)]
    status_from: Option<String>,
    /// The order's status since, where it moved.
    #[schema(required = false, nullable = false)]
    status_to: Option<String>,
    /// How far the shipments of the order are since.
    #[schema(required = false, nullable = false)]
    fulfillment: Option<String>,
    /// Who carries the parcel.
    #[schema(required = false, nullable = false)]
    shipping_provider: Option<String>,
    /// The carrier's number for the parcel.
    #[schema(required = false, nullable = false)]
    tracking_number: Option<String>,
    /// Who caused it.
    actor: ActorBody,
    /// With `include=order`: the order at this version.
    #[schema(required = false, nullable = false)]
    order: Option<crate::orders::response::OrderBody>,
}

/// A shipment that was planned.
#[derive(Debug, ToSchema)]
#[schema(as = EventShipment)]
#[expect(dead_code, reason = "the schema of what `event_json` writes")]
struct EventShipmentBody {
    /// Which one of its order.
    number: i64,
    /// The code of the place from which it leaves.
    #[schema(required = true)]
    location: Option<String>,
    /// What is in it.
    lines: Vec<EventLineBody>,
}

/// So many pieces of a product, or of a line of an order.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = EventLine)]
#[expect(dead_code, reason = "the schema of what `event_json` writes")]
struct EventLineBody {
    /// Which product.
    #[schema(required = false, nullable = false)]
    product_id: Option<i64>,
    /// Which line.
    #[schema(required = false, nullable = false)]
    order_product_id: Option<i64>,
    /// How many pieces.
    quantity: u32,
}

/// Who caused an event.
#[derive(Debug, ToSchema)]
#[schema(as = Actor)]
#[expect(dead_code, reason = "the schema of what `event_json` writes")]
struct ActorBody {
    /// `user`, `worker`, `cli` or `system`.
    kind: String,
    /// The user's number.
    #[schema(required = false, nullable = false)]
    id: Option<String>,
}

/// A little more than most events take.
pub const EVENT_BYTES: usize = 400;

/// Events as an array; with the order at each one's version, if there are any.
pub fn array(source: &EventsSource, events: &[Event], orders: &[Option<Order>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(events.len() * EVENT_BYTES + 2);
    out.push(b'[');
    for (index, event) in events.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        event_json(&mut out, source, event, orders.get(index).and_then(Option::as_ref));
    }
    out.push(b']');
    out
}

/// An event as webhooks and queues get it, from this source.
pub fn event_text(source: EventsSource) -> impl Fn(&Event) -> Vec<u8> {
    move |event| {
        let mut out = Vec::with_capacity(EVENT_BYTES);
        event_json(&mut out, &source, event, None);
        out
    }
}

/// Writes an event as [`EventBody`] describes it.
pub fn event_json(
    out: &mut Vec<u8>,
    EventsSource(source): &EventsSource,
    event: &Event,
    order: Option<&Order>,
) {
    let id = event.id.get();
    let kind = event.event_type();
    number(out, "{\"specversion\":\"1.0\",\"id\":\"", id);
    any_text(out, "\",\"source\":", source);
    plain_text(out, ",\"type\":\"", kind.as_str());
    let _ = write!(out, ",\"subject\":\"{}\"", event.subject);
    let at = moment(event.at);
    plain_text(out, ",\"time\":\"", &at);
    plain_text(out, ",\"timestamp\":\"", &at);
    plain_text(out, ",\"sequence\":\"", &format!("{id:019}"));
    if let Some(trace) = event.origin.trace {
        let _ = write!(out, ",\"traceparent\":\"{trace}\"");
    }
    out.extend_from_slice(b",\"datacontenttype\":\"application/json\",\"data\":{");
    about(out, event);
    number(out, ",\"version\":", event.version.get());
    match &event.what {
        What::Order(what) => happening(out, &event.subject, what),
        What::Other { said, .. } => {
            for (name, fact) in said.iter() {
                member(out, ",", name, fact);
            }
        }
    }
    let actor = event.origin.actor;
    plain_text(out, ",\"actor\":{\"kind\":\"", actor.kind());
    if let Actor::User(user) = actor {
        number(out, ",\"id\":\"", user.get());
        out.push(b'"');
    }
    out.push(b'}');
    if let Some(order) = order {
        out.extend_from_slice(b",\"order\":");
        order_json(out, order);
    }
    out.extend_from_slice(b"}}");
}
