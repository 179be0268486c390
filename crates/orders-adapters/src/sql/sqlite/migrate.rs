//! Bringing a file to this program's schema, while no server has it.

use std::path::Path;

use super::{
    super::{Applied, MigrationState, OpenError},
    connection,
    lock::FileLock,
    migrations,
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

/// Each migration that this program knows, and whether the file has it.
///
/// # Errors
///
/// [`OpenError`], as when opening it for serving.
pub fn status(path: &Path) -> Result<Vec<MigrationState>, OpenError> {
    let lock = FileLock::take(path)?;
    migrations::status(&mut connection::writer(lock.database())?)
}

/// Takes the newest migration back, and with it what it has room for; its name, or `None` when
/// there is none.
///
/// # Errors
///
/// [`OpenError`], as when opening it for serving; [`OpenError::WouldLose`] and
/// [`OpenError::LossUnknown`] unless orders may be lost.
pub fn revert(path: &Path, lose_orders: bool) -> Result<Option<String>, OpenError> {
    let lock = FileLock::take(path)?;
    let mut conn = connection::writer(lock.database())?;
    // The transaction is the only one that writes.
    conn.immediate_transaction(|conn| migrations::revert(conn, lose_orders, |_, _| Ok(())))
}
