//! One server a file: the writer numbers orders and remembers keys in its memory.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::Path,
};

use super::super::OpenError;

/// An advisory lock on `PATH.lock`, held until dropped; the system lets go of it when the process
/// ends, however it ends.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Makes the database's folder and takes its lock.
    ///
    /// # Errors
    ///
    /// [`OpenError::Folder`], [`OpenError::NotWritable`], [`OpenError::InUse`].
    pub fn take(database: &Path) -> Result<Self, OpenError> {
        if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)
                .map_err(|source| OpenError::Folder { folder: folder.to_owned(), source })?;
        }
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let not_writable = |source| OpenError::NotWritable { path: path.clone().into(), source };
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(not_writable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse(database.to_owned())),
            Err(TryLockError::Error(source)) => Err(not_writable(source)),
        }
    }
}
