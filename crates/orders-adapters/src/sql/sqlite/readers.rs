//! The connections that read.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use diesel::{QueryResult, r2d2::R2D2Connection};
use metrics::gauge;
use orders_domain::ports::PortError;
use r2d2::{HandleError, ManageConnection, Pool};

use super::{
    super::{OpenError, failure, unavailable},
    Conn, connection,
};

/// More than the threads that read at once on any machine this is meant for.
const CONNECTIONS: u32 = 16;

/// A pool of connections that can only read.
#[derive(Debug, Clone)]
pub struct Readers {
    pool: Pool<Manager>,
    closed: Arc<AtomicBool>,
}

impl Readers {
    /// Opens the first connection and the pool behind it.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        connection::reader(path)?;
        let closed = Arc::new(AtomicBool::new(false));
        let pool = Pool::builder()
            .max_size(CONNECTIONS)
            .min_idle(Some(2))
            .test_on_check_out(false)
            .error_handler(Box::new(Complain))
            .connection_timeout(std::time::Duration::from_secs(5))
            .build_unchecked(Manager { path: path.to_owned(), closed: Arc::clone(&closed) });
        Ok(Self { pool, closed })
    }

    /// Closes the connections: those that rest at once, those that read when they are done. There
    /// will be no others.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        while let Some(conn) = self.pool.try_get() {
            drop(conn);
        }
    }

    /// Sets the gauges of how many connections there are and how many of them rest.
    pub fn record_use(&self) {
        let state = self.pool.state();
        gauge!("orders_read_connections").set(state.connections);
        gauge!("orders_read_connections_idle").set(state.idle_connections);
    }

    /// Reads on the calling thread if a connection is idle, which it nearly always is. The read
    /// must be short: the thread serves other requests too.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`], [`PortError::Corrupt`].
    pub async fn inline<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, PortError> {
        match self.pool.try_get() {
            Some(mut conn) => read(&mut conn).map_err(failure),
            None => self.elsewhere(read).await,
        }
    }

    /// Reads on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`], [`PortError::Corrupt`].
    pub async fn elsewhere<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, PortError> {
        let pool = self.pool.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let mut conn = pool.get().map_err(unavailable)?;
            read(&mut conn).map_err(failure)
        });
        reading.await.map_err(unavailable)?
    }
}

/// Says why a connection could not be made; that there are to be no more is no failure.
#[derive(Debug)]
struct Complain;

impl HandleError<OpenError> for Complain {
    fn handle_error(&self, error: OpenError) {
        if !matches!(error, OpenError::Gone) {
            tracing::error!(%error, "no further read connection");
        }
    }
}

/// Makes the pool's connections.
#[derive(Debug)]
struct Manager {
    path: PathBuf,
    closed: Arc<AtomicBool>,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = OpenError;

    fn connect(&self) -> Result<Conn, OpenError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(OpenError::Gone);
        }
        connection::reader(&self.path)
    }

    fn is_valid(&self, _: &mut Conn) -> Result<(), OpenError> {
        Ok(())
    }

    /// A file does not hang up, but a transaction that did not end would show the same state for ever.
    fn has_broken(&self, conn: &mut Conn) -> bool {
        self.closed.load(Ordering::Acquire) || conn.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use diesel::{connection::SimpleConnection, prelude::*};

    use super::{super::tests::database, *};

    #[tokio::test]
    async fn a_read_that_panics_leaves_no_transaction_open() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = database(folder.path());
        let readers = Readers::open(&folder.path().join("orders.sqlite")).unwrap();
        // Whichever connections the pool has, each of them panics once.
        for _ in 0..4 {
            let (readers, read) = (readers.clone(), |conn: &mut Conn| conn.transaction(in_the_middle));
            tokio::spawn(async move { readers.elsewhere(read).await }).await.unwrap().unwrap_err();
        }
        writer.batch_execute("CREATE TABLE later (id INTEGER)").unwrap();
        for _ in 0..4 {
            readers.inline(|conn| conn.batch_execute("SELECT * FROM later")).await.unwrap();
        }
    }

    fn in_the_middle(conn: &mut Conn) -> QueryResult<()> {
        conn.batch_execute("SELECT * FROM orders")?;
        panic!("a bug")
    }
}
