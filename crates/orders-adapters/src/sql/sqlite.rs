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
    ports::{Health, Insertion, OrderRepository, PortError},
};

use super::{
    OpenError,
    rows::{self, JoinedRow, JoinedTypes},
    writer::{Outcome, Write, Writer},
};
use readers::Readers;
use store::SqliteStore;

mod connection;
mod keys;
mod lock;
mod migrate;
#[path = "queries.rs"]
mod queries;
mod readers;
mod store;
mod wal;

pub use migrate::{Applied, migrate};
pub use store::Importer;

type Conn = SqliteConnection;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Pages up to this many orders (100, and one to look ahead) are read where they are asked for;
/// longer ones on another thread.
const SHORT_PAGE: usize = 101;

/// Orders in an SQLite file: one writer with group commit, readers beside it.
///
/// A write is answered once it is on disk (`synchronous=FULL`). Reads by id and short pages run on
/// the calling thread, since they take microseconds and never wait for the writer (WAL).
#[derive(Debug)]
pub struct SqliteOrders {
    // Declared first, so dropped first: the file stays locked until the last write is done.
    writer: Writer,
    readers: Readers,
    _lock: Arc<lock::FileLock>,
}

impl SqliteOrders {
    /// Opens the file, which is created with its folder if need be and migrated to this program's
    /// schema. One server at a time may have it open.
    ///
    /// # Errors
    ///
    /// [`OpenError`], which says what is wrong in one line.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let lock = Arc::new(lock::FileLock::take(path)?);
        migrate::run(&mut connection::writer(path)?)?;
        let readers = Readers::open(path)?;
        let writer = Writer::start(SqliteStore::new(path.to_owned()))
            .map_err(|source| OpenError::NotWritable { path: path.to_owned(), source })?;
        Ok(Self { writer, readers, _lock: lock })
    }

    /// Brings the metrics of the pool of read connections up to date.
    pub fn record_pool_use(&self) {
        self.readers.record_use();
    }
}

impl FromSqlRow<JoinedTypes, Sqlite> for JoinedRow {
    fn build_from_row<'a>(row: &impl Row<'a, Sqlite>) -> deserialize::Result<Self> {
        Self::read(row)
    }
}

/// An order that cannot be made from its rows.
fn corrupt(error: orders_domain::InvalidInput) -> PortError {
    PortError::Corrupt(error.into())
}

#[async_trait]
impl OrderRepository for SqliteOrders {
    async fn insert(
        &self,
        order: NewOrder,
        idempotency: Option<Idempotency>,
    ) -> Result<Insertion, PortError> {
        match self.writer.write(Write::Insert { order, idempotency }).await? {
            (Write::Insert { order, .. }, Outcome::Inserted(id, date)) => {
                Ok(Insertion::Placed(order.not_before(date).with_id(id)))
            }
            (_, Outcome::Known(insertion)) => Ok(insertion),
            other => Err(mismatch(&other)),
        }
    }

    async fn replay(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Insertion>, PortError> {
        match self.writer.write(Write::Replay { user, idempotency, now }).await? {
            (_, Outcome::Known(insertion)) => Ok(Some(insertion)),
            _ => Ok(None),
        }
    }

    async fn find(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        let rows = self.readers.inline(move |conn| queries::find(conn, id.get())).await?;
        Ok(rows::orders(rows).map_err(corrupt)?.pop())
    }

    async fn update(&self, order: Order, seen: Version) -> Result<Order, PortError> {
        match self.writer.write(Write::Update { order, seen }).await? {
            (Write::Update { order, .. }, Outcome::Done) => Ok(order),
            (_, Outcome::Stale) => Err(PortError::Stale),
            other => Err(mismatch(&other)),
        }
    }

    async fn page(&self, query: OrderQuery) -> Result<Vec<Order>, PortError> {
        let short = query.limit.get() <= SHORT_PAGE;
        let read = move |conn: &mut Conn| queries::page(conn, &query);
        let rows =
            if short { self.readers.inline(read).await? } else { self.readers.elsewhere(read).await? };
        rows::orders(rows).map_err(corrupt)
    }

    async fn health(&self) -> Health {
        let reads = self.readers.inline(|conn| queries::find(conn, 1)).await.map(drop);
        let writes = self.writer.write(Write::Probe).await.map(drop);
        Health { reads, writes }
    }
}

fn mismatch(answer: &(Write, Outcome)) -> PortError {
    PortError::Corrupt(format!("the store answered {answer:?}").into())
}

#[cfg(test)]
mod tests;
