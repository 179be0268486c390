//! The key in a file beside the database, for who gives none.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{SETTING, Vault, VaultError, decoded};
use crate::hex::Hex;

/// What the name of the file ends in, after that of the database.
const ENDING: &str = ".secrets-key";

/// No key file is longer.
const MOST_BYTES: u64 = 256;

impl Vault {
    /// The key in the file beside this database (`shop.db.secrets-key`), made by chance if there is none.
    ///
    /// A new file is readable by its owner only, and appears whole or not at all; of two programs that make one
    /// at the same time both use the first. A file that others may read is used with a warning.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written, or is damaged: then none is made in its place.
    pub fn beside(database: &Path) -> Result<Self, VaultError> {
        if let Some(vault) = Self::found_beside(database)? {
            return Ok(vault);
        }
        make(&key_file(database))?;
        Self::found_beside(database)?.ok_or_else(|| {
            let (path, cause) = (key_file(database), ErrorKind::NotFound.into());
            VaultError::File { doing: "read", path, cause }
        })
    }

    /// The same, but none is made: for a database in which something is sealed already.
    ///
    /// # Errors
    ///
    /// As [`Self::beside`].
    pub fn found_beside(database: &Path) -> Result<Option<Self>, VaultError> {
        let path = key_file(database);
        let text = match read(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(VaultError::File { doing: "read", path, cause }),
        };
        let vault = decoded(&text).and_then(|key| Self::of_bytes(&key));
        vault.map(Some).ok_or(VaultError::Damaged(path))
    }
}

/// Where the key of a database lies.
fn key_file(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ENDING);
    name.into()
}

/// What is in the file; nothing of one that is too long for a key.
fn read(path: &Path) -> io::Result<String> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.permissions().mode() & 0o077 != 0 {
        let path = path.display();
        tracing::warn!(%path, "others may read the key of the secrets: `chmod 600` it, or set {SETTING}");
    }
    if metadata.len() > MOST_BYTES {
        return Ok(String::new());
    }
    match io::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::InvalidData => Ok(String::new()),
        read => read,
    }
}

/// Makes a key file that is on disk, with its name, when this returns.
fn make(path: &Path) -> Result<(), VaultError> {
    let mut key = [0; Vault::KEY_BYTES];
    rand::fill(&mut key).map_err(|_| VaultError::Sealing)?;
    let text = format!("{}\n", STANDARD.encode(key));
    let mut unlike = [0; 8];
    rand::fill(&mut unlike).map_err(|_| VaultError::Sealing)?;
    let mut half = path.as_os_str().to_owned();
    half.push(format!(".{}.tmp", Hex(&unlike)));
    let half = PathBuf::from(half);
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&half)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        // Unlike a rename it takes nobody else's place.
        match fs::hard_link(&half, path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        fs::remove_file(&half)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    })();
    if written.is_err() {
        // As secret as the key, if it cannot be removed.
        let _ = fs::remove_file(&half);
    }
    written.map_err(|cause| VaultError::File { doing: "write", path: path.to_owned(), cause })
}
