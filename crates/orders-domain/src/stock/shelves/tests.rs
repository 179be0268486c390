//! Shelves of any kind: what is taken, from where, and what is not.

use proptest::prelude::*;

use super::*;
use crate::{
    catalogue::product::{StockPolicy, Terms},
    money::{Currency, Money},
};

fn n<T: TryFrom<i64, Error: std::fmt::Debug>>(number: i64) -> T {
    number.try_into().unwrap()
}

/// A shelf of product 1 with these places: priority, whether it is active, on hand, reserved, the limit.
fn shelf(policy: StockPolicy, places: &[(i64, bool, i64, i64, i64)]) -> Shelf {
    let spots = (1..).zip(places).map(|(id, (priority, active, on_hand, reserved, backorder_limit))| Spot {
        place: Place {
            id: n(id),
            code: format!("P{id}").parse().unwrap(),
            priority: n(*priority),
            active: *active,
        },
        level: Level {
            on_hand: *on_hand,
            reserved: *reserved,
            backorder_limit: *backorder_limit,
            version: None,
        },
    });
    Shelf::new(Terms { price: Money::ZERO, currency: Currency::USD, policy, active: true }, spots)
}

fn shelves(policy: StockPolicy, places: &[(i64, bool, i64, i64, i64)]) -> Shelves {
    let mut shelves = Shelves::new();
    shelves.learn(n(1), shelf(policy, places));
    shelves
}

/// From where so many pieces are taken: the places' numbers with the pieces of each.
fn taken(shelves: &mut Shelves, quantity: i64) -> Vec<(i64, i64)> {
    let moves = shelves.reserve(&[(n(1), quantity)]).unwrap();
    moves.iter().map(|moved| (moved.location.get(), moved.quantity)).collect()
}

#[test]
fn the_first_place_that_has_all_comes_before_the_first_place() {
    let places = [(2, true, 9, 0, 0), (1, true, 2, 0, 0), (2, true, 9, 0, 0), (0, false, 9, 0, 0)];
    let mut there = shelves(StockPolicy::Deny, &places);
    assert_eq!(taken(&mut there, 3), [(1, 3)]);
    assert_eq!(taken(&mut there, 2), [(2, 2)]);
    // No place has so many: they are taken in the order of the places, the older one of two alike first.
    assert_eq!(taken(&mut there, 14), [(1, 6), (3, 8)]);
}

#[test]
fn more_places_than_a_line_is_spread_over_do_not_count() {
    let places = [(0, true, 1, 0, 0); MOST_PLACES + 1];
    let mut there = shelves(StockPolicy::Deny, &places);
    let most = i64::try_from(MOST_PLACES).unwrap();
    assert_eq!(there.shelf(n(1)).unwrap().available(), Some(most));
    assert!(there.reserve(&[(n(1), most + 1)]).is_err());
    assert_eq!(taken(&mut there, most).len(), MOST_PLACES);
}

proptest! {
    #[test]
    fn as_many_as_are_available_are_taken_and_not_one_more(
        places in prop::collection::vec((0_i64..3, any::<bool>(), 0_i64..6, 0_i64..6, 0_i64..4), 0..6),
        policy in prop::sample::select(vec![StockPolicy::Deny, StockPolicy::Backorder]),
    ) {
        let mut there = shelves(policy, &places);
        let available = there.shelf(n(1)).unwrap().available().unwrap();
        let before = there.shelf(n(1)).cloned();
        let mark = there.mark();
        let lack = there.reserve(&[(n(1), available + 1)]).unwrap_err();
        prop_assert_eq!(lack, [Lack { line: 0, product: n(1), available }]);
        prop_assert_eq!(there.shelf(n(1)).cloned(), before.clone());
        if available > 0 {
            let moves = there.reserve(&[(n(1), available)]).unwrap();
            prop_assert_eq!(moves.iter().map(|moved| moved.quantity).sum::<i64>(), available);
            prop_assert_eq!(there.shelf(n(1)).unwrap().available(), Some(0));
            let sold = |spot: &&Spot| spot.level.reserved > spot.level.on_hand + spot.level.backorder_limit;
            let oversold: Vec<_> = there.shelf(n(1)).unwrap().spots().iter().filter(sold).cloned().collect();
            // Only those that were so before.
            prop_assert!(oversold.iter().all(|spot| before.as_ref().unwrap().spots().contains(spot)));
        }
        there.roll_back_to(mark);
        prop_assert_eq!(there.shelf(n(1)).cloned(), before);
        prop_assert!(there.settle_changes().is_empty());
    }
}
