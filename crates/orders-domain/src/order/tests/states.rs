//! Every state that a small order can come to: up to three lines of up to three pieces in up to three parcels, after
//! every sequence of up to six verbs.
//!
//! A state is how far an order has come, without moments, carriers and what cancelled parcels were to hold: no rule
//! reads those. Lines of as many pieces are alike, so of states that differ only by their order one is looked at. Of
//! pieces one, all of a line and all of the order are taken.
//!
//! Where tests are not optimised, orders of more than six pieces in all are left out: they are four of 19, have 73,000
//! of the 118,000 states, and would take a quarter of a minute. With `--release` all are walked.

use std::collections::{HashSet, VecDeque};

use model::{Pieces, State, Verb};

use super::{
    shipping::{parcel, part},
    *,
};
use crate::{Part, Proposal, ShipmentChange, shipment::cancellation::CancellationReason};

mod model;

/// The most parcels of an order that is followed further.
const PARCELS: usize = 3;

/// How many things are done to an order.
const VERBS: usize = 6;

/// What a piece of each line costs.
const PRICES: [i64; 3] = [1, 10, 100];

fn parts(pieces: Pieces) -> Vec<Part> {
    (0..).zip(pieces).filter(|(_, pieces)| *pieces > 0).map(|(line, all)| part(line, all.into())).collect()
}

fn pieces<'a>(parts: impl IntoIterator<Item = &'a Part>) -> Pieces {
    let mut sum = Pieces::default();
    for part in parts {
        sum[usize::from(part.line)] += u8::try_from(part.quantity.get()).unwrap();
    }
    sum
}

/// That of an order, read from what is stored of it.
fn state(order: &Order) -> State {
    let parcel = |parcel: &Shipment| {
        let is_to_go = parcel.status != ShipmentStatus::Cancelled;
        (parcel.status as u8, if is_to_go { pieces(&parcel.parts) } else { Pieces::default() })
    };
    State {
        status: order.progress.status as u8,
        parcels: order.progress.shipments.iter().map(parcel).collect(),
        cancelled: pieces(order.progress.cancellations.iter().flat_map(|cancelled| &cancelled.parts)),
    }
}

/// What is the same of states that differ only by the order of lines of as many pieces: the least of the numbers that
/// they make, of two bits for each quantity.
fn key(state: &State, ordered: Pieces) -> u64 {
    const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let of = |pieces: &Pieces, [first, second, third]: [usize; 3]| {
        u64::from(pieces[first]) << 4 | u64::from(pieces[second]) << 2 | u64::from(pieces[third])
    };
    let mut least = u64::MAX;
    for by in ORDERS {
        if of(&ordered, by) == of(&ordered, ORDERS[0]) {
            let mut number = u64::from(state.status) << 6 | of(&state.cancelled, by);
            for (status, pieces) in &state.parcels {
                number = number << 9 | 1 << 8 | u64::from(*status) << 6 | of(pieces, by);
            }
            least = least.min(number);
        }
    }
    least
}

/// One piece of each line, all of each line, and all that there is.
fn choices(there: Pieces) -> Vec<Pieces> {
    let only = |line: usize, taken: u8| [0, 1, 2].map(|of| if of == line { taken } else { 0 });
    let mut choices = vec![there];
    choices.extend((0..3).flat_map(|line| [only(line, there[line].min(1)), only(line, there[line])]));
    choices.sort_unstable();
    choices.dedup();
    choices.retain(|choice| *choice != Pieces::default());
    choices
}

/// Things to do to an order in this state, allowed or not.
fn verbs(state: &State, ordered: Pieces) -> Vec<Verb> {
    let mut verbs: Vec<_> = OrderStatus::ALL.map(Verb::Advance).to_vec();
    verbs.push(Verb::Track);
    let (open, left) = (state.open(ordered), state.left(ordered));
    for choice in choices(open) {
        verbs.extend([ShipmentStatus::Planned, ShipmentStatus::Shipped].map(|to| Verb::Ship(to, choice)));
    }
    // A parcel for each line, as a planner would that has a place for each; and more than is open.
    let lines = [0, 1, 2].map(|line| [0, 1, 2].map(|of| if of == line { open[line] } else { 0 }));
    for parcels in [&lines[..], &[open, [1, 0, 0]]] {
        verbs.push(Verb::Plan(parcels.iter().copied().filter(|pieces| *pieces != [0; 3]).collect()));
    }
    for index in 0..=state.parcels.len() {
        verbs.extend(ShipmentStatus::ALL.map(|to| Verb::Change(index, to)));
    }
    verbs.extend(choices(left).into_iter().map(Verb::Unwant));
    let more = |there: Pieces| [there[0] + 1, there[1], there[2]];
    verbs.extend([Verb::Ship(ShipmentStatus::Shipped, more(open)), Verb::Unwant(more(left))]);
    verbs
}

fn done(order: Order, verb: &Verb) -> Result<Step, NotAllowed> {
    let then = at(9000);
    match verb {
        Verb::Advance(to) => order.advance(*to, then),
        Verb::Track => order.track(shipment("1"), then),
        Verb::Ship(status, pieces) => order.ship(parcel(*status, parts(*pieces)), then),
        Verb::Plan(parcels) => {
            let planned = |pieces: &Pieces| parcel(ShipmentStatus::Planned, parts(*pieces));
            let parcels = parcels.iter().map(planned).collect();
            let proposal = Proposal { parcels, unplaced: Vec::new(), exact: true, alternatives: Vec::new() };
            order.plan(proposal, then)
        }
        Verb::Change(index, to) => {
            let number = crate::ShipmentNumber::after(*index).unwrap();
            let change = ShipmentChange { status: Some(*to), ..ShipmentChange::default() };
            order.change_shipment(number, &change, then)
        }
        Verb::Unwant(pieces) => order.cancel_parts(CancellationReason::Other, parts(*pieces), None, then),
    }
}

/// That a state is one of the contract's, and that no piece is lost in it or counted twice.
fn assert_declared(order: &Order, state: &State, ordered: Pieces) {
    assert_eq!((order.status(), order.fulfillment()), state.declared(ordered), "{state:?}");
    let [planned, away, arrived] =
        [ShipmentStatus::Planned, ShipmentStatus::Shipped, ShipmentStatus::Delivered]
            .map(|of| state.pieces(of));
    let mut worth = 0;
    for (line, tally) in order.tallies().iter().enumerate() {
        // What was called off as a whole is cancelled to the last piece.
        let is_off = order.status() == Cancelled;
        let cancelled = if is_off { ordered[line] } else { state.cancelled[line] };
        let shipped = away[line] + arrived[line];
        assert_eq!((tally.ordered, tally.cancelled), (ordered[line].into(), cancelled.into()), "{state:?}");
        assert_eq!((tally.planned, tally.shipped), (planned[line].into(), shipped.into()), "{state:?}");
        let become_of = tally.open() + tally.planned + tally.shipped + tally.cancelled;
        assert_eq!(become_of, tally.ordered, "{state:?}");
        worth += PRICES[line] * i64::from(ordered[line] - cancelled);
    }
    assert_eq!(order.current_total(), n(worth), "{state:?}");
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
    assert_eq!(Order::restore(kept).as_ref(), Ok(order));
}

/// How many states an order of these pieces comes to.
fn walk(ordered: Pieces) -> usize {
    let lines = PRICES.into_iter().zip(ordered.map(i64::from)).filter(|(_, pieces)| *pieces > 0);
    let first = placed(&lines.collect::<Vec<_>>());
    let mut seen = HashSet::from([key(&state(&first), ordered)]);
    let mut queue = VecDeque::from([(first, 0)]);
    while let Some((order, depth)) = queue.pop_front() {
        let before = state(&order);
        assert_declared(&order, &before, ordered);
        let mut exits = 0;
        for verb in verbs(&before, ordered) {
            let expected = before.after(&verb, ordered);
            let next = match done(order.clone(), &verb) {
                Ok(step) => step.into_order(),
                Err(refused) => {
                    assert_eq!(expected, None, "{verb:?} of {before:?}: {refused}");
                    // By a rule that was asked before, not because it turned out to be impossible.
                    let is_by_a_rule = !matches!(&refused, NotAllowed::Status { allowed, .. }
                        if *allowed != order.allowed());
                    assert!(is_by_a_rule, "{verb:?} of {before:?}: {refused}");
                    continue;
                }
            };
            let after = state(&next);
            assert_eq!(Some(&after), expected.as_ref(), "{verb:?} of {before:?}");
            exits += usize::from(after != before);
            if depth < VERBS && after.parcels.len() <= PARCELS && seen.insert(key(&after, ordered)) {
                queue.push_back((next, depth + 1));
            }
        }
        assert_eq!(exits == 0, before.is_end(), "{before:?} has {exits} exits");
    }
    seen.len()
}

/// Walks orders of so many pieces of the first line and no more of the others, as lines in another order are alike.
fn walk_all(first: u8) {
    let mut states = 0;
    for second in 0..=first {
        for third in 0..=second {
            if !cfg!(debug_assertions) || first + second + third <= 6 {
                states += walk([first, second, third]);
            }
        }
    }
    assert!(states > 400, "{states}");
}

#[test]
fn every_state_of_orders_of_up_to_two_pieces_a_line_is_the_contracts_and_has_an_exit_or_is_an_end() {
    walk_all(1);
    walk_all(2);
}

#[test]
fn every_state_of_orders_with_a_line_of_three_pieces_is_the_contracts_and_has_an_exit_or_is_an_end() {
    walk_all(3);
}

/// Also of those that no sequence of verbs leads to.
#[test]
fn what_is_declared_covers_all_that_parcels_can_say() {
    let ordered = [2, 0, 0];
    for said in [Pending, Processing] {
        for parcels in 0..81_u8 {
            let digits = [parcels % 3, parcels / 3 % 3, parcels / 9 % 3, parcels / 27];
            if digits.iter().sum::<u8>() > 2 {
                continue;
            }
            let mut order = placed(&[(1, 2)]);
            order.progress.status = said;
            for (status, pieces) in ShipmentStatus::ALL.into_iter().zip(digits) {
                if pieces > 0 {
                    let number = crate::ShipmentNumber::after(order.shipments().len()).unwrap();
                    let made = Shipment::new(number, parcel(status, parts([pieces, 0, 0])), at(0));
                    order.progress.shipments.push(made);
                }
            }
            let declared = state(&order).declared(ordered);
            assert_eq!(order.progress.standing(&order.tallies()), declared, "{digits:?}");
        }
    }
}
