//! The seam for SQLite: the connection type, the migrations, and the repository over both.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    Connection,
    deserialize::{self, FromSqlRow},
    row::Row,
    sqlite::{Sqlite, SqliteConnection},
};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use orders_domain::{
    EventId, Idempotency, Order, OrderId, OrderQuery, UserId,
    ports::{
        Clock, Commit, Committed, EventFilter, EventLimit, EventPage, Feed, Health, Ledger, Orders,
        PortError, Refused, Revocations,
    },
};
use tokio::sync::watch;

use super::{
    OpenError,
    rows::{
        self,
        order::{JoinedRow, JoinedTypes, Joins},
    },
    writer::{Write, Writer},
};
use readers::Readers;
use store::SqliteStore;

use crate::SystemClock;

mod commit;
mod connection;
mod copy;
mod events;
#[path = "history.rs"]
mod history;
mod keys;
#[path = "lists.rs"]
mod lists;
mod lock;
mod migrate;
#[path = "migrations.rs"]
mod migrations;
mod queries;
mod readers;
#[path = "revocations.rs"]
mod revocations;
mod store;
mod wal;

pub use copy::SqliteCopy;
pub use migrate::{migrate, revert, revoke, status};

type Conn = SqliteConnection;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Pages up to this many orders (100, and one to look ahead) are read where they are asked for, if
/// they have no more than [`SHORT_ROWS`]; longer ones on another thread.
const SHORT_PAGE: usize = 101;

/// The most rows, one for each line of an order, that are read where they are asked for: half a
/// millisecond's work.
const SHORT_ROWS: usize = 1000;

/// Orders in an SQLite file: one writer with group commit, readers beside it.
///
/// A write is answered once it is on disk (`synchronous=FULL`). Reads by id and short pages run on
/// the calling thread, since they take microseconds and never wait for the writer (WAL).
#[derive(Debug)]
pub struct SqliteDatabase {
    writer: Writer,
    readers: Readers,
    /// The newest event that is on disk.
    news: watch::Receiver<i64>,
    // Declared last, so dropped last: the file stays locked until the last write is done.
    _lock: lock::FileLock,
}

impl SqliteDatabase {
    /// Opens the file, which is created with its folder if need be and migrated to this program's
    /// schema. One server at a time may have it open.
    ///
    /// # Errors
    ///
    /// [`OpenError`], which says what is wrong in one line.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_by(path, Arc::new(SystemClock))
    }

    /// The same by another clock, which is asked once: for which keys still count.
    ///
    /// # Errors
    ///
    /// [`OpenError`], which says what is wrong in one line.
    pub fn open_by(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let lock = lock::FileLock::take(path)?;
        let database = lock.database();
        migrations::run(&mut connection::writer(database)?)?;
        let readers = Readers::open(database)?;
        let (tell, news) = watch::channel(0);
        let writer = Writer::start([SqliteStore::open(database.to_owned(), clock, tell)])
            .map_err(|source| OpenError::NotWritable { path: path.to_owned(), source })?;
        Ok(Self { writer, readers, news, _lock: lock })
    }

    /// Takes no more writes, does those that wait, and leaves the file alone whole: what is in the
    /// log beside it is copied into it. Whoever still reads is waited for, but not for long.
    pub fn close(&self) {
        self.readers.close();
        self.writer.close();
    }

    /// Brings the metrics of the pool of read connections up to date.
    pub fn record_pool_use(&self) {
        self.readers.record_use();
    }
}

impl Drop for SqliteDatabase {
    fn drop(&mut self) {
        self.close();
    }
}

impl Joins for Sqlite {
    const JOINS: &'static str = "LEFT JOIN order_products AS line \
        ON line.id BETWEEN orders.id * 100 - 99 AND orders.id * 100 \
        LEFT JOIN order_shipments AS shipment ON shipment.id = orders.id WHERE ";
}

impl FromSqlRow<JoinedTypes, Sqlite> for JoinedRow {
    fn build_from_row<'a>(row: &impl Row<'a, Sqlite>) -> deserialize::Result<Self> {
        Self::read(row)
    }
}

#[async_trait]
impl Orders for SqliteDatabase {
    async fn find(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        let rows = self.readers.inline(move |conn| queries::find(conn, id.get())).await?;
        Ok(rows::order::orders(rows).map_err(PortError::corrupt)?.pop())
    }

    async fn page(&self, query: OrderQuery) -> Result<Vec<Order>, PortError> {
        if query.limit.get() <= SHORT_PAGE {
            let asked = query.clone();
            let read = move |conn: &mut Conn| lists::page_of(conn, &asked, i64::MAX, SHORT_ROWS);
            if let Some(rows) = self.readers.inline(read).await? {
                return rows::order::orders(rows).map_err(PortError::corrupt);
            }
        }
        let read = move |conn: &mut Conn| Ok(rows::order::orders(lists::page(conn, &query, i64::MAX)?));
        self.readers.elsewhere(read).await?.map_err(PortError::corrupt)
    }

    async fn health(&self) -> Health {
        let reads = self.readers.inline(|conn| queries::find(conn, 1)).await.map(drop);
        let writes = self.writer.write(Write::Probe).await.map(drop);
        Health { reads, writes }
    }
}

#[async_trait]
impl Ledger for SqliteDatabase {
    async fn commit(&self, work: Commit) -> Result<Committed, Refused> {
        self.writer.commit(Write::Commit(work)).await
    }

    async fn rehearse(&self, work: Commit) -> Result<Committed, Refused> {
        self.writer.commit(Write::Rehearse(work)).await
    }

    async fn recall(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Order>, Refused> {
        self.writer.recall(user, idempotency, now).await
    }
}

#[async_trait]
impl Feed for SqliteDatabase {
    async fn events(
        &self,
        filter: EventFilter,
        after: Option<EventId>,
        limit: EventLimit,
    ) -> Result<EventPage, PortError> {
        let read = move |conn: &mut Conn| {
            // One state of the last event and of those up to it.
            conn.transaction(|conn| {
                let last = history::last(conn)?.unwrap_or_default();
                history::page(conn, &filter, after, limit, last)
            })
        };
        self.readers.elsewhere(read).await
    }

    async fn news(&self, after: Option<EventId>) {
        let seen = after.map_or(0, EventId::get);
        // The writer ends with the process: nothing comes any more.
        if self.news.clone().wait_for(|newest| *newest > seen).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Revocations for SqliteDatabase {
    async fn revoked_at(&self, user: UserId) -> Result<Option<DateTime<Utc>>, PortError> {
        let revoked = self.readers.inline(move |conn| revocations::revoked_at(conn, user)).await?;
        revoked.map(rows::moment).transpose().map_err(PortError::corrupt)
    }
}

#[cfg(test)]
mod tests;
