//! One write after the other, in the writer's transaction: a file a table says how, this one what.

use chrono::{DateTime, Utc};
use diesel::{connection::SimpleConnection, prelude::*, result::Error};
use orders_domain::{
    EventType, Idempotency, KeyUse, OrderId, UserId,
    ports::{Change, Commit},
};

use super::{
    super::{
        failure,
        rows::{
            self,
            event::{NewEventRow, data, data_of_placing},
        },
        writer::{Isolation, Outcome, Outcomes, Write},
    },
    Conn, events, history,
    keys::Keys,
    lists, queries,
};

/// What the next rows get.
#[derive(Debug, Clone, Copy)]
pub struct Counters {
    pub last_order: i64,
    /// No later order has an earlier date.
    pub newest: DateTime<Utc>,
    pub last_event: i64,
}

impl Counters {
    /// Read from the tables.
    pub fn read(conn: &mut Conn) -> QueryResult<Self> {
        let (last_order, newest) = lists::newest(conn)?.unwrap_or_default();
        let newest = rows::moment(newest).map_err(rows::corrupt)?;
        Ok(Self { last_order, newest, last_event: events::last(conn)?.unwrap_or_default() })
    }
}

/// The moment for which a write asks about its key, if it has one.
pub fn asked_at(write: &Write) -> Option<DateTime<Utc>> {
    match write {
        Write::Commit(work) | Write::Rehearse(work) => work.made_by.as_ref().map(|_| work.now),
        Write::Recall { now, .. } => Some(*now),
        Write::Probe => None,
    }
}

/// All of a batch, and what the rows after it get.
pub fn write_all(
    conn: &mut Conn,
    keys: &mut Keys,
    mut next: Counters,
    batch: &[Write],
    isolation: Isolation,
) -> QueryResult<(Outcomes, Counters)> {
    let mut outcomes = Outcomes::with_capacity(batch.len());
    for asked in batch {
        outcomes.push(match isolation {
            Isolation::Together => Ok(write(conn, keys, &mut next, asked)?),
            Isolation::Each => {
                let (kept, before) = (keys.uncommitted(), next);
                conn.transaction(|conn| write(conn, keys, &mut next, asked)).map_err(|error| {
                    keys.roll_back_to(kept);
                    next = before;
                    failure(error)
                })
            }
        });
    }
    Ok((outcomes, next))
}

fn write(conn: &mut Conn, keys: &mut Keys, next: &mut Counters, write: &Write) -> QueryResult<Outcome> {
    match write {
        Write::Commit(work) => commit(conn, keys, next, work),
        Write::Rehearse(work) => rehearse(conn, keys, next, work),
        Write::Recall { user, idempotency, now } => {
            Ok(recall(conn, keys, *user, idempotency, *now)?.unwrap_or(Outcome::Nothing))
        }
        // Rewrites a number in the file's header with what it is.
        Write::Probe => conn.batch_execute("PRAGMA user_version = 0").map(|()| Outcome::Nothing),
    }
}

fn commit(conn: &mut Conn, keys: &mut Keys, next: &mut Counters, work: &Commit) -> QueryResult<Outcome> {
    let asked = work.origin.actor.user().zip(work.made_by.as_ref());
    if let Some((user, asked)) = asked
        && let Some(known) = recall(conn, keys, user, asked, work.now)?
    {
        return Ok(known);
    }
    let event = next.last_event + 1;
    let made_by = asked.map(|(_, made_by)| made_by);
    let outcome = match &work.change {
        Change::Place(order) => {
            let said = data_of_placing(order.lines());
            let id = OrderId::try_from(next.last_order + 1);
            let id = id.map_err(|error| Error::SerializationError(error.into()))?;
            let order = order.clone().not_before(next.newest).with_id(id);
            queries::insert(conn, &order)?;
            let said = (EventType::Placed, said.as_str());
            events::insert(conn, NewEventRow::of(event, &order, said, &work.origin, made_by))?;
            *next = Counters { last_order: id.get(), newest: order.ordered_at(), ..*next };
            Outcome::Placed(id, order.ordered_at())
        }
        Change::Order(changed) => {
            if !queries::change(conn, changed)? {
                return Ok(Outcome::Stale);
            }
            let said = data(changed.what())?;
            let said = (changed.what().event_type(), said.as_str());
            events::insert(conn, NewEventRow::of(event, changed.order(), said, &work.origin, made_by))?;
            Outcome::Changed
        }
    };
    next.last_event = event;
    if let Some((user, Idempotency { key, .. })) = asked {
        keys.insert(user, key, event);
    }
    Ok(outcome)
}

/// Does it and takes it back, so that it is as if it had never been, its numbers included.
fn rehearse(conn: &mut Conn, keys: &mut Keys, next: &mut Counters, work: &Commit) -> QueryResult<Outcome> {
    let (kept, before) = (keys.uncommitted(), *next);
    let mut outcome = None;
    let taken_back = conn.transaction::<(), _, _>(|conn| {
        outcome = Some(commit(conn, keys, next, work)?);
        Err(Error::RollbackTransaction)
    });
    keys.roll_back_to(kept);
    *next = before;
    match (taken_back, outcome) {
        (Err(Error::RollbackTransaction), Some(outcome)) => Ok(outcome),
        (Err(error), _) => Err(error),
        (Ok(()), _) => Err(Error::BrokenTransactionManager),
    }
}

/// What this key's first request was told, if there was one and it is not too long ago.
fn recall(
    conn: &mut Conn,
    keys: &Keys,
    user: UserId,
    asked: &Idempotency,
    now: DateTime<Utc>,
) -> QueryResult<Option<Outcome>> {
    let Some(event) = keys.event(user, &asked.key) else { return Ok(None) };
    let (order, version, used_at, used_for) = events::made(conn, event)?;
    let used_at = rows::moment(used_at).map_err(rows::corrupt)?;
    match asked.judge(used_at, &used_for.unwrap_or_default(), now) {
        KeyUse::Free => Ok(None),
        KeyUse::Reused => Ok(Some(Outcome::KeyReused)),
        KeyUse::Again => {
            let order = queries::order(conn, order)?;
            history::as_of(conn, order, version).map(|order| Some(Outcome::Known(order)))
        }
    }
}
