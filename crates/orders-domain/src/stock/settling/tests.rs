//! What is taken from where, and what is refused.

use proptest::prelude::*;

use super::*;
use crate::{
    catalogue::product::{StockPolicy, Terms},
    money::{Currency, Money},
    stock::{
        level::Level,
        shelves::{Place, Shelf, Spot},
    },
};

mod queue;

fn n<T: TryFrom<i64, Error: std::fmt::Debug>>(number: i64) -> T {
    number.try_into().unwrap()
}

fn code(place: i64) -> LocationCode {
    format!("P{place}").parse().unwrap()
}

/// Product 1 at these places: on hand and reserved.
fn shelves(places: &[(i64, i64)]) -> Shelves {
    let spots = (1..).zip(places).map(|(id, (on_hand, reserved))| Spot {
        place: Place { id: n(id), code: code(id), priority: n(0), active: true },
        level: Level { on_hand: *on_hand, reserved: *reserved, backorder_limit: 0, version: None },
    });
    let terms =
        Terms { price: Money::ZERO, currency: Currency::USD, policy: StockPolicy::Deny, active: true };
    let mut shelves = Shelves::new();
    shelves.learn(n(1), Shelf::new(terms, spots));
    shelves
}

fn held(place: i64, quantity: i64) -> Held {
    Held { line: 0, product: n(1), location: n(place), quantity, since: n(1), later: 0 }
}

fn pull(quantity: i64, wish: Wish) -> Pull {
    Pull { line: 0, quantity, wish }
}

fn ship(quantity: i64, from: Option<i64>) -> Pull {
    pull(quantity, Wish::Ship { from: from.map(n), shipment: 1 })
}

fn keep(quantity: i64, at: i64) -> Pull {
    pull(quantity, Wish::Keep { at: n(at), code: code(at) })
}

fn release(quantity: i64, from: Option<i64>) -> Pull {
    pull(quantity, Wish::Release { from: from.map(n) })
}

fn asked(claims: &[(i64, i64)], pulls: Vec<Pull>) -> Settlement {
    let claim = |(place, quantity): &(i64, i64)| Claim { line: 0, location: n(*place), quantity: *quantity };
    Settlement { claims: claims.iter().map(claim).collect(), pulls, release_all: false }
}

/// What moved, in words.
fn said(moves: &[Move]) -> Vec<String> {
    let said = |moved: &Move| format!("{} {} at {}", moved.kind, moved.quantity, moved.location);
    moves.iter().map(said).collect()
}

#[test]
fn what_is_held_is_sent_whole_or_not_at_all() {
    let mut there = shelves(&[(5, 5), (1, 3)]);
    let before = there.shelf(n(1)).cloned();
    let all = [held(1, 5), held(2, 3)];
    let refused = there.settle(&all, &asked(&[], vec![ship(8, None)])).unwrap_err();
    let expected = NotOnHand::Missing { product: n(1), location: code(2), on_hand: 1, wanted: 3 };
    assert_eq!((refused, there.shelf(n(1)).cloned()), (expected, before));
    let moves = there.settle(&all, &Settlement { release_all: true, ..Settlement::default() }).unwrap();
    assert!(moves.iter().all(|moved| moved.reserved_after == 0));
}

#[test]
fn pieces_go_from_where_they_are_held_one_place_after_the_other() {
    let mut there = shelves(&[(5, 3), (9, 0), (5, 2)]);
    let moves = there.settle(&[held(1, 3), held(3, 2)], &asked(&[], vec![ship(4, None)])).unwrap();
    assert_eq!(said(&moves), ["shipped 3 at 1", "shipped 1 at 3"]);
    assert!(moves.iter().all(|moved| (moved.line, moved.shipment) == (Some(0), Some(1))));
}

#[test]
fn pieces_go_from_where_they_are_on_hand_before_where_they_are_yet_to_come() {
    let mut there = shelves(&[(1, 3), (5, 4)]);
    let all = [held(1, 3), held(2, 4)];
    let moves = there.settle(&all, &asked(&[], vec![ship(5, None)])).unwrap();
    assert_eq!(said(&moves), ["shipped 1 at 1", "shipped 4 at 2"]);
    let refused = there.settle(&[held(1, 2)], &asked(&[], vec![ship(2, None)])).unwrap_err();
    assert_eq!(refused.to_string(), "product 1 has 0 pieces on hand at P1, and 2 are to be sent");
}

#[test]
fn what_takes_more_movements_than_an_event_has_is_refused() {
    let places: Vec<(i64, i64)> = vec![(1, 1); 8193];
    let mut there = shelves(&places);
    let all: Vec<_> = (1..=8193).map(|place| held(place, 1)).collect();
    let before = there.shelf(n(1)).cloned();
    let refused = there.settle(&all, &asked(&[], vec![ship(8193, None)])).unwrap_err();
    assert_eq!((refused, there.shelf(n(1)).cloned()), (NotOnHand::Scattered, before));
    assert_eq!(there.settle(&all, &asked(&[], vec![ship(8192, None)])).unwrap().len(), 8192);
}

#[test]
fn what_could_be_moved_stays_where_it_was_when_something_after_it_is_refused() {
    let mut there = shelves(&[(5, 5), (3, 0), (0, 4)]);
    let all = [held(1, 5), held(3, 4)];
    let before = there.shelf(n(1)).cloned();
    for last in [ship(5, None), keep(3, 3)] {
        let pulls = vec![release(1, None), keep(2, 2), ship(2, Some(2)), last];
        assert!(there.settle(&all, &asked(&[], pulls)).is_err());
        assert_eq!(there.shelf(n(1)).cloned(), before);
    }
    assert!(there.settle_changes().is_empty());
}

#[test]
fn a_parcel_from_a_place_moves_only_as_much_as_is_not_held_there() {
    let mut there = shelves(&[(5, 2), (5, 5)]);
    let all = [held(1, 2), held(2, 2)];
    assert_eq!(there.settle(&all, &asked(&[], vec![keep(2, 2)])).unwrap(), []);
    // Nothing more is free there.
    assert!(there.settle(&all, &asked(&[], vec![keep(3, 2)])).is_err());
    let moves = there.settle(&all, &asked(&[], vec![keep(3, 1)])).unwrap();
    assert_eq!(said(&moves), ["released 2 at 1", "released 1 at 2", "reserved 3 at 1"]);
}

#[test]
fn a_parcel_from_another_place_takes_what_is_held_along() {
    let mut there = shelves(&[(5, 4), (5, 2)]);
    let moves = there.settle(&[held(1, 4)], &asked(&[], vec![keep(3, 2), ship(3, Some(2))])).unwrap();
    assert_eq!(said(&moves), ["released 3 at 1", "reserved 3 at 2", "shipped 3 at 2"]);
    assert_eq!((moves[2].shipment, moves[2].on_hand_after, moves[2].reserved_after), (Some(1), 2, 2));
    // What others hold there stays theirs.
    let before = there.shelf(n(1)).cloned();
    let refused = there.settle(&[held(1, 1)], &asked(&[], vec![keep(1, 2), ship(1, Some(2))])).unwrap_err();
    let expected = NotOnHand::Held { product: n(1), location: code(2), unheld: 0, wanted: 1 };
    assert_eq!((refused, there.shelf(n(1)).cloned()), (expected, before));
    // Nor is there anything where there never was.
    let never = there.settle(&[held(1, 1)], &asked(&[], vec![keep(1, 9)])).unwrap_err();
    assert!(never.to_string().contains("has 0 pieces at P9"), "{never}");
}

#[test]
fn what_is_held_at_the_place_already_only_becomes_the_parcels() {
    let mut there = shelves(&[(3, 3)]);
    assert_eq!(there.settle(&[held(1, 3)], &asked(&[], vec![keep(3, 1)])).unwrap(), []);
    // Unless it is yet to come.
    let refused = shelves(&[(1, 3)]).settle(&[held(1, 3)], &asked(&[], vec![keep(2, 1)])).unwrap_err();
    assert_eq!(refused, NotOnHand::Missing { product: n(1), location: code(1), on_hand: 1, wanted: 2 });
}

#[test]
fn a_parcel_without_a_place_leaves_what_another_one_is_to_take() {
    let mut there = shelves(&[(5, 2), (5, 2)]);
    let all = [held(1, 2), held(2, 2)];
    let moves = there.settle(&all, &asked(&[(1, 2)], vec![ship(2, None)])).unwrap();
    assert_eq!(said(&moves), ["shipped 2 at 2"]);
}

#[test]
fn what_is_cancelled_is_let_go_where_it_is_free_or_where_its_parcel_is_to_take_it() {
    let mut there = shelves(&[(5, 3), (5, 2)]);
    let all = [held(1, 3), held(2, 2)];
    let pulls = vec![release(1, Some(1)), release(3, None)];
    let moves = there.settle(&all, &asked(&[(1, 2)], pulls)).unwrap();
    assert_eq!(said(&moves), ["released 1 at 1", "released 1 at 1", "released 2 at 2"]);
}

#[test]
fn a_line_that_holds_nothing_moves_nothing() {
    let mut there = shelves(&[(0, 0)]);
    let pulls = vec![keep(1, 1), ship(1, Some(1)), ship(1, None), release(1, None)];
    assert_eq!(there.settle(&[], &asked(&[], pulls)).unwrap(), []);
}

/// What is held at each place after these moves, and what others hold there.
fn held_after(places: &[(i64, i64, i64)], moves: &[Move]) -> Vec<i64> {
    let of = |place: i64| {
        let here = moves.iter().filter(|moved| moved.location == n(place));
        here.map(|moved| moved.kind.reserved(moved.quantity)).sum::<i64>()
    };
    (1..).zip(places).map(|(place, (_, held, _))| held + of(place)).collect()
}

proptest! {
    /// Each place has pieces that nobody holds, that the order holds, and that others hold.
    #[test]
    fn whatever_is_asked_moves_add_up_and_all_or_nothing_moves(
        places in prop::collection::vec((0_i64..6, 0_i64..5, 0_i64..3), 1..4),
        short in 0_i64..3,
        claims in prop::collection::vec(0_i64..5, 4),
        pulls in prop::collection::vec((0..3_usize, 1_i64..4, prop::option::of(1_i64..4)), 0..6),
    ) {
        // Of backordered pieces not all are there.
        let levels = places.iter().map(|(free, own, others)| ((free + own + others - short).max(0), own + others));
        let levels: Vec<_> = levels.collect();
        let mut there = shelves(&levels);
        let holding = (1..).zip(&places).filter(|(_, (_, own, _))| *own > 0);
        let holding: Vec<_> = holding.map(|(id, (_, own, _))| held(id, *own)).collect();
        let claims = (1..).zip(places.iter().zip(&claims)).map(|(id, ((_, own, _), claim))| (id, *own.min(claim)));
        let claims: Vec<(i64, i64)> = claims.collect();
        let wishes = pulls.iter().map(|(kind, quantity, place)| match kind {
            0 => keep(*quantity, place.unwrap_or(1)),
            1 => ship(*quantity, *place),
            _ => release(*quantity, *place),
        });
        let before = there.shelf(n(1)).cloned();
        let Ok(moves) = there.settle(&holding, &asked(&claims, wishes.collect())) else {
            prop_assert_eq!(there.shelf(n(1)).cloned(), before);
            return Ok(());
        };
        let left = held_after(&places, &moves);
        let spots = there.shelf(n(1)).unwrap().spots();
        for (index, spot) in spots.iter().enumerate() {
            let here = || moves.iter().filter(|moved| moved.location == spot.place.id);
            let gone: i64 = here().map(|moved| moved.kind.on_hand(moved.quantity)).sum();
            // What others hold is theirs, whatever happens.
            prop_assert_eq!(spot.level.reserved, left[index] + places[index].2, "{:?}", spot);
            prop_assert_eq!(spot.level.on_hand, levels[index].0 + gone, "{:?}", spot);
            prop_assert!(left[index] >= 0 && spot.level.on_hand >= 0, "{:?}", spot);
            prop_assert!(here().all(|moved| moved.quantity > 0));
            if let Some(last) = here().next_back() {
                let told = (last.on_hand_after, last.reserved_after);
                prop_assert_eq!(told, (spot.level.on_hand, spot.level.reserved));
            }
        }
        // A piece that is moved to another place is held as before; one that is sent or let go is not.
        let sum = |kind| moves.iter().filter(|moved| moved.kind == kind).map(|moved| moved.quantity).sum::<i64>();
        let owned: i64 = places.iter().map(|(_, own, _)| own).sum();
        let (moved, sent) = (sum(MovementKind::Reserved), sum(MovementKind::Shipped));
        prop_assert_eq!(left.iter().sum::<i64>(), owned - sent - (sum(MovementKind::Released) - moved));
        let asked_of = |kind: usize| pulls.iter().filter(|pull| pull.0 == kind).map(|pull| pull.1).sum::<i64>();
        prop_assert!(sent <= asked_of(1) && sum(MovementKind::Released) - moved <= asked_of(2));
    }

    #[test]
    fn what_leaves_from_anywhere_leaves_what_parcels_claim(
        places in prop::collection::vec((0_i64..3, 0_i64..5, 0_i64..3), 1..4),
        claims in prop::collection::vec(0_i64..5, 4),
        pulls in prop::collection::vec((any::<bool>(), 1_i64..6), 0..4),
    ) {
        let levels: Vec<_> = places.iter().map(|(free, own, others)| (free + own + others, own + others)).collect();
        let holding = (1..).zip(&places).filter(|(_, (_, own, _))| *own > 0);
        let holding: Vec<_> = holding.map(|(id, (_, own, _))| held(id, *own)).collect();
        let claims = (1..).zip(places.iter().zip(&claims)).map(|(id, ((_, own, _), claim))| (id, *own.min(claim)));
        let claims: Vec<(i64, i64)> = claims.collect();
        let wishes =
            pulls.iter().map(|(is_sent, pieces)| if *is_sent { ship(*pieces, None) } else { release(*pieces, None) });
        let moves = shelves(&levels).settle(&holding, &asked(&claims, wishes.collect())).unwrap();
        let left = held_after(&places, &moves);
        prop_assert!(left.iter().zip(&claims).all(|(left, (_, claimed))| left >= claimed), "{:?}", left);
        let wanted: i64 = pulls.iter().map(|(_, pieces)| pieces).sum();
        let free: i64 = places.iter().zip(&claims).map(|((_, own, _), (_, claimed))| own - claimed).sum();
        prop_assert_eq!(moves.iter().map(|moved| moved.quantity).sum::<i64>(), wanted.min(free));
    }
}
