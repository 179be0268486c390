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

/// The most batches after which readers are asked to leave it.
const LONGEST: u32 = 64 * EVERY;

/// How much the log may grow, in bytes, until readers are asked again, however often that was in vain.
const GROWTH: u64 = 64 << 20;

/// What a checkpoint says of itself.
#[derive(QueryableByName)]
struct Checkpoint {
    /// Whether somebody kept it from being complete.
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Has the log begin anew if readers leave it at once.
fn restart(conn: &mut Conn) -> Result<(), String> {
    let done = merge(conn, PATIENCE_MS);
    let patience = format!("PRAGMA busy_timeout = {}", super::connection::WRITER_PATIENCE_MS);
    conn.batch_execute(&patience).map_err(|error| error.to_string())?;
    done
}

/// Copies all of the log into the database and leaves the log empty.
pub fn empty(conn: &mut Conn) -> Result<(), String> {
    merge(conn, LAST_PATIENCE_MS)
}

fn merge(conn: &mut Conn, patience_ms: u32) -> Result<(), String> {
    let merge = |conn: &mut Conn| {
        conn.batch_execute(&format!("PRAGMA busy_timeout = {patience_ms}"))?;
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
    /// After how many batches it is started over. Whoever reads for long, as a backup does, is waited for in vain: each
    /// time twice as late, so that writes do not wait with it again and again.
    every: u32,
    /// How long it was when that was tried last, in vain.
    tried: u64,
}

impl WalLimit {
    /// The log of this database.
    pub fn of(database: &Path) -> Self {
        let mut file = database.as_os_str().to_owned();
        file.push("-wal");
        Self { file: file.into(), batches: 0, every: EVERY, tried: 0 }
    }

    /// To be called after each batch, outside of a transaction.
    pub fn keep(&mut self, conn: &mut Conn) {
        self.batches += 1;
        if !self.batches.is_multiple_of(EVERY) {
            return;
        }
        let size = std::fs::metadata(&self.file).map_or(0, |file| file.len());
        if self.batches < self.every && size < self.tried + GROWTH {
            return;
        }
        self.batches = 0;
        let restarted = if size > LIMIT { restart(conn) } else { Ok(()) };
        let Err(error) = restarted else {
            self.every = EVERY;
            return;
        };
        self.tried = size;
        // Once for each reader that stays.
        if self.every == EVERY {
            tracing::warn!(error, size, "the write-ahead log could not be started over");
        }
        self.every = LONGEST.min(self.every * 2);
    }
}

#[cfg(test)]
mod tests {
    use diesel::dsl::sql;

    use super::{super::tests::database, *};

    /// A database whose log is past its limit, and somebody who reads from it.
    fn past_the_limit() -> (tempfile::TempDir, Conn, Conn, WalLimit) {
        let folder = tempfile::tempdir().unwrap();
        let (mut conn, mut reader) = (database(folder.path()), database(folder.path()));
        let limit = WalLimit::of(&folder.path().join("orders.sqlite"));
        reader.batch_execute("BEGIN; SELECT * FROM orders").unwrap();
        conn.batch_execute(&format!("CREATE TABLE large AS SELECT zeroblob({LIMIT}) AS bytes")).unwrap();
        (folder, conn, reader, limit)
    }

    #[test]
    fn a_log_past_its_limit_is_started_over_once_nobody_reads_from_it() {
        let (_folder, mut conn, mut reader, mut limit) = past_the_limit();
        let log = limit.file.clone();
        let size = || std::fs::metadata(&log).unwrap().len();
        for _ in 0..EVERY {
            limit.keep(&mut conn);
        }
        assert!(size() > LIMIT);
        let patience: i32 =
            diesel::select(sql::<Integer>("timeout FROM pragma_busy_timeout")).get_result(&mut conn).unwrap();
        assert_eq!(u32::try_from(patience), Ok(super::super::connection::WRITER_PATIENCE_MS));

        reader.batch_execute("COMMIT").unwrap();
        // Who is in the way is asked half as often from then on.
        for _ in 1..2 * EVERY {
            limit.keep(&mut conn);
        }
        assert!(size() > LIMIT);
        limit.keep(&mut conn);
        assert_eq!(size(), 0);
        for _ in 0..EVERY {
            limit.keep(&mut conn);
        }
        assert_eq!(limit.every, EVERY);
    }

    #[test]
    fn a_log_that_has_grown_much_since_the_last_try_is_started_over_early() {
        let (_folder, mut conn, mut reader, mut limit) = past_the_limit();
        let log = limit.file.clone();
        let size = || std::fs::metadata(&log).unwrap().len();
        limit.every = LONGEST / 2;
        limit.batches = limit.every - EVERY;
        for _ in 0..EVERY {
            limit.keep(&mut conn);
        }
        assert_eq!((limit.every, limit.tried), (LONGEST, size()));

        conn.batch_execute(&format!("INSERT INTO large VALUES (zeroblob({GROWTH}))")).unwrap();
        reader.batch_execute("COMMIT").unwrap();
        for _ in 0..EVERY {
            limit.keep(&mut conn);
        }
        assert_eq!(size(), 0);
    }
}
