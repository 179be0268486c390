//! What events add up to.

use super::*;

#[test]
fn events_that_do_not_follow_each_other_make_no_order() {
    let first = placed(&[(1, 1)]);
    let moved = |from, to, version: i64| OrderEvent {
        version: n(version),
        ..event(&first, Happening::Moved(Became { from, to, fulfillment: Fulfillment::Unfulfilled }), 2)
    };
    let placing = event(&first, Happening::placing(&first), 1);
    let foreign = OrderEvent { order: n(8), ..moved(Pending, Processing, 2) };
    for wrong in [moved(Pending, Processing, 3), moved(Processing, Shipped, 2), placing.clone(), foreign] {
        let sum = first.clone().as_of(&[placing.clone(), moved(Pending, Shipped, 2), wrong.clone()]);
        assert!(sum.is_err(), "{wrong:?}");
    }
    assert_eq!(first.clone().as_of(&[]), Ok(None));
    // Which shipment it has is not said.
    assert!(first.clone().as_of(&[moved(Pending, Processing, 2)]).is_err());
}

#[test]
fn being_tracked_does_not_move_an_order() {
    let first = placed(&[(1, 1)]);
    let tracked = |status| OrderEvent {
        version: n(2),
        ..event(&first, Happening::Tracked { number: None, tracking: shipment("1"), status }, 2)
    };
    let placing = event(&first, Happening::placing(&first), 1);
    assert!(first.clone().as_of(&[placing.clone(), tracked(Pending)]).is_ok());
    // Where no parcel is named, it says all by itself.
    let named = |status| OrderEvent {
        what: Happening::Tracked { number: Some(n(1)), tracking: shipment("1"), status },
        ..tracked(status)
    };
    assert!(first.clone().as_of(&[placing.clone(), named(Pending)]).is_ok());
    assert!(first.clone().as_of(&[placing, named(Shipped)]).is_err());
}

#[test]
fn an_order_from_before_there_were_events_goes_on_from_what_it_had_become() {
    let first = placed(&[(1, 1)]);
    let placing = event(&first, Happening::placing(&first), 1);
    let migrated = Happening::Migrated { status: Shipped, tracking: Some(shipment("1")) };
    let migrated = OrderEvent { version: n(4), at: at(5000), ..event(&first, migrated, 2) };
    let then = first.as_of(&[placing, migrated]).unwrap().unwrap();
    assert_eq!((then.status(), then.version().get(), then.updated_at()), (Shipped, 4, at(5000)));
    assert_eq!(then.tracking(), Some(&shipment("1")));
}
