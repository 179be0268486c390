//! The JSON bodies that clients get.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use chrono::{DateTime, Utc};
use orders_domain::{Order, OrderShipment};
use utoipa::ToSchema;

use crate::http::{
    etag,
    writing::{any_text, moment, number, ok_json, plain_text},
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

/// An order.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = Order, example = json!({
    "id": 1, "userId": 1, "orderDate": "2026-11-22T10:00:00.000Z", "updatedAt": "2026-11-22T10:00:00.000Z",
    "status": "pending", "currency": "USD", "total": 15392, "shipment": null,
    "orderProduct": [
        {"id": 1, "productId": 9, "price": 1999, "quantity": 7},
        {"id": 2, "productId": 1, "price": 1399, "quantity": 1},
    ],
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
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: String,
    /// Σ price × quantity in the currency's minor unit.
    #[schema(minimum = 0)]
    total: i64,
    /// The parcel, once there is one.
    #[schema(required)]
    shipment: Option<ShipmentBody>,
    /// What was ordered, at the prices of that moment.
    #[schema(min_items = 1, max_items = 100)]
    order_product: Vec<OrderProductBody>,
}

/// A parcel.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = OrderShipment)]
#[expect(dead_code, reason = "the schema of what `order_json` writes")]
struct ShipmentBody {
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
}

/// An order with its tag.
#[must_use]
pub fn order(status: StatusCode, order: &Order) -> HttpResponse {
    let mut body = Vec::with_capacity(ORDER_BYTES);
    order_json(&mut body, order);
    let mut response = ok_json(status, body);
    response.headers_mut().insert(header::ETAG, etag::of(order.version()));
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
pub const ORDER_BYTES: usize = 512;

/// Writes an order as `OrderBody` describes it. By hand, since a page holds hundreds of them: a
/// derived writer looks through every field's name for characters to escape, which takes as long
/// as reading the order from the database.
pub fn order_json(out: &mut Vec<u8>, order: &Order) {
    number(out, "{\"id\":", order.id().get());
    number(out, ",\"userId\":", order.user().get());
    plain_text(out, ",\"orderDate\":\"", &moment(order.ordered_at()));
    plain_text(out, ",\"updatedAt\":\"", &moment(order.updated_at()));
    plain_text(out, ",\"status\":\"", order.status().as_str());
    plain_text(out, ",\"currency\":\"", order.currency().code());
    number(out, ",\"total\":", order.total().minor_units());
    match order.shipment() {
        None => out.extend_from_slice(b",\"shipment\":null"),
        Some(shipment) => {
            number(out, ",\"shipment\":{\"id\":", OrderShipment::id_in(order.id()).get());
            any_text(out, ",\"shippingProvider\":", shipment.provider());
            any_text(out, ",\"trackingNumber\":", shipment.tracking_number());
            out.push(b'}');
        }
    }
    let mut before = ",\"orderProduct\":[{\"id\":";
    for (id, line) in order.lines() {
        number(out, before, id.get());
        number(out, ",\"productId\":", line.product().get());
        number(out, ",\"price\":", line.price().minor_units());
        number(out, ",\"quantity\":", line.quantity().get().into());
        before = "},{\"id\":";
    }
    out.extend_from_slice(b"}]}");
}

#[cfg(test)]
mod tests {
    use orders_domain::{
        Currency, Money, OrderProduct, OrderRecord, OrderStatus, Quantity, ShippingProvider, TrackingNumber,
        Version,
    };
    use serde_json::{Value, json};

    use super::*;

    fn written(shipment: Option<(&str, &str)>, lines: &[(i64, i64, i64)]) -> Value {
        let line = |&(product, price, quantity): &(i64, i64, i64)| {
            OrderProduct::new(
                product.try_into().unwrap(),
                Money::try_from(price).unwrap(),
                Quantity::try_from(quantity).unwrap(),
            )
        };
        let order = Order::restore(OrderRecord {
            id: 7.try_into().unwrap(),
            user: i64::MAX.try_into().unwrap(),
            ordered_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::from_timestamp_millis(1_700_000_000_120).unwrap(),
            status: OrderStatus::Processing,
            currency: Currency::USD,
            lines: lines.iter().map(line).collect(),
            shipment: shipment.map(|(provider, number)| {
                OrderShipment::new(
                    ShippingProvider::parse(provider).unwrap(),
                    TrackingNumber::parse(number).unwrap(),
                )
            }),
            version: Version::FIRST,
        });
        let mut out = Vec::new();
        order_json(&mut out, &order.unwrap());
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn an_order_is_written_with_exactly_the_fields_of_the_contract() {
        assert_eq!(
            written(None, &[(9, 1999, 7), (1, 1399, 1)]),
            json!({
                "id": 7, "userId": 9_223_372_036_854_775_807_i64, "orderDate": "1970-01-01T00:00:00.000Z",
                "updatedAt": "2023-11-14T22:13:20.120Z", "status": "processing", "currency": "USD",
                "total": 15392, "shipment": null,
                "orderProduct": [
                    {"id": 601, "productId": 9, "price": 1999, "quantity": 7},
                    {"id": 602, "productId": 1, "price": 1399, "quantity": 1},
                ],
            })
        );
    }

    #[test]
    fn what_clients_wrote_is_escaped() {
        let (provider, number) = (r#"A "B" \C"#, "é\u{2028}/<>");
        let order = written(Some((provider, number)), &[(1, 0, 1)]);
        assert_eq!(
            order["shipment"],
            json!({"id": 7, "shippingProvider": provider, "trackingNumber": number})
        );
    }
}
