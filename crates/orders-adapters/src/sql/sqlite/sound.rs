//! Whether a file that no server has is what SQLite and this program take for a sound one.

use std::path::Path;

use diesel::{prelude::*, sql_query, sql_types::Text};

use super::{super::OpenError, Conn, connection, migrate::existing, migrations};

/// As many faults as are named.
const NAMED: i64 = 10;

/// How a file's schema stands to this program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaAge {
    /// It is this program's.
    Same,
    /// The next start migrates it.
    Older,
}

/// What is wrong with a file, by a line each: its pages and indexes, and rows that name others which are not there.
/// At most ten are named.
///
/// # Errors
///
/// [`OpenError::Open`].
pub fn faults(path: &Path) -> Result<Vec<String>, OpenError> {
    let mut conn = connection::onlooker(&existing(path)?)?;
    let mut faults = named(
        &mut conn,
        "SELECT integrity_check AS fault FROM pragma_integrity_check WHERE integrity_check <> 'ok' LIMIT ",
    );
    // Of pages that are damaged nothing more can be told.
    if faults.is_empty() {
        faults = named(
            &mut conn,
            "SELECT 'row ' || coalesce(rowid, '?') || ' of ' || \"table\" || ' names a row of ' || parent || \
             ' that is not there' AS fault FROM pragma_foreign_key_check LIMIT ",
        );
    }
    Ok(faults)
}

/// How the schema of a file stands to this program's.
///
/// # Errors
///
/// [`OpenError::Open`]; [`OpenError::NoOrders`] when it is no database of this program;
/// [`OpenError::NewerDatabase`].
pub fn schema_age(path: &Path) -> Result<SchemaAge, OpenError> {
    let mut conn = connection::onlooker(&existing(path)?)?;
    if migrations::newest(&mut conn)?.is_none() {
        return Err(OpenError::NoOrders(path.to_owned()));
    }
    match migrations::refuse_other(&mut conn) {
        Ok(()) => Ok(SchemaAge::Same),
        Err(OpenError::OlderDatabase) => Ok(SchemaAge::Older),
        Err(error) => Err(error),
    }
}

#[derive(QueryableByName)]
struct Fault {
    #[diesel(sql_type = Text)]
    fault: String,
}

fn named(conn: &mut Conn, query: &str) -> Vec<String> {
    match sql_query(format!("{query}{NAMED}")).load::<Fault>(conn) {
        Ok(found) => found.into_iter().map(|Fault { fault }| fault).collect(),
        // What is damaged enough cannot even be looked at.
        Err(error) => vec![error.to_string()],
    }
}
