//! Keeps the write-ahead log bounded.
//!
//! SQLite copies the log into the database every 1000 pages on its own, but it can start the log
//! over only at a moment when nobody reads from it; under an endless load of reads that moment may
//! not come, and the log would grow for ever.

use std::path::{Path, PathBuf};

use diesel::{connection::SimpleConnection, prelude::*, sql_query, sql_types::Integer};

use super::Conn;

/// The size, in bytes, from which on new readers are made to wait a moment for a new log.
const LIMIT: u64 = 32 << 20;

/// How long the writer waits for the readers to leave the log; they are done within microseconds.
const PATIENCE_MS: u32 = 50;

/// How long the end of a server waits for readers, its own or another program's.
const LAST_PATIENCE_MS: u32 = 1000;

/// Look at the file only every so many batches.
const EVERY: u32 = 64;

/// What a checkpoint says of itself.
#[derive(QueryableByName)]
struct Checkpoint {
    /// Whether somebody kept it from being complete.
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Copies all of the log into the database and leaves the log empty.
pub fn empty(conn: &mut Conn) -> Result<(), String> {
    let merge = |conn: &mut Conn| {
        conn.batch_execute(&format!("PRAGMA busy_timeout = {LAST_PATIENCE_MS}"))?;
        sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Checkpoint>(conn)
    };
    match merge(conn) {
        Ok(Checkpoint { busy: 0 }) => Ok(()),
        Ok(_) => Err("another program reads from it".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

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

#[cfg(test)]
mod tests {
    use diesel::dsl::sql;

    use super::{super::tests::database, *};

    #[test]
    fn a_log_past_its_limit_is_started_over_once_nobody_reads_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let (mut conn, mut reader) = (database(folder.path()), database(folder.path()));
        let mut limit = WalLimit::of(&folder.path().join("orders.sqlite"));
        let log = limit.file.clone();
        let size = || std::fs::metadata(&log).unwrap().len();
        reader.batch_execute("BEGIN; SELECT * FROM orders").unwrap();
        conn.batch_execute(&format!("CREATE TABLE large AS SELECT zeroblob({LIMIT}) AS bytes")).unwrap();
        for _ in 0..EVERY {
            limit.keep(&mut conn);
        }
        assert!(size() > LIMIT);
        let patience: i32 =
            diesel::select(sql::<Integer>("timeout FROM pragma_busy_timeout")).get_result(&mut conn).unwrap();
        assert_eq!(u32::try_from(patience), Ok(super::super::connection::WRITER_PATIENCE_MS));

        reader.batch_execute("COMMIT").unwrap();
        for _ in 1..EVERY {
            limit.keep(&mut conn);
        }
        assert!(size() > LIMIT);
        limit.keep(&mut conn);
        assert_eq!(size(), 0);
    }
}
