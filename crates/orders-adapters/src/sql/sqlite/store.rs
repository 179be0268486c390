//! Batches of writes on SQLite: single-row statements, which Diesel keeps prepared, in one
//! transaction. The next id is a counter, read from the table once, so nothing is read back.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use diesel::{connection::SimpleConnection, prelude::*, result::Error};
use orders_domain::{
    Idempotency, IdempotencyKey, NewOrder, Order, OrderId, UserId,
    ports::{Cause, Clock, Insertion},
};

use super::{
    super::{
        failure,
        rows::{self, NewLineRow, NewOrderRow},
        schema::{order_products, orders},
        writer::{BatchError, Isolation, Outcome, Outcomes, Store, Write},
    },
    Conn, connection,
    keys::Keys,
    lists, queries,
    wal::WalLimit,
};
use crate::SystemClock;

/// The database as the writer thread holds it.
pub struct SqliteStore {
    path: PathBuf,
    /// `None` until needed, and after a failure.
    conn: Option<Conn>,
    /// `None` until read, and when it is not known what the last commit did.
    keys: Option<Keys>,
    /// `None` until read, and after a failure.
    counters: Option<Counters>,
    wal: WalLimit,
}

/// What the next order gets.
#[derive(Debug, Clone, Copy)]
pub struct Counters {
    pub last_id: i64,
    /// No later order has an earlier date.
    pub newest: DateTime<Utc>,
}

impl Counters {
    /// Read from the table.
    pub fn read(conn: &mut Conn) -> QueryResult<Self> {
        let (last_id, newest) = lists::newest(conn)?.unwrap_or_default();
        let newest = rows::moment(newest).map_err(|error| Error::DeserializationError(error.into()))?;
        Ok(Self { last_id, newest })
    }
}

impl SqliteStore {
    /// The database in this file, opened when it is needed.
    pub fn new(path: PathBuf) -> Self {
        Self { wal: WalLimit::of(&path), path, conn: None, keys: None, counters: None }
    }

    fn open(&mut self) -> Result<(), Cause> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => connection::writer(&self.path)?,
        };
        if self.keys.is_none() {
            self.keys = Some(Keys::load(&mut conn, SystemClock.now())?);
        }
        self.conn = Some(conn);
        Ok(())
    }
}

impl Store for SqliteStore {
    fn prepare(&mut self) {
        // A failure here comes again, and is reported, with the first batch.
        let _ = self.open();
    }

    fn apply(&mut self, batch: &[Write], isolation: Isolation) -> Result<Outcomes, BatchError> {
        let known = self.counters.take();
        self.open().map_err(BatchError::Begin)?;
        let (Some(conn), Some(keys)) = (&mut self.conn, &mut self.keys) else {
            return Err(BatchError::Begin("the database is not open".into()));
        };
        let mut begun = false;
        let mut written = None;
        let result = conn.immediate_transaction(|conn| {
            begun = true;
            let next = match known {
                Some(known) => known,
                None => Counters::read(conn)?,
            };
            written = Some(write_all(conn, keys, next, batch, isolation)?);
            QueryResult::Ok(())
        });
        match (result, written) {
            (Ok(()), Some((outcomes, next))) => {
                keys.committed();
                // Keys that stay too long are refused by their date, so a failure costs only memory.
                let _ = keys.sweep(conn, next.newest);
                self.counters = Some(next);
                self.wal.keep(conn);
                Ok(outcomes)
            }
            (Err(error), Some(_)) => {
                self.reset();
                Err(BatchError::Commit(error.into()))
            }
            (Err(error), None) => {
                keys.roll_back_to(0);
                if begun {
                    return Err(BatchError::Statement(error.into()));
                }
                self.conn = None;
                Err(BatchError::Begin(error.into()))
            }
            (Ok(()), None) => Err(BatchError::Commit("the transaction did not run".into())),
        }
    }

    fn reset(&mut self) {
        self.conn = None;
        self.keys = None;
        self.counters = None;
    }
}

fn write_all(
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
        Write::Insert { order, idempotency } => insert(conn, keys, next, order, idempotency.as_ref()),
        Write::Update { order, seen } => {
            Ok(if queries::update(conn, order, *seen)? { Outcome::Done } else { Outcome::Stale })
        }
        Write::Replay { user, idempotency, now } => {
            Ok(replay(conn, keys, *user, idempotency, *now)?.map_or(Outcome::Done, Outcome::Known))
        }
        // Rewrites a number in the file's header with what it is.
        Write::Probe => conn.batch_execute("PRAGMA user_version = 0").map(|()| Outcome::Done),
    }
}

fn insert(
    conn: &mut Conn,
    keys: &mut Keys,
    next: &mut Counters,
    order: &NewOrder,
    idempotency: Option<&Idempotency>,
) -> QueryResult<Outcome> {
    if let Some(asked) = idempotency
        && let Some(known) = replay(conn, keys, order.user(), asked, order.ordered_at())?
    {
        return Ok(Outcome::Known(known));
    }
    let id = OrderId::try_from(next.last_id + 1).map_err(|error| Error::SerializationError(error.into()))?;
    let order = order.clone().not_before(next.newest).with_id(id);
    insert_order(conn, &order, idempotency)?;
    *next = Counters { last_id: id.get(), newest: order.ordered_at() };
    if let Some(Idempotency { key, .. }) = idempotency {
        keys.insert(order.user(), key, id.get());
    }
    Ok(Outcome::Inserted(id, order.ordered_at()))
}

/// Stores an order that has its id.
pub fn insert_order(conn: &mut Conn, order: &Order, made_by: Option<&Idempotency>) -> QueryResult<()> {
    diesel::insert_into(orders::table).values(NewOrderRow::of(order, made_by)).execute(conn)?;
    for line in NewLineRow::of(order) {
        diesel::insert_into(order_products::table).values(line).execute(conn)?;
    }
    Ok(())
}

/// What this key's first request was told, if there was one and it is not too long ago.
fn replay(
    conn: &mut Conn,
    keys: &Keys,
    user: UserId,
    asked: &Idempotency,
    now: DateTime<Utc>,
) -> QueryResult<Option<Insertion>> {
    let Some(id) = keys.order(user, &asked.key) else { return Ok(None) };
    let (_, fingerprint) = queries::made_by(conn, id)?;
    let order = rows::orders(queries::find(conn, id)?)
        .map_err(|error| Error::DeserializationError(error.into()))?
        .pop()
        .ok_or(Error::NotFound)?;
    if order.ordered_at() + IdempotencyKey::KEPT <= now {
        return Ok(None);
    }
    let same = fingerprint.as_deref() == Some(asked.fingerprint.0.as_slice());
    Ok(Some(if same { Insertion::Replayed(order.as_placed()) } else { Insertion::KeyReused }))
}

#[cfg(test)]
mod tests;
