//! Copies of a SQLite database, beside the server that has it.

use std::{
    io::{Write, stderr, stdout},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use orders_adapters::{DatabaseUrl, SystemClock};
use orders_domain::{plural::Counted, ports::Clock};

use crate::{
    config::{BackupSettings, BadSetting, Every},
    interrupt::Interrupt,
    priority,
};
use copy::Made;
use series::Series;

mod copy;
pub mod file;
pub mod manifest;
mod series;

/// Makes a copy, or one after the other.
///
/// # Errors
///
/// When there is none. Of one after the other a failure is said, and the next one is made all the same.
pub fn backup(settings: &BackupSettings) -> Result<()> {
    let DatabaseUrl::Sqlite(database) = settings.database.parse()? else {
        let instead = "orders backup copies SQLite files; PostgreSQL is backed up by its own means, such as pg_dump, \
             base backups with the log, or snapshots, and `orders digest` tells whether two databases hold the same";
        return Err(BadSetting(format!("--database-url (DATABASE_URL): {instead}")).into());
    };
    let folder = file::folder(&settings.file);
    ensure!(folder.is_dir(), "there is no folder {}", folder.display());
    priority::lower()?;
    let interrupt = Interrupt::listen()?;
    match settings.every {
        None => {
            let is_own = |name: &str| Some(name) == settings.file.file_name().and_then(|own| own.to_str());
            copy::sweep(&settings.file, is_own)?;
            if let Some(taken) = copy::taken(&settings.file) {
                return Err(
                    BadSetting(format!("{} is there already, and is not replaced", taken.display())).into()
                );
            }
            let made = copy::make(&database, &settings.file, &interrupt)?;
            say(settings, &database, &settings.file, &made)
        }
        Some(Every(every)) => {
            let found = database
                .metadata()
                .with_context(|| format!("cannot open the database {}", database.display()));
            found?;
            let series = Series::of(&settings.file)?;
            loop {
                let begun = Instant::now();
                if let Err(error) = make_next(settings, &database, &series, &interrupt) {
                    if interrupt.is_told() {
                        return Ok(());
                    }
                    writeln!(stderr(), "error: {error:#}")?;
                }
                if interrupt.wait(every.saturating_sub(begun.elapsed())) {
                    return Ok(());
                }
            }
        }
    }
}

/// Makes the next one of many, and deletes those that are too many.
fn make_next(
    settings: &BackupSettings,
    database: &Path,
    series: &Series,
    interrupt: &Interrupt,
) -> Result<()> {
    let path: PathBuf = series.at(SystemClock.now());
    copy::sweep(&path, |name| series.time_in(name).is_some())?;
    if let Some(taken) = copy::taken(&path) {
        anyhow::bail!("{} is there already, and is not replaced", taken.display());
    }
    let made = copy::make(database, &path, interrupt)?;
    let pruned = settings.keep.map_or(Ok(()), |keep| series.keep_newest(keep.get(), &path));
    // Whether anybody reads what is said or not, the folder does not fill up.
    let said = say(settings, database, &path, &made);
    pruned.and(said)
}

fn say(settings: &BackupSettings, database: &Path, path: &Path, made: &Made) -> Result<()> {
    let mut out = stdout().lock();
    let key = format!(
        "the key of the webhooks' secrets is not in it: keep {}.secrets-key, or what SECRETS_KEY is, in another place",
        database.display()
    );
    if settings.json {
        writeln!(out, "{}", serde_json::to_string(&made.manifest)?)?;
        if made.has_webhooks {
            writeln!(stderr(), "{key}")?;
        }
    } else {
        let orders = Counted(made.manifest.orders, "order");
        let (last, bytes) = (made.manifest.last_event, made.manifest.bytes);
        writeln!(out, "copied {orders}, up to event {last}, to {}: {bytes} bytes", path.display())?;
        if made.has_webhooks {
            writeln!(out, "{key}")?;
        }
    }
    Ok(out.flush()?)
}
