//! Queries about events, in plain Diesel against the seam's connection (`super::Conn`): no backend is
//! named here.
//!
//! The text of each statement is the same every time for one kind of filter, so Diesel keeps it prepared.

use std::collections::HashMap;

use diesel::prelude::*;
use orders_domain::{
    Event, EventId, EventType, MarketplaceCode, Order, OrderEvent, Subject, Version, What,
    ports::{EventFilter, EventLimit, EventPage, Made},
};

use super::{
    super::{
        rows::{
            self,
            event::{EVENT, EventRow, KEYED_EVENT, KeyedEventRow, ORDER},
        },
        schema::events,
        stored::StoredEvent,
    },
    Conn, in_marketplace,
};

type Backend = <Conn as Connection>::Backend;

/// Through how many events a page looks for wanted ones, at most: its work does not depend on how rare
/// they are.
const LOOKED_THROUGH: i64 = 10_000;

/// The wanted events after one, of those up to the id `last`.
pub fn page(
    conn: &mut Conn,
    filter: &EventFilter,
    after: Option<EventId>,
    limit: EventLimit,
    last: i64,
) -> QueryResult<EventPage> {
    let start = after.map_or(0, EventId::get);
    // Of one subject all events are found at once, by their index.
    let subject = filter.subject.as_ref().map(Subject::parts);
    // So are those of a marketplace but the default one, whose events have no room of their own.
    let listed = filter.marketplace.filter(|code| !code.is_default());
    let is_found = subject.is_some() || listed.is_some() && filter.types.is_empty();
    let end = if is_found { last } else { last.min(start.saturating_add(LOOKED_THROUGH)) };
    let mut wanted = events::table
        .filter(events::id.gt(start))
        .filter(events::id.le(end))
        .limit(i64::try_from(limit.get()).unwrap_or(i64::MAX))
        .select(EVENT)
        .into_boxed::<Backend>();
    wanted = match &subject {
        Some((kind, number)) => wanted
            .filter(events::subject.eq(*number))
            .filter(events::kind.eq(kind.to_string()))
            .order(events::version),
        None => match listed {
            Some(code) => wanted
                .filter(in_marketplace(code.to_string(), (start, end)))
                .order((events::marketplace, events::id)),
            None => wanted.order(events::id),
        },
    };
    // The events of a subject are found by their versions: those before are not looked at.
    let seen = match (&subject, after) {
        (Some((kind, number)), Some(after)) => version_at(conn, (kind, *number), after.get())?,
        _ => None,
    };
    let from = filter.from.map_or(1, Version::get).max(seen.map_or(1, |seen| seen + 1));
    if subject.is_some() || filter.from.is_some() {
        wanted = wanted.filter(events::version.ge(from));
    }
    // Of one subject all events are of the same.
    if subject.is_none() && filter.marketplace.is_some_and(MarketplaceCode::is_default) {
        let named = events::marketplace.eq(MarketplaceCode::DEFAULT.to_string());
        wanted = wanted.filter(events::kind.eq(ORDER).and(events::marketplace.is_null()).or(named));
    }
    if !filter.types.is_empty() {
        wanted = wanted.filter(events::type_.eq_any(words(&filter.types)));
    }
    let rows: Vec<EventRow> = wanted.load(conn)?;
    let mut events: Vec<_> = rows.into_iter().map(|EventRow(event, _)| event).collect();
    let full = events.len() == limit.get();
    let seen = events.last().map(|event| event.id);
    // The same word may be said of several kinds of things.
    events.retain(|event| filter.admits(event));
    let cursor = match seen {
        Some(seen) if full => Some(seen),
        // All up to here was looked at; what is seen by nobody yet was not.
        _ => EventId::try_from(end.max(start)).ok(),
    };
    Ok(EventPage { events, cursor, more: full || end < last, last: EventId::try_from(last).ok() })
}

/// The events with these numbers, as far as they exist.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> QueryResult<HashMap<i64, Event>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<EventRow> = events::table.filter(events::id.eq_any(ids)).select(EVENT).load(conn)?;
    Ok(rows.into_iter().map(|EventRow(event, _)| (event.id.get(), event)).collect())
}

/// What happens by these types, as it is stored.
fn words(types: &[EventType]) -> Vec<&'static str> {
    types.iter().map(|event_type| event_type.parts().1).collect()
}

/// The version of a subject that its last event up to this one has made, if there is one. Who goes on from an
/// event of the subject names it; who follows is near the end.
fn version_at(conn: &mut Conn, (kind, subject): (&str, i64), event: i64) -> QueryResult<Option<i64>> {
    let of_subject = events::table.filter(events::subject.eq(subject)).filter(events::kind.eq(kind));
    let named = of_subject.filter(events::id.eq(event)).select(events::version).first(conn).optional()?;
    if named.is_some() {
        return Ok(named);
    }
    of_subject
        .filter(events::id.le(event))
        .order(events::version.desc())
        .select(events::version)
        .first(conn)
        .optional()
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
    Ok(rows.into_iter().filter_map(EventRow::of_order).collect())
}

/// What an event of anything but an order has made, as it was then.
pub fn made(conn: &mut Conn, id: i64) -> QueryResult<Made> {
    let EventRow(event, _) = events::table.find(id).select(EVENT).first(conn)?;
    match &event.what {
        What::Other { made, .. } => {
            Made::of_facts(&event.subject, event.version, made).map_err(rows::corrupt)
        }
        What::Order(_) => Err(diesel::NotFound),
    }
}

/// The order as it was at a version that it has had.
pub fn as_of(conn: &mut Conn, order: Order, version: i64) -> QueryResult<Order> {
    let version = Version::try_from(version).map_err(rows::corrupt)?;
    at(conn, order, version)?.ok_or(diesel::NotFound)
}

/// The order as it was at a version, if it has had that since there are events.
pub fn at(conn: &mut Conn, order: Order, version: Version) -> QueryResult<Option<Order>> {
    if version == Version::FIRST {
        return Ok(Some(order.as_placed()));
    }
    let last = telling(conn, order.id().get(), version)?;
    if last.last().is_none_or(|event| event.version != version) {
        return Ok(None);
    }
    order.as_of(&last).map_err(rows::corrupt)
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
    let stored = |KeyedEventRow(event, made_by): KeyedEventRow| {
        event.of_order().map(|event| StoredEvent { event, made_by })
    };
    Ok(rows.into_iter().filter_map(stored).collect())
}
