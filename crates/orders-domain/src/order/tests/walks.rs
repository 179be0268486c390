//! Walks through the life of an order, made at random.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone, Copy)]
enum Change {
    Advance(OrderStatus),
    Cancel,
    Track(u8),
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => prop::sample::select(OrderStatus::ALL.to_vec()).prop_map(Change::Advance),
        1 => Just(Change::Cancel),
        4 => (0..3_u8).prop_map(Change::Track),
    ]
}

proptest! {
    #[test]
    fn no_walk_through_the_life_of_an_order_breaks_its_rules(
        lines in prop::collection::vec((0..1_000_000_i64, 1..=100_000_i64), 1..6),
        walk in prop::collection::vec((any_change(), -9_000_000..9_000_000_i64), 0..16),
    ) {
        let first = placed(&lines);
        let sum: i64 = lines.iter().map(|(price, quantity)| price * quantity).sum();
        let mut order = first.clone();
        let mut events = vec![event(&first, Happening::placing(&first), 1)];
        for (change, micros) in walk {
            let before = order.clone();
            let result = match change {
                Change::Advance(next) => order.clone().advance(next, at(micros)),
                Change::Cancel => order.clone().cancel(at(micros)),
                Change::Track(number) => order.clone().track(shipment(&number.to_string()), at(micros)),
            };
            match result {
                Ok(Step::Same(same)) => prop_assert_eq!(&same, &before),
                Ok(Step::Changed(changed)) => {
                    let next = changed.order().clone();
                    prop_assert_ne!((next.status, &next.shipment), (before.status, &before.shipment));
                    prop_assert_eq!(changed.seen(), before.version);
                    prop_assert_eq!(next.version.get(), before.version.get() + 1);
                    prop_assert!(next.updated_at >= before.updated_at);
                    events.push(event(&next, changed.what().clone(), events.len() + 1));
                    order = next;
                }
                refusal => {
                    prop_assert_eq!(refused(refusal), before.status);
                    prop_assert_eq!(&order, &before);
                }
            }
            prop_assert!(order.status != Cancelled || order.shipment.is_none());
            prop_assert_eq!(order.total.minor_units(), sum);
            prop_assert_eq!(&order.clone().as_placed(), &first);
            prop_assert_eq!(&order.clone().as_of(&events), &Ok(Some(order.clone())));
            prop_assert_eq!(&order.clone().as_of(&events[..1]), &Ok(Some(first.clone())));
            let last = &events[events.len().saturating_sub(OrderEvent::TELLING)..];
            prop_assert_eq!(&first.clone().as_of(last), &Ok(Some(order.clone())));
        }
    }
}
