//! A copy of a file while a server has it: its pages as they are at one moment.
//!
//! They are read one after the other (`sqlite_dbpage`), so whoever takes them can rest between two, stop at any,
//! and digest them on the way. `VACUUM INTO` can neither.

use std::{io, path::Path};

use diesel::{
    connection::{DefaultLoadingMode, SimpleConnection},
    dsl::sql,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Binary, Bool},
};
use thiserror::Error;

use super::{
    super::OpenError,
    Conn, connection, events, lists,
    migrate::{existing, has_table},
    migrations,
};

/// Where the file's header says for writing and reading whether there is a log beside it: 2, or else 1.
const JOURNALS: std::ops::Range<usize> = 18..20;

/// Why there is no copy.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The database cannot be read.
    #[error("the database cannot be read: {0}")]
    Unreadable(String),
    /// Whoever takes the pages does not go on.
    #[error(transparent)]
    Stopped(#[from] io::Error),
}

/// What a copy has in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The newest migration.
    pub schema: String,
    /// How many orders there are.
    pub orders: i64,
    /// The newest event's id, or 0.
    pub last_event: i64,
    /// Whether there are webhooks, whose secrets are sealed with a key that is not in the database.
    pub has_webhooks: bool,
    /// How long the copy is, in bytes.
    pub bytes: u64,
}

#[derive(QueryableByName)]
struct Page {
    #[diesel(sql_type = Binary)]
    data: Vec<u8>,
}

/// A file as it is at one moment, whoever writes to it afterwards.
pub struct SqliteSnapshot {
    conn: Conn,
    contents: Contents,
}

impl SqliteSnapshot {
    /// Opens the file for reading; it may have the schema of another version of this program.
    ///
    /// # Errors
    ///
    /// [`OpenError::Open`], also when there is no such file; [`OpenError::NoOrders`] when it is no database of this
    /// program.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let unusable = |error: QueryError| OpenError::Open {
            database: path.display().to_string(),
            reason: error.to_string(),
        };
        let mut conn = connection::onlooker(&existing(path)?)?;
        conn.batch_execute("BEGIN").map_err(unusable)?;
        let schema = migrations::newest(&mut conn)?.ok_or_else(|| OpenError::NoOrders(path.to_owned()))?;
        if !has_table(&mut conn, "orders").map_err(unusable)? {
            return Err(OpenError::NoOrders(path.to_owned()));
        }
        let contents = contents(&mut conn, schema).map_err(unusable)?;
        Ok(Self { conn, contents })
    }

    /// What is in it.
    #[must_use]
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Gives `take` all of the file, page by page. The copy has no log, so that it can be read where nothing can be
    /// written beside it.
    ///
    /// # Errors
    ///
    /// [`BackupError::Unreadable`]; [`BackupError::Stopped`], with what `take` says.
    pub fn copy(&mut self, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> Result<(), BackupError> {
        let unreadable = |error: QueryError| BackupError::Unreadable(error.to_string());
        let pages = sql_query("SELECT data FROM sqlite_dbpage");
        let pages = pages.load_iter::<Page, DefaultLoadingMode>(&mut self.conn).map_err(unreadable)?;
        let mut is_first = true;
        for page in pages {
            let mut data = page.map_err(unreadable)?.data;
            if std::mem::take(&mut is_first)
                && let Some(journals) = data.get_mut(JOURNALS)
            {
                journals.fill(1);
            }
            take(&data)?;
        }
        Ok(())
    }
}

type QueryError = diesel::result::Error;

fn contents(conn: &mut Conn, schema: String) -> QueryResult<Contents> {
    let pages: i64 = diesel::select(sql::<BigInt>(
        "(SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)",
    ))
    .get_result(conn)?;
    let last_event = if has_table(conn, "events")? { events::last(conn)?.unwrap_or_default() } else { 0 };
    let some = sql::<Bool>("EXISTS (SELECT 1 FROM webhooks)");
    let has_webhooks = has_table(conn, "webhooks")? && diesel::select(some).get_result(conn)?;
    let bytes = u64::try_from(pages).unwrap_or_default();
    Ok(Contents { schema, orders: lists::count(conn)?, last_event, has_webhooks, bytes })
}
