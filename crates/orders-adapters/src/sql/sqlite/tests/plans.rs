//! How SQLite finds the rows of each statement: by an index, with nothing to sort.

use std::{collections::BTreeSet, path::Path};

use diesel::{connection::SimpleConnection, prelude::*, sql_query, sql_types::Text};
use orders_domain::{
    Actor, EventType, ExternalId, Happening, Order, OrderEvent, OrderList, OrderStatus, Statuses, Step,
    Subject, TrackingNumber,
    order::contact::Email,
    ports::{EventFilter, EventLimit},
    shipment::status::Fulfillment,
};

use super::{
    super::{SqliteCopy, events, history, lists, queries},
    Conn, database,
    trace::Trace,
};
use crate::{
    lists::Asked,
    sample::{at, n, new_order, parcel},
    sql::{BulkOrders, StoredEvent, StoredOrder},
};

/// Those that take their rows from a scan: it goes down the ids and stops at the first.
const BACKWARD_SCAN: [(&str, &str); 2] = [
    (
        "SELECT `orders`.`id`, `orders`.`order_date` FROM `orders` ORDER BY `orders`.`id` DESC LIMIT ?",
        "SCAN orders",
    ),
    ("SELECT `events`.`id` FROM `events` ORDER BY `events`.`id` DESC LIMIT ?", "SCAN events"),
];

/// The steps that read what they find and nothing else: what several searches find in order is merged as it is
/// asked for, and so are the pages made of that.
const FINE: [&str; 9] = [
    "SEARCH ",
    "LIST SUBQUERY",
    "CORRELATED SCALAR SUBQUERY",
    "SCALAR SUBQUERY",
    "MERGE (UNION ALL)",
    "LEFT",
    "RIGHT",
    "CO-ROUTINE page",
    "SCAN page",
];

#[derive(QueryableByName)]
struct PlanStep {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// All that is asked for orders, once for each number of states.
pub(super) fn asked() -> Asked {
    use OrderStatus::{Cancelled, Pending, Processing, Shipped};

    let of = |first: OrderStatus, others: &[OrderStatus]| {
        others.iter().fold(Statuses::from(first), |all, one| all.and(*one))
    };
    let several = [
        of(Pending, &[]),
        of(Shipped, &[]),
        of(Processing, &[]),
        of(Processing, &[Pending]),
        of(Processing, &[Shipped]),
        of(Processing, &[Shipped, Pending]),
        of(Processing, &[Shipped, Pending, Cancelled]),
    ];
    Asked {
        statuses: several.into(),
        fulfillments: vec![Fulfillment::Unfulfilled],
        users: vec![n(1)],
        marketplaces: vec![orders_domain::MarketplaceCode::DEFAULT],
        products: vec![n(9)],
        numbers: vec![TrackingNumber::parse("1").unwrap()],
        emails: vec![Email::parse("ada@example.org").unwrap()],
        externals: vec![ExternalId::parse("A-1").unwrap()],
        periods: vec![(None, None), (Some(at(0)), Some(at(10)))],
    }
}

pub(super) fn plan(conn: &mut Conn, sql: &str) -> Vec<String> {
    let steps: Vec<PlanStep> = sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn).unwrap();
    steps.into_iter().map(|step| step.detail).collect()
}

/// The statements of a page under each combination of filters, and those of everything else.
fn statements(conn: &mut Conn) -> BTreeSet<String> {
    let trace = Trace::of(conn);
    for query in asked().queries() {
        lists::page(conn, &OrderList::of(query).unwrap(), i64::MAX).unwrap();
    }
    queries::find(conn, 1).unwrap();
    let missing = new_order(1, at(0)).with_id(n(90_000)).track(parcel("1"), at(0)).unwrap();
    let Step::Changed(missing) = missing else { panic!("{missing:?}") };
    queries::change(conn, &missing).unwrap();
    queries::is_at(conn, n(1), n(1)).unwrap();
    lists::newest(conn).unwrap();
    lists::stored_after(conn, Some(n(1))).unwrap();
    events::made(conn, 1).optional().unwrap();
    events::keys_after(conn, (0, 0), 10).unwrap();
    events::keys_since(conn, 0).unwrap();
    events::last(conn).unwrap();
    history::telling(conn, 1, n(2)).unwrap();
    history::of_orders(conn, 1, 2).unwrap();
    for subject in [None, Some(Subject::Order(n(1)))] {
        for types in [Vec::new(), vec![EventType::Placed]] {
            for from in [None, Some(n(2))] {
                let filter =
                    EventFilter { types: types.clone(), subject: subject.clone(), marketplace: None, from };
                history::page(conn, &filter, Some(n(1)), EventLimit::DEFAULT, 10).unwrap();
                let filter = EventFilter { marketplace: "de".parse().ok(), ..filter };
                history::page(conn, &filter, Some(n(1)), EventLimit::DEFAULT, 10).unwrap();
            }
        }
    }
    trace.take().run.into_iter().collect()
}

fn assert_every_statement_searches(conn: &mut Conn) {
    let statements = statements(conn);
    // Pages of orders of all, of a user or in a marketplace with and without one to seven states, and those of a
    // product, of a number, of an address, of another system, of a user in a marketplace and by updates, all of them in both directions; the ids of a period, pages of events with and
    // without types, in a marketplace or in all, those of all orders with and without a version, and the eleven others.
    assert_eq!(statements.len(), (3 * 8 + 6) * 2 + 1 + 10 + 13, "{statements:#?}");
    for sql in statements {
        let plan = plan(conn, &sql);
        if let Some((_, scan)) = BACKWARD_SCAN.iter().find(|(scanning, _)| *scanning == sql) {
            assert!(plan[0].starts_with(scan), "{plan:?}");
            continue;
        }
        for step in &plan {
            let good = FINE.iter().any(|fine| step.starts_with(fine));
            assert!(good, "{sql}\n{plan:#?}");
        }
    }
}

/// What made an order what it is.
fn stored(id: i64, order: &Order, what: Happening) -> StoredEvent {
    let (version, at, origin) = (order.version(), order.updated_at(), Actor::Cli.into());
    let event = OrderEvent {
        id: n(id),
        order: order.id(),
        version,
        at,
        origin,
        marketplace: orders_domain::MarketplaceCode::DEFAULT,
        what,
        checkpoint: None,
    };
    StoredEvent { event, made_by: None }
}

/// 3000 orders: half of them of one user, the others of a user each; most are delivered.
fn fill(folder: &Path) {
    let order = |id: i64| {
        let user = if id % 2 == 0 { 1 } else { id };
        let placed = new_order(user, at(id / 10)).with_id(n(id));
        let mut events = vec![stored(id * 4, &placed, Happening::placing(&placed))];
        let mut order = placed;
        if id % 10 != 0 {
            let tracking = order.track(parcel("1"), at(id)).unwrap();
            order = tracking.clone().into_order();
            let shipping = order.advance(OrderStatus::Shipped, at(id)).unwrap();
            order = shipping.clone().into_order();
            let delivering = order.advance(OrderStatus::Delivered, at(id)).unwrap();
            for (nth, step) in (1..).zip([tracking, shipping, delivering.clone()]) {
                let Step::Changed(changed) = step else { panic!("{step:?}") };
                events.push(stored(id * 4 + nth, changed.order(), changed.what().clone()));
            }
            order = delivering.into_order();
        }
        StoredOrder { order, events }
    };
    let orders: Vec<_> = (1..=3000).map(order).collect();
    SqliteCopy::open(&folder.join("orders.sqlite")).unwrap().add(&orders).unwrap();
}

#[test]
fn every_statement_searches_by_an_index_in_a_new_database() {
    let folder = tempfile::tempdir().unwrap();
    assert_every_statement_searches(&mut database(folder.path()));
}

#[test]
fn every_statement_searches_by_an_index_among_many_orders() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    assert_every_statement_searches(&mut database(folder.path()));
}

#[test]
fn every_statement_searches_by_an_index_when_sqlite_knows_how_the_values_spread() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    database(folder.path()).batch_execute("ANALYZE").unwrap();
    assert_every_statement_searches(&mut database(folder.path()));
}

#[test]
fn each_search_uses_the_index_that_is_there_for_it() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let mut conn = database(folder.path());
    conn.batch_execute("ANALYZE").unwrap();
    let plans = statements(&mut conn).into_iter().flat_map(|sql| plan(&mut conn, &sql));
    let searches: BTreeSet<_> = plans.filter(|step| step.starts_with("SEARCH ")).collect();
    let expected = [
        "SEARCH events USING COVERING INDEX events_of_subject (kind=? AND subject=?)",
        "SEARCH events USING INDEX events_by_key_age (at>?)",
        "SEARCH events USING INDEX events_of_marketplace (marketplace=? AND rowid>? AND rowid<?)",
        "SEARCH events USING INDEX events_of_subject (kind=? AND subject=? AND version>? AND version<?)",
        "SEARCH events USING INDEX events_of_subject (kind=? AND subject=? AND version>?)",
        "SEARCH events USING INDEX events_of_subject (kind=? AND subject>? AND subject<?)",
        "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        "SEARCH events USING INTEGER PRIMARY KEY (rowid>?)",
        "SEARCH line USING INTEGER PRIMARY KEY (rowid>? AND rowid<?) LEFT-JOIN",
        "SEARCH listed USING COVERING INDEX order_products_by_product (product_id=? AND order_id>? AND order_id<?)",
        "SEARCH listed USING COVERING INDEX order_shipments_by_tracking (tracking_number=? AND order_id>? AND order_id<?)",
        "SEARCH listed USING COVERING INDEX orders_by_external_id (external_id=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING COVERING INDEX orders_by_marketplace (<expr>=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING COVERING INDEX orders_by_marketplace_and_status (<expr>=? AND status=? AND <expr>=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING COVERING INDEX orders_by_status (status=? AND <expr>=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING COVERING INDEX orders_by_update (updated_at=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING COVERING INDEX orders_by_update (updated_at>? AND updated_at<?)",
        "SEARCH listed USING COVERING INDEX orders_by_user (user_id=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING COVERING INDEX orders_by_user_and_marketplace (user_id=? AND <expr>=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING COVERING INDEX orders_by_user_and_status (user_id=? AND status=? AND <expr>=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING INDEX orders_by_email (<expr>=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        "SEARCH listed USING INTEGER PRIMARY KEY (rowid>?)",
        "SEARCH locations USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH made USING PRIMARY KEY (order_id=?)",
        "SEARCH orders USING COVERING INDEX orders_by_date (order_date>?)",
        "SEARCH orders USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH parcel USING PRIMARY KEY (order_id=?)",
        "SEARCH part USING PRIMARY KEY (order_id=? AND number=?)",
        "SEARCH part USING PRIMARY KEY (shipment_id=? AND line=?)",
        "SEARCH part USING PRIMARY KEY (shipment_id=?)",
    ];
    assert_eq!(searches.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}
