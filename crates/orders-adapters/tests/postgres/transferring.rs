//! What goes along when a shop moves from a file to PostgreSQL.

use orders_adapters::{
    OpenError, SqliteDatabase,
    sql::{
        BulkParts, Key, Part,
        postgres::{PostgresCopy, PostgresOptions},
        sqlite::SqliteCopy,
    },
};
use orders_domain::{
    Consumer, Currency, Storage,
    delivery::{DeliveryFilter, DeliveryState, Leased, Progress, Stepped},
    ports::{Commit, Handled},
};

use super::{
    common::{at, new_order, placing},
    hooks::{
        KEY, change, create, lease, leased, log, order_events, progress, sealed, settle, settled, step,
        waiting,
    },
    open,
    postgres_server::{self, Database},
    shop::{now, refused},
};

const WEBHOOK: fn() -> Consumer = || Consumer::Webhook(1.try_into().unwrap());

fn target(database: &Database) -> PostgresCopy {
    PostgresCopy::open(&database.url().parse().unwrap(), PostgresOptions::default()).unwrap()
}

fn handled(message: orders_domain::EventId) -> Commit {
    Commit { handled: Some(Handled { by: "test", message }), ..placing(new_order(1, at(0)), None) }
}

/// Moves everything but the orders; whether each row is the same.
fn transfer(mut source: SqliteCopy, mut target: PostgresCopy) -> Vec<(Part, usize)> {
    target.begin("a file", Currency::USD).unwrap();
    let mut counts = Vec::new();
    for part in Part::ALL {
        assert_eq!(target.last_of(part).unwrap(), Key::default());
        let mut after = Key::default();
        let mut count = 0;
        loop {
            let rows = source.rows_after(part, &after).unwrap();
            let Some(last) = rows.last() else { break };
            target.copy_rows(&rows).unwrap();
            assert_eq!(target.rows_after(part, &after).unwrap().digests(), rows.digests());
            assert_eq!(target.last_of(part).unwrap(), last);
            (after, count) = (last, count + rows.len());
        }
        counts.push((part, count));
    }
    target.keep_secrets_key(source.secrets_key().unwrap()).unwrap();
    target.finish().unwrap();
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_their_secrets_and_the_log_move_along_but_not_whose_they_are() {
    let Some(database) = postgres_server::database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.sqlite");
    let (before, secrets, ids) = {
        let shop = Storage::of(std::sync::Arc::new(SqliteDatabase::open(&file).unwrap()));
        let webhook = create(&shop).await;
        let webhook = change(&shop, webhook.rotated(sealed("second")).unwrap()).await;
        create(&shop).await;
        let ids = order_events(&shop, 4).await;
        leased(&shop, WEBHOOK()).await;
        let first = vec![
            settled(ids[0], 1, DeliveryState::Pending, 0),
            waiting(ids[1], 1),
            settled(ids[2], 2, DeliveryState::Dead, 0),
        ];
        settle(&shop, WEBHOOK(), first).await;
        let failing = Progress { failing_since: Some(at(3)), ..progress(WEBHOOK(), Some(ids[2])) };
        step(&shop, failing).await;
        change(&shop, webhook.replayed(Some(ids[0]), None).unwrap()).await;
        leased(&shop, WEBHOOK()).await;
        now(shop.ledger.commit(handled(ids[0])).await);
        let secrets = shop.deliveries.secrets(webhook.id).await.unwrap().unwrap();
        (log(&shop, DeliveryFilter::default()).await, secrets, ids)
    };
    let moving = std::thread::scope(|scope| {
        scope.spawn(|| transfer(SqliteCopy::open(&file).unwrap(), target(&database))).join().unwrap()
    });
    let of = |part| moving.iter().find(|(known, _)| *known == part).unwrap().1;
    let counts = [Part::Webhooks, Part::Consumers, Part::Inbox, Part::Deliveries, Part::Attempts].map(of);
    assert_eq!(counts, [2, 2, 1, 3, 2]);
    let shop = Storage::of(open(&database));
    assert_eq!(log(&shop, DeliveryFilter::default()).await, before);
    assert_eq!(shop.deliveries.secrets(1.try_into().unwrap()).await.unwrap().unwrap(), secrets);
    assert_eq!(shop.deliveries.key().await.unwrap(), Some(KEY));
    assert_eq!(refused(shop.ledger.commit(handled(ids[0])).await), "Handled");
    let Stepped::Leased(Leased { cursor, replay, failing_since }) = lease(&shop, WEBHOOK(), "two").await
    else {
        panic!("it is held")
    };
    assert_eq!((cursor, failing_since), (Some(ids[2]), Some(at(3))));
    assert_eq!(replay.map(|replay| replay.after), Some(Some(ids[0])));
    assert!(replay.is_some_and(|replay| replay.until > ids[2]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_holds_any_of_it_is_no_target() {
    for held in [
        "INSERT INTO webhooks VALUES (1, 'https://a', 'order.*', 'active', '\\x00', NULL, NULL, 0, 1)",
        "INSERT INTO consumers (name, cursor) VALUES ('mail', 0)",
        "INSERT INTO inbox VALUES ('fulfilment', 1, 0)",
        "INSERT INTO deliveries VALUES ('mail', 1, 'order', 1, 'done', NULL, 1, 0)",
    ] {
        let Some(database) = postgres_server::database() else { return };
        drop(open(&database));
        database.execute(held);
        let begun = std::thread::scope(|scope| {
            scope.spawn(|| target(&database).begin("a file", Currency::USD)).join().unwrap()
        });
        assert!(matches!(begun, Err(OpenError::CatalogueNotEmpty)), "{held}: {begun:?}");
    }
}
