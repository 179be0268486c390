//! Orders in a SQL database, through Diesel.
//!
//! One seam a backend (`sqlite.rs`, `postgres.rs`) names the connection type; `history.rs`, `lists.rs`,
//! `migrations.rs` and `revocations.rs` are compiled once for each seam, against its type; `rows.rs` and
//! `schema.rs` serve all. `writer.rs` gathers writes into batches and knows no backend at all.

use std::{fmt, path::PathBuf, str::FromStr};

use diesel::result::Error as QueryError;
use orders_domain::ports::PortError;
use thiserror::Error;

use crate::shown::shown;

mod audit;
mod bulk;
mod checks;
mod found;
mod gather;
mod parts;
mod pending;
#[cfg(feature = "postgres")]
pub mod postgres;
mod remembered;
mod reporting;
mod rows;
mod schema;
pub mod sqlite;
mod stored;
pub mod writer;

pub use audit::{Audit, Mend, Stretch};
pub use bulk::{Bulk, BulkImports, BulkMarkets, BulkShop, Counted, ImportError, Lines, Run};
pub use parts::{BulkParts, Key, Part, PartRows};
#[cfg(feature = "postgres")]
use postgres::PostgresUrl;
pub use stored::{BulkOrders, Digests, Newest, StoredEvent, StoredOrder};

/// Where the orders are kept; the scheme of the URL decides the backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite://PATH`: a file, relative to the working directory unless PATH starts with `/`.
    Sqlite(PathBuf),
    /// `postgres://…`: a server.
    #[cfg(feature = "postgres")]
    Postgres(Box<PostgresUrl>),
}

impl FromStr for DatabaseUrl {
    type Err = OpenError;

    fn from_str(url: &str) -> Result<Self, OpenError> {
        let url = url.trim();
        match url.split_once("://") {
            Some(("sqlite", path)) => match refused_in_path(path) {
                None => Ok(Self::Sqlite(path.into())),
                Some(reason) => Err(OpenError::SqliteUrl { url: url.to_owned(), reason }),
            },
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(Box::new(url.parse()?))),
            #[cfg(not(feature = "postgres"))]
            Some(("postgres" | "postgresql", _)) => Err(OpenError::WithoutPostgres),
            _ => Err(OpenError::Url(shown(url))),
        }
    }
}

impl DatabaseUrl {
    /// The same with the whole path of a file: free of links if it exists.
    #[must_use]
    pub fn absolute(&self) -> Self {
        match self {
            Self::Sqlite(path) => Self::Sqlite(
                path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.clone()),
            ),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => Self::Postgres(url.clone()),
        }
    }
}

/// Why a path is not taken. What is a parameter, a fragment or a home elsewhere would be a part of a
/// file's name here, and the database another one than was meant.
fn refused_in_path(path: &str) -> Option<&'static str> {
    let character = path.chars().find(|character| "?#".contains(*character));
    match (character, path.chars().next()) {
        (Some('?'), _) => Some("it has a `?`, and no parameters are known"),
        (Some(_), _) => Some("it has a `#`, and no fragments are known"),
        (None, None) => Some("it names no file"),
        (None, Some('~')) => Some("`~` is the shell's word for a folder: write it out"),
        (None, Some(':')) => Some("a database in memory would lose its orders"),
        (None, Some(_)) => None,
    }
}

/// Without a password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

/// The names of the migrations that a call has applied.
pub type Applied = Vec<String>;

/// What came of forgetting a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// Orders in which something was emptied.
    pub emptied: i64,
    /// Orders that have not ended, and keep what is known.
    pub left: i64,
}

/// Whether a database has a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// The migration.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// A database could not be opened.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say what each field is")]
pub enum OpenError {
    #[error(
        "the database URL {0:?} is not of the form sqlite://path/to/file or postgres://user@host/database"
    )]
    Url(String),
    #[error("the database URL {url:?} cannot be used: {reason}")]
    SqliteUrl { url: String, reason: &'static str },
    #[error("this program was built without PostgreSQL: build it with `--features postgres`")]
    WithoutPostgres,
    #[error("the database URL {url:?} cannot be used: {reason}")]
    PostgresUrl { url: String, reason: String },
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
    #[error("the database has not this program's schema yet: run `orders migrate up`")]
    OlderDatabase,
    #[error("{0:?} is no database of orders")]
    NoOrders(PathBuf),
    #[error("a migration failed: {0}")]
    Migration(String),
    #[error("taking back {migration} would lose {what} that the database holds")]
    WouldLose { migration: String, what: &'static str },
    #[error("what would be lost by taking back {migration} cannot be told: {reason}")]
    LossUnknown { migration: String, reason: String },
    #[error("the database holds orders already")]
    NotEmpty,
    #[error("the database holds products, places, stock or webhooks of its own already")]
    CatalogueNotEmpty,
    #[error("the transfer from {0} into this database is not finished: run it again")]
    TransferUnfinished(String),
    #[error("the connection is closed")]
    Gone,
}

impl From<QueryError> for OpenError {
    fn from(error: QueryError) -> Self {
        Self::Migration(error.to_string())
    }
}

/// What a failed query comes to: a value that cannot be read is corrupt, and waiting does not help.
fn failure(error: QueryError) -> PortError {
    match error {
        QueryError::DeserializationError(cause) => PortError::Corrupt(cause),
        other => PortError::Unavailable(other.into()),
    }
}

/// What a failure of anything but a query comes to.
fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> PortError {
    PortError::Unavailable(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_of_the_url_chooses_the_backend() {
        let path = |url: &str| match url.parse() {
            Ok(DatabaseUrl::Sqlite(path)) => path,
            other => panic!("{url}: {other:?}"),
        };
        assert_eq!(path("sqlite://db/orders.sqlite"), PathBuf::from("db/orders.sqlite"));
        assert_eq!(path("sqlite:///var/o.sqlite"), PathBuf::from("/var/o.sqlite"));
        assert_eq!(path("sqlite://db/orders.sqlite\n"), PathBuf::from("db/orders.sqlite"));
        for bad in [
            "",
            "db/orders.sqlite",
            "sqlite://",
            "sqlite://:memory:",
            "sqlite://db/orders.sqlite?mode=rwc",
            "sqlite://db/orders.sqlite#x",
            "sqlite://~/orders.sqlite",
            "mysql://h/d",
            "SQLITE://x",
        ] {
            let error = bad.parse::<DatabaseUrl>().unwrap_err().to_string();
            assert!(error.contains(&format!("{bad:?}")), "{error}");
        }
    }

    #[test]
    fn no_part_of_a_password_is_ever_shown() {
        for url in [
            "postgress://orders:s3cret@db/orders",
            "POSTGRES://orders:s3cret@db/orders",
            " postgres://orders:s3cret@db:x/orders",
            "jdbc:postgresql://db/orders?user=orders&password=s3cret",
            "host=db password=s3cret",
            "orders:s3cret@db",
            "postgres://orders:s3@cret:s3cret/o#s3cret@db/x",
            "postgres://orders:1?s3cret@db/x",
            "postgres://orders:s3cret@db/x?sslmode=s3cret",
            "postgres://orders:a@s3cret@db/x",
            "postgres://orders:a@db/x?password=s3cret&nonsense=1",
            "mysql://root:s3cret@db/orders",
        ] {
            let shown = match url.parse::<DatabaseUrl>() {
                Ok(parsed) => format!("{parsed} {parsed:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(!shown.contains("s3") && !shown.contains("cret"), "{url}: {shown}");
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_url_of_postgres_is_shown_without_its_password() {
        for scheme in ["postgres", "postgresql"] {
            let url: DatabaseUrl = format!("{scheme}://shop:s3cret@localhost/orders").parse().unwrap();
            assert!(matches!(url, DatabaseUrl::Postgres(_)));
            assert_eq!(url.to_string(), "postgres://shop@localhost:5432/orders");
        }
    }

    #[cfg(not(feature = "postgres"))]
    #[test]
    fn without_postgres_its_urls_say_what_is_missing() {
        let error = "postgres://localhost/orders".parse::<DatabaseUrl>().unwrap_err().to_string();
        assert!(error.contains("--features postgres"), "{error}");
    }
}
