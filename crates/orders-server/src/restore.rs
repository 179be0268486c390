//! A copy becomes a database again, where nothing is yet, once all that can be looked at in it was.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write, stdout},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, Result, bail};
use orders_adapters::{OpenError, sql::sqlite};
use orders_domain::plural::Counted;
use tempfile::TempPath;

use crate::{
    backup::{
        file::{self, Digesting},
        manifest::{self, Manifest},
    },
    config::{BadSetting, RestoreSettings},
    progress,
};
use rooms::Rooms;

mod examine;
mod rooms;

/// How much is copied at once, in bytes.
const CHUNK: usize = 1 << 20;

/// What a database has beside it.
const SIDE_FILES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Puts a copy in its place, or only looks whether it could be.
///
/// # Errors
///
/// When it could not; then nothing is in its place.
pub fn restore(settings: &RestoreSettings) -> Result<()> {
    let source = &settings.file;
    let copy = file::regular(source).with_context(|| format!("cannot read {}", source.display()))?;
    let manifest = manifest_of(settings)?;
    let rooms = Rooms::listen()?;
    let schema = if let Some(target) = &settings.to {
        put(copy, settings, target, manifest.as_ref(), &rooms)?
    } else {
        let read = digest(copy, source, io::sink())?;
        compare(source, manifest.as_ref(), &read)?;
        examine::sound(source, source, &rooms, settings.accept_differences)?
    };
    let mut out = stdout().lock();
    match &settings.to {
        Some(target) => writeln!(out, "restored {} to {}", source.display(), target.display())?,
        None => writeln!(out, "{} can be restored", source.display())?,
    }
    if let Some(Manifest { orders, last_event, time, .. }) = &manifest {
        writeln!(out, "{}, up to event {last_event}, as of {time}", Counted(*orders, "order"))?;
    }
    if schema == sqlite::SchemaAge::Older {
        writeln!(out, "its schema is older than this program's: the next start migrates it")?;
    }
    Ok(out.flush()?)
}

/// What is known of the copy. One that was cut short has no manifest, and neither has one that was made in
/// another way.
fn manifest_of(settings: &RestoreSettings) -> Result<Option<Manifest>> {
    let copy = &settings.file;
    if file::is_there(&Manifest::path_of(copy)) {
        return Manifest::read(copy).map(Some);
    }
    if !settings.without_manifest {
        return Err(BadSetting(format!(
            "{} has no manifest {}: it is no whole backup, or was made in another way; --without-manifest takes it, \
             and can not tell whether it is what was copied",
            copy.display(),
            Manifest::path_of(copy).display()
        ))
        .into());
    }
    let logs = ["-wal", "-journal"].map(|suffix| file::beside(copy, suffix));
    match logs.iter().find(|log| fs::metadata(log).is_ok_and(|log| log.len() > 0)) {
        Some(log) => bail!(
            "{} is a part of {}: merge it first, by opening a copy of both with sqlite3",
            log.display(),
            copy.display()
        ),
        None => Ok(None),
    }
}

/// Copies it beside its place, looks at it there, and gives it its name.
fn put(
    copy: File,
    settings: &RestoreSettings,
    target: &Path,
    manifest: Option<&Manifest>,
    rooms: &Rooms,
) -> Result<sqlite::SchemaAge> {
    let source = settings.file.as_path();
    let folder = file::folder(target);
    let unwritable = || format!("cannot write {}", target.display());
    if !folder.is_dir() {
        bail!("there is no folder {}", folder.display());
    }
    let _lock = refuse_taken(target)?;
    let name = target.file_name().context("it names no file").with_context(unwritable)?;
    let room = rooms.beside(target, name).with_context(unwritable)?;
    let part = room.path().join("restored.sqlite");
    let to = File::options().write(true).create_new(true).mode(0o600).open(&part).with_context(unwritable)?;
    let read = digest(copy, source, &to).with_context(unwritable)?;
    compare(source, manifest, &read)?;
    to.sync_all().with_context(unwritable)?;
    let schema = examine::sound(&part, source, rooms, settings.accept_differences)?;
    let whole = TempPath::try_from_path(&part)?;
    if let Err(error) = rooms.done_by(|| whole.persist_noclobber(target)) {
        let error = error.error;
        return match error.kind() {
            io::ErrorKind::AlreadyExists => {
                Err(BadSetting(format!("{} has appeared meanwhile, and is not replaced", target.display()))
                    .into())
            }
            _ => Err(error).with_context(unwritable),
        };
    }
    file::sync_folder(target).with_context(unwritable)?;
    drop(room);
    Ok(schema)
}

/// Refuses a place that is taken, by whatever; holds the lock of a database that was there, if it has left one, so
/// that no server starts meanwhile.
fn refuse_taken(target: &Path) -> Result<Option<File>> {
    if let Some(taken) =
        SIDE_FILES.map(|suffix| file::beside(target, suffix)).iter().find(|path| file::is_there(path))
    {
        return Err(BadSetting(format!("{} is there already, and is not replaced", taken.display())).into());
    }
    let lock = file::beside(target, ".lock");
    if !file::is_there(&lock) {
        return Ok(None);
    }
    let unusable = || format!("cannot take the lock {}", lock.display());
    let held = file::regular(&lock).with_context(unusable)?;
    match held.try_lock() {
        Ok(()) => Ok(Some(held)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(target.to_owned()).into()),
        Err(TryLockError::Error(error)) => Err(error).with_context(unusable),
    }
}

/// Copies a file; how long it is, and its SHA-256.
fn digest(mut copy: File, source: &Path, mut to: impl Write) -> Result<(u64, String)> {
    let unreadable = || format!("cannot read {}", source.display());
    let bar = progress::of_bytes(copy.metadata().with_context(unreadable)?.len(), "reading");
    let (mut digesting, mut chunk) = (Digesting::default(), vec![0; CHUNK]);
    loop {
        let read = match copy.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.with_context(unreadable)?,
        };
        let Some(read) = chunk.get(..read).filter(|read| !read.is_empty()) else { break };
        digesting.add(read);
        to.write_all(read)?;
        bar.inc(read.len() as u64);
    }
    bar.finish_and_clear();
    Ok(digesting.finish())
}

fn compare(source: &Path, manifest: Option<&Manifest>, (bytes, sha256): &(u64, String)) -> Result<()> {
    manifest.map_or(Ok(()), |manifest| manifest::compare(source, manifest, (*bytes, sha256)))
}
