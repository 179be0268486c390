//! How PostgreSQL finds products, levels and movements: never by reading a whole table, whatever it knows of them.

use orders_domain::{
    Order, Storage,
    catalogue::product::{Sku, StockPolicy},
    ports::{Made, ProductQuery},
    stock::keeping::Delivery,
};

use super::{
    common::{at, changing, n},
    open, postgres_server,
    scans::Scans,
    shop::{self, count, deliver, make, now, selling},
};

/// Every statement, often enough for its plan to be kept.
async fn use_everything(storage: &Storage) {
    let thing = shop::product(storage, StockPolicy::Deny).await.id;
    for _ in 0..8 {
        make(storage, count(thing, "MAIN", 100, Some(1))).await;
        make(storage, count(thing, "MAIN", 50, Some(0))).await;
        make(storage, deliver(thing, "B", Delivery::Received, 5)).await;
        for cancelled in [true, false] {
            let sold = now(storage.ledger.commit(selling(&[(thing, 2), (n(9), 1)], None)).await);
            let Made::Order(order) = sold else { panic!("{sold:?}") };
            let step = if cancelled {
                Order::cancel(order, at(1))
            } else {
                order.advance(orders_domain::OrderStatus::Shipped, at(1))
            };
            now(storage.ledger.commit(changing(step.unwrap(), None)).await);
        }
        // More than is there: who holds it is looked for.
        now(storage.ledger.commit(selling(&[(thing, 3)], None)).await);
        make(storage, count(thing, "MAIN", 1, None)).await;
        shop::change_product(storage, thing, |details| details.price = n(details.price.minor_units() + 1))
            .await;
        shop::change_location(storage, "B", |details| details.priority = n(details.priority.get() + 1)).await;
        for (active, sku) in [(None, None), (Some(false), None), (None, Sku::parse("S-7").ok())] {
            let query = ProductQuery {
                market: orders_domain::MarketplaceCode::DEFAULT,
                active,
                sku,
                after: Some(n(50)),
                limit: n(20),
            };
            storage.catalogue.products(query).await.unwrap();
        }
        storage.catalogue.find(&[thing, n(1), n(404)]).await.unwrap();
        storage.stock.levels(thing, None).await.unwrap();
        storage.stock.movements(thing, Some(n(1)), n(10)).await.unwrap();
    }
}

const TABLES: [&str; 5] = ["products", "stock_levels", "stock_movements", "orders", "events"];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_of_stock_is_found_by_index_in_a_new_database_and_among_many_products() {
    for filled in [false, true] {
        let Some(database) = postgres_server::database() else { return };
        {
            let storage = Storage::of(open(&database));
            shop::location(&storage, "MAIN", 0).await;
            shop::location(&storage, "B", 1).await;
        }
        if filled {
            database.execute(
                "INSERT INTO products (id, sku, name, price, currency, stock_policy, active, version, created_at, updated_at)
                     SELECT id, 'S-' || id, 'a thing', 1, 'USD', 'deny', id % 100 <> 0, 1, 0, 0
                     FROM generate_series(11, 3000) AS id;
                 INSERT INTO stock_levels SELECT id, place, 5, 0, 0, 0, 1
                     FROM generate_series(11, 3000) AS id, generate_series(1, 2) AS place;
                 INSERT INTO stock_movements (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, line, at)
                     SELECT -id, id % 2000 + 11, 1, 'added', 5, 5, 0, CASE WHEN id % 2 = 0 THEN id * 100 + 1000000 END, 0
                     FROM generate_series(1, 3000) AS id;
                 ANALYZE",
            );
        }
        let before = Scans::of(&database, &TABLES).await;
        use_everything(&Storage::of(open(&database))).await;
        let read = Scans::of(&database, &TABLES).await.since(&before);
        assert_eq!(read.whole, 0, "filled: {filled}");
        // Some 500 statements that each find a few; one that read an index to its end would count 3,000 more.
        assert!(read.rows < 4_000, "{} rows were found, filled: {filled}", read.rows);
    }
}
