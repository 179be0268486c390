//! The database: its writers, its finder, the pool that reads, its replica. The ports over it are in `ports/`.

use std::{sync::Arc, time::Duration};

use orders_domain::ports::{Cause, PortError};

use super::{
    super::{OpenError, remembered::Remembered, unavailable, writer::Writer},
    PostgresOptions, PostgresUrl,
    connection::{Connector, Purpose},
    copy,
    finder::Finder,
    migrate,
    news::News,
    pool::Readers,
    replica::Replica,
    store::PostgresStore,
};

/// How long marketplaces count as they were read: other servers may change them. What is sold by them is compared with
/// what is stored at the commit.
const REMEMBERED_FOR: Duration = Duration::from_secs(1);

/// Orders in a PostgreSQL database, which any number of servers may share.
///
/// A few connections write with group commit, one finds single orders, a pool reads lists; lists may
/// come from a replica. A write is answered once it is on disk (`synchronous_commit = on`).
#[derive(Debug)]
pub struct PostgresDatabase {
    pub(super) writer: Writer,
    /// Does what is taken back, which takes several round trips: no commit waits for that.
    pub(super) rehearser: Writer,
    /// Does what the shop's people change, a transaction each: no order waits for that, but where they are
    /// about the same levels.
    pub(super) keeper: Writer,
    /// Stores how far those have come who read the events, a transaction each.
    pub(super) stepper: Writer,
    pub(super) finder: Finder,
    readers: Readers,
    pub(super) replica: Option<Replica>,
    pub(super) news: News,
    pub(super) options: PostgresOptions,
    /// Other servers may change them.
    pub(super) marketplaces: Remembered,
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
        let directory = migrate::found(&mut conn, options.currency)?;
        drop(conn);
        let thread =
            |error: std::io::Error| OpenError::Open { database: url.to_string(), reason: error.to_string() };
        let stores = (0..options.writers).map(|_| PostgresStore::new(Arc::clone(&connector)));
        let finder = Finder::start(Arc::clone(&connector)).map_err(thread)?;
        let readers = Readers::new(Arc::clone(&connector), options.connect_timeout);
        Ok(Self {
            writer: Writer::start(stores).map_err(thread)?,
            rehearser: Writer::start([PostgresStore::new(Arc::clone(&connector))]).map_err(thread)?,
            keeper: Writer::start([PostgresStore::new(Arc::clone(&connector))]).map_err(thread)?,
            stepper: Writer::start([PostgresStore::new(connector)]).map_err(thread)?,
            finder,
            news: News::new(readers.clone()),
            readers,
            replica: replica.map(|url| Replica::new(url, options)).transpose()?,
            options,
            marketplaces: Remembered::new(directory, Some(REMEMBERED_FOR)),
        })
    }

    /// How long anything may take, connecting included.
    pub(super) fn patience(&self) -> Duration {
        self.options.connect_timeout + self.options.statement_timeout
    }

    /// What the pool's connections read, on another thread.
    pub(super) async fn read<T: Send + 'static>(
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
pub async fn within<T, E: From<PortError>>(
    patience: Duration,
    late: fn(Cause) -> PortError,
    asked: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let in_vain = || format!("no answer within {} ms", patience.as_millis());
    tokio::time::timeout(patience, asked).await.unwrap_or_else(|_| Err(late(in_vain().into()).into()))
}
