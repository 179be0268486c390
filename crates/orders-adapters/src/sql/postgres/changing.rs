//! What the shop's people change: products, places, stock and webhooks, a transaction each.
//!
//! It locks in the order of all who do: levels, then the gate where products or places are changed, then the event
//! with the key. Where another one was faster with a key, a name or a
//! new level, an index says so, and all is decided again.

use std::collections::{BTreeSet, HashSet};

use chrono::SubsecRound;
use diesel::{
    QueryResult,
    connection::SimpleConnection,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    result::{DatabaseErrorKind, Error},
    sql_types::BigInt,
};
use orders_domain::{
    EventId,
    ports::{Change, Commit, Made, PortError, Refused},
    stock::{
        keeping::StockChange,
        movement::{Move, Reason},
    },
};

use super::{
    super::{
        rows::{self, stock::NewMovementRow},
        schema::stock_movements,
        writer::{Outcome, Write},
    },
    Conn,
    connection::is_lost,
    consumers, history,
    keeping::{self, Told},
    keys::{self, Asked, Known},
    levels::Levels,
    pieces::Sql,
    stock,
};

/// How often a change is decided again when others are faster.
const TRIES: usize = 16;

/// Whether it is a change of the shop's people.
pub fn is_kept(work: &Commit) -> bool {
    match work.change {
        Change::Place(_) | Change::Sell(_) | Change::Order(_) => false,
        Change::NewProduct(_)
        | Change::Product(_)
        | Change::NewLocation(_)
        | Change::Location(_)
        | Change::Stock(_)
        | Change::NewMarketplace(_)
        | Change::Marketplace(_)
        | Change::Listing(_)
        | Change::Text(_)
        | Change::NewWebhook(_)
        | Change::Webhook(_) => true,
    }
}

/// Whether it has a transaction of its own.
pub fn is_alone(work: &Commit) -> bool {
    is_kept(work) || work.handled.is_some()
}

/// The commit that has a transaction of its own, if a write is one.
pub fn of(write: &Write) -> Option<&Commit> {
    match write {
        Write::Commit(work) | Write::Rehearse(work) => Some(work).filter(|work| is_alone(work)),
        Write::Recall { .. } | Write::Step(_) | Write::Probe => None,
    }
}

/// Does something in transactions of its own, again where another one was faster.
///
/// # Errors
///
/// [`PortError::Unavailable`] when nothing was written, [`PortError::Unknown`] when that is not known.
pub fn patiently<T>(
    conn: &mut Conn,
    mut work: impl FnMut(&mut Conn) -> QueryResult<T>,
) -> Result<T, PortError> {
    use DatabaseErrorKind::{SerializationFailure, UniqueViolation, Unknown};

    let mut tries = 0;
    loop {
        tries += 1;
        match work(conn) {
            Ok(done) => return Ok(done),
            Err(error) if matches!(error, Error::DeserializationError(_)) || is_lost(conn, &error) => {
                return Err(PortError::Unknown(error.into()));
            }
            Err(Error::DatabaseError(UniqueViolation | SerializationFailure | Unknown, _))
                if tries < TRIES => {}
            Err(error) => return Err(PortError::Unavailable(error.into())),
        }
    }
}

/// Does it, unless its key is known. To be called in a transaction.
pub fn keep(conn: &mut Conn, work: &Commit) -> QueryResult<Outcome> {
    if let Some(known) = known(conn, work)? {
        return Ok(known);
    }
    if let Change::Marketplace(changed) = &work.change
        && changed.priced_otherwise()
    {
        // Nothing is sold between the look at what was sold and the commit.
        close_gate(conn)?;
    }
    let outcome = match &work.change {
        Change::Stock(change) => keep_stock(conn, work, change)?,
        Change::NewWebhook(_) | Change::Webhook(_) => keep_webhook(conn, work)?,
        change => match keeping::store(conn, change, work.now.trunc_subsecs(3))? {
            Ok(told) => {
                close_gate(conn)?;
                if !keeping::is_priced_as_the_shop(conn, change)? {
                    // The shop has another currency since: all is taken back and decided again.
                    let reason = Box::new("the currency has changed".to_owned());
                    return Err(Error::DatabaseError(DatabaseErrorKind::SerializationFailure, reason));
                }
                Outcome::Made(tell(conn, work, told, (&[], None))?.1)
            }
            Err(outcome) => outcome,
        },
    };
    // What is in the way may be what another server has done for the same key in the meantime.
    match outcome {
        Outcome::Refused(_) => Ok(known(conn, work)?.unwrap_or(outcome)),
        outcome => Ok(outcome),
    }
}

fn keep_stock(conn: &mut Conn, work: &Commit, change: &StockChange) -> QueryResult<Outcome> {
    let mut shelves = stock::lock(conn, vec![change.product.get()], BTreeSet::new())?;
    let there: HashSet<_> = shelves
        .shelf(change.product)
        .map(|shelf| shelf.spots().iter().map(|spot| spot.place.id).collect())
        .unwrap_or_default();
    let decision = match keeping::decide(conn, &mut shelves, change)? {
        Ok(decision) => decision,
        Err(outcome) => return Ok(outcome),
    };
    let changed = shelves.settle_changes();
    let (known, new) = changed.into_iter().partition(|((_, location), _)| there.contains(location));
    SetLevels { levels: Levels::of(known), is_new: false }.execute(conn)?;
    SetLevels { levels: Levels::of(new), is_new: true }.execute(conn)?;
    let (told, moves) = Told::kept(decision);
    Ok(Outcome::Made(tell(conn, work, told, (&moves, Some(&change.reason)))?.1))
}

fn keep_webhook(conn: &mut Conn, work: &Commit) -> QueryResult<Outcome> {
    let at = work.now.trunc_subsecs(3);
    let told = match keeping::store(conn, &work.change, at)? {
        Ok(told) => told,
        Err(outcome) => return Ok(outcome),
    };
    let (event, made) = tell(conn, work, told, (&[], None))?;
    if let Made::Webhook(webhook) = &made {
        consumers::follow(conn, &work.change, webhook, (event, at))?;
    }
    Ok(Outcome::Made(made))
}

/// Writes levels that are locked, or makes new ones.
pub struct SetLevels {
    pub levels: Levels,
    pub is_new: bool,
}

impl QueryId for SetLevels {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<Conn> for SetLevels {}

impl QueryFragment<Pg> for SetLevels {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        if self.is_new { self.levels.insert(&mut sql) } else { self.levels.set(&mut sql) }
    }
}

/// What is known of its key.
fn known(conn: &mut Conn, work: &Commit) -> QueryResult<Option<Outcome>> {
    let Some((user, idempotency)) = work.origin.actor.user().zip(work.made_by.as_ref()) else {
        return Ok(None);
    };
    let found = keys::find(conn, &[Asked { user, idempotency, now: work.now }])?;
    Ok(match found.into_values().next() {
        Some(Known::Made(event)) => Some(Outcome::Known(history::made(conn, event)?)),
        // Another request's: its fingerprint has the path in it.
        Some(Known::MadeOrder(..) | Known::Reused) => Some(Outcome::Refused(Refused::KeyReused)),
        Some(Known::Expired(event)) => {
            keys::free(conn, &[event])?;
            None
        }
        None => None,
    })
}

/// From here to the commit nobody sells by what was.
pub fn close_gate(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("SELECT close_gate()")
}

/// The number that the transaction's event gets.
#[derive(QueryableByName)]
struct Given {
    #[diesel(sql_type = BigInt)]
    first_event: i64,
}

/// Stores the event that says what was made, and what moved with it; the event and what was made.
fn tell(
    conn: &mut Conn,
    work: &Commit,
    told: Told,
    (moves, reason): (&[Move], Option<&Reason>),
) -> QueryResult<(EventId, Made)> {
    let at = work.now.trunc_subsecs(3);
    let Given { first_event } =
        diesel::sql_query("SELECT first_event FROM new_ids(0, 0, 1)").get_result(conn)?;
    let event = EventId::try_from(first_event).map_err(rows::corrupt)?;
    let made_by = work.origin.actor.user().and(work.made_by.as_ref());
    let made = told.tell(conn, event, at, &work.origin, made_by)?;
    let rows: Vec<_> = NewMovementRow::of(event, moves, None, reason, at).collect();
    if !rows.is_empty() {
        diesel::insert_into(stock_movements::table).values(rows).execute(conn)?;
    }
    Ok((event, made))
}
