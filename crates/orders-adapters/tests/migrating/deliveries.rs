//! A database in which webhooks were made goes back to one that a program of before reads, and comes again.

use orders_adapters::{
    OpenError, SqliteDatabase,
    sql::sqlite::{migrate, revert},
};
#[cfg(feature = "postgres")]
use orders_adapters::{
    PostgresDatabase,
    sql::postgres::{self, PostgresOptions},
};
use orders_domain::{
    Consumer, Storage,
    delivery::{DeliveryState, Step},
};

#[cfg(feature = "postgres")]
use super::postgres_server;
use super::{
    NEWER,
    hooks::{create, events, leased, log_of, order_events, settle, settled},
};

/// Has everything happen that the migration has room for.
async fn live(shop: &Storage) {
    let consumer = Consumer::Webhook(create(shop).await.id);
    shop.ledger.step(Step::Open(Consumer::Mail)).await.unwrap();
    let ids = order_events(shop, 2).await;
    leased(shop, consumer).await;
    settle(shop, consumer, vec![settled(ids[0], 1, DeliveryState::Dead, 0)]).await;
    assert_eq!(log_of(shop, consumer).await.len(), 1);
}

/// Whether nothing is left of it but orders, and whether it can begin anew.
async fn assert_begins_anew(shop: &Storage) {
    let kinds: Vec<_> = events(shop).await.iter().map(|event| event.event_type().as_str()).collect();
    assert_eq!(kinds, ["order.placed", "order.placed"]);
    assert_eq!(shop.deliveries.key().await.unwrap(), None);
    assert_eq!(shop.deliveries.cursor(Consumer::Mail).await.unwrap(), None);
    live(shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_webhooks_goes_back_only_with_losses_and_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.sqlite");
    let open = || Storage::of(std::sync::Arc::new(SqliteDatabase::open(&file).unwrap()));
    live(&open()).await;
    for newer in &NEWER[..3] {
        assert_eq!(revert(&file, false).unwrap().as_deref(), Some(*newer));
    }
    // The names on the lines of its orders go first.
    assert_eq!(revert(&file, true).unwrap().as_deref(), Some(NEWER[3]));
    assert_eq!(revert(&file, false).unwrap().as_deref(), Some(NEWER[4]));
    let refused = revert(&file, false);
    assert!(matches!(refused, Err(OpenError::WouldLose { what, .. }) if what.contains("webhooks")));
    assert_eq!(revert(&file, true).unwrap().as_deref(), Some(NEWER[5]));
    assert_eq!(migrate(&file).unwrap(), [NEWER[5], NEWER[4], NEWER[3], NEWER[2], NEWER[1], NEWER[0]]);
    assert_begins_anew(&open()).await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_with_webhooks_goes_back_only_with_losses_and_comes_again() {
    let Some(database) = postgres_server::database() else { return };
    let url: postgres::PostgresUrl = database.url().parse().unwrap();
    // All of it blocks, which the thread of a test must not.
    let open = || {
        let url = url.clone();
        let opening =
            std::thread::spawn(move || PostgresDatabase::open(&url, None, PostgresOptions::default()));
        Storage::of(std::sync::Arc::new(opening.join().unwrap().unwrap()))
    };
    live(&open()).await;
    let going = url.clone();
    let back = move || {
        let options = PostgresOptions::default();
        for newer in &NEWER[..3] {
            assert_eq!(postgres::revert(&going, options, false).unwrap().as_deref(), Some(*newer));
        }
        // The names on the lines of its orders go first.
        assert_eq!(postgres::revert(&going, options, true).unwrap().as_deref(), Some(NEWER[3]));
        assert_eq!(postgres::revert(&going, options, false).unwrap().as_deref(), Some(NEWER[4]));
        assert!(matches!(postgres::revert(&going, options, false), Err(OpenError::WouldLose { .. })));
        assert_eq!(postgres::revert(&going, options, true).unwrap().as_deref(), Some(NEWER[5]));
    };
    std::thread::spawn(back).join().unwrap();
    assert_begins_anew(&open()).await;
}
