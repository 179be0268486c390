//! Walks through the life of an order, made at random.

use proptest::prelude::*;

use super::{
    rows::Rows,
    shipping::{parcel, part},
    *,
};
use crate::{
    Part, Patch, Proposal, ShipmentChange,
    order::contact::Email,
    shipment::cancellation::{CancellationReason, Note},
};

#[derive(Debug, Clone)]
enum Change {
    Advance(OrderStatus),
    Cancel,
    Track(u8),
    Ship(ShipmentStatus, Vec<(u8, i64)>),
    Plan(Vec<(u8, i64)>),
    Move(i64, ShipmentStatus),
    Carry(i64, u8),
    Unwant(u8, i64),
    Reach(bool),
}

fn any_change() -> impl Strategy<Value = Change> {
    let ends = prop_oneof![
        2 => prop::sample::select(OrderStatus::ALL.to_vec()).prop_map(Change::Advance),
        1 => Just(Change::Cancel),
    ];
    prop_oneof![3 => ends, 17 => goes_on(1..4, 60_000)]
}

/// What can be done to an order again and again: to parcels of these numbers, with so many pieces at most.
fn goes_on(numbers: std::ops::Range<i64>, most: i64) -> impl Strategy<Value = Change> {
    let parts = move |count| prop::collection::vec((0..3_u8, 1..=most), count);
    let statuses = prop::sample::select(ShipmentStatus::ALL.to_vec());
    let first = prop::sample::select(vec![ShipmentStatus::Planned, ShipmentStatus::Shipped]);
    prop_oneof![
        3 => (0..3_u8).prop_map(Change::Track),
        4 => (first, parts(0..3)).prop_map(|(status, parts)| Change::Ship(status, parts)),
        2 => parts(1..3).prop_map(Change::Plan),
        4 => (numbers.clone(), statuses).prop_map(|(number, status)| Change::Move(number, status)),
        2 => (numbers, 0..3_u8).prop_map(|(number, name)| Change::Carry(number, name)),
        3 => (0..3_u8, 1..=most).prop_map(|(line, pieces)| Change::Unwant(line, pieces)),
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
        Change::Plan(parts) => {
            let planned = |part: Part| parcel(ShipmentStatus::Planned, vec![part]);
            let parcels = pieces(parts).into_iter().map(planned).collect();
            let proposal = Proposal { parcels, unplaced: Vec::new(), exact: true, alternatives: Vec::new() };
            order.plan(proposal, now)
        }
        // Its carrier is taken from it, too.
        Change::Carry(number, name) => {
            let known = (*name > 0).then(|| shipment(&name.to_string()));
            let (provider, of) = known.as_ref().map(Tracking::parts).unzip();
            let provider = provider.map_or(Patch::Clear, |provider| Patch::Set(provider.clone()));
            let of = of.map_or(Patch::Clear, |of| Patch::Set(of.clone()));
            order.change_shipment(n(*number), &ShipmentChange { status: None, provider, number: of }, now)
        }
        Change::Move(number, status) => {
            let change = ShipmentChange { status: Some(*status), ..ShipmentChange::default() };
            order.change_shipment(n(*number), &change, now)
        }
        Change::Unwant(line, pieces) => {
            let note = Note::parse("Ada has moved").ok();
            order.cancel_parts(CancellationReason::Staff, vec![part(*line, *pieces)], note, now)
        }
        Change::Reach(known) => {
            let email = known.then(|| Email::parse("a@b").ok()).flatten();
            order.reach(Contact { email, ship_to: None }, now)
        }
    }
}

/// An order with what has happened to it.
struct Life {
    first: Order,
    order: Order,
    events: Vec<OrderEvent>,
    rows: Rows,
}

impl Life {
    fn new(lines: &[(i64, i64)]) -> Self {
        let first = placed(lines);
        let events = vec![event(&first, Happening::placing(&first), 1)];
        Self { order: first.clone(), first, events, rows: Rows::default() }
    }

    fn go_on(&mut self, change: &Change, micros: i64) -> Result<(), TestCaseError> {
        let before = &self.order;
        match taken(before.clone(), change, at(micros)) {
            Ok(Step::Same(same)) => prop_assert_eq!(&same, before),
            Ok(Step::Changed(changed)) => {
                let next = changed.order().clone();
                prop_assert_ne!((&next.progress, &next.contact), (&before.progress, &before.contact));
                prop_assert_eq!(changed.seen(), before.version);
                prop_assert_eq!(next.version.get(), before.version.get() + 1);
                prop_assert!(next.updated_at >= before.updated_at);
                prop_assert_eq!(self.rows.write(&changed), Ok(()));
                // A store keeps no personal word with an event.
                let mut checkpoint = changed.checkpoint().cloned().map(Box::new);
                for cancellation in checkpoint.iter_mut().flat_map(|then| &mut then.cancellations) {
                    cancellation.note = None;
                }
                prop_assert_eq!(checkpoint.is_some(), next.version.get() % OrderEvent::CHECKPOINT == 0);
                let said = event(&next, changed.what().clone(), self.events.len() + 1);
                self.events.push(OrderEvent { checkpoint, ..said });
                self.order = next;
            }
            Err(refused) => {
                // By a rule that was asked before, not because it turned out to be impossible.
                let is_by_a_rule = !matches!(&refused, NotAllowed::Status { allowed, .. }
                    if *allowed != before.allowed());
                prop_assert!(is_by_a_rule, "{}", refused);
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let Self { first, order, events, rows } = self;
        prop_assert_eq!(order.total, first.total);
        prop_assert!(order.current_total() <= order.total());
        prop_assert!(order.status().fulfillments().contains(&order.fulfillment()));
        let tallies = order.tallies();
        let adds_up =
            tallies.iter().all(|tally| tally.remaining() + tally.shipped + tally.cancelled == tally.ordered);
        prop_assert!(adds_up, "{:?}", tallies);
        let numbers = order.shipments().iter().map(|parcel| parcel.number.get());
        prop_assert!(numbers.eq((1..=32).take(order.shipments().len())));
        let placed = Order { contact: order.contact.clone(), ..first.clone() };
        prop_assert_eq!(&order.clone().as_placed(), &placed);
        prop_assert_eq!(order.clone().as_of(&events[..1]), Ok(Some(placed)));
        let Order { id, user, ordered_at, updated_at, currency, lines, progress, contact, version, .. } =
            order.clone();
        let kept = OrderRecord {
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
        };
        prop_assert_eq!(Order::restore(kept), Ok(order.clone()));
        prop_assert_eq!(rows.read(order), (order.progress.clone(), order.contact.clone()));
        // All events, the last ones, and all without what some say of all before.
        let last = &events[events.len().saturating_sub(OrderEvent::TELLING)..];
        let bare = |event: &OrderEvent| OrderEvent { checkpoint: None, ..event.clone() };
        let bare: Vec<_> = events.iter().map(bare).collect();
        for events in [events, last, &bare] {
            prop_assert_eq!(order.clone().as_of(events), Ok(Some(order.clone())));
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn no_walk_through_the_life_of_an_order_breaks_its_rules(
        lines in prop::collection::vec((0..1_000_000_i64, 1..=100_000_i64), 1..4),
        walk in prop::collection::vec((any_change(), -9_000_000..9_000_000_i64), 0..60),
    ) {
        let mut life = Life::new(&lines);
        for (change, micros) in walk {
            life.go_on(&change, micros)?;
            life.check()?;
        }
    }

    /// So many pieces that they do not run out.
    #[test]
    fn the_last_events_of_a_long_life_say_all_of_it(
        prices in prop::collection::vec(0..1_000_i64, 3),
        walk in prop::collection::vec((goes_on(1..33, 9), -9_000_000..9_000_000_i64), 60..120),
    ) {
        let mut life = Life::new(&prices.into_iter().map(|price| (price, 1000)).collect::<Vec<_>>());
        for (change, micros) in walk {
            // Without parts it would be all that is open.
            let is_all = matches!(&change, Change::Ship(_, parts) if parts.is_empty());
            if !is_all {
                life.go_on(&change, micros)?;
            }
        }
        life.check()?;
        // Any version can be told from as many events before it.
        for end in 1..=life.events.len() {
            let then = &life.events[..end];
            let last = &then[end.saturating_sub(OrderEvent::TELLING)..];
            prop_assert_eq!(life.order.clone().as_of(last), life.order.clone().as_of(then));
        }
    }
}
