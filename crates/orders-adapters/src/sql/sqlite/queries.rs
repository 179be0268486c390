//! Queries about one order and about keys, as SQLite is best asked.
//!
//! The text of each statement is the same every time, so Diesel keeps it prepared.

use diesel::{
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sqlite::Sqlite,
};
use orders_domain::{Order, OrderShipment, Version};

use super::{
    super::{
        rows::{JoinedRow, joined, millis},
        schema::{order_products, orders},
    },
    Conn,
};

/// An order and its lines: one statement, so one state of both.
pub fn find(conn: &mut Conn, id: i64) -> QueryResult<Vec<JoinedRow>> {
    orders::table
        .left_join(order_products::table)
        .filter(orders::id.eq(id))
        .order(order_products::position)
        .select(joined())
        .load(conn)
}

/// Writes the changed parts of an order, if it is still at the version `seen`. Whether it was.
pub fn update(conn: &mut Conn, order: &Order, seen: Version) -> QueryResult<bool> {
    let shipment = order.shipment();
    let changes = (
        orders::status.eq(order.status().as_str()),
        orders::updated_at.eq(millis(order.updated_at())),
        orders::shipping_provider.eq(shipment.map(OrderShipment::provider)),
        orders::tracking_number.eq(shipment.map(OrderShipment::tracking_number)),
        orders::version.eq(order.version().get()),
    );
    let condition = orders::id.eq(order.id().get()).and(orders::version.eq(seen.get()));
    let updated = UpdateOrders { changes: changes.as_changeset(), condition }.execute(conn)?;
    Ok(updated == 1)
}

/// An `UPDATE` that Diesel keeps prepared. One made by `diesel::update` it prepares each time anew,
/// which takes three times as long as the rest of it.
struct UpdateOrders<C, P> {
    changes: C,
    condition: P,
}

impl<C: QueryFragment<Sqlite>, P: QueryFragment<Sqlite>> QueryFragment<Sqlite> for UpdateOrders<C, P> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE orders SET ");
        self.changes.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        self.condition.walk_ast(out)
    }
}

/// Its text is always the same: the changes and the condition are those of [`update`].
impl<C, P> QueryId for UpdateOrders<C, P> {
    type QueryId = UpdateOrders<(), ()>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C, P> RunQueryDsl<Conn> for UpdateOrders<C, P> {}

/// The key and the fingerprint of the request that made an order.
pub fn made_by(conn: &mut Conn, id: i64) -> QueryResult<(Option<String>, Option<Vec<u8>>)> {
    orders::table.find(id).select((orders::idempotency_key, orders::request_fingerprint)).get_result(conn)
}

/// A key that made an order: the order's date and id, its user, the key.
pub type KeyRow = (i64, i64, i64, String);

/// The keys of orders placed after the order `after` (date and id), oldest first.
pub fn keys_after(conn: &mut Conn, after: (i64, i64), limit: i64) -> QueryResult<Vec<KeyRow>> {
    let (date, id) = after;
    orders::table
        .filter(orders::order_date.ge(date))
        .filter(orders::order_date.gt(date).or(orders::id.gt(id)))
        .filter(orders::idempotency_key.is_not_null())
        .order((orders::order_date, orders::id))
        .limit(limit)
        .select((orders::order_date, orders::id, orders::user_id, orders::idempotency_key.assume_not_null()))
        .load(conn)
}
