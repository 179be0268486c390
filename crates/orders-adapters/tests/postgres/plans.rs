//! How PostgreSQL finds the rows: never by reading a whole table, however many orders there are and
//! whatever it knows of them.

use orders_domain::{
    EventType, ExternalId, NewShipment, OrderList, OrderQuery, OrderStatus, Part, ShipmentStatus, Statuses,
    Subject, TrackingNumber,
    order::contact::Email,
    ports::{EventFilter, EventLimit},
    shipment::{cancellation::CancellationReason, status::Fulfillment},
};

use super::{
    common::{at, changing, key, n, new_order, parcel},
    lists::Asked,
    open,
    placing::{self, change, insert, place, told},
    postgres_server::{self, Database},
    scans::Scans,
};

/// Every statement, often enough for its plan to be kept.
async fn use_everything(orders: &dyn placing::Database) {
    let start = orders.page(OrderList::all(None, n(100))).await.unwrap().len();
    for round in 0..8 {
        let order = place(orders, 1, at(round)).await;
        let asked = || Some(key(&format!("{start}-{round}"), 1));
        insert(orders, new_order(2, at(round)), asked()).await;
        insert(orders, new_order(2, at(round)), asked()).await;
        let tracked = change(orders, order.track(parcel("1"), at(round)).unwrap()).await;
        let step = || tracked.clone().track(parcel("2"), at(round)).unwrap();
        let again = || changing(step(), Some(key(&format!("change-{start}-{round}"), 1)));
        for _ in 0..2 {
            told(orders.commit(again()).await).unwrap();
        }
        let part = || vec![Part { line: 0, quantity: n(1) }];
        let sent = place(orders, 3, at(round)).await;
        let parcel = NewShipment {
            status: ShipmentStatus::Planned,
            from: None,
            tracking: None,
            weight: None,
            parts: part(),
            reasons: Vec::new(),
        };
        let sent = change(orders, sent.ship(parcel, at(round)).unwrap()).await;
        let all = vec![Part { line: 0, quantity: n(7) }];
        let cancelled = sent.cancel_parts(CancellationReason::Other, all, None, at(round)).unwrap();
        let cancelled = change(orders, cancelled).await;
        orders.at_version(cancelled.id(), n(2)).await.unwrap();
        orders.find(cancelled.id()).await.unwrap();
        for subject in [None, Some(Subject::Order(tracked.id()))] {
            for (types, from) in [(Vec::new(), Some(n(2))), (vec![EventType::Placed], None)] {
                let filter = EventFilter { types, subject: subject.clone(), marketplace: None, from };
                for marketplace in [None, "de".parse().ok()] {
                    let filter = EventFilter { marketplace, ..filter.clone() };
                    orders.events(filter, Some(n(1)), EventLimit::DEFAULT).await.unwrap();
                }
            }
        }
        for query in lists().queries() {
            orders.page(OrderList::of(OrderQuery { limit: n(10), ..query }).unwrap()).await.unwrap();
        }
    }
}

/// All that is asked for orders, once for each number of states.
fn lists() -> Asked {
    use OrderStatus::{Cancelled, Delivered, Pending, Processing, Shipped};

    let of = |first: OrderStatus, others: &[OrderStatus]| {
        others.iter().fold(Statuses::from(first), |all, one| all.and(*one))
    };
    let several = [
        of(Pending, &[]),
        of(Delivered, &[]),
        of(Shipped, &[]),
        of(Processing, &[]),
        of(Processing, &[Pending]),
        of(Processing, &[Shipped]),
        of(Processing, &[Shipped, Pending]),
        of(Processing, &[Shipped, Delivered, Cancelled]),
    ];
    Asked {
        statuses: several.into(),
        fulfillments: vec![Fulfillment::Unfulfilled],
        users: vec![n(1)],
        marketplaces: ["default", "de"].map(|code| code.parse().unwrap()).into(),
        products: vec![n(9), n(8)],
        numbers: ["1", "lost"].map(|number| TrackingNumber::parse(number).unwrap()).into(),
        emails: ["ada@example.org", "bob@example.org"].map(|email| Email::parse(email).unwrap()).into(),
        externals: ["A-1", "lost"].map(|name| ExternalId::parse(name).unwrap()).into(),
        periods: vec![(None, None), (Some(at(-86_399_000)), Some(at(10))), (Some(at(0)), None)],
    }
}

const TABLES: [&str; 7] = [
    "orders",
    "order_products",
    "order_shipments",
    "order_shipment_products",
    "order_cancellations",
    "order_cancelled_products",
    "events",
];

async fn assert_all_is_found_by_index(database: &Database) {
    let before = Scans::of(database, &TABLES).await;
    let orders = open(database);
    use_everything(&*orders).await;
    drop(orders);
    let read = Scans::of(database, &TABLES).await.since(&before);
    assert_eq!(read.whole, 0);
    assert!(read.searches > 500, "{} searches were counted", read.searches);
    // 1,000 pages of 10 orders at most, each order read with its id, its line and its shipment, and some
    // events. A single list that reads its index to the end would count 16,000 more: 2,000 in each round.
    assert!(read.rows < 70_000, "{} rows were found", read.rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_searches_by_an_index_in_a_new_database() {
    let Some(database) = postgres_server::database() else { return };
    drop(open(&database));
    assert_all_is_found_by_index(&database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_searches_by_an_index_among_many_orders() {
    let Some(database) = postgres_server::database() else { return };
    drop(open(&database));
    fill(&database);
    assert_all_is_found_by_index(&database).await;
}

/// 3,000 orders that are there at once.
fn fill(database: &Database) {
    let date = at(0).timestamp_millis() - 86_400_000;
    database.execute(&format!(
        "INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, version, fulfillment, email, marketplace,
             external_id, placed_at)
             SELECT id, CASE WHEN id % 2 = 0 THEN 1 ELSE id END, {date} + id, {date} + id,
             CASE WHEN id % 3 = 1 THEN 'delivered' ELSE 'pending' END, 'USD', 1,
             CASE WHEN id % 3 = 1 THEN 'delivered' END, CASE WHEN id % 4 > 0 THEN 'Ada@Example.org' END,
             CASE WHEN id % 5 = 0 THEN 'de' END, CASE WHEN id % 2 = 0 THEN 'A-' || id END, CASE WHEN id % 2 = 0 THEN {date} END
             FROM generate_series(1, 3000) AS id;
         INSERT INTO order_products (id, order_id, product_id, price, quantity)
             SELECT id * 100 - 99, id, 9, 1999, 7 FROM generate_series(1, 3000) AS id;
         INSERT INTO order_shipments SELECT id, id, 1, NULL, 'delivered', 'USPS', '1', NULL, NULL, {date}, {date}, {date}
             FROM generate_series(1, 3000, 3) AS id;
         INSERT INTO order_shipment_products SELECT id, id * 100 - 99, 7 FROM generate_series(1, 3000, 3) AS id;
         INSERT INTO events (id, kind, subject, version, type, at, actor_kind, actor, data)
             SELECT id, 'order', id, 1, 'placed', {date} + id, 'user', 1, '{{\"lines\":[[9,7]]}}'
             FROM generate_series(1, 3000) AS id;
         SELECT setval('order_ids', 3000), setval('event_ids', 3000);
         ANALYZE"
    ));
}
