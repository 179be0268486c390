//! Walks through the life of an order, made at random.

use proptest::prelude::*;

use super::{
    shipping::{parcel, part},
    *,
};
use crate::{Part, ShipmentChange, order::contact::Email, shipment::cancellation::CancellationReason};

#[derive(Debug, Clone)]
enum Change {
    Advance(OrderStatus),
    Cancel,
    Track(u8),
    Ship(ShipmentStatus, Vec<(u8, i64)>),
    Move(i64, ShipmentStatus),
    Unwant(u8, i64),
    Reach(bool),
}

fn any_change() -> impl Strategy<Value = Change> {
    let parts = prop::collection::vec((0..3_u8, 1..=60_000_i64), 0..3);
    let statuses = prop::sample::select(ShipmentStatus::ALL.to_vec());
    let first = prop::sample::select(vec![ShipmentStatus::Planned, ShipmentStatus::Shipped]);
    prop_oneof![
        2 => prop::sample::select(OrderStatus::ALL.to_vec()).prop_map(Change::Advance),
        1 => Just(Change::Cancel),
        4 => (0..3_u8).prop_map(Change::Track),
        4 => (first, parts).prop_map(|(status, parts)| Change::Ship(status, parts)),
        4 => (1..4_i64, statuses).prop_map(|(number, status)| Change::Move(number, status)),
        3 => (0..3_u8, 1..=50_000_i64).prop_map(|(line, pieces)| Change::Unwant(line, pieces)),
        1 => any::<bool>().prop_map(Change::Reach),
    ]
}

fn pieces(parts: &[(u8, i64)]) -> Vec<Part> {
    parts.iter().map(|(line, pieces)| part(*line, *pieces)).collect()
}

fn taken(order: Order, change: &Change, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
    match change {
        Change::Advance(next) => order.advance(*next, now),
        Change::Cancel => order.cancel(now),
        Change::Track(number) => order.track(shipment(&number.to_string()), now),
        Change::Ship(status, parts) => order.ship(parcel(*status, pieces(parts)), now),
        Change::Move(number, status) => {
            let change = ShipmentChange { status: Some(*status), ..ShipmentChange::default() };
            order.change_shipment(n(*number), &change, now)
        }
        Change::Unwant(line, pieces) => {
            order.cancel_parts(CancellationReason::Staff, vec![part(*line, *pieces)], None, now)
        }
        Change::Reach(known) => {
            let email = known.then(|| Email::parse("a@b").ok()).flatten();
            order.reach(Contact { email, ship_to: None }, now)
        }
    }
}

proptest! {
    #[test]
    fn no_walk_through_the_life_of_an_order_breaks_its_rules(
        lines in prop::collection::vec((0..1_000_000_i64, 1..=100_000_i64), 1..4),
        walk in prop::collection::vec((any_change(), -9_000_000..9_000_000_i64), 0..60),
    ) {
        let first = placed(&lines);
        let sum: i64 = lines.iter().map(|(price, quantity)| price * quantity).sum();
        let mut order = first.clone();
        let mut events = vec![event(&first, Happening::placing(&first), 1)];
        for (change, micros) in walk {
            let before = order.clone();
            match taken(order.clone(), &change, at(micros)) {
                Ok(Step::Same(same)) => prop_assert_eq!(&same, &before),
                Ok(Step::Changed(changed)) => {
                    let next = changed.order().clone();
                    prop_assert_ne!((&next.progress, &next.contact), (&before.progress, &before.contact));
                    prop_assert_eq!(changed.seen(), before.version);
                    prop_assert_eq!(next.version.get(), before.version.get() + 1);
                    prop_assert!(next.updated_at >= before.updated_at);
                    let checkpoint = changed.checkpoint().cloned().map(Box::new);
                    prop_assert_eq!(checkpoint.is_some(), next.version.get() % OrderEvent::CHECKPOINT == 0);
                    let said = event(&next, changed.what().clone(), events.len() + 1);
                    events.push(OrderEvent { checkpoint, ..said });
                    order = next;
                }
                Err(_) => prop_assert_eq!(&order, &before),
            }
            prop_assert_eq!(order.total.minor_units(), sum);
            prop_assert!(order.current_total() <= order.total());
            let tallies = order.tallies();
            let adds_up =
                tallies.iter().all(|tally| tally.remaining() + tally.shipped + tally.cancelled == tally.ordered);
            prop_assert!(adds_up, "{:?}", tallies);
            prop_assert_eq!(&order.clone().as_placed().progress, &first.progress);
            prop_assert_eq!(&order.clone().as_of(&events), &Ok(Some(order.clone())));
            prop_assert_eq!(order.clone().as_of(&events[..1]).unwrap().unwrap().progress, first.progress.clone());
            let bare: Vec<_> =
                events.iter().map(|event| OrderEvent { checkpoint: None, ..event.clone() }).collect();
            prop_assert_eq!(&order.clone().as_of(&bare), &Ok(Some(order.clone())));
            let last = &events[events.len().saturating_sub(OrderEvent::TELLING)..];
            prop_assert_eq!(&order.clone().as_of(last), &Ok(Some(order.clone())));
        }
    }
}
