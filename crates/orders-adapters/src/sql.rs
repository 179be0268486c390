//! Orders in a SQL database, through Diesel.
//!
//! One seam a backend (`sqlite.rs`) names the connection type; `queries.rs`, `rows.rs` and
//! `schema.rs` are plain Diesel against it. `writer.rs` gathers writes into batches and knows no
//! backend at all.

use std::{path::PathBuf, str::FromStr};

use diesel::result::Error as QueryError;
use orders_domain::ports::PortError;
use thiserror::Error;

mod gather;
mod rows;
mod schema;
pub mod sqlite;
pub mod writer;

/// Where the orders are kept; the scheme of the URL decides the backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite://PATH`: a file, relative to the working directory unless PATH starts with `/`.
    Sqlite(PathBuf),
}

impl FromStr for DatabaseUrl {
    type Err = OpenError;

    fn from_str(url: &str) -> Result<Self, OpenError> {
        match url.split_once("://") {
            Some(("sqlite", path)) if !path.is_empty() && !path.starts_with(':') => {
                Ok(Self::Sqlite(path.into()))
            }
            _ => Err(OpenError::Url(url.to_owned())),
        }
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
        }
    }
}

/// A database could not be opened.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say what each field is")]
pub enum OpenError {
    #[error("the database URL {0:?} is not of the form sqlite://path/to/file")]
    Url(String),
    #[error("cannot create the folder {folder:?}")]
    Folder {
        folder: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot write {path:?}")]
    NotWritable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{0:?} is in use by another server")]
    InUse(PathBuf),
    #[error("cannot open the database {database}: {reason}")]
    Open { database: String, reason: String },
    #[error("SQLite {found} can corrupt a database in WAL mode; 3.51.3 or newer is needed")]
    OldLibrary { found: String },
    #[error(
        "the database has the migration {0:?}, which this program does not know: it was made by a newer one"
    )]
    NewerDatabase(String),
    #[error("a migration failed: {0}")]
    Migration(String),
}

/// What a failed query comes to: a value that cannot be read is corrupt, and waiting does not help.
fn failure(error: QueryError) -> PortError {
    match error {
        QueryError::DeserializationError(cause) => PortError::Corrupt(cause),
        other => PortError::Unavailable(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_of_the_url_chooses_the_backend() {
        let path = |url: &str| url.parse::<DatabaseUrl>().map(|DatabaseUrl::Sqlite(path)| path);
        assert_eq!(path("sqlite://db/orders.sqlite").unwrap(), PathBuf::from("db/orders.sqlite"));
        assert_eq!(path("sqlite:///var/o.sqlite").unwrap(), PathBuf::from("/var/o.sqlite"));
        for bad in ["", "db/orders.sqlite", "sqlite://", "sqlite://:memory:", "mysql://h/d", "SQLITE://x"] {
            let error = path(bad).unwrap_err().to_string();
            assert!(error.contains(&format!("{bad:?}")), "{error}");
        }
    }
}
