//! What is looked at in a copy before it becomes a database.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use orders_adapters::sql::sqlite::{self, SchemaAge, SqliteCopy};
use tempfile::Builder;

use crate::{backup::file, digest};

/// Whether a file is a sound database of this program; how its schema stands to this program's. Messages call it
/// by the name of its `source`.
///
/// Of an older schema only SQLite can tell, so that a second copy is migrated and looked at. The one that is restored
/// stays as it is: its SHA-256 is the manifest's, and the program that has made it can serve it.
///
/// # Errors
///
/// When it is not.
pub fn sound(path: &Path, source: &Path) -> Result<SchemaAge> {
    let unsound = || format!("{} cannot be restored", source.display());
    let faults = sqlite::faults(path).with_context(unsound)?;
    if !faults.is_empty() {
        bail!("{} is damaged: {}", source.display(), faults.join("; "));
    }
    let schema = sqlite::schema_age(path).with_context(unsound)?;
    match schema {
        SchemaAge::Same => examine(path).with_context(unsound)?,
        SchemaAge::Older => {
            let room =
                Builder::new().prefix(".migrated.").tempdir_in(file::folder(path)).with_context(unsound)?;
            let migrated = room.path().join("migrated.sqlite");
            fs::copy(path, &migrated).with_context(unsound)?;
            sqlite::migrate(&migrated).with_context(unsound)?;
            examine(&migrated).with_context(unsound)?;
        }
    }
    Ok(schema)
}

/// Looks at what is stored in a file of this program's schema: all of it can be read, and no order breaks a rule.
fn examine(path: &Path) -> Result<()> {
    digest::of(&mut SqliteCopy::read(path)?).map(drop)
}
