use std::sync::Arc;

use OrderStatus::{Cancelled, Delivered, Pending, Processing, Shipped};
use chrono::TimeDelta;

use super::*;
use crate::{
    Actor, Became, Fulfillment, Happening, NewOrder, NotAllowed, OrderEvent, Product, Quantity, ShipmentId,
    ShipmentStatus, ShippingProvider, Step, Tracking, TrackingNumber, catalogue::product::ProductName,
};

mod events;
mod holdings;
mod placing;
mod rows;
mod shipping;
mod states;
mod walks;

/// So many microseconds after the moment at which the orders of these tests are placed.
fn at(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_341_600_123).unwrap() + TimeDelta::microseconds(micros)
}

/// An id, an amount, a quantity, … of a number.
fn n<T: TryFrom<i64, Error = InvalidInput>>(number: i64) -> T {
    number.try_into().unwrap()
}

/// A line for each price and quantity, of the products 1, 2, ….
fn picks(lines: &[(i64, i64)]) -> Vec<(Product, Quantity)> {
    let pick = |(id, &(price, quantity))| {
        let name = ProductName::parse("a thing").unwrap();
        (Product::uncounted(n(id), name, n(price), Currency::USD), n(quantity))
    };
    (1..).zip(lines).map(pick).collect()
}

fn new_order(lines: &[(i64, i64)]) -> Result<NewOrder, InvalidInput> {
    NewOrder::new(n(1), &picks(lines), at(0))
}

fn placed(lines: &[(i64, i64)]) -> Order {
    new_order(lines).unwrap().with_id(n(7))
}

fn shipment(number: &str) -> Tracking {
    Tracking::new(ShippingProvider::parse("USPS").unwrap(), TrackingNumber::parse(number).unwrap())
}

fn record(status: OrderStatus, tracking: Option<Tracking>) -> OrderRecord {
    let Order { id, user, ordered_at, currency, lines, .. } = placed(&[(1999, 7), (1399, 1)]);
    let (updated_at, version) = (at(1000), Version::try_from(5).unwrap());
    let progress = Progress::of_one_parcel(status, tracking, &lines, at(1000));
    let contact = Contact::default();
    OrderRecord {
        id,
        user,
        ordered_at,
        updated_at,
        currency,
        sold_in: (&crate::ChosenMarket::first()).into(),
        lines,
        progress,
        contact,
        imported: None,
        version,
    }
}

fn in_status(status: OrderStatus) -> Order {
    Order::restore(record(status, None)).unwrap()
}

/// The status that a refused change names; the change must have been refused.
fn refused(result: Result<Step, NotAllowed>) -> OrderStatus {
    match result {
        Err(NotAllowed::Status { status, .. } | NotAllowed::PartlyOut { status, .. }) => status,
        other => panic!("not refused: {other:?}"),
    }
}

/// Rows are the present status, columns the next: `+` a change, `=` a no-op, `-` refused.
#[test]
fn only_the_contracts_changes_of_status_are_allowed() {
    let matrix = [
        (Pending, "=++-+"),
        (Processing, "-=+-+"),
        (Shipped, "--=+-"),
        (Delivered, "---=-"),
        (Cancelled, "----="),
    ];
    for (from, row) in matrix {
        for (to, expected) in OrderStatus::ALL.into_iter().zip(row.chars()) {
            let before = in_status(from);
            let result = before.clone().advance(to, at(9000));
            match expected {
                '+' => {
                    let next = result.unwrap().into_order();
                    assert_eq!((next.status(), next.version().get()), (to, 6), "{from} -> {to}");
                    assert_eq!(next.updated_at(), at(9000));
                    assert_eq!((next.lines.clone(), next.total), (before.lines.clone(), before.total));
                }
                '=' => assert_eq!(result.unwrap(), Step::Same(before), "{from} -> {to}"),
                _ => assert_eq!(refused(result), from, "{from} -> {to}"),
            }
        }
    }
}

#[test]
fn cancelling_a_delivered_order_is_refused() {
    let error = in_status(Delivered).cancel(at(9000)).unwrap_err();
    assert_eq!(error.to_string(), "the order is delivered and cannot become cancelled");
}

#[test]
fn cancelling_is_advancing_to_cancelled() {
    for status in OrderStatus::ALL {
        for parcel in [None, Some(shipment("1"))] {
            let Ok(order) = Order::restore(record(status, parcel)) else { continue };
            let cancelled = order.clone().cancel(at(9000));
            let advanced = order.advance(Cancelled, at(9000));
            assert_eq!(format!("{cancelled:?}"), format!("{advanced:?}"), "{status}");
        }
    }
}

#[test]
fn tracking_is_allowed_until_the_end_of_life_and_leaves_the_status() {
    for status in OrderStatus::ALL {
        let before = in_status(status);
        let result = before.clone().track(shipment("1"), at(9000));
        if [Pending, Processing, Shipped].contains(&status) {
            let next = result.unwrap().into_order();
            assert_eq!((next.status(), next.tracking()), (status, Some(&shipment("1"))));
            assert_eq!((next.version().get(), next.updated_at()), (6, at(9000)), "{status}");
            assert_eq!(next.shipments().len(), 1);
        } else {
            assert_eq!(refused(result), status);
        }
    }
}

#[test]
fn another_shipment_takes_the_place_and_the_id_of_the_first() {
    let first = placed(&[(1, 1)]).track(shipment("1"), at(1000)).unwrap().into_order();
    let same = first.clone().track(shipment("1"), at(2000)).unwrap().into_order();
    assert_eq!(same, first);
    let second = same.track(shipment("2"), at(3000)).unwrap().into_order();
    assert_eq!((second.version(), second.updated_at()), (Version::try_from(3).unwrap(), at(3000)));
    let parcel = second.tracking().unwrap();
    assert_eq!((parcel.provider(), parcel.number()), ("USPS", "2"));
    let id = |order: &Order| ShipmentId::of(order.id(), order.tracked().unwrap().number);
    assert_eq!((id(&first), id(&second).get()), (id(&second), 7));
}

#[test]
fn the_shipment_stays_until_delivery_but_not_past_a_cancellation() {
    for (path, kept) in [
        (&[Processing, Shipped, Delivered][..], true),
        (&[Cancelled], false),
        (&[Processing, Cancelled], false),
    ] {
        let order = placed(&[(1, 1)]).track(shipment("1"), at(0)).unwrap().into_order();
        let order =
            path.iter().fold(order, |order, status| order.advance(*status, at(0)).unwrap().into_order());
        assert_eq!(order.tracking().is_some(), kept, "{path:?}");
    }
}

#[test]
fn a_clock_that_goes_backwards_never_moves_the_update_back() {
    let order = placed(&[(1, 1)]).advance(Processing, at(5000)).unwrap().into_order();
    let order = order.track(shipment("1"), at(-9000)).unwrap().into_order();
    assert_eq!((order.updated_at(), order.version()), (at(5000), Version::try_from(3).unwrap()));
    let order = order.cancel(at(4999)).unwrap().into_order();
    assert_eq!((order.updated_at(), order.version()), (at(5000), Version::try_from(4).unwrap()));
}

#[test]
fn an_order_as_placed_shows_nothing_of_what_happened_since() {
    let before = placed(&[(1999, 7), (1399, 1)]);
    let tracked = before.clone().track(shipment("1"), at(1000)).unwrap().into_order();
    for last in [Shipped, Cancelled] {
        assert_eq!(tracked.clone().advance(last, at(2000)).unwrap().into_order().as_placed(), before);
    }
}

#[test]
fn a_stored_order_whose_status_is_not_what_its_parcels_say_is_corrupt() {
    for stored in OrderStatus::ALL {
        for said in OrderStatus::ALL {
            let mut kept = record(stored, Some(shipment("1")));
            kept.progress.status = said;
            let both_open =
                |one: OrderStatus, other| [one, other].iter().all(|of| [Pending, Processing].contains(of));
            let restored = Order::restore(kept);
            if stored == said || both_open(stored, said) || (stored == Cancelled && both_open(said, said)) {
                assert_eq!(restored.map(|order| order.status()), Ok(said));
            } else {
                let message = format!("order 7 is {said}, and its parcels say otherwise");
                assert_eq!(restored.unwrap_err().to_string(), message, "{stored}");
            }
        }
    }
}

#[test]
fn versions_count_from_one() {
    assert_eq!((Version::try_from(1), Version::try_from(0).is_err()), (Ok(Version::FIRST), true));
}

/// What made an order what it is.
fn event(order: &Order, what: Happening, id: usize) -> OrderEvent {
    OrderEvent {
        id: n(i64::try_from(id).unwrap()),
        order: order.id(),
        version: order.version(),
        at: order.updated_at(),
        marketplace: crate::MarketplaceCode::DEFAULT,
        origin: Actor::System.into(),
        what,
        checkpoint: None,
    }
}
