//! The commands of the command line that serve nobody.

use std::io::{Write, stdout};

use anyhow::Result;
use orders_adapters::sql::Forgotten;
use orders_domain::plural::Counted;

use crate::{
    config::{ForgetSettings, MigrateAction, MigrateSettings},
    storage,
};

/// Brings the database to this program's schema, or says or changes where it is.
///
/// # Errors
///
/// When the database cannot be opened or a migration fails.
pub fn migrate(settings: &MigrateSettings) -> Result<()> {
    let database = &settings.database;
    let mut out = stdout().lock();
    match settings.action {
        MigrateAction::Status => {
            for state in storage::migration_status(database)? {
                writeln!(out, "{} {}", if state.applied { "applied" } else { "missing" }, state.name)?;
            }
        }
        MigrateAction::Up => {
            let applied = storage::migrate_up(database)?;
            for migration in &applied {
                writeln!(out, "applied {migration}")?;
            }
            if applied.is_empty() {
                writeln!(out, "nothing to do")?;
            }
        }
        MigrateAction::Down => match storage::migrate_down(database, settings.lose_orders)? {
            Some(migration) => writeln!(out, "took back {migration}")?,
            None => writeln!(out, "nothing to do")?,
        },
    }
    Ok(())
}

/// Forgets what is known of a customer, and says what it left.
///
/// # Errors
///
/// When the database cannot be opened or written.
pub fn forget(settings: &ForgetSettings) -> Result<()> {
    let Forgotten { emptied, left } = storage::forget(&settings.database, settings.user)?;
    let mut out = stdout().lock();
    let (ended, open) = (Counted(emptied, "order"), Counted(left, "order"));
    let have = |count| if count == 1 { "has" } else { "have" };
    let keep = if left == 1 { "keeps" } else { "keep" };
    writeln!(
        out,
        "emptied what was known of user {} in {ended} that {} ended",
        settings.user,
        have(emptied)
    )?;
    Ok(writeln!(out, "left {open} that {} not ended, and {keep} it until then", have(left))?)
}

/// Prints the OpenAPI document.
///
/// # Errors
///
/// When stdout cannot be written.
pub fn openapi() -> Result<()> {
    Ok(writeln!(stdout().lock(), "{:#}", orders_api::document())?)
}
