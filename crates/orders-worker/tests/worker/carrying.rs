//! What arrives, and in which order.

use std::collections::HashMap;

use orders_domain::{
    Consumer, OrderStatus, Subject, WebhookChange,
    delivery::DeliveryState,
    ports::{EventFilter, EventLimit},
};

use super::{receiver::again, shop::shops};

const URL: &str = "https://one.example/";

#[tokio::test]
async fn every_event_arrives_once_and_is_in_the_log() {
    for shop in shops() {
        let webhook = shop.webhook(URL).await;
        let at_work = shop.sends();
        for _ in 0..5 {
            shop.order().await;
        }
        shop.receiver.has(5).await;
        let log = shop.settled(&webhook, 5).await;
        let sent: Vec<_> = log.iter().map(|(event, ..)| *event).collect();
        assert!(log.iter().all(|(_, state, tries)| (*state, *tries) == (DeliveryState::Done, 1)));
        let mut got = shop.receiver.ids(URL);
        got.sort_unstable();
        assert_eq!(got, sent);
        at_work.stop().await;
        // The next one goes on where this one was.
        let at_work = shop.sends();
        shop.order().await;
        shop.receiver.has(6).await;
        assert_eq!(shop.settled(&webhook, 6).await.len(), 6);
        assert_eq!(shop.receiver.got().len(), 6);
        at_work.stop().await;
    }
}

#[tokio::test]
async fn a_webhook_gets_only_what_happens_after_it_and_only_what_it_wants() {
    for shop in shops() {
        shop.order().await;
        let webhook = shop.webhook(URL).await;
        let at_work = shop.sends();
        let other = shop.webhook("https://two.example/").await;
        shop.order().await;
        shop.receiver.has(2).await;
        let first = shop.settled(&webhook, 1).await;
        assert_eq!(shop.settled(&other, 1).await, first);
        assert_eq!(first.len(), 1);
        at_work.stop().await;
    }
}

#[tokio::test]
async fn an_order_that_fails_holds_back_its_own_events_and_no_others() {
    for shop in shops() {
        let webhook = shop.webhook(URL).await;
        // The events are: the webhook's own, then the order's.
        shop.receiver.answers(2, [again(), again(), again()]);
        let at_work = shop.sends();
        let order = shop.order().await;
        shop.advance(order.id(), OrderStatus::Processing).await;
        let other = shop.order().await;
        shop.advance(other.id(), OrderStatus::Processing).await;
        let log = shop.settled(&webhook, 4).await;
        let tries: HashMap<_, _> = log.iter().map(|(event, _, tries)| (*event, *tries)).collect();
        assert_eq!(tries, HashMap::from([(2, 4), (3, 1), (4, 1), (5, 1)]));
        let got = shop.receiver.ids(URL);
        let last = |id| got.iter().rposition(|got| *got == id).unwrap();
        let first = |id| got.iter().position(|got| *got == id).unwrap();
        assert!(first(3) > last(2) && first(5) > last(4), "{got:?}");
        at_work.stop().await;
    }
}

#[tokio::test]
async fn while_a_webhook_is_paused_everything_waits_and_then_follows_or_is_skipped() {
    for shop in shops() {
        let webhook = shop.webhook(URL).await;
        let at_work = shop.sends();
        shop.order().await;
        shop.settled(&webhook, 1).await;
        shop.change(&webhook, WebhookChange { active: Some(false), ..WebhookChange::default() }).await;
        shop.order().await;
        shop.order().await;
        shop.change(&webhook, WebhookChange { active: Some(true), ..WebhookChange::default() }).await;
        assert_eq!(shop.settled(&webhook, 3).await.len(), 3);
        shop.change(&webhook, WebhookChange { active: Some(false), ..WebhookChange::default() }).await;
        let skipped = shop.order().await;
        let now = WebhookChange { active: Some(true), skip: true, ..WebhookChange::default() };
        shop.change(&webhook, now).await;
        shop.order().await;
        let log = shop.settled(&webhook, 4).await;
        let all =
            shop.storage.feed.events(EventFilter::default(), None, EventLimit::MAX).await.unwrap().events;
        let of_skipped = all.iter().find(|event| event.subject == Subject::Order(skipped.id())).unwrap();
        assert!(
            log.iter()
                .all(|(event, state, _)| { *event != of_skipped.id.get() && *state == DeliveryState::Done })
        );
        assert_eq!(shop.receiver.got().len(), 4);
        at_work.stop().await;
    }
}

#[tokio::test]
async fn what_was_sent_is_sent_again_when_somebody_asks_for_it() {
    for shop in shops() {
        let webhook = shop.webhook(URL).await;
        let at_work = shop.sends();
        for _ in 0..4 {
            shop.order().await;
        }
        shop.settled(&webhook, 4).await;
        shop.retry(&webhook, 3).await;
        shop.receiver.has(5).await;
        assert_eq!(shop.receiver.got().last().unwrap().1, 3);
        // What is not stored when a replay is asked for is sent once more.
        shop.settled(&webhook, 4).await;
        shop.replay(&webhook, 2, 4).await;
        shop.receiver.has(7).await;
        let mut replayed: Vec<_> = shop.receiver.ids(URL)[5..].to_vec();
        replayed.sort_unstable();
        assert_eq!(replayed, [3, 4]);
        let tries = async {
            loop {
                let tries: Vec<_> = shop.settled(&webhook, 4).await.into_iter().map(|one| one.2).collect();
                if tries == [1, 3, 2, 1] {
                    return;
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), tries).await.unwrap();
        at_work.stop().await;
    }
}

#[tokio::test]
async fn a_worker_that_is_killed_loses_nothing_and_repeats_with_the_same_ids() {
    for shop in shops() {
        let webhook = shop.webhook(URL).await;
        for round in 0..20 {
            let at_work = shop.sends();
            let order = shop.order().await;
            shop.advance(order.id(), OrderStatus::Processing).await;
            if round % 2 == 0 {
                shop.receiver.has(round).await;
            }
            at_work.kill().await;
        }
        let at_work = shop.sends();
        let log = shop.settled(&webhook, 40).await;
        let cursor = shop.storage.deliveries.cursor(Consumer::Webhook(webhook.id)).await.unwrap();
        assert_eq!(log.len(), 40);
        assert!(cursor.is_some());
        let got = shop.receiver.ids(URL);
        let all: Vec<_> = log.iter().map(|(event, ..)| *event).collect();
        assert!(all.iter().all(|event| got.contains(event)), "{got:?}");
        // Of each order the first arrival of an event is after the first arrival of the one before.
        for pair in all.chunks(2) {
            let first = |id: i64| got.iter().position(|got| *got == id).unwrap();
            assert!(first(pair[0]) < first(pair[1]), "{pair:?} in {got:?}");
        }
        at_work.stop().await;
    }
}

#[tokio::test]
async fn working_off_ends_when_nothing_is_left_and_leaves_nothing() {
    for shop in shops() {
        let webhook = shop.webhook(URL).await;
        for _ in 0..600 {
            shop.order().await;
        }
        let worker = shop.worker().with_webhooks(shop.receiver.clone(), shop.webhooks.clone());
        let (_told, stop) = orders_worker::Stop::new();
        let off = tokio::time::timeout(std::time::Duration::from_mins(1), worker.work_off(stop)).await;
        off.unwrap();
        assert_eq!(shop.settled(&webhook, 600).await.len(), 600);
        assert_eq!(shop.receiver.got().len(), 600);
    }
}
