//! Files that are there once they are whole, and never in the place of others.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use orders_adapters::hex::Hex;
use sha2::{Digest, Sha256};
use tempfile::{Builder, NamedTempFile};

/// The end of the name of what is not whole yet. Its beginning is a point.
const PART: &str = ".part";

/// How many letters are between the name and that.
const LETTERS: usize = 6;

/// Opens a file; what is none, such as a link, is refused.
///
/// # Errors
///
/// When it is none, or cannot be read.
pub fn regular(path: &Path) -> io::Result<File> {
    let found = fs::symlink_metadata(path)?;
    if found.is_symlink() {
        return Err(io::Error::other("it is a symbolic link: name the file itself"));
    }
    if !found.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    File::open(path)
}

/// Whether anything has this name, a link that leads nowhere too.
pub fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// The folder of a file.
pub fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A new file beside this one, for what is to become it. Nobody else may read it, and it is locked; it is deleted
/// unless it is finished.
///
/// # Errors
///
/// When it cannot be made.
pub fn part_of(path: &Path) -> io::Result<NamedTempFile> {
    let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?;
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    let _gate = gate(path)?;
    let part = Builder::new().prefix(&prefix).suffix(PART).rand_bytes(LETTERS).tempfile_in(folder(path))?;
    part.as_file().lock()?;
    Ok(part)
}

/// Deletes what was to become a file beside this one, of a name that is `ours`, and which nobody writes any more; before
/// that, does `first` with it and that name. What is no file, or cannot be opened, is left alone.
///
/// # Errors
///
/// When the folder cannot be read, or one not be deleted; what `first` says.
pub fn sweep(
    path: &Path,
    ours: impl Fn(&str) -> bool,
    first: impl Fn(&Path, &str) -> io::Result<()>,
) -> io::Result<()> {
    let _gate = gate(path)?;
    for entry in fs::read_dir(folder(path))? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().and_then(part_name).filter(|name| ours(name)) else { continue };
        let Ok(part) = regular(&entry.path()) else { continue };
        if part.try_lock().is_ok() {
            first(&entry.path(), name)?;
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Deletes a file, if it is there.
///
/// # Errors
///
/// When it stays.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Held by one at a time, so that nobody takes for left what is just being made.
fn gate(path: &Path) -> io::Result<File> {
    let folder = File::open(folder(path))?;
    folder.lock()?;
    Ok(folder)
}

/// Has a file that is whole be on disk under this name, which nothing may have yet.
///
/// # Errors
///
/// When something has, or it cannot be written; then nothing of it is there.
pub fn finish(part: NamedTempFile, path: &Path) -> io::Result<()> {
    part.as_file().sync_all()?;
    part.persist_noclobber(path).map_err(|error| error.error)?;
    sync_folder(path).inspect_err(|_| {
        let _ = remove(path);
    })
}

/// Has what was done to a file's name be on disk.
///
/// # Errors
///
/// When that fails.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

/// Of which file this one was to become a copy was cut short, if its name says so.
fn part_name(name: &str) -> Option<&str> {
    let name = name.strip_prefix('.')?.strip_suffix(PART)?;
    let (name, letters) = name.rsplit_once('.')?;
    (letters.len() == LETTERS).then_some(name)
}

/// SHA-256 of what is read or written, and how much it is.
#[derive(Default)]
pub struct Digesting {
    digest: Sha256,
    bytes: u64,
}

impl Digesting {
    /// Adds what comes next.
    pub fn add(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// How many bytes there were, and their digest in hexadecimal digits.
    pub fn finish(self) -> (u64, String) {
        (self.bytes, Hex(&self.digest.finalize()).to_string())
    }
}

/// What is beside a file under its name with this at the end.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
