//! Bringing a database to this program's schema.

use std::path::Path;

use diesel::{
    migration::{Migration, MigrationSource},
    sqlite::Sqlite,
};
use diesel_migrations::MigrationHarness;

use super::{super::OpenError, Conn, MIGRATIONS, connection, lock::FileLock};

/// The names of the migrations that a call has applied.
pub type Applied = Vec<String>;

/// Brings the file, created if need be, to this program's schema.
///
/// # Errors
///
/// [`OpenError`], as when opening it for serving.
pub fn migrate(path: &Path) -> Result<Applied, OpenError> {
    let _lock = FileLock::take(path)?;
    run(&mut connection::writer(path)?)
}

/// Applies what is missing; refuses a database that has more than this program knows.
pub fn run(conn: &mut Conn) -> Result<Applied, OpenError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| OpenError::Migration(error.to_string());
    let known: Vec<Box<dyn Migration<Sqlite>>> = MIGRATIONS.migrations().map_err(failed)?;
    let applied = conn.applied_migrations().map_err(failed)?;
    let is_known = |version: &str| known.iter().any(|known| known.name().version().to_string() == version);
    if let Some(unknown) = applied.iter().map(ToString::to_string).find(|version| !is_known(version)) {
        return Err(OpenError::NewerDatabase(unknown));
    }
    let done = conn.run_pending_migrations(MIGRATIONS).map_err(failed)?;
    Ok(done.iter().map(ToString::to_string).collect())
}
