use super::*;
use crate::{money::Money, order::progress::Became, quantity::Quantity, stock::movement::MovementKind};

fn n<T: TryFrom<i64, Error: std::fmt::Debug>>(number: i64) -> T {
    number.try_into().unwrap()
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

fn event(version: i64, what: Happening) -> StoredEvent {
    StoredEvent { id: 10 + version, version, at: at(version), marketplace: None, said: Some((what, None)) }
}

fn moved(from: OrderStatus, to: OrderStatus) -> Happening {
    let fulfillment =
        if to == OrderStatus::Shipped { Fulfillment::Shipped } else { Fulfillment::Unfulfilled };
    Happening::Moved(Became { from, to, fulfillment })
}

/// An order of two pieces of one product that was shipped.
fn shipped() -> StoredOrder {
    let line = OrderProduct::new(n(3), Money::try_from(500).unwrap(), Quantity::try_from(2).unwrap());
    let lines = vec![line];
    let placed = Happening::Placed { lines: [(n(3), Quantity::try_from(2).unwrap())].into() };
    let events = vec![
        event(1, placed),
        event(2, moved(OrderStatus::Pending, OrderStatus::Processing)),
        event(3, moved(OrderStatus::Processing, OrderStatus::Shipped)),
    ];
    let mut progress = Progress::PLACED;
    for event in &events {
        progress = progress.take(&event.said.as_ref().unwrap().0, &lines, event.at).unwrap();
    }
    StoredOrder {
        id: n(7),
        ordered_at: at(1),
        updated_at: at(3),
        version: 3,
        marketplace: None,
        are_lines_numbered: true,
        fulfillment: progress.kept_fulfillment(&lines),
        current_total: None,
        lines,
        progress,
        cancelled_by: Vec::new(),
        events,
        movements: Vec::new(),
    }
}

fn kinds(order: &StoredOrder) -> Vec<Kind> {
    order.differences().into_iter().map(|found| found.kind).collect()
}

#[track_caller]
fn assert_found(change: impl FnOnce(&mut StoredOrder), expected: &[Kind]) {
    let mut order = shipped();
    assert_eq!(order.differences(), []);
    change(&mut order);
    assert_eq!(kinds(&order), expected, "{:?}", order.differences());
}

#[test]
fn the_rows_are_compared_with_what_the_events_add_up_to() {
    assert_found(|order| order.progress.status = OrderStatus::Delivered, &[Kind::OrderStatus]);
    assert_found(|order| order.updated_at = at(4), &[Kind::OrderUpdated]);
    assert_found(|order| order.progress.shipments[0].shipped_at = Some(at(9)), &[Kind::OrderParcel]);
    assert_found(|order| order.progress.shipments.clear(), &[Kind::OrderParcel]);
    assert_found(|order| order.fulfillment = None, &[Kind::OrderFulfillment]);
    assert_found(|order| order.current_total = Some(1), &[Kind::OrderCurrentTotal]);
    let second = |order: &mut StoredOrder| {
        let mut parcel = order.progress.shipments[0].clone();
        parcel.number = n(2);
        order.progress.shipments.push(parcel);
    };
    assert_found(second, &[Kind::OrderParcelBeyond]);
}

#[test]
fn each_version_has_one_event_in_order() {
    assert_found(|order| drop(order.events.remove(1)), &[Kind::OrderEventMissing]);
    assert_found(|order| order.version = 4, &[Kind::OrderEventMissing]);
    assert_found(|order| order.events.clear(), &[Kind::OrderWithoutEvents]);
    assert_found(|order| order.events[1].id = 99, &[Kind::OrderEventOrder]);
    assert_found(|order| order.events[1].marketplace = Some("de".to_owned()), &[Kind::OrderEventMarketplace]);
    // One whose text cannot be read was found before.
    assert_found(|order| order.events[1].said = None, &[]);
    let delivered = |order: &mut StoredOrder| {
        order.events[1] = event(2, moved(OrderStatus::Shipped, OrderStatus::Delivered));
    };
    assert_found(delivered, &[Kind::OrderEventImpossible]);
    let wrong = |order: &mut StoredOrder| {
        order.events[1].said.as_mut().unwrap().1 = Some(Box::new(Progress::PLACED));
    };
    assert_found(wrong, &[Kind::OrderCheckpoint]);
}

#[test]
fn an_order_that_is_behind_its_events_is_what_it_was_then_and_becomes_what_it_should_be() {
    let mut order = shipped();
    let whole = order.clone();
    order.version = 2;
    order.updated_at = at(2);
    order.progress = Progress { status: OrderStatus::Processing, ..Progress::PLACED };
    order.fulfillment = None;
    assert_eq!(kinds(&order), [Kind::OrderEventBeyond]);
    let recomputed = order.recomputed().unwrap();
    assert_eq!((recomputed.progress, recomputed.version), (whole.progress, 3));
    assert_eq!(recomputed.updated_at, whole.updated_at);
}

#[test]
fn lines_are_those_that_were_placed() {
    assert_found(|order| order.lines.push(order.lines[0].clone()), &[Kind::OrderLines]);
    assert_found(|order| order.are_lines_numbered = false, &[Kind::OrderLines]);
    assert_found(|order| order.ordered_at = at(0), &[Kind::OrderDate]);
    let dear = OrderProduct::new(n(3), Money::try_from(i64::MAX).unwrap(), Quantity::try_from(2).unwrap());
    assert_found(|order| order.lines[0] = dear, &[Kind::OrderTotal]);
}

#[test]
fn lines_hold_what_is_neither_out_nor_cancelled() {
    use MovementKind::{Reserved, Shipped};

    let moves = |kinds: &'static [MovementKind]| {
        move |order: &mut StoredOrder| {
            let moved = |(id, kind): (i64, &MovementKind)| OfLine {
                id: n(id),
                line: n(601),
                product: n(3),
                location: n(1),
                kind: *kind,
                quantity: 2,
            };
            order.movements = (1..).zip(kinds).map(moved).collect();
        }
    };
    assert_found(moves(&[Reserved, Shipped]), &[]);
    assert_found(moves(&[Reserved]), &[Kind::OrderHeld]);
    assert_found(moves(&[Reserved, Shipped, Shipped]), &[Kind::OrderHeld]);
    let other = |order: &mut StoredOrder| {
        moves(&[Reserved, Shipped])(order);
        order.movements[0].product = n(4);
    };
    assert_found(other, &[Kind::OrderMovement]);
}

#[test]
fn without_events_that_tell_rows_are_compared_with_each_other() {
    assert_found(
        |order| {
            order.events.clear();
            order.progress.status = OrderStatus::Pending;
        },
        &[Kind::OrderWithoutEvents, Kind::OrderStanding],
    );
    assert_found(
        |order| {
            order.events.clear();
            order.progress.shipments.push(order.progress.shipments[0].clone());
        },
        &[Kind::OrderWithoutEvents, Kind::OrderOverbooked],
    );
}
