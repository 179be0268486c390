//! Statements about orders and their lines, as SQLite is best asked.
//!
//! The text of each statement is the same every time, so Diesel keeps it prepared.

use diesel::{
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sqlite::Sqlite,
};
use orders_domain::{ChangedOrder, Order, OrderId, Version};

use super::{
    super::{
        rows::{
            self,
            new_order::{NewLineRow, NewOrderRow, current_total, fulfillment},
            order::{JoinedRow, whole},
        },
        schema::{order_products, orders},
    },
    Conn,
};

/// An order, its lines and its parcels: one statement, so one state of them all.
pub fn find(conn: &mut Conn, id: i64) -> QueryResult<Vec<JoinedRow>> {
    whole(orders::id.eq(id)).load(conn)
}

/// The order with this id.
pub fn order(conn: &mut Conn, id: i64) -> QueryResult<Order> {
    let found = rows::order::orders(find(conn, id)?).map_err(rows::corrupt)?;
    found.into_iter().next().ok_or(diesel::NotFound)
}

/// Stores an order that has its id.
pub fn insert(conn: &mut Conn, order: &Order) -> QueryResult<()> {
    diesel::insert_into(orders::table).values(NewOrderRow::of(order)).execute(conn)?;
    for line in NewLineRow::of(order) {
        diesel::insert_into(order_products::table).values(line).execute(conn)?;
    }
    Ok(())
}

/// Whether an order is at this version.
pub fn is_at(conn: &mut Conn, id: OrderId, version: Version) -> QueryResult<bool> {
    let found: Option<i64> = orders::table.find(id.get()).select(orders::version).first(conn).optional()?;
    Ok(found == Some(version.get()))
}

/// Stores what has become of an order, if it is still at the version that was changed. Whether it was.
pub fn change(conn: &mut Conn, changed: &ChangedOrder) -> QueryResult<bool> {
    let order = changed.order();
    let columns = (
        orders::status.eq(order.status().as_str()),
        orders::updated_at.eq(rows::millis(order.updated_at())),
        orders::version.eq(order.version().get()),
        orders::fulfillment.eq(fulfillment(order)),
        orders::current_total.eq(current_total(order)),
    );
    let condition = orders::id.eq(order.id().get()).and(orders::version.eq(changed.seen().get()));
    if (UpdateOrders { changes: columns.as_changeset(), condition }).execute(conn)? == 0 {
        return Ok(false);
    }
    Ok(true)
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

/// Its text is always the same: the changes and the condition are those of [`change`].
impl<C, P> QueryId for UpdateOrders<C, P> {
    type QueryId = UpdateOrders<(), ()>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C, P> RunQueryDsl<Conn> for UpdateOrders<C, P> {}
