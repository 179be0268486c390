//! How SQLite finds products, places, levels and movements.

use std::collections::BTreeSet;

use diesel::{Connection, connection::SimpleConnection, result::Error};
use orders_domain::{
    OrderStatus,
    catalogue::product::{NewProduct, ProductDetails, Sku, StockPolicy},
    ports::{Change, Commit, ProductQuery},
    stock::keeping::Delivery,
};

use super::{
    super::{
        catalogue,
        commit::{self, Counters, Known},
        held, keeping,
        keys::Keys,
        stock::Stockroom,
    },
    Conn, database,
    plans::plan,
    trace::Trace,
};
use crate::{
    sample::{at, changing, n},
    shop::{at_priority, count, deliver, details, keeping, new_location, selling, transfer},
    sql::writer::{Isolation, Outcome, Write},
};

/// Those that read a table from one end: the few places, all of them, and the highest numbers.
const SCANS: [(&str, &str); 3] = [
    ("SELECT `locations`.`id` FROM `locations` ORDER BY `locations`.`id` DESC LIMIT ?", "SCAN locations"),
    ("FROM `locations` ORDER BY `locations`.`id`", "SCAN locations"),
    ("SELECT `products`.`id` FROM `products` ORDER BY `products`.`id` DESC LIMIT ?", "SCAN products"),
];

fn write(conn: &mut Conn, work: Commit) -> Outcome {
    let (mut keys, mut stockroom) = (Keys::default(), Stockroom::default());
    let next = Counters::read(conn).unwrap();
    let mut known = Known { keys: &mut keys, stockroom: &mut stockroom, next };
    let batch = [Write::Commit(work)];
    let mut outcomes = commit::write_all(conn, &mut known, &batch, Isolation::Together).unwrap();
    outcomes.remove(0).unwrap()
}

fn labelled(policy: StockPolicy, sku: &str) -> ProductDetails {
    ProductDetails { sku: Some(Sku::parse(sku).unwrap()), ..details(policy) }
}

/// Everything that the shop's people and its customers may do, and everything that is read of it.
fn live(conn: &mut Conn) {
    let created = NewProduct { id: Some(n(9_001)), details: labelled(StockPolicy::Deny, "S-1") };
    write(conn, keeping(Change::NewProduct(created), None));
    write(
        conn,
        keeping(Change::NewProduct(NewProduct { id: None, details: details(StockPolicy::Deny) }), None),
    );
    for code in ["Y-MAIN", "Y-B"] {
        write(conn, keeping(new_location(code, at_priority(0)), None));
    }
    let id = n(9_001);
    for change in [
        count(id, "Y-MAIN", 9, None),
        deliver(id, "Y-MAIN", Delivery::Received, 5),
        transfer(id, "Y-MAIN", "Y-B", 1),
    ] {
        assert!(matches!(write(conn, keeping(change, None)), Outcome::Made(_)));
    }
    let sold = write(conn, selling(&[(id, 5), (n(9_002), 1)], None));
    assert!(matches!(sold, Outcome::Refused(_)));
    let Outcome::Made(made) = write(conn, selling(&[(id, 5)], None)) else { panic!("not sold") };
    let order = crate::shop::order(made);
    // More are reserved than that.
    write(conn, keeping(count(id, "Y-MAIN", 1, None), None));
    write(conn, changing(order.advance(OrderStatus::Cancelled, at(0)).unwrap(), None));
    let offer = catalogue::find(conn, &[9_001]).unwrap().remove(0);
    let dearer = ProductDetails { price: n(7), ..offer.product.details.clone() };
    write(conn, keeping(Change::Product(offer.product.changed(dearer).unwrap()), None));
    let place = catalogue::places(conn).unwrap().pop().unwrap();
    write(conn, keeping(Change::Location(place.changed(at_priority(3)).unwrap()), None));

    catalogue::find(conn, &[9_001, 9_002, 1]).unwrap();
    for active in [None, Some(true)] {
        for sku in [None, Some(Sku::parse("S-1").unwrap())] {
            let query = ProductQuery {
                market: orders_domain::MarketplaceCode::DEFAULT,
                active,
                sku,
                after: Some(n(2)),
                limit: n(100),
            };
            catalogue::page(conn, &query).unwrap();
        }
    }
    catalogue::levels(conn, 9_001, None).unwrap();
    catalogue::movements(conn, 9_001, Some(n(1)), n(100), i64::MAX).unwrap();
    keeping::holders(conn, id, n(1)).unwrap();
    held::held(conn, n(1)).unwrap();
    held::standing(conn, n(1), &[9_001, 9_002]).unwrap();
    held::newest(conn, id, n(1), 100).unwrap();
}

fn statements(conn: &mut Conn) -> BTreeSet<String> {
    let trace = Trace::of(conn);
    let lived = conn.transaction::<(), _, _>(|conn| {
        live(conn);
        Err(Error::RollbackTransaction)
    });
    assert_eq!(lived, Err(Error::RollbackTransaction));
    let run = trace.take().run;
    run.into_iter().filter(|sql| !sql.starts_with("ROLLBACK")).collect()
}

/// A shop with many products, a few places, and many movements.
const FILL: &str = "
    INSERT INTO locations (id, code, name, country, priority, active, version)
        WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < 20)
        SELECT id, 'X-' || id, 'a place', 'DE', id % 3, 1, 1 FROM ids;
    INSERT INTO products
        WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < 3000)
        SELECT id, CASE WHEN id % 2 = 0 THEN 'X-' || id END, 'a thing', 1, 'USD', NULL, NULL, NULL, NULL, 'deny',
            id % 10 > 0, 1, 0, 0 FROM ids;
    INSERT INTO stock_levels SELECT products.id, locations.id, 5, 0, 0, 0, 1 FROM products, locations
        WHERE locations.id <= 3;
    INSERT INTO stock_movements
        WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < 20000)
        SELECT 1000000000 + id, 1 + id % 300, 1 + id % 3, 'reserved', 1, 5, 1, 10000000 + id, NULL, NULL, 0 FROM ids;";

fn assert_every_statement_searches(conn: &mut Conn) {
    for prepare in ["", "ANALYZE", FILL, "ANALYZE"] {
        conn.batch_execute(prepare).unwrap();
        for sql in statements(conn) {
            let plan = plan(conn, &sql);
            if let Some((_, scan)) = SCANS.iter().find(|(scanning, _)| sql.ends_with(scanning)) {
                assert_eq!(plan, [*scan], "{sql}");
                continue;
            }
            for step in &plan {
                let good = step.starts_with("SEARCH ") || step.starts_with("LIST SUBQUERY");
                assert!(good || step == "SCAN orders" || step == "SCAN events", "{sql}\n{plan:#?}");
            }
        }
    }
}

#[test]
fn every_statement_about_stock_searches_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    assert_every_statement_searches(&mut database(folder.path()));
}

#[test]
fn each_search_uses_the_index_that_is_there_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = database(folder.path());
    conn.batch_execute(FILL).unwrap();
    conn.batch_execute("ANALYZE").unwrap();
    let plans = statements(&mut conn).into_iter().flat_map(|sql| plan(&mut conn, &sql));
    let ours = |step: &String| {
        let tables = ["products", "locations", "stock_levels", "stock_movements"];
        tables.iter().any(|table| step.starts_with(&format!("SEARCH {table} ")))
    };
    let searches: BTreeSet<_> = plans.filter(ours).collect();
    let expected = [
        "SEARCH locations USING COVERING INDEX sqlite_autoindex_locations_1 (code=?)",
        "SEARCH locations USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH locations USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
        "SEARCH products USING COVERING INDEX products_by_sku (sku=?)",
        "SEARCH products USING INDEX products_by_active (active=? AND rowid>?)",
        "SEARCH products USING INDEX products_by_sku (sku=? AND rowid>?)",
        "SEARCH products USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH products USING INTEGER PRIMARY KEY (rowid>?)",
        "SEARCH stock_levels USING PRIMARY KEY (product_id=?)",
        "SEARCH stock_levels USING PRIMARY KEY (product_id=?) LEFT-JOIN",
        "SEARCH stock_movements USING INDEX stock_movements_of_line (line>? AND line<?)",
        "SEARCH stock_movements USING INDEX stock_movements_of_product (product_id=? AND rowid>? AND rowid<?)",
        "SEARCH stock_movements USING INDEX stock_movements_of_product (product_id=? AND rowid>?)",
        "SEARCH stock_movements USING INDEX stock_movements_of_product (product_id=?)",
    ];
    assert_eq!(searches.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}
