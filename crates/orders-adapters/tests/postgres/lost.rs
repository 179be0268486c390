//! Connections that are lost, and locks that somebody holds.

use std::time::{Duration, Instant};

use orders_adapters::sql::postgres::PostgresOptions;
use orders_domain::ports::{Ledger, Orders, PortError};
use tokio_postgres::NoTls;

use super::{
    after,
    common::{at, changing, key, n, new_order, parcel},
    open, open_with,
    placing::{place, placed, told, try_insert, try_update},
    postgres_server::{self, Cluster},
    wait_until,
};

const HANG_UP: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test(flavor = "multi_thread")]
async fn reads_survive_lost_connections_and_writes_work_again() {
    let Some(database) = postgres_server::database() else { return };
    let orders = open(&database);
    let first = place(&*orders, 1, at(0)).await;
    for round in 1..=3 {
        assert_eq!(orders.page(after(None, 1)).await.unwrap().len(), 1);
        database.execute(HANG_UP);
        assert_eq!(orders.find(first.id()).await.unwrap(), Some(first.clone()));
        database.execute(HANG_UP);
        assert_eq!(orders.page(after(None, 1)).await.unwrap(), std::slice::from_ref(&first));
        database.execute(HANG_UP);
        let asked = || key(&round.to_string(), 1);
        wait_until("a write", || async {
            try_insert(&*orders, new_order(2, at(0)), Some(asked())).await.is_ok()
        })
        .await;
    }
    // Whatever was tried, each key has made one order.
    assert_eq!(orders.page(after(None, 500)).await.unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_whose_connection_is_lost_under_way_is_done_again() {
    let Some(database) = postgres_server::database() else { return };
    let options = PostgresOptions { lock_timeout: Duration::from_secs(10), ..PostgresOptions::default() };
    let orders = open_with(&database, options);
    let first = place(&*orders, 1, at(0)).await;
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    // Hangs up on whoever waits, once somebody does, and lets the next one through.
    let hang_up = || async {
        let waiting = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        wait_until("a read", || async { !client.query(waiting, &[]).await.unwrap().is_empty() }).await;
        client.batch_execute("COMMIT").await.unwrap();
    };
    let lock = "BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE";
    client.batch_execute(lock).await.unwrap();
    let (found, ()) = tokio::join!(orders.find(first.id()), hang_up());
    assert_eq!(found.unwrap(), Some(first.clone()));
    client.batch_execute(lock).await.unwrap();
    let (listed, ()) = tokio::join!(orders.page(after(None, 1)), hang_up());
    assert_eq!(listed.unwrap(), [first]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_nobody_waits_for_one() {
    let Some(mut cluster) = Cluster::start() else { return };
    let database = cluster.database();
    let options = PostgresOptions { connect_timeout: Duration::from_mins(1), ..PostgresOptions::default() };
    let orders = open_with(&database, options);
    let first = place(&*orders, 1, at(0)).await;
    assert_eq!(orders.page(after(None, 1)).await.unwrap(), std::slice::from_ref(&first));
    cluster.signal("QUIT");
    wait_until("an outage", || async { orders.find(first.id()).await.is_err() }).await;

    let asked = Instant::now();
    let (page, found) = tokio::join!(orders.page(after(None, 1)), orders.find(first.id()));
    assert!(matches!(page, Err(PortError::Unavailable(_))), "{page:?}");
    assert!(matches!(found, Err(PortError::Unavailable(_))), "{found:?}");
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());

    cluster.start_again();
    wait_until("a list", || async { orders.page(after(None, 1)).await.is_ok() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_order_holds_up_nobody_else() {
    let Some(database) = postgres_server::database() else { return };
    let options = PostgresOptions { lock_timeout: Duration::from_millis(100), ..PostgresOptions::default() };
    let orders = open_with(&database, options);
    let (locked, free) = (place(&*orders, 1, at(0)).await, place(&*orders, 1, at(0)).await);
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("BEGIN; SELECT FROM orders WHERE id = 1 FOR UPDATE").await.unwrap();

    let change = async |order: &orders_domain::Order, number: &str| {
        try_update(&*orders, order.clone().track(parcel(number), at(10)).unwrap()).await.map(placed)
    };
    let (held, changed, inserted) = tokio::join!(
        change(&locked, "1"),
        change(&free, "2"),
        try_insert(&*orders, new_order(3, at(0)), None)
    );
    assert!(matches!(held, Err(PortError::Unavailable(_))), "{held:?}");
    assert_eq!(changed.unwrap().tracking(), Some(&parcel("2")));
    inserted.unwrap();
    assert_eq!(orders.find(locked.id()).await.unwrap(), Some(locked.clone()));

    client.batch_execute("COMMIT").await.unwrap();
    assert_eq!(change(&locked, "3").await.unwrap().tracking(), Some(&parcel("3")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_that_waits_holds_up_no_commit() {
    let Some(database) = postgres_server::database() else { return };
    let orders = open(&database);
    let locked = place(&*orders, 1, at(0)).await;
    let connect = async || {
        let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    };
    let (holder, watcher) = (connect().await, connect().await);
    holder.batch_execute("BEGIN; SELECT FROM orders WHERE id = 1 FOR UPDATE").await.unwrap();

    let work = changing(locked.track(parcel("1"), at(10)).unwrap(), None);
    let rehearsing = tokio::spawn({
        let orders = orders.clone();
        async move { orders.rehearse(work).await }
    });
    let waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock')";
    let waits = || async { watcher.query_one(waiting, &[]).await.unwrap().get::<_, bool>(0) };
    wait_until("the dry run waits", waits).await;
    place(&*orders, 2, at(0)).await;
    assert!(!rehearsing.is_finished());

    holder.batch_execute("COMMIT").await.unwrap();
    told(rehearsing.await.unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupt_order_hides_no_other() {
    let Some(database) = postgres_server::database() else { return };
    let orders = open(&database);
    let (first, _) = (place(&*orders, 1, at(0)).await, place(&*orders, 1, at(0)).await);
    database.execute("UPDATE orders SET currency = '???' WHERE id = 2");
    let (one, two, three) = tokio::join!(orders.find(n(1)), orders.find(n(2)), orders.find(n(3)));
    assert_eq!((one.unwrap(), three.unwrap()), (Some(first), None));
    assert!(matches!(two, Err(PortError::Corrupt(_))), "{two:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_writes_is_not_healthy_and_is_still_read() {
    let Some(database) = postgres_server::database() else { return };
    let orders = open(&database);
    let first = place(&*orders, 1, at(0)).await;
    let name = database.name();
    database.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on; {HANG_UP}"));
    wait_until("a refusal", || async {
        matches!(try_insert(&*orders, new_order(2, at(0)), None).await, Err(PortError::Unavailable(_)))
    })
    .await;
    let health = orders.health().await;
    assert!(health.reads.is_ok() && health.writes.is_err(), "{health:?}");
    assert_eq!(orders.find(first.id()).await.unwrap(), Some(first));

    database.execute(&format!(
        "SET transaction_read_only = off; ALTER DATABASE {name} RESET default_transaction_read_only; {HANG_UP}"
    ));
    wait_until("a write", || async { orders.health().await.writes.is_ok() }).await;
}
