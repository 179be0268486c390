//! Events, and the keys that are in their rows.

use std::collections::HashMap;

use diesel::{
    deserialize::{self, FromSqlRow},
    dsl::{count_star, max},
    prelude::*,
    row::Row,
    sqlite::Sqlite,
};

use super::{
    super::{
        rows::event::{EventRow, EventTypes, KeyedEventRow, KeyedEventTypes, NewEventRow},
        schema::events,
    },
    Conn,
};

impl FromSqlRow<EventTypes, Sqlite> for EventRow {
    fn build_from_row<'a>(row: &impl Row<'a, Sqlite>) -> deserialize::Result<Self> {
        Self::read(row)
    }
}

impl FromSqlRow<KeyedEventTypes, Sqlite> for KeyedEventRow {
    fn build_from_row<'a>(row: &impl Row<'a, Sqlite>) -> deserialize::Result<Self> {
        Self::read(row)
    }
}

/// Stores an event that has its id.
pub fn insert(conn: &mut Conn, event: NewEventRow<'_>) -> QueryResult<()> {
    diesel::insert_into(events::table).values(event).execute(conn).map(drop)
}

/// The highest id of all events.
pub fn last(conn: &mut Conn) -> QueryResult<Option<i64>> {
    events::table.order(events::id.desc()).select(events::id).first(conn).optional()
}

/// What an event says of the request that made it.
#[derive(Debug, Queryable)]
pub struct Made {
    pub kind: String,
    pub subject: i64,
    pub version: i64,
    pub at: i64,
    pub fingerprint: Option<Vec<u8>>,
}

/// What is to be known of the event that a key made.
pub fn made(conn: &mut Conn, id: i64) -> QueryResult<Made> {
    let columns = (events::kind, events::subject, events::version, events::at, events::request_fingerprint);
    events::table.find(id).select(columns).get_result(conn)
}

/// A key that made an event: the event's date and id, whose key, the key.
pub type KeyRow = (i64, i64, i64, String);

/// The keys of events later than `after` (date and id), oldest first.
pub fn keys_after(conn: &mut Conn, after: (i64, i64), limit: i64) -> QueryResult<Vec<KeyRow>> {
    let (date, id) = after;
    events::table
        .filter(events::at.ge(date))
        .filter(events::at.gt(date).or(events::id.gt(id)))
        .filter(events::idempotency_key.is_not_null())
        .order((events::at, events::id))
        .limit(limit)
        .select((
            events::at,
            events::id,
            events::actor.assume_not_null(),
            events::idempotency_key.assume_not_null(),
        ))
        .load(conn)
}

/// The keys of the events after an id, ascending.
pub fn keys_since(conn: &mut Conn, after: i64) -> QueryResult<Vec<KeyRow>> {
    let rows: Vec<(i64, i64, Option<i64>, Option<String>)> = events::table
        .filter(events::id.gt(after))
        .order(events::id)
        .select((events::at, events::id, events::actor, events::idempotency_key))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(at, id, actor, key)| Some((at, id, actor?, key?))).collect())
}

/// The keys that have made several events, being too old for the next time, each with the last of them.
pub fn used_again(conn: &mut Conn) -> QueryResult<HashMap<(i64, String), i64>> {
    let keys = (events::actor.assume_not_null(), events::idempotency_key.assume_not_null());
    let rows: Vec<(i64, String, Option<i64>)> = events::table
        .filter(events::idempotency_key.is_not_null())
        .group_by((events::actor, events::idempotency_key))
        .having(count_star().gt(1))
        .select((keys.0, keys.1, max(events::id)))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(actor, key, last)| Some(((actor, key), last?))).collect())
}
