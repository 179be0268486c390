//! The queries, in plain Diesel against the seam's connection (`super::Conn`): no backend is named
//! here, and no rule of orders decided.
//!
//! The text of each statement is the same every time, so Diesel keeps it prepared.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
};
use orders_domain::{Order, OrderFilter, OrderId, OrderQuery, OrderShipment, Version};

use super::{
    super::{
        rows::{JoinedRow, LineRow, OrderRow, millis},
        schema::{order_products, orders},
    },
    Conn,
};

type Backend = <Conn as Connection>::Backend;

/// An order and its lines: one statement, so one state of both.
pub fn find(conn: &mut Conn, id: i64) -> QueryResult<Vec<JoinedRow>> {
    orders::table
        .left_join(order_products::table)
        .filter(orders::id.eq(id))
        .order(order_products::position)
        .select((OrderRow::as_select(), Option::<LineRow>::as_select()))
        .load(conn)
}

/// A page of orders with their lines, ascending by id.
///
/// Every filter is an equality that an index serves and a range of ids, so a page costs the same
/// anywhere in a table of any size: since dates ascend with ids, a period becomes a range of ids.
pub fn page(conn: &mut Conn, query: &OrderQuery) -> QueryResult<Vec<JoinedRow>> {
    let after = query.after.map_or(0, OrderId::get);
    let OrderFilter { from, to, .. } = query.filter;
    if from.is_none() && to.is_none() {
        return page_between(conn, query, after, i64::MAX);
    }
    conn.transaction(|conn| {
        let start = match from {
            Some(from) => first_since(conn, from)?,
            None => 0,
        };
        let end = match to {
            Some(to) => first_since(conn, to)?,
            None => i64::MAX,
        };
        page_between(conn, query, after.max(start.saturating_sub(1)), end)
    })
}

/// The id of the first order placed at this moment or later; `i64::MAX` when there is none.
fn first_since(conn: &mut Conn, moment: DateTime<Utc>) -> QueryResult<i64> {
    let found = orders::table
        .filter(orders::order_date.ge(millis_up(moment)))
        .order((orders::order_date, orders::id))
        .select(orders::id)
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or(i64::MAX))
}

/// Orders have whole milliseconds: those since a moment are those since its next whole one.
fn millis_up(moment: DateTime<Utc>) -> i64 {
    millis(moment) + i64::from(!moment.timestamp_subsec_nanos().is_multiple_of(1_000_000))
}

diesel::alias!(orders as listed: Listed);

fn page_between(conn: &mut Conn, query: &OrderQuery, after: i64, end: i64) -> QueryResult<Vec<JoinedRow>> {
    let mut ids = listed
        .select(listed.field(orders::id))
        .filter(listed.field(orders::id).gt(after))
        .filter(listed.field(orders::id).lt(end))
        .order(listed.field(orders::id))
        .limit(i64::try_from(query.limit.get()).unwrap_or(i64::MAX))
        .into_boxed::<Backend>();
    if let Some(status) = query.filter.status {
        ids = ids.filter(listed.field(orders::status).eq(status.as_str()));
    }
    if let Some(user) = query.filter.user {
        ids = ids.filter(listed.field(orders::user_id).eq(user.get()));
    }
    orders::table
        .left_join(order_products::table)
        .filter(orders::id.eq_any(ids))
        .order((orders::id, order_products::position))
        .select((OrderRow::as_select(), Option::<LineRow>::as_select()))
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

impl<C: QueryFragment<Backend>, P: QueryFragment<Backend>> QueryFragment<Backend> for UpdateOrders<C, P> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
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

/// The highest id and the date of its order, the newest there is.
pub fn newest(conn: &mut Conn) -> QueryResult<Option<(i64, i64)>> {
    orders::table.order(orders::id.desc()).select((orders::id, orders::order_date)).first(conn).optional()
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
