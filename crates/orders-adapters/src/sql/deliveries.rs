//! What is known of deliveries, in plain Diesel against the seam's connection (`super::Conn`): no backend is named
//! here.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    prelude::*,
    sql_query,
    sql_types::{Bool, Text},
};
use orders_domain::{
    Consumer, EventId, Subject,
    delivery::{Attempt, Backlog, Delivery, DeliveryQuery, DeliveryState, Due, LogPosition, Standing},
};

use super::{
    super::{
        pending::IsPending,
        rows::{
            corrupt,
            delivery::{AttemptRow, DeliveryRow},
            moment,
        },
        schema::{attempts, deliveries},
    },
    Conn, history, waiting,
};

type Backend = <Conn as Connection>::Backend;

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    consumer: String,
}

/// Those who have rows in a table of this kind, each found behind the one before.
pub fn consumers_in(conn: &mut Conn, table: &str) -> QueryResult<Vec<String>> {
    let found: Vec<Named> = sql_query(format!(
        "WITH RECURSIVE found (consumer) AS (SELECT min(consumer) FROM {table} UNION ALL \
         SELECT (SELECT min(consumer) FROM {table} WHERE consumer > found.consumer) FROM found \
         WHERE found.consumer IS NOT NULL) SELECT consumer FROM found WHERE consumer IS NOT NULL"
    ))
    .load(conn)?;
    Ok(found.into_iter().map(|named| named.consumer).collect())
}

/// Some of the log, ascending by event and by the names of the consumers, each of which is read by itself.
pub fn log(conn: &mut Conn, query: &DeliveryQuery) -> QueryResult<Vec<Delivery>> {
    let consumers = match query.filter.consumer {
        Some(consumer) => vec![consumer.to_string()],
        None => consumers_in(conn, "deliveries")?,
    };
    let mut rows: Vec<(String, DeliveryRow)> = Vec::new();
    for name in consumers {
        let of_one = page_of(conn, &name, query)?;
        rows.extend(of_one.into_iter().map(|row| (name.clone(), row)));
    }
    rows.sort_by(|(name, row), (other, next)| (row.event, name).cmp(&(next.event, other)));
    rows.truncate(query.limit.get());
    let mut tried = attempts_at(conn, &rows)?;
    let with_attempts = |(name, row): (String, DeliveryRow)| {
        let consumer = name.parse()?;
        let attempts = tried.remove(&(name, row.event)).unwrap_or_default();
        row.with(consumer, attempts)
    };
    rows.into_iter().map(with_attempts).collect::<Result<_, _>>().map_err(corrupt)
}

/// Some of what went to one consumer.
fn page_of(conn: &mut Conn, name: &str, query: &DeliveryQuery) -> QueryResult<Vec<DeliveryRow>> {
    let start = match query.after {
        None => 0,
        // Of the same event, what went to those behind that one is still to come.
        Some(LogPosition { event, consumer: Some(seen) }) if *name > *seen.to_string() => {
            event.and_then(EventId::before).map_or(0, EventId::get)
        }
        Some(LogPosition { event, .. }) => event.map_or(0, EventId::get),
    };
    let mut wanted = deliveries::table
        .filter(deliveries::consumer.eq(name))
        .filter(deliveries::event.gt(start))
        .order(deliveries::event)
        .limit(i64::try_from(query.limit.get()).unwrap_or(i64::MAX))
        .select(DeliveryRow::as_select())
        .into_boxed::<Backend>();
    if let Some(state) = query.filter.state {
        let mut is_so = format!("deliveries.state = '{}'", state.as_str());
        if state != DeliveryState::Done {
            // In the words of the index.
            is_so += " AND deliveries.state <> 'done'";
        }
        wanted = wanted.filter(sql::<Bool>(&is_so));
    }
    wanted.load(conn)
}

type Tried = HashMap<(String, i64), Vec<Attempt>>;

/// What was tried of these deliveries.
fn attempts_at(conn: &mut Conn, rows: &[(String, DeliveryRow)]) -> QueryResult<Tried> {
    let mut events: HashMap<&str, Vec<i64>> = HashMap::new();
    for (name, row) in rows {
        events.entry(name).or_default().push(row.event);
    }
    let mut tried = Tried::new();
    for (name, events) in events {
        let found: Vec<(i64, AttemptRow)> = attempts::table
            .filter(attempts::consumer.eq(name))
            .filter(attempts::event.eq_any(events))
            .order((attempts::event, attempts::number))
            .select((attempts::event, AttemptRow::as_select()))
            .load(conn)?;
        for (event, row) in found {
            let attempt = Attempt::try_from(row).map_err(corrupt)?;
            tried.entry((name.to_owned(), event)).or_default().push(attempt);
        }
    }
    Ok(tried)
}

/// What waits at a consumer to be tried again.
pub fn backlog(
    conn: &mut Conn,
    consumer: Consumer,
    now: DateTime<Utc>,
    limit: usize,
) -> QueryResult<Backlog> {
    let rows: Vec<(i64, i64, Option<i64>)> = deliveries::table
        .filter(deliveries::consumer.eq(consumer.to_string()))
        .filter(IsPending)
        .filter(deliveries::next_at.is_not_null())
        .order((deliveries::next_at, deliveries::event))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1))
        .select((deliveries::event, deliveries::tries, deliveries::next_at))
        .load(conn)?;
    let is_due =
        |row: &&(i64, i64, Option<i64>)| row.2.is_some_and(|next_at| next_at <= now.timestamp_millis());
    let due: Vec<_> = rows.iter().take_while(is_due).take(limit).collect();
    let next_at = rows.get(due.len()).and_then(|(_, _, next_at)| *next_at).map(moment);
    let ids: Vec<_> = due.iter().map(|(event, ..)| *event).collect();
    let mut events = history::by_ids(conn, &ids)?;
    let due = due.into_iter().map(|(event, tries, _)| {
        let event = events.remove(event).ok_or(diesel::NotFound)?;
        let tries = u32::try_from(*tries).unwrap_or(u32::MAX);
        Ok(Due { event, tries })
    });
    Ok(Backlog { due: due.collect::<QueryResult<_>>()?, next_at: next_at.transpose().map_err(corrupt)? })
}

/// What is known of some events at a consumer.
pub fn standing(conn: &mut Conn, consumer: Consumer, events: &[(EventId, Subject)]) -> QueryResult<Standing> {
    let ids = || events.iter().map(|(event, _)| event.get());
    let Some((first, last)) = ids().min().zip(ids().max()) else { return Ok(Standing::default()) };
    let name = consumer.to_string();
    // Those between them that are known are few, or are all asked for.
    let found: Vec<(i64, String)> = deliveries::table
        .filter(deliveries::consumer.eq(&name))
        .filter(deliveries::event.between(first, last))
        .select((deliveries::event, deliveries::state))
        .load(conn)?;
    let found: HashMap<_, _> = found.into_iter().collect();
    let known = events.iter().filter_map(|(event, _)| Some((*event, found.get(&event.get())?)));
    let known = known.map(|(event, state)| Ok((event, state.parse()?))).collect::<Result<_, _>>();
    let mut subjects: Vec<_> = events.iter().map(|(_, subject)| subject).collect();
    subjects.sort();
    subjects.dedup();
    let waits = has_pending(conn, &name)?;
    let waiting = if waits { waiting::among(conn, &name, &subjects)? } else { Vec::new() };
    Ok(Standing { known: known.map_err(corrupt)?, waiting })
}

/// Whether anything waits at a consumer.
pub fn has_pending(conn: &mut Conn, name: &str) -> QueryResult<bool> {
    let pending = deliveries::table.filter(deliveries::consumer.eq(name)).filter(IsPending);
    let found: Option<i64> = pending.select(deliveries::event).first(conn).optional()?;
    Ok(found.is_some())
}

/// The earliest that is pending of a subject with these parts, and when it is tried next.
pub fn earliest(
    conn: &mut Conn,
    name: &str,
    (kind, subject): (&str, i64),
) -> QueryResult<Option<(i64, Option<i64>)>> {
    deliveries::table
        .filter(deliveries::consumer.eq(name))
        .filter(deliveries::kind.eq(kind))
        .filter(deliveries::subject.eq(subject))
        .filter(IsPending)
        .order(deliveries::event)
        .select((deliveries::event, deliveries::next_at))
        .first(conn)
        .optional()
}

/// Has the earliest that is pending of a subject be sent from a moment on, if it waits.
pub fn release(conn: &mut Conn, name: &str, subject: (&str, i64), at: i64) -> QueryResult<()> {
    let Some((event, None)) = earliest(conn, name, subject)? else { return Ok(()) };
    let row = diesel::update(deliveries::table.find((name, event)));
    row.set(deliveries::next_at.eq(Some(at))).execute(conn).map(drop)
}
