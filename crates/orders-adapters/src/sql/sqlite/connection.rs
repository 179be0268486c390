//! Connections and their pragmas.
//!
//! The bundled SQLite is built with `SQLITE_ENABLE_QPSG` (`.cargo/config.toml`), so that a bound
//! LIMIT does not have its statement prepared again, and without memory statistics, whose global
//! lock every allocation would take.

use std::path::Path;

use diesel::{connection::SimpleConnection, dsl::sql, prelude::*, sql_types::Text};

use super::{super::OpenError, Conn};

/// The first release without the bug that lets two connections corrupt a WAL database.
const SAFE_SQLITE: [u32; 3] = [3, 51, 3];

/// How long the writer waits for a database that another process has locked.
pub const WRITER_PATIENCE_MS: u32 = 1000;

/// How long a reader waits. It may run where requests are served, and WAL readers wait for
/// nobody but a recovery after a crash.
const READER_PATIENCE_MS: u32 = 50;

/// How long a command waits that only reads: as long as a server may take to recover its file, or to leave it whole.
const ONLOOKER_PATIENCE_MS: u32 = 5000;

/// That the file is a database is found out at once.
const READING: &str = "PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA schema_version;";

/// As [`READING`], for the whole of a file.
const EXAMINING: &str = "PRAGMA query_only = ON; PRAGMA cache_size = -32768; PRAGMA mmap_size = 268435456;
                         PRAGMA schema_version;";

/// The connection that writes. What it rolls back at once finds out whether it can: a transaction
/// that begins on a read-only file does not fail.
pub fn writer(path: &Path) -> Result<Conn, OpenError> {
    let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 1000;
                   PRAGMA journal_size_limit = 16777216; BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK;";
    open(path, WRITER_PATIENCE_MS, pragmas)
}

/// A connection of a server that can only read.
pub fn reader(path: &Path) -> Result<Conn, OpenError> {
    open(path, READER_PATIENCE_MS, READING)
}

/// A connection of a command that only reads, whatever the file is, and changes nothing in it.
pub fn onlooker(path: &Path) -> Result<Conn, OpenError> {
    open(path, ONLOOKER_PATIENCE_MS, READING)
}

/// An onlooker that reads the whole file, and so maps it rather than copying its pages.
pub fn examiner(path: &Path) -> Result<Conn, OpenError> {
    open(path, ONLOOKER_PATIENCE_MS, EXAMINING)
}

fn open(path: &Path, patience_ms: u32, pragmas: &str) -> Result<Conn, OpenError> {
    let fail = |reason: String| OpenError::Open { database: path.display().to_string(), reason };
    // An absolute path cannot be taken for a URI with parameters.
    debug_assert!(path.is_absolute(), "{}", path.display());
    let absolute = path.to_str().ok_or_else(|| fail("the path is not UTF-8".to_owned()))?;
    let mut conn = Conn::establish(absolute).map_err(|error| fail(error.to_string()))?;
    conn.batch_execute(&format!("PRAGMA busy_timeout = {patience_ms}; {pragmas} PRAGMA foreign_keys = ON;"))
        .map_err(|error| fail(error.to_string()))?;
    refuse_old_library(&mut conn)?;
    Ok(conn)
}

fn refuse_old_library(conn: &mut Conn) -> Result<(), OpenError> {
    let found: String = diesel::select(sql::<Text>("sqlite_version()"))
        .get_result(conn)
        .map_err(|error| OpenError::OldLibrary { found: error.to_string() })?;
    let version: Vec<u32> = found.split('.').map_while(|part| part.parse().ok()).collect();
    if version.as_slice() < SAFE_SQLITE.as_slice() {
        return Err(OpenError::OldLibrary { found });
    }
    Ok(())
}
