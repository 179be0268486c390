//! Receivers that fail.

use std::time::Duration;

use orders_domain::{
    Consumer, WebhookChange,
    delivery::{DeliveryState, DisabledFor, Verdict, WebhookState},
};

use super::{
    receiver::again,
    shop::{Shop, shops},
};

const URL: &str = "https://one.example/";

/// The state of a webhook, once it is this one.
async fn becomes(shop: &Shop, webhook: &orders_domain::Webhook, state: WebhookState) {
    let becomes = async {
        while shop.storage.deliveries.webhook(webhook.id).await.unwrap().unwrap().details.state != state {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), becomes).await.unwrap();
}

#[tokio::test]
async fn what_is_tried_in_vain_as_often_as_anything_is_dead_and_the_next_one_follows() {
    for shop in shops() {
        let webhook = shop.webhook(URL).await;
        shop.receiver.answers(2, std::iter::repeat_n(again(), 10));
        let at_work = super::shop::at_work(
            shop.worker()
                .with_times(
                    orders_worker::Terms::default(),
                    orders_domain::delivery::Schedule::standard().faster(1_000_000),
                )
                .with_webhooks(shop.receiver.clone(), shop.webhooks.clone()),
        );
        let order = shop.order().await;
        shop.advance(order.id(), orders_domain::OrderStatus::Processing).await;
        let log = shop.settled(&webhook, 2).await;
        assert_eq!(log, [(2, DeliveryState::Dead, 10), (3, DeliveryState::Done, 1)]);
        at_work.stop().await;
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_gets_nothing_more_until_somebody_says_so() {
    for shop in shops() {
        let webhook = shop.webhook(URL).await;
        shop.receiver.answers(2, [Verdict::Gone]);
        let at_work = shop.sends();
        shop.order().await;
        becomes(&shop, &webhook, WebhookState::Disabled(DisabledFor::Gone)).await;
        shop.order().await;
        shop.change(&webhook, WebhookChange { active: Some(true), ..WebhookChange::default() }).await;
        let log = shop.settled(&webhook, 2).await;
        assert_eq!(log.iter().map(|(event, state, _)| (*event, *state)).collect::<Vec<_>>().len(), 2);
        assert!(log.iter().all(|(_, state, _)| *state == DeliveryState::Done), "{log:?}");
        at_work.stop().await;
    }
}

#[tokio::test]
async fn a_receiver_that_only_fails_for_days_gets_nothing_more() {
    for shop in shops() {
        let webhook = shop.webhook(URL).await;
        shop.receiver.usually(Some(again()));
        let patience = orders_domain::delivery::Schedule::standard().faster(1_000_000);
        let terms =
            orders_worker::Terms { probe: Duration::from_millis(10), ..orders_worker::Terms::default() };
        let worker = shop.worker().with_times(terms, patience);
        let at_work =
            super::shop::at_work(worker.with_webhooks(shop.receiver.clone(), shop.webhooks.clone()));
        while shop.storage.deliveries.webhook(webhook.id).await.unwrap().unwrap().details.state
            == WebhookState::Active
        {
            shop.order().await;
            tokio::task::yield_now().await;
        }
        becomes(&shop, &webhook, WebhookState::Disabled(DisabledFor::Failing)).await;
        at_work.stop().await;
    }
}

#[tokio::test]
async fn a_dead_receiver_holds_back_nobody_else_and_fills_no_log() {
    for shop in shops() {
        let dead = shop.webhook("https://dead.example/").await;
        let alive = shop.webhook(URL).await;
        // Every message to the dead one fails, which the ids do not tell: so it gets a type that nobody else wants.
        let only = orders_domain::delivery::TypePatterns::parse(["order.placed"]).unwrap();
        shop.change(&dead, WebhookChange { types: Some(only), ..WebhookChange::default() }).await;
        let is_dead = |id: i64| shop.receiver.answers(id, std::iter::repeat_n(again(), 1000));
        let at_work = shop.sends();
        for id in 4..1000 {
            is_dead(id);
        }
        let other = orders_domain::delivery::TypePatterns::parse(["order.processing"]).unwrap();
        shop.change(&alive, WebhookChange { types: Some(other), ..WebhookChange::default() }).await;
        for _ in 0..100 {
            shop.order().await;
        }
        shop.receiver.has(10).await;
        // Some were tried before it was known to be away; the others wait in the feed.
        let log = shop.log(Consumer::Webhook(dead.id)).await;
        assert!(log.len() < 100, "{}", log.len());
        at_work.stop().await;
    }
}
