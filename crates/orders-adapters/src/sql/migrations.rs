//! Bringing a database to this program's schema, against the seam's connection (`super::Conn`) and
//! its migrations (`super::MIGRATIONS`).

use diesel::{
    Connection,
    migration::{Migration, MigrationName, MigrationSource, MigrationVersion, Result},
};
use diesel_migrations::MigrationHarness;

use super::{
    super::{Applied, MigrationState, OpenError},
    Conn, MIGRATIONS,
};

type Known = Vec<Box<dyn Migration<<Conn as Connection>::Backend>>>;

/// Applies what is missing; refuses a database that has more than this program knows.
pub fn run(conn: &mut Conn) -> std::result::Result<Applied, OpenError> {
    refuse_newer(conn)?;
    let done = conn.run_pending_migrations(MIGRATIONS).map_err(failed)?;
    done.iter().map(name).collect()
}

/// Each migration that this program knows, and whether the database has it.
pub fn status(conn: &mut Conn) -> std::result::Result<Vec<MigrationState>, OpenError> {
    refuse_newer(conn)?;
    let applied = conn.applied_migrations().map_err(failed)?;
    let known = known().map_err(failed)?;
    let names = known.iter().map(Migration::name);
    let state = |name: &dyn MigrationName| MigrationState {
        name: name.to_string(),
        applied: applied.contains(&name.version().as_owned()),
    };
    Ok(names.map(state).collect())
}

/// Takes the newest migration back; its name, or `None` when there is none.
pub fn revert(conn: &mut Conn) -> std::result::Result<Option<String>, OpenError> {
    refuse_newer(conn)?;
    if conn.applied_migrations().map_err(failed)?.is_empty() {
        return Ok(None);
    }
    let reverted = conn.revert_last_migration(MIGRATIONS).map_err(failed)?;
    name(&reverted).map(Some)
}

/// The name of the migration of this version.
fn name(version: &MigrationVersion<'_>) -> std::result::Result<String, OpenError> {
    let known = known().map_err(failed)?;
    let named = known.iter().map(Migration::name).find(|name| name.version() == *version);
    Ok(named.map_or_else(|| version.to_string(), ToString::to_string))
}

fn known() -> Result<Known> {
    MIGRATIONS.migrations()
}

fn refuse_newer(conn: &mut Conn) -> std::result::Result<(), OpenError> {
    let known = known().map_err(failed)?;
    let applied = conn.applied_migrations().map_err(failed)?;
    let is_known = |version: &str| known.iter().any(|known| known.name().version().to_string() == version);
    match applied.iter().map(ToString::to_string).find(|version| !is_known(version)) {
        Some(unknown) => Err(OpenError::NewerDatabase(unknown)),
        None => Ok(()),
    }
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> OpenError {
    OpenError::Migration(error.to_string())
}
