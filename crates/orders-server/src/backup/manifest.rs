//! What is known of a copy, in a file beside it.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::file;

/// What its name has behind that of the copy.
pub const SUFFIX: &str = ".manifest.json";

/// Longer than any.
const LONGEST: u64 = 1 << 16;

/// What is known of a copy. It is written last: a copy that has one is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The copy's name when it was made.
    pub file: String,
    /// SHA-256 of the copy, in hexadecimal digits.
    pub sha256: String,
    /// How long the copy is, in bytes.
    pub bytes: u64,
    /// The newest migration in it.
    pub schema: String,
    /// The version of the program that has made it.
    pub version: String,
    /// How many orders are in it.
    pub orders: i64,
    /// The newest event in it, or 0.
    pub last_event: i64,
    /// When it was begun, in UTC: what was answered before is in it.
    pub time: String,
}

impl Manifest {
    /// Where that of a copy is.
    pub fn path_of(copy: &Path) -> PathBuf {
        file::beside(copy, SUFFIX)
    }

    /// That of a copy.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be read.
    pub fn read(copy: &Path) -> Result<Self> {
        Self::read_at(&Self::path_of(copy))
    }

    /// The one in this file.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be read.
    pub fn read_at(path: &Path) -> Result<Self> {
        let unreadable = || format!("cannot read the manifest {}", path.display());
        let file = file::regular(path).with_context(unreadable)?;
        let mut text = String::new();
        file.take(LONGEST).read_to_string(&mut text).with_context(unreadable)?;
        let manifest: Self = serde_json::from_str(&text).with_context(unreadable)?;
        let is_digest =
            manifest.sha256.len() == 64 && manifest.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        ensure!(is_digest, "cannot read the manifest {}: sha256 is {:?}", path.display(), manifest.sha256);
        Ok(manifest)
    }

    /// Has it ready beside its copy, under another name, for [`file::finish`].
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn ready(&self, copy: &Path) -> io::Result<NamedTempFile> {
        let mut part = file::part_of(&Self::path_of(copy))?;
        writeln!(part, "{}", serde_json::to_string_pretty(self)?)?;
        part.as_file().sync_all()?;
        Ok(part)
    }

    /// Whether a copy is there as this says, but for what is in it.
    pub fn is_of(&self, copy: &Path) -> bool {
        fs::symlink_metadata(copy).is_ok_and(|found| found.is_file() && found.len() == self.bytes)
    }
}

/// What a file must be if it is as its manifest says.
///
/// # Errors
///
/// When it is not.
pub fn compare(copy: &Path, manifest: &Manifest, (bytes, sha256): (u64, &str)) -> Result<()> {
    ensure!(
        bytes == manifest.bytes,
        "{} has {bytes} bytes, and its manifest says {}",
        copy.display(),
        manifest.bytes
    );
    ensure!(
        sha256.eq_ignore_ascii_case(&manifest.sha256),
        "{} is damaged: its SHA-256 is {sha256}, and its manifest says {}",
        copy.display(),
        manifest.sha256
    );
    Ok(())
}
