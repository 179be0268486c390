//! Changes of orders: compare-and-set on the version.

use orders_domain::{
    Order, OrderShipment, OrderStatus, ShippingProvider, TrackingNumber, Version,
    ports::{OrderRepository, PortError},
};
use tokio::task::JoinSet;

use super::{
    Orders,
    common::{at, n, parcel},
    placing::place,
};

/// Stores the changed order over the one that it was made from, and finds it again.
async fn stored(orders: &dyn OrderRepository, changed: Order, seen: Version) -> Order {
    assert_eq!(orders.update(changed.clone(), seen).await.unwrap(), changed);
    assert_eq!(orders.find(changed.id()).await.unwrap(), Some(changed.clone()));
    changed
}

pub async fn a_change_of_the_version_seen_is_stored(orders: Orders) {
    let placed = place(&*orders, 1, at(0)).await;
    let processing = placed.clone().advance(OrderStatus::Processing, at(10)).unwrap();
    let processing = stored(&*orders, processing, placed.version()).await;
    let cancelled = processing.clone().cancel(at(20)).unwrap();
    let cancelled = stored(&*orders, cancelled, processing.version()).await;
    assert_eq!((cancelled.version(), cancelled.updated_at()), (n(3), at(20)));
}

pub async fn a_change_of_another_version_is_stale_and_changes_nothing(orders: Orders) {
    let placed = place(&*orders, 1, at(0)).await;
    let tracked = placed.clone().track(parcel("1"), at(10)).unwrap();
    let tracked = stored(&*orders, tracked, placed.version()).await;

    let cancelled = tracked.clone().cancel(at(20)).unwrap();
    for seen in [1, 3, i64::MAX] {
        let answer = orders.update(cancelled.clone(), n(seen)).await;
        assert!(matches!(answer, Err(PortError::Stale)), "{answer:?}");
        assert_eq!(orders.find(placed.id()).await.unwrap(), Some(tracked.clone()));
    }
}

pub async fn a_change_of_a_missing_order_is_stale_and_makes_none(orders: Orders) {
    let placed = place(&*super::memory().unwrap().orders, 1, at(0)).await;
    let seen = placed.version();
    let answer = orders.update(placed.cancel(at(10)).unwrap(), seen).await;
    assert!(matches!(answer, Err(PortError::Stale)), "{answer:?}");
    assert_eq!(orders.find(n(1)).await.unwrap(), None);
}

pub async fn a_shipment_is_stored_replaced_and_removed(orders: Orders) {
    let longest = OrderShipment::new(
        ShippingProvider::parse(&"𝄞".repeat(64)).unwrap(),
        TrackingNumber::parse(&"'; DROP TABLE orders; --\u{200d}é".repeat(4)).unwrap(),
    );
    let mut order = place(&*orders, 1, at(0)).await;
    for shipment in [parcel("1"), longest, parcel("2")] {
        let seen = order.version();
        order = stored(&*orders, order.track(shipment.clone(), at(10)).unwrap(), seen).await;
        assert_eq!(order.shipment(), Some(&shipment));
    }
    let seen = order.version();
    let cancelled = stored(&*orders, order.cancel(at(20)).unwrap(), seen).await;
    assert_eq!(cancelled.shipment(), None);
}

pub async fn every_status_is_stored(orders: Orders) {
    for path in [&OrderStatus::ALL[1..4], &OrderStatus::ALL[4..]] {
        let mut order = place(&*orders, 1, at(0)).await;
        for next in path {
            let seen = order.version();
            order = stored(&*orders, order.advance(*next, at(10)).unwrap(), seen).await;
            assert_eq!(order.status(), *next);
        }
    }
}

pub async fn of_concurrent_changes_to_one_version_exactly_one_wins(orders: Orders) {
    let placed = place(&*orders, 1, at(0)).await;
    let mut tasks = JoinSet::new();
    for number in 0..50 {
        let (orders, seen) = (orders.clone(), placed.version());
        let tracked = placed.clone().track(parcel(&number.to_string()), at(10)).unwrap();
        tasks.spawn(async move { orders.update(tracked, seen).await });
    }
    let mut winners = Vec::new();
    for answer in tasks.join_all().await {
        match answer {
            Ok(order) => winners.push(order),
            Err(error) => assert!(matches!(error, PortError::Stale), "{error:?}"),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(orders.find(placed.id()).await.unwrap(), winners.pop());
}

pub async fn a_change_touches_no_other_order(orders: Orders) {
    let first = place(&*orders, 1, at(0)).await;
    let second = place(&*orders, 1, at(0)).await;
    let third = place(&*orders, 1, at(0)).await;
    let seen = second.version();
    stored(&*orders, second.track(parcel("1"), at(10)).unwrap(), seen).await;
    for other in [first, third] {
        assert_eq!(orders.find(other.id()).await.unwrap(), Some(other));
    }
}
