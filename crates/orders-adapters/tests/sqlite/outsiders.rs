//! Another process that has its hands on the file.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use orders_adapters::{SqliteDatabase, SystemClock};
use orders_domain::{
    OrderId, OrderList, PageLimit,
    ports::{Clock, Ledger, Orders, PortError},
};
use tokio::task::JoinSet;

use super::{
    Place,
    common::{at, key, n, new_order, parcel},
    placing::{change, insert, place, placed, try_insert},
};

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

#[tokio::test]
async fn numbers_taken_by_an_outsider_are_passed_over_and_no_neighbour_suffers() {
    let place_of_file = Place::new();
    let orders = Arc::new(place_of_file.open());
    let first = place(&*orders, 1, at(0)).await;
    place_of_file
        .outsider()
        .batch_execute(
            "WITH taken (id) AS (VALUES (2), (3), (7))
             INSERT INTO orders SELECT taken.id, user_id, order_date, updated_at, status, currency,
                 version, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM orders, taken WHERE orders.id = 1;
             INSERT INTO order_products (id, order_id, product_id, price, quantity)
             VALUES (101, 2, 9, 1999, 7), (201, 3, 9, 1999, 7), (601, 7, 9, 1999, 7)",
        )
        .unwrap();

    let tracked = first.track(parcel("1"), at(10)).unwrap();
    let (changing, step) = (orders.clone(), tracked.clone());
    let changed = tokio::spawn(async move { change(&*changing, step).await });
    let mut tasks = JoinSet::new();
    for index in 0..50 {
        let orders = orders.clone();
        let (new, asked) = (new_order(2, at(10)), key(&index.to_string(), 1));
        tasks.spawn(async move { placed(insert(&*orders, new, Some(asked)).await).id() });
    }
    let mut ids = tasks.join_all().await;
    ids.sort_unstable();
    assert_eq!(ids, (8..58).map(n::<OrderId>).collect::<Vec<_>>());
    assert_eq!(changed.await.unwrap(), tracked.into_order());
    let query = OrderList::all(None, PageLimit::MAX);
    assert_eq!(orders.page(query).await.unwrap().len(), 1 + 3 + 50);
}

#[tokio::test]
async fn while_an_outsider_locks_the_database_reads_go_on_and_writes_are_unavailable() {
    let place_of_file = Place::new();
    let orders = place_of_file.open();
    let first = place(&orders, 1, at(0)).await;
    let mut outsider = place_of_file.outsider();
    for lock in ["IMMEDIATE", "EXCLUSIVE"] {
        outsider.batch_execute(&format!("BEGIN {lock}")).unwrap();
        let refused = try_insert(&orders, new_order(1, at(0)), Some(key("a", 1))).await;
        assert!(matches!(refused, Err(PortError::Unavailable(_))), "{refused:?}");
        assert_eq!(orders.find(first.id()).await.unwrap(), Some(first.clone()));
        let query = OrderList::all(None, PageLimit::MAX);
        assert_eq!(orders.page(query).await.unwrap(), std::slice::from_ref(&first));
        let health = orders.health().await;
        assert!(health.reads.is_ok(), "{health:?}");
        assert!(matches!(health.writes, Err(PortError::Unavailable(_))), "{health:?}");
        outsider.batch_execute("ROLLBACK").unwrap();
    }
    let health = orders.health().await;
    assert!(health.reads.is_ok() && health.writes.is_ok(), "{health:?}");
    let second = placed(insert(&orders, new_order(1, at(0)), Some(key("a", 1))).await);
    assert_eq!(second.id(), n(2));
}

#[test]
fn a_locked_database_cannot_be_opened() {
    let place = Place::new();
    drop(place.open());
    let mut outsider = place.outsider();
    outsider.batch_execute("BEGIN IMMEDIATE").unwrap();
    let error = SqliteDatabase::open(&place.file()).unwrap_err();
    assert!(error.to_string().ends_with("database is locked"), "{error}");
    outsider.batch_execute("COMMIT").unwrap();
    drop(place.open());
}

#[tokio::test]
async fn after_a_failed_commit_the_same_key_finds_out() {
    let place_of_file = Place::new();
    let orders = place_of_file.open();
    let first = placed(insert(&orders, new_order(1, now()), Some(key("a", 1))).await);
    // A reference that is checked only at the commit, and is wrong.
    place_of_file
        .outsider()
        .batch_execute(
            "CREATE TABLE parents (id INTEGER PRIMARY KEY);
             CREATE TABLE late (id INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER fail AFTER INSERT ON orders BEGIN INSERT INTO late VALUES (1); END",
        )
        .unwrap();
    let failed = try_insert(&orders, new_order(1, now()), Some(key("b", 1))).await;
    assert!(matches!(failed, Err(PortError::Unknown(_))), "{failed:?}");
    assert_eq!(orders.find(n(2)).await.unwrap(), None);
    assert!(orders.health().await.writes.is_ok());

    place_of_file.outsider().batch_execute("DROP TRIGGER fail").unwrap();
    assert_eq!(orders.recall(n(1), key("b", 1), now()).await.unwrap(), None);
    let second = placed(insert(&orders, new_order(1, now()), Some(key("b", 1))).await);
    assert_eq!((first.id(), second.id()), (n(1), n(2)));
}
