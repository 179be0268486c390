//! The seam for PostgreSQL: the connection type, the migrations, and the repository over both.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::{
    deserialize::{self, FromSqlRow},
    pg::Pg,
    row::Row,
};
use diesel_async::{AsyncPgConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use orders_domain::{
    Idempotency, NewOrder, Order, OrderId, OrderQuery, UserId, Version,
    ports::{Cause, Health, Insertion, OrderRepository, PortError, Revocations},
};

use super::{
    OpenError, corrupt, rows,
    rows::{JoinedRow, JoinedTypes},
    unavailable,
    writer::{Write, Writer},
};
use connection::{Connector, Purpose};
use finder::Finder;
use pool::Readers;
use replica::Replica;
use store::PostgresStore;

mod batch;
mod complete;
mod connection;
mod copy;
mod finder;
mod keys;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "lists.rs"]
mod lists;
mod migrate;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "migrations.rs"]
mod migrations;
mod pieces;
mod pool;
mod replica;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "revocations.rs"]
mod revocations;
mod settled;
mod store;
mod tls;
mod url;
mod writing;

pub use connection::PostgresOptions;
pub use copy::PostgresCopy;
pub use migrate::{migrate, revert, revoke, status};
pub use url::PostgresUrl;

type Conn = AsyncConnectionWrapper<AsyncPgConnection, connection::Parked>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Orders in a PostgreSQL database, which any number of servers may share.
///
/// A few connections write with group commit, one finds single orders, a pool reads lists; lists may
/// come from a replica. A write is answered once it is on disk (`synchronous_commit = on`).
#[derive(Debug)]
pub struct PostgresOrders {
    writer: Writer,
    finder: Finder,
    readers: Readers,
    replica: Option<Replica>,
    options: PostgresOptions,
}

impl PostgresOrders {
    /// Connects, and brings the database to this program's schema. To be called where blocking is
    /// allowed.
    ///
    /// # Errors
    ///
    /// [`OpenError`], which says what is wrong in one line. A replica that is not there is none: it
    /// is looked for again later.
    pub fn open(
        url: &PostgresUrl,
        replica: Option<&PostgresUrl>,
        options: PostgresOptions,
    ) -> Result<Self, OpenError> {
        let connector = Arc::new(Connector::new(url, options)?);
        let mut conn = connector.connect(Purpose::Maintain)?;
        migrate::run(&mut conn)?;
        copy::refuse_unfinished(&mut conn)?;
        drop(conn);
        let thread =
            |error: std::io::Error| OpenError::Open { database: url.to_string(), reason: error.to_string() };
        let stores = (0..options.writers).map(|_| PostgresStore::new(Arc::clone(&connector)));
        Ok(Self {
            writer: Writer::start(stores).map_err(thread)?,
            finder: Finder::start(Arc::clone(&connector)).map_err(thread)?,
            readers: Readers::new(connector, options.connect_timeout),
            replica: replica.map(|url| Replica::new(url, options)).transpose()?,
            options,
        })
    }

    /// How long anything may take, connecting included.
    fn patience(&self) -> Duration {
        self.options.connect_timeout + self.options.statement_timeout
    }

    /// Brings the metrics of the pool of read connections up to date.
    pub fn record_pool_use(&self) {
        self.readers.record_use();
    }
}

/// Waits no longer than this. A database that is frozen keeps its connections and ends no statement.
async fn within<T>(
    patience: Duration,
    late: fn(Cause) -> PortError,
    asked: impl Future<Output = Result<T, PortError>>,
) -> Result<T, PortError> {
    let in_vain = || format!("no answer within {} ms", patience.as_millis());
    tokio::time::timeout(patience, asked).await.unwrap_or_else(|_| Err(late(in_vain().into())))
}

impl FromSqlRow<JoinedTypes, Pg> for JoinedRow {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        Self::read(row)
    }
}

#[async_trait]
impl OrderRepository for PostgresOrders {
    async fn insert(
        &self,
        order: NewOrder,
        idempotency: Option<Idempotency>,
    ) -> Result<Insertion, PortError> {
        within(self.patience(), PortError::Unknown, self.writer.insert(order, idempotency)).await
    }

    async fn replay(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Insertion>, PortError> {
        let replaying = self.writer.replay(user, idempotency, now);
        within(self.patience(), PortError::Unavailable, replaying).await
    }

    async fn find(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        within(self.patience(), PortError::Unavailable, self.finder.find(id)).await
    }

    async fn update(&self, order: Order, seen: Version) -> Result<Order, PortError> {
        within(self.patience(), PortError::Unknown, self.writer.update(order, seen)).await
    }

    async fn page(&self, query: OrderQuery) -> Result<Vec<Order>, PortError> {
        let (readers, replica) = (self.readers.clone(), self.replica.clone());
        let reading = tokio::task::spawn_blocking(move || {
            if let Some(replica) = replica
                && let Some(rows) = replica.page(&readers, &query)
            {
                return Ok(rows);
            }
            readers.read(|conn| {
                let settled = settled::orders(conn)?;
                lists::page(conn, &query, settled)
            })
        });
        let read = async { reading.await.map_err(unavailable)? };
        let rows = within(self.patience(), PortError::Unavailable, read).await?;
        rows::orders(rows).map_err(corrupt)
    }

    async fn health(&self) -> Health {
        let patience = self.options.connect_timeout;
        let reads = match OrderId::try_from(1) {
            Ok(first) => within(patience, PortError::Unavailable, self.finder.find(first)).await.map(drop),
            Err(error) => Err(corrupt(error)),
        };
        let writing = self.writer.write(Write::Probe);
        let writes = within(patience, PortError::Unavailable, writing).await.map(drop);
        Health { reads, writes }
    }
}

#[async_trait]
impl Revocations for PostgresOrders {
    async fn revoked_at(&self, user: UserId) -> Result<Option<DateTime<Utc>>, PortError> {
        let readers = self.readers.clone();
        let look = move || readers.read(|conn| revocations::revoked_at(conn, user));
        let looking = tokio::task::spawn_blocking(look);
        let looked = async { looking.await.map_err(unavailable)? };
        let revoked = within(self.patience(), PortError::Unavailable, looked).await?;
        revoked.map(rows::moment).transpose().map_err(corrupt)
    }
}
