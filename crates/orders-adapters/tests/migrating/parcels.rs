//! A database that the program of before there were parcels has made is brought to this one's schema, and back.

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
#[cfg(feature = "postgres")]
use orders_adapters::{
    PostgresDatabase,
    sql::postgres::{self, PostgresOptions},
};
use orders_adapters::{
    SqliteDatabase,
    sql::sqlite::{migrate, revert},
};
use orders_domain::{Fulfillment, Order, OrderStatus, ShipmentStatus, Tracking, ports::Stock};

#[cfg(feature = "postgres")]
use super::postgres_server;
use super::{
    NEWER, history, n,
    placing::{Database, change},
};

/// What it has made.
const MADE: &str = include_str!("../data/before_shipments.sql");

/// What it answered of its orders: the number that tracked the only parcel, if any.
const TRACKED: [Option<&str>; 8] = [None, Some("N1"), Some("N2"), Some("N1"), None, Some("N9"), None, None];

/// What became of each parcel, by the status of its order: none for the pending one and the one that was
/// cancelled before it had any.
const PARCELS: [Option<ShipmentStatus>; 8] = [
    None,
    Some(ShipmentStatus::Planned),
    Some(ShipmentStatus::Planned),
    Some(ShipmentStatus::Delivered),
    Some(ShipmentStatus::Shipped),
    Some(ShipmentStatus::Delivered),
    None,
    Some(ShipmentStatus::Cancelled),
];

async fn found(orders: &dyn Database, id: i64) -> Order {
    orders.find(n(id)).await.unwrap().unwrap()
}

/// Whether each order has the parcel that it had, and its events add up to it at each of its versions.
async fn assert_all_have_parcels(orders: &dyn Database) {
    for (index, (tracked, status)) in TRACKED.into_iter().zip(PARCELS).enumerate() {
        let order = found(orders, i64::try_from(index).unwrap() + 1).await;
        let id = order.id().get();
        let parcels: Vec<_> = order.shipments().iter().map(|parcel| parcel.status).collect();
        assert_eq!(parcels, Vec::from_iter(status), "{id}");
        assert_eq!(order.tracking().map(Tracking::number), tracked, "{id}");
        let expected = match order.status() {
            OrderStatus::Shipped => Fulfillment::Shipped,
            OrderStatus::Delivered => Fulfillment::Delivered,
            _ => Fulfillment::Unfulfilled,
        };
        assert_eq!(order.fulfillment(), expected, "{id}");
        for parcel in order.shipments() {
            let parts: Vec<_> = parcel.parts.iter().map(|part| part.quantity.get()).collect();
            assert_eq!(parts, [4, 2], "{id}");
        }
        let events = history(orders, &order).await;
        assert_eq!(order.clone().as_of(&events), Ok(Some(order.clone())), "{id}");
        for version in 1..=order.version().get() {
            let then = orders.at_version(order.id(), n(version)).await.unwrap().unwrap();
            assert_eq!(
                then.clone().as_of(&events[..usize::try_from(version).unwrap()]),
                Ok(Some(then)),
                "{id}"
            );
        }
    }
}

/// What is on hand and reserved of product 101.
async fn level(stock: &impl Stock) -> (i64, i64) {
    let standing = stock.standing(n(1), &[n(101)]).await.unwrap();
    let (_, _, level) = standing.levels[0];
    (level.on_hand, level.reserved)
}

/// What was reserved before is sent from where it is, and given back.
async fn live_on(orders: &(impl Database + Stock)) {
    assert_eq!(level(orders).await, (38, 12));
    change(orders, found(orders, 3).await.advance(OrderStatus::Shipped, super::at(9_000)).unwrap()).await;
    assert_eq!(level(orders).await, (34, 8));
    let cancelled = change(orders, found(orders, 2).await.cancel(super::at(9_001)).unwrap()).await;
    assert_eq!(level(orders).await, (34, 4));
    assert_eq!(cancelled.shipments()[0].status, ShipmentStatus::Cancelled);
    let cancelled = change(orders, found(orders, 1).await.cancel(super::at(9_002)).unwrap()).await;
    assert_eq!((level(orders).await, cancelled.shipments().len()), ((34, 0), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_from_before_parcels_keeps_all_and_goes_back_to_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.sqlite");
    let outsider = |sql: &str| {
        let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        conn.batch_execute(sql).unwrap();
    };
    let go_back = || assert_eq!(revert(&file, false).unwrap().as_deref(), Some(NEWER[0]));
    migrate(&file).unwrap();
    go_back();
    outsider(MADE);
    let keep = "CREATE TABLE kept_NAME AS SELECT * FROM NAME;";
    let tables = ["orders", "order_products", "order_shipments", "events", "stock_levels", "stock_movements"];
    outsider(&tables.map(|table| keep.replace("NAME", table)).concat());
    for _ in 0..2 {
        assert_all_have_parcels(&SqliteDatabase::open(&file).unwrap()).await;
        go_back();
        outsider("CREATE TABLE difference (n INTEGER CHECK (n = 0))");
        for table in tables {
            outsider(&format!(
                "INSERT INTO difference SELECT count(*) FROM (SELECT * FROM kept_{table} EXCEPT SELECT * FROM {table});
                 INSERT INTO difference SELECT (SELECT count(*) FROM kept_{table}) - (SELECT count(*) FROM {table})"
            ));
        }
        outsider("DROP TABLE difference");
    }
    live_on(&SqliteDatabase::open(&file).unwrap()).await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_from_before_parcels_keeps_all_and_goes_back_to_what_it_was() {
    let Some(database) = postgres_server::database() else { return };
    let url: postgres::PostgresUrl = database.url().parse().unwrap();
    // All of it blocks, which the thread of a test must not.
    let open = || {
        let url = url.clone();
        let opening =
            std::thread::spawn(move || PostgresDatabase::open(&url, None, PostgresOptions::default()));
        opening.join().unwrap().unwrap()
    };
    let go_back = || {
        let url = url.clone();
        let reverting = std::thread::spawn(move || postgres::revert(&url, PostgresOptions::default(), false));
        assert_eq!(reverting.join().unwrap().unwrap().as_deref(), Some(NEWER[0]));
    };
    drop(open());
    go_back();
    database.execute(MADE);
    database.execute(
        "SELECT setval('order_ids', max(id)) FROM orders; SELECT setval('event_ids', max(id)) FROM events",
    );
    let tables = ["orders", "order_products", "order_shipments", "events", "stock_levels", "stock_movements"];
    for table in tables {
        database.execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
    }
    for _ in 0..2 {
        assert_all_have_parcels(&open()).await;
        go_back();
        for table in tables {
            database.execute(&format!(
                "DO $$ BEGIN ASSERT NOT EXISTS (SELECT * FROM kept_{table} EXCEPT SELECT * FROM {table});
                 ASSERT (SELECT count(*) FROM kept_{table}) = (SELECT count(*) FROM {table}); END $$"
            ));
        }
    }
    live_on(&open()).await;
}
