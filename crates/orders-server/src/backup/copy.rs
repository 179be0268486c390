//! One copy: beside its name until it is whole and on disk, then its manifest.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, anyhow, ensure};
use chrono::SecondsFormat;
use indicatif::ProgressBar;
use orders_adapters::{
    SystemClock,
    sql::sqlite::{BackupError, SqliteSnapshot},
};
use orders_domain::ports::Clock;

use super::{
    file::{self, Digesting},
    manifest::{self, Manifest},
};
use crate::{interrupt::Interrupt, progress};

/// How much is written at once, in bytes.
const CHUNK: usize = 256 << 10;

/// After how much of it the disk has it, in bytes, so that it is never given much at once: whoever saves orders waits
/// for what is on its way.
const FLUSH: u64 = 1 << 20;

/// How many times as long as it works it rests. The faster it is, the longer a server waits for the disk; the slower, the
/// longer the server's log cannot be started over.
const REST: u32 = 2;

/// A copy that was made.
pub struct Made {
    /// What is in it.
    pub manifest: Manifest,
    /// Whether secrets in it are of no use without a key that is not.
    pub has_webhooks: bool,
}

/// What is there already under the name of a copy, or of its manifest.
pub fn taken(path: &Path) -> Option<PathBuf> {
    [path.to_owned(), Manifest::path_of(path)].into_iter().find(|path| file::is_there(path))
}

/// Deletes what is left of a copy beside this one that was killed, if its name is `ours`: also if it had that name
/// already, and its manifest not yet.
///
/// # Errors
///
/// When something of it stays.
pub fn sweep(path: &Path, ours: impl Fn(&str) -> bool) -> Result<()> {
    let ours = |name: &str| ours(name.strip_suffix(manifest::SUFFIX).unwrap_or(name));
    let with_its_copy = |part: &Path, name: &str| {
        let Some(name) = name.strip_suffix(manifest::SUFFIX) else { return Ok(()) };
        let copy = file::folder(path).join(name);
        let is_of = |manifest: Manifest| manifest.file == name && manifest.is_of(&copy);
        if !file::is_there(&Manifest::path_of(&copy)) && Manifest::read_at(part).is_ok_and(is_of) {
            file::remove(&copy)?;
        }
        Ok(())
    };
    file::sweep(path, ours, with_its_copy).with_context(|| format!("cannot write {}", path.display()))
}

/// Makes a copy of the database at this path.
///
/// # Errors
///
/// When there is none then, and nothing of it either.
pub fn make(database: &Path, path: &Path, interrupt: &Interrupt) -> Result<Made> {
    let time = SystemClock.now().to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut snapshot = SqliteSnapshot::open(database)?;
    let contents = snapshot.contents().clone();
    let unwritable = || format!("cannot write {}", path.display());
    let part = file::part_of(path).with_context(unwritable)?;
    let bar = progress::of_bytes(contents.bytes, "copying");
    let written = write(&mut snapshot, part.as_file(), &bar, interrupt);
    drop(snapshot);
    bar.finish_and_clear();
    let (bytes, sha256) = match written {
        Ok(written) => written,
        Err(BackupError::Stopped(_)) if interrupt.is_told() => {
            return Err(anyhow!("interrupted: {} was not made", path.display()));
        }
        Err(BackupError::Stopped(error)) => return Err(error).with_context(unwritable),
        Err(error) => return Err(error).with_context(|| format!("{} was not made", path.display())),
    };
    ensure!(
        bytes == contents.bytes,
        "{} was not made: {bytes} bytes of {} came",
        path.display(),
        contents.bytes
    );
    let manifest = Manifest {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        sha256,
        bytes,
        schema: contents.schema,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        orders: contents.orders,
        last_event: contents.last_event,
        time,
    };
    let beside = Manifest::path_of(path);
    let unwritable_beside = || format!("cannot write {}", beside.display());
    // Whoever finds it so knows that the copy of that name, which nobody would take for a backup, is one that was
    // killed just then.
    let ready = manifest.ready(path).with_context(unwritable_beside)?;
    file::finish(part, path).with_context(unwritable)?;
    if let Err(error) = file::finish(ready, &beside) {
        let _ = file::remove(path);
        return Err(error).with_context(unwritable_beside);
    }
    Ok(Made { manifest, has_webhooks: contents.has_webhooks })
}

/// Writes all pages, with rests between, which are the server's.
fn write(
    snapshot: &mut SqliteSnapshot,
    mut part: &File,
    bar: &ProgressBar,
    interrupt: &Interrupt,
) -> Result<(u64, String), BackupError> {
    let (mut digesting, mut chunk) = (Digesting::default(), Vec::with_capacity(2 * CHUNK));
    let (mut since, mut flushed) = (Instant::now(), 0);
    snapshot.copy(|page| {
        chunk.extend_from_slice(page);
        digesting.add(page);
        if chunk.len() < CHUNK {
            return Ok(());
        }
        part.write_all(&chunk)?;
        bar.inc(chunk.len() as u64);
        flushed += chunk.len() as u64;
        chunk.clear();
        if flushed >= FLUSH {
            part.sync_data()?;
            flushed = 0;
        }
        if interrupt.wait(since.elapsed() * REST) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        since = Instant::now();
        Ok(())
    })?;
    part.write_all(&chunk)?;
    Ok(digesting.finish())
}
