//! What is taken from where, and what is refused.

use proptest::prelude::*;

use super::*;
use crate::{
    catalogue::product::{StockPolicy, Terms},
    money::{Currency, Money},
    stock::{
        level::Level,
        shelves::{Place, Spot},
    },
};

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
    Held { line: 0, product: n(1), location: n(place), quantity }
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
    let mut there = shelves(&[(1, 3)]);
    assert_eq!(there.settle(&[held(1, 3)], &asked(&[], vec![keep(3, 1)])).unwrap(), []);
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

proptest! {
    #[test]
    fn whatever_is_asked_nothing_is_sent_that_is_not_held_and_all_or_nothing_moves(
        places in prop::collection::vec((0_i64..6, 0_i64..4), 1..4),
        others in 0_i64..3,
        pulls in prop::collection::vec((0..3_usize, 1_i64..4, prop::option::of(1_i64..4)), 0..6),
    ) {
        let levels: Vec<_> = places.iter().map(|(spare, held)| (spare + held, held + others.min(*spare))).collect();
        let mut there = shelves(&levels);
        let holding: Vec<_> = (1..).zip(&places).filter(|(_, (_, held))| *held > 0).map(|(id, (_, pieces))| held(id, *pieces)).collect();
        let total: i64 = holding.iter().map(|held| held.quantity).sum();
        let asked_for = pulls.iter().map(|(kind, quantity, place)| match kind {
            0 => keep(*quantity, place.unwrap_or(1)),
            1 => ship(*quantity, *place),
            _ => release(*quantity, *place),
        });
        let asked_for = asked(&[], asked_for.collect());
        let before = there.shelf(n(1)).cloned();
        match there.settle(&holding, &asked_for) {
            Err(_) => prop_assert_eq!(there.shelf(n(1)).cloned(), before),
            Ok(moves) => {
                let change: i64 = moves.iter().map(|moved| moved.kind.reserved(moved.quantity)).sum();
                prop_assert!(change <= 0 && total + change >= 0);
                for spot in there.shelf(n(1)).unwrap().spots() {
                    prop_assert!(spot.level.on_hand >= 0 && spot.level.reserved >= 0, "{:?}", spot);
                }
            }
        }
    }
}
