//! Where orders are kept, as the settings say.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
#[cfg(feature = "jwt")]
use chrono::{DateTime, Utc};
use orders_adapters::{
    DatabaseUrl, OpenError, SqliteDatabase, SystemClock,
    sql::{Applied, Audit, Bulk, Forgotten, Mend, MigrationState, sqlite},
};
use orders_domain::{
    self as domain, Currency, UserId,
    ports::{Clock as _, Revocations},
};

use crate::config::{DatabaseSettings, StorageSettings};

/// How long the end waits for the last writes and for the file to be whole.
const CLOSING: Duration = Duration::from_secs(5);

/// A store of orders that is open.
pub struct Storage {
    /// What reads and writes it.
    pub ports: domain::Storage,
    /// Whose tokens were revoked, which the same database knows.
    pub revocations: Arc<dyn Revocations>,
    /// Brings the metrics of its connections up to date.
    pub record_use: Box<dyn Fn() + Send + Sync>,
    /// Ends it, once nobody asks it any more.
    pub close: Box<dyn FnOnce() + Send>,
}

/// Opens the database for serving; it is created, or brought to this program's schema, first. To be
/// called where blocking is allowed.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn open(
    settings: &StorageSettings,
    database: &DatabaseUrl,
    currency: Option<Currency>,
) -> Result<Storage> {
    match database {
        DatabaseUrl::Sqlite(path) => {
            #[cfg(feature = "postgres")]
            anyhow::ensure!(
                settings.database_replica_url.is_none(),
                "DATABASE_REPLICA_URL goes with a PostgreSQL database, and DATABASE_URL names a file"
            );
            let _ = settings;
            let database = Arc::new(SqliteDatabase::open_by(
                path,
                Arc::new(SystemClock),
                currency.unwrap_or(Currency::USD),
            )?);
            let (pool, last) = (Arc::clone(&database), Arc::clone(&database));
            Ok(Storage {
                revocations: Arc::clone(&database) as Arc<dyn Revocations>,
                ports: domain::Storage::of(database),
                record_use: Box::new(move || pool.record_pool_use()),
                close: Box::new(move || last.close()),
            })
        }
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            let replica = settings.database_replica_url.as_deref().map(str::parse).transpose()?;
            let options = settings.database.postgres.options_in(currency);
            let database = Arc::new(orders_adapters::PostgresDatabase::open(url, replica.as_ref(), options)?);
            let (pool, last) = (Arc::clone(&database), Arc::clone(&database));
            Ok(Storage {
                revocations: Arc::clone(&database) as Arc<dyn Revocations>,
                ports: domain::Storage::of(database),
                record_use: Box::new(move || pool.record_pool_use()),
                // What it has answered is the database's to keep. To drop it would wait for the threads
                // that write, and they for a database that may be frozen.
                close: Box::new(move || std::mem::forget(last)),
            })
        }
    }
}

/// Closes a store as [`Storage::close`] says, but waits no longer than [`CLOSING`].
pub fn close(close: Box<dyn FnOnce() + Send>) {
    let (done, heard) = mpsc::channel();
    let closing = thread::Builder::new().name("orders-closing".to_owned()).spawn(move || {
        close();
        // Whoever waited may have gone.
        let _ = done.send(());
    });
    if closing.is_err() || heard.recv_timeout(CLOSING).is_err() {
        tracing::warn!("the database was not closed in time; the next start cleans up");
    }
}

/// Opens the database for moving much at once; a new shop has this currency.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn bulk(settings: &DatabaseSettings, currency: Option<Currency>) -> Result<Box<dyn Bulk>> {
    Ok(match settings.parse()? {
        DatabaseUrl::Sqlite(path) => {
            Box::new(sqlite::SqliteCopy::open_by(&path, currency.unwrap_or(Currency::USD))?)
        }
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => Box::new(orders_adapters::sql::postgres::PostgresCopy::open_shop(
            &url,
            settings.postgres.options_in(currency),
        )?),
    })
}

/// Opens the database for reading much at once, also beside a server.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn bulk_to_read(settings: &DatabaseSettings) -> Result<Box<dyn Bulk>> {
    Ok(match settings.parse()? {
        DatabaseUrl::Sqlite(path) => Box::new(sqlite::SqliteCopy::read(&path)?),
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            Box::new(orders_adapters::sql::postgres::PostgresCopy::read(&url, settings.postgres.options())?)
        }
    })
}

/// Opens the database for looking whether what it holds agrees with itself, also beside a server.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn audit(settings: &DatabaseSettings) -> Result<Box<dyn Audit>> {
    Ok(match settings.parse()? {
        DatabaseUrl::Sqlite(path) => Box::new(sqlite::SqliteAudit::open(&path)?),
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            Box::new(orders_adapters::sql::postgres::PostgresAudit::open(&url, settings.postgres.options())?)
        }
    })
}

/// Opens the database for setting right what can be; a file for oneself, a PostgreSQL database beside its servers.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn mend(settings: &DatabaseSettings) -> Result<Box<dyn Mend>> {
    let now = SystemClock.now();
    Ok(match settings.parse()? {
        DatabaseUrl::Sqlite(path) => Box::new(sqlite::SqliteMend::open(&path, now)?),
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => Box::new(orders_adapters::sql::postgres::PostgresMend::open(
            &url,
            settings.postgres.options(),
            now,
        )?),
    })
}

/// Has the tokens of a user that were made until `at` count for nothing.
///
/// # Errors
///
/// With one line that says what is wrong.
#[cfg(feature = "jwt")]
pub fn revoke(settings: &DatabaseSettings, user: UserId, at: DateTime<Utc>) -> Result<()> {
    match settings.parse()? {
        DatabaseUrl::Sqlite(path) => sqlite::revoke(&path, user, at)?,
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            orders_adapters::sql::postgres::revoke(&url, settings.postgres.options(), user, at)?;
        }
    }
    Ok(())
}

/// Empties what is known of a user in the orders of theirs that have ended.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn forget(settings: &DatabaseSettings, user: UserId) -> Result<Forgotten> {
    let now = SystemClock.now();
    Ok(match settings.parse()? {
        DatabaseUrl::Sqlite(path) => sqlite::forget(&path, user, now)?,
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            orders_adapters::sql::postgres::forget(&url, settings.postgres.options(), user, now)?
        }
    })
}

/// Forgets all that was counted, beside servers; the newest event, up to which it is counted again then.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn recount(settings: &DatabaseSettings) -> Result<i64> {
    Ok(match settings.parse()? {
        DatabaseUrl::Sqlite(path) => sqlite::recount(&path)?,
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            orders_adapters::sql::postgres::recount(&url, settings.postgres.options())?
        }
    })
}

/// Up to which event is counted, or 0.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn counted(settings: &DatabaseSettings) -> Result<i64> {
    Ok(match settings.parse()? {
        DatabaseUrl::Sqlite(path) => sqlite::counted(&path)?,
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            orders_adapters::sql::postgres::counted(&url, settings.postgres.options())?
        }
    })
}

/// Applies the migrations that are missing.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn migrate_up(settings: &DatabaseSettings) -> Result<Applied> {
    Ok(match settings.parse()? {
        DatabaseUrl::Sqlite(path) => sqlite::migrate(&path)?,
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            orders_adapters::sql::postgres::migrate(&url, settings.postgres.options())?
        }
    })
}

/// Which migrations there are.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn migration_status(settings: &DatabaseSettings) -> Result<Vec<MigrationState>> {
    Ok(match settings.parse()? {
        DatabaseUrl::Sqlite(path) => sqlite::status(&path)?,
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            orders_adapters::sql::postgres::status(&url, settings.postgres.options())?
        }
    })
}

/// Takes the newest migration back; its name, or `None` when there is none.
///
/// # Errors
///
/// With one line that says what is wrong.
pub fn migrate_down(settings: &DatabaseSettings, lose_orders: bool) -> Result<Option<String>> {
    let done = match settings.parse()? {
        DatabaseUrl::Sqlite(path) => sqlite::revert(&path, lose_orders),
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            orders_adapters::sql::postgres::revert(&url, settings.postgres.options(), lose_orders)
        }
    };
    match done {
        Err(OpenError::WouldLose { .. } | OpenError::LossUnknown { .. }) => {
            done.context("nothing was taken back; --lose-orders does it all the same")
        }
        done => Ok(done?),
    }
}
