//! Products and counts in files of comma-separated values (RFC 4180), whose columns are those of the tables, and orders
//! of other systems in files of JSON.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Seek, Write, stdin, stdout},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

pub mod ahead;
pub mod counts;
mod json;
pub mod markets;
mod numbers;
pub mod orders;
pub mod products;
pub mod row;
pub mod table;

/// The name that stands for stdin and stdout.
const STANDARD: &str = "-";

/// Opens a file that is read more than once: what can be read only once, such as stdin, is kept in a file
/// that goes with the process.
///
/// # Errors
///
/// When it cannot be read, or not be kept.
pub fn input(path: &Path) -> Result<File> {
    if path == Path::new(STANDARD) {
        return keep(&mut stdin().lock()).context("stdin cannot be read");
    }
    let unreadable = || format!("cannot read {}", path.display());
    let mut file = File::open(path).with_context(unreadable)?;
    match file.metadata().with_context(unreadable)? {
        found if found.is_file() => Ok(file),
        found if found.is_dir() => anyhow::bail!("{} is a folder", path.display()),
        _ => keep(&mut file).with_context(unreadable),
    }
}

/// All that can be read, in a file without a name.
fn keep(from: &mut impl Read) -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("orders-{}.csv", std::process::id()));
    let mut kept = File::options().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    fs::remove_file(&path)?;
    io::copy(from, &mut kept)?;
    kept.rewind()?;
    Ok(kept)
}

/// Where an export goes.
pub enum Output {
    /// To stdout, or what else is no file.
    Stream(Box<dyn Write>),
    /// To a file, which is there once it is whole.
    File {
        /// What is written.
        part: BufWriter<File>,
        /// Where that is.
        at: PathBuf,
        /// What it becomes.
        becomes: PathBuf,
    },
}

impl Output {
    /// To this file, or to stdout.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path.filter(|path| *path != Path::new(STANDARD)) else {
            return Ok(Self::Stream(Box::new(BufWriter::new(stdout()))));
        };
        let unwritable = || format!("cannot write {}", path.display());
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            let stream = File::options().write(true).open(path).with_context(unwritable)?;
            return Ok(Self::Stream(Box::new(BufWriter::new(stream))));
        }
        // A link stays one.
        let becomes = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut at = becomes.clone().into_os_string();
        at.push(".part");
        let part = File::create(&at).with_context(unwritable)?;
        Ok(Self::File { part: BufWriter::new(part), at: at.into(), becomes })
    }

    /// It is whole; the file's name, if it is one.
    ///
    /// # Errors
    ///
    /// When the last of it cannot be written.
    pub fn finish(self) -> io::Result<Option<PathBuf>> {
        match self {
            Self::Stream(mut stream) => stream.flush().map(|()| None),
            Self::File { part, at, becomes } => {
                part.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
                fs::rename(at, &becomes)?;
                Ok(Some(becomes))
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stream(stream) => stream.write(bytes),
            Self::File { part, .. } => part.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(stream) => stream.flush(),
            Self::File { part, .. } => part.flush(),
        }
    }
}
