//! Orders that are on their way, and what their customers are told.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use orders_adapters::outbound::mail::{Letters, Templates};
use orders_domain::{
    InvalidInput, NewShipment, Order, OrderProduct, OrderRecord, OrderStatus, Part, Progress, Shipment,
    ShipmentStatus, ShippingProvider, Tracking, TrackingNumber, Version,
    delivery::endpoint::{Notice, Template},
    order::contact::{Contact, Email},
    ports::Clock,
    shipment::cancellation::{Cancellation, CancellationReason},
};

/// A clock that stands.
pub struct Standing;

impl Clock for Standing {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_795_341_600_123).unwrap()
    }
}

pub fn letters(templates: Templates) -> Letters {
    Letters::new("The Shop <orders@shop.example>", templates, Arc::new(Standing)).unwrap()
}

fn n<T: TryFrom<i64, Error = InvalidInput>>(number: i64) -> T {
    number.try_into().unwrap()
}

fn part(line: u8, quantity: i64) -> Part {
    Part { line, quantity: n(quantity) }
}

fn parcel(number: i64, status: ShipmentStatus, tracking: Option<&str>, parts: &[Part]) -> Shipment {
    let tracking = tracking.map(|number| {
        Tracking::new(
            ShippingProvider::parse("Parcels & Co").unwrap(),
            TrackingNumber::parse(number).unwrap(),
        )
    });
    let new = NewShipment {
        status,
        from: None,
        tracking,
        weight: None,
        parts: parts.to_vec(),
        reasons: Vec::new(),
    };
    Shipment::new(n(number), new, Standing.now())
}

/// Of three lines the first left yesterday and today, the second is planned, and one piece of the third is not
/// wanted any more.
fn order(currency: &str, to: &str) -> Order {
    let line = |product, price, quantity| OrderProduct::new(n(product), n(price), n(quantity));
    let shipments = vec![
        parcel(1, ShipmentStatus::Shipped, Some("yesterday"), &[part(0, 1)]),
        parcel(2, ShipmentStatus::Shipped, Some("1Z 999 <b>"), &[part(0, 2), part(2, 1)]),
        parcel(3, ShipmentStatus::Shipped, None, &[part(2, 1)]),
        parcel(4, ShipmentStatus::Planned, None, &[part(1, 2)]),
    ];
    let cancellation =
        Cancellation { reason: CancellationReason::ALL[0], note: None, parts: vec![part(2, 1)] };
    let record = OrderRecord {
        sold_in: orders_domain::SoldIn::BEFORE,
        id: n(7),
        user: n(1),
        ordered_at: Standing.now(),
        updated_at: Standing.now(),
        currency: currency.parse().unwrap(),
        lines: vec![line(9, 1999, 3), line(1, 5, 2), line(4, 100_000, 4)],
        progress: Progress { status: OrderStatus::Processing, shipments, cancellations: vec![cancellation] },
        contact: Contact { email: Some(Email::parse(to).unwrap()), ship_to: None },
        imported: None,
        version: Version::FIRST,
    };
    Order::restore(record).unwrap()
}

/// What this customer is told of the second and the third parcel.
pub fn notice(to: &str) -> Notice {
    Notice {
        event: n(4711),
        trace: None,
        template: Template::Shipped,
        to: Email::parse(to).unwrap(),
        order: order("EUR", to),
        parcels: vec![n(2), n(3)],
        names: vec![Some("Blue <Mug> & Saucer".to_owned()), None, Some("Tasse, größer".to_owned())],
    }
}

/// The same in another currency.
pub fn notice_in(currency: &str) -> Notice {
    let to = "customer@mail.example";
    Notice { order: order(currency, to), ..notice(to) }
}
