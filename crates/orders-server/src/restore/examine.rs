//! What is looked at in a copy before it becomes a database.

use std::{
    fmt::Write as _,
    fs::{self, Permissions},
    io::{Write as _, stderr},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use anyhow::{Context, Result, bail};
use orders_adapters::sql::sqlite::{self, SchemaAge, SqliteAudit};
use orders_domain::plural::Counted;

use super::rooms::Rooms;
use crate::doctor;

/// How many differences are named.
const SHOWN: usize = 5;

/// Whether a file is a sound database of this program; how its schema stands to this program's. Messages call it
/// by the name of its `source`.
///
/// Of an older schema only SQLite can tell, so that a second copy is migrated and looked at. The one that is restored
/// stays as it is: its SHA-256 is the manifest's, and the program that has made it can serve it.
///
/// # Errors
///
/// When it is not.
pub fn sound(path: &Path, source: &Path, rooms: &Rooms, accepted: bool) -> Result<SchemaAge> {
    let unsound = || format!("{} cannot be restored", source.display());
    let faults = sqlite::faults(path).with_context(unsound)?;
    if !faults.is_empty() {
        bail!("{} is damaged: {}", source.display(), faults.join("; "));
    }
    let schema = sqlite::schema_age(path).with_context(unsound)?;
    match schema {
        SchemaAge::Same => examine(path, source, accepted).with_context(unsound)?,
        SchemaAge::Older => {
            let room = rooms.beside(path, "migrated").with_context(unsound)?;
            let migrated = room.path().join("migrated.sqlite");
            fs::copy(path, &migrated).with_context(unsound)?;
            // The copy itself may be one that nobody may write to.
            fs::set_permissions(&migrated, Permissions::from_mode(0o600)).with_context(unsound)?;
            sqlite::migrate(&migrated).with_context(unsound)?;
            examine(&migrated, source, accepted).with_context(unsound)?;
        }
    }
    Ok(schema)
}

/// Looks whether what is stored in a file of this program's schema agrees with itself. Differences that are `accepted`
/// are only said.
fn examine(path: &Path, source: &Path, accepted: bool) -> Result<()> {
    let name = source.display().to_string();
    let report = doctor::examine(name, &|| Ok(Box::new(SqliteAudit::open(path)?)), SHOWN)?;
    if report.is_clean() {
        return Ok(());
    }
    let mut told =
        format!("{} in what is stored", Counted(i64::try_from(report.found.count())?, "difference"));
    for difference in report.found.kinds().flat_map(|(_, _, shown)| shown).take(SHOWN) {
        write!(told, "; {difference}")?;
    }
    if accepted {
        return Ok(writeln!(stderr(), "warning: {told}")?);
    }
    bail!("{told}; --accept-differences restores it all the same, for `orders doctor --repair`")
}
