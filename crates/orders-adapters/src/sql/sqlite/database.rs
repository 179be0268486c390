//! The file: its lock, its writer, and those who read beside it. The ports over it are in `ports/`.

use std::{path::Path, sync::Arc};

use orders_domain::{Currency, Directory, ports::Clock};
use tokio::sync::watch;

use super::{
    super::{OpenError, remembered::Remembered, writer::Writer},
    Conn, connection, founding, lock, migrations,
    readers::Readers,
    store::SqliteStore,
};
use crate::SystemClock;

/// Orders in an SQLite file: one writer with group commit, readers beside it.
///
/// A write is answered once it is on disk (`synchronous=FULL`). Reads by id and short pages run on
/// the calling thread, since they take microseconds and never wait for the writer (WAL).
#[derive(Debug)]
pub struct SqliteDatabase {
    pub(super) writer: Writer,
    pub(super) readers: Readers,
    /// The newest event that is on disk.
    pub(super) news: watch::Receiver<i64>,
    /// Nobody else changes them.
    pub(super) marketplaces: Remembered,
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
        Self::open_by(path, Arc::new(SystemClock), Currency::USD)
    }

    /// The same by another clock, which is asked once: for which keys still count. A new shop has this
    /// currency.
    ///
    /// # Errors
    ///
    /// [`OpenError`], which says what is wrong in one line.
    pub fn open_by(path: &Path, clock: Arc<dyn Clock>, currency: Currency) -> Result<Self, OpenError> {
        let lock = lock::FileLock::take(path)?;
        let database = lock.database();
        let directory = founded(&mut connection::writer(database)?, currency, clock.as_ref())?;
        let marketplaces = Remembered::new(directory, None);
        let readers = Readers::open(database)?;
        let (tell, news) = watch::channel(0);
        let writer = Writer::start([SqliteStore::open(database.to_owned(), clock, tell)])
            .map_err(|source| OpenError::NotWritable { path: path.to_owned(), source })?;
        Ok(Self { writer, readers, news, marketplaces, _lock: lock })
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

/// Brings a database to this program's schema, and a new one to what a shop begins with.
pub(super) fn founded(
    conn: &mut Conn,
    currency: Currency,
    clock: &dyn Clock,
) -> Result<Directory, OpenError> {
    migrations::run(conn)?;
    Ok(conn.immediate_transaction(|conn| founding::found(conn, currency, clock.now()))?)
}

impl Drop for SqliteDatabase {
    fn drop(&mut self) {
        self.close();
    }
}
