//! Batches of writes on SQLite: single-row statements, which Diesel keeps prepared, in one
//! transaction. The next id is a counter, read from the table once, so nothing is read back.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryResult;
use orders_domain::ports::Clock;
use tokio::sync::watch;

use super::{
    super::{
        OpenError,
        writer::{BatchError, Isolation, Outcomes, Store, Write},
    },
    Conn,
    commit::{self, Counters, Known},
    connection,
    keys::Keys,
    stock::Stockroom,
    wal::{self, WalLimit},
};

/// The database as the writer thread holds it.
pub struct SqliteStore {
    path: PathBuf,
    /// `None` until needed, and after a failure.
    conn: Option<Conn>,
    clock: Arc<dyn Clock>,
    /// How long the process has remembered keys.
    remembered: Box<dyn Fn() -> Duration + Send>,
    /// `None` until read.
    keys: Option<Keys>,
    /// `None` until read, and after a failure.
    counters: Option<Counters>,
    /// Empty at first, and after a failure.
    stockroom: Stockroom,
    clock_watch: ClockWatch,
    wal: WalLimit,
    /// Told of the newest event, once it is on disk.
    news: watch::Sender<i64>,
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
        // Before the first order there is no date, and as long as nobody orders it stands still.
        if newest == DateTime::UNIX_EPOCH || self.last.is_some_and(|(date, _)| date == newest) {
            return false;
        }
        let (date, then) = self.last.replace((newest, run)).unwrap_or((newest, run));
        TimeDelta::from_std(run.saturating_sub(then)).is_ok_and(|passed| newest > date + passed + AHEAD)
    }
}

impl SqliteStore {
    /// The database in this file, with its keys read: a server that has millions of them is not to
    /// find that out with its first write. What keeps it from that does not keep it from reading, and
    /// is told with each write.
    pub fn open(path: PathBuf, clock: Arc<dyn Clock>, news: watch::Sender<i64>) -> Self {
        let started = Instant::now();
        let mut store = Self {
            wal: WalLimit::of(&path),
            path,
            conn: None,
            clock,
            remembered: Box::new(move || started.elapsed()),
            keys: None,
            counters: None,
            stockroom: Stockroom::default(),
            clock_watch: ClockWatch::default(),
            news,
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
            let (now, Counters { newest, last_event, .. }) = (self.clock.now(), Counters::read(&mut conn)?);
            if newest > now + AHEAD {
                tracing::warn!(%newest, %now, "the newest order is dated ahead of the clock, and so will be all until then");
            }
            // A clock that is ahead must not forget what a right one would know.
            self.keys = Some(Keys::load(&mut conn, now.min(newest), last_event)?);
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
        let run = (self.remembered)();
        // What is forgotten is what was remembered before, not what this batch brings.
        keys.turn(run);
        if let Some(earliest) = batch.iter().filter_map(commit::asked_at).min() {
            keys.cover(conn, earliest).map_err(|error| BatchError::Begin(error.into()))?;
        }
        let stockroom = &mut self.stockroom;
        let mut begun = false;
        let mut written = None;
        let result = conn.immediate_transaction(|conn| {
            begun = true;
            let next = match known {
                Some(known) => known,
                None => Counters::read(conn)?,
            };
            let mut known = Known { keys, stockroom, next };
            let outcomes = commit::write_all(conn, &mut known, batch, isolation)?;
            written = Some((outcomes, known.next));
            QueryResult::Ok(())
        });
        match (result, written) {
            (Ok(()), Some((outcomes, next))) => {
                keys.committed(next.last_event);
                stockroom.committed();
                if self.clock_watch.jumped(next.newest, run) {
                    tracing::warn!(newest = %next.newest, "the clock has jumped ahead, and no order will be dated before it");
                }
                if known.is_none_or(|known| known.last_event != next.last_event) {
                    self.news.send_replace(next.last_event);
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
                stockroom.forget();
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
        self.stockroom.forget();
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

#[cfg(test)]
mod tests;
