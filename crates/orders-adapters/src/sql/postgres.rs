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
    EventId, Idempotency, Order, OrderId, OrderQuery, UserId,
    ports::{
        Cause, Commit, Committed, EventFilter, EventLimit, EventPage, Feed, Health, Ledger, Orders,
        PortError, Refused, Revocations,
    },
};

use super::{
    OpenError, rows,
    rows::order::{JoinedRow, JoinedTypes, Joins},
    unavailable,
    writer::{Write, Writer},
};
use connection::{Connector, Purpose};
use finder::Finder;
use news::News;
use pool::Readers;
use replica::Replica;
use store::PostgresStore;

mod batch;
mod changes;
mod complete;
mod connection;
mod copy;
mod events;
mod finder;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "history.rs"]
mod history;
mod keys;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "lists.rs"]
mod lists;
mod migrate;
#[expect(clippy::duplicate_mod, reason = "compiled once for each backend")]
#[path = "migrations.rs"]
mod migrations;
mod news;
mod orders;
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
pub struct PostgresDatabase {
    writer: Writer,
    finder: Finder,
    readers: Readers,
    replica: Option<Replica>,
    news: News,
    options: PostgresOptions,
}

impl PostgresDatabase {
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
        let finder = Finder::start(Arc::clone(&connector)).map_err(thread)?;
        let readers = Readers::new(Arc::clone(&connector), options.connect_timeout);
        Ok(Self {
            writer: Writer::start(stores).map_err(thread)?,
            finder,
            news: News::new(readers.clone()),
            readers,
            replica: replica.map(|url| Replica::new(url, options)).transpose()?,
            options,
        })
    }

    /// How long anything may take, connecting included.
    fn patience(&self) -> Duration {
        self.options.connect_timeout + self.options.statement_timeout
    }

    /// What the pool's connections read, on another thread.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Readers) -> Result<T, PortError> + Send + 'static,
    ) -> Result<T, PortError> {
        let readers = self.readers.clone();
        let reading = tokio::task::spawn_blocking(move || read(&readers));
        let read = async { reading.await.map_err(unavailable)? };
        within(self.patience(), PortError::Unavailable, read).await
    }

    /// Brings the metrics of the pool of read connections up to date.
    pub fn record_pool_use(&self) {
        self.readers.record_use();
    }
}

/// Waits no longer than this. A database that is frozen keeps its connections and ends no statement.
async fn within<T, E: From<PortError>>(
    patience: Duration,
    late: fn(Cause) -> PortError,
    asked: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let in_vain = || format!("no answer within {} ms", patience.as_millis());
    tokio::time::timeout(patience, asked).await.unwrap_or_else(|_| Err(late(in_vain().into()).into()))
}

impl Joins for Pg {
    /// A search for each order. Of a plain join the plan may read a whole table for each order: it is made
    /// once, perhaps while there are no rows, and a connection that writes prefers it even later. What has a
    /// limit is not made one with the rest.
    const JOINS: &'static str = "LEFT JOIN LATERAL (SELECT id, product_id, price, quantity FROM order_products \
        WHERE order_products.id BETWEEN orders.id * 100 - 99 AND orders.id * 100 \
        ORDER BY order_products.id LIMIT 100) AS line ON true \
        LEFT JOIN LATERAL (SELECT shipping_provider, tracking_number FROM order_shipments \
        WHERE order_shipments.id = orders.id LIMIT 1) AS shipment ON true WHERE ";
}

impl FromSqlRow<JoinedTypes, Pg> for JoinedRow {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        Self::read(row)
    }
}

#[async_trait]
impl Orders for PostgresDatabase {
    async fn find(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        within(self.patience(), PortError::Unavailable, self.finder.find(id)).await
    }

    async fn page(&self, query: OrderQuery) -> Result<Vec<Order>, PortError> {
        let replica = self.replica.clone();
        let read = move |readers: &Readers| {
            if let Some(replica) = replica
                && let Some(rows) = replica.page(readers, &query)
            {
                return Ok(rows);
            }
            readers.read(|conn| {
                let settled = settled::orders(conn)?;
                lists::page(conn, &query, settled)
            })
        };
        let rows = self.read(read).await?;
        rows::order::orders(rows).map_err(PortError::corrupt)
    }

    async fn health(&self) -> Health {
        let patience = self.options.connect_timeout;
        let reads = match OrderId::try_from(1) {
            Ok(first) => within(patience, PortError::Unavailable, self.finder.find(first)).await.map(drop),
            Err(error) => Err(PortError::corrupt(error)),
        };
        let writing = self.writer.write(Write::Probe);
        let writes = within(patience, PortError::Unavailable, writing).await.map(drop);
        Health { reads, writes }
    }
}

#[async_trait]
impl Ledger for PostgresDatabase {
    async fn commit(&self, work: Commit) -> Result<Committed, Refused> {
        within(self.patience(), PortError::Unknown, self.writer.commit(Write::Commit(work))).await
    }

    async fn rehearse(&self, work: Commit) -> Result<Committed, Refused> {
        within(self.patience(), PortError::Unavailable, self.writer.commit(Write::Rehearse(work))).await
    }

    async fn recall(
        &self,
        user: UserId,
        idempotency: Idempotency,
        now: DateTime<Utc>,
    ) -> Result<Option<Order>, Refused> {
        let recalling = self.writer.recall(user, idempotency, now);
        within(self.patience(), PortError::Unavailable, recalling).await
    }
}

#[async_trait]
impl Feed for PostgresDatabase {
    async fn events(
        &self,
        filter: EventFilter,
        after: Option<EventId>,
        limit: EventLimit,
    ) -> Result<EventPage, PortError> {
        let look = move |readers: &Readers| {
            readers.read(|conn| {
                let last = settled::events(conn)?;
                history::page(conn, &filter, after, limit, last)
            })
        };
        self.read(look).await
    }

    async fn news(&self, after: Option<EventId>) {
        self.news.after(after.map_or(0, EventId::get)).await;
    }
}

#[async_trait]
impl Revocations for PostgresDatabase {
    async fn revoked_at(&self, user: UserId) -> Result<Option<DateTime<Utc>>, PortError> {
        let look = move |readers: &Readers| readers.read(|conn| revocations::revoked_at(conn, user));
        let revoked = self.read(look).await?;
        revoked.map(rows::moment).transpose().map_err(PortError::corrupt)
    }
}
