//! What became of events at a consumer, row by row.

use diesel::{dsl::max, prelude::*, upsert::excluded};
use orders_domain::{
    Consumer,
    delivery::{DeliveryState, Settled},
};

use super::{
    super::{
        rows::{
            delivery::{NewAttemptRow, NewDeliveryRow},
            millis,
        },
        schema::{attempts, deliveries},
    },
    Conn,
    deliveries::{has_pending, release},
};

/// Stores it, and has those follow that have waited for what has ended.
pub fn settle(conn: &mut Conn, consumer: Consumer, settled: &[Settled]) -> QueryResult<()> {
    let name = consumer.to_string();
    for one in settled {
        store(conn, &name, one)?;
    }
    let mut ended = settled.iter().filter(|one| one.may_release()).peekable();
    if ended.peek().is_some() && has_pending(conn, &name)? {
        for one in ended {
            let (kind, subject) = one.subject.parts();
            release(conn, &name, (&kind, subject), millis(one.at))?;
        }
    }
    Ok(())
}

fn store(conn: &mut Conn, name: &str, settled: &Settled) -> QueryResult<()> {
    let (kind, subject) = settled.subject.parts();
    let row = NewDeliveryRow::of(name, (&kind, subject), settled);
    if let Some(attempt) = &settled.attempt {
        let tried = attempts::table.filter(attempts::consumer.eq(name)).filter(attempts::event.eq(row.event));
        let last: Option<i64> = tried.select(max(attempts::number)).first(conn)?;
        let attempt = NewAttemptRow::of(&row, last.unwrap_or_default() + 1, attempt);
        diesel::insert_into(attempts::table).values(attempt).execute(conn)?;
    }
    let of_row = deliveries::table.find((name, row.event));
    let changed: Option<i64> = of_row.select(deliveries::updated_at).first(conn).optional()?;
    if settled.state != DeliveryState::Done
        && changed.is_some_and(|changed| changed > millis(settled.known_since()))
    {
        return Ok(());
    }
    diesel::insert_into(deliveries::table)
        .values(row)
        .on_conflict((deliveries::consumer, deliveries::event))
        .do_update()
        .set((
            deliveries::state.eq(excluded(deliveries::state)),
            deliveries::next_at.eq(excluded(deliveries::next_at)),
            deliveries::tries.eq(excluded(deliveries::tries)),
            deliveries::updated_at.eq(excluded(deliveries::updated_at)),
        ))
        .execute(conn)
        .map(drop)
}
