//! Batches of writes on SQLite: single-row statements, which Diesel keeps prepared, in one
//! transaction. The next id is a counter, read from the table once, so nothing is read back.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{connection::SimpleConnection, prelude::*, result::Error};
use orders_domain::{
    Idempotency, IdempotencyKey, NewOrder, Order, OrderId, UserId,
    ports::{Clock, Insertion},
};

use super::{
    super::{
        OpenError, failure,
        rows::{self, NewLineRow, NewOrderRow},
        schema::{order_products, orders},
        writer::{BatchError, Isolation, Outcome, Outcomes, Store, Write},
    },
    Conn, connection,
    keys::Keys,
    lists, queries,
    wal::{self, WalLimit},
};

/// The database as the writer thread holds it.
pub struct SqliteStore {
    path: PathBuf,
    /// `None` until needed, and after a failure.
    conn: Option<Conn>,
    clock: Arc<dyn Clock>,
    /// When the process began to remember keys.
    started: Instant,
    /// `None` until read.
    keys: Option<Keys>,
    /// `None` until read, and after a failure.
    counters: Option<Counters>,
    clock_watch: ClockWatch,
    wal: WalLimit,
}

/// How far dates may run ahead of the time that has passed before the log says so.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// Watches whether dates go as the process's own time goes.
#[derive(Debug, Default)]
struct ClockWatch {
    /// The newest date of an order, and how long the process had run when it came.
    last: Option<(DateTime<Utc>, Duration)>,
}

impl ClockWatch {
    /// The newest order has this date after the process has run for so long. Whether that is a jump
    /// ahead, which it is once.
    fn jumped(&mut self, newest: DateTime<Utc>, run: Duration) -> bool {
        // As long as nobody orders, the date stands still.
        if self.last.is_some_and(|(date, _)| date == newest) {
            return false;
        }
        let (date, then) = self.last.replace((newest, run)).unwrap_or((newest, run));
        TimeDelta::from_std(run.saturating_sub(then)).is_ok_and(|passed| newest > date + passed + AHEAD)
    }
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
    /// The database in this file, with its keys read: a server that has millions of them is not to
    /// find that out with its first write. What keeps it from that does not keep it from reading, and
    /// is told with each write.
    pub fn open(path: PathBuf, clock: Arc<dyn Clock>) -> Self {
        let mut store = Self {
            wal: WalLimit::of(&path),
            path,
            conn: None,
            clock,
            started: Instant::now(),
            keys: None,
            counters: None,
            clock_watch: ClockWatch::default(),
        };
        if let Err(error) = store.connect() {
            tracing::error!(%error, "nothing can be written now");
        }
        store
    }

    fn connect(&mut self) -> Result<(), OpenError> {
        if self.conn.is_some() && self.keys.is_some() {
            return Ok(());
        }
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => connection::writer(&self.path)?,
        };
        if let Some(keys) = &mut self.keys {
            // After a commit of which nobody knows what it did.
            keys.catch_up(&mut conn)?;
        } else {
            let (now, newest) = (self.clock.now(), Counters::read(&mut conn)?.newest);
            if newest > now + AHEAD {
                tracing::warn!(%newest, %now, "the newest order is dated ahead of the clock, and so will be all until then");
            }
            // A clock that is ahead must not forget what a right one would know.
            self.keys = Some(Keys::load(&mut conn, now.min(newest))?);
        }
        self.conn = Some(conn);
        Ok(())
    }
}

impl Store for SqliteStore {
    fn prepare(&mut self) {}

    fn apply(&mut self, batch: &[Write], isolation: Isolation) -> Result<Outcomes, BatchError> {
        let known = self.counters.take();
        self.connect().map_err(|error| BatchError::Begin(error.into()))?;
        let (Some(conn), Some(keys)) = (&mut self.conn, &mut self.keys) else {
            return Err(BatchError::Begin("the database is not open".into()));
        };
        if let Some(earliest) = batch.iter().filter_map(asked_at).min() {
            keys.cover(conn, earliest).map_err(|error| BatchError::Begin(error.into()))?;
        }
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
                keys.committed((rows::millis(next.newest), next.last_id));
                keys.turn(self.started.elapsed());
                if self.clock_watch.jumped(next.newest, self.started.elapsed()) {
                    tracing::warn!(newest = %next.newest, "the clock has jumped ahead, and no order will be dated before it");
                }
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
        // What was not committed for sure is read again from the table.
        if let Some(keys) = &mut self.keys {
            keys.roll_back_to(0);
        }
        self.counters = None;
    }
}

/// The moment for which a write asks about its key, if it has one.
fn asked_at(write: &Write) -> Option<DateTime<Utc>> {
    match write {
        Write::Insert { order, idempotency: Some(_) } => Some(order.ordered_at()),
        Write::Replay { now, .. } => Some(*now),
        Write::Insert { .. } | Write::Update { .. } | Write::Probe => None,
    }
}

/// The last thing done to the database: the file alone is whole from then on.
impl Drop for SqliteStore {
    fn drop(&mut self) {
        // After a failure there is no connection; a file that is gone is not made again.
        let again = || connection::writer(self.path.exists().then_some(&self.path)?).ok();
        let conn = self.conn.take().or_else(again);
        if let Some(mut conn) = conn
            && let Err(error) = wal::empty(&mut conn)
        {
            tracing::warn!(error, "the write-ahead log could not be merged: the newest orders are in it");
        }
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
