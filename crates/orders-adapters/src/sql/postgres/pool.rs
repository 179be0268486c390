//! The connections that read.

use std::{sync::Arc, time::Duration};

use diesel::{Connection, QueryResult, connection::SimpleConnection};
use metrics::gauge;
use orders_domain::ports::PortError;
use r2d2::{ManageConnection, NopErrorHandler, Pool, PooledConnection};

use super::{
    super::{OpenError, failure, unavailable},
    Conn,
    connection::{Connector, Purpose, is_closed, is_lost},
};

/// A pool of connections for reading.
#[derive(Debug, Clone)]
pub struct Readers {
    pool: Pool<Manager>,
    connector: Arc<Connector>,
}

impl Readers {
    /// The pool, which connects when it is used first, and how long a read waits for a connection.
    pub fn new(connector: Arc<Connector>, patience: Duration) -> Self {
        let options = connector.options();
        let pool = Pool::builder()
            .max_size(options.pool_size)
            .min_idle(Some(0))
            .connection_timeout(patience)
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(Manager(Arc::clone(&connector)));
        Self { pool, connector }
    }

    /// Sets the gauges of how many connections there are and how many of them rest.
    pub fn record_use(&self) {
        let state = self.pool.state();
        gauge!("orders_read_connections").set(state.connections);
        gauge!("orders_read_connections_idle").set(state.idle_connections);
    }

    /// Reads on this thread, which may be blocked; once more where the connection was lost.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`], [`PortError::Corrupt`].
    pub fn read<T>(&self, read: impl Fn(&mut Conn) -> QueryResult<T>) -> Result<T, PortError> {
        let mut conn = self.connection()?;
        match read(&mut conn) {
            Err(error) if is_lost(&mut conn, &error) => {
                drop(conn);
                read(&mut *self.connection()?).map_err(failure)
            }
            done => done.map_err(failure),
        }
    }

    fn connection(&self) -> Result<PooledConnection<Manager>, PortError> {
        if let Some(conn) = self.pool.try_get() {
            return Ok(conn);
        }
        if self.pool.state().connections == 0 {
            // The pool would go on trying for as long as it waits; one try shows an outage at once.
            self.connector.connect(Purpose::Read).map_err(unavailable)?;
        }
        self.pool.get().map_err(unavailable)
    }
}

/// Reads all of this from one state of the database.
pub fn snapshot<T>(conn: &mut Conn, read: impl Fn(&mut Conn) -> QueryResult<T>) -> QueryResult<T> {
    conn.transaction(|conn| {
        conn.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
        read(conn)
    })
}

/// Makes the pool's connections.
#[derive(Debug)]
struct Manager(Arc<Connector>);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = OpenError;

    fn connect(&self) -> Result<Conn, OpenError> {
        self.0.connect(Purpose::Read)
    }

    /// Asks nobody: a connection whose other end has gone knows it.
    fn is_valid(&self, conn: &mut Conn) -> Result<(), OpenError> {
        if is_closed(conn) { Err(OpenError::Gone) } else { Ok(()) }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        is_closed(conn)
    }
}
