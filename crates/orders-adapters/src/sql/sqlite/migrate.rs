//! Bringing a file to this program's schema, while no server has it; and what is told to servers
//! through the file, whether they have it or not.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use diesel::{
    connection::SimpleConnection,
    migration::{Migration, MigrationName, MigrationSource},
    sqlite::Sqlite,
};
use orders_domain::UserId;

use super::{
    super::{Applied, Forgotten, MigrationState, OpenError},
    MIGRATIONS,
    backup::{MIGRATIONS_TABLE, has_table},
    connection, forgetting,
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
    // To look for them makes their table.
    if has_table(&mut conn, MIGRATIONS_TABLE)? {
        return migrations::status(&mut conn);
    }
    let known: Vec<Box<dyn Migration<Sqlite>>> =
        MIGRATIONS.migrations().map_err(|error| OpenError::Migration(error.to_string()))?;
    let missing = |name: &dyn MigrationName| MigrationState { name: name.to_string(), applied: false };
    Ok(known.iter().map(Migration::name).map(missing).collect())
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
