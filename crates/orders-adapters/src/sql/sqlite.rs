//! The seam for SQLite: the connection type, the migrations, and the repository over both.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    deserialize::{self, FromSqlRow},
    row::Row,
    sqlite::{Sqlite, SqliteConnection},
};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use orders_domain::{
    Idempotency, NewOrder, Order, OrderId, OrderQuery, UserId, Version,
    ports::{Clock, Health, Insertion, OrderRepository, PortError, Revocations},
};

use super::{
    OpenError, corrupt,
    rows::{self, JoinedRow, JoinedTypes},
    writer::{Write, Writer},
};
use readers::Readers;
use store::SqliteStore;

use crate::SystemClock;

mod connection;
mod copy;
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
pub struct SqliteOrders {
    writer: Writer,
    readers: Readers,
    // Declared last, so dropped last: the file stays locked until the last write is done.
    _lock: lock::FileLock,
}

impl SqliteOrders {
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
        let writer = Writer::start([SqliteStore::open(database.to_owned(), clock)])
            .map_err(|source| OpenError::NotWritable { path: path.to_owned(), source })?;
        Ok(Self { writer, readers, _lock: lock })
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

impl Drop for SqliteOrders {
    fn drop(&mut self) {
        self.close();
    }
}

impl FromSqlRow<JoinedTypes, Sqlite> for JoinedRow {
    fn build_from_row<'a>(row: &impl Row<'a, Sqlite>) -> deserialize::Result<Self> {
        Self::read(row)
    }
}

#[async_trait]
impl OrderRepository for SqliteOrders {
    async fn insert(
        &self,
        order: NewOrder,
        idempotency: Option<Idempotency>,
    ) -> Result<Insertion, PortError> {
        self.writer.insert(order, idempotency).await
    }

    async fn replay(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Insertion>, PortError> {
        self.writer.replay(user, idempotency, now).await
    }

    async fn find(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        let rows = self.readers.inline(move |conn| queries::find(conn, id.get())).await?;
        Ok(rows::orders(rows).map_err(corrupt)?.pop())
    }

    async fn update(&self, order: Order, seen: Version) -> Result<Order, PortError> {
        self.writer.update(order, seen).await
    }

    async fn page(&self, query: OrderQuery) -> Result<Vec<Order>, PortError> {
        if query.limit.get() <= SHORT_PAGE {
            let asked = query.clone();
            let read = move |conn: &mut Conn| lists::page_of(conn, &asked, i64::MAX, SHORT_ROWS);
            if let Some(rows) = self.readers.inline(read).await? {
                return rows::orders(rows).map_err(corrupt);
            }
        }
        let read = move |conn: &mut Conn| Ok(rows::orders(lists::page(conn, &query, i64::MAX)?));
        self.readers.elsewhere(read).await?.map_err(corrupt)
    }

    async fn health(&self) -> Health {
        let reads = self.readers.inline(|conn| queries::find(conn, 1)).await.map(drop);
        let writes = self.writer.write(Write::Probe).await.map(drop);
        Health { reads, writes }
    }
}

#[async_trait]
impl Revocations for SqliteOrders {
    async fn revoked_at(&self, user: UserId) -> Result<Option<DateTime<Utc>>, PortError> {
        let revoked = self.readers.inline(move |conn| revocations::revoked_at(conn, user)).await?;
        revoked.map(rows::moment).transpose().map_err(corrupt)
    }
}

#[cfg(test)]
mod tests;
