//! Orders and what belongs to them, made by hand; for every test of this crate.

use chrono::{DateTime, TimeDelta, Utc};
use orders_domain::{
    Actor, Currency, Fingerprint, Idempotency, InvalidInput, NewOrder, Origin, Product, Quantity,
    ShippingProvider, Step, Tracking, TrackingNumber,
    catalogue::product::ProductName,
    ports::{Change, Commit},
};

/// An id, a quantity, an amount, … of a number.
pub fn n<T: TryFrom<i64, Error = InvalidInput>>(number: i64) -> T {
    number.try_into().unwrap()
}

/// So many milliseconds after the hour at which the tests begin.
pub fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_341_600_000).unwrap() + TimeDelta::milliseconds(millis)
}

/// A line of an order to be: a product at a price, and how many of it.
pub fn line(product: i64, price: i64, quantity: i64) -> (Product, Quantity) {
    let name = ProductName::parse("a thing").unwrap();
    (Product::uncounted(n(product), name, n(price), Currency::USD), n(quantity))
}

/// An order of two lines.
pub fn new_order(user: i64, now: DateTime<Utc>) -> NewOrder {
    NewOrder::new(n(user), &[line(9, 1999, 7), line(1, 1399, 1)], now).unwrap()
}

/// A key that came with one of 256 possible bodies.
pub fn key(text: &str, body: u8) -> Idempotency {
    Idempotency { key: text.parse().unwrap(), fingerprint: Fingerprint([body; 32]) }
}

/// A parcel by its number.
pub fn parcel(number: &str) -> Tracking {
    Tracking::new(ShippingProvider::parse("USPS").unwrap(), TrackingNumber::parse(number).unwrap())
}

/// The placing of an order by its user, at its date.
pub fn placing(order: NewOrder, made_by: Option<Idempotency>) -> Commit {
    let (origin, now) = (Actor::User(order.user()).into(), order.ordered_at());
    Commit { change: Change::Place(order), origin, made_by, handled: None, now }
}

/// A change of an order by its user, at its date; it must change something.
pub fn changing(step: Step, made_by: Option<Idempotency>) -> Commit {
    let Step::Changed(changed) = step else { panic!("nothing changes: {step:?}") };
    let origin = Origin::from(Actor::User(changed.order().user()));
    let now = changed.order().updated_at();
    Commit { change: Change::Order(changed), origin, made_by, handled: None, now }
}
