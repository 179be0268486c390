//! Messages by which something is done once, and forgetting what has ended.

use std::sync::Arc;

use orders_domain::{
    Actor, Consumer, EventId, OrderStatus, Storage,
    delivery::{DeliveryState, Step, Stepped},
    ports::{Commit, Committed, Handled},
};
use tokio::{sync::Barrier, task::JoinSet};

use super::{
    common::{at, changing, n, new_order, placing},
    hooks::{
        create, creating, due, events, find, leased, log_of, order_events, sealed, settle, settled, waiting,
    },
    shop::{level, now, order, refused, sell, step, stocked},
};

fn by(message: EventId, work: Commit) -> Commit {
    Commit { handled: Some(Handled { by: "fulfilment", message }), origin: Actor::Worker.into(), ..work }
}

pub async fn what_is_done_by_a_message_is_done_once_however_often_it_comes(shop: Storage) {
    let id = stocked(&shop, orders_domain::catalogue::product::StockPolicy::Deny, 5).await;
    let message = order_events(&shop, 1).await[0];
    let sold = sell(&shop, &[(id, 3)]).await;
    let before = events(&shop).await.len();
    let begin = Arc::new(Barrier::new(16));
    let mut tasks = JoinSet::new();
    for number in 0..16 {
        let work = if number % 2 == 0 {
            by(message, changing(step(&shop, sold.id(), OrderStatus::Shipped).await, None))
        } else {
            by(message, placing(new_order(1, at(0)), None))
        };
        let (shop, begin) = (shop.clone(), Arc::clone(&begin));
        tasks.spawn(async move {
            begin.wait().await;
            shop.ledger.commit(work).await
        });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(Committed::Now(_)))).count(), 1);
    let others: Vec<_> = answers.into_iter().filter(Result::is_err).map(refused).collect();
    assert_eq!(others, ["Handled"; 15]);
    assert_eq!(events(&shop).await.len(), before + 1);
    // Another message, and another thing that is done by this one.
    now(shop.ledger.commit(by(n(1), placing(new_order(1, at(0)), None))).await);
    let other = Handled { by: "another", message };
    let work = Commit { handled: Some(other), ..by(message, placing(new_order(1, at(0)), None)) };
    now(shop.ledger.commit(work.clone()).await);
    assert_eq!(refused(shop.ledger.commit(work).await), "Handled");
}

pub async fn a_message_by_which_nothing_could_be_done_may_come_again(shop: Storage) {
    let id = stocked(&shop, orders_domain::catalogue::product::StockPolicy::Deny, 5).await;
    let message = order_events(&shop, 1).await[0];
    let sold = sell(&shop, &[(id, 3)]).await;
    let processing = changing(step(&shop, sold.id(), OrderStatus::Processing).await, None);
    let stale = processing.clone();
    now(shop.ledger.commit(processing).await);
    let too_many = super::shop::selling(&[(id, 6)], None);
    let locations =
        super::shop::keeping(super::shop::new_location("MAIN", super::shop::at_priority(0)), None);
    for (work, reason) in [(stale, "Stale"), (too_many, "NotSold"), (locations, "Taken")] {
        let before = events(&shop).await;
        let answer = refused(shop.ledger.commit(by(message, work)).await);
        assert!(answer.starts_with(reason), "{answer}");
        assert_eq!(events(&shop).await, before);
    }
    let shipping = changing(step(&shop, sold.id(), OrderStatus::Shipped).await, None);
    let rehearsed = order(now(shop.ledger.rehearse(by(message, shipping.clone())).await));
    assert_eq!(rehearsed.status(), OrderStatus::Shipped);
    let shipped = order(now(shop.ledger.commit(by(message, shipping.clone())).await));
    assert_eq!(shipped, rehearsed);
    assert_eq!(level(&shop, id, "MAIN").await.level.on_hand, 2);
    assert_eq!(refused(shop.ledger.rehearse(by(message, shipping)).await), "Handled");
    assert_eq!(refused(shop.ledger.commit(by(message, creating(&sealed("x"), None))).await), "Handled");
    assert_eq!(shop.deliveries.webhooks(None, n(1)).await.unwrap(), []);
}

pub async fn what_has_ended_is_forgotten_a_few_rows_at_a_time_and_what_waits_never(shop: Storage) {
    let webhook = create(&shop).await;
    let consumer = Consumer::Webhook(webhook.id);
    let ids = order_events(&shop, 6).await;
    leased(&shop, consumer).await;
    let first = vec![
        settled(ids[0], 1, DeliveryState::Done, 0),
        settled(ids[1], 2, DeliveryState::Pending, 0),
        waiting(ids[2], 2),
        settled(ids[3], 3, DeliveryState::Dead, 0),
        settled(ids[4], 4, DeliveryState::Skipped, 0),
        settled(ids[5], 5, DeliveryState::Done, 5000),
    ];
    settle(&shop, consumer, first).await;
    for message in [ids[0], ids[1]] {
        now(shop.ledger.commit(by(message, placing(new_order(1, at(0)), None))).await);
    }
    let later = Commit { now: at(5000), ..by(ids[2], placing(new_order(1, at(5000)), None)) };
    now(shop.ledger.commit(later.clone()).await);
    let prune = async |before, most| match shop.ledger.step(Step::Prune { before, most }).await.unwrap() {
        Stepped::Pruned(rows) => rows,
        other => panic!("{other:?}"),
    };
    assert_eq!(prune(at(0), 100).await, 0);
    assert_eq!(prune(at(1000), 0).await, 0);
    assert_eq!(prune(at(1000), 2).await, 2);
    assert_eq!(prune(at(1000), 2).await, 2);
    assert_eq!((prune(at(1000), 2).await, prune(at(1000), 2).await), (1, 0));
    let left: Vec<_> =
        log_of(&shop, consumer).await.into_iter().map(|sent| (sent.event, sent.attempts.len())).collect();
    assert_eq!(left, [(ids[1], 1), (ids[2], 0), (ids[5], 1)]);
    assert_eq!(due(&shop, consumer, 2000, 9).await.0, [(ids[1].get(), 1)]);
    // A message that is forgotten would be done again; one that is not is not.
    assert_eq!(refused(shop.ledger.commit(later).await), "Handled");
    now(shop.ledger.commit(by(ids[0], placing(new_order(1, at(0)), None))).await);
    assert_eq!(find(&shop, webhook.id).await, webhook);
}
