//! Every state that a small order can come to.

use std::collections::{BTreeMap, VecDeque};

use super::{
    shipping::{parcel, part},
    *,
};
use crate::{
    NewShipment, Part, Proposal, ShipmentChange,
    order::progress::{Progress, Tally},
    shipment::cancellation::CancellationReason,
};

/// The most parcels that an order of these tests comes to.
const PARCELS: usize = 3;

/// How many things are done to an order.
const VERBS: usize = 6;

/// How far an order has come, without moments and without what was cancelled when.
fn state(order: &Order) -> String {
    let parcel = |parcel: &Shipment| {
        let parts: Vec<_> = parcel.parts.iter().map(|part| (part.line, part.quantity.get())).collect();
        // What a cancelled one was to hold makes no difference.
        if parcel.status == ShipmentStatus::Cancelled {
            "-".to_owned()
        } else {
            format!("{} {parts:?}", parcel.status)
        }
    };
    let parcels: Vec<_> = order.shipments().iter().map(parcel).collect();
    let cancelled: Vec<_> = order.tallies().iter().map(|tally| tally.cancelled).collect();
    format!("{} {parcels:?} {cancelled:?}", order.status())
}

/// One piece of each line, all of each line, and all that there is.
fn choices(pieces: &[u32]) -> Vec<Vec<Part>> {
    let mut choices = Vec::new();
    for (line, pieces) in (0..).zip(pieces) {
        let all = i64::from(*pieces);
        for taken in [1, all] {
            if (1..=all).contains(&taken) && !choices.contains(&vec![part(line, taken)]) {
                choices.push(vec![part(line, taken)]);
            }
        }
    }
    let all: Vec<Part> = (0..)
        .zip(pieces)
        .filter(|(_, pieces)| **pieces > 0)
        .map(|(line, pieces)| part(line, i64::from(*pieces)))
        .collect();
    if all.len() > 1 {
        choices.push(all);
    }
    choices
}

/// All that can be done to an order, allowed or not.
fn verbs(order: &Order) -> Vec<Result<Step, NotAllowed>> {
    let then = at(9000);
    let mut all = vec![order.clone().cancel(then), order.clone().track(shipment("1"), then)];
    all.extend(OrderStatus::ALL.map(|status| order.clone().advance(status, then)));
    let tallies = order.tallies();
    let open: Vec<u32> = tallies.iter().map(Tally::open).collect();
    if order.shipments().len() < PARCELS {
        for parts in choices(&open) {
            for status in [ShipmentStatus::Planned, ShipmentStatus::Shipped] {
                all.push(order.clone().ship(parcel(status, parts.clone()), then));
            }
            let parcels: Vec<NewShipment> = vec![parcel(ShipmentStatus::Planned, parts)];
            let proposal = Proposal { parcels, unplaced: Vec::new(), exact: true, alternatives: Vec::new() };
            all.push(order.clone().plan(proposal, then));
        }
    }
    for number in 1..=i64::try_from(order.shipments().len()).unwrap() {
        for status in ShipmentStatus::ALL {
            let change = ShipmentChange { status: Some(status), ..ShipmentChange::default() };
            all.push(order.clone().change_shipment(n(number), &change, then));
        }
    }
    let left: Vec<u32> = tallies.iter().map(Tally::remaining).collect();
    for parts in choices(&left) {
        all.push(order.clone().cancel_parts(CancellationReason::Other, parts, None, then));
    }
    all
}

/// What status and fulfillment go with which pieces, as the contract has it: whether something is open or planned,
/// and how many parcels are on their way and have arrived.
fn expected(
    status: OrderStatus,
    left: bool,
    on_the_way: usize,
    arrived: usize,
) -> (OrderStatus, Fulfillment) {
    match (left, on_the_way, arrived) {
        (true, 0, 0) if status == Processing => (Processing, Fulfillment::Unfulfilled),
        (true, 0, 0) => (Pending, Fulfillment::Unfulfilled),
        (false, 0, 0) => (Cancelled, Fulfillment::Unfulfilled),
        (true, 1.., 0) => (Processing, Fulfillment::PartiallyShipped),
        (true, _, 1..) => (Processing, Fulfillment::PartiallyDelivered),
        (false, 1.., 0) => (Shipped, Fulfillment::Shipped),
        (false, 1.., 1..) => (Shipped, Fulfillment::PartiallyDelivered),
        (false, 0, 1..) => (Delivered, Fulfillment::Delivered),
    }
}

fn assert_declared(order: &Order) {
    let mut left = false;
    for (tally, (_, line)) in order.tallies().iter().zip(order.lines()) {
        assert_eq!(tally.ordered, line.quantity().get());
        assert_eq!(
            tally.open() + tally.planned + tally.shipped + tally.cancelled,
            tally.ordered,
            "{order:?}"
        );
        left |= tally.open() + tally.planned > 0;
    }
    let count = |status| order.shipments().iter().filter(|parcel| parcel.status == status).count();
    let declared =
        expected(order.status(), left, count(ShipmentStatus::Shipped), count(ShipmentStatus::Delivered));
    assert_eq!((order.status(), order.fulfillment()), declared, "{order:?}");
    assert!(order.status() != Cancelled || count(ShipmentStatus::Planned) == 0, "{order:?}");
    let Order { id, user, ordered_at, updated_at, currency, lines, progress, contact, version, .. } =
        order.clone();
    let kept = OrderRecord { id, user, ordered_at, updated_at, currency, lines, progress, contact, version };
    assert_eq!(Order::restore(kept).as_ref(), Ok(order));
}

/// How many states there are, and how many of them are ends.
fn walk(pieces: &[i64]) -> (usize, usize) {
    let lines: Vec<_> = pieces.iter().map(|pieces| (1, *pieces)).collect();
    let first = placed(&lines);
    let mut seen = BTreeMap::from([(state(&first), 0)]);
    let mut queue = VecDeque::from([(first, 0)]);
    let mut ends = 0;
    while let Some((order, depth)) = queue.pop_front() {
        assert_declared(&order);
        let mut exits = 0;
        for result in verbs(&order) {
            let Ok(Step::Changed(changed)) = result else { continue };
            exits += usize::from(state(changed.order()) != state(&order));
            let next = changed.into_order();
            assert_eq!(next.version().get(), order.version().get() + 1);
            if depth < VERBS && next.shipments().len() <= PARCELS && !seen.contains_key(&state(&next)) {
                seen.insert(state(&next), depth + 1);
                queue.push_back((next, depth + 1));
            }
        }
        let is_end = [Delivered, Cancelled].contains(&order.status());
        // With so many parcels that no test makes another one it may have none.
        assert!(exits > 0 || is_end || order.shipments().len() >= PARCELS, "{order:?} has no exit");
        assert!(!is_end || exits == 0, "{order:?} goes on after its end");
        ends += usize::from(is_end);
    }
    (seen.len(), ends)
}

#[test]
fn every_state_of_small_orders_is_declared_loses_no_piece_and_has_an_exit_or_is_an_end() {
    let mut states = 0;
    for first in 1..=3 {
        assert!(walk(&[first]).1 > 2);
        for second in 1..=first {
            states += walk(&[first, second]).0;
        }
    }
    assert!(states > 1_000, "{states}");
    // Three lines have many states: one piece each, and of each of the others.
    for pieces in [[1, 1, 1], [2, 1, 1]] {
        assert!(walk(&pieces).0 > 500);
    }
}

#[test]
fn what_is_declared_covers_all_that_parcels_can_say() {
    let lines = [OrderProduct::new(n(1), n(1), n(2))];
    for planned in 0..=2_u32 {
        for way in 0..=2_u32 {
            for arrived in 0..=2_u32 {
                let mut progress = Progress::PLACED;
                for (status, pieces) in [
                    (ShipmentStatus::Planned, planned),
                    (ShipmentStatus::Shipped, way),
                    (ShipmentStatus::Delivered, arrived),
                ] {
                    if pieces > 0 && planned + way + arrived <= 2 {
                        let number = crate::ShipmentNumber::after(progress.shipments.len()).unwrap();
                        let mut made =
                            Shipment::new(number, parcel(status, vec![part(0, pieces.into())]), at(0));
                        made.delivered_at = (status == ShipmentStatus::Delivered).then(|| at(0));
                        progress.shipments.push(made);
                    }
                }
                let tallies = progress.tallies(&lines);
                let left = tallies[0].remaining() > 0;
                let count =
                    |status| progress.shipments.iter().filter(|parcel| parcel.status == status).count();
                let (way, arrived) = (count(ShipmentStatus::Shipped), count(ShipmentStatus::Delivered));
                assert_eq!(progress.standing(&tallies), expected(Pending, left, way, arrived));
            }
        }
    }
}
