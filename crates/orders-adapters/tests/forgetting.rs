//! What is known of a customer is emptied in orders that have ended, by another process, while a store is open.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use orders_adapters::{
    OpenError, SqliteDatabase,
    sql::{Forgotten, sqlite},
};
use orders_domain::{
    IdempotencyKey, NewOrder, Order, UserId,
    order::contact::{Contact, Email},
};

#[path = "common/orders.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod common;
#[path = "common/placing.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod placing;
#[cfg(feature = "postgres")]
#[path = "common/postgres.rs"]
mod postgres_server;

use common::{at, key, n, new_order};
use placing::{Database, Told, change, insert, told};

fn reached(user: i64) -> NewOrder {
    let contact = Contact { email: Email::parse("ada@example.org").ok(), ship_to: None };
    new_order(user, at(0)).of(contact)
}

async fn knows(orders: &dyn Database, order: &Order) -> bool {
    orders.find(order.id()).await.unwrap().unwrap().contact().email.is_some()
}

/// Beside others who write all the time, what has ended is emptied; keys stay as long as they count.
async fn what_has_ended_is_emptied(
    orders: Arc<dyn Database>,
    forget: impl Fn(UserId, DateTime<Utc>) -> Result<Forgotten, OpenError> + Send + Sync + 'static,
) {
    let forget = Arc::new(forget);
    let tell = |now: DateTime<Utc>| {
        let forget = Arc::clone(&forget);
        // As another process does, where blocking is allowed.
        tokio::task::spawn_blocking(move || forget(n(1), now))
    };
    let mut ended = Vec::new();
    for number in 0..20 {
        let Told::Now(order) = insert(&*orders, reached(1), Some(key(&format!("k{number}"), 1))).await else {
            panic!()
        };
        ended.push(change(&*orders, order.cancel(at(1)).unwrap()).await);
    }
    let Told::Now(open) = insert(&*orders, reached(1), None).await else { panic!() };
    let Told::Now(of_another) = insert(&*orders, reached(2), None).await else { panic!() };
    let of_another = change(&*orders, of_another.cancel(at(1)).unwrap()).await;

    let is_done = Arc::new(AtomicBool::new(false));
    let busy = tokio::spawn({
        let (orders, is_done) = (Arc::clone(&orders), Arc::clone(&is_done));
        async move {
            while !is_done.load(Ordering::Relaxed) {
                insert(&*orders, reached(3), None).await;
            }
        }
    });
    for emptied in [20, 0, 0] {
        let forgotten = tell(at(2)).await.unwrap().unwrap();
        assert_eq!(forgotten, Forgotten { emptied, left: 1 });
    }
    is_done.store(true, Ordering::Relaxed);
    busy.await.unwrap();
    for order in &ended {
        assert!(!knows(&*orders, order).await);
        assert_eq!(orders.find(order.id()).await.unwrap().unwrap().version(), order.version());
    }
    assert!(knows(&*orders, &open).await && knows(&*orders, &of_another).await);

    let again = |number: i64| common::placing(reached(1), Some(key(&format!("k{number}"), 1)));
    let before = told(orders.commit(again(0)).await).unwrap();
    assert_eq!(before, Told::Before(ended[0].clone().as_placed().without_contact()));
    // A day later the hash of what was sent is no use to anybody, and gone.
    let later = at(0) + IdempotencyKey::KEPT + TimeDelta::seconds(1);
    assert_eq!(tell(later).await.unwrap().unwrap().emptied, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_what_has_ended_is_emptied() {
    use diesel::{Connection, RunQueryDsl, SqliteConnection, dsl::sql, sql_types::BigInt};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.sqlite");
    let store = Arc::new(SqliteDatabase::open(&path).unwrap());
    let file = path.clone();
    what_has_ended_is_emptied(store, move |user, now| sqlite::forget(&path, user, now)).await;
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let keyed = sql::<BigInt>("SELECT count(*) FROM events WHERE idempotency_key IS NOT NULL");
    assert_eq!(keyed.get_result::<i64>(&mut conn).unwrap(), 0);
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_what_has_ended_is_emptied() {
    use orders_adapters::{PostgresDatabase, sql::postgres};

    let Some(database) = postgres_server::database() else { return };
    let url: postgres::PostgresUrl = database.url().parse().unwrap();
    let (options, opened) = (postgres::PostgresOptions::default(), url.clone());
    let open = std::thread::spawn(move || PostgresDatabase::open(&opened, None, options));
    let store = Arc::new(open.join().unwrap().unwrap());
    what_has_ended_is_emptied(store, move |user, now| postgres::forget(&url, options, user, now)).await;
    database.execute(
        "DO $$ BEGIN ASSERT NOT EXISTS (SELECT * FROM events WHERE idempotency_key IS NOT NULL); END $$",
    );
}
