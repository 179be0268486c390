//! Queries about many orders, in plain Diesel against the seam's connection (`super::Conn`): no
//! backend is named here, and no rule of orders decided.
//!
//! The text of each statement is the same every time, so Diesel keeps it prepared.

use std::iter;

use chrono::{DateTime, Utc};
use diesel::{connection::DefaultLoadingMode, prelude::*};
use orders_domain::{Found, Order, OrderFilter, OrderId, OrderList, PageLimit};

use super::{
    super::{
        found::{OnPage, Place},
        rows::{
            self, millis,
            order::{JoinedRow, bare, whole},
        },
        schema::orders,
        stored::StoredOrder,
    },
    Conn, history,
};

/// The orders of a page with their lines, ascending by id, of those up to the id `last`. Which they are goes by the
/// list's own order, into which [`OrderList::sort`] puts them.
///
/// Every filter is an equality that an index serves and a range of ids, so a page costs the same
/// anywhere in a table of any size: since dates ascend with ids, a period becomes a range of ids.
pub fn page(conn: &mut Conn, listing: &OrderList, last: i64) -> QueryResult<Vec<JoinedRow>> {
    Ok(page_of(conn, listing, last, usize::MAX)?.unwrap_or_default())
}

/// [`page`], or `None` as soon as it turns out to have more than so many rows.
pub fn page_of(
    conn: &mut Conn,
    listing: &OrderList,
    last: i64,
    most: usize,
) -> QueryResult<Option<Vec<JoinedRow>>> {
    let (kind, after) = match listing.found() {
        Found::ByNumber(kind, after) => (kind, after.map(OrderId::get)),
        Found::ByUpdate(after) => {
            return read(conn, OnPage::by_update(listing, between_updates(listing, after), last), most);
        }
    };
    let behind_last = last.saturating_add(1);
    let (start, end) = match after {
        Some(after) if listing.is_descending() => (0, behind_last.min(after)),
        after => (after.unwrap_or(0), behind_last),
    };
    let page = |conn: &mut Conn, range| read(conn, OnPage::by_number(listing, &kind, range), most);
    let OrderFilter { from, to, .. } = listing.query().filter;
    if from.is_none() && to.is_none() {
        return page(conn, (start, end));
    }
    conn.transaction(|conn| {
        let first = match from {
            Some(from) => first_since(conn, from)?,
            None => 0,
        };
        let behind = match to {
            Some(to) => first_since(conn, to)?,
            None => i64::MAX,
        };
        page(conn, (start.max(first.saturating_sub(1)), end.min(behind)))
    })
}

/// Between which moments, each with an id, the page of a list by the last change is; they are not on it.
fn between_updates(listing: &OrderList, after: Option<(DateTime<Utc>, OrderId)>) -> (Place, Place) {
    let OrderFilter { updated_from, updated_to, .. } = listing.query().filter;
    let first = updated_from.map_or((i64::MIN, 0), |from| (millis_up(from), 0));
    let end = updated_to.map_or((i64::MAX, i64::MAX), |to| (millis_up(to), 0));
    match after.map(|(at, id)| if is_whole(at) { (millis(at), id.get()) } else { (millis_up(at), 0) }) {
        None => (first, end),
        Some(seen) if listing.is_descending() => (first, end.min(seen)),
        Some(seen) => (first.max(seen), end),
    }
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
    millis(moment) + i64::from(!is_whole(moment))
}

fn is_whole(moment: DateTime<Utc>) -> bool {
    moment.timestamp_subsec_nanos().is_multiple_of(1_000_000)
}

diesel::alias!(orders as listed: Listed);

fn read(conn: &mut Conn, page: Option<OnPage>, most: usize) -> QueryResult<Option<Vec<JoinedRow>>> {
    let mut rows = Vec::new();
    let Some(page) = page else { return Ok(Some(rows)) };
    for row in bare(page).load_iter::<JoinedRow, DefaultLoadingMode>(conn)? {
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

/// The next orders after an id with all that is stored of them, ascending by id; none after the last. To be called
/// in a transaction, or while nobody writes: the orders and their events are two queries.
pub fn stored_after(conn: &mut Conn, after: Option<OrderId>) -> QueryResult<Vec<StoredOrder>> {
    let after = after.map_or(0, OrderId::get);
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
}
