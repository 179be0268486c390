//! Connections, and the runtime that drives them.

use std::{sync::Arc, time::Duration};

use diesel::{connection::SimpleConnection, r2d2::R2D2Connection, result::Error};
use diesel_async::{AsyncPgConnection, async_connection_wrapper::BlockOn};
use orders_domain::{Currency, failure::with_causes};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    super::OpenError,
    Conn,
    tls::{advice, connector},
    url::PostgresUrl,
};

/// Waits for an answer by parking the thread, which costs nothing when the answer is there already,
/// as most rows are. The sockets are read and written by a runtime of their own.
pub struct Parked;

impl BlockOn for Parked {
    fn block_on<F: Future>(&self, asked: F) -> F::Output {
        futures_executor::block_on(asked)
    }

    fn get_runtime() -> Self {
        Self
    }
}

/// How a server uses its database.
#[derive(Debug, Clone, Copy)]
pub struct PostgresOptions {
    /// Connections for reading lists, at most; one more reads single orders.
    pub pool_size: u32,
    /// Connections that write, each a batch at a time.
    pub writers: u32,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long a statement may take before the database ends it.
    pub statement_timeout: Duration,
    /// How long a statement may wait for a lock before the database ends it.
    pub lock_timeout: Duration,
    /// Of all prices, of a shop that begins.
    pub currency: Currency,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            pool_size: 8,
            writers: 2,
            connect_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(1),
            currency: Currency::USD,
        }
    }
}

/// Every search of this service is served by an index, and has to be whatever the planner takes the
/// table for: plans are made once, for all values, and when the table may still be empty.
const PLANS: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
                     SET enable_bitmapscan = off; SET enable_mergejoin = off; SET jit = off; \
                     SET default_transaction_isolation = 'read committed'";

/// A success is answered once it is on disk, whatever the database or the role is set to.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) \
                       WHERE current_setting('synchronous_commit') = 'off'";

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading: no statement joins more than by index.
    Read,
    /// Writing batches: the parts of a batch are joined with each other, by hash; what they are looks
    /// as small as one row to the planner.
    Write,
    /// Changing the schema, or much data: without time-outs.
    Maintain,
}

/// Makes connections to one database. To be used, and dropped, where blocking is allowed.
#[derive(Debug)]
pub struct Connector {
    config: Config,
    tls: Option<TlsConnect>,
    options: PostgresOptions,
    database: String,
    runtime: Driver,
}

#[derive(Clone)]
struct TlsConnect(MakeRustlsConnect);

impl std::fmt::Debug for TlsConnect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsConnect")
    }
}

/// The runtime on which the connections' sockets are read and written: one thread.
#[derive(Debug)]
struct Driver(Option<Runtime>);

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Without waiting, so that it may be dropped anywhere.
            runtime.shutdown_background();
        }
    }
}

impl Connector {
    /// Gets ready; connects to nothing.
    ///
    /// # Errors
    ///
    /// [`OpenError::Open`] when the certificates to trust cannot be read, or there is no thread.
    pub fn new(url: &PostgresUrl, options: PostgresOptions) -> Result<Self, OpenError> {
        let database = url.to_string();
        let fail = |reason: String| OpenError::Open { database: database.clone(), reason };
        let tls = connector(url).map_err(fail)?.map(TlsConnect);
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("orders-postgres")
            .enable_all()
            .build()
            .map_err(|error| fail(error.to_string()))?;
        let mut config = url.config.clone();
        let patience = options.connect_timeout / hosts(&config);
        config
            // Of several hosts, one that is silent leaves time for the next.
            .connect_timeout(patience)
            .tcp_user_timeout(options.statement_timeout)
            .keepalives_idle(Duration::from_secs(15))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3);
        if config.get_application_name().is_none() {
            config.application_name("orders");
        }
        Ok(Self { config, tls, options, database, runtime: Driver(Some(runtime)) })
    }

    /// The options that it was made with.
    pub fn options(&self) -> PostgresOptions {
        self.options
    }

    /// A new connection.
    ///
    /// # Errors
    ///
    /// [`OpenError::Open`] with the reason in a line.
    pub fn connect(&self, purpose: Purpose) -> Result<Conn, OpenError> {
        let fail = |reason: String| OpenError::Open {
            database: self.database.clone(),
            reason: advice(&reason).map_or(reason.clone(), |advice| format!("{advice} ({reason})")),
        };
        let Some(runtime) = &self.runtime.0 else { return Err(fail("it is being closed".to_owned())) };
        let patience = self.options.connect_timeout;
        let connected = runtime.block_on(async {
            tokio::time::timeout(patience, self.establish())
                .await
                .map_err(|_| format!("no connection within {} ms", patience.as_millis()))?
        });
        let mut conn = Conn::from(connected.map_err(fail)?);
        conn.batch_execute(&self.settings(purpose)).map_err(|error| fail(error.to_string()))?;
        Ok(conn)
    }

    async fn establish(&self) -> Result<AsyncPgConnection, String> {
        let reason = |error: tokio_postgres::Error| with_causes(&error);
        let set_up = |error: diesel::ConnectionError| with_causes(&error);
        match &self.tls {
            None => {
                let (client, connection) = self.config.connect(NoTls).await.map_err(reason)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await.map_err(set_up)
            }
            Some(TlsConnect(tls)) => {
                let (client, connection) = self.config.connect(tls.clone()).await.map_err(reason)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await.map_err(set_up)
            }
        }
    }

    fn settings(&self, purpose: Purpose) -> String {
        let PostgresOptions { statement_timeout, lock_timeout, .. } = self.options;
        let limits = format!(
            "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}",
            statement_timeout.as_millis(),
            lock_timeout.as_millis(),
            FORGOTTEN.as_millis()
        );
        match purpose {
            Purpose::Read => format!("{limits}; {PLANS}; SET enable_hashjoin = off"),
            Purpose::Write => format!("{limits}; {PLANS}; SET enable_nestloop = off; {DURABLE}"),
            Purpose::Maintain => format!("SET statement_timeout = 0; SET lock_timeout = 0; {DURABLE}"),
        }
    }
}

/// After what time of silence the database ends a transaction: of a server that is gone in the middle of one
/// nobody else tells it, and the ids that the transaction was given hold up all who follow.
const FORGOTTEN: Duration = Duration::from_secs(5);

/// A connection that is made when it is needed, and made anew once it is closed.
pub struct Standing {
    connector: Arc<Connector>,
    purpose: Purpose,
    conn: Option<Conn>,
}

impl Standing {
    /// Connects to nothing yet.
    pub fn new(connector: Arc<Connector>, purpose: Purpose) -> Self {
        Self { connector, purpose, conn: None }
    }

    /// The connection.
    ///
    /// # Errors
    ///
    /// As [`Connector::connect`].
    pub fn get(&mut self) -> Result<&mut Conn, OpenError> {
        if self.is_closed() {
            self.conn = None;
        }
        match &mut self.conn {
            Some(conn) => Ok(conn),
            none => Ok(none.insert(self.connector.connect(self.purpose)?)),
        }
    }

    /// Whether it was made and is of no more use.
    pub fn is_closed(&mut self) -> bool {
        self.conn.as_mut().is_some_and(is_closed)
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.conn = None;
    }
}

/// How many hosts there are to try.
fn hosts(config: &Config) -> u32 {
    let hosts = config.get_hosts().len().max(config.get_hostaddrs().len());
    u32::try_from(hosts).unwrap_or(u32::MAX).max(1)
}

/// Whether the connection is of no more use, as far as is known without asking the database.
pub fn is_closed(conn: &mut Conn) -> bool {
    conn.is_broken()
}

/// Whether the database was lost while it was asked, rather than refusing or answering nonsense.
pub fn is_lost(conn: &mut Conn, error: &Error) -> bool {
    use diesel::result::DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};

    match error {
        Error::DeserializationError(_) | Error::NotFound => false,
        Error::DatabaseError(ClosedConnection | UnableToSendCommand, _) => true,
        // It may be ending: it says so first and hangs up after.
        _ => is_closed(conn) || conn.batch_execute("SELECT 1").is_err(),
    }
}
