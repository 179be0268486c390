//! Bringing a file to this program's schema, while no server has it; and what is told to servers
//! through the file, whether they have it or not.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use diesel::{connection::SimpleConnection, dsl::sql, prelude::*, sql_types::Bool};
use orders_domain::UserId;

use super::{
    super::{Applied, Forgotten, MigrationState, OpenError},
    Conn, analytics, connection, forgetting,
    lock::FileLock,
    migrations, revocations, wal,
};

/// Brings the file, created if need be, to this program's schema.
///
/// # Errors
///
/// [`OpenError`], as when opening it for serving.
pub fn migrate(path: &Path) -> Result<Applied, OpenError> {
    let lock = FileLock::take(path)?;
    migrations::run(&mut connection::writer(lock.database())?)
}

/// Each migration that this program knows, and whether the file has it, on a server that has the file too.
///
/// # Errors
///
/// [`OpenError::Open`], also when there is no such file; [`OpenError::NewerDatabase`].
pub fn status(path: &Path) -> Result<Vec<MigrationState>, OpenError> {
    let mut conn = connection::onlooker(&existing(path)?)?;
    migrations::status(&mut conn)
}

/// Takes the newest migration back, and with it what it has room for; its name, or `None` when
/// there is none.
///
/// # Errors
///
/// [`OpenError::Open`], also when there is no such file; [`OpenError::WouldLose`] and
/// [`OpenError::LossUnknown`] unless orders may be lost.
pub fn revert(path: &Path, lose_orders: bool) -> Result<Option<String>, OpenError> {
    let lock = FileLock::take(&existing(path)?)?;
    let mut conn = connection::writer(lock.database())?;
    // The transaction is the only one that writes.
    conn.immediate_transaction(|conn| migrations::revert(conn, lose_orders, |_, _| Ok(())))
}

/// Has the tokens of a user that were made until `at` count for nothing, on a server that has the file
/// too.
///
/// # Errors
///
/// [`OpenError::Open`], also when there is no such file; [`OpenError::OlderDatabase`] and
/// [`OpenError::NewerDatabase`] when it has another schema.
pub fn revoke(path: &Path, user: UserId, at: DateTime<Utc>) -> Result<(), OpenError> {
    revocations::revoke(&mut connection::writer(&existing(path)?)?, user, at)
}

/// Empties what is known of a customer in the orders of theirs that have ended, and leaves no copy of it in the
/// file or its log: each page is written anew, also of what others had emptied before.
///
/// # Errors
///
/// As [`revoke`]; [`OpenError::InUse`] while a server has the file, whose writes would leave copies.
pub fn forget(path: &Path, user: UserId, now: DateTime<Utc>) -> Result<Forgotten, OpenError> {
    let lock = FileLock::take(&existing(path)?)?;
    let mut conn = connection::writer(lock.database())?;
    let forgotten = forgetting::forget(&mut conn, user, now)?;
    conn.batch_execute("VACUUM")?;
    wal::empty(&mut conn).map_err(|reason| OpenError::Open {
        database: path.display().to_string(),
        reason: format!("it is emptied, and copies may be in its log: {reason}"),
    })?;
    Ok(forgotten)
}

/// The file's whole path, without links; nothing is made where there is none.
pub fn existing(path: &Path) -> Result<PathBuf, OpenError> {
    path.canonicalize()
        .map_err(|error| OpenError::Open { database: path.display().to_string(), reason: error.to_string() })
}

/// Whether there is a table of this name.
pub fn has_table(conn: &mut Conn, name: &str) -> QueryResult<bool> {
    let found = format!("EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '{name}')");
    diesel::select(sql::<Bool>(&found)).get_result(conn)
}

/// Forgets all that was counted, on a server that has the file too; the newest event, up to which it is counted again
/// then.
///
/// # Errors
///
/// As [`revoke`].
pub fn recount(path: &Path) -> Result<i64, OpenError> {
    analytics::recount(&mut connection::writer(&existing(path)?)?)
}

/// Up to which event is counted, or 0, on a server that has the file too.
///
/// # Errors
///
/// [`OpenError::Open`].
pub fn counted(path: &Path) -> Result<i64, OpenError> {
    analytics::counted(&mut connection::onlooker(&existing(path)?)?)
}
