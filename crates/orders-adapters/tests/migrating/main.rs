//! A database from before there were events, or products, is brought to this program's schema, and back.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
#[cfg(feature = "postgres")]
use orders_adapters::{
    PostgresDatabase,
    sql::postgres::{self, PostgresOptions},
};
use orders_adapters::{
    SqliteDatabase, SystemClock,
    sql::sqlite::{migrate, revert},
};
use orders_domain::{
    EventId, Fingerprint, Happening, Idempotency, Order, OrderEvent, OrderList, OrderStatus, PageLimit,
    ports::{Catalogue, EventFilter, EventLimit, Made, ProductQuery, Refused},
};

#[path = "../common/orders.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod common;
#[path = "../common/placing.rs"]
mod placing;
#[cfg(feature = "postgres")]
#[path = "../common/postgres.rs"]
mod postgres_server;

mod deliveries;
mod imports;
mod parcels;

#[path = "../common/hooks.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod hooks;
#[path = "../common/shop.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod shop;

use common::{at, changing, n, parcel};
use placing::{Database, change};

const ORDERS: i64 = 1_000;

/// What has come since, the newest first.
const NEWER: [&str; 9] = [
    "2026-11-30-000011_rollups",
    "2026-11-29-000010_traces",
    "2026-11-29-000009_imports",
    "2026-11-28-000008_marketplaces",
    "2026-11-28-000007_lists",
    "2026-11-28-000006_deliveries",
    "2026-11-28-000005_shipments",
    "2026-11-27-000004_catalogue",
    "2026-11-27-000003_events",
];

/// Orders in each status, some with a key, as the tables were before; `{zeros}` are 32 bytes.
const FILL: &str = "
    INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, shipping_provider, tracking_number,
        version, idempotency_key, request_fingerprint)
    WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < {orders})
    SELECT id, 1 + id % 3, {now} + id, {now} + id + id % 5,
        CASE id % 5 WHEN 0 THEN 'pending' WHEN 1 THEN 'processing' WHEN 2 THEN 'shipped' WHEN 3 THEN 'delivered'
            ELSE 'cancelled' END,
        'USD', CASE WHEN id % 5 IN (2, 3) THEN 'USPS' END, CASE WHEN id % 5 IN (2, 3) THEN 'N\"1' END, 1 + id % 5,
        CASE WHEN id % 7 = 0 THEN 'k' || id END, CASE WHEN id % 7 = 0 THEN {zeros} END
    FROM ids;
    INSERT INTO order_products (order_id, position, product_id, price, quantity)
    WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < {orders})
    SELECT id, position, 9 - position, 1999, 1 + id % 100 FROM ids, (SELECT 0 AS position UNION ALL SELECT 1) AS positions";

fn fill(zeros: &str) -> String {
    let now = at(0).timestamp_millis().to_string();
    FILL.replace("{orders}", &ORDERS.to_string()).replace("{now}", &now).replace("{zeros}", zeros)
}

fn key(id: i64, body: u8) -> Idempotency {
    Idempotency { key: format!("k{id}").parse().unwrap(), fingerprint: Fingerprint([body; 32]) }
}

/// What happened to an order.
async fn history(orders: &dyn Database, order: &Order) -> Vec<OrderEvent> {
    let page = orders.events(EventFilter::of_order(order.id()), None, EventLimit::MAX).await.unwrap();
    page.events.into_iter().map(|event| event.of_order().unwrap()).collect()
}

/// Whether every order is what it was, its events add up to it, its key still stands for it, and life
/// goes on.
async fn assert_all_is_kept(orders: &dyn Database) {
    let (mut after, mut seen) = (None, 0);
    loop {
        let query = OrderList::all(after, PageLimit::MAX);
        let page = orders.page(query).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id());
        for order in page {
            seen += 1;
            let id = order.id().get();
            let life = id % 5;
            let status = OrderStatus::ALL[usize::try_from(life).unwrap()];
            assert_eq!((id, order.status(), order.version().get()), (seen, status, 1 + life));
            assert_eq!(
                (order.user(), order.ordered_at(), order.updated_at()),
                (n(1 + id % 3), at(id), at(id + life))
            );
            assert_eq!(order.tracking(), [2, 3].contains(&life).then(|| parcel("N\"1")).as_ref());
            let lines: Vec<_> = order.lines().map(|(id, line)| (id.get(), line.product().get())).collect();
            assert_eq!(lines, [(id * 100 - 99, 9), (id * 100 - 98, 8)]);

            let events = history(orders, &order).await;
            let kinds: Vec<_> = events.iter().map(|event| event.what.event_type().as_str()).collect();
            let expected: &[_] =
                if life == 0 { &["order.placed"] } else { &["order.placed", "order.migrated"] };
            assert_eq!(kinds, expected);
            assert_eq!(events[0].what, Happening::placing(&order));
            assert_eq!(order.clone().as_of(&events), Ok(Some(order.clone())));
            if id % 7 == 0 {
                let known = orders.recall(order.user(), key(id, 0), at(id)).await.unwrap();
                assert_eq!(known, Some(Made::Order(order.clone().as_placed())));
                let other = orders.recall(order.user(), key(id, 1), at(id)).await;
                assert!(matches!(other, Err(Refused::KeyReused)), "{other:?}");
            }
        }
    }
    assert_eq!(seen, ORDERS);
    let mut ids: Vec<EventId> = Vec::new();
    loop {
        let page = orders.events(EventFilter::default(), ids.last().copied(), EventLimit::MAX).await.unwrap();
        ids.extend(page.events.iter().map(|event| event.id));
        if !page.more {
            break;
        }
    }
    assert_eq!(ids, (1..=ORDERS + ORDERS * 4 / 5).map(n).collect::<Vec<_>>());
}

/// Changes order 1, which was processing.
async fn live_on(orders: &dyn Database) {
    let order = orders.find(n(1)).await.unwrap().unwrap();
    let shipped = change(orders, order.advance(OrderStatus::Shipped, at(9_000)).unwrap()).await;
    let events = history(orders, &shipped).await;
    assert_eq!(events.iter().map(|event| event.version.get()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(shipped.clone().as_of(&events), Ok(Some(shipped.clone())));
    // What was before events began is not at any version since.
    let stale = shipped.as_placed().track(parcel("2"), at(9_001)).unwrap();
    let stale = placing::told(orders.commit(changing(stale, None)).await).unwrap();
    assert_eq!(stale, placing::Told::Stale);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_from_before_events_keeps_all_and_goes_back_to_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.sqlite");
    let go_back = || {
        for newer in NEWER {
            assert_eq!(revert(&file, false).unwrap().as_deref(), Some(newer));
        }
    };
    migrate(&file).unwrap();
    go_back();
    let outsider = |sql: &str| {
        let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        conn.batch_execute(sql).unwrap();
    };
    outsider(&fill("zeroblob(32)"));
    outsider(
        "CREATE TABLE kept AS SELECT * FROM orders; CREATE TABLE kept_lines AS SELECT * FROM order_products",
    );
    assert_all_is_kept(&SqliteDatabase::open(&file).unwrap()).await;

    go_back();
    let differs = "CREATE TABLE difference (n INTEGER CHECK (n = 0)); INSERT INTO difference
        SELECT count(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM orders);
        INSERT INTO difference SELECT count(*) FROM (SELECT * FROM kept_lines EXCEPT SELECT * FROM order_products);
        INSERT INTO difference SELECT (SELECT count(*) FROM kept) - (SELECT count(*) FROM orders);
        DROP TABLE difference";
    outsider(differs);
    let orders = SqliteDatabase::open(&file).unwrap();
    assert_all_is_kept(&orders).await;
    live_on(&orders).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_from_before_the_catalogue_keeps_all_and_begins_with_the_first_products() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.sqlite");
    migrate(&file).unwrap();
    for newer in NEWER {
        assert_eq!(revert(&file, false).unwrap().as_deref(), Some(newer));
    }
    SqliteConnection::establish(file.to_str().unwrap())
        .unwrap()
        .batch_execute(&fill("zeroblob(32)"))
        .unwrap();
    let open = || SqliteDatabase::open_by(&file, Arc::new(SystemClock), "EUR".parse().unwrap()).unwrap();
    migrate(&file).unwrap();
    for _ in 0..2 {
        // Its orders and events are those of a file that never had products.
        for newer in &NEWER[..7] {
            assert_eq!(revert(&file, false).unwrap().as_deref(), Some(*newer));
        }
        let orders = open();
        assert_all_is_kept(&orders).await;
        let query = ProductQuery {
            market: orders_domain::MarketplaceCode::DEFAULT,
            active: None,
            sku: None,
            after: None,
            limit: PageLimit::MAX,
        };
        let products = orders.products(query).await.unwrap();
        assert_eq!((products.len(), orders.currency().code()), (10, "EUR"));
        assert!(products.iter().all(|offer| offer.product.details.currency.code() == "EUR"));
    }
    live_on(&open()).await;
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_from_before_events_keeps_all_and_goes_back_to_what_it_was() {
    let Some(database) = postgres_server::database() else { return };
    let url: postgres::PostgresUrl = database.url().parse().unwrap();
    // All of it blocks, which the thread of a test must not.
    let apart = |work: Box<dyn FnOnce() + Send>| std::thread::spawn(work).join().unwrap();
    let open = || {
        let url = url.clone();
        let opening =
            std::thread::spawn(move || PostgresDatabase::open(&url, None, PostgresOptions::default()));
        opening.join().unwrap().unwrap()
    };
    let go_back = || {
        let url = url.clone();
        apart(Box::new(move || {
            for newer in NEWER {
                let taken_back = postgres::revert(&url, PostgresOptions::default(), false).unwrap();
                assert_eq!(taken_back.as_deref(), Some(newer));
            }
        }));
    };
    drop(open());
    go_back();
    database.execute(&fill("decode(repeat('00', 32), 'hex')"));
    database.execute(
        "SELECT setval('order_ids', 1000);
         CREATE TABLE kept AS SELECT id, status, updated_at, shipping_provider, tracking_number, version,
             idempotency_key, request_fingerprint FROM orders;
         CREATE TABLE kept_lines AS SELECT * FROM order_products",
    );
    assert_all_is_kept(&open()).await;
    go_back();
    database.execute(
        "DO $$ BEGIN ASSERT NOT EXISTS (SELECT * FROM kept EXCEPT SELECT id, status, updated_at, shipping_provider,
             tracking_number, version, idempotency_key, request_fingerprint FROM orders);
         ASSERT NOT EXISTS (SELECT * FROM kept_lines EXCEPT SELECT * FROM order_products);
         ASSERT (SELECT count(*) FROM kept) = (SELECT count(*) FROM orders); END $$",
    );
    let orders = open();
    assert_all_is_kept(&orders).await;
    live_on(&orders).await;
}
