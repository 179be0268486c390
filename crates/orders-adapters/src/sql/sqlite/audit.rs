//! A file that is looked at, also while a server has it; and one that is set right, while none has.

use std::path::Path;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use orders_domain::{
    audit::{Difference, Place},
    ports::PortError,
};

use super::{
    super::{
        OpenError,
        audit::{Audit, Mend, Stretch},
        failure,
    },
    Conn, auditing, checking, connection, events,
    lock::FileLock,
    mending,
    migrate::existing,
    migrations, tallying,
};

/// A file that is looked at. It is not changed, nor is a file made beside it that is not there while a server has it.
pub struct SqliteAudit {
    conn: Conn,
}

impl SqliteAudit {
    /// Opens the file for looking.
    ///
    /// # Errors
    ///
    /// [`OpenError::Open`], also when there is no such file; [`OpenError::OlderDatabase`] and
    /// [`OpenError::NewerDatabase`] when it has another schema.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let mut conn = connection::examiner(&existing(path)?)?;
        migrations::refuse_other(&mut conn)?;
        Ok(Self { conn })
    }
}

impl Audit for SqliteAudit {
    fn newest(&mut self) -> Result<i64, PortError> {
        auditing::newest(&mut self.conn).map_err(failure)
    }

    fn stretch(&mut self, after: i64, newest: i64) -> Result<Option<Stretch>, PortError> {
        auditing::stretch(&mut self.conn, after, newest).map_err(failure)
    }

    fn orders(&mut self, stretch: Stretch, found: &mut Vec<Difference>) -> Result<u64, PortError> {
        self.conn.transaction(|conn| auditing::examine(conn, stretch, found)).map_err(failure)
    }

    fn rest(&mut self, found: &mut dyn FnMut(Difference)) -> Result<(), PortError> {
        tallying::examine(&mut self.conn, found).map_err(failure)?;
        checking::examine(&mut self.conn, found).map_err(failure)
    }
}

/// A file that is set right, which nobody else has meanwhile.
pub struct SqliteMend {
    conn: Conn,
    now: DateTime<Utc>,
    _lock: FileLock,
}

impl SqliteMend {
    /// Opens the file for setting it right; what is told of that happens now.
    ///
    /// # Errors
    ///
    /// As [`SqliteAudit::open`]; [`OpenError::InUse`] while a server has the file.
    pub fn open(path: &Path, now: DateTime<Utc>) -> Result<Self, OpenError> {
        let lock = FileLock::take(&existing(path)?)?;
        let mut conn = connection::writer(lock.database())?;
        migrations::refuse_other(&mut conn)?;
        Ok(Self { conn, now, _lock: lock })
    }
}

impl Mend for SqliteMend {
    fn mend(&mut self, place: Place) -> Result<(), PortError> {
        let now = self.now;
        self.conn.immediate_transaction(|conn| mending::mend(conn, place, now)).map_err(failure)
    }
}

/// Keeps everybody else from what is being set right: nobody has the file.
#[expect(clippy::unnecessary_wraps, reason = "as on PostgreSQL")]
pub fn hold(_: &mut Conn, _: Place) -> QueryResult<()> {
    Ok(())
}

/// The number of the next event.
pub fn next_event(conn: &mut Conn, _: DateTime<Utc>) -> QueryResult<i64> {
    Ok(events::last(conn)?.unwrap_or_default() + 1)
}

/// Has numbers be given that were not: they are read from the tables.
#[expect(clippy::unnecessary_wraps, reason = "as on PostgreSQL")]
pub fn mend_counters(_: &mut Conn) -> QueryResult<()> {
    Ok(())
}
