//! How PostgreSQL finds webhooks, consumers and deliveries: never by reading a whole table, whatever it knows of them.

use super::{
    common::{at, n, new_order, placing},
    hooks::{
        change, create, due, find, leased, log, order_events, progress, settled, standing, step, waiting,
    },
    open, postgres_server,
    scans::Scans,
    shop::now,
};
use orders_domain::{
    Consumer, Storage, Webhook, WebhookId,
    delivery::{DeliveryFilter, DeliveryQuery, DeliveryState, LogPosition, Progress, Step},
    ports::{Commit, Handled},
};

/// Every statement, often enough for its plan to be kept.
async fn use_everything(shop: &Storage, id: WebhookId) {
    let consumer = Consumer::Webhook(id);
    for round in 0..8 {
        shop.ledger.step(Step::Open(Consumer::Mail)).await.unwrap();
        let ids = order_events(shop, 3).await;
        leased(shop, consumer).await;
        let first = vec![
            settled(ids[0], 1, DeliveryState::Pending, round),
            waiting(ids[1], 1),
            settled(ids[2], 2, DeliveryState::Dead, round),
        ];
        let mut forward = Progress { settled: first, ..progress(consumer, Some(ids[2])) };
        step(shop, forward.clone()).await;
        standing(shop, consumer, &[(ids[0], 1), (ids[2], 2)]).await;
        due(shop, consumer, 90_000, 5).await;
        forward.settled = vec![settled(ids[0], 1, DeliveryState::Done, round)];
        step(shop, forward).await;
        for state in [None, Some(DeliveryState::Done), Some(DeliveryState::Dead)] {
            for of in [None, Some(consumer)] {
                let filter = DeliveryFilter { consumer: of, state };
                let after = Some(LogPosition { event: Some(ids[0]), consumer: None });
                shop.deliveries.log(DeliveryQuery { filter, after, limit: n(5) }).await.unwrap();
            }
        }
        for kind in 0..3 {
            let webhook: Webhook = find(shop, id).await;
            let changed = match kind {
                0 => webhook.retried(ids[0]).unwrap(),
                1 => webhook.replayed(None, None).unwrap(),
                _ => webhook.changed(webhook.details.clone(), true).unwrap().unwrap(),
            };
            change(shop, changed).await;
        }
        let message = Handled { by: "plans", message: ids[0] };
        now(shop
            .ledger
            .commit(Commit { handled: Some(message), ..placing(new_order(1, at(0)), None) })
            .await);
        shop.ledger.step(Step::Prune { before: at(0), most: 10 }).await.unwrap();
        shop.deliveries.webhooks(None, n(10)).await.unwrap();
        shop.deliveries.cursor(consumer).await.unwrap();
    }
}

const TABLES: [&str; 6] = ["webhooks", "consumers", "inbox", "deliveries", "attempts", "events"];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_of_deliveries_is_found_by_index_in_a_new_database_and_among_many() {
    for filled in [false, true] {
        let Some(database) = postgres_server::database() else { return };
        let id = {
            let shop = Storage::of(open(&database));
            let id = create(&shop).await.id;
            log(&shop, DeliveryFilter::default()).await;
            id
        };
        if filled {
            database.execute(
                "INSERT INTO deliveries SELECT 'webhook:1', -id, 'order', id % 500 + 1000, CASE WHEN id % 3 = 0 THEN 'pending'
                     ELSE 'done' END, NULL, 1, 9000000000000 FROM generate_series(1, 3000) AS id;
                 INSERT INTO attempts SELECT 'webhook:1', -id, 1, 0, 1, 200, NULL, NULL FROM generate_series(1, 3000) AS id;
                 INSERT INTO inbox SELECT 'plans', -id, 9000000000000 FROM generate_series(1, 3000) AS id;
                 ANALYZE",
            );
        }
        let before = Scans::of(&database, &TABLES).await;
        use_everything(&Storage::of(open(&database)), id).await;
        let read = Scans::of(&database, &TABLES).await.since(&before);
        assert_eq!(read.whole, 0, "filled: {filled}");
        // A statement that read the rows of the webhook to their end each time would count 24,000 more.
        assert!(read.rows < 6_000, "{} rows were found, filled: {filled}", read.rows);
    }
}
