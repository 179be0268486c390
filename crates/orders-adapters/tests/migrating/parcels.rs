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
use orders_domain::{
    Fulfillment, NewShipment, Order, OrderStatus, Part, ShipmentStatus, Tracking,
    order::contact::{Contact, Email},
    ports::Stock,
    shipment::cancellation::CancellationReason,
};

#[cfg(feature = "postgres")]
use super::postgres_server;
use super::{
    NEWER, history, n,
    placing::{Database, change, place},
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

/// Orders that only this program understands: sent in part, cancelled in part and whole, and reached otherwise.
async fn live_as_only_now(orders: &dyn Database) {
    let part = |line, pieces| Part { line, quantity: n(pieces) };
    let parcel = |status, parts| NewShipment {
        status,
        from: None,
        tracking: Some(super::parcel("N7")),
        weight: None,
        parts,
        reasons: Vec::new(),
    };
    let cancel = |order: Order, parts| {
        order.cancel_parts(CancellationReason::Other, parts, None, super::at(20)).unwrap()
    };
    let [sent, ended, reached, kept] = [
        place(orders, 1, super::at(0)).await,
        place(orders, 1, super::at(0)).await,
        place(orders, 1, super::at(0)).await,
        place(orders, 1, super::at(0)).await,
    ];
    let mut left: Vec<_> = sent.lines().map(|(_, line)| line.quantity().get()).collect();
    let sent =
        change(orders, sent.ship(parcel(ShipmentStatus::Shipped, vec![part(0, 1)]), super::at(10)).unwrap())
            .await;
    left[0] -= 1;
    let rest: Vec<_> =
        (0..).zip(left).filter(|(_, left)| *left > 0).map(|(line, left)| part(line, left.into())).collect();
    let sent = change(orders, cancel(sent, rest)).await;
    assert_eq!(sent.status(), OrderStatus::Shipped);
    let all: Vec<_> =
        (0..).zip(ended.lines()).map(|(line, (_, of))| part(line, of.quantity().get().into())).collect();
    assert_eq!(change(orders, cancel(ended, all)).await.status(), OrderStatus::Cancelled);
    let contact = Contact { email: Email::parse("ada@example.org").ok(), ship_to: None };
    change(orders, reached.reach(contact, super::at(10)).unwrap()).await;
    change(orders, kept.advance(OrderStatus::Processing, super::at(10)).unwrap()).await;
}

/// Whether each order is where it was, and its events add up to it.
async fn assert_what_is_left_adds_up(orders: &dyn Database) {
    let expected = [
        (OrderStatus::Shipped, Some("N7"), vec![1, 3]),
        (OrderStatus::Cancelled, None, vec![1, 2]),
        (OrderStatus::Pending, None, vec![1, 2]),
        (OrderStatus::Processing, None, vec![1, 2]),
    ];
    for (id, (status, tracked, versions)) in (1..).zip(expected) {
        let order = found(orders, id).await;
        assert_eq!((order.status(), order.tracking().map(Tracking::number)), (status, tracked), "{id}");
        let events = history(orders, &order).await;
        assert_eq!(events.iter().map(|event| event.version.get()).collect::<Vec<_>>(), versions, "{id}");
        assert_eq!(order.clone().as_of(&events), Ok(Some(order.clone())), "{id}");
    }
}

/// What a program of before reads of the events.
const OF_BEFORE: &str = "type IN ('placed', 'tracked', 'processing', 'shipped', 'delivered', 'migrated')
    OR (type = 'cancelled' AND data LIKE '%from%')";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_goes_back_with_losses_is_one_that_a_program_of_before_reads() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.sqlite");
    live_as_only_now(&SqliteDatabase::open(&file).unwrap()).await;
    for newer in &NEWER[..4] {
        assert_eq!(revert(&file, true).unwrap().as_deref(), Some(*newer));
    }
    for newer in &NEWER[4..6] {
        assert_eq!(revert(&file, false).unwrap().as_deref(), Some(*newer));
    }
    assert!(revert(&file, false).is_err());
    assert_eq!(revert(&file, true).unwrap().as_deref(), Some(NEWER[6]));
    let unread = format!(
        "CREATE TABLE unread (n INTEGER CHECK (n = 0)); INSERT INTO unread SELECT count(*) FROM events WHERE NOT ({OF_BEFORE}); DROP TABLE unread"
    );
    SqliteConnection::establish(file.to_str().unwrap()).unwrap().batch_execute(&unread).unwrap();
    assert_what_is_left_adds_up(&SqliteDatabase::open(&file).unwrap()).await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_goes_back_with_losses_is_one_that_a_program_of_before_reads() {
    let Some(database) = postgres_server::database() else { return };
    live_as_only_now(&open(&database)).await;
    assert_eq!(go_back(&database, true).as_deref(), Some(NEWER[6]));
    database.execute(&format!(
        "DO $$ BEGIN ASSERT NOT EXISTS (SELECT * FROM events WHERE NOT ({OF_BEFORE})); END $$"
    ));
    assert_what_is_left_adds_up(&open(&database)).await;
}

/// All of it blocks, which the thread of a test must not.
#[cfg(feature = "postgres")]
fn open(database: &postgres_server::Database) -> PostgresDatabase {
    let url: postgres::PostgresUrl = database.url().parse().unwrap();
    let opening = std::thread::spawn(move || PostgresDatabase::open(&url, None, PostgresOptions::default()));
    opening.join().unwrap().unwrap()
}

#[cfg(feature = "postgres")]
fn go_back(database: &postgres_server::Database, with_losses: bool) -> Option<String> {
    let url: postgres::PostgresUrl = database.url().parse().unwrap();
    let reverting = std::thread::spawn(move || {
        let revert = |with_losses| postgres::revert(&url, PostgresOptions::default(), with_losses).unwrap();
        for newer in &NEWER[..4] {
            assert_eq!(revert(with_losses).as_deref(), Some(*newer));
        }
        for newer in &NEWER[4..6] {
            assert_eq!(revert(false).as_deref(), Some(*newer));
        }
        revert(with_losses)
    });
    reverting.join().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_from_before_parcels_keeps_all_and_goes_back_to_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.sqlite");
    let outsider = |sql: &str| {
        let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        conn.batch_execute(sql).unwrap();
    };
    let go_back = || {
        for newer in &NEWER[..7] {
            assert_eq!(revert(&file, false).unwrap().as_deref(), Some(*newer));
        }
    };
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
    drop(open(&database));
    assert_eq!(go_back(&database, false).as_deref(), Some(NEWER[6]));
    database.execute(MADE);
    database.execute(
        "SELECT setval('order_ids', max(id)) FROM orders; SELECT setval('event_ids', max(id)) FROM events",
    );
    let tables = ["orders", "order_products", "order_shipments", "events", "stock_levels", "stock_movements"];
    for table in tables {
        database.execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
    }
    for _ in 0..2 {
        assert_all_have_parcels(&open(&database)).await;
        assert_eq!(go_back(&database, false).as_deref(), Some(NEWER[6]));
        for table in tables {
            database.execute(&format!(
                "DO $$ BEGIN ASSERT NOT EXISTS (SELECT * FROM kept_{table} EXCEPT SELECT * FROM {table});
                 ASSERT (SELECT count(*) FROM kept_{table}) = (SELECT count(*) FROM {table}); END $$"
            ));
        }
    }
    live_on(&open(&database)).await;
}
