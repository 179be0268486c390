//! The connections that read.

use std::path::{Path, PathBuf};

use diesel::{QueryResult, r2d2::R2D2Connection};
use metrics::gauge;
use orders_domain::ports::PortError;
use r2d2::{ManageConnection, Pool};

use super::{
    super::{OpenError, failure, unavailable},
    Conn, connection,
};

/// More than the threads that read at once on any machine this is meant for.
const CONNECTIONS: u32 = 16;

/// A pool of connections that can only read.
#[derive(Debug, Clone)]
pub struct Readers(Pool<Manager>);

impl Readers {
    /// Opens the first connection and the pool behind it.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        connection::reader(path)?;
        let pool = Pool::builder()
            .max_size(CONNECTIONS)
            .min_idle(Some(2))
            .test_on_check_out(false)
            .connection_timeout(std::time::Duration::from_secs(5))
            .build_unchecked(Manager(path.to_owned()));
        Ok(Self(pool))
    }

    /// Sets the gauges of how many connections there are and how many of them rest.
    pub fn record_use(&self) {
        let state = self.0.state();
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
        match self.0.try_get() {
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
        let pool = self.0.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let mut conn = pool.get().map_err(unavailable)?;
            read(&mut conn).map_err(failure)
        });
        reading.await.map_err(unavailable)?
    }
}

/// Makes the pool's connections.
#[derive(Debug)]
struct Manager(PathBuf);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = OpenError;

    fn connect(&self) -> Result<Conn, OpenError> {
        connection::reader(&self.0)
    }

    fn is_valid(&self, _: &mut Conn) -> Result<(), OpenError> {
        Ok(())
    }

    /// A file does not hang up, but a transaction that did not end would show the same state for ever.
    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.is_broken()
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
