//! One server a file, whatever it is called: the writer numbers orders and remembers keys in its memory.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::super::OpenError;

/// As many links in a row as Linux follows.
const LINKS: usize = 40;

/// An advisory lock on a database, the file `PATH.lock` beside it, held until dropped; the system
/// lets go of it when the process ends, however it ends.
///
/// It alone knows the path by which the database is opened: the one that all its names lead to.
#[derive(Debug)]
pub struct FileLock {
    database: PathBuf,
    file: File,
}

impl FileLock {
    /// Makes the database's folder and takes its lock.
    ///
    /// # Errors
    ///
    /// [`OpenError::Folder`], [`OpenError::NotWritable`], [`OpenError::InUse`].
    pub fn take(asked: &Path) -> Result<Self, OpenError> {
        let database = canonical(asked)?;
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let not_writable = |source| OpenError::NotWritable { path: path.clone().into(), source };
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(not_writable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { database, file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse(asked.to_owned())),
            Err(TryLockError::Error(source)) => Err(not_writable(source)),
        }
    }

    /// Where the database is: an absolute path without links.
    pub fn database(&self) -> &Path {
        &self.database
    }
}

/// To close the file is not enough: a program that this process is just starting has it too, for a moment.
impl Drop for FileLock {
    fn drop(&mut self) {
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, "the lock of the database is let go of later");
        }
    }
}

/// The one path of the file, which need not be there yet; the folder that it is to be in is made.
fn canonical(asked: &Path) -> Result<PathBuf, OpenError> {
    let unusable = |source| OpenError::NotWritable { path: asked.to_owned(), source };
    let mut path = asked.to_owned();
    for _ in 0..LINKS {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let no_folder = |source| OpenError::Folder { folder: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(no_folder)?;
        let folder = fs::canonicalize(&folder).map_err(no_folder)?;
        let name = path.file_name().ok_or_else(|| unusable(io::ErrorKind::InvalidFilename.into()))?;
        path = folder.join(name);
        match fs::read_link(&path) {
            Ok(target) => path = folder.join(target),
            // No link, or nothing yet.
            Err(_) => return Ok(path),
        }
    }
    Err(unusable(io::Error::other("its links lead in a circle")))
}
