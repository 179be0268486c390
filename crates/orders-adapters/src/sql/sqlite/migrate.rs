//! Bringing a file to this program's schema, while no server has it.

use std::path::Path;

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use super::{
    super::{Applied, MigrationState, OpenError},
    Conn, connection,
    lock::FileLock,
    migrations,
};

/// Brings the file, created if need be, to this program's schema.
///
/// # Errors
///
/// [`OpenError`], as when opening it for serving.
pub fn migrate(path: &Path) -> Result<Applied, OpenError> {
    let _lock = FileLock::take(path)?;
    migrations::run(&mut connection::writer(path)?)
}

/// Each migration that this program knows, and whether the file has it.
///
/// # Errors
///
/// [`OpenError`], as when opening it for serving.
pub fn status(path: &Path) -> Result<Vec<MigrationState>, OpenError> {
    let _lock = FileLock::take(path)?;
    migrations::status(&mut connection::writer(path)?)
}

/// Takes the newest migration back, and with it what it has room for; its name, or `None` when
/// there is none.
///
/// # Errors
///
/// [`OpenError`], as when opening it for serving; [`OpenError::HasOrders`] unless they may be lost.
pub fn revert(path: &Path, lose_orders: bool) -> Result<Option<String>, OpenError> {
    let _lock = FileLock::take(path)?;
    let mut conn = connection::writer(path)?;
    // One transaction, so that what was looked at is what is taken back.
    conn.immediate_transaction(|conn| {
        if !lose_orders && holds_orders(conn)? {
            return Err(OpenError::HasOrders);
        }
        migrations::revert(conn)
    })
}

/// Whether there are orders. Only a table that is not there holds none; one that cannot be read may.
fn holds_orders(conn: &mut Conn) -> QueryResult<bool> {
    let there = sql::<Bool>("EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'orders')");
    if !diesel::select(there).get_result::<bool>(conn)? {
        return Ok(false);
    }
    diesel::select(sql::<Bool>("EXISTS (SELECT 1 FROM orders)")).get_result(conn)
}
