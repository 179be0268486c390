//! Queries about many orders, in plain Diesel against the seam's connection (`super::Conn`): no
//! backend is named here, and no rule of orders decided.
//!
//! The text of each statement is the same every time, so Diesel keeps it prepared.

use std::iter;

use chrono::{DateTime, Utc};
use diesel::{connection::DefaultLoadingMode, prelude::*};
use orders_domain::{Order, OrderFilter, OrderId, OrderQuery, PageLimit};

use super::{
    super::{
        rows::{
            self, millis,
            order::{JoinedRow, bare, whole},
        },
        schema::orders,
        stored::StoredOrder,
    },
    Conn, history,
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
    let read = bare(orders::id.eq_any(ids)).load_iter::<JoinedRow, DefaultLoadingMode>(conn)?;
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

/// The next orders after an id with all that is stored of them, ascending by id; none after the last.
pub fn stored_after(conn: &mut Conn, after: Option<OrderId>) -> QueryResult<Vec<StoredOrder>> {
    let after = after.map_or(0, OrderId::get);
    conn.transaction(|conn| {
        let ids = listed
            .select(listed.field(orders::id))
            .filter(listed.field(orders::id).gt(after))
            .order(listed.field(orders::id))
            .limit(i64::try_from(PageLimit::MAX.get()).unwrap_or(i64::MAX));
        let rows = whole(orders::id.eq_any(ids)).load::<JoinedRow>(conn)?;
        let orders = rows::order::orders(rows).map_err(rows::corrupt)?;
        let Some(last) = orders.last().map(Order::id) else { return Ok(Vec::new()) };
        let events = history::of_orders(conn, after, last.get())?;
        let mut events = events.into_iter().peekable();
        let with_events = orders.into_iter().map(|order| {
            let of_order = iter::from_fn(|| events.next_if(|stored| stored.event.order == order.id()));
            StoredOrder { events: of_order.collect(), order }
        });
        Ok(with_events.collect())
    })
}
