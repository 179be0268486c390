//! What is done with what was sent already, or is not to be sent any more: against the seam's connection
//! (`super::Conn`).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::{Consumer, EventId, delivery::DeliveryState};

use super::{
    super::{
        pending::IsPending,
        rows::{delivery::NewDeliveryRow, millis},
        schema::{deliveries, events},
    },
    Conn,
    deliveries::release,
};

/// How many are skipped by one statement, which names them.
const AT_ONCE: i64 = 1_000;

/// Has nothing that waits at a consumer be sent. To be called by whoever keeps others from having more wait.
pub fn skip(conn: &mut Conn, consumer: Consumer, at: DateTime<Utc>) -> QueryResult<()> {
    let name = consumer.to_string();
    loop {
        // Those that wait are found by their own index, which SQLite does not use to change them.
        let pending: Vec<i64> = deliveries::table
            .filter(deliveries::consumer.eq(&name))
            .filter(IsPending)
            .limit(AT_ONCE)
            .select(deliveries::event)
            .load(conn)?;
        if pending.is_empty() {
            return Ok(());
        }
        let these = deliveries::table.filter(deliveries::consumer.eq(&name));
        diesel::update(these.filter(deliveries::event.eq_any(pending)))
            .set((
                deliveries::state.eq(DeliveryState::Skipped.as_str()),
                deliveries::next_at.eq(None::<i64>),
                deliveries::updated_at.eq(millis(at)),
            ))
            .execute(conn)?;
    }
}

/// Has an event be sent to a consumer once more, whatever became of it; also one that was not sent to it, if the
/// consumer has come past it. While an earlier one of its subject is pending it waits for that.
pub fn retry(
    conn: &mut Conn,
    (consumer, cursor): (Consumer, Option<EventId>),
    event: EventId,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    let (name, at) = (consumer.to_string(), millis(at));
    let pending = DeliveryState::Pending.as_str();
    let again = (
        deliveries::state.eq(pending),
        deliveries::next_at.eq(None::<i64>),
        deliveries::tries.eq(0),
        deliveries::updated_at.eq(at),
    );
    let known = deliveries::table.find((name.as_str(), event.get()));
    let is_known = diesel::update(known).set(again).execute(conn)? > 0;
    if !is_known && cursor < Some(event) {
        return Ok(());
    }
    let row = events::table.find(event.get()).select((events::kind, events::subject));
    let of: Option<(String, i64)> = row.first(conn).optional()?;
    let Some((kind, subject)) = of else { return Ok(()) };
    if !is_known {
        add(conn, &name, (event, &kind, subject), at)?;
    }
    release(conn, &name, (&kind, subject), at)
}

/// A delivery that waits.
fn add(
    conn: &mut Conn,
    consumer: &str,
    (event, kind, subject): (EventId, &str, i64),
    at: i64,
) -> QueryResult<()> {
    let row = NewDeliveryRow {
        consumer,
        event: event.get(),
        kind,
        subject,
        state: DeliveryState::Pending.as_str(),
        next_at: None,
        tries: 0,
        updated_at: at,
    };
    diesel::insert_into(deliveries::table).values(row).execute(conn).map(drop)
}
