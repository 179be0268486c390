//! The domain and the repository alone, without HTTP: `cargo bench --package orders-adapters`.

#![expect(clippy::unwrap_used, reason = "a bench that cannot set itself up fails")]

use std::hint::black_box;

use chrono::{DateTime, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use orders_adapters::{
    SqliteDatabase, StaticInventory,
    sql::{BulkOrders, StoredEvent, StoredOrder, sqlite::SqliteCopy},
};
use orders_domain::{
    Actor, Happening, NewOrder, OrderEvent, OrderFilter, OrderQuery, OrderStatus, Product, Quantity,
    ports::{Change, Commit, Ledger, Orders},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Orders in the database.
const STORED: i64 = 10_000;

/// Orders placed at once, to see what a batch costs each.
const AT_ONCE: usize = 64;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_800_000_000_000).unwrap()
}

fn picked() -> Vec<(Product, Quantity)> {
    let products = StaticInventory::default();
    products.all().iter().take(2).map(|product| (product.clone(), 7.try_into().unwrap())).collect()
}

fn new_order(picked: &[(Product, Quantity)]) -> NewOrder {
    NewOrder::new(1.try_into().unwrap(), picked, now()).unwrap()
}

fn stored(order: NewOrder, id: i64) -> StoredOrder {
    let order = order.with_id(id.try_into().unwrap());
    let (version, at, what) = (order.version(), order.updated_at(), Happening::placing(&order));
    let event = OrderEvent {
        marketplace: orders_domain::MarketplaceCode::DEFAULT,
        id: id.try_into().unwrap(),
        order: order.id(),
        version,
        at,
        origin: Actor::Cli.into(),
        what,
        checkpoint: None,
    };
    StoredOrder { order, events: vec![StoredEvent { event, made_by: None }] }
}

fn placing(order: NewOrder) -> Commit {
    let origin = Actor::User(order.user()).into();
    Commit { change: Change::Place(order), origin, made_by: None, handled: None, now: now() }
}

fn domain(criterion: &mut Criterion) {
    let picked = picked();
    let order = new_order(&picked).with_id(1.try_into().unwrap());
    criterion.bench_function("an order of two products", |bench| {
        bench.iter(|| new_order(black_box(&picked)));
    });
    criterion.bench_function("a change of status", |bench| {
        bench.iter(|| black_box(&order).clone().advance(OrderStatus::Processing, now()).unwrap());
    });
}

fn repository(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let picked = picked();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("orders.sqlite");
    let stored: Vec<StoredOrder> = (1..=STORED).map(|id| stored(new_order(&picked), id)).collect();
    SqliteCopy::open(&path).unwrap().add(&stored).unwrap();
    let orders = SqliteDatabase::open(&path).unwrap();

    let middle = (STORED / 2).try_into().unwrap();
    criterion.bench_function("find", |bench| {
        bench.iter(|| runtime.block_on(orders.find(middle)).unwrap().unwrap());
    });
    let query =
        OrderQuery { filter: OrderFilter::default(), after: Some(middle), limit: 50.try_into().unwrap() };
    criterion.bench_function("a page of 50", |bench| {
        bench.iter(|| runtime.block_on(orders.page(query.clone())).unwrap());
    });
    criterion.bench_function("64 insertions at once, on disk", |bench| {
        bench.iter(|| {
            runtime.block_on(futures_util::future::join_all(
                (0..AT_ONCE).map(|_| orders.commit(placing(new_order(&picked)))),
            ))
        });
    });
}

criterion_group!(benches, domain, repository);
criterion_main!(benches);
