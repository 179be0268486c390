//! What an order holds follows its parcels and cancellations, whatever is done to it.

use proptest::prelude::*;

use super::{
    shipping::{parcel, part},
    *,
};
use crate::{
    NewShipment, Part, Proposal, SentFrom, ShipmentChange,
    catalogue::product::{StockPolicy, Terms},
    shipment::cancellation::CancellationReason,
    stock::{
        holding::{OfLine, held},
        level::Level,
        movement::{Held, Move, MovementKind},
        shelves::{Place, Shelf, Shelves, Spot},
    },
};

/// How many places there are.
const PLACES: i64 = 3;

/// The lines of which somebody counts the pieces; the last line's nobody does.
const COUNTED: std::ops::Range<u8> = 0..2;

#[derive(Debug, Clone)]
enum Verb {
    Advance(OrderStatus),
    Track,
    Ship(ShipmentStatus, Option<i64>, Vec<(u8, i64)>),
    Plan(Vec<(Option<i64>, u8, i64)>),
    Move(i64, ShipmentStatus),
    Unwant(Vec<(u8, i64)>),
}

fn any_verb() -> impl Strategy<Value = Verb> {
    let pieces = || prop::collection::btree_map(0..3_u8, 1..=3_i64, 1..3).prop_map(Vec::from_iter);
    let place = || prop::option::weighted(0.7, 1..=PLACES);
    let statuses = prop::sample::select(ShipmentStatus::ALL.to_vec());
    let first = prop::sample::select(vec![ShipmentStatus::Planned, ShipmentStatus::Shipped]);
    prop_oneof![
        1 => prop::sample::select(OrderStatus::ALL.to_vec()).prop_map(Verb::Advance),
        1 => Just(Verb::Track),
        6 => (first, place(), pieces()).prop_map(|(status, from, parts)| Verb::Ship(status, from, parts)),
        3 => prop::collection::vec((place(), 0..3_u8, 1..=2_i64), 1..4).prop_map(Verb::Plan),
        4 => (1..6_i64, statuses).prop_map(|(number, status)| Verb::Move(number, status)),
        3 => pieces().prop_map(Verb::Unwant),
    ]
}

fn sent_from(place: i64) -> SentFrom {
    SentFrom { id: n(place), code: format!("P{place}").parse().unwrap() }
}

fn from(place: Option<i64>, parcel: NewShipment) -> NewShipment {
    NewShipment { from: place.map(sent_from), ..parcel }
}

fn parts(pieces: &[(u8, i64)]) -> Vec<Part> {
    pieces.iter().map(|(line, pieces)| part(*line, *pieces)).collect()
}

fn done(order: Order, verb: &Verb, now: DateTime<Utc>) -> Result<Step, NotAllowed> {
    match verb {
        Verb::Advance(next) => order.advance(*next, now),
        Verb::Track => order.track(shipment("1"), now),
        Verb::Ship(status, place, pieces) => order.ship(from(*place, parcel(*status, parts(pieces))), now),
        Verb::Plan(parcels) => {
            let planned = |(place, line, pieces): &(Option<i64>, u8, i64)| {
                from(*place, parcel(ShipmentStatus::Planned, vec![part(*line, *pieces)]))
            };
            let parcels = parcels.iter().map(planned).collect();
            let proposal = Proposal { parcels, unplaced: Vec::new(), exact: true, alternatives: Vec::new() };
            order.plan(proposal, now)
        }
        Verb::Move(number, status) => {
            let change = ShipmentChange { status: Some(*status), ..ShipmentChange::default() };
            order.change_shipment(n(*number), &change, now)
        }
        Verb::Unwant(pieces) => order.cancel_parts(CancellationReason::Staff, parts(pieces), None, now),
    }
}

/// A shop with products 1 and 2, which are counted, and 3, which is not: at each place so many on hand, so many of
/// which others hold.
struct Shop {
    shelves: Shelves,
    others: Vec<(u8, i64, i64)>,
    moves: Vec<Move>,
}

impl Shop {
    fn new(levels: &[(i64, i64)], policy: StockPolicy) -> Self {
        let (mut shelves, mut others) = (Shelves::new(), Vec::new());
        for line in COUNTED {
            let spot = |place: i64| {
                let index = usize::try_from(i64::from(line) * PLACES + place - 1).unwrap();
                let (on_hand, reserved) = (levels[index].0, levels[index].0.min(levels[index].1));
                let SentFrom { id, code } = sent_from(place);
                let level = Level { on_hand, reserved, backorder_limit: 2, version: None };
                (Spot { place: Place { id, code, priority: n(0), active: true }, level }, reserved)
            };
            others.extend((1..=PLACES).map(|place| (line, place, spot(place).1)));
            let terms = Terms { price: Money::ZERO, currency: Currency::USD, policy, active: true };
            shelves.learn(n(i64::from(line) + 1), Shelf::new(terms, (1..=PLACES).map(|place| spot(place).0)));
        }
        Self { shelves, others, moves: Vec::new() }
    }

    fn held(&self) -> Vec<Held> {
        let of_line = |moved: &Move| OfLine {
            id: n(1),
            line: OrderProductId::of_line(n(7), moved.line.unwrap().into()),
            product: moved.product,
            location: moved.location,
            kind: moved.kind,
            quantity: moved.quantity,
        };
        held(&self.moves.iter().map(of_line).collect::<Vec<_>>())
    }

    fn holds(&self, line: u8, place: Option<i64>) -> i64 {
        let is_it = |held: &&Held| held.line == line && place.is_none_or(|place| held.location == n(place));
        self.held().iter().filter(is_it).map(|held| held.quantity).sum()
    }

    /// How many pieces of a line left in a parcel, from a place or from anywhere.
    fn sent(&self, line: u8, number: i64, place: Option<i64>) -> i64 {
        let is_it = |moved: &&Move| {
            moved.kind == MovementKind::Shipped
                && (moved.line, moved.shipment) == (Some(line), Some(number))
                && place.is_none_or(|place| moved.location == n(place))
        };
        self.moves.iter().filter(is_it).map(|moved| moved.quantity).sum()
    }
}

/// What is wrong with what the shop has of an order.
fn fault(shop: &Shop, order: &Order) -> Option<String> {
    let tallies = order.tallies();
    for line in COUNTED {
        let tally = tallies[usize::from(line)];
        if shop.holds(line, None) != i64::from(tally.remaining()) {
            return Some(format!("line {line} holds {}, {tally:?}", shop.holds(line, None)));
        }
        for parcel in order.shipments() {
            let (pieces, number) = (i64::from(parcel.pieces_of(line)), parcel.number.get());
            let place = parcel.from.as_ref().map(|from| from.id.get());
            let left = if parcel.status.is_out() { pieces } else { 0 };
            if (shop.sent(line, number, None), shop.sent(line, number, place)) != (left, left) {
                return Some(format!("line {line} of parcel {number} has not left as it should"));
            }
        }
        for place in 1..=PLACES {
            let is_to_leave = |parcel: &&Shipment| {
                parcel.status == ShipmentStatus::Planned && parcel.from == Some(sent_from(place))
            };
            let claimed: u32 =
                order.shipments().iter().filter(is_to_leave).map(|parcel| parcel.pieces_of(line)).sum();
            if shop.holds(line, Some(place)) < i64::from(claimed) {
                return Some(format!("parcels are to take {claimed} of line {line} from place {place}"));
            }
        }
    }
    for (line, place, others) in &shop.others {
        let spots = shop.shelves.shelf(n(i64::from(*line) + 1)).unwrap().spots();
        let level = spots.iter().find(|spot| spot.place.id == n(*place)).unwrap().level;
        if level.on_hand < 0 || level.reserved != others + shop.holds(*line, Some(*place)) {
            return Some(format!("place {place} has {level:?} of line {line}"));
        }
    }
    None
}

proptest! {
    #[test]
    fn an_order_holds_what_has_not_left_and_is_wanted_where_its_parcels_are_to_leave_from(
        levels in prop::collection::vec((0..8_i64, 0..4_i64), 6),
        policy in prop::sample::select(vec![StockPolicy::Deny, StockPolicy::Backorder]),
        ordered in prop::collection::vec(1..=6_i64, 3),
        walk in prop::collection::vec(any_verb(), 0..24),
    ) {
        let lines: Vec<_> = ordered.iter().map(|pieces| (1, *pieces)).collect();
        let mut order = placed(&lines);
        let mut shop = Shop::new(&levels, policy);
        let wanted: Vec<_> = COUNTED.map(|line| (n(i64::from(line) + 1), ordered[usize::from(line)])).collect();
        match shop.shelves.reserve(&wanted) {
            Ok(moves) => shop.moves = moves,
            Err(_) => return Ok(()),
        }
        for verb in walk {
            prop_assert_eq!(fault(&shop, &order), None);
            let Ok(Step::Changed(changed)) = done(order.clone(), &verb, at(0)) else { continue };
            if let Ok(moves) = shop.shelves.settle(&shop.held(), &changed.settlement()) {
                // Nothing is held at another place that others hold or that is not there.
                let moved = |moved: &&Move| moved.kind == MovementKind::Reserved;
                prop_assert!(moves.iter().filter(moved).all(|moved| moved.reserved_after <= moved.on_hand_after));
                shop.moves.extend(moves);
                order = changed.into_order();
            }
        }
        prop_assert_eq!(fault(&shop, &order), None);
    }
}
