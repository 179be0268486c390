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

/// How many frames, each a page, may be missing in the database for that to be worth it. Whoever reads for long, as a backup
/// does, keeps more of them from being copied, and is not waited for.
const NEAR: i32 = 1000;

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
    /// How many frames the log has.
    #[diesel(sql_type = Integer)]
    log: i32,
    /// How many of them are in the database too.
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

/// Why the log is as it is.
const IN_THE_WAY: &str = "another program reads from it";

/// Has the log begin anew if readers leave it at once.
fn restart(conn: &mut Conn) -> Result<(), String> {
    let passive = checkpoint(conn, "PASSIVE").map_err(|error| error.to_string())?;
    if passive.log - passive.checkpointed > NEAR {
        return Err(IN_THE_WAY.to_owned());
    }
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
    let patience = conn.batch_execute(&format!("PRAGMA busy_timeout = {patience_ms}"));
    match patience.and_then(|()| checkpoint(conn, "TRUNCATE")) {
        Ok(Checkpoint { busy: 0, .. }) => Ok(()),
        Ok(_) => Err(IN_THE_WAY.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn checkpoint(conn: &mut Conn, mode: &str) -> QueryResult<Checkpoint> {
    sql_query(format!("PRAGMA wal_checkpoint({mode})")).get_result(conn)
}

/// Watches the size of a database's log.
#[derive(Debug)]
pub struct WalLimit {
    file: PathBuf,
    batches: u32,
    /// Whether somebody was in the way when it was to be started over last.
    is_held: bool,
}

impl WalLimit {
    /// The log of this database.
    pub fn of(database: &Path) -> Self {
        let mut file = database.as_os_str().to_owned();
        file.push("-wal");
        Self { file: file.into(), batches: 0, is_held: false }
    }

    /// To be called after each batch, outside of a transaction.
    pub fn keep(&mut self, conn: &mut Conn) {
        self.batches = (self.batches + 1) % EVERY;
        if self.batches > 0 {
            return;
        }
        let size = std::fs::metadata(&self.file).map_or(0, |file| file.len());
        let restarted = if size > LIMIT { restart(conn) } else { Ok(()) };
        // Said once for each reader that stays.
        if let Err(error) = &restarted
            && !self.is_held
        {
            tracing::warn!(error, size, "the write-ahead log could not be started over");
        }
        self.is_held = restarted.is_err();
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use diesel::dsl::sql;

    use super::{super::tests::database, *};

    /// A database whose log is past its limit, and somebody who reads what was before all of it.
    fn past_the_limit() -> (tempfile::TempDir, Conn, Conn, WalLimit) {
        let folder = tempfile::tempdir().unwrap();
        let (mut conn, mut reader) = (database(folder.path()), database(folder.path()));
        let limit = WalLimit::of(&folder.path().join("orders.sqlite"));
        reader.batch_execute("BEGIN; SELECT * FROM orders").unwrap();
        conn.batch_execute(&format!("CREATE TABLE large AS SELECT zeroblob({LIMIT}) AS bytes")).unwrap();
        (folder, conn, reader, limit)
    }

    fn size(limit: &WalLimit) -> u64 {
        std::fs::metadata(&limit.file).unwrap().len()
    }

    /// Until it has looked at the log once more.
    fn look(limit: &mut WalLimit, conn: &mut Conn) {
        for _ in 0..EVERY {
            limit.keep(conn);
        }
    }

    #[test]
    fn a_log_past_its_limit_is_started_over_once_nobody_reads_from_it() {
        let (_folder, mut conn, mut reader, mut limit) = past_the_limit();
        look(&mut limit, &mut conn);
        assert!(limit.is_held && size(&limit) > LIMIT);

        reader.batch_execute("COMMIT").unwrap();
        look(&mut limit, &mut conn);
        assert_eq!((limit.is_held, size(&limit)), (false, 0));
        let patience: i32 =
            diesel::select(sql::<Integer>("timeout FROM pragma_busy_timeout")).get_result(&mut conn).unwrap();
        assert_eq!(u32::try_from(patience), Ok(super::super::connection::WRITER_PATIENCE_MS));
    }

    #[test]
    fn whoever_reads_for_long_is_not_waited_for() {
        let (_folder, mut conn, _reader, mut limit) = past_the_limit();
        let begun = Instant::now();
        for _ in 0..20 {
            look(&mut limit, &mut conn);
        }
        let waited = Duration::from_millis(PATIENCE_MS.into()) * 20;
        assert!(begun.elapsed() < waited, "it took {:?}", begun.elapsed());
        assert!(limit.is_held && size(&limit) > LIMIT);
    }

    #[test]
    fn whoever_reads_the_newest_is_waited_for_a_moment() {
        let (_folder, mut conn, mut reader, mut limit) = past_the_limit();
        reader.batch_execute("COMMIT; BEGIN; SELECT * FROM orders").unwrap();
        let begun = Instant::now();
        look(&mut limit, &mut conn);
        assert!(begun.elapsed() >= Duration::from_millis(PATIENCE_MS.into()));
        assert!(limit.is_held && size(&limit) > LIMIT);
    }
}
