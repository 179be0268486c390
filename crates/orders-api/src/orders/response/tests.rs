use orders_domain::{
    Currency, Money, OrderProduct, OrderRecord, OrderStatus, Progress, Quantity, ShippingProvider, Tracking,
    TrackingNumber, Version, order::contact::Contact,
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
    let lines: Vec<_> = lines.iter().map(line).collect();
    let tracking = shipment.map(|(provider, number)| {
        Tracking::new(ShippingProvider::parse(provider).unwrap(), TrackingNumber::parse(number).unwrap())
    });
    let at = DateTime::UNIX_EPOCH;
    let order = Order::restore(OrderRecord {
        id: 7.try_into().unwrap(),
        user: i64::MAX.try_into().unwrap(),
        ordered_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::from_timestamp_millis(1_700_000_000_120).unwrap(),
        currency: Currency::USD,
        progress: Progress::of_one_parcel(OrderStatus::Processing, tracking, &lines, at),
        contact: Contact::default(),
        lines,
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
            "updatedAt": "2023-11-14T22:13:20.120Z", "status": "processing",
            "fulfillment": "unfulfilled", "currency": "USD", "total": 15392, "currentTotal": 15392,
            "shipment": null, "shipments": [],
            "orderProduct": [
                {"id": 601, "productId": 9, "price": 1999, "quantity": 7, "shipped": 0, "cancelled": 0},
                {"id": 602, "productId": 1, "price": 1399, "quantity": 1, "shipped": 0, "cancelled": 0},
            ],
        })
    );
}

#[test]
fn what_clients_wrote_is_escaped() {
    let (provider, number) = (r#"A "B" \C"#, "é\u{2028}/<>");
    let order = written(Some((provider, number)), &[(1, 0, 1)]);
    assert_eq!(order["shipment"], json!({"id": 7, "shippingProvider": provider, "trackingNumber": number}));
}
