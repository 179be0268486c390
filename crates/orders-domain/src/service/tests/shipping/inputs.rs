//! What the planner is told of what there is: of places A (1), B (2), which is closed, and C (3).

use super::*;

const A: i64 = 1;
const B: i64 = 2;
const C: i64 = 3;

/// What is proposed for an order that holds so many pieces at these places, with these there: from which place how
/// many, and how many from nowhere.
async fn proposed(
    order: Order,
    held: &[(i64, i64)],
    levels: &[(i64, Level)],
) -> (Vec<(Option<i64>, u32)>, u32) {
    proposed_of(StockPolicy::Deny, order, held, levels).await
}

/// The same of a product of this policy.
async fn proposed_of(
    policy: StockPolicy,
    order: Order,
    held: &[(i64, i64)],
    levels: &[(i64, Level)],
) -> (Vec<(Option<i64>, u32)>, u32) {
    let mut ports = Ports { catalogue: heavy(policy), ..Ports::default() };
    let places = vec![place(A, "A", true), place(B, "B", false), place(C, "C", true)];
    ports.stock.expect_locations().once().return_once(move || Ok(places));
    let of = |(place, quantity): &(i64, i64)| Held {
        line: 0,
        product: n(9),
        location: n(*place),
        quantity: *quantity,
        since: n(1),
        later: 0,
    };
    let held = held.iter().map(of).collect();
    let levels = levels.iter().map(|(place, level)| (n(9), n(*place), *level)).collect();
    ports.stock.expect_standing().once().return_once(move |_, _| Ok(Standing { held, levels }));
    ports.ledger.expect_commit().times(..=1).returning(store);
    let asked = OwnedOrder { asker: User::new(n(1), Scopes::ALL), order, expected: Expected::Any };
    let (_, proposal) = service(ports).plan(asked, by(1)).await.unwrap();
    let pieces = |parts: &[Part]| parts.iter().map(|part| part.quantity.get()).sum();
    let parcel = |parcel: &NewShipment| {
        assert_eq!(parcel.weight, Some(100 * i64::from(pieces(&parcel.parts))));
        (parcel.from.as_ref().map(|from| from.id.get()), pieces(&parcel.parts))
    };
    (proposal.parcels.iter().map(parcel).collect(), pieces(&proposal.unplaced))
}

#[tokio::test]
async fn what_the_order_holds_counts_and_what_others_hold_does_not() {
    for (held, levels, expected, unplaced) in [
        // All that is there is the order's own.
        (&[(A, 7)][..], &[(A, level(7, 7))][..], &[(Some(A), 7)][..], 0),
        (&[(A, 7)], &[(A, level(9, 9))], &[(Some(A), 7)], 0),
        // One of the others' pieces, or of its own, is not there.
        (&[(A, 7)], &[(A, level(8, 9))], &[(Some(A), 6)], 1),
        // What nobody holds elsewhere can be held instead.
        (&[(A, 7)], &[(A, level(2, 7)), (C, level(5, 0))], &[(Some(A), 2), (Some(C), 5)], 0),
        (&[(A, 7)], &[(A, level(2, 7)), (C, level(5, 4))], &[(Some(A), 2), (Some(C), 1)], 4),
        // Where others hold more than there is, there is nothing; not less.
        (&[(A, 7)], &[(A, level(7, 7)), (C, level(1, 5))], &[(Some(A), 7)], 0),
    ] {
        assert_eq!(proposed(pending(), held, levels).await, (expected.to_vec(), unplaced), "{levels:?}");
    }
}

#[tokio::test]
async fn backordered_pieces_and_closed_places_have_nothing() {
    assert_eq!(proposed(pending(), &[(A, 7)], &[(A, level(0, 7))]).await, (vec![], 7));
    assert_eq!(proposed(pending(), &[(A, 7)], &[(A, level(3, 7))]).await, (vec![(Some(A), 3)], 4));
    assert_eq!(proposed(pending(), &[(B, 7)], &[(B, level(7, 7))]).await, (vec![], 7));
    let levels = [(B, level(9, 7)), (C, level(2, 0))];
    assert_eq!(proposed(pending(), &[(B, 7)], &levels).await, (vec![(Some(C), 2)], 5));
}

#[tokio::test]
async fn what_a_planned_parcel_is_to_take_is_not_planned_again() {
    let parcel = |status, from: Option<i64>| {
        let from = from.map(|id| SentFrom { id: n(id), code: "A".parse().unwrap() });
        let parts = vec![Part { line: 0, quantity: n(2) }];
        let parcel = NewShipment { status, from, tracking: None, weight: None, parts, reasons: Vec::new() };
        pending().ship(parcel, now()).unwrap().into_order()
    };
    let planned = || parcel(ShipmentStatus::Planned, Some(A));
    assert_eq!(proposed(planned(), &[(A, 7)], &[(A, level(7, 7))]).await, (vec![(Some(A), 5)], 0));
    assert_eq!(proposed(planned(), &[(A, 7)], &[(A, level(4, 7))]).await, (vec![(Some(A), 2)], 3));
    assert_eq!(proposed(planned(), &[(A, 7)], &[(A, level(1, 7))]).await, (vec![], 5));
    // One that has left, or does not leave, takes nothing.
    let sent = parcel(ShipmentStatus::Shipped, Some(A));
    assert_eq!(proposed(sent, &[(A, 5)], &[(A, level(4, 5))]).await, (vec![(Some(A), 4)], 1));
    let off = ShipmentChange { status: Some(ShipmentStatus::Cancelled), ..ShipmentChange::default() };
    let off = planned().change_shipment(n(1), &off, now()).unwrap().into_order();
    assert_eq!(proposed(off, &[(A, 7)], &[(A, level(4, 7))]).await, (vec![(Some(A), 4)], 3));
}

#[tokio::test]
async fn what_nobody_counts_leaves_from_where_it_is_kept_or_from_nowhere_in_particular() {
    let uncounted =
        async |levels: &[(i64, Level)]| proposed_of(StockPolicy::Untracked, pending(), &[], levels).await;
    assert_eq!(uncounted(&[]).await, (vec![(None, 7)], 0));
    assert_eq!(uncounted(&[(A, level(0, 0))]).await, (vec![(None, 7)], 0));
    // As many as are wanted, whatever the number says.
    assert_eq!(uncounted(&[(C, level(1, 0))]).await, (vec![(Some(C), 7)], 0));
}

#[tokio::test]
async fn what_was_ordered_before_anybody_counted_it_takes_nothing_of_what_is_counted() {
    for policy in [StockPolicy::Deny, StockPolicy::Backorder] {
        let planned = proposed_of(policy, pending(), &[], &[(A, level(9, 0)), (C, level(1, 1))]).await;
        assert_eq!(planned, (vec![(None, 7)], 0));
    }
    // What is held stays held, should nobody count it any more.
    let held = proposed_of(StockPolicy::Untracked, pending(), &[(A, 7)], &[(A, level(7, 7))]).await;
    assert_eq!(held, (vec![(Some(A), 7)], 0));
}

#[tokio::test]
async fn who_reserved_first_is_planned_first() {
    let mut ports = Ports { catalogue: heavy(StockPolicy::Backorder), ..Ports::default() };
    ports.stock.expect_locations().returning(|| Ok(vec![place(A, "A", true)]));
    // Others hold 5 that were first, and so many that came later, of 10 that are there.
    ports.stock.expect_standing().returning(|_, _| {
        let held = Held { line: 0, product: n(9), location: n(A), quantity: 7, since: n(1), later: 4 };
        Ok(Standing { held: vec![held], levels: vec![(n(9), n(A), level(10, 16))] })
    });
    ports.ledger.expect_commit().once().returning(store);
    let asked = OwnedOrder { asker: User::new(n(1), Scopes::ALL), order: pending(), expected: Expected::Any };
    let (_, proposal) = service(ports).plan(asked, by(1)).await.unwrap();
    assert_eq!(proposal.parcels[0].parts, [Part { line: 0, quantity: n(5) }]);
    assert_eq!(proposal.unplaced, [Part { line: 0, quantity: n(2) }]);
}

#[tokio::test]
async fn a_plan_of_too_many_parcels_says_how_many_it_takes() {
    let mut ports = Ports { catalogue: heavy(StockPolicy::Deny), ..Ports::default() };
    ports.stock.expect_locations().returning(|| {
        let mut place = place(A, "A", true);
        // A piece weighs 100 g.
        place.details.parcel.weight = Some(n(100));
        Ok(vec![place])
    });
    ports.stock.expect_standing().returning(|_, _| {
        let held = Held { line: 0, product: n(9), location: n(A), quantity: 90, since: n(1), later: 0 };
        Ok(Standing { held: vec![held], levels: vec![(n(9), n(A), level(90, 90))] })
    });
    let order = NewOrder::new(n(1), &[(product(9, 1999), n(90))], now()).unwrap().with_id(n(7));
    let asked = OwnedOrder { asker: User::new(n(1), Scopes::ALL), order, expected: Expected::Any };
    let refused = service(ports).plan(asked, by(1)).await.unwrap_err();
    let said = "what is open takes 90 parcels, and the order can have 32 more: ship it in fewer, or cancel some of it";
    assert_eq!(refused.to_string(), said);
}
