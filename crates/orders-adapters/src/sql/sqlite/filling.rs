//! How rows are stored many at a time: one by one, by statements that stay prepared.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{connection::SimpleConnection, prelude::*, sql_query, sql_types::Text};
use orders_domain::{LocationId, Product, ProductId, catalogue::product::ChangedProduct, stock::Level};

use super::{
    super::{
        bulk::ImportError,
        rows::{millis, product::DetailsRow, stock::NewMovementRow},
        schema::{products, stock_movements},
        stored::StoredOrder,
    },
    Conn,
    arriving::Numbers,
    commit::Counters,
    copy,
    stock::SetLevel,
};

type Levels = BTreeMap<(ProductId, LocationId), Level>;

/// All of it or nothing; nobody else writes to the file.
pub fn transaction<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, ImportError>,
) -> Result<T, ImportError> {
    // What does not fit is written to the log again and again while the transaction goes on. Indexes are sorted by threads.
    conn.batch_execute("PRAGMA cache_size = -65536; PRAGMA threads = 2")?;
    conn.immediate_transaction(work)
}

/// After an import: plans do not depend on what is there.
pub fn analyze(_: &mut Conn, _: &str) {}

/// The numbers of so many orders and events, which are the next ones.
pub fn numbers(conn: &mut Conn, _: (u64, u64), at: DateTime<Utc>) -> QueryResult<Numbers> {
    let Counters { last_order, newest, last_event } = Counters::read(conn)?;
    Ok(Numbers { order: last_order + 1, event: last_event + 1, at: at.max(newest) })
}

/// What makes an index.
#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// Stores orders, more of them than there are or fewer. If more, what only finds orders and events is taken away, and made
/// anew at the end: each row would be put somewhere into each index, while one that is made of all rows is written from
/// its beginning to its end. Whoever reads meanwhile sees the file as it was before the transaction.
pub fn many<T>(
    conn: &mut Conn,
    are_more: bool,
    store: impl FnOnce(&mut Conn) -> Result<T, ImportError>,
) -> Result<T, ImportError> {
    if !are_more {
        return store(conn);
    }
    let finding: Vec<Index> = sql_query(
        "SELECT made.name, made.sql FROM sqlite_schema AS made JOIN pragma_index_list(made.tbl_name) AS listed USING (name)
         WHERE listed.origin = 'c' AND NOT listed.\"unique\" AND made.tbl_name IN ('orders', 'order_products',
             'order_shipments', 'order_shipment_products', 'order_cancellations', 'order_cancelled_products', 'events')
         ORDER BY made.name",
    )
    .load(conn)?;
    for Index { name, .. } in &finding {
        conn.batch_execute(&format!("DROP INDEX {name}"))?;
    }
    let stored = store(conn)?;
    for Index { sql, .. } in &finding {
        conn.batch_execute(sql)?;
    }
    Ok(stored)
}

/// Stores complete orders.
pub fn add_orders(conn: &mut Conn, orders: &[StoredOrder]) -> QueryResult<()> {
    copy::insert(conn, orders)
}

/// Stores movements.
pub fn move_stock(conn: &mut Conn, rows: &[NewMovementRow<'_>]) -> QueryResult<()> {
    for row in rows {
        diesel::insert_into(stock_movements::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Takes the skus from these products.
pub fn park(conn: &mut Conn, ids: &[ProductId]) -> QueryResult<()> {
    for id in ids {
        diesel::update(products::table.find(id.get())).set(products::sku.eq(None::<&str>)).execute(conn)?;
    }
    Ok(())
}

/// Stores new products.
pub fn add_products(conn: &mut Conn, new: &[Product], at: DateTime<Utc>) -> QueryResult<()> {
    for product in new {
        let created = (products::id.eq(product.id.get()), products::created_at.eq(millis(at)));
        diesel::insert_into(products::table).values((created, DetailsRow::of(product, at))).execute(conn)?;
    }
    Ok(())
}

/// Stores what has become of products; whether all were at the version that was changed.
pub fn change_products(conn: &mut Conn, changed: &[ChangedProduct], at: DateTime<Utc>) -> QueryResult<bool> {
    for changed in changed {
        let row = products::table.find(changed.product().id.get());
        let row = row.filter(products::version.eq(changed.seen().get()));
        if diesel::update(row).set(DetailsRow::of(changed.product(), at)).execute(conn)? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Nobody else changes them.
#[expect(clippy::unnecessary_wraps, reason = "where there are others, it may fail")]
pub fn lock_levels(_: &mut Conn, _: &[ProductId]) -> QueryResult<()> {
    Ok(())
}

/// Nobody else changes currencies.
#[expect(clippy::unnecessary_wraps, reason = "where there are others, it may fail")]
pub fn enter_gate(_: &mut Conn) -> QueryResult<()> {
    Ok(())
}

/// Stores levels, those that were there and those that were not.
pub fn set_levels(conn: &mut Conn, known: Levels, new: Levels) -> QueryResult<()> {
    for ((product, location), level) in known.into_iter().chain(new) {
        SetLevel::of(product, location, level).execute(conn)?;
    }
    Ok(())
}
