//! What becomes of orders by themselves.

use std::{sync::Arc, time::Duration};

use orders_domain::{
    Actor, EventType, OrderStatus, Subject,
    ports::{EventFilter, EventLimit},
};

use super::shop::{Shop, at_work, shops};

/// What happened to orders, once every one of so many is processing.
async fn processed(shop: &Shop, orders: usize) -> Vec<(i64, EventType, Actor)> {
    let processed = async {
        let mut after = None;
        let mut all = Vec::new();
        loop {
            let page =
                shop.storage.feed.events(EventFilter::default(), after, EventLimit::MAX).await.unwrap();
            all.extend(page.events.iter().filter_map(|event| match &event.subject {
                Subject::Order(order) => Some((order.get(), event.event_type(), event.origin.actor)),
                _ => None,
            }));
            after = page.cursor;
            if all.iter().filter(|(_, what, _)| *what == EventType::Processing).count() >= orders {
                return all;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), processed).await.unwrap()
}

#[tokio::test]
async fn each_order_is_planned_once_and_moved_on_once_whoever_dies() {
    for shop in shops() {
        let worker = || shop.worker().with_fulfilment(Arc::clone(&shop.orders));
        worker().open().await.unwrap();
        for round in 0..20 {
            let one = at_work(worker());
            shop.order().await;
            shop.order().await;
            if round % 3 == 0 {
                processed(&shop, 1).await;
            }
            one.kill().await;
        }
        let last = at_work(worker());
        let happened = processed(&shop, 40).await;
        last.stop().await;
        for order in 1..=40 {
            let of_order: Vec<_> =
                happened.iter().filter(|(id, ..)| *id == order).map(|(_, what, by)| (*what, *by)).collect();
            let [
                (EventType::Placed, _),
                (EventType::Planned, Actor::Worker),
                (EventType::Processing, Actor::Worker),
            ] = of_order[..]
            else {
                panic!("{order}: {of_order:?}")
            };
        }
    }
}

#[tokio::test]
async fn what_somebody_has_done_with_an_order_stays() {
    for shop in shops() {
        let worker = shop.worker().with_fulfilment(Arc::clone(&shop.orders));
        worker.open().await.unwrap();
        let cancelled = shop.order().await;
        shop.advance(cancelled.id(), OrderStatus::Cancelled).await;
        let sent = shop.order().await;
        shop.advance(sent.id(), OrderStatus::Shipped).await;
        shop.order().await;
        let (_told, stop) = orders_worker::Stop::new();
        worker.work_off(stop).await;
        let happened = processed(&shop, 1).await;
        let by_worker: Vec<_> = happened
            .iter()
            .filter(|(_, _, by)| *by == Actor::Worker)
            .map(|(id, what, _)| (*id, *what))
            .collect();
        assert_eq!(by_worker, [(3, EventType::Planned), (3, EventType::Processing)]);
    }
}

#[tokio::test]
async fn orders_of_before_are_left_alone() {
    for shop in shops() {
        shop.order().await;
        let worker = shop.worker().with_fulfilment(Arc::clone(&shop.orders));
        worker.open().await.unwrap();
        shop.order().await;
        let (_told, stop) = orders_worker::Stop::new();
        worker.work_off(stop).await;
        let happened = processed(&shop, 1).await;
        assert!(happened.iter().all(|(id, _, by)| *by != Actor::Worker || *id == 2), "{happened:?}");
    }
}
