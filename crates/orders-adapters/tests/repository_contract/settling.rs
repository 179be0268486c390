//! What becomes of what an order holds.

use orders_domain::{
    OrderStatus, Storage, catalogue::product::StockPolicy, ports::EventFilter, ports::EventLimit,
    stock::movement::MovementKind,
};
use tokio::task::JoinSet;

use super::{
    books::assert_balanced,
    common::{at, changing, key, parcel},
    placing::order_of,
    shop::{
        advance, available, count, keep, location, movements, now, pieces, product, refused, sell, step,
        stocked,
    },
};

pub async fn cancelling_lets_go_of_exactly_what_is_held_and_once(shop: Storage) {
    location(&shop, "MAIN", 0).await;
    location(&shop, "B", 1).await;
    let id = product(&shop, StockPolicy::Deny).await.id;
    keep(&shop, count(id, "MAIN", 2, None)).await;
    keep(&shop, count(id, "B", 2, None)).await;
    let order = sell(&shop, &[(id, 3)]).await;
    let other = sell(&shop, &[(id, 1)]).await;
    assert_eq!((pieces(&shop, id, "MAIN").await, pieces(&shop, id, "B").await), ((2, 2), (2, 2)));
    let cancelling = step(&shop, order.id(), OrderStatus::Cancelled).await;
    advance(&shop, order.id(), OrderStatus::Cancelled).await;
    assert_eq!((pieces(&shop, id, "MAIN").await, pieces(&shop, id, "B").await), ((2, 0), (2, 1)));
    assert_eq!(refused(shop.ledger.commit(changing(cancelling, None)).await), "Stale");
    assert_eq!((pieces(&shop, id, "MAIN").await, pieces(&shop, id, "B").await), ((2, 0), (2, 1)));
    let released: Vec<_> = movements(&shop, id, 500).await;
    let released = released.iter().filter(|moved| moved.kind == MovementKind::Released);
    let released: Vec<_> = released.map(|moved| (moved.location.as_str(), moved.quantity)).collect();
    assert_eq!(released, [("MAIN", 2), ("B", 1)]);
    advance(&shop, other.id(), OrderStatus::Cancelled).await;
    assert_eq!(available(&shop, id).await, Some(4));
    assert_balanced(&shop).await;
}

pub async fn a_change_that_is_stale_leaves_what_its_order_holds(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    let order = sell(&shop, &[(id, 3)]).await;
    let cancelling = step(&shop, order.id(), OrderStatus::Cancelled).await;
    let shipping = step(&shop, order.id(), OrderStatus::Shipped).await;
    advance(&shop, order.id(), OrderStatus::Processing).await;
    for stale in [cancelling, shipping] {
        assert_eq!(refused(shop.ledger.commit(changing(stale, None)).await), "Stale");
        assert_eq!((pieces(&shop, id, "MAIN").await, available(&shop, id).await), ((5, 3), Some(2)));
        // The next sale is decided by what is held, not by what would have been let go.
        let more = shop.ledger.rehearse(super::shop::selling(&[(id, 3)], None)).await;
        assert!(refused(more).starts_with("NotSold(OutOfStock("));
    }
    assert_balanced(&shop).await;
}

pub async fn of_many_who_cancel_or_ship_one_order_one_settles_it(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 20).await;
    for round in 0..10 {
        let order = sell(&shop, &[(id, 1)]).await;
        let cancelling = step(&shop, order.id(), OrderStatus::Cancelled).await;
        let shipping = step(&shop, order.id(), OrderStatus::Shipped).await;
        let mut tasks = JoinSet::new();
        for step in [cancelling, shipping].iter().cycle().take(16).cloned() {
            let shop = shop.clone();
            tasks.spawn(async move { shop.ledger.commit(changing(step, None)).await });
        }
        let (won, lost): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 15), "round {round}");
        assert!(lost.into_iter().map(refused).all(|reason| reason == "Stale"));
        assert_eq!(pieces(&shop, id, "MAIN").await.1, 0);
    }
    assert_balanced(&shop).await;
}

pub async fn shipping_takes_what_is_held_off_what_is_there(shop: Storage) {
    let id = stocked(&shop, StockPolicy::Deny, 5).await;
    let order = sell(&shop, &[(id, 2)]).await;
    advance(&shop, order.id(), OrderStatus::Processing).await;
    let tracking = shop.orders.find(order.id()).await.unwrap().unwrap().track(parcel("1"), at(10)).unwrap();
    now(shop.ledger.commit(changing(tracking, None)).await);
    assert_eq!(pieces(&shop, id, "MAIN").await, (5, 2));
    advance(&shop, order.id(), OrderStatus::Shipped).await;
    assert_eq!((pieces(&shop, id, "MAIN").await, available(&shop, id).await), ((3, 0), Some(3)));
    advance(&shop, order.id(), OrderStatus::Delivered).await;
    assert_eq!(pieces(&shop, id, "MAIN").await, (3, 0));
    assert_balanced(&shop).await;
}

pub async fn what_is_not_on_hand_is_not_shipped_and_nothing_of_its_order_is(shop: Storage) {
    let there = stocked(&shop, StockPolicy::Deny, 5).await;
    let promised = stocked(&shop, StockPolicy::Backorder, 1).await;
    keep(&shop, count(promised, "MAIN", 1, Some(5))).await;
    let order = sell(&shop, &[(there, 2), (promised, 3)]).await;
    let events = async || {
        let page = shop.feed.events(EventFilter::default(), None, EventLimit::MAX).await.unwrap();
        page.events.len()
    };
    let before = events().await;
    let shipping = step(&shop, order.id(), OrderStatus::Shipped).await;
    let reason = refused(shop.ledger.commit(changing(shipping.clone(), Some(key("a", 1)))).await);
    assert!(
        reason.starts_with("NotOnHand(Missing {") && reason.contains("on_hand: 1, wanted: 3"),
        "{reason}"
    );
    assert_eq!(shop.orders.find(order.id()).await.unwrap(), Some(order.clone()));
    assert_eq!((pieces(&shop, there, "MAIN").await, pieces(&shop, promised, "MAIN").await), ((5, 2), (1, 3)));
    assert_eq!(events().await, before);
    // Once they have come, the same request goes through.
    keep(&shop, count(promised, "MAIN", 3, None)).await;
    let shipped = order_of(now(shop.ledger.commit(changing(shipping, Some(key("a", 1)))).await));
    assert_eq!(shipped.status(), OrderStatus::Shipped);
    assert_eq!((pieces(&shop, there, "MAIN").await, pieces(&shop, promised, "MAIN").await), ((3, 0), (0, 0)));
    assert_balanced(&shop).await;
}
