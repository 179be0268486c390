//! How SQLite finds the rows of each statement: by an index, with nothing to sort.

use std::{collections::BTreeSet, path::Path};

use diesel::{connection::SimpleConnection, prelude::*, sql_query, sql_types::Text};
use orders_domain::{OrderFilter, OrderQuery, OrderStatus};

use super::{
    super::{SqliteCopy, lists, queries},
    Conn, database,
    trace::Trace,
};
use crate::{
    sample::{at, n, new_order, parcel},
    sql::BulkOrders,
};

/// Those that take their rows from a scan: it goes down the ids and stops at the first.
const BACKWARD_SCAN: [&str; 1] =
    ["SELECT `orders`.`id`, `orders`.`order_date` FROM `orders` ORDER BY `orders`.`id` DESC LIMIT ?"];

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

fn plan(conn: &mut Conn, sql: &str) -> Vec<String> {
    let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn).unwrap();
    steps.into_iter().map(|step| step.detail).collect()
}

/// The statements of a page under each combination of filters, and those of everything else.
fn statements(conn: &mut Conn) -> BTreeSet<String> {
    let trace = Trace::of(conn);
    for bits in 0..32 {
        let filter = OrderFilter {
            status: (bits & 1 > 0).then_some(OrderStatus::Pending),
            user: (bits & 2 > 0).then(|| n(1)),
            from: (bits & 4 > 0).then(|| at(0)),
            to: (bits & 8 > 0).then(|| at(10)),
        };
        let after = (bits & 16 > 0).then(|| n(1));
        lists::page(conn, &OrderQuery { filter, after, limit: n(100) }, i64::MAX).unwrap();
    }
    queries::find(conn, 1).unwrap();
    queries::update(conn, &new_order(1, at(0)).with_id(n(i64::MAX)), n(1)).unwrap();
    queries::made_by(conn, 1).optional().unwrap();
    lists::newest(conn).unwrap();
    lists::stored_after(conn, Some(n(1))).unwrap();
    lists::made_by(conn, 1, 2).unwrap();
    queries::keys_after(conn, (0, 0), 10).unwrap();
    trace.take().run.into_iter().collect()
}

fn assert_every_statement_searches(conn: &mut Conn) {
    let statements = statements(conn);
    // Pages with and without status and user, the ids of a period, and the six others.
    assert_eq!(statements.len(), 4 + 1 + 6, "{statements:#?}");
    for sql in statements {
        let plan = plan(conn, &sql);
        if BACKWARD_SCAN.contains(&sql.as_str()) {
            assert_eq!(plan, ["SCAN orders"]);
            continue;
        }
        for step in &plan {
            let good = step.starts_with("SEARCH ") || step.starts_with("LIST SUBQUERY");
            assert!(good, "{sql}\n{plan:#?}");
        }
    }
}

/// 3000 orders: half of them of one user, the others of a user each; most are delivered.
fn fill(folder: &Path) {
    let order = |id| {
        let user = if id % 2 == 0 { 1 } else { id };
        let order = new_order(user, at(id / 10)).with_id(n(id));
        if id % 10 == 0 {
            return order;
        }
        let shipped =
            order.track(parcel("1"), at(id)).unwrap().advance(OrderStatus::Shipped, at(id)).unwrap();
        shipped.advance(OrderStatus::Delivered, at(id)).unwrap()
    };
    let orders: Vec<_> = (1..=3000).map(|id| order(id).into()).collect();
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
        "SEARCH listed USING COVERING INDEX orders_by_status (status=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING COVERING INDEX orders_by_user (user_id=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING COVERING INDEX orders_by_user_and_status (user_id=? AND status=? AND rowid>? AND rowid<?)",
        "SEARCH listed USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
        "SEARCH order_products USING PRIMARY KEY (order_id=?) LEFT-JOIN",
        "SEARCH orders USING COVERING INDEX orders_by_date (order_date>?)",
        "SEARCH orders USING INDEX orders_by_key_age (order_date>?)",
        "SEARCH orders USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH orders USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    ];
    assert_eq!(searches.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}
