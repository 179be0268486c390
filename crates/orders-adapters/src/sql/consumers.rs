//! Those who read the events, in plain Diesel against the seam's connection (`super::Conn`). Who may work off what is
//! the seam's to say.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::{
    Consumer, EventId, Webhook,
    delivery::{Holder, Leased, Redo},
    ports::Change,
};

use super::{
    super::{
        rows::{consumer::LeasedRow, corrupt},
        schema::consumers,
    },
    Conn,
    leases::locked,
    redoing,
};

/// Has a consumer read the events after this one, or from the first one on, unless it reads already.
pub fn open(conn: &mut Conn, consumer: Consumer, after: Option<EventId>) -> QueryResult<()> {
    let row = LeasedRow::from(&Leased::beginning(after));
    diesel::insert_into(consumers::table)
        .values((consumers::name.eq(consumer.to_string()), row))
        .on_conflict_do_nothing()
        .execute(conn)
        .map(drop)
}

/// How far a consumer has come, if it is one.
pub fn find(conn: &mut Conn, consumer: Consumer) -> QueryResult<Option<Leased>> {
    let row = consumers::table.find(consumer.to_string()).select(LeasedRow::as_select());
    row.first(conn).optional()?.map(Leased::try_from).transpose().map_err(corrupt)
}

/// Has a consumer be nobody's to work off, if it was this one's; whether it was.
pub fn release(conn: &mut Conn, consumer: Consumer, holder: &Holder) -> QueryResult<bool> {
    let row = consumers::table.find(consumer.to_string()).filter(consumers::holder.eq(holder.as_str()));
    let nobody = (consumers::holder.eq(None::<&str>), consumers::held_until.eq(None::<i64>));
    Ok(diesel::update(row).set(nobody).execute(conn)? > 0)
}

/// Stores what else comes of a change of a webhook, by the event that says what was changed. Whoever works off what
/// is moved by it has to begin anew.
pub fn follow(
    conn: &mut Conn,
    change: &Change,
    webhook: &Webhook,
    (event, at): (EventId, DateTime<Utc>),
) -> QueryResult<()> {
    let consumer = Consumer::Webhook(webhook.id);
    let Change::Webhook(changed) = change else { return open(conn, consumer, Some(event)) };
    // Before its deliveries, as whoever works them off.
    let Some(from) = locked(conn, consumer)? else { return Ok(()) };
    match changed.redo() {
        Some(Redo::SkipToNow | Redo::Drop) => redoing::skip(conn, consumer, at)?,
        Some(Redo::Retry(retried)) => redoing::retry(conn, (consumer, from.cursor), retried, at)?,
        Some(Redo::Replay { .. }) | None => {}
    }
    let Some(moved) = changed.moves(&from, event) else { return Ok(()) };
    let nobody = (consumers::holder.eq(None::<&str>), consumers::held_until.eq(None::<i64>));
    diesel::update(consumers::table.find(consumer.to_string()))
        .set((LeasedRow::from(&moved), nobody))
        .execute(conn)
        .map(drop)
}
