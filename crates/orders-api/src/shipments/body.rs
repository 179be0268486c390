//! Shipments, plans and cancellations as JSON.

use chrono::{DateTime, Utc};
use orders_domain::{
    Order, OrderId, OrderProductId, Part, Shipment, ShipmentId,
    shipment::cancellation::{Cancellation, Note},
};
use utoipa::ToSchema;

use super::plan::{ReasonBody, reasons_json};
use crate::http::writing::{any_text, moment, number, plain_text};

/// The words for where a shipment stands.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase", as = ShipmentStatus)]
#[expect(dead_code, reason = "the schema of the domain's words")]
pub enum ShipmentStatusWord {
    Planned,
    Shipped,
    Delivered,
    Cancelled,
}

/// A parcel of an order.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = Shipment, example = json!({
    "id": 7, "number": 1, "status": "planned", "location": "MAIN", "shippingProvider": null, "trackingNumber": null,
    "weightGrams": 700, "lines": [{"orderProductId": 601, "quantity": 2}],
    "reasons": [{"code": "only-place-with-stock", "detail": "line 1 is only at MAIN"}],
    "createdAt": "2026-11-22T10:00:00.000Z", "shippedAt": null, "deliveredAt": null,
}))]
#[expect(dead_code, reason = "the schema of what `shipment_json` writes")]
pub struct ShipmentBody {
    /// Its id among all shipments.
    #[schema(minimum = 1)]
    id: i64,
    /// Which one of its order; never used again.
    #[schema(minimum = 1, maximum = 32)]
    number: i64,
    /// Where it stands.
    #[schema(value_type = ShipmentStatusWord)]
    status: String,
    /// The code of the place from which it leaves; null: from where its pieces are held.
    #[schema(required = true)]
    location: Option<String>,
    /// Who carries it.
    #[schema(required = true)]
    shipping_provider: Option<String>,
    /// The carrier's number for it.
    #[schema(required = true)]
    tracking_number: Option<String>,
    /// Its weight, if it is known.
    #[schema(required = true, minimum = 0)]
    weight_grams: Option<i64>,
    /// What is in it; of a cancelled one what was to be.
    lines: Vec<PartBody>,
    /// Why it was planned so; for the owner and the operator, and empty in lists, streams and events.
    reasons: Vec<ReasonBody>,
    /// When it was planned, in UTC.
    created_at: DateTime<Utc>,
    /// When it left, in UTC.
    #[schema(required = true)]
    shipped_at: Option<DateTime<Utc>>,
    /// When it arrived, in UTC.
    #[schema(required = true)]
    delivered_at: Option<DateTime<Utc>>,
}

/// So many pieces of a line.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = ShipmentLine)]
#[expect(dead_code, reason = "the schema of what `parts_json` writes and `parts` reads")]
pub struct PartBody {
    /// The id of the order's line.
    #[schema(minimum = 1, example = 601)]
    order_product_id: i64,
    /// How many pieces.
    #[schema(minimum = 1, maximum = 100_000, example = 2)]
    quantity: u32,
}

/// Some pieces of an order that are not wanted any more.
#[derive(Debug, ToSchema)]
#[schema(as = Cancellation, example = json!({
    "number": 1, "reason": "customer", "note": null, "lines": [{"orderProductId": 601, "quantity": 1}],
}))]
#[expect(dead_code, reason = "the schema of what `cancellation_json` writes")]
pub struct CancellationBody {
    /// Which one of its order.
    #[schema(minimum = 1)]
    number: i64,
    /// `customer`, `declined`, `fraud`, `inventory`, `staff` or `other`.
    reason: String,
    /// What somebody said of it.
    #[schema(required = true)]
    note: Option<String>,
    /// How many pieces of which lines.
    lines: Vec<PartBody>,
}

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The order's owner, or the operator.
    Owner,
    /// Whoever may read lists. Why a parcel leaves from where it does is not for them: it tells where the customer
    /// lives.
    Anyone,
}

/// Writes all shipments of an order.
pub fn shipments_json(out: &mut Vec<u8>, order: &Order, reader: Reader) {
    array(out, order.shipments(), |out, shipment| shipment_json(out, order.id(), shipment, reader));
}

/// Writes a shipment as [`ShipmentBody`] describes it.
pub fn shipment_json(out: &mut Vec<u8>, order: OrderId, shipment: &Shipment, reader: Reader) {
    number(out, "{\"id\":", ShipmentId::of(order, shipment.number).get());
    number(out, ",\"number\":", shipment.number.get());
    plain_text(out, ",\"status\":\"", shipment.status.as_str());
    out.extend_from_slice(b",\"location\":");
    match &shipment.from {
        Some(from) => plain_text(out, "\"", from.code.as_str()),
        None => out.extend_from_slice(b"null"),
    }
    match &shipment.tracking {
        Some(tracking) => {
            any_text(out, ",\"shippingProvider\":", tracking.provider());
            any_text(out, ",\"trackingNumber\":", tracking.number());
        }
        None => out.extend_from_slice(b",\"shippingProvider\":null,\"trackingNumber\":null"),
    }
    match shipment.weight {
        Some(weight) => number(out, ",\"weightGrams\":", weight),
        None => out.extend_from_slice(b",\"weightGrams\":null"),
    }
    out.extend_from_slice(b",\"lines\":");
    parts_json(out, order, &shipment.parts);
    out.extend_from_slice(b",\"reasons\":");
    match reader {
        Reader::Owner => reasons_json(out, &shipment.reasons),
        Reader::Anyone => out.extend_from_slice(b"[]"),
    }
    plain_text(out, ",\"createdAt\":\"", &moment(shipment.created_at));
    may_moment(out, ",\"shippedAt\":", shipment.shipped_at);
    may_moment(out, ",\"deliveredAt\":", shipment.delivered_at);
    out.push(b'}');
}

/// Writes so many pieces of lines.
pub fn parts_json(out: &mut Vec<u8>, order: OrderId, parts: &[Part]) {
    array(out, parts, |out, part| {
        let line = OrderProductId::of_line(order, part.line.into());
        number(out, "{\"orderProductId\":", line.get());
        number(out, ",\"quantity\":", part.quantity.get().into());
        out.push(b'}');
    });
}

/// Writes a cancellation as [`CancellationBody`] describes it.
pub fn cancellation_json(out: &mut Vec<u8>, order: OrderId, nth: usize, cancellation: &Cancellation) {
    number(out, "{\"number\":", i64::try_from(nth).unwrap_or(i64::MAX));
    plain_text(out, ",\"reason\":\"", cancellation.reason.as_str());
    match cancellation.note.as_ref().map(Note::as_str) {
        Some(note) => any_text(out, ",\"note\":", note),
        None => out.extend_from_slice(b",\"note\":null"),
    }
    out.extend_from_slice(b",\"lines\":");
    parts_json(out, order, &cancellation.parts);
    out.push(b'}');
}

/// Writes an array.
pub fn array<T>(out: &mut Vec<u8>, items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

fn may_moment(out: &mut Vec<u8>, before: &str, at: Option<DateTime<Utc>>) {
    out.extend_from_slice(before.as_bytes());
    match at {
        Some(at) => plain_text(out, "\"", &moment(at)),
        None => out.extend_from_slice(b"null"),
    }
}
