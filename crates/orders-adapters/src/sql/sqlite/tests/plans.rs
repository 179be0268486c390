use diesel::{connection::SimpleConnection, prelude::*, sql_query, sql_types::Text};
use orders_domain::{OrderFilter, OrderQuery, OrderStatus};

use super::{super::{queries, Importer}, Conn, database, trace::Trace};
use crate::sample::{at, n, new_order, parcel};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

fn plan(conn: &mut Conn, sql: &str) -> Vec<String> {
    let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn).unwrap();
    steps.into_iter().map(|step| step.detail).collect()
}

#[test]
fn look() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = database(folder.path());
    let all = |conn: &mut Conn| {
    for bits in 0..32 {
        let filter = OrderFilter {
            status: (bits & 1 > 0).then_some(OrderStatus::Pending),
            user: (bits & 2 > 0).then(|| n(1)),
            from: (bits & 4 > 0).then(|| at(0)),
            to: (bits & 8 > 0).then(|| at(0)),
        };
        let trace = Trace::of(conn);
        let q = OrderQuery { filter, after: (bits & 16 > 0).then(|| n(1)), limit: n(100) };
        queries::page(conn, &q).unwrap();
        let heard = trace.take();
        if bits < 8 { for sql in heard.run {
            println!("{bits}: {sql}");
            for l in plan(conn, &sql) { println!("      {l}"); }
        }}
    }
        let trace = Trace::of(conn);
        queries::find(conn, 1).unwrap();
        queries::newest(conn).unwrap();
        queries::keys_after(conn, (1, 2), 7).unwrap();
        queries::made_by(conn, 1).optional().unwrap();
        queries::update(conn, &new_order(1, at(0)).with_id(n(1)), n(1)).unwrap();
        for sql in trace.take().run {
            println!("{sql}");
            for l in plan(conn, &sql) { println!("      {l}"); }
        }
    };
    all(&mut conn);
    drop(conn);
    println!("----------- ANALYZED");
    let mut imp = Importer::open(&folder.path().join("orders.sqlite")).unwrap();
    let orders: Vec<_> = (1..=3000).map(|i| {
        let o = new_order(if i % 2 == 0 { 1 } else { i }, at(i / 10)).with_id(n(i));
        if i % 10 == 0 { o } else { o.track(parcel("1"), at(i)).unwrap().advance(OrderStatus::Shipped, at(i)).unwrap().advance(OrderStatus::Delivered, at(i)).unwrap() }
    }).collect();
    imp.import(&orders).unwrap();
    drop(imp);
    let mut conn = database(folder.path());
    conn.batch_execute("ANALYZE").unwrap();
    all(&mut conn);
}
