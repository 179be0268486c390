//! Bringing a database to this program's schema: of several servers that start at once, one does it.

use chrono::{DateTime, Utc};
use diesel::{
    Connection,
    connection::SimpleConnection,
    dsl::sql,
    prelude::*,
    sql_types::{Bool, Integer},
};
use orders_domain::{Currency, Directory, UserId, ports::Clock};

use super::{
    super::{Applied, Forgotten, MigrationState, OpenError},
    Conn, analytics,
    connection::{Connector, PostgresOptions, Purpose},
    forgetting, founding, migrations, revocations,
    url::PostgresUrl,
};
use crate::SystemClock;

/// The oldest release whose functions and statements this program can use.
const OLDEST: i32 = 130_000;

/// Whoever holds this until the end of its transaction is the one that migrates.
const LOCK: &str = "SELECT pg_advisory_xact_lock(x'4F544D0000000000'::BIGINT)";

/// Brings the database to this program's schema.
///
/// # Errors
///
/// [`OpenError`], as when opening it for serving.
pub fn migrate(url: &PostgresUrl, options: PostgresOptions) -> Result<Applied, OpenError> {
    run(&mut Connector::new(url, options)?.connect(Purpose::Maintain)?)
}

/// Each migration that this program knows, and whether the database has it.
///
/// # Errors
///
/// [`OpenError`], as when opening it for serving.
pub fn status(url: &PostgresUrl, options: PostgresOptions) -> Result<Vec<MigrationState>, OpenError> {
    let connector = Connector::new(url, options)?;
    alone(&mut connector.connect(Purpose::Maintain)?, migrations::status)
}

/// Takes the newest migration back, and with it what it has room for; its name, or `None` when
/// there is none.
///
/// # Errors
///
/// [`OpenError`], as when opening it for serving; [`OpenError::WouldLose`] and
/// [`OpenError::LossUnknown`] unless orders may be lost.
pub fn revert(
    url: &PostgresUrl,
    options: PostgresOptions,
    lose_orders: bool,
) -> Result<Option<String>, OpenError> {
    let connector = Connector::new(url, options)?;
    let mut conn = connector.connect(Purpose::Maintain)?;
    let lock = |conn: &mut Conn, table: &str| {
        conn.batch_execute(&format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
    };
    alone(&mut conn, |conn| migrations::revert(conn, lose_orders, lock))
}

/// Has a new database begin as a shop does, with this currency; all marketplaces. Of
/// several servers that start at once, one does it.
pub fn found(conn: &mut Conn, currency: Currency) -> Result<Directory, OpenError> {
    let founded = conn.transaction(|conn| {
        conn.batch_execute(LOCK)?;
        founding::found(conn, currency, SystemClock.now())
    });
    Ok(founded?)
}

/// Has the tokens of a user that were made until `at` count for nothing, on all servers.
///
/// # Errors
///
/// [`OpenError::Open`]; [`OpenError::OlderDatabase`] and [`OpenError::NewerDatabase`] when the database
/// has another schema.
pub fn revoke(
    url: &PostgresUrl,
    options: PostgresOptions,
    user: UserId,
    at: DateTime<Utc>,
) -> Result<(), OpenError> {
    let connector = Connector::new(url, options)?;
    revocations::revoke(&mut connector.connect(Purpose::Write)?, user, at)
}

/// Empties what is known of a customer in the orders of theirs that have ended, beside servers.
///
/// # Errors
///
/// As [`revoke`].
pub fn forget(
    url: &PostgresUrl,
    options: PostgresOptions,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Forgotten, OpenError> {
    let connector = Connector::new(url, options)?;
    forgetting::forget(&mut connector.connect(Purpose::Write)?, user, now)
}

/// Applies what is missing.
pub fn run(conn: &mut Conn) -> Result<Applied, OpenError> {
    let failed = |error: diesel::result::Error| OpenError::Migration(error.to_string());
    let version: i32 = diesel::select(sql::<Integer>("current_setting('server_version_num')::INTEGER"))
        .get_result(conn)
        .map_err(failed)?;
    if version < OLDEST {
        return Err(OpenError::Migration(format!(
            "PostgreSQL 13 or newer is needed, not {}",
            version / 10_000
        )));
    }
    alone(conn, migrations::run)
}

/// One transaction, which only one server at a time is in.
fn alone<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T, OpenError>) -> Result<T, OpenError> {
    conn.transaction(|conn| {
        conn.batch_execute(LOCK)?;
        work(conn)
    })
}

/// Whether there is a table of this name.
pub fn has_table(conn: &mut Conn, name: &str) -> QueryResult<bool> {
    diesel::select(sql::<Bool>(&format!("to_regclass('{name}') IS NOT NULL"))).get_result(conn)
}

/// Forgets all that was counted, beside servers; the newest event, up to which it is counted again then.
///
/// # Errors
///
/// As [`revoke`].
pub fn recount(url: &PostgresUrl, options: PostgresOptions) -> Result<i64, OpenError> {
    let connector = Connector::new(url, options)?;
    analytics::recount(&mut connector.connect(Purpose::Maintain)?)
}

/// Up to which event is counted, or 0.
///
/// # Errors
///
/// [`OpenError::Open`].
pub fn counted(url: &PostgresUrl, options: PostgresOptions) -> Result<i64, OpenError> {
    let connector = Connector::new(url, options)?;
    analytics::counted(&mut connector.connect(Purpose::Read)?)
}
