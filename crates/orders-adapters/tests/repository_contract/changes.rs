//! Changes of orders: compare-and-set on the version.

use orders_domain::{Order, OrderStatus, ShippingProvider, Step, Tracking, TrackingNumber};
use tokio::task::JoinSet;

use super::{
    Orders,
    common::{at, n, parcel},
    placing::{Database, Told, change, place, update},
};

/// Stores the changed order over the one that it was made from, and finds it again.
async fn stored(orders: &dyn Database, step: Step) -> Order {
    let expected = step.clone().into_order();
    assert_eq!(change(orders, step).await, expected);
    assert_eq!(orders.find(expected.id()).await.unwrap(), Some(expected.clone()));
    expected
}

pub async fn a_change_of_the_version_seen_is_stored(orders: Orders) {
    let placed = place(&*orders, 1, at(0)).await;
    let processing = stored(&*orders, placed.advance(OrderStatus::Processing, at(10)).unwrap()).await;
    let cancelled = stored(&*orders, processing.cancel(at(20)).unwrap()).await;
    assert_eq!((cancelled.version(), cancelled.updated_at()), (n(3), at(20)));
}

pub async fn a_change_of_another_version_is_stale_and_changes_nothing(orders: Orders) {
    let placed = place(&*orders, 1, at(0)).await;
    let tracked = stored(&*orders, placed.clone().track(parcel("1"), at(10)).unwrap()).await;
    // Of a version that is past, and of one that is still to come.
    let later = tracked.clone().track(parcel("2"), at(20)).unwrap().into_order();
    for seen in [placed, later] {
        assert_eq!(update(&*orders, seen.cancel(at(20)).unwrap()).await, Told::Stale);
        assert_eq!(orders.find(tracked.id()).await.unwrap(), Some(tracked.clone()));
    }
}

pub async fn a_change_of_a_missing_order_is_stale_and_makes_none(orders: Orders) {
    let placed = place(&*super::memory().unwrap().orders, 1, at(0)).await;
    assert_eq!(update(&*orders, placed.cancel(at(10)).unwrap()).await, Told::Stale);
    assert_eq!(orders.find(n(1)).await.unwrap(), None);
}

pub async fn a_shipment_is_stored_replaced_and_removed(orders: Orders) {
    let longest = Tracking::new(
        ShippingProvider::parse(&"𝄞".repeat(64)).unwrap(),
        TrackingNumber::parse(&"'; DROP TABLE orders; --\u{200d}é".repeat(4)).unwrap(),
    );
    let mut order = place(&*orders, 1, at(0)).await;
    for shipment in [parcel("1"), longest, parcel("2")] {
        order = stored(&*orders, order.track(shipment.clone(), at(10)).unwrap()).await;
        assert_eq!(order.tracking(), Some(&shipment));
    }
    let cancelled = stored(&*orders, order.cancel(at(20)).unwrap()).await;
    assert_eq!(cancelled.tracking(), None);
}

pub async fn every_status_is_stored(orders: Orders) {
    for path in [&OrderStatus::ALL[1..4], &OrderStatus::ALL[4..]] {
        let mut order = place(&*orders, 1, at(0)).await;
        for next in path {
            order = stored(&*orders, order.advance(*next, at(10)).unwrap()).await;
            assert_eq!(order.status(), *next);
        }
    }
}

pub async fn of_concurrent_changes_to_one_version_exactly_one_wins(orders: Orders) {
    let placed = place(&*orders, 1, at(0)).await;
    let mut tasks = JoinSet::new();
    for number in 0..50 {
        let orders = orders.clone();
        let tracked = placed.clone().track(parcel(&number.to_string()), at(10)).unwrap();
        tasks.spawn(async move { update(&*orders, tracked).await });
    }
    let mut winners = Vec::new();
    for answer in tasks.join_all().await {
        match answer {
            Told::Now(order) => winners.push(order),
            other => assert_eq!(other, Told::Stale),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(orders.find(placed.id()).await.unwrap(), winners.pop());
}

pub async fn a_change_touches_no_other_order(orders: Orders) {
    let first = place(&*orders, 1, at(0)).await;
    let second = place(&*orders, 1, at(0)).await;
    let third = place(&*orders, 1, at(0)).await;
    stored(&*orders, second.track(parcel("1"), at(10)).unwrap()).await;
    for other in [first, third] {
        assert_eq!(orders.find(other.id()).await.unwrap(), Some(other));
    }
}
