//! Queries about many orders, in plain Diesel against the seam's connection (`super::Conn`): no
//! backend is named here, and no rule of orders decided.
//!
//! The text of each statement is the same every time, so Diesel keeps it prepared.

use chrono::{DateTime, Utc};
use diesel::{connection::DefaultLoadingMode, prelude::*, result::Error};
use orders_domain::{InvalidInput, Order, OrderFilter, OrderId, OrderQuery, PageLimit};

use super::{
    super::{
        rows::{self, JoinedRow, joined, millis},
        schema::{order_products, orders},
        stored::StoredOrder,
    },
    Conn,
};

type Backend = <Conn as Connection>::Backend;

/// A page of orders with their lines, ascending by id, of those up to the id `last`.
///
/// Every filter is an equality that an index serves and a range of ids, so a page costs the same
/// anywhere in a table of any size: since dates ascend with ids, a period becomes a range of ids.
pub fn page(conn: &mut Conn, query: &OrderQuery, last: i64) -> QueryResult<Vec<JoinedRow>> {
    Ok(page_of(conn, query, last, usize::MAX)?.unwrap_or_default())
}

/// [`page`], or `None` as soon as it turns out to have more than so many rows.
pub fn page_of(
    conn: &mut Conn,
    query: &OrderQuery,
    last: i64,
    most: usize,
) -> QueryResult<Option<Vec<JoinedRow>>> {
    let after = query.after.map_or(0, OrderId::get);
    let behind_last = last.saturating_add(1);
    let OrderFilter { from, to, .. } = query.filter;
    if from.is_none() && to.is_none() {
        return page_between(conn, query, after, behind_last, most);
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
        page_between(conn, query, after.max(start.saturating_sub(1)), end.min(behind_last), most)
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

fn page_between(
    conn: &mut Conn,
    query: &OrderQuery,
    after: i64,
    end: i64,
    most: usize,
) -> QueryResult<Option<Vec<JoinedRow>>> {
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
    let read = orders::table
        .left_join(order_products::table)
        .filter(orders::id.eq_any(ids))
        .order((orders::id, order_products::position))
        .select(joined())
        .load_iter::<JoinedRow, DefaultLoadingMode>(conn)?;
    let mut rows = Vec::new();
    for row in read {
        if rows.len() == most {
            return Ok(None);
        }
        rows.push(row?);
    }
    Ok(Some(rows))
}

/// The highest id and the date of its order, the newest there is.
pub fn newest(conn: &mut Conn) -> QueryResult<Option<(i64, i64)>> {
    orders::table.order(orders::id.desc()).select((orders::id, orders::order_date)).first(conn).optional()
}

/// How many orders there are.
pub fn count(conn: &mut Conn) -> QueryResult<i64> {
    orders::table.count().get_result(conn)
}

/// The key that made an order, and the fingerprint of its request, by the order's id.
pub type MadeBy = (i64, Option<String>, Option<Vec<u8>>);

/// The keys of the orders after the id `after` up to the id `last`, ascending by id.
pub fn made_by(conn: &mut Conn, after: i64, last: i64) -> QueryResult<Vec<MadeBy>> {
    orders::table
        .filter(orders::id.gt(after))
        .filter(orders::id.le(last))
        .order(orders::id)
        .select((orders::id, orders::idempotency_key, orders::request_fingerprint))
        .load(conn)
}

/// The next orders after an id with all that is stored of them, ascending by id; none after the last.
pub fn stored_after(conn: &mut Conn, after: Option<OrderId>) -> QueryResult<Vec<StoredOrder>> {
    let query = OrderQuery { filter: OrderFilter::default(), after, limit: PageLimit::MAX };
    conn.transaction(|conn| {
        let orders = rows::orders(page(conn, &query, i64::MAX)?).map_err(corrupt)?;
        let Some(last) = orders.last().map(Order::id) else { return Ok(Vec::new()) };
        let keys = made_by(conn, after.map_or(0, OrderId::get), last.get())?;
        let mut keys = keys.into_iter().peekable();
        let stored = orders.into_iter().map(|order| {
            let key = keys.next_if(|(id, ..)| *id == order.id().get());
            let made_by = key.map(|(_, key, fingerprint)| rows::idempotency(key, fingerprint)).transpose();
            Ok(StoredOrder { order, made_by: made_by.map_err(corrupt)?.flatten() })
        });
        stored.collect()
    })
}

fn corrupt(error: InvalidInput) -> Error {
    Error::DeserializationError(error.into())
}
