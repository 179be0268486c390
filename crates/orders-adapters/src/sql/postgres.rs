//! The seam for PostgreSQL: the connection type, the migrations, and the repository over both.

use std::sync::Arc;

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
    ports::{Health, Insertion, OrderRepository, PortError},
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
#[path = "lists.rs"]
mod lists;
mod migrate;
#[path = "migrations.rs"]
mod migrations;
mod pieces;
mod pool;
mod replica;
mod settled;
mod store;
mod tls;
mod url;
mod writing;

pub use connection::PostgresOptions;
pub use copy::PostgresCopy;
pub use migrate::{migrate, revert, status};
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
        })
    }

    /// Brings the metrics of the pool of read connections up to date.
    pub fn record_pool_use(&self) {
        self.readers.record_use();
    }
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
        self.finder.find(id).await
    }

    async fn update(&self, order: Order, seen: Version) -> Result<Order, PortError> {
        self.writer.update(order, seen).await
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
        let rows = reading.await.map_err(unavailable)??;
        rows::orders(rows).map_err(corrupt)
    }

    async fn health(&self) -> Health {
        let reads = match OrderId::try_from(1) {
            Ok(first) => self.finder.find(first).await.map(drop),
            Err(error) => Err(corrupt(error)),
        };
        let writes = self.writer.write(Write::Probe).await.map(drop);
        Health { reads, writes }
    }
}
