//! Queries about events, in plain Diesel against the seam's connection (`super::Conn`): no backend is
//! named here.
//!
//! The text of each statement is the same every time for one kind of filter, so Diesel keeps it prepared.

use diesel::prelude::*;
use orders_domain::{
    EventId, EventType, Order, OrderEvent, Version,
    ports::{EventFilter, EventLimit, EventPage},
};

use super::{
    super::{
        rows::{
            self,
            event::{EVENT, EventRow, KEYED_EVENT, KeyedEventRow},
        },
        schema::events,
        stored::StoredEvent,
    },
    Conn,
};

type Backend = <Conn as Connection>::Backend;

/// Events of orders are of this kind.
const ORDER: &str = "order";

/// Through how many events a page looks for wanted ones, at most: its work does not depend on how rare
/// they are.
const LOOKED_THROUGH: i64 = 10_000;

/// The highest id of all events.
pub fn last(conn: &mut Conn) -> QueryResult<Option<i64>> {
    events::table.order(events::id.desc()).select(events::id).first(conn).optional()
}

/// The wanted events after one, of those up to the id `last`.
pub fn page(
    conn: &mut Conn,
    filter: &EventFilter,
    after: Option<EventId>,
    limit: EventLimit,
    last: i64,
) -> QueryResult<EventPage> {
    let start = after.map_or(0, EventId::get);
    // Of one order all events are found at once, by their index.
    let end = if filter.order.is_some() { last } else { last.min(start.saturating_add(LOOKED_THROUGH)) };
    let mut wanted = events::table
        .filter(events::id.gt(start))
        .filter(events::id.le(end))
        .limit(i64::try_from(limit.get()).unwrap_or(i64::MAX))
        .select(EVENT)
        .into_boxed::<Backend>();
    wanted = match filter.order {
        Some(order) => wanted
            .filter(events::subject.eq(order.get()))
            .filter(events::kind.eq(ORDER))
            .order(events::version),
        None => wanted.order(events::id),
    };
    if let Some(from) = filter.from {
        wanted = wanted.filter(events::version.ge(from.get()));
    }
    if !filter.types.is_empty() {
        let words: Vec<_> = filter.types.iter().map(|kind| EventType::parts(*kind).1).collect();
        wanted = wanted.filter(events::type_.eq_any(words));
    }
    let rows: Vec<EventRow> = wanted.load(conn)?;
    let events: Vec<_> = rows.into_iter().map(|EventRow(event)| event).collect();
    let full = events.len() == limit.get();
    let cursor = match events.last() {
        Some(event) if full => Some(event.id),
        // All up to here was looked at; what is seen by nobody yet was not.
        _ => EventId::try_from(end.max(start)).ok(),
    };
    Ok(EventPage { events, cursor, more: full || end < last })
}

/// The last events of an order up to a version, as many as tell what it was, ascending.
pub fn telling(conn: &mut Conn, order: i64, version: Version) -> QueryResult<Vec<OrderEvent>> {
    let first = version.first_of_last(OrderEvent::TELLING);
    let rows: Vec<EventRow> = events::table
        .filter(events::subject.eq(order))
        .filter(events::version.between(first.get(), version.get()))
        .filter(events::kind.eq(ORDER))
        .order(events::version)
        .select(EVENT)
        .load(conn)?;
    Ok(rows.into_iter().map(|EventRow(event)| event).collect())
}

/// The order as it was at a version that it has had.
pub fn as_of(conn: &mut Conn, order: Order, version: i64) -> QueryResult<Order> {
    let version = Version::try_from(version).map_err(rows::corrupt)?;
    if version == Version::FIRST {
        return Ok(order.as_placed());
    }
    let last = telling(conn, order.id().get(), version)?;
    order.as_of(&last).map_err(rows::corrupt)?.ok_or(diesel::NotFound)
}

/// The events of the orders after the id `after` up to the id `last`, with their keys: by order, each
/// in the order of its versions.
pub fn of_orders(conn: &mut Conn, after: i64, last: i64) -> QueryResult<Vec<StoredEvent>> {
    let rows: Vec<KeyedEventRow> = events::table
        .filter(events::subject.gt(after))
        .filter(events::subject.le(last))
        .filter(events::kind.eq(ORDER))
        .order((events::subject, events::version))
        .select(KEYED_EVENT)
        .load(conn)?;
    let stored = |KeyedEventRow(event, made_by)| StoredEvent { event, made_by };
    Ok(rows.into_iter().map(stored).collect())
}
