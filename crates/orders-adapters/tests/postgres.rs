//! What is PostgreSQL's own: several servers on one database, what becomes visible when, lost
//! connections, the schema.

#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use orders_adapters::{PostgresDatabase, sql::postgres::PostgresOptions};
use orders_domain::{Order, OrderId, OrderList, PageLimit, ports::Orders};

#[path = "common/orders.rs"]
mod common;
#[path = "common/hooks.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod hooks;
#[path = "postgres/leases.rs"]
mod leases;
#[path = "postgres/listing.rs"]
mod listing;
#[path = "common/lists.rs"]
mod lists;
#[path = "postgres/lost.rs"]
mod lost;
#[path = "common/placing.rs"]
mod placing;
#[path = "postgres/plans.rs"]
mod plans;
#[path = "postgres/plans_of_deliveries.rs"]
mod plans_of_deliveries;
#[path = "postgres/plans_of_stock.rs"]
mod plans_of_stock;
#[path = "common/postgres.rs"]
mod postgres_server;
#[path = "postgres/scans.rs"]
mod scans;
#[path = "postgres/schema.rs"]
mod schema;
#[path = "postgres/sharing.rs"]
mod sharing;
#[path = "postgres/transferring.rs"]
mod transferring;

#[path = "common/shop.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod shop;

use postgres_server::Database;

/// A server's store on this database.
fn open(database: &Database) -> Arc<PostgresDatabase> {
    open_with(database, PostgresOptions::default())
}

fn open_with(database: &Database, options: PostgresOptions) -> Arc<PostgresDatabase> {
    let url = database.url().parse().unwrap();
    // Opening blocks, which the thread of a test must not.
    let opening = std::thread::spawn(move || PostgresDatabase::open(&url, None, options));
    Arc::new(opening.join().unwrap().unwrap())
}

fn after(id: Option<OrderId>, limit: i64) -> OrderList {
    let limit = PageLimit::try_from(limit).unwrap();
    OrderList::all(id, limit)
}

async fn everything(orders: &PostgresDatabase) -> Vec<Order> {
    let mut all: Vec<Order> = Vec::new();
    loop {
        let page = orders.page(after(all.last().map(Order::id), 500)).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// Asks until it is so.
async fn wait_until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so().await {
        assert!(Instant::now() < deadline, "{what} did not come about");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
