//! The JSON bodies that clients get.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use chrono::{DateTime, Utc};
use orders_domain::{Order, OrderStatus, ShipmentId};
use utoipa::ToSchema;

use super::contact::{AddressBody, contact_json};
use crate::{
    http::{
        etag,
        writing::{any_text, moment, number, ok_json, plain_text},
    },
    markets::body::{ChosenByWord, NameFromBody, shown_json, sold_in_json},
    shipments::body::{Reader, ShipmentBody, shipments_json},
};

/// The words for where an order stands.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase", as = OrderStatus)]
#[expect(dead_code, reason = "the schema of the domain's words")]
pub enum Status {
    Pending,
    Processing,
    Shipped,
    Delivered,
    Cancelled,
}

/// The words for how far the shipments of an order are.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case", as = Fulfillment)]
#[expect(dead_code, reason = "the schema of the domain's words")]
pub enum FulfillmentWord {
    Unfulfilled,
    PartiallyShipped,
    Shipped,
    PartiallyDelivered,
    Delivered,
}

/// An order.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = Order, example = json!({
    "id": 1, "userId": 1, "orderDate": "2026-11-22T10:00:00.000Z", "updatedAt": "2026-11-22T10:00:00.000Z",
    "status": "pending", "fulfillment": "unfulfilled", "currency": "USD", "total": 15392, "currentTotal": 15392,
    "marketplace": "default", "marketplaceChosenBy": "default", "locale": "en",
    "shipment": null, "shipments": [],
    "orderProduct": [
        {"id": 1, "productId": 9, "price": 1999, "quantity": 7, "shipped": 0, "cancelled": 0, "name": "Bamboo cutting board",
            "model": null, "nameFrom": {"marketplace": "default", "locale": "en"}, "priceFrom": "default"},
        {"id": 2, "productId": 1, "price": 1399, "quantity": 1, "shipped": 0, "cancelled": 0, "name": "Ceramic mug",
            "model": null, "nameFrom": {"marketplace": "default", "locale": "en"}, "priceFrom": "default"},
    ],
    "email": "ada@example.org",
}))]
#[expect(dead_code, reason = "the schema of what `order_json` writes")]
pub struct OrderBody {
    /// Its number.
    #[schema(minimum = 1)]
    id: i64,
    /// Whose it is.
    #[schema(minimum = 1)]
    user_id: i64,
    /// When it was placed, in UTC.
    order_date: DateTime<Utc>,
    /// When it last changed, in UTC.
    updated_at: DateTime<Utc>,
    /// How far it has come.
    #[schema(value_type = Status)]
    status: String,
    /// How far its shipments are.
    #[schema(value_type = FulfillmentWord)]
    fulfillment: String,
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: String,
    /// Σ price × quantity in the currency's minor unit.
    #[schema(minimum = 0)]
    total: i64,
    /// Σ price × what is not cancelled.
    #[schema(minimum = 0)]
    current_total: i64,
    /// In which marketplace it was placed.
    #[schema(pattern = "^[a-z0-9-]{2,16}$")]
    marketplace: String,
    /// What had chosen the marketplace.
    #[schema(value_type = ChosenByWord)]
    marketplace_chosen_by: String,
    /// The language of who has ordered; null of orders from before that was kept.
    #[schema(required)]
    locale: Option<String>,
    /// What the system calls it from which it was imported; absent of orders that were placed here.
    #[schema(required = false, nullable = false, min_length = 1, max_length = 100, example = "A-1001")]
    external_id: Option<String>,
    /// When it was placed there, in UTC, where `orderDate` is the moment when it was imported.
    #[schema(required = false, nullable = false)]
    placed_at: Option<DateTime<Utc>>,
    /// The first shipment that is not cancelled and has a tracking number.
    #[schema(required)]
    shipment: Option<TrackedBody>,
    /// The shipments, by number.
    #[schema(max_items = 32)]
    shipments: Vec<ShipmentBody>,
    /// What was ordered, at the prices of that moment.
    #[schema(min_items = 1, max_items = 100)]
    order_product: Vec<OrderProductBody>,
    /// Where mail about it goes, if that is known. In the answers about one order only, and with no `version`.
    #[schema(required = false, nullable = false)]
    email: Option<String>,
    /// Where it goes, if that is known. In the answers about one order only, and with no `version`.
    #[schema(required = false, nullable = false)]
    ship_to: Option<AddressBody>,
}

/// Who carries the first shipment.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = OrderShipment)]
#[expect(dead_code, reason = "the schema of what `order_json` writes")]
struct TrackedBody {
    /// Its number, which stays when the other fields change.
    #[schema(minimum = 1, example = 1)]
    id: i64,
    /// Who carries it.
    #[schema(example = "USPS")]
    shipping_provider: String,
    /// The carrier's number for it.
    #[schema(example = "23987239825")]
    tracking_number: String,
}

/// A line of an order.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = OrderProduct)]
#[expect(dead_code, reason = "the schema of what `order_json` writes")]
struct OrderProductBody {
    /// Its number.
    #[schema(minimum = 1, example = 1)]
    id: i64,
    /// Which product.
    #[schema(minimum = 1, example = 9)]
    product_id: i64,
    /// The price of one piece in the currency's minor unit, at the moment of ordering.
    #[schema(minimum = 0, example = 1999)]
    price: i64,
    /// How many pieces.
    #[schema(minimum = 1, maximum = 100_000, example = 7)]
    quantity: u32,
    /// How many of them have left.
    #[schema(minimum = 0, maximum = 100_000, example = 0)]
    shipped: u32,
    /// How many of them are cancelled.
    #[schema(minimum = 0, maximum = 100_000, example = 0)]
    cancelled: u32,
    /// Under which name it was ordered; null of orders from before that was kept.
    #[schema(required, example = "Bamboo cutting board")]
    name: Option<String>,
    /// Under which model it was sold.
    #[schema(required)]
    model: Option<String>,
    /// From where the name was; null where it is.
    #[schema(required, value_type = Option<NameFromBody>)]
    name_from: Option<NameFromBody<'static>>,
    /// Whose price it is: that of the order's marketplace.
    #[schema(example = "default")]
    price_from: String,
}

/// An order with its tag and what is known of the customer, for its owner.
#[must_use]
pub fn order(status: StatusCode, order: &Order) -> HttpResponse {
    tagged(status, order_text(order), order)
}

/// The body of an order with what is known of the customer: JSON, for its owner and for who sees every order.
#[must_use]
pub fn order_text(order: &Order) -> Vec<u8> {
    let mut body = Vec::with_capacity(ORDER_BYTES * (1 + order.shipments().len()));
    write_order(&mut body, order, Reader::Owner);
    body.pop();
    contact_json(&mut body, order.contact());
    body.push(b'}');
    body
}

/// An order with its tag, without what is known of the customer.
#[must_use]
pub fn bare_order(order: &Order) -> HttpResponse {
    let mut body = Vec::with_capacity(ORDER_BYTES * (1 + order.shipments().len()));
    write_order(&mut body, order, Reader::Owner);
    tagged(StatusCode::OK, body, order)
}

/// An answer with the tag of an order.
#[must_use]
pub fn tagged(status: StatusCode, body: Vec<u8>, order: &Order) -> HttpResponse {
    let mut response = ok_json(status, body);
    response.headers_mut().insert(header::ETAG, etag::of_order(order));
    response
}

/// Orders as an array.
#[must_use]
pub fn orders(orders: &[Order]) -> HttpResponse {
    let mut body = Vec::with_capacity(orders.len() * ORDER_BYTES + 2);
    body.push(b'[');
    for (index, order) in orders.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        order_json(&mut body, order);
    }
    body.push(b']');
    ok_json(StatusCode::OK, body)
}

/// A little more than most orders take.
pub const ORDER_BYTES: usize = 768;

/// Writes an order as lists show it.
pub fn order_json(out: &mut Vec<u8>, order: &Order) {
    write_order(out, order, Reader::Anyone);
}

/// Writes an order as `OrderBody` describes it, without what is known of the customer. By hand, since a page
/// holds hundreds of them: a derived writer looks through every field's name for characters to escape,
/// which takes as long as reading the order from the database.
fn write_order(out: &mut Vec<u8>, order: &Order, reader: Reader) {
    // Most orders have nothing of it.
    let is_plain = order.shipments().is_empty() && order.cancellations().is_empty();
    let tallies =
        if is_plain && order.status() != OrderStatus::Cancelled { Vec::new() } else { order.tallies() };
    number(out, "{\"id\":", order.id().get());
    number(out, ",\"userId\":", order.user().get());
    plain_text(out, ",\"orderDate\":\"", &moment(order.ordered_at()));
    plain_text(out, ",\"updatedAt\":\"", &moment(order.updated_at()));
    plain_text(out, ",\"status\":\"", order.status().as_str());
    plain_text(out, ",\"fulfillment\":\"", order.progress().fulfillment(&tallies).as_str());
    plain_text(out, ",\"currency\":\"", order.currency().code());
    number(out, ",\"total\":", order.total().minor_units());
    number(out, ",\"currentTotal\":", order.current_total().minor_units());
    sold_in_json(out, order.sold_in());
    if let Some(imported) = order.imported() {
        any_text(out, ",\"externalId\":", imported.external_id.as_str());
        plain_text(out, ",\"placedAt\":\"", &moment(imported.placed_at));
    }
    match order.tracked().and_then(|shipment| Some((shipment, shipment.tracking.as_ref()?))) {
        None => out.extend_from_slice(b",\"shipment\":null"),
        Some((shipment, tracking)) => {
            number(out, ",\"shipment\":{\"id\":", ShipmentId::of(order.id(), shipment.number).get());
            any_text(out, ",\"shippingProvider\":", tracking.provider());
            any_text(out, ",\"trackingNumber\":", tracking.number());
            out.push(b'}');
        }
    }
    out.extend_from_slice(b",\"shipments\":");
    shipments_json(out, order, reader);
    let mut before = ",\"orderProduct\":[{\"id\":";
    for (index, (id, line)) in order.lines().enumerate() {
        let tally = tallies.get(index).copied().unwrap_or_default();
        number(out, before, id.get());
        number(out, ",\"productId\":", line.product().get());
        number(out, ",\"price\":", line.price().minor_units());
        number(out, ",\"quantity\":", line.quantity().get().into());
        number(out, ",\"shipped\":", tally.shipped.into());
        number(out, ",\"cancelled\":", tally.cancelled.into());
        shown_json(out, line.shown(), order.sold_in().marketplace);
        before = "},{\"id\":";
    }
    out.extend_from_slice(b"}]}");
}

#[cfg(test)]
mod tests;
