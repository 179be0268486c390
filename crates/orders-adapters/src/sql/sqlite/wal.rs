//! Keeps the write-ahead log bounded.
//!
//! SQLite copies the log into the database every 1000 pages on its own, but it can start the log
//! over only at a moment when nobody reads from it; under an endless load of reads that moment may
//! not come, and the log would grow for ever.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;

use super::Conn;

/// The size, in bytes, from which on new readers are made to wait a moment for a new log.
const LIMIT: u64 = 32 << 20;

/// How long the writer waits for the readers to leave the log; they are done within microseconds.
const PATIENCE_MS: u32 = 50;

/// Look at the file only every so many batches.
const EVERY: u32 = 64;

/// Watches the size of a database's log.
#[derive(Debug)]
pub struct WalLimit {
    file: PathBuf,
    batches: u32,
}

impl WalLimit {
    /// The log of this database.
    pub fn of(database: &Path) -> Self {
        let mut file = database.as_os_str().to_owned();
        file.push("-wal");
        Self { file: file.into(), batches: 0 }
    }

    /// To be called after each batch, outside of a transaction.
    pub fn keep(&mut self, conn: &mut Conn) {
        self.batches += 1;
        if !self.batches.is_multiple_of(EVERY) {
            return;
        }
        let size = std::fs::metadata(&self.file).map_or(0, |file| file.len());
        if size > LIMIT {
            let restart = format!(
                "PRAGMA busy_timeout = {PATIENCE_MS}; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = {};",
                super::connection::WRITER_PATIENCE_MS
            );
            if let Err(error) = conn.batch_execute(&restart) {
                tracing::warn!(%error, size, "the write-ahead log could not be started over");
            }
        }
    }
}
